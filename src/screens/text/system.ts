/** The faces of the system (screens 1.7) and the cover that the page draws by itself. */
import type { FaceText, SystemFaceId } from './faces.ts';
import type { Words } from './words.ts';

const STOP = { look: 'stop', icon: 'hand', s: null } as const;

const UNTIL_RESUMED: Words = {
  ko: '출금은 점장이 다시 시작한 뒤에. {down}째.',
  en: 'Withdrawals once the manager resumes. Paused for {down}.',
};

/**
 * Values: `{seconds}` since the start began, `{step}` of `{of}` steps and its name, `{code}` of the ledger fault, `{open}`
 * still to ask, `{problem}` of the scanner, `{down}` how long the line is down, `{next}` seconds to the next try.
 */
export const SYSTEM_FACES: Readonly<Record<SystemFaceId, FaceText>> = {
  'NOT-RECORDED': {
    ...STOP,
    h: { ko: '기록 안 됨: {amount:won} 돌려주세요', en: 'NOT RECORDED: give {amount:won} back' },
    i: { ko: '아무것도 보내지 않았습니다.', en: 'Nothing was sent.' },
    s: { ko: '기계 문제로 충전하지 못했습니다.', en: 'The machine failed, it was not charged.' },
    sound: 'alarm',
  },
  'NOT-RECORDED-OUT': {
    ...STOP,
    h: { ko: '기록 안 됨: {amount:won} 메모하세요', en: 'NOT RECORDED: write {amount:won} down' },
    i: {
      ko: '현금은 이미 손님께. 점장을 부르세요.',
      en: 'The cash is with the customer, call the manager.',
    },
    sound: 'alarm',
  },
  STARTING: {
    ...STOP,
    h: { ko: '다시 시작하는 중', en: 'Starting' },
    i: {
      ko: '{step}/{of} {stepName}, {seconds}초째(보통 5초). 현금 그대로.',
      en: '{step} of {of}, {stepName}, {seconds} s (usually 5). Cash stays.',
    },
    sound: 'alarm',
  },
  'NO-ROOM': {
    ...STOP,
    h: { ko: '저장 공간 없음: 거래 중지', en: 'Disk full: off' },
    i: {
      ko: '열린 거래는 계속됩니다. 전원을 끄지 말고 점장을 부르세요.',
      en: 'Open ones go on. Leave the power on, call the manager.',
    },
    sound: 'alarm',
  },
  LEDGER: {
    ...STOP,
    h: { ko: '장부 오류: 거래 중지', en: 'Ledger fault: off' },
    i: {
      ko: '열린 거래는 계속됩니다. 전원을 끄지 말고 점장을 부르세요. {code}',
      en: 'Open ones go on. Leave the power on, call the manager. {code}',
    },
    sound: 'alarm',
  },
  RECOVERING: {
    ...STOP,
    h: { ko: '복구 중: 현금 그대로', en: 'Recovering: cash stays' },
    i: {
      ko: '장부가 발행사 기록과 다릅니다. 점장 확인 대기, 조회할 것 {open}건.',
      en: "Ledger differs from the issuer's. Manager's word awaited, {open} still to ask.",
    },
    iWithoutReason: {
      ko: '장부가 발행사 기록과 다릅니다. 점장 확인 대기.',
      en: "Ledger differs from the issuer's. Manager's word awaited.",
    },
    sound: 'alarm',
  },
  LINE: {
    ...STOP,
    h: { ko: '통신 끊김: 나중 충전만', en: 'Line down: credit later only' },
    i: {
      ko: '출금은 통신이 돌아온 뒤에. {down}째, {next}초 뒤 다시.',
      en: 'Withdrawals once it is back. Down {down}, next try in {next} s.',
    },
    iWithoutReason: {
      ko: '출금은 통신이 돌아온 뒤에. {down}째, 다시 시도 중.',
      en: 'Withdrawals once it is back. Down {down}, trying now.',
    },
    underPause: {
      h: { ko: '전송 멈춤: 나중 충전만', en: 'Paused: credit later only' },
      i: UNTIL_RESUMED,
      iWithoutReason: UNTIL_RESUMED,
    },
    sound: 'alarm',
  },
  SLOW: {
    ...STOP,
    h: { ko: '발행사 지연: 거래 중지', en: 'Issuer slow: off' },
    i: {
      ko: '망취소 {count}건이 끝나면 다시 받습니다, 가장 오래된 {oldest}.',
      en: 'Resumes when {count} reversals are through, oldest {oldest}.',
    },
    iWithoutReason: {
      ko: '응답이 다시 빨라지면 받습니다.',
      en: 'Resumes when answers are quick again.',
    },
    sound: 'alarm',
  },
  SCANNER: {
    ...STOP,
    h: { ko: '스캐너 빠짐', en: 'Scanner unplugged' },
    i: {
      ko: '다시 꽂으세요. 빠진 동안 찍은 것은 못 받았습니다.',
      en: 'Plug it in; scans meanwhile were lost.',
    },
    sound: 'alarm',
  },
  'VIEW-ONLY': {
    ...STOP,
    h: { ko: '다른 화면에서 사용 중', en: 'In use on another screen' },
    i: { ko: '이 화면은 보기만 합니다.', en: 'This one is view only.' },
    sound: 'alarm',
  },
  LOCKED: {
    ...STOP,
    h: { ko: '계산대 잠김', en: 'Station locked' },
    i: { ko: '비밀번호를 넣으세요. 열린 거래는 계속 처리됩니다.', en: 'PIN, please. Open ones go on.' },
    sound: 'alarm',
  },
};

/** No scanner is open though one is plugged in: plugging it in again would not help. */
export const SCANNER_NOT_OPEN: FaceText = {
  ...SYSTEM_FACES.SCANNER,
  h: { ko: '스캐너 안 됨', en: 'Scanner not working' },
  i: { ko: '{problem} 점장을 부르세요.', en: '{problem} Call the manager.' },
};

/** Line down and the limits forbid credit later too: the headline of 1.6 instead of LINE's own. */
export const LINE_OFF: Words = { ko: '통신 끊김: 거래 중지', en: 'Line down: off' };
/** The same under a manager's pause. */
export const PAUSED_OFF: Words = { ko: '전송 멈춤: 거래 중지', en: 'Paused: off' };

/** The steps of a start, in order. */
export const START_STEPS: readonly Words[] = [
  { ko: '장부 열기', en: 'opening the ledger' },
  { ko: '장부 확인', en: 'ledger check' },
  { ko: '열린 거래 확인', en: 'open payments' },
  { ko: '스캐너와 통신', en: 'scanner and line' },
];

/** Drawn by the page itself over face, dock and rail. */
export const COVER = {
  h: { ko: '준비 안 됨: 현금 그대로', en: 'NOT READY: take no cash' },
  hHeld: { ko: '준비 안 됨: {amount:won} 따로 두세요', en: 'NOT READY: keep {amount:won} apart' },
  i: { ko: '받지도 내주지도 마세요. {seconds}초째 끊김.', en: 'Take none, pay none, down for {seconds} s.' },
  iLong: {
    ko: '받지도 내주지도 마세요. {seconds}초째 끊김: 점장을 부르세요.',
    en: 'Take none, pay none, down for {seconds} s: call the manager.',
  },
  iNotLetIn: {
    ko: '이 브라우저는 아직 허락되지 않았습니다. 설치한 사람에게 받은 링크를 여기서 한 번 여세요.',
    en: "This browser has not been let in yet. Open the installer's link here once.",
  },
  iHeld: {
    ko: '기록되었는지 모릅니다, 돌아오면 다시 묻습니다. {seconds}초째 끊김.',
    en: 'Recorded or not is unknown, you will be asked. Down for {seconds} s.',
  },
  iHeldLong: {
    ko: '기록되었는지 모릅니다, 돌아오면 다시 묻습니다. {seconds}초째 끊김: 점장을 부르세요.',
    en: 'Recorded or not is unknown, you will be asked. Down for {seconds} s: call the manager.',
  },
} as const satisfies Record<string, Words>;

export const TAKE_OVER: Words = { ko: '이 화면에서 쓰기', en: 'Use this one' };

/** The status strip and what its items say when they are touched (screens 1.2). */
import type { Words } from './words.ts';

export const STRIP = {
  station: { ko: '계산대 {station}', en: 'Station {station}' },
  viewOnly: { ko: '보기만', en: 'view only' },
  locked: { ko: '잠김', en: 'locked' },
  line: { ko: '통신', en: 'Line' },
  online: { ko: '연결됨', en: 'online' },
  down: { ko: '끊김 {since}', en: 'down {since}' },
  nextTry: { ko: '{seconds}초 뒤 다시', en: 'again in {seconds} s' },
  tryingNow: { ko: '다시 시도 중', en: 'trying now' },
  slow: { ko: '발행사 지연', en: 'issuer slow' },
  paused: { ko: '멈춤', en: 'paused' },
  alarm: { ko: '경보', en: 'alarm' },
  laterWaits: { ko: '나중 충전만 멈춤', en: 'credit later waits' },
  scanner: { ko: '스캐너', en: 'Scanner' },
  ready: { ko: '준비됨', en: 'ready' },
  unplugged: { ko: '빠짐', en: 'unplugged' },
  checkSetup: { ko: '설치 점검', en: 'check' },
  typesIntoPage: { ko: '화면에 입력', en: 'types here' },
  laterItem: { ko: '{count}건 {sum:won}', en: '{sum:won}' },
  laterLimit: { ko: '한도 {limit} · {oldest}', en: '{count}, of {limit} · {oldest}' },
  payoutDue: { ko: '내줄 돈 {count}', en: 'pay out {count}' },
  returnDue: { ko: '돌려줄 돈 {count}', en: 'give back {count}' },
  cases: { ko: '미결 {count}', en: 'open {count}' },
  businessDay: { ko: '영업일 {day}', en: 'day {day}' },
  clockUnsure: { ko: '시계 확인 전', en: 'unconfirmed' },
  cashier: { ko: '근무자', en: 'cashier' },
  noCashier: { ko: '근무자', en: 'cashier' },
  light: { ko: '밝게', en: 'Light' },
  dark: { ko: '어둡게', en: 'Dark' },
  hours: { ko: '시간대로', en: 'By hours' },
  sound: { ko: '소리', en: 'Sound' },
  soundOff: { ko: '소리 꺼짐', en: 'sound off' },
  otherLanguage: { ko: 'English', en: '한국어' },
} as const satisfies Record<string, Words>;

/** Why the line is as it is (`LINE_REASONS` of the worker). */
export const LINE_REASONS: Readonly<Record<string, Words>> = {
  START: { ko: '시작 뒤 첫 연결 전', en: 'not online since the start' },
  NOT_SENT: { ko: '보내지 못함', en: 'nothing gets out' },
  NO_ANSWER: { ko: '응답 없음', en: 'no answer' },
  NOT_TRUSTED: { ko: '발행사의 답이 아님', en: "not the issuer's answer" },
  NOT_PROCESSED: { ko: '발행사가 처리하지 않음', en: 'issuer processes nothing' },
  SLOW: { ko: '응답이 늦음', en: 'answers are late' },
  CLOCK: { ko: '단말기 시각', en: "terminal's clock" },
  PAUSED: { ko: '점장이 멈춤', en: 'paused by the manager' },
  RECOVERING: { ko: '복구 중', en: 'recovering' },
};

/** The explanation of each item, one or two sentences. */
export const EXPLAIN = {
  station: {
    ko: '이 화면이 움직이는 계산대와 단말기 번호입니다.',
    en: 'The station that this page drives, and its terminal number.',
  },
  lineWell: {
    ko: '발행사와 연결되어 있습니다. 응답이 바로 옵니다.',
    en: 'Connected to the issuer. Its answers come at once.',
  },
  lineDown: {
    ko: '발행사와 연결이 끊겼습니다({reason}). 자동으로 다시 시도합니다. 출금은 통신이 돌아온 뒤에 됩니다.',
    en: 'No connection to the issuer ({reason}). It tries again by itself. Withdrawals work once it is back.',
  },
  lineSlow: {
    ko: '발행사와 연결되어 있지만 응답이 늦습니다. 승인이 평소보다 오래 걸립니다.',
    en: 'Connected, but the issuer answers late. An approval takes longer than usual.',
  },
  linePaused: {
    ko: '전송이 멈춰 있습니다({reason}). 점장의 전송 화면에서 다시 시작합니다.',
    en: "Sending is paused ({reason}). It is resumed on the manager's Sync page.",
  },
  lineAlarm: {
    ko: '손님 거래는 그대로 됩니다. 나중 충전만 기다렸다가 자동으로 다시 보냅니다: {reason}.',
    en: 'Payments go on. Only credit later waits, and is tried again by itself: {reason}.',
  },
  scannerWell: { ko: '스캐너가 준비되었습니다. {name}', en: 'The scanner is ready. {name}' },
  scannerUnplugged: {
    ko: '스캐너가 빠졌습니다. 다시 꽂으면 저절로 이어집니다. 빠진 동안 찍은 것은 못 받았습니다.',
    en: 'The scanner is unplugged. It goes on by itself once it is back; scans meanwhile were lost.',
  },
  scannerCheck: {
    ko: '스캐너 설치를 점검해야 합니다. 점장의 스캐너 화면을 보세요. {problem}',
    en: "The scanner's setup needs a check: see the manager's Scanners page. {problem}",
  },
  scannerTypes: {
    ko: '스캐너가 화면에 글자를 입력함. 입력은 버렸습니다. 점장의 스캐너 화면에서 입력을 막으세요.',
    en: "The scanner types into the page. What it typed was dropped; block it on the manager's Scanners page.",
  },
  later: {
    ko: '통신이 끊긴 동안 받아 나중에 충전할 돈입니다. 통신이 돌아오면 자동으로 충전됩니다.',
    en: 'Cash taken while the line was down, to be credited later. It is credited by itself once the line is back.',
  },
  owed: {
    ko: '손님께 내주거나 돌려줄 돈, 그리고 점장이 정할 미결입니다. 아래 단추로 목록을 엽니다.',
    en: 'Cash owed to customers, and open cases for the manager. The buttons below open the lists.',
  },
  time: {
    ko: '한국 시각과 영업일입니다.',
    en: 'Korean time and the business day.',
  },
  clockUnsure: {
    ko: '시계가 확인되지 않아 나중 충전을 받지 않습니다. 연결되면 저절로 확인됩니다.',
    en: 'The clock is not confirmed, so nothing can be credited later. It is confirmed by itself once online.',
  },
  cashier: {
    ko: '지금 일하는 사람의 번호입니다. 기록에 남습니다.',
    en: 'The number of the person at work; it is kept in the record.',
  },
  soundBlocked: {
    ko: '브라우저가 소리를 막았습니다. 화면을 한 번 누르면 켜집니다.',
    en: 'The browser blocks sound. It comes on when the page is touched once.',
  },
} as const satisfies Record<string, Words>;

/**
 * The sentences of every face of an intent (screens 1.4 and 1.5): H headline, I instruction, S "to the customer".
 *
 * Placeholders: `{amount:won}` and `{scannedAtMs:time}` come from the intent, `{reason}` and `{advice}` from the code
 * behind the face, `{balance:won}` from the live answer, `{left}` are the seconds left of the countdown.
 * Where the page of sentences writes "A가", "A를" the particle here fits the word 원: 이, 을.
 */
import type { FaceId } from '../../station/snapshot.ts';
import type { IconId, Look, SoundId } from './looks.ts';
import type { Words } from './words.ts';

export interface FaceText {
  readonly h: Words;
  readonly i: Words;
  readonly s: Words | null;
  /** S when the live answer had no balance. */
  readonly sWithoutBalance?: Words;
  /** I when there is no reason to name. */
  readonly iWithoutReason?: Words;
  /** Instead, where a manager has stopped approvals and the line is not down. */
  readonly underPause?: Partial<Pick<FaceText, 'h' | 'i' | 'iWithoutReason' | 's'>>;
  readonly look: Look;
  readonly icon: IconId;
  /** Credit later: the clock badge on the silhouette. */
  readonly clockBadge?: true;
  readonly sound: SoundId | null;
}

export type SystemFaceId =
  | 'NOT-RECORDED'
  | 'NOT-RECORDED-OUT'
  | 'STARTING'
  | 'NO-ROOM'
  | 'LEDGER'
  | 'RECOVERING'
  | 'LINE'
  | 'SLOW'
  | 'SCANNER'
  | 'VIEW-ONLY'
  | 'LOCKED';
export type IntentFaceId = Exclude<FaceId, SystemFaceId | 'REFUSED'>;

const GIVE_BACK: Words = { ko: '{amount:won} 돌려주세요', en: 'Give back {amount:won}' };
const TAKE_CASH: Words = { ko: '{amount:won} 받으세요', en: 'Take {amount:won}' };
const WAIT: Words = { ko: '기다리세요', en: 'Wait' };
const CREDIT_LATER: Words = { ko: '나중 충전할까요?', en: 'Credit later?' };
const GIVEN_BACK: Words = { ko: '{amount:won} 돌려줌: 끝', en: '{amount:won} given back: done' };
const NO_WITHDRAWAL: Words = { ko: '출금 안 됨: 현금 그대로', en: 'No withdrawal: cash stays' };
const PAID_OUT_QUESTION: Words = { ko: '{amount:won} 내줬나요?', en: 'Was {amount:won} paid out?' };

const ASKING: FaceText = {
  h: WAIT,
  i: {
    ko: '{amount:won} 승인 요청 중. 현금은 돈통에 그대로.',
    en: 'Asking for approval of {amount:won}. Leave the cash in the drawer.',
  },
  s: { ko: '승인 중입니다. 잠시만요.', en: 'Being approved, one moment.' },
  look: 'wait',
  icon: 'hourglass',
  sound: null,
};
const CHECKING: FaceText = {
  h: WAIT,
  i: {
    ko: '결과 조회 중. 현금은 돈통에 그대로, {left}초 안에 알려 드립니다.',
    en: 'Asking for the result. Leave the cash in the drawer; {left} s at most.',
  },
  s: { ko: '통신이 늦어 결과를 확인하고 있습니다.', en: 'The line is slow, we are checking.' },
  look: 'wait',
  icon: 'hourglass',
  sound: null,
};

/** A question after a restart has no sentence for the customer and always the same look. */
function question(h: Words, i: Words): FaceText {
  return { h, i, s: null, look: 'ask', icon: 'question', sound: 'ask' };
}

const CHARGE_FACES = {
  IDLE: {
    h: { ko: '바코드를 찍으세요', en: 'Scan a barcode' },
    i: {
      ko: '휴대폰의 충전·출금 바코드를 스캐너에 대 주세요.',
      en: "Hold the phone's charge or withdrawal barcode to the scanner.",
    },
    s: null,
    look: 'page',
    icon: 'barcode',
    sound: null,
  },
  TAKE: {
    h: TAKE_CASH,
    i: {
      ko: '금액을 손님과 확인하고, 현금을 받은 뒤 [받았음].',
      en: 'Check the amount with the customer, take the cash, then [Received].',
    },
    s: {
      ko: '{amount:won} 충전 맞으시죠? 현금으로 {amount:won} 부탁드립니다.',
      en: 'Charge {amount:won}, is that right? {amount:won} in cash, please.',
    },
    look: 'cash-in',
    icon: 'tray-down',
    sound: 'tick',
  },
  MANAGER: {
    h: { ko: '점장 확인 필요: {amount:won}', en: 'Manager needed: {amount:won}' },
    i: { ko: '점장 비밀번호를 넣으세요. 현금은 그대로.', en: "Manager's PIN, please. Cash stays." },
    s: { ko: '금액이 커서 확인이 필요합니다.', en: 'A moment, this amount needs a check.' },
    look: 'ask',
    icon: 'person',
    sound: 'ask',
  },
  EXPIRED: {
    h: { ko: '새 바코드 필요', en: 'New barcode needed' },
    i: {
      ko: '바코드 시간이 지났습니다. 받은 현금이 있으면 돌려주세요.',
      en: 'This one has expired. If you took cash, give it back.',
    },
    s: { ko: '앱에서 바코드를 새로 만들어 주세요.', en: 'Please make a new barcode in the app.' },
    look: 'refuse',
    icon: 'clock',
    sound: 'low',
  },
  SENDING: ASKING,
  'WAIT-OUT': ASKING,
  CHECK: CHECKING,
  'CHECK-OUT': CHECKING,
  'DONE-IN': {
    h: { ko: '{amount:won} 충전 완료', en: '{amount:won} charged' },
    i: { ko: '영수증을 드리세요.', en: 'Hand over the receipt.' },
    s: {
      ko: '{amount:won} 충전되었습니다. 잔액은 {balance:won}입니다.',
      en: '{amount:won} is on your card. Balance {balance:won}.',
    },
    sWithoutBalance: { ko: '{amount:won} 충전되었습니다.', en: '{amount:won} is on your card.' },
    look: 'done',
    icon: 'check',
    sound: 'good',
  },
  BACK: {
    h: GIVE_BACK,
    i: {
      ko: '충전 안 됨: {reason}. 현금을 드린 뒤 [돌려줬음].',
      en: 'Not charged: {reason}. Hand the cash over, then [Given back].',
    },
    iWithoutReason: {
      ko: '충전 안 됨. 현금을 드린 뒤 [돌려줬음].',
      en: 'Not charged. Hand the cash over, then [Given back].',
    },
    s: {
      ko: '충전이 안 되어 현금을 돌려드립니다. {advice}',
      en: 'It was not charged, here is your cash. {advice}',
    },
    look: 'cash-out',
    icon: 'u-turn',
    sound: 'out',
  },
  'BACK-REV': {
    h: GIVE_BACK,
    i: {
      ko: '휴대폰에 충전으로 보여도 돌려주세요. 자동으로 다시 빠집니다.',
      en: 'Even if the phone shows it as charged: it will be taken off again.',
    },
    s: {
      ko: '확인이 안 되어 현금을 돌려드립니다. 앱에 충전으로 보이면 곧 자동 취소됩니다.',
      en: 'We could not confirm it, here is your cash. If the app shows a charge, it will be undone.',
    },
    look: 'cash-out',
    icon: 'u-turn',
    sound: 'out',
  },
  'BACK-STOP': {
    h: GIVE_BACK,
    i: {
      ko: '충전하지 않았습니다: {reason}. 현금을 드린 뒤 [돌려줬음].',
      en: 'Nothing was charged: {reason}. Hand the cash over, then [Given back].',
    },
    iWithoutReason: {
      ko: '충전하지 않았습니다. 현금을 드린 뒤 [돌려줬음].',
      en: 'Nothing was charged. Hand the cash over, then [Given back].',
    },
    s: { ko: '충전하지 않고 현금을 돌려드립니다.', en: 'Nothing is charged, here is your cash.' },
    look: 'cash-out',
    icon: 'u-turn',
    sound: 'out',
  },
  'BACK-VOID': {
    h: GIVE_BACK,
    i: {
      ko: '승인 취소 완료. 현금을 드린 뒤 [돌려줬음].',
      en: 'Void done. Hand the cash over, then [Given back].',
    },
    s: { ko: '충전을 취소하고 현금을 돌려드립니다.', en: 'The charge is void, here is your cash.' },
    look: 'cash-out',
    icon: 'u-turn',
    sound: 'out',
  },
  END: {
    h: GIVEN_BACK,
    i: { ko: '충전 없음. 다음 손님을 받으세요.', en: 'No charge. Next customer.' },
    s: null,
    look: 'done',
    icon: 'check',
    sound: 'good',
  },
  'END-REV': {
    h: GIVEN_BACK,
    i: {
      ko: '망취소는 자동으로 진행됩니다. 안내문을 드리세요.',
      en: 'The reversal runs by itself. Hand over the notice.',
    },
    s: { ko: '취소가 끝나면 같은 카드로 다시 할 수 있습니다.', en: 'You can try again once it is undone.' },
    look: 'done',
    icon: 'check',
    sound: 'good',
  },
  'END-STOP': {
    h: { ko: '그만둠: 현금 그대로', en: 'Stopped: cash stays' },
    i: { ko: '아무것도 보내지 않았습니다.', en: 'Nothing was sent.' },
    s: null,
    look: 'refuse',
    icon: 'check',
    sound: null,
  },
} satisfies Partial<Record<IntentFaceId, FaceText>>;

const LATER_FACES = {
  'LATER-ASK': {
    h: CREDIT_LATER,
    i: {
      ko: '통신 끊김. 현금을 받기 전에 손님께 물어보세요.',
      en: 'Line down. Ask before taking cash.',
    },
    s: {
      ko: '지금은 통신이 안 되어 나중에 충전됩니다. 확인증을 드립니다. 괜찮으시겠어요?',
      en: 'The line is down: it would be credited later, with a slip. Is that all right?',
    },
    underPause: {
      i: {
        ko: '점장이 멈춤. 현금을 받기 전에 손님께 물어보세요.',
        en: 'Paused by the manager. Ask before taking cash.',
      },
      s: {
        ko: '지금은 바로 충전되지 않고 나중에 충전됩니다. 확인증을 드립니다. 괜찮으시겠어요?',
        en: 'It cannot be charged right now: it would be credited later, with a slip. Is that all right?',
      },
    },
    look: 'ask',
    icon: 'clock',
    sound: 'ask',
  },
  'LATER-TAKE': {
    h: TAKE_CASH,
    i: {
      ko: '나중 충전. 현금을 받은 뒤 [받았음].',
      en: 'Credit later. Take the cash, then [Received].',
    },
    s: {
      ko: '현금 {amount:won} 부탁드립니다. 충전은 나중에 됩니다.',
      en: '{amount:won} in cash, please. It will be credited later.',
    },
    look: 'cash-in',
    icon: 'tray-down',
    clockBadge: true,
    sound: 'tick',
  },
  'LATER-FAIL': {
    h: CREDIT_LATER,
    i: {
      ko: '통신이 끊겨 보내지 못했습니다. 현금은 그대로 두고 물어보세요.',
      en: 'Not sent, the line failed. Leave the cash and ask.',
    },
    s: {
      ko: '지금 충전이 안 됩니다. 나중에 충전할까요, 현금을 돌려드릴까요?',
      en: 'It cannot be charged now. Later, or your cash back?',
    },
    underPause: {
      i: {
        ko: '점장이 멈춰 보내지 않았습니다. 현금은 그대로 두고 물어보세요.',
        en: 'Not sent, the manager has paused. Leave the cash and ask.',
      },
    },
    look: 'ask',
    icon: 'clock',
    sound: 'ask',
  },
  'LATER-OK': {
    h: { ko: '{amount:won} 나중 충전 접수', en: '{amount:won} taken: credit later' },
    i: { ko: '확인증을 드리고 다음 손님을 받으세요.', en: 'Hand over the slip, next customer.' },
    s: {
      ko: '통신이 되면 자동으로 충전됩니다. 확인증을 보관해 주세요.',
      en: 'It is credited when the line is back. Keep the slip.',
    },
    underPause: {
      s: {
        ko: '나중에 자동으로 충전됩니다. 확인증을 보관해 주세요.',
        en: 'It is credited later, by itself. Keep the slip.',
      },
    },
    look: 'done',
    icon: 'clock',
    sound: 'good',
  },
  'LATER-DONE': {
    h: { ko: '{amount:won} 나중 충전 완료', en: '{amount:won} credited' },
    i: { ko: '나중 충전이 끝났습니다.', en: 'Credited now.' },
    s: null,
    look: 'done',
    icon: 'clock',
    sound: null,
  },
  'LATER-BACK': {
    h: GIVE_BACK,
    i: {
      ko: '확인증 번호와 카드 끝 4자리를 맞춰 보세요. 점장 비밀번호.',
      en: "Compare slip and last four. Manager's PIN.",
    },
    s: { ko: '나중 충전이 안 되어 현금을 돌려드립니다.', en: 'It could not be credited, here is your cash.' },
    look: 'cash-out',
    icon: 'u-turn',
    sound: 'out',
  },
} satisfies Partial<Record<IntentFaceId, FaceText>>;

const REFUND_FACES = {
  'ASK-OUT': {
    h: { ko: '{amount:won} 출금할까요?', en: 'Withdraw {amount:won}?' },
    i: {
      ko: '돈통에 {amount:won}이 있는지 보고 [승인 요청]. 현금은 아직 그대로.',
      en: 'Check the drawer holds {amount:won}, then [Request]. Cash stays for now.',
    },
    s: { ko: '{amount:won} 출금 맞으시죠?', en: 'Withdraw {amount:won}, is that right?' },
    look: 'ask',
    icon: 'tray-up',
    sound: 'ask',
  },
  PAY: {
    h: { ko: '{amount:won} 내주세요', en: 'Pay out {amount:won}' },
    i: {
      ko: '세어서 드린 뒤 [내줬음]. 못 드리면 [안 내줌].',
      en: 'Count it out, then [Paid out]; if you cannot, [Not paid].',
    },
    s: { ko: '{amount:won}입니다. 확인해 주세요.', en: 'Here is {amount:won}, please count it.' },
    look: 'cash-out',
    icon: 'tray-up',
    sound: 'out',
  },
  'DONE-OUT': {
    h: { ko: '{amount:won} 출금 완료', en: '{amount:won} paid out' },
    i: { ko: '영수증을 드리세요.', en: 'Hand over the receipt.' },
    s: {
      ko: '{amount:won} 출금되었습니다. 잔액은 {balance:won}입니다.',
      en: '{amount:won} withdrawn. Balance {balance:won}.',
    },
    sWithoutBalance: { ko: '{amount:won} 출금되었습니다.', en: '{amount:won} withdrawn.' },
    look: 'done',
    icon: 'check',
    sound: 'good',
  },
  'NO-OUT': {
    h: NO_WITHDRAWAL,
    i: {
      ko: '{reason}. 돈통에 두고 다음 손님을 받으세요.',
      en: '{reason}. Leave it in the drawer, next customer.',
    },
    iWithoutReason: {
      ko: '돈통에 두고 다음 손님을 받으세요.',
      en: 'Leave it in the drawer, next customer.',
    },
    s: { ko: '출금이 안 됩니다. {advice}', en: 'It cannot be withdrawn. {advice}' },
    look: 'stop',
    icon: 'hand',
    sound: 'low',
  },
  'NO-OUT-REV': {
    h: NO_WITHDRAWAL,
    i: {
      ko: '휴대폰에서 빠졌어도 내주지 않습니다. 자동으로 다시 들어갑니다.',
      en: 'Pay nothing, even if the phone shows it as taken: it comes back by itself.',
    },
    s: {
      ko: '확인이 안 되어 드릴 수 없습니다. 앱에서 빠진 금액은 자동으로 돌아옵니다.',
      en: 'We could not confirm it and cannot pay. What was taken comes back.',
    },
    look: 'stop',
    icon: 'hand',
    sound: 'low',
  },
} satisfies Partial<Record<IntentFaceId, FaceText>>;

const VOID_FACES = {
  'VOID-ASK': {
    h: { ko: '승인 취소할까요?', en: 'Void {amount:won}?' },
    i: {
      ko: '같은 카드의 새 바코드를 찍거나 점장 비밀번호. 현금은 그대로.',
      en: "Scan a fresh barcode of the same card, or manager's PIN. Cash stays.",
    },
    s: { ko: '같은 카드로 새 바코드를 보여 주세요.', en: 'Please show a new barcode of the same card.' },
    look: 'ask',
    icon: 'rewind',
    sound: 'ask',
  },
  'VOID-WAIT': {
    h: WAIT,
    i: {
      ko: '{amount:won} 승인 취소 중. 현금은 돈통에 그대로.',
      en: 'Voiding {amount:won}. Leave the cash in the drawer.',
    },
    s: { ko: '취소 승인 중입니다.', en: 'Being voided, one moment.' },
    look: 'wait',
    icon: 'hourglass',
    sound: null,
  },
  'VOID-NO': {
    h: { ko: '충전 유효: 현금 그대로', en: 'Charge stands: cash stays' },
    i: { ko: '승인 취소 거절: {reason}.', en: 'Void refused: {reason}.' },
    iWithoutReason: { ko: '승인 취소가 거절되었습니다.', en: 'The void was refused.' },
    s: {
      ko: '취소가 안 됩니다. 충전된 금액은 그대로 쓰실 수 있습니다.',
      en: 'It cannot be voided; the money on your card stays.',
    },
    look: 'stop',
    icon: 'hand',
    sound: 'low',
  },
} satisfies Partial<Record<IntentFaceId, FaceText>>;

const QUESTION_FACES = {
  'RE-IN': question(
    { ko: '{amount:won} 돈통에 있나요?', en: 'Is {amount:won} in the drawer?' },
    { ko: '{scannedAtMs:time}에 찍은 충전입니다.', en: 'Charge scanned {scannedAtMs:time}.' },
  ),
  'RE-HERE': question(
    { ko: '손님이 계신가요?', en: 'Customer still here?' },
    { ko: '계시면 [승인 요청].', en: 'If so, [Request].' },
  ),
  'RE-BACK': question(
    { ko: '{amount:won} 돌려줬나요?', en: 'Was {amount:won} given back?' },
    { ko: '충전 안 됨.', en: 'Not charged.' },
  ),
  'RE-CLOSED': question(
    { ko: '{amount:won} 받았나요?', en: 'Was {amount:won} taken?' },
    { ko: '보내기 전에 다시 시작되어 충전하지 않았습니다.', en: 'Restarted before sending, not charged.' },
  ),
  'RE-OUT': question(PAID_OUT_QUESTION, { ko: '승인된 출금입니다.', en: 'Approved.' }),
  'RE-OUT-EARLY': question(PAID_OUT_QUESTION, { ko: '승인되지 않은 출금입니다.', en: 'Not approved.' }),
} satisfies Partial<Record<IntentFaceId, FaceText>>;

/** RE-CLOSED after Stop or the end of the barcode's life: nothing was restarted. */
export const CLOSED_HERE: Words = {
  ko: '보내기 전에 그만두어 충전하지 않았습니다.',
  en: 'Stopped before sending, not charged.',
};

export const INTENT_FACES: Readonly<Record<IntentFaceId, FaceText>> = {
  ...CHARGE_FACES,
  ...LATER_FACES,
  ...REFUND_FACES,
  ...VOID_FACES,
  ...QUESTION_FACES,
};

/** Added to an instruction when the face carries this reason code instead of an issuer's answer. */
export const NOTES: Readonly<Record<'NOT_SENT' | 'VOID_LATE', Words>> = {
  NOT_SENT: { ko: '보내지 못함', en: 'Not sent' },
  VOID_LATE: { ko: '늦어짐: 연락처를 받고 넘기기', en: 'Late: take a phone number' },
};

/** "question 1 of 3" after a restart, with the time of the scan; kind and card stand in the line above. */
export const QUESTION_NUMBER: Words = {
  ko: '질문 {number}/{of} · {scannedAtMs:time}',
  en: 'question {number} of {of} · {scannedAtMs:time}',
};

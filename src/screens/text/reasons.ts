/**
 * Codes of the issuer's answers in {reason} and {advice} (end of screens 1.6). The code itself is shown small beside
 * them; a code that is not listed is named as it is, without advice.
 */
import type { Words } from './words.ts';

export interface ReasonText {
  readonly reason: Words;
  readonly advice: Words;
}

const NEW_BARCODE: Words = { ko: '새 바코드를 만들어 주세요.', en: 'Please make a new barcode.' };
const OTHER_AMOUNT: Words = { ko: '금액을 바꿔 주세요.', en: 'Please change the amount.' };
const CARD_SERVICE: Words = {
  ko: '카드 고객센터에 문의해 주세요.',
  en: "Please ask the card's service line.",
};
const LATER: Words = { ko: '잠시 뒤에 다시 부탁드립니다.', en: 'Please try again in a moment.' };

function not(reason: Words, advice: Words): ReasonText {
  return { reason, advice };
}
const CARD_NOT_VALID = not({ ko: '카드 정보 오류', en: 'card not valid' }, CARD_SERVICE);
const WITHDRAWAL_LIMIT = not({ ko: '월 출금 한도·횟수', en: 'monthly limit, count' }, OTHER_AMOUNT);

/** "Not now": the issuer did nothing, and says why. All but a short rate limit need the manager. */
function notNow(ko: string, en: string, callManager: boolean): ReasonText {
  const call = callManager ? { ko: ', 점장을 부르세요', en: ', call the manager' } : { ko: '', en: '' };
  return not({ ko: `지금은 안 됨(${ko})${call.ko}`, en: `not now (${en})${call.en}` }, LATER);
}
const MAINTENANCE = notNow('점검 중', 'maintenance', true);
const TERMINAL_CLOCK = notNow('단말기 시각', "terminal's clock", true);
const TERMINAL_KEY = notNow('단말기 인증', "terminal's key", true);
const TOO_MANY = notNow('요청 많음', 'too many requests', false);
const TOO_MANY_CALL = notNow('요청 많음', 'too many requests', true);
const BAD_REQUEST = notNow('요청 오류', 'request not accepted', true);

export const REASONS: Readonly<Record<string, ReasonText>> = {
  '003_001': CARD_NOT_VALID,
  '006_008': CARD_NOT_VALID,
  '003_012': not({ ko: '사용 등록 전', en: 'not activated' }, CARD_SERVICE),
  '003_022': not({ ko: '해지된 카드', en: 'closed card' }, CARD_SERVICE),
  '006_005': not({ ko: '쓸 수 없는 방식', en: 'not usable this way' }, CARD_SERVICE),
  '006_007': not({ ko: '금액 또는 잔액', en: 'amount or balance' }, OTHER_AMOUNT),
  '006_010': not({ ko: '매장 한도', en: "store's limit" }, OTHER_AMOUNT),
  '006_011': not({ ko: '유효기간 지남', en: 'card expired' }, CARD_SERVICE),
  '006_012': not({ ko: '허용 안 됨', en: 'not permitted' }, CARD_SERVICE),
  '007_003': not({ ko: '한도 넘음', en: 'over limit' }, OTHER_AMOUNT),
  '009_002': WITHDRAWAL_LIMIT,
  '009_003': WITHDRAWAL_LIMIT,
  '009_004': not({ ko: '출금 거절', en: 'withdrawal denied' }, CARD_SERVICE),
  '006_901': not({ ko: '시간 지난 바코드', en: 'barcode expired' }, NEW_BARCODE),
  '006_902': not({ ko: '이미 쓴 바코드', en: 'barcode already used' }, NEW_BARCODE),
  '006_903': not({ ko: '틀린 바코드', en: 'wrong barcode' }, NEW_BARCODE),
  '006_904': not({ ko: '잠긴 바코드', en: 'barcode locked' }, NEW_BARCODE),
  '006_905': not({ ko: '취소된 거래', en: 'payment was undone' }, NEW_BARCODE),
  '007_901': not({ ko: '보유 한도', en: 'balance cap' }, OTHER_AMOUNT),
  '007_030': not({ ko: '취소할 수 없는 거래', en: 'cannot be voided' }, CARD_SERVICE),
  '000_002': BAD_REQUEST,
  '006_006': BAD_REQUEST,
  '006_009': BAD_REQUEST,
  '007_005': TOO_MANY,
  '000_901': TERMINAL_KEY,
  '000_902': TERMINAL_CLOCK,
  '000_903': TERMINAL_KEY,
  '000_904': TERMINAL_KEY,
  '000_905': TERMINAL_KEY,
  '000_906': TERMINAL_KEY,
  '000_907': TOO_MANY_CALL,
  '000_908': MAINTENANCE,
  '000_909': BAD_REQUEST,
  '000_910': notNow('단말기 복구', 'terminal recovering', true),
  '000_911': BAD_REQUEST,
};

/** Reasons that are no issuer's code: why a charge was stopped, or could not be credited later. */
export const OWN_REASONS: Readonly<Record<string, Words>> = {
  LINE_DOWN: { ko: '통신 끊김', en: 'line down' },
  PAUSED: { ko: '점장이 멈춤', en: 'paused by the manager' },
  LATER_EACH: { ko: '나중 충전 한도 넘음', en: 'over the credit-later limit' },
  LATER_SUM: { ko: '나중 충전 한도 참', en: 'credit-later limit reached' },
  LATER_COUNT: { ko: '나중 충전 한도 참', en: 'credit-later limit reached' },
  LATER_CARD: { ko: '이 카드의 나중 충전 한도 참', en: 'credit-later limit of this card reached' },
  LATER_AGE: { ko: '나중 충전이 밀려 있음', en: 'older credit-later open' },
  CLOCK_UNSURE: { ko: '시계 확인 전', en: 'clock unconfirmed' },
  NOT_ONLINE_YET: { ko: '시작 뒤 첫 연결 전', en: 'not online since the start' },
  NO_CHOICE: { ko: '60초 동안 선택 없음', en: 'no choice for 60 s' },
  NO_ANSWER: { ko: '응답 없음', en: 'no answer' },
};

/** What stands for {reason} and {advice} of a code; null when the code is unknown to the table. */
export function reasonText(code: string): ReasonText | null {
  const listed = REASONS[code];
  if (listed !== undefined) return listed;
  const own = OWN_REASONS[code];
  return own === undefined ? null : { reason: own, advice: { ko: '', en: '' } };
}

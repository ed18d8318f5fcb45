/** The rail, its lists and its papers; small words that several faces share. */
import { RULE_REFUSALS } from './rules.ts';
import type { Words } from './words.ts';

export const RAIL = {
  last: { ko: '마지막 거래', en: 'Last payment' },
  none: { ko: '아직 거래가 없습니다.', en: 'No payment yet.' },
  receipt: { ko: '영수증', en: 'Receipt' },
  void: { ko: '승인 취소', en: 'Void' },
  find: { ko: '찾기', en: 'Find' },
  open: { ko: '열기', en: 'Open' },
  close: { ko: '닫기', en: 'Close' },
  storeCopy: { ko: '매장 보관용', en: 'Store copy' },
  reversed: { ko: '망취소 완료: {amount:won}', en: 'Reversal done: {amount:won}' },
  payoutDue: { ko: '내줄 돈', en: 'To pay out' },
  returnDue: { ko: '돌려줄 돈', en: 'To give back' },
  later: { ko: '나중 충전', en: 'Credit later' },
  cases: { ko: '미결', en: 'Open cases' },
  asideText: {
    ko: '▲ 장부에서 읽을 수 없는 거래입니다. 현금을 움직이지 말고, 누가 가지고 있는지 적어 점장을 부르세요.',
    en: '▲ The ledger cannot read these. Move no cash for them, note who has it, call the manager.',
  },
  empty: { ko: '없습니다.', en: 'None.' },
  slip: { ko: '확인증', en: 'Slip' },
  last4: { ko: '카드 끝 4자리를 손님께 물어보세요.', en: "Ask the customer for the card's last four." },
  last4Wrong: { ko: '카드 끝 4자리가 다릅니다.', en: 'Not the last four of this card.' },
  last4Enter: { ko: '확인증 보기', en: 'Show the slip' },
  lock: { ko: '잠그기', en: 'Lock' },
  findHint: {
    ko: '조회번호, 승인번호 또는 카드 끝 4자리',
    en: 'Reference, approval code or last four',
  },
  findStart: { ko: '찾기', en: 'Find' },
  finding: { ko: '발행사에 묻고 있습니다(4초까지).', en: 'Asking the issuer (up to 4 s).' },
  findAnswered: {
    ko: '발행사에 다시 물었습니다. 지금 상태입니다.',
    en: 'The issuer was asked again. This is the present state.',
  },
  findNoAnswer: {
    ko: '발행사가 답하지 않았습니다. 장부의 상태입니다.',
    en: 'The issuer did not answer. This is what the ledger holds.',
  },
  findNot: { ko: '장부의 상태입니다.', en: 'This is what the ledger holds.' },
  findAgain: { ko: '다시 찾기', en: 'Find another' },
  cashierEnter: { ko: '근무 시작', en: 'Sign on' },
  nothingFound: { ko: '찾은 거래가 없습니다.', en: 'No such payment.' },
  failed: { ko: '지금은 안 됩니다.', en: 'Not possible now.' },
  print: { ko: '인쇄', en: 'Print' },
  printing: { ko: '프린터로 보냈습니다.', en: 'Sent to the printer.' },
  printerFailed: {
    ko: '프린터가 안 됩니다. 화면을 보여 드리세요.',
    en: 'The printer does not work. Show the screen.',
  },
  noPrinter: { ko: '▲ 프린터 안 됨', en: '▲ printer fault' },
  reference: { ko: '조회번호 {reference}', en: 'Reference {reference}' },
} as const satisfies Record<string, Words>;

export const WORDS = {
  charge: { ko: '충전', en: 'charge' },
  refund: { ko: '출금', en: 'withdrawal' },
  cardEnding: { ko: '카드 끝 {last4}', en: 'card {last4}' },
  toCustomer: { ko: '손님께', en: 'To the customer' },
  version: { ko: '판 {version}', en: 'v{version}' },
  secondsLeft: { ko: '{seconds}초 남음', en: '{seconds} seconds left' },
  timeLeft: { ko: '남은 시간', en: 'time left' },
} as const satisfies Record<string, Words>;

export const PIN = {
  label: { ko: '비밀번호', en: 'PIN' },
  enter: { ko: '넣기', en: 'Enter' },
  erase: { ko: '지우기', en: 'Erase' },
  digits: { ko: '{count}자리 넣음', en: '{count} digits' },
  wrong: { ko: '비밀번호가 다릅니다. {tries}번 남음', en: 'Wrong PIN. {tries} left' },
  lockedOut: { ko: '잠김: {minutes}분 뒤 다시', en: 'Locked: again in {minutes} min' },
  failed: { ko: '지금은 확인할 수 없습니다.', en: 'It cannot be checked now.' },
} as const satisfies Record<string, Words>;

/** Why a press or a call did nothing (the station's refusals and the API's codes), said in the rail for a moment. */
export const NOTICES = {
  ...RULE_REFUSALS,
  STALE: {
    ko: '그 사이 바뀌었습니다. 화면을 다시 보세요.',
    en: 'It changed meanwhile. Look at the screen again.',
  },
  STATION_BUSY: { ko: '거래를 먼저 끝내세요.', en: 'Finish the payment first.' },
  VIEW_ONLY: { ko: '다른 화면에서 사용 중입니다.', en: 'In use on another screen.' },
  LOCKED: { ko: '계산대가 잠겨 있습니다.', en: 'The station is locked.' },
  LINE_DOWN: { ko: '통신이 돌아온 뒤에 됩니다.', en: 'Possible once the line is back.' },
  LEDGER: { ko: '기록되지 않았습니다.', en: 'It was not recorded.' },
  NOT_READY: {
    ko: '점장이 아직 없어 잠글 수 없습니다.',
    en: 'There is no manager yet who could unlock it.',
  },
  OTHER: { ko: '지금은 안 됩니다.', en: 'Not possible now.' },
} as const satisfies Record<string, Words>;

/** The sentence of a refusal; an unknown one is answered too. */
export function noticeWords(refusal: string): Words {
  return Object.hasOwn(NOTICES, refusal) ? NOTICES[refusal as keyof typeof NOTICES] : NOTICES.OTHER;
}

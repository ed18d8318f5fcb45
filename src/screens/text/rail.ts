/** The rail, its lists and its papers; small words that several faces share. */
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
  empty: { ko: '없습니다.', en: 'None.' },
  busy: { ko: '거래를 먼저 끝내세요.', en: 'Finish the payment first.' },
  findHint: {
    ko: '조회번호, 승인번호 또는 카드 끝 4자리',
    en: 'Reference, approval code or last four',
  },
  findStart: { ko: '찾기', en: 'Find' },
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

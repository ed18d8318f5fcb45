/** Words for a payment's state, its steps, cases and accounts, as the manager's pages use them (screens 3.1 to 3.3). */
import type { CaseReason, Cash, Host, IntentType } from '../../intent/model.ts';
import type { Language, Words } from './words.ts';

export interface StateOf {
  readonly type: IntentType;
  readonly host: Host;
  readonly cash: Cash;
  readonly deferred: boolean;
  readonly unclaimed?: boolean;
}

const HOST_WORDS: Readonly<Record<Exclude<Host, 'unsent' | 'approved'>, Words>> = {
  sending: { ko: '승인 요청 중', en: 'requesting' },
  unknown: { ko: '결과 모름', en: 'result unknown' },
  declined: { ko: '거절', en: 'declined' },
  reversing: { ko: '망취소 중', en: 'reversing' },
  reversed: { ko: '망취소 완료', en: 'reversed' },
  voiding: { ko: '승인 취소 중', en: 'voiding' },
  voided: { ko: '승인 취소 완료', en: 'voided' },
  closed: { ko: '그만둠', en: 'stopped' },
};
const BEFORE_CASH: Words = { ko: '현금 전', en: 'before cash' };
const BEFORE_SENDING: Words = { ko: '보내기 전', en: 'not sent yet' };
const CHARGED: Words = { ko: '충전 완료', en: 'charged' };
const WITHDRAWN: Words = { ko: '출금 완료', en: 'withdrawn' };
const APPROVED: Words = { ko: '승인', en: 'approved' };

const UNCLAIMED: Words = { ko: '미수령', en: 'unclaimed' };
const CASH_WORDS: Readonly<Partial<Record<Cash, Words>>> = {
  return_due: { ko: '돌려줄 돈', en: 'cash to give back' },
  returned: { ko: '돌려줌', en: 'given back' },
  payout_due: { ko: '내줄 돈', en: 'cash to pay out' },
};

function hostWord(state: StateOf): Words {
  if (state.host === 'unsent') {
    return state.type === 'CHARGE' && state.cash === 'none' ? BEFORE_CASH : BEFORE_SENDING;
  }
  if (state.host !== 'approved') return HOST_WORDS[state.host];
  if (state.type === 'CHARGE') return CHARGED;
  return state.cash === 'paid_out' ? WITHDRAWN : APPROVED;
}

/** 상태: the host's word and the cash's word, with ◷ before a deferred one. */
export function stateWords(state: StateOf, language: Language): string {
  const cash = state.unclaimed === true ? UNCLAIMED : CASH_WORDS[state.cash];
  const words = [hostWord(state)[language], ...(cash === undefined ? [] : [cash[language]])];
  return `${state.deferred ? '◷ ' : ''}${words.join(' · ')}`;
}

export const CASE_WORDS: Readonly<Record<CaseReason, Words>> = {
  LEFT_AT_COUNTER: { ko: '계산대에서 넘김', en: 'left by the counter' },
  PAID_WITHOUT_APPROVAL: { ko: '승인 없이 내줌', en: 'paid without approval' },
  LATE_APPROVAL: { ko: '늦은 승인', en: 'late approval' },
  ISSUER_CONTRADICTS: { ko: '발행사 기록과 다름', en: 'issuer contradicts' },
  APPROVED_NEVER_SENT: { ko: '보내지 않은 승인', en: 'approved, never sent' },
  REVERSED_ELSEWHERE: { ko: '다른 곳에서 취소됨', en: 'reversed elsewhere' },
  CONTENT_CONFLICT: { ko: '거래번호 내용 충돌', en: 'content conflict' },
  NET_CANCEL_REFUSED: { ko: '망취소 거절', en: 'reversal refused' },
  BOOKED_AFTER_SEAL: { ko: '마감한 영업일에 올라감', en: 'booked on a closed day' },
  VOID_CONFLICT: { ko: '승인 취소 결과 다름', en: 'void conflict' },
  VOID_LATE: { ko: '승인 취소 늦음', en: 'void late' },
  NOT_PROCESSED: { ko: '발행사가 처리하지 않음', en: 'not processed' },
  BUDGET_SPENT: { ko: '시도 횟수 다함', en: 'attempts spent' },
  OVERDUE: { ko: '기한 지남', en: 'overdue' },
  RECOVERING: { ko: '복구 중', en: 'recovering' },
};

/** Where the cash is, for a person. */
export function cashPlace(cash: Cash, language: Language): string {
  return CASH_PLACES[cash][language];
}
const CASH_PLACES: Readonly<Record<Cash, Words>> = {
  none: { ko: '움직이지 않음', en: 'not moved' },
  received: { ko: '돈통', en: 'in the drawer' },
  return_due: { ko: '돈통, 돌려줄 돈', en: 'in the drawer, to give back' },
  returned: { ko: '손님', en: 'with the customer' },
  payout_due: { ko: '돈통, 내줄 돈', en: 'in the drawer, to pay out' },
  paid_out: { ko: '손님', en: 'with the customer' },
};

/** What the machine does next by itself (`PaymentRow.next.what`). */
export const NEXT_WORDS: Readonly<Record<string, Words>> = {
  approve: { ko: '승인 요청', en: 'request' },
  inquiry: { ko: '결과 조회', en: 'inquiry' },
  netCancel: { ko: '망취소', en: 'reversal' },
  void: { ko: '승인 취소', en: 'void' },
};

export const ACCOUNT_WORDS: Readonly<Record<string, Words>> = {
  cash_drawer: { ko: '돈통', en: 'drawer' },
  issuer_payable: { ko: '발행사에 줄 돈', en: 'owed to the issuer' },
  customer_due: { ko: '손님께 줄 돈', en: 'owed to the customer' },
  suspense: { ko: '확인 중', en: 'suspense' },
  deferred: { ko: '나중 충전', en: 'credit later' },
  dispute: { ko: '분쟁', en: 'dispute' },
  unclaimed: { ko: '미수령', en: 'unclaimed' },
  store: { ko: '매장 부담', en: 'store' },
};

/** One step of the timeline, by the journal's event. */
export const EVENT_WORDS: Readonly<Record<string, Words>> = {
  scanAccepted: { ko: '바코드를 찍음', en: 'barcode scanned' },
  managerAllowed: { ko: '점장이 확인함', en: 'manager confirmed' },
  received: { ko: '현금을 받음', en: 'cash received' },
  stop: { ko: '그만둠', en: 'stopped' },
  expire: { ko: '바코드 시간이 지남', en: 'barcode expired' },
  cashBack: { ko: '보내지 않고 돌려주기로 함', en: 'not sent, cash goes back' },
  chooseLater: { ko: '나중 충전을 물어봄', en: 'asked about credit later' },
  creditLater: { ko: '나중 충전 접수', en: 'taken for credit later' },
  chooseSend: { ko: '바로 보내기로 함', en: 'sent after all' },
  request: { ko: '승인 요청을 누름', en: 'request pressed' },
  send: { ko: '승인 요청을 보냄', en: 'approval requested' },
  inquire: { ko: '결과를 조회함', en: 'result asked' },
  netCancel: { ko: '망취소를 보냄', en: 'reversal sent' },
  unanswered: { ko: '2초 동안 응답 없음', en: 'no answer for 2 s' },
  deadline: { ko: '시한이 지나 망취소로 정함', en: 'deadline: reversal decided' },
  givenBack: { ko: '현금을 돌려줌', en: 'cash given back' },
  paidOut: { ko: '현금을 내줌', en: 'cash paid out' },
  notPaid: { ko: '현금을 내주지 않음', en: 'cash not paid' },
  void: { ko: '승인 취소를 시작함', en: 'void begun' },
  voidSend: { ko: '승인 취소를 보냄', en: 'void sent' },
  payBack: { ko: '점장이 현금을 돌려주기로 함', en: 'manager: cash goes back' },
  acknowledge: { ko: '화면에 보여 줌', en: 'shown on the page' },
  answer: { ko: '다시 시작 뒤 질문에 답함', en: 'restart question answered' },
  leave: { ko: '미결로 넘김', en: 'left to the manager' },
  seen: { ko: '점장이 봄', en: 'seen by the manager' },
  openCase: { ko: '미결이 됨', en: 'became a case' },
  approved: { ko: '승인됨', en: 'approved' },
  declined: { ko: '거절됨', en: 'declined' },
  notProcessed: { ko: '발행사가 처리하지 않음', en: 'issuer did nothing' },
  ambiguous: { ko: '믿을 수 없는 응답', en: 'no trustworthy answer' },
  nothingLeft: { ko: '아무것도 나가지 않음', en: 'nothing left the terminal' },
  inquiry: { ko: '조회 결과를 받음', en: 'inquiry answered' },
  netCancelAcknowledged: { ko: '망취소 완료', en: 'reversal acknowledged' },
  netCancelRefused: { ko: '망취소 거절됨', en: 'reversal refused' },
  netCancelUnanswered: { ko: '망취소 응답 없음', en: 'reversal unanswered' },
  voidDone: { ko: '승인 취소됨', en: 'voided' },
  voidRefused: { ko: '승인 취소 거절됨', en: 'void refused' },
  voidUnanswered: { ko: '승인 취소 응답 없음', en: 'void unanswered' },
  restart: { ko: '단말기가 다시 시작됨', en: 'terminal restarted' },
};

export const BY_WORDS: Readonly<Record<'cashier' | 'manager' | 'terminal' | 'issuer', Words>> = {
  cashier: { ko: '근무자', en: 'cashier' },
  manager: { ko: '점장', en: 'manager' },
  terminal: { ko: '단말기', en: 'terminal' },
  issuer: { ko: '발행사', en: 'issuer' },
};

/** How far an answer can be trusted; every class that is not listed is an answer. */
const ANSWER_CLASSES: Readonly<Record<string, Words>> = {
  nothingLeft: { ko: '나간 것 없음', en: 'nothing left' },
  ambiguous: { ko: '결과 모름', en: 'ambiguous' },
  notProcessed: { ko: '처리 안 됨', en: 'not processed' },
};
const ANSWERED: Words = { ko: '응답함', en: 'answered' };

/** The class of an issuer's answer in a payment's timeline. */
export function answerClassWords(answerClass: string): Words {
  return ANSWER_CLASSES[answerClass] ?? ANSWERED;
}

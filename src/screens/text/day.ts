/** The words of the business-day page (screens 3.4). */
import type { DayAnswer, DayCategory, DayPhase } from '../../web/api/day.ts';
import type { Words } from './words.ts';

export const DAY = {
  none: { ko: '아직 열린 영업일이 없습니다.', en: 'No business day is open yet.' },
  choose: { ko: '영업일', en: 'Business day' },
  openMark: { ko: '{day} (열림)', en: '{day} (open)' },
  cutOver: { ko: '영업일 전환 {hour}시', en: 'cut-over at {hour}:00' },
  cutOverMidnight: { ko: '영업일 전환 자정', en: 'cut-over at midnight' },
  stepDone: { ko: '끝남', en: 'done' },
  stepWrong: { ko: '확인 필요', en: 'look at it' },
  stepOpen: { ko: '아직', en: 'not yet' },
  count: { ko: '시재 점검', en: 'Drawer count' },
  reconcile: { ko: '대사', en: 'Reconcile' },
  close: { ko: '미결, 마감', en: 'Open items, close' },
  report: { ko: '보고서', en: 'Report' },
  listed: {
    ko: '이 장부는 이 영업일의 거래를 잃었습니다. 그때 발행사 목록에는 충전 {charges}건 {chargeSum:won}, 출금 {refunds}건 {refundSum:won}이 있었습니다. 2단계에서 대사하고, 매장에 없는 거래를 한 건씩 전표로 올린 뒤 마감하세요.',
    en: "This ledger lost payments of this day. The issuer's list then had {charges} charges, {chargeSum:won}, and {refunds} withdrawals, {refundSum:won}. Reconcile in step 2, take over by a voucher each item that is missing here, then close the day.",
  },
  listedOpen: {
    ko: '이 장부는 이 영업일의 거래를 잃었습니다. 그때 발행사 목록에는 충전 {charges}건 {chargeSum:won}, 출금 {refunds}건 {refundSum:won}이 있었습니다. 이 영업일은 아직 끝나지 않았습니다. 2단계에서 대사하고 매장에 없는 거래를 한 건씩 전표로 올리되, 마감은 영업이 끝난 뒤에 하세요.',
    en: "This ledger lost payments of this day. The issuer's list then had {charges} charges, {chargeSum:won}, and {refunds} withdrawals, {refundSum:won}. The day is still running: reconcile in step 2, take over by a voucher each item that is missing here, and close it when the day is over.",
  },
  late: {
    ko: '마감 뒤에 발행사가 이 영업일에 올린 거래 {count}건. 발행사에 알리세요.',
    en: '{count} payments were booked on this day by the issuer after its close. Tell the issuer.',
  },
} as const satisfies Record<string, Words>;

export const PHASES: Readonly<Record<DayPhase, Words>> = {
  open: { ko: '열림', en: 'open' },
  wanted: { ko: '확인 불가', en: 'cannot confirm' },
  notAgreed: { ko: '불일치', en: 'not agreed' },
  agreed: { ko: '일치 확정', en: 'agreed' },
};

export const COUNT = {
  blind: {
    ko: '세어서 넣으세요. 있어야 할 현금은 [세었음]을 누른 뒤에 보입니다.',
    en: 'Count and enter. What should be there is shown after [Counted].',
  },
  mode: { ko: '무엇을 셉니까', en: 'What is counted' },
  separate: { ko: '따로 보관한 현금', en: "This program's cash, kept apart" },
  drawer: { ko: '돈통 전체', en: 'The whole drawer' },
  notes: { ko: '{value:won} (장)', en: '{value:won} notes' },
  coins: { ko: '{value:won} (개)', en: '{value:won} coins' },
  safe: { ko: '금고에 넣은 돈', en: 'Put into the safe' },
  float: { ko: '준비금', en: 'Float' },
  posExpected: { ko: 'POS가 말하는 현금', en: "The POS's own expected cash" },
  sum: { ko: '센 돈', en: 'Counted' },
  enter: { ko: '세었음', en: 'Counted' },
  again: { ko: '다시 세기', en: 'Count again' },
  onceMore: {
    ko: '한 번 더 셀 수 있습니다. 두 번 다 기록에 남습니다.',
    en: 'One recount is possible. Both stay in the record.',
  },
  first: { ko: '처음', en: 'First' },
  second: { ko: '다시', en: 'Recount' },
  who: { ko: '누가', en: 'Who' },
  expected: { ko: '있어야 할 현금', en: 'Expected' },
  difference: { ko: '과부족', en: 'Over/short' },
  explain: {
    ko: '{difference:won} 다릅니다. 이유를 적으면 차액을 매장 부담 전표로 옮깁니다.',
    en: 'It differs by {difference:won}. With a reason, the difference goes to the store by a voucher.',
  },
  explainDrawer: {
    ko: '{difference:won} 다릅니다. 이유를 적으세요.',
    en: 'It differs by {difference:won}. Give the reason.',
  },
  explained: { ko: '이유: {reason} ({who})', en: 'Reason: {reason} ({who})' },
  write: { ko: '이유 기록', en: 'Record the reason' },
} as const satisfies Record<string, Words>;

export const RECONCILE = {
  run: { ko: '대사하기', en: 'Reconcile' },
  running: { ko: '발행사 목록과 맞춰 보는 중', en: "comparing with the issuer's list" },
  never: {
    ko: '아직 맞춰 보지 않았습니다. 영업일이 끝나면 발행사 목록이 확정될 때까지 단말기가 스스로 맞춰 봅니다.',
    en: "Not compared yet. Once the day is over the terminal compares by itself, until the issuer's list is final.",
  },
  neverByItself: {
    ko: '아직 맞춰 보지 않았습니다. 단말기가 스스로 맞춰 보는 것은 최근 7일뿐입니다. [대사하기]를 누르세요.',
    en: 'Not compared yet. By itself the terminal compares the newest seven days only: press [Reconcile].',
  },
  asOf: { ko: '{time} 기준, {who}', en: 'as of {time}, {who}' },
  terminal: { ko: '단말기', en: 'the terminal' },
  notFinal: { ko: '발행사 목록이 아직 확정되지 않음', en: "the issuer's list is not final yet" },
  final: { ko: '확정된 목록', en: 'final list' },
  category: { ko: '구분', en: 'Category' },
  number: { ko: '건수', en: 'Count' },
  difference: { ko: '차이', en: 'Difference' },
  ours: { ko: '매장 합계', en: 'Store' },
  theirs: { ko: '발행사 합계', en: 'Issuer' },
  show: { ko: '보기', en: 'Show' },
  hide: { ko: '닫기', en: 'Hide' },
  more: { ko: '외 {count}건', en: 'and {count} more' },
  here: { ko: '매장', en: 'Here' },
  there: { ko: '발행사', en: 'There' },
  nothing: { ko: '없음', en: 'nothing' },
  rules: { ko: '마감 규칙', en: 'Closing rules' },
  holds: { ko: '맞음', en: 'holds' },
  fails: { ko: '틀림', en: 'does not hold' },
  items: { ko: '{count}건', en: '{count} items' },
} as const satisfies Record<string, Words>;

export const CATEGORY_WORDS: Readonly<Record<DayCategory, Words>> = {
  matched: { ko: '일치', en: 'matched' },
  missingHere: { ko: '매장에 없음', en: 'missing here' },
  missingThere: { ko: '발행사에 없음', en: 'missing there' },
  amountDiffers: { ko: '금액 다름', en: 'amount differs' },
  typeDiffers: { ko: '종류 다름', en: 'type differs' },
  dateDiffers: { ko: '날짜 다름', en: 'date differs' },
  duplicate: { ko: '중복', en: 'duplicate' },
  reversedButCaptured: { ko: '망취소했는데 승인됨', en: 'reversed but captured' },
  notYetSent: { ko: '아직 안 보냄', en: 'not yet sent' },
};

/** An item of the issuer's list that this ledger lost. */
export const MISSING = {
  title: { ko: '매장에 없던 거래의 전표', en: 'Vouchers for items missing here' },
  take: { ko: '전표 쓰기', en: 'Write a voucher' },
  sentence: {
    ko: '{reference} {type} {amount:won}: 발행사에는 있고 이 장부에는 없습니다. 전표로 이 장부에 올립니다. 한 번만 쓸 수 있습니다.',
    en: '{reference} {type} {amount:won}: the issuer has it and this ledger does not. A voucher takes it over, once.',
  },
  undone: {
    ko: '{reference} {type} {amount:won}: 발행사에서 취소된 거래입니다. 옮길 돈은 없고, 이 장부에 있는 것으로 셉니다.',
    en: '{reference} {type} {amount:won}: it was undone at the issuer. No money moves; it counts as known here.',
  },
  to: { ko: '상대 계정', en: 'Against' },
  dispute: { ko: '분쟁', en: 'dispute' },
  store: { ko: '매장 부담', en: 'store' },
  nothing: { ko: '옮긴 돈 없음', en: 'nothing booked' },
  write: { ko: '전표 쓰기', en: 'Write the voucher' },
} as const satisfies Record<string, Words>;

/** The nine closing rules, in their order. */
export const RULE_WORDS: readonly Words[] = [
  { ko: '모든 기록의 분개 합계가 0', en: 'every entry sums to 0' },
  { ko: '잔액 = 거래의 위치 + 전표', en: 'balances = positions + vouchers' },
  { ko: '확인 중인 돈은 열린 거래와 같음', en: 'suspense is what waits for an answer' },
  { ko: '나중 충전은 접수한 거래와 같음', en: 'credit later is what was taken for it' },
  { ko: '손님께 줄 돈은 열린 거래와 같음', en: 'what customers are owed is open payments' },
  { ko: '발행사에 줄 돈이 발행사 금액과 같음', en: "owed to the issuer is the issuer's own figure" },
  { ko: '돈통 = 받음 - 돌려줌 - 내줌 ± 전표', en: 'drawer = received - returned - paid out ± vouchers' },
  { ko: '마감한 영업일에 남은 돈 없음', en: 'a closed day holds nothing' },
  { ko: '보낼 바코드 = 금고의 행', en: 'vault rows = payments still to send' },
];

export const CLOSE = {
  none: { ko: '다음 날로 넘길 거래가 없습니다 ✓', en: 'Nothing to carry over ✓' },
  carry: {
    ko: '미결 {count}건 {sum:won}을 다음 날로 넘깁니다.',
    en: '{count} open items, {sum:won}, are carried over to the next day by name.',
  },
  sentence: {
    ko: '영업일 {day}을 마감합니다. 충전 {charges}건 {chargeSum:won}, 출금 {refunds}건 {refundSum:won}. 과부족 {difference:won}.',
    en: 'Close business day {day}: {charges} charges {chargeSum:won}, {refunds} withdrawals {refundSum:won}. Over/short {difference:won}.',
  },
  early: {
    ko: '이 영업일은 아직 끝나지 않았습니다. 마감하면 다음 거래는 다음 영업일입니다.',
    en: 'This day is not over yet. Once closed, the next payment belongs to the next day.',
  },
  run: { ko: '마감하기', en: 'Close the day' },
  running: { ko: '발행사에 묻는 중', en: 'asking the issuer' },
  wantedBy: { ko: '{who}, {time}에 마감함', en: 'closed by {who} at {time}' },
  agreed: {
    ko: '일치 확정: 양쪽이 {time}에 봉인했습니다. 기록 {index}',
    en: 'Agreed: sealed on both sides at {time}. Entry {index}',
  },
  notAgreed: {
    ko: '불일치: 발행사 금액이 다릅니다. 2단계에서 확인하고 다시 마감하세요.',
    en: "Not agreed: the issuer's figures differ. Look at step 2, then close again.",
  },
  madeAnew: {
    ko: '불일치: 발행사에 있는 것이 보낸 마감과 다릅니다. 그 사이에 거래가 있었을 수 있습니다. 할 일은 없습니다. 발행사 목록을 받는 대로 단말기가 스스로 다시 맞춰 보고, 그것뿐이면 다시 마감합니다. 먼저 시재를 점검하거나 마감하면 거기서 이어집니다.',
    en: "Not agreed: what the issuer has is not what the close said; payments may have come between. Nothing is to be done: once it has the issuer's list the terminal compares by itself, and if that is all it closes the day again. Who counts or closes it before goes on from there.",
  },
  cannotConfirm: {
    ko: '확인 불가: 발행사의 확실한 응답이 없습니다 ({why}). 단말기가 스스로 다시 묻습니다. 다음 영업일은 그대로 열립니다.',
    en: 'Cannot confirm: the issuer gives no sure answer ({why}). The terminal asks again by itself; the next day opens meanwhile.',
  },
  notProcessed: {
    ko: '확인 불가: 발행사가 요청을 처리하지 않았습니다 (코드 {why}). 단말기가 스스로 다시 묻습니다. 계속 이러면 발행사에 알리세요. 다음 영업일은 그대로 열립니다.',
    en: 'Cannot confirm: the issuer did not do what it was asked (code {why}). The terminal asks again by itself; if it stays so, tell the issuer. The next day opens meanwhile.',
  },
  askedToWait: {
    ko: '확인 대기: 발행사가 잠시 뒤에 다시 물어 달라고 했습니다. 단말기가 {time}에 스스로 다시 묻습니다. 다음 영업일은 그대로 열립니다.',
    en: 'Not confirmed yet: the issuer asked to be asked again later. The terminal does so by itself at {time}; the next day opens meanwhile.',
  },
  askedToWaitNow: {
    ko: '확인 대기: 발행사가 잠시 뒤에 다시 물어 달라고 했습니다. 단말기가 곧 스스로 다시 묻습니다. 다음 영업일은 그대로 열립니다.',
    en: 'Not confirmed yet: the issuer asked to be asked again later. The terminal does so by itself soon; the next day opens meanwhile.',
  },
  waiting: { ko: '발행사의 답을 기다리는 중', en: 'waiting for the issuer' },
  figure: { ko: '항목', en: 'Figure' },
  code: { ko: '코드 {code}', en: 'code {code}' },
  named: { ko: '이름으로 열려 있는 거래', en: 'Open by name' },
} as const satisfies Record<string, Words>;

/** Why a close has no answer yet, where it is not the line: what happened, and what to do. */
export const UNANSWERED_WORDS: Readonly<Record<string, Words>> = {
  LEDGER: {
    ko: '확인 불가: 이 단말기의 장부에서 이 영업일을 읽을 수 없어 발행사 목록과 맞춰 보지 못합니다. 설치 담당자에게 알려 장부를 점검하세요. 읽을 수 있게 되면 단말기가 스스로 마감을 이어 갑니다. 다음 영업일은 그대로 열립니다.',
    en: "Cannot confirm: this day cannot be read from the terminal's own ledger, so it is not compared with the issuer's list. Tell the installer, who has to check the ledger. Once it can be read the terminal goes on with the close by itself; the next day opens meanwhile.",
  },
  RECOVERING: {
    ko: '확인 불가: 단말기가 복구 중이라 마감을 보내지 않습니다. 점장이 전송 화면에서 [이 단말기로 계속]을 누르세요. 그다음은 단말기가 스스로 보냅니다. 다음 영업일은 그대로 열립니다.',
    en: 'Cannot confirm: the terminal is recovering and sends no close. A manager has to press [Go on with this terminal] on the page Sync; the terminal then sends it by itself. The next day opens meanwhile.',
  },
  NOT_VERIFIED: {
    ko: '확인 불가: 장부 확인이 끝나지 않았습니다. 단말기가 스스로 다시 확인합니다. 계속 이러면 설치 담당자에게 알리세요. 다음 영업일은 그대로 열립니다.',
    en: 'Cannot confirm: the check of the ledger came to no end. The terminal makes it again by itself; if it stays so, tell the installer. The next day opens meanwhile.',
  },
  PAYMENTS_UNDER_WAY: {
    ko: '확인 대기: 맞춰 보는 동안 이 영업일의 거래가 다시 열렸습니다. 할 일은 없습니다. 단말기가 스스로 다시 맞춰 봅니다. 다음 영업일은 그대로 열립니다.',
    en: 'Not confirmed yet: payments of this day opened again while it was compared. Nothing is to be done: the terminal compares again by itself; the next day opens meanwhile.',
  },
  LIST_BROKEN: {
    ko: '확인 대기: 발행사 목록이 앞뒤가 맞지 않습니다. 단말기가 스스로 다시 받아 봅니다. 계속 이러면 발행사에 알리세요. 다음 영업일은 그대로 열립니다.',
    en: "Not confirmed yet: the issuer's list contradicts itself. The terminal reads it again by itself; if it stays so, tell the issuer. The next day opens meanwhile.",
  },
  BUSY: {
    ko: '확인 대기: 단말기가 발행사에 다른 마감을 묻고 있습니다. 할 일은 없습니다. 이 마감도 스스로 묻습니다. 다음 영업일은 그대로 열립니다.',
    en: 'Not confirmed yet: the terminal is asking the issuer about another close. Nothing is to be done: it asks about this one by itself; the next day opens meanwhile.',
  },
  '006_907': {
    ko: '확인 대기: 발행사는 이 영업일을 이미 확정했습니다. 할 일은 없습니다. 단말기가 발행사의 확정된 목록을 받는 대로 스스로 맞춰 봅니다. 다음 영업일은 그대로 열립니다.',
    en: 'Not confirmed yet: the issuer has this day agreed already. Nothing is to be done: the terminal compares with its final list by itself, as soon as it has it; the next day opens meanwhile.',
  },
};

export const OBSTACLES: Readonly<Record<NonNullable<DayAnswer['obstacle']>, Words>> = {
  SEALED: { ko: '이미 마감되었습니다.', en: 'It is closed already.' },
  COUNT_NEEDED: { ko: '먼저 시재 점검을 하세요.', en: 'Count the drawer first.' },
  REASON_NEEDED: { ko: '과부족의 이유를 먼저 적으세요.', en: 'Say first why the count differs.' },
  UNDER_WAY: { ko: '발행사의 답을 기다리고 있습니다.', en: 'The issuer is being asked.' },
};

/** Why a close is not agreed, by its code, where the issuer's figures are not the reason. */
export const NOT_AGREED_WORDS: Readonly<Record<string, Words>> = {
  RULES: {
    ko: '불일치: 장부의 합계가 맞지 않아 발행사에 보내지 않았습니다. 2단계의 마감 규칙을 보고 설치 담당자에게 알리세요.',
    en: "Not agreed: the ledger's own sums do not add up, so nothing was sent. See the closing rules in step 2 and tell the installer.",
  },
  LIST_BROKEN: {
    ko: '불일치: 발행사 목록이 앞뒤가 맞지 않아 비교할 수 없습니다. 발행사에 알리고 다시 마감하세요.',
    en: "Not agreed: the issuer's list contradicts itself, so nothing can be compared with it. Tell the issuer, then close again.",
  },
  CONTRADICTS: {
    ko: '불일치: 발행사가 지금 장부와 다른 금액에 동의했습니다. 2단계를 보고 발행사에 알린 뒤 다시 마감하세요.',
    en: "Not agreed: the issuer agreed to figures that are no longer this ledger's. Look at step 2, tell the issuer, then close again.",
  },
  REQUEST_TOO_LARGE: {
    ko: '불일치: 열린 거래가 너무 많아 보내지 못했습니다. 미결을 정리하고 다시 마감하세요.',
    en: 'Not agreed: too many open items to send. Settle open cases, then close again.',
  },
  '006_907': {
    ko: '불일치: 발행사는 이 영업일을 이미 확정했고, 목록이 이 장부와 다릅니다. 2단계에서 매장에 없는 거래를 한 건씩 전표로 올리고 다시 마감하세요. 다른 차이는 발행사에 알리세요.',
    en: 'Not agreed: the issuer has this day agreed already, and its list is not the one here. In step 2, take over by a voucher each item that is missing here, then close again; tell the issuer of any other difference.',
  },
  '006_021': {
    ko: '불일치: 되돌리기 전의 장부가 보낸 이 영업일의 마감이 발행사에 있고, 목록이 이 장부와 다릅니다. 2단계에서 매장에 없는 거래를 한 건씩 전표로 올리고 다시 마감하세요. 다른 차이는 발행사에 알리세요.',
    en: 'Not agreed: the issuer has another close of this day, from before this ledger was put back, and its list is not the one here. In step 2, take over by a voucher each item that is missing here, then close again; tell the issuer of any other difference.',
  },
};

/** The issuer did not take the request, and would not the next time either. */
export const NOT_TAKEN: Words = {
  ko: '불일치: 발행사가 마감 요청을 받지 않았습니다({code}). 발행사에 알리고 다시 마감하세요.',
  en: 'Not agreed: the issuer does not take the request to close ({code}). Tell the issuer, then close again.',
};

/** Why a step was refused (`ApiError.refusal`). */
export const DAY_REFUSALS: Readonly<Record<string, Words>> = {
  ...OBSTACLES,
  COUNTED_TWICE: { ko: '두 번 세었습니다.', en: 'It was counted twice.' },
  NOTHING_TO_EXPLAIN: { ko: '적을 차액이 없습니다.', en: 'There is no difference to explain.' },
  NOT_MISSING: {
    ko: '마지막 대사에서 매장에 없는 거래가 아닙니다. 다시 대사하세요.',
    en: 'The last comparison does not list it as missing here. Reconcile again.',
  },
  ALREADY_BOOKED: { ko: '이 거래의 전표는 이미 있습니다.', en: 'A voucher for it was written already.' },
  RECOVERING: {
    ko: '단말기가 복구 중입니다. 먼저 전송 화면에서 단말기를 이어받으세요.',
    en: 'The terminal is recovering. Take it on first, on the page Sync.',
  },
  NO_ANSWER: {
    ko: '발행사 목록을 받지 못했습니다. 잠시 뒤에 다시.',
    en: "The issuer's list did not come. Again in a moment.",
  },
  LIST_BROKEN: {
    ko: '발행사 목록이 앞뒤가 맞지 않습니다. 발행사에 알리세요.',
    en: "The issuer's list contradicts itself. Tell the issuer.",
  },
};

export const FIGURES: Readonly<Record<string, Words>> = {
  'CHARGE APPROVED': { ko: '충전 승인', en: 'Charges approved' },
  'REFUND APPROVED': { ko: '출금 승인', en: 'Withdrawals approved' },
  'CHARGE VOIDED': { ko: '충전 승인 취소', en: 'Charges voided' },
  'CHARGE REVERSED': { ko: '충전 망취소', en: 'Charges reversed' },
  'REFUND REVERSED': { ko: '출금 망취소', en: 'Withdrawals reversed' },
  'REFUND VOIDED': { ko: '출금 승인 취소', en: 'Withdrawals voided' },
};

export const REPORT = {
  make: { ko: '보고서 만들기', en: 'Make the report' },
  again: { ko: '똑같이 다시 만들기', en: 'Make it again' },
  print: { ko: '인쇄·PDF', en: 'Print or PDF' },
  text: { ko: '글 (42칸)', en: 'Text (42 columns)' },
  csv: { ko: 'CSV', en: 'CSV' },
  same: { ko: '같은 바이트 ✓ {sha}', en: 'the same bytes ✓ {sha}' },
  differs: { ko: '처음 만든 것과 다릅니다: {sha}', en: 'it differs from the first one: {sha}' },
  first: { ko: '서명됨 {sha}', en: 'signed {sha}' },
} as const satisfies Record<string, Words>;

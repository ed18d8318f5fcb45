/** The manager pages' own words (screens 3). */
import type { ApiErrorCode } from '../../web/api/error.ts';
import type { SettingWarning, SyncAnswer } from '../../web/api/terminal.ts';
import type { Words } from './words.ts';

export const NAV = {
  today: { ko: '오늘', en: 'Today' },
  payments: { ko: '거래', en: 'Payments' },
  cases: { ko: '미결', en: 'Open cases' },
  day: { ko: '영업일', en: 'Business day' },
  scanners: { ko: '스캐너', en: 'Scanners' },
  sync: { ko: '전송', en: 'Sync' },
  settings: { ko: '설정', en: 'Settings' },
  signOut: { ko: '나가기', en: 'Sign out' },
} as const satisfies Record<string, Words>;

export const HEAD = {
  asOf: { ko: '{time} 기준', en: 'as of {time}' },
  stale: { ko: '화면이 {seconds}초 늦음', en: 'stale for {seconds} s' },
  terminal: { ko: '단말기 {terminal}', en: 'Terminal {terminal}' },
  day: { ko: '영업일 {day}', en: 'Business day {day}' },
  failed: {
    ko: '{what}을 불러오지 못함, {since}부터. 계산대와 전송은 계속됩니다.',
    en: '{what} could not be loaded since {since}. Counter and sync go on.',
  },
  again: { ko: '다시 시도', en: 'Try again' },
  oldFigures: { ko: '아래는 {time}의 내용입니다.', en: 'Below is what it was at {time}.' },
  light: { ko: '밝게', en: 'Light' },
  dark: { ko: '어둡게', en: 'Dark' },
  pages: { ko: '점장 화면', en: 'Manager pages' },
} as const satisfies Record<string, Words>;

export const SIGN_IN = {
  title: { ko: '점장 로그인', en: 'Manager sign-in' },
  name: { ko: '이름', en: 'Name' },
  pin: { ko: '비밀번호 (숫자 4~8자리)', en: 'PIN (4 to 8 digits)' },
  enter: { ko: '로그인', en: 'Sign in' },
  firstTitle: { ko: '첫 점장 만들기', en: 'The first manager' },
  firstText: {
    ko: '설치할 때 표시된 코드로 첫 점장을 만듭니다. 미리 정해진 비밀번호는 없습니다.',
    en: "The installer's code makes the first manager. There is no default PIN.",
  },
  code: { ko: '설치 코드', en: "Installer's code" },
  make: { ko: '만들기', en: 'Make' },
  burst: {
    ko: '스캐너 입력은 받지 않습니다. 손으로 넣으세요.',
    en: "A scanner's input is not taken. Type it by hand.",
  },
} as const satisfies Record<string, Words>;

/** Why a call was refused, by its code. */
export const ERRORS: Readonly<Record<ApiErrorCode | 'NO_ANSWER', Words>> = {
  BAD_REQUEST: { ko: '넣은 값을 확인하세요.', en: 'Check what was entered.' },
  NOT_FOUND: { ko: '찾을 수 없습니다.', en: 'Not found.' },
  FORBIDDEN: { ko: '이 화면에서는 할 수 없습니다.', en: 'Not allowed from this page.' },
  NOT_JSON: { ko: '넣은 값을 확인하세요.', en: 'Check what was entered.' },
  TOO_LARGE: { ko: '넣은 값이 너무 깁니다.', en: 'Too long.' },
  TOO_MANY: { ko: '너무 많이 눌렀습니다. 잠시 뒤에 다시.', en: 'Too many tries. Again in a moment.' },
  SIGNED_OUT: { ko: '로그아웃되었습니다.', en: 'You are signed out.' },
  WRONG_PIN: { ko: '비밀번호가 다릅니다. {tries}번 남음', en: 'Wrong PIN. {tries} left' },
  LOCKED_OUT: { ko: '{minutes}분 동안 잠겼습니다.', en: 'Locked for {minutes} min.' },
  WRONG_CODE: { ko: '설치 코드가 다릅니다.', en: "Wrong installer's code." },
  ALREADY_SET_UP: { ko: '점장이 이미 있습니다.', en: 'There is a manager already.' },
  WEAK_PIN: {
    ko: '더 어려운 비밀번호: 4~8자리, 같은 숫자나 이어진 숫자는 안 됩니다.',
    en: 'A better PIN: 4 to 8 digits, not all equal, not a run.',
  },
  STALE: {
    ko: '그 사이 바뀌었습니다. 지금 상태를 보여 드립니다.',
    en: 'It changed meanwhile; this is the present state.',
  },
  REFUSED: { ko: '지금 상태에서는 할 수 없습니다.', en: 'Not possible in this state.' },
  REASON_NEEDED: { ko: '이유를 10자 이상 쓰세요.', en: 'Give a reason of at least 10 characters.' },
  PIN_NEEDED: { ko: '비밀번호를 넣으세요.', en: 'Enter the PIN.' },
  NOT_READY: { ko: '아직 준비되지 않았습니다.', en: 'Not ready yet.' },
  LEDGER: {
    ko: '장부를 읽거나 쓸 수 없어 처리하지 않았습니다. 다시 시도하고, 계속되면 장부를 검증하세요.',
    en: 'The ledger could not be read or written: not done. Try again; if it stays so, verify the ledger.',
  },
  FAULT: { ko: '기계 오류입니다. 다시 시도하세요.', en: 'A fault of the machine. Try again.' },
  NO_ANSWER: { ko: '단말기의 응답이 없습니다.', en: 'The terminal does not answer.' },
};

export const TODAY = {
  chargesApproved: { ko: '충전 승인', en: 'Charges approved' },
  refundsApproved: { ko: '출금 승인', en: 'Withdrawals approved' },
  reversedOrVoided: { ko: '망취소·승인 취소', en: 'Reversed, voided' },
  reversingNote: {
    ko: '진행 중 {count}건 {sum:won}, 가장 오래된 {oldest}',
    en: '{count} under way, {sum:won}, oldest {oldest}',
  },
  later: { ko: '나중 충전', en: 'Credit later' },
  laterNote: { ko: '한도 {limit:won}, 가장 오래된 {oldest}', en: 'of {limit:won}, oldest {oldest}' },
  payoutDue: { ko: '내줄 돈', en: 'Cash to pay out' },
  returnDue: { ko: '돌려줄 돈', en: 'Cash to give back' },
  cases: { ko: '미결', en: 'Open cases' },
  line: { ko: '통신·발행사', en: 'Line and issuer' },
  scanners: { ko: '스캐너 {ready}/{all} 준비됨', en: '{ready} of {all} scanners ready' },
  count: { ko: '{count}건', en: '{count}' },
  chart: { ko: '시간별 금액', en: 'Won per hour' },
  charges: { ko: '충전', en: 'charges' },
  refunds: { ko: '출금', en: 'withdrawals' },
  reversed: { ko: '망취소', en: 'reversals' },
  asTable: { ko: '표로 보기', en: 'As a table' },
  asChart: { ko: '그림으로 보기', en: 'As a chart' },
  hour: { ko: '시각', en: 'Hour' },
  oldest: { ko: '오래된 미결', en: 'Oldest cases' },
  nothing: { ko: '오늘 거래가 아직 없습니다. {scanners}.', en: 'No payments yet today. {scanners}.' },
  expectedCash: { ko: '있어야 할 현금', en: 'Cash that should be there' },
  hidden: { ko: '시재 점검 뒤에 보입니다', en: 'shown after the count' },
} as const satisfies Record<string, Words>;

/** Payments whose row in the ledger cannot be read. */
export const UNREAD = {
  what: {
    ko: '장부에서 읽을 수 없는 거래 {count}건. 아래는 마지막으로 알던 내용입니다.',
    en: 'Payments that the ledger cannot read: {count}. Below is what was known of them last.',
  },
  todo: {
    ko: '현금이 어디 있는지 확인해 적어 두세요. 그다음 프로그램을 멈추고 마지막 백업을 복원하세요(설치 안내서의 ledger restore).',
    en: "Find out where the cash is and write it down. Then stop the program and restore the last backup (ledger restore in the installer's guide).",
  },
  none: {
    ko: '장부에서 이 거래를 읽을 수 없고, 기록도 손상되어 아는 내용이 없습니다.',
    en: 'The ledger cannot read this payment, and its entries are damaged too: nothing is known of it.',
  },
  one: {
    ko: '장부에서 이 거래를 읽을 수 없습니다. 마지막으로 알던 내용이며, 이것으로 결정할 수 없습니다.',
    en: 'The ledger cannot read this payment. This is what was known of it last; nothing is decided on it.',
  },
} as const satisfies Record<string, Words>;

export const LIST = {
  time: { ko: '시각', en: 'Time' },
  type: { ko: '종류', en: 'Type' },
  amount: { ko: '금액', en: 'Amount' },
  state: { ko: '상태', en: 'State' },
  card: { ko: '카드', en: 'Card' },
  reference: { ko: '조회번호', en: 'Reference' },
  approvalCode: { ko: '승인번호', en: 'Approval' },
  station: { ko: '계산대', en: 'Station' },
  cashier: { ko: '근무자', en: 'Cashier' },
  day: { ko: '영업일', en: 'Day' },
  from: { ko: '영업일부터', en: 'From day' },
  to: { ko: '까지', en: 'to' },
  all: { ko: '모두', en: 'All' },
  charge: { ko: '충전', en: 'Charge' },
  refund: { ko: '출금', en: 'Withdrawal' },
  group: { ko: '상태', en: 'State' },
  ended: { ko: '끝남', en: 'Ended' },
  running: { ko: '진행', en: 'Running' },
  owed: { ko: '줄 돈', en: 'Owed' },
  case: { ko: '미결', en: 'Open case' },
  later: { ko: '나중 충전', en: 'Credit later' },
  amountFrom: { ko: '금액부터', en: 'Won from' },
  amountTo: { ko: '까지', en: 'to' },
  search: { ko: '찾기', en: 'Search' },
  searchHint: {
    ko: '조회번호, 거래번호, 승인번호, 발행사 번호, 카드 끝 4자리',
    en: 'Reference, payment number, approval code, issuer no., last four',
  },
  clear: { ko: '조건 지우기', en: 'Clear filters' },
  none: { ko: '이 조건의 거래가 없습니다.', en: 'No payment fits.' },
  noneSoFar: {
    ko: '여기까지는 이 조건의 거래가 없습니다. [더 이전]으로 이어서 찾으세요.',
    en: 'No payment fits so far. [Older] looks further back.',
  },
  newest: { ko: '최근', en: 'Newest' },
  older: { ko: '더 이전', en: 'Older' },
  newer: { ko: '더 최근', en: 'Newer' },
  newRow: { ko: '새 거래 {count}건 보기', en: 'Show {count} new payment' },
  newRows: { ko: '새 거래 {count}건 보기', en: 'Show {count} new payments' },
  moreNewRows: { ko: '새 거래 {count}건 이상 보기', en: 'Show {count} new payments or more' },
  export: { ko: '내보내기 CSV', en: 'Export CSV' },
  exportExcel: { ko: '내보내기 Excel', en: 'Export Excel' },
  verify: { ko: '장부 검증', en: 'Verify' },
  verifying: { ko: '검증 중', en: 'verifying' },
  verified: {
    ko: '장부가 맞습니다: 기록 {entries}건, 마지막 {index} · {head}',
    en: 'The ledger holds: {entries} entries, last {index} · {head}',
  },
  cardSearch: {
    ko: '카드번호로 찾으려면 비밀번호를 다시 넣으세요. 번호는 저장되지 않습니다.',
    en: 'A search by card number asks for the PIN again. The number is not kept.',
  },
} as const satisfies Record<string, Words>;

export const DETAIL = {
  title: { ko: '거래', en: 'Payment' },
  back: { ko: '목록으로', en: 'Back to the list' },
  number: { ko: '거래번호', en: 'Payment number' },
  nrNumber: { ko: '발행사 번호', en: 'Issuer no.' },
  cash: { ko: '현금은 어디에', en: 'Where the cash is' },
  timeline: { ko: '기록', en: 'Timeline' },
  gap: { ko: '간격', en: 'Gap' },
  by: { ko: '누가', en: 'Who' },
  what: { ko: '무엇을', en: 'What' },
  code: { ko: '코드', en: 'Code' },
  after: { ko: '그 뒤 상태', en: 'State after' },
  entry: { ko: '기록 번호', en: 'Entry' },
  attempt: { ko: '{count}번째 시도', en: 'attempt {count}' },
  bytes: { ko: '{count}바이트 보냄', en: '{count} bytes written' },
  postings: { ko: '분개 (합계 {sum:won})', en: 'Postings (sum {sum:won})' },
  noPostings: { ko: '움직인 돈이 없습니다.', en: 'No money has moved.' },
  next: { ko: '다음: {what}, {time}', en: 'Next: {what}, {time}' },
  nothingNext: { ko: '자동으로 할 일이 없습니다.', en: 'Nothing more happens by itself.' },
  inquire: { ko: '결과 조회', en: 'Ask the issuer' },
  netCancel: { ko: '망취소 다시 보내기', en: 'Send the reversal again' },
  receipt: { ko: '영수증 다시', en: 'Receipt again' },
  decide: { ko: '정하기', en: 'Decide' },
  acknowledged: { ko: '화면에 보여 줌', en: 'shown on the page' },
  notAcknowledged: { ko: '아직 보여 주지 않음', en: 'not shown yet' },
  flags: { ko: '표시', en: 'Flags' },
  managerNeeded: { ko: '점장 확인 필요', en: 'manager needed' },
  question: { ko: '다시 시작 뒤 질문', en: 'restart question' },
  closedByRestart: { ko: '다시 시작할 때 닫힘', en: 'closed by the restart' },
  left: { ko: '점장에게 넘김', en: 'left to the manager' },
  version: { ko: '판', en: 'Version' },
  broken: {
    ko: '기록 {index} 확인 실패: 바뀐 기록입니다. 이 거래는 정할 수 없습니다. 장부 검증을 하고 도움을 청하세요.',
    en: 'Entry {index} fails its hash: it was changed. Nothing can be decided here. Verify the ledger and call for help.',
  },
  /** Pressed on a page that was drawn before. */
  notVerified: {
    ko: '이 거래의 기록이 바뀌어 있어 정하지 않았습니다. 장부 검증을 하고 도움을 청하세요.',
    en: 'Nothing was decided: entries of this payment were changed. Verify the ledger and call for help.',
  },
  verified: { ko: '맞음', en: 'verified' },
} as const satisfies Record<string, Words>;

export const CASES = {
  age: { ko: '나이', en: 'Age' },
  reason: { ko: '사유', en: 'Reason' },
  automatic: { ko: '자동으로 하는 일', en: 'By itself' },
  none: { ko: '미결이 없습니다 ✓', en: 'No open cases ✓' },
  question: { ko: '다시 시작 뒤 질문', en: 'restart question' },
  choose: { ko: '이 거래를 어떻게 할까요?', en: 'What happens with this payment?' },
  why: { ko: '이유', en: 'Reason' },
  note: { ko: '설명 (10자 이상)', en: 'Note (at least 10 characters)' },
  pin: { ko: '비밀번호', en: 'PIN' },
  close: { ko: '닫기', en: 'Close' },
  nothingOffered: {
    ko: '지금 정할 것이 없습니다. 단말기가 자동으로 이어 갑니다.',
    en: 'Nothing to decide now. The terminal goes on by itself.',
  },
} as const satisfies Record<string, Words>;

export const SCANNERS = {
  none: {
    ko: '스캐너가 없습니다. 꽂으면 여기 나타납니다.',
    en: 'No scanner. It appears here once plugged in.',
  },
  device: { ko: '장치', en: 'Device' },
  connection: { ko: '연결 방식', en: 'Connection' },
  state: { ko: '상태', en: 'State' },
  frames: { ko: '오늘 스캔', en: 'Scans today' },
  refused: { ko: '거절', en: 'Refused' },
  unreadable: { ko: '못 읽음', en: 'Unreadable' },
  notOurs: { ko: '다른 바코드', en: 'Not ours' },
  reconnects: { ko: '재연결', en: 'Reconnects' },
  keptFromPages: { ko: '화면 입력 막힘', en: 'Kept from typing into pages' },
  yes: { ko: '예', en: 'yes' },
  no: { ko: '▲ 아니오', en: '▲ no' },
  plugged: { ko: '컴퓨터에 보이지만 쓰지 않는 장치', en: 'Seen by the system, not in use' },
  likely: { ko: '스캐너로 보임', en: 'looks like a scanner' },
  last: { ko: '마지막 스캔', en: 'Last scan' },
  since: { ko: '{time}부터', en: 'since {time}' },
  test: { ko: '시험 찍기', en: 'Test scan' },
  endTest: { ko: '시험 끝내기', en: 'End the test' },
  testing: {
    ko: '시험 중: 찍은 것은 여기에만 나오고 거래가 되지 않습니다.',
    en: 'Testing: scans are shown here only and open no payment.',
  },
  ready: { ko: '● 준비됨', en: '● ready' },
  connecting: { ko: '◌ 연결 중', en: '◌ connecting' },
  unplugged: { ko: '▲ 빠짐', en: '▲ unplugged' },
  fault: { ko: '▲ 고장', en: '▲ fault' },
  closed: { ko: '■ 닫힘', en: '■ closed' },
  good: { ko: '맞는 결제 바코드', en: 'a good payment barcode' },
  length: { ko: '{count}자', en: '{count} characters' },
  sheet: { ko: '설정 시트', en: 'Setup sheet' },
  dropped: { ko: '버린 입력', en: 'Dropped' },
  lastUnreadable: { ko: '마지막으로 못 읽은 결제 바코드', en: 'Last payment barcode not read' },
  posPort: { ko: 'POS 가상 포트', en: 'Virtual port for the POS' },
  posSocket: { ko: 'POS 소켓', en: 'Socket for the POS' },
  posSent: { ko: '전달', en: 'Passed on' },
  posMissed: { ko: 'POS가 열지 않아 버림', en: 'Dropped: the POS had it closed' },
  posCut: { ko: '읽지 않아 끊음', en: 'Cut off: it did not read' },
  waiting: { ko: '◌ POS를 기다림', en: '◌ waiting for the POS' },
  open: { ko: '● POS가 읽는 중', en: '● the POS reads' },
  unavailable: { ko: '▲ 만들 수 없음', en: '▲ cannot be made' },
} as const satisfies Record<string, Words>;

/** How a scanner is connected (`ScannerRow.connection`). */
export const CONNECTIONS: Readonly<Record<string, Words>> = {
  'hid-pos': { ko: 'HID-POS', en: 'HID-POS' },
  'hid-keyboard': { ko: '키보드', en: 'keyboard' },
  serial: { ko: '직렬', en: 'serial' },
  tcp: { ko: '네트워크', en: 'network' },
  auto: { ko: '자동', en: 'automatic' },
};

/** Why input of a scanner never became a scan (`ScannerRow.dropped`). */
export const DROPPED = {
  CUT: { ko: '끝이 없음 {count}', en: 'cut off {count}' },
  TOO_LONG: { ko: '너무 김 {count}', en: 'too long {count}' },
  EMPTY: { ko: '빈 것 {count}', en: 'empty {count}' },
  UNDECODABLE: { ko: '알 수 없음 {count}', en: 'not decodable {count}' },
} as const satisfies Record<string, Words>;

export const SYNC = {
  none: { ko: '보낼 것이 없습니다 ✓', en: 'Nothing to send ✓' },
  lastAnswered: { ko: '마지막 연결', en: 'Last answered call' },
  nextTry: { ko: '다음 연결 시도', en: 'Next try of the line' },
  breaker: { ko: '차단기', en: 'Breaker' },
  failures: { ko: '연속 실패 {count}번', en: '{count} failures in a row' },
  oneFailure: { ko: '실패 1번', en: '1 failure' },
  pace: { ko: '나중 충전 속도', en: 'Pace of credit later' },
  perMinute: { ko: '1분에 {count}건', en: '{count} a minute' },
  noPace: { ko: '발행사가 지금은 받지 않음', en: 'the issuer takes none now' },
  oldest: { ko: '가장 오래된', en: 'Oldest' },
  paused: { ko: '멈춤', en: 'Paused' },
  alarmed: { ko: '경보: 나중 충전만 보내지 않음', en: 'Alarm: credit later is held back' },
  running: { ko: '보내는 중', en: 'Running' },
  notKept: {
    ko: '마지막 [멈춤]이나 [다시 시작]이 아직 디스크에 저장되지 않았습니다. 지금은 그대로 따르지만, 단말기가 다시 켜지면 그 전으로 돌아갑니다. 저장은 스스로 다시 시도합니다.',
    en: 'The last [Pause] or [Resume] is not on disk yet. It holds now, but a restart goes back to what was before. It is tried again by itself.',
  },
  epoch: { ko: '단말기 번호판', en: 'Epoch' },
  issuerEpoch: { ko: '발행사 번호판', en: "Issuer's epoch" },
  clock: { ko: '시계 차이', en: 'Clock difference' },
  clockConfirmed: { ko: '확인됨', en: 'confirmed' },
  clockUnsure: { ko: '확인 안 됨', en: 'not confirmed' },
  now: { ko: '지금 보내기', en: 'Send now' },
  pause: { ko: '멈춤', en: 'Pause' },
  resume: { ko: '다시 시작', en: 'Resume' },
  claim: { ko: '이 단말기로 계속', en: 'Go on with this terminal' },
  claimText: {
    ko: '복구 중입니다. 새 번호로 이어갑니다. 이 디스크를 복사한 다른 단말기가 모두 꺼져 있습니까?',
    en: 'Recovering. Is every copy of this disk switched off?',
  },
  reason: { ko: '이유 (3자 이상)', en: 'Reason (at least 3 characters)' },
  due: { ko: '보낼 것', en: 'Still to send' },
  seconds: { ko: '{seconds}초', en: '{seconds} s' },
} as const satisfies Record<string, Words>;

/** States of `SyncAnswer.breaker`. */
export const BREAKER_STATES = {
  closed: { ko: '닫힘: 막는 것 없음', en: 'closed: nothing is held back' },
  open: { ko: '열림: 기다릴 수 있는 것은 보내지 않음', en: 'open: what can wait is held back' },
  halfOpen: { ko: '반열림: 연결을 시험하는 중', en: 'half-open: a try of the line is under way' },
} as const satisfies Record<SyncAnswer['breaker']['state'], Words>;

/** Keys of `SyncAnswer.byState`. */
export const SYNC_STATES: Readonly<Record<string, Words>> = {
  unsent: { ko: '보내기 전', en: 'not sent yet' },
  sending: { ko: '승인 요청 중', en: 'requesting' },
  unknown: { ko: '결과 모름', en: 'result unknown' },
  reversing: { ko: '망취소 중', en: 'reversing' },
  voiding: { ko: '승인 취소 중', en: 'voiding' },
  deferred: { ko: '나중 충전', en: 'credit later' },
};

/** Why a value is unsafe (`SettingRow.warning`). */
export const SETTING_WARNINGS: Readonly<Record<SettingWarning, Words>> = {
  NOT_ENCRYPTED: { ko: '줄이 암호화되지 않음', en: 'the line is not encrypted' },
  OPEN_TO_NETWORK: {
    ko: '이 기계 밖에서도 열림: 비밀 링크를 가진 사람만 쓰게 하세요',
    en: 'open beyond this machine: only for people who have the secret link',
  },
  NO_BACKUPS: { ko: '장부 백업을 만들지 않음', en: 'no backups of the ledger are made' },
  SAME_DISK: {
    ko: '백업이 장부와 같은 디스크에 있음',
    en: 'backups lie on the same disk as the ledger',
  },
};

export const SETTINGS = {
  path: { ko: '항목', en: 'Setting' },
  value: { ko: '값', en: 'Value' },
  source: { ko: '어디서', en: 'Source' },
  default: { ko: '기본', en: 'default' },
  set: { ko: '설정함', en: 'set' },
  file: { ko: '설정 파일', en: 'Configuration file' },
  fileAt: { ko: '파일이 바뀐 때', en: 'File last changed' },
  daysLeft: { ko: '{date}까지, {days}일 남음', en: 'until {date}, {days} days left' },
  ended: { ko: '{date}에 끝났습니다', en: 'ended {date}' },
  version: { ko: '버전', en: 'Version' },
  policy: { ko: '규칙 지문', en: 'Policy hash' },
  readOnly: {
    ko: '여기서는 볼 수만 있습니다. 바꾸려면 설정 파일을 고치세요.',
    en: 'Read only. Changes are made in the configuration file.',
  },
  addManager: { ko: '점장 더하기', en: 'Add a manager' },
  ownPin: { ko: '내 비밀번호', en: 'Your own PIN' },
  newPin: { ko: '새 점장의 비밀번호', en: "The new manager's PIN" },
  added: { ko: '더했습니다.', en: 'Added.' },
} as const satisfies Record<string, Words>;

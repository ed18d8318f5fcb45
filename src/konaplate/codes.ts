/**
 * Every code of the platform in one table: the published ones, and this project's own 9xx in their groups
 * (konaplate-api 4). The class says what an authentic answer with this code allows (intent-rules 2); it depends on the
 * call, so `classOfCode` is what a caller asks.
 */
export type Operation = 'hello' | 'approve' | 'inquiry' | 'netcancel' | 'cancel' | 'transactions' | 'close';

export type CodeClass = 'success' | 'declined' | 'notProcessed' | 'refused' | 'ambiguous';

export interface CodeEntry {
  readonly code: string;
  readonly httpStatus: 200 | 400;
  readonly message: string;
  readonly class: CodeClass;
  /** The calls for which the class holds; for every other call the code is ambiguous. */
  readonly on: readonly Operation[] | 'every';
  readonly published: boolean;
}

const APPROVE: readonly Operation[] = ['approve'];
const NET_CANCEL: readonly Operation[] = ['netcancel'];
const CANCEL: readonly Operation[] = ['cancel'];

function row(
  code: string,
  message: string,
  codeClass: CodeClass,
  on: readonly Operation[] | 'every',
  published: boolean,
): CodeEntry {
  return { code, httpStatus: code === '000_000' ? 200 : 400, message, class: codeClass, on, published };
}
const published = (code: string, message: string, is: CodeClass, on: readonly Operation[] | 'every') =>
  row(code, message, is, on, true);
const own = (code: string, message: string, is: CodeClass, on: readonly Operation[] | 'every') =>
  row(code, message, is, on, false);

export const CODES: readonly CodeEntry[] = [
  published('000_000', 'Success.', 'success', 'every'),
  published('000_002', 'Invalid input parameter.', 'notProcessed', 'every'),
  own('000_901', 'Invalid Tran-Token.', 'notProcessed', 'every'),
  own('000_902', 'Tran-Token time out of tolerance.', 'notProcessed', 'every'),
  own('000_903', 'Tran-Token already used.', 'notProcessed', 'every'),
  own('000_904', 'Unknown ASP or access key.', 'notProcessed', 'every'),
  own('000_905', 'Unknown crypto key id.', 'notProcessed', 'every'),
  own('000_906', 'Message not encrypted or not decryptable.', 'notProcessed', 'every'),
  own('000_907', 'Too many requests.', 'notProcessed', 'every'),
  own('000_908', 'Under maintenance.', 'notProcessed', 'every'),
  own('000_909', 'Correlation id already used.', 'notProcessed', 'every'),
  own('000_910', 'Terminal is fenced.', 'notProcessed', 'every'),
  own('000_911', 'Message too large.', 'notProcessed', 'every'),
  published('001_006', 'Wallet user not found.', 'ambiguous', 'every'),
  published('003_001', 'Invalid card info.', 'declined', APPROVE),
  published('003_012', 'Card is not ready to activate.', 'declined', APPROVE),
  published('003_022', 'Card already terminated.', 'declined', APPROVE),
  published(
    '006_005',
    'The entered card cannot be transacted through the POS Entry Mode.',
    'declined',
    APPROVE,
  ),
  published('006_006', 'Invalid Transaction.', 'notProcessed', 'every'),
  published('006_007', 'Invalid amount.', 'declined', APPROVE),
  published('006_008', 'Invalid card number.', 'declined', APPROVE),
  published('006_009', 'Request format error.', 'notProcessed', 'every'),
  published('006_010', 'Over limit of the store.', 'declined', APPROVE),
  published('006_011', 'Expired card.', 'declined', APPROVE),
  published('006_012', 'Transaction not permitted.', 'declined', APPROVE),
  published('006_021', 'Request for duplicated transaction.', 'ambiguous', 'every'),
  published('006_022', 'System Error.', 'ambiguous', 'every'),
  published('006_030', 'No original transaction.', 'ambiguous', 'every'),
  own('006_901', 'One-time token expired.', 'declined', APPROVE),
  own('006_902', 'One-time token already used.', 'declined', APPROVE),
  own('006_903', 'One-time token is wrong.', 'declined', APPROVE),
  own('006_904', 'One-time tokens of this card are locked.', 'declined', APPROVE),
  own('006_905', 'The transaction is reversed.', 'ambiguous', 'every'),
  own('006_906', 'Net cancel does not match the original.', 'refused', NET_CANCEL),
  own('006_907', 'The business day is sealed.', 'refused', [...NET_CANCEL, 'close']),
  published('007_003', 'Credit limit exceeded.', 'declined', APPROVE),
  published('007_005', 'Account charge request while proceeding.', 'notProcessed', 'every'),
  published('007_007', 'Recharge amount should be more than zero.', 'ambiguous', 'every'),
  published('007_030', 'Cancellation not possible for this transaction.', 'refused', CANCEL),
  own('007_901', 'Balance limit of the card exceeded.', 'declined', APPROVE),
  published('009_002', 'Refund amount over limit in month.', 'declined', APPROVE),
  published('009_003', 'Refund count over limit in month.', 'declined', APPROVE),
  published('009_004', 'Refund denied.', 'declined', APPROVE),
];

const BY_CODE: ReadonlyMap<string, CodeEntry> = new Map(CODES.map((entry) => [entry.code, entry]));

/** The entry of a code, or undefined for one that is in no table. */
export function codeEntry(code: string): CodeEntry | undefined {
  return BY_CODE.get(code);
}

/** What an authentic answer to `operation` with this code allows. Every code outside the closed lists is ambiguous. */
export function classOfCode(operation: Operation, code: string): CodeClass {
  const entry = BY_CODE.get(code);
  if (entry === undefined) return 'ambiguous';
  return entry.on === 'every' || entry.on.includes(operation) ? entry.class : 'ambiguous';
}

import { kstMillis, kstShort } from '../../konaplate/wire.ts';

/** TOMBSTONE is an id that was net-cancelled before anything else. */
export type ItemRowState = 'APPROVED' | 'DECLINED' | 'REVERSED' | 'VOIDED' | 'TOMBSTONE';

export interface ItemRow {
  readonly sequence_id: string;
  readonly terminal_id: string;
  readonly type: 'CHARGE' | 'REFUND';
  readonly amount: number;
  readonly state: ItemRowState;
  readonly created_ms: number;
  readonly spec_hash: string | null;
  readonly card_id: string | null;
  readonly token_ref: string | null;
  readonly bin: string | null;
  readonly last4: string | null;
  readonly deferred: boolean;
  readonly scanned_ms: number | null;
  readonly operator_id: string | null;
  readonly decline_code: string | null;
  readonly nr_number: string | null;
  readonly approval_code: string | null;
  readonly approved_ms: number | null;
  readonly business_date: string | null;
  readonly balance_after: number | null;
  readonly net_result: 'REVERSED' | 'NOT_APPROVED' | 'NOT_FOUND' | null;
  readonly net_ms: number | null;
  readonly net_date: string | null;
  readonly ended_ms: number | null;
  /** Inside an AGREED close; only a close changes it. */
  readonly sealed: boolean;
}

/** The columns that the item calls write. */
export const ITEM_TYPES = {
  sequence_id: 'text',
  terminal_id: 'text',
  type: 'text',
  amount: 'bigint',
  state: 'text',
  created_ms: 'bigint',
  spec_hash: 'text',
  card_id: 'text',
  token_ref: 'text',
  bin: 'text',
  last4: 'text',
  deferred: 'boolean',
  scanned_ms: 'bigint',
  operator_id: 'text',
  decline_code: 'text',
  nr_number: 'text',
  approval_code: 'text',
  approved_ms: 'bigint',
  business_date: 'text',
  balance_after: 'bigint',
  net_result: 'text',
  net_ms: 'bigint',
  net_date: 'text',
  ended_ms: 'bigint',
} as const satisfies Readonly<Record<keyof Omit<ItemRow, 'sealed'>, string>>;

export const ITEM_COLUMNS = [...Object.keys(ITEM_TYPES), 'sealed']
  .map((column) => `items.${column}`)
  .join(', ');

/** An item of which only its first call is known. */
export function newItem(
  of: Pick<ItemRow, 'sequence_id' | 'terminal_id' | 'type' | 'amount' | 'created_ms' | 'state'>,
): ItemRow {
  return {
    ...of,
    spec_hash: null,
    card_id: null,
    token_ref: null,
    bin: null,
    last4: null,
    deferred: false,
    scanned_ms: null,
    operator_id: null,
    decline_code: null,
    nr_number: null,
    approval_code: null,
    approved_ms: null,
    business_date: null,
    balance_after: null,
    net_result: null,
    net_ms: null,
    net_date: null,
    ended_ms: null,
    sealed: false,
  };
}

/** `KMN` + yyMMdd + 9 digits, 18 characters. `counter` comes from the database's sequence. */
export function nrNumber(nowMs: number, counter: number): string {
  return `KMN${kstShort(nowMs).slice(0, 6)}${String(counter % 1_000_000_000).padStart(9, '0')}`;
}

/** The members of an approval in an answer. Only for an item that was approved at some time. */
export function approvalBody(item: ItemRow): Record<string, unknown> {
  if (item.nr_number === null || item.approved_ms === null) return {};
  return {
    nrNumber: item.nr_number,
    approvalCode: item.approval_code,
    approvedAt: kstMillis(item.approved_ms),
  };
}

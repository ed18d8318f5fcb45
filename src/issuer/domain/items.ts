import { kstMillis, kstShort } from '../../konaplate/wire.ts';
import { only, type Sql } from '../storage/database.ts';
import { SEALED_DATES } from './terminals.ts';

/** NEW exists only inside the transaction that makes the row; TOMBSTONE is an id that was net-cancelled first. */
export type ItemRowState = 'NEW' | 'APPROVED' | 'DECLINED' | 'REVERSED' | 'VOIDED' | 'TOMBSTONE';

export interface ItemRow {
  readonly sequence_id: string;
  readonly terminal_id: string;
  readonly type: 'CHARGE' | 'REFUND';
  readonly amount: number;
  readonly state: ItemRowState;
  readonly spec_hash: string | null;
  readonly card_id: string | null;
  readonly bin: string | null;
  readonly last4: string | null;
  readonly deferred: boolean;
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
  readonly sealed: boolean;
}

export const ITEM_COLUMNS = [
  'sequence_id',
  'terminal_id',
  'type',
  'amount',
  'state',
  'spec_hash',
  'card_id',
  'bin',
  'last4',
  'deferred',
  'decline_code',
  'nr_number',
  'approval_code',
  'approved_ms',
  'business_date',
  'balance_after',
  'net_result',
  'net_ms',
  'net_date',
  'ended_ms',
  'sealed',
]
  .map((column) => `items.${column}`)
  .join(', ');

export interface NewItem {
  readonly merchantId: string;
  readonly terminalId: string;
  readonly sequenceId: string;
  readonly type: 'CHARGE' | 'REFUND';
  readonly amount: number;
  readonly today: string;
  readonly nowMs: number;
}

export interface ClaimedItem extends ItemRow {
  readonly inserted: boolean;
  /** Dates of this terminal that take no bookings; read while its row is held, so no close can come between. */
  readonly sealed_dates: string[];
}

/**
 * Inserts the item's row or locks the one that is there, in one statement: from here to the end of the transaction
 * nobody else moves this id, so the calls for it are linear.
 */
export async function claimItem(sql: Sql, item: NewItem): Promise<ClaimedItem> {
  const rows = await sql.query<ClaimedItem>(
    `INSERT INTO items (merchant_id, sequence_id, terminal_id, type, amount, state, created_ms)
     VALUES ($1, $4, $2, $5, $6, 'NEW', $7)
     ON CONFLICT (merchant_id, sequence_id) DO UPDATE SET sequence_id = items.sequence_id
     RETURNING ${ITEM_COLUMNS}, items.state = 'NEW' AS inserted, ${SEALED_DATES} AS sealed_dates`,
    [item.merchantId, item.terminalId, item.today, item.sequenceId, item.type, item.amount, item.nowMs],
  );
  return only(rows);
}

/** Locks an item that must be there; null when it is not. */
export async function lockItem(sql: Sql, merchantId: string, sequenceId: string): Promise<ItemRow | null> {
  const rows = await sql.query<ItemRow>(
    `SELECT ${ITEM_COLUMNS} FROM items WHERE merchant_id = $1 AND sequence_id = $2 FOR UPDATE`,
    [merchantId, sequenceId],
  );
  return rows[0] ?? null;
}

/** Waits for a call on this id that is under way, then reads it. */
export async function readItem(sql: Sql, merchantId: string, sequenceId: string): Promise<ItemRow | null> {
  const rows = await sql.query<ItemRow>(
    `SELECT ${ITEM_COLUMNS} FROM items WHERE merchant_id = $1 AND sequence_id = $2 FOR SHARE`,
    [merchantId, sequenceId],
  );
  return rows[0] ?? null;
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

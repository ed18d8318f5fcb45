import type { Param, Sql } from '../storage/database.ts';
import type { Changes } from './held.ts';
import { ITEM_TYPES, type ItemRow } from './items.ts';

type Columns = Readonly<Record<string, 'text' | 'bigint' | 'boolean' | 'integer'>>;

/** Rows out of a JSON parameter. Ordered by the caller, so that processes meet in one order. */
function rows(param: number, columns: Columns): string {
  const typed = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
  return `json_to_recordset($${param}::json) AS r (${typed.join(', ')})`;
}

const names = (columns: Columns, prefix = ''): string =>
  Object.keys(columns)
    .map((name) => prefix + name)
    .join(', ');

const insert = (table: string, param: number, columns: Columns): string =>
  `INSERT INTO ${table} (merchant_id, ${names(columns)}) SELECT $1, ${names(columns, 'r.')} FROM ${rows(param, columns)}`;

const HEAD: Columns = { terminal_id: 'text', epoch: 'bigint', journal_index: 'bigint', journal_head: 'text' };
const VOID: Columns = {
  cancel_id: 'text',
  sequence_id: 'text',
  content_hash: 'text',
  done: 'boolean',
  code: 'text',
  cancel_nr_number: 'text',
  canceled_ms: 'bigint',
  business_date: 'text',
  manager_id: 'text',
};
const TRANSFER: Columns = {
  reference: 'text',
  kind: 'text',
  leg: 'integer',
  debit: 'text',
  credit: 'text',
  amount: 'bigint',
  business_date: 'text',
  booked_ms: 'bigint',
};
const USAGE: Columns = { card_id: 'text', period: 'text', type: 'text', amount: 'bigint', count: 'bigint' };
const LOCK: Columns = { card_id: 'text', from_ms: 'bigint', until_ms: 'bigint' };
const NOTICE: Columns = { card_id: 'text', sequence_id: 'text', kind: 'text', at_ms: 'bigint' };
const TOTAL: Columns = {
  terminal_id: 'text',
  business_date: 'text',
  type: 'text',
  state: 'text',
  count: 'bigint',
  sum: 'bigint',
};

/**
 * Rows whose key may be made by another process at the same moment. It is the first statement that writes: whoever comes
 * second fails at the key, and its whole batch is done again and then finds them.
 */
const SAVE_NEW = `
WITH head AS (${insert('terminal_heads', 2, HEAD)}),
item AS (${insert('items', 3, ITEM_TYPES)})
${insert('voids', 4, VOID)}`;

const itemChanges = Object.keys(ITEM_TYPES)
  .filter((name) => name !== 'sequence_id')
  .map((name) => `${name} = r.${name}`)
  .join(', ');

/**
 * Everything that hangs on rows which are held. The transfers move the balances (trigger of the table). Updates name
 * their keys twice: = ANY makes sure that rows are found by key, whatever a table's size was when this was planned.
 */
const SAVE_HELD = `
WITH item AS (
  UPDATE items SET ${itemChanges} FROM ${rows(2, ITEM_TYPES)}
   WHERE items.merchant_id = $1 AND items.sequence_id = ANY($10::text[]) AND items.sequence_id = r.sequence_id),
bound AS (
  UPDATE tokens SET sequence_id = r.holder FROM ${rows(3, { token_ref: 'text', holder: 'text' })}
   WHERE tokens.merchant_id = $1 AND tokens.token_ref = ANY($11::text[]) AND tokens.token_ref = r.token_ref
     AND tokens.sequence_id IS NULL),
guessed AS (
  UPDATE cards SET wrong_guesses = r.wrong_guesses, locked_until_ms = r.locked_until_ms
    FROM ${rows(4, { card_id: 'text', wrong_guesses: 'integer', locked_until_ms: 'bigint' })}
   WHERE cards.merchant_id = $1 AND cards.card_id = ANY($12::text[]) AND cards.card_id = r.card_id),
locked AS (
  ${insert('card_locks', 5, LOCK)}
  ON CONFLICT (merchant_id, card_id, from_ms) DO UPDATE SET until_ms = EXCLUDED.until_ms),
used AS (
  ${insert('card_usage', 6, USAGE)}
  ON CONFLICT (merchant_id, card_id, period, type) DO UPDATE SET amount = EXCLUDED.amount, count = EXCLUDED.count),
told AS (${insert('notices', 7, NOTICE)}),
summed AS (
  ${insert('day_totals', 8, TOTAL)}
  ON CONFLICT (merchant_id, terminal_id, business_date, type, state)
  DO UPDATE SET count = day_totals.count + EXCLUDED.count, sum = day_totals.sum + EXCLUDED.sum)
${insert('transfers', 9, TRANSFER)}`;

/** Writes what the calls of a batch have changed. Throws a unique violation when another process was faster. */
export async function save(sql: Sql, merchantId: string, changes: Changes): Promise<void> {
  const entries = [...changes.items.values()];
  const made = entries.flatMap(({ before, after }) => (before === null ? [after] : []));
  const changed = entries.flatMap(({ before, after }) => (before === null ? [] : [after]));
  await write(sql, SAVE_NEW, merchantId, [
    sorted(changes.heads, ({ terminal_id, epoch, journal_index }) => [terminal_id, epoch, journal_index]),
    sorted(made, ({ sequence_id }) => [sequence_id]),
    sorted(changes.voids, ({ cancel_id }) => [cancel_id]),
  ]);
  const guesses = [...changes.guesses.values()].map(({ card_id, wrong_guesses, locked_until_ms }) => ({
    card_id,
    wrong_guesses,
    locked_until_ms,
  }));
  const keys = [
    changed.map(({ sequence_id }) => sequence_id),
    [...changes.bound.keys()],
    guesses.map(({ card_id }) => card_id),
  ];
  const parts = [
    changed,
    [...changes.bound].map(([token_ref, holder]) => ({ token_ref, holder })),
    guesses,
    newest(changes.locks, ({ card_id, from_ms }) => `${card_id}|${from_ms}`),
    [...changes.usage.values()],
    changes.notices,
    totalsOf(entries),
    changes.transfers,
  ];
  await write(sql, SAVE_HELD, merchantId, parts, keys);
}

/** One statement, unless there is nothing at all for it. */
async function write(
  sql: Sql,
  statement: string,
  merchantId: string,
  parts: readonly (readonly object[])[],
  keys: readonly (readonly string[])[] = [],
): Promise<void> {
  if (parts.every((part) => part.length === 0)) return;
  const params: Param[] = [merchantId, ...parts.map((part) => JSON.stringify(part)), ...keys];
  await sql.query(statement, params);
}

function sorted<Row>(entries: readonly Row[], key: (row: Row) => (string | number)[]): Row[] {
  return [...entries].sort((one, other) => {
    const left = key(one);
    const right = key(other);
    const at = left.findIndex((part, index) => part !== right[index]);
    return at < 0 ? 0 : (left[at] ?? '') < (right[at] ?? '') ? -1 : 1;
  });
}

/** One row for each key, the last one said. */
function newest<Row>(entries: readonly Row[], key: (row: Row) => string): Row[] {
  return [...new Map(entries.map((entry) => [key(entry), entry])).values()];
}

interface TotalRow {
  readonly terminal_id: string;
  readonly business_date: string;
  readonly type: string;
  readonly state: string;
  readonly count: number;
  readonly sum: number;
}

/** What the batch adds to and takes from the sums of the business days, in one order for all processes. */
function totalsOf(entries: readonly { before: ItemRow | null; after: ItemRow }[]): TotalRow[] {
  const totals = new Map<string, TotalRow>();
  const add = (item: ItemRow | null, sign: 1 | -1): void => {
    if (item === null || item.business_date === null) return;
    const { terminal_id, business_date, type, state } = item;
    const key = `${terminal_id}|${business_date}|${type}|${state}`;
    const known = totals.get(key) ?? { terminal_id, business_date, type, state, count: 0, sum: 0 };
    totals.set(key, { ...known, count: known.count + sign, sum: known.sum + sign * item.amount });
  };
  for (const { before, after } of entries) {
    add(before, -1);
    add(after, 1);
  }
  const changed = [...totals.entries()].filter(([, { count, sum }]) => count !== 0 || sum !== 0);
  return sorted(changed, ([key]) => [key]).map(([, total]) => total);
}

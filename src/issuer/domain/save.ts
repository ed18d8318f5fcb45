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

const itemChanges = Object.keys(ITEM_TYPES)
  .filter((name) => name !== 'sequence_id')
  .map((name) => `${name} = r.${name}`)
  .join(', ');

/** One table's share of what a batch writes: rows for a statement in which they are parameter `rowsAt`, keys `keysAt`. */
interface Part {
  readonly rows: readonly object[];
  /** Keys of rows that are changed; null: rows are only made. */
  readonly keys: readonly string[] | null;
  readonly statement: (rowsAt: number, keysAt: number) => string;
}

/**
 * What hangs on rows which are held. The transfers move the balances (trigger of the table). Updates name their keys twice:
 * = ANY makes sure that rows are found by key, whatever a table's size was when this was planned.
 */
const STATEMENTS = {
  items: (rowsAt, keysAt) => `UPDATE items SET ${itemChanges} FROM ${rows(rowsAt, ITEM_TYPES)}
   WHERE items.merchant_id = $1 AND items.sequence_id = ANY($${keysAt}::text[]) AND items.sequence_id = r.sequence_id`,
  bound: (
    rowsAt,
    keysAt,
  ) => `UPDATE tokens SET sequence_id = r.holder FROM ${rows(rowsAt, { token_ref: 'text', holder: 'text' })}
   WHERE tokens.merchant_id = $1 AND tokens.token_ref = ANY($${keysAt}::text[]) AND tokens.token_ref = r.token_ref
     AND tokens.sequence_id IS NULL`,
  guesses: (
    rowsAt,
    keysAt,
  ) => `UPDATE cards SET wrong_guesses = r.wrong_guesses, locked_until_ms = r.locked_until_ms
    FROM ${rows(rowsAt, { card_id: 'text', wrong_guesses: 'integer', locked_until_ms: 'bigint' })}
   WHERE cards.merchant_id = $1 AND cards.card_id = ANY($${keysAt}::text[]) AND cards.card_id = r.card_id`,
  locks: (at) => `${insert('card_locks', at, LOCK)}
  ON CONFLICT (merchant_id, card_id, from_ms) DO UPDATE SET until_ms = EXCLUDED.until_ms`,
  usage: (at) => `${insert('card_usage', at, USAGE)}
  ON CONFLICT (merchant_id, card_id, period, type) DO UPDATE SET amount = EXCLUDED.amount, count = EXCLUDED.count`,
  notices: (at) => insert('notices', at, NOTICE),
  totals: (at) => `${insert('day_totals', at, TOTAL)}
  ON CONFLICT (merchant_id, terminal_id, business_date, type, state)
  DO UPDATE SET count = day_totals.count + EXCLUDED.count, sum = day_totals.sum + EXCLUDED.sum`,
  transfers: (at) => insert('transfers', at, TRANSFER),
  heads: (at) => insert('terminal_heads', at, HEAD),
  madeItems: (at) => insert('items', at, ITEM_TYPES),
  voids: (at) => insert('voids', at, VOID),
} satisfies Record<string, Part['statement']>;

const made = (statement: Part['statement'], all: readonly object[]): Part => ({
  statement,
  rows: all,
  keys: null,
});

/** Writes what the calls of a batch have changed. Throws a unique violation when another process was faster. */
export async function save(sql: Sql, merchantId: string, changes: Changes): Promise<void> {
  const entries = [...changes.items.values()];
  const newItems = entries.flatMap(({ before, after }) => (before === null ? [after] : []));
  const items = entries.flatMap(({ before, after }) => (before === null ? [] : [after]));
  const guesses = [...changes.guesses.values()].map(({ card_id, wrong_guesses, locked_until_ms }) => ({
    card_id,
    wrong_guesses,
    locked_until_ms,
  }));
  // Rows whose key may be made by another process at the same moment come first: whoever comes second fails at the key,
  // and its whole batch is done again and then finds them.
  await write(sql, merchantId, [
    made(
      STATEMENTS.heads,
      sorted(changes.heads, ({ terminal_id, epoch, journal_index }) => [terminal_id, epoch, journal_index]),
    ),
    made(
      STATEMENTS.madeItems,
      sorted(newItems, ({ sequence_id }) => [sequence_id]),
    ),
    made(
      STATEMENTS.voids,
      sorted(changes.voids, ({ cancel_id }) => [cancel_id]),
    ),
  ]);
  await write(sql, merchantId, [
    { statement: STATEMENTS.items, rows: items, keys: items.map(({ sequence_id }) => sequence_id) },
    {
      statement: STATEMENTS.bound,
      rows: [...changes.bound].map(([token_ref, holder]) => ({ token_ref, holder })),
      keys: [...changes.bound.keys()],
    },
    { statement: STATEMENTS.guesses, rows: guesses, keys: guesses.map(({ card_id }) => card_id) },
    made(
      STATEMENTS.locks,
      newest(changes.locks, ({ card_id, from_ms }) => `${card_id}|${from_ms}`),
    ),
    made(STATEMENTS.usage, [...changes.usage.values()]),
    made(STATEMENTS.notices, changes.notices),
    made(STATEMENTS.totals, totalsOf(entries)),
    made(STATEMENTS.transfers, changes.transfers),
  ]);
}

/**
 * One statement of the parts that have rows: the others would cost as much as those. A batch has a few of the possible
 * combinations, each prepared once.
 */
async function write(sql: Sql, merchantId: string, parts: readonly Part[]): Promise<void> {
  const params: Param[] = [merchantId];
  const texts: string[] = [];
  for (const part of parts) {
    if (part.rows.length === 0) continue;
    params.push(JSON.stringify(part.rows));
    const rowsAt = params.length;
    if (part.keys !== null) params.push(part.keys);
    texts.push(part.statement(rowsAt, params.length));
  }
  const last = texts.pop();
  if (last === undefined) return;
  const before = texts.map((text, at) => `part${at} AS (${text})`);
  await sql.query(before.length === 0 ? last : `WITH ${before.join(',\n')}\n${last}`, params);
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

import type { Intent } from '../intent/model.ts';
import type { Connection } from './connection.ts';
import { assertThat } from './fault.ts';
import { INTENT_COLUMNS, type IntentRow, IS_ASKED_FOR, IS_OPEN, IS_UNCLAIMED, toIntent } from './intents.ts';
import { cardTerm, normalText, readSearched, termsOfText } from './search.ts';
import { numbersOfDays } from './totals.ts';
import type { ListPage, ListQuery } from './types.ts';

const LIMIT_MAX = 1_000;
const EMPTY: ListPage = { intents: [], older: null, newer: null };
/**
 * Who did something stands in the journal alone, under no index. One page looks through the payments of so many entries
 * (some 1,000 of them) and says where to go on, so that a search for somebody who was never there holds up nobody.
 */
const JOURNAL_WINDOW = 5_000;
/** The same for conditions on columns under no index: some 2,000 payments, each read and compared in a microsecond or two. */
const COLUMN_WINDOW = 10_000;
/**
 * A business date alone leads to its numbers, and nearly all of them are its own; dates of a clock that lost its battery
 * lie years apart.
 */
const DATE_WINDOW = 30_000;
const BY_CASHIER = `EXISTS (
  WITH RECURSIVE chain (idx, earlier, body) AS (
    SELECT idx, earlier, body FROM journal WHERE idx = intents.last_index
    UNION ALL SELECT j.idx, j.earlier, j.body FROM chain JOIN journal j ON j.idx = chain.earlier)
  SELECT 1 FROM chain WHERE instr(body, ?) > 0 AND instr(body, '"role":"cashier"') > 0)`;
const IS_OWED = `(cash = 'payout_due' OR cash = 'return_due' AND NOT ${IS_UNCLAIMED})`;
const GROUPS = {
  ended: 'ended = 1',
  running: `${IS_OPEN} AND NOT ${IS_OWED}`,
  owed: `${IS_OPEN} AND ${IS_OWED}`,
  case: `${IS_ASKED_FOR} AND has_case = 1`,
} as const;

type Value = string | number | Buffer;

/** Conditions and their values, in the order in which they stand in the text. */
class Conditions {
  readonly texts: string[] = [];
  readonly values: Value[] = [];

  add(text: string, ...values: readonly Value[]): void {
    this.texts.push(text);
    this.values.push(...values);
  }
}

function marks(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}

function addFilters(query: ListQuery, conditions: Conditions): void {
  if (query.type !== undefined) conditions.add('type = ?', query.type);
  if (query.group !== undefined) conditions.add(GROUPS[query.group]);
  if (query.deferred !== undefined) conditions.add('deferred = ?', query.deferred ? 1 : 0);
  if (query.stationId !== undefined) conditions.add('station_id = ?', query.stationId);
  if (query.amountFrom !== undefined) conditions.add('amount >= ?', query.amountFrom);
  if (query.amountTo !== undefined) conditions.add('amount <= ?', query.amountTo);
}

/** Numbers between which a page lies, both included. */
interface Range {
  first: number;
  last: number;
}

function newest(database: Connection): number {
  return database.prepare<[], number>('SELECT coalesce(max(number), 0) FROM intents').pluck().get() ?? 0;
}

/** The days' numbers. null: no intent has such a date. */
function rangeOf(database: Connection, query: ListQuery, conditions: Conditions): Range | null {
  const range = { first: 0, last: Number.MAX_SAFE_INTEGER };
  if (query.businessDateFrom !== undefined || query.businessDateTo !== undefined) {
    const from = query.businessDateFrom ?? '00000000';
    const to = query.businessDateTo ?? '99999999';
    const numbers = numbersOfDays(database, from, to);
    if (numbers === null) return null;
    range.first = numbers.first;
    range.last = numbers.last ?? range.last;
    conditions.add('business_date BETWEEN ? AND ?', from, to);
  }
  if (query.after !== undefined) range.first = Math.max(range.first, cursor(query.after) + 1);
  else if (query.before !== undefined) range.last = Math.min(range.last, cursor(query.before) - 1);
  return range;
}

/** Entries that one page may look through; null: an index, or no condition at all, leads to its rows. */
function windowEntries(query: ListQuery): number | null {
  if (query.cashier !== undefined) return JOURNAL_WINDOW;
  const isIndexed =
    (query.text !== undefined && query.text.trim() !== '') ||
    query.cardNumber !== undefined ||
    (query.group !== undefined && query.group !== 'ended');
  const { type, group, deferred, stationId, amountFrom, amountTo } = query;
  const isFiltered = [type, group, deferred, stationId, amountFrom, amountTo].some(
    (value) => value !== undefined,
  );
  if (isIndexed) return null;
  if (isFiltered) return COLUMN_WINDOW;
  const isDated = query.businessDateFrom !== undefined || query.businessDateTo !== undefined;
  return isDated ? DATE_WINDOW : null;
}

/** The part of the range that one page may look through. */
function windowOf(database: Connection, entries: number | null, query: ListQuery, range: Range): Range {
  if (entries === null) return range;
  const last = Math.min(range.last, newest(database));
  return query.after === undefined
    ? { first: Math.max(range.first, last - entries + 1), last }
    : { first: range.first, last: Math.min(last, range.first + entries - 1) };
}

function addText(database: Connection, text: string, conditions: Conditions): void {
  const terms = termsOfText(text);
  const normal = normalText(text);
  const searched = readSearched(database);
  conditions.add(
    `number IN (
      SELECT number FROM search WHERE term IN (${marks(terms)})
      UNION SELECT number FROM intents WHERE sequence_id IN (?, ?)
      UNION SELECT number FROM intents WHERE number > ? AND
        (upper(substr(sequence_id, -8)) = ? OR upper(approval_code) = ? OR upper(nr_number) = ? OR last4 = ?))`,
    ...terms,
    text.trim(),
    normal,
    searched,
    normal,
    normal,
    normal,
    normal,
  );
}

function addCard(database: Connection, hashes: readonly Buffer[], conditions: Conditions): void {
  const terms = hashes.map(cardTerm);
  conditions.add(
    `number IN (
      SELECT number FROM search WHERE term IN (${marks(terms)})
      UNION SELECT number FROM intents WHERE number > ? AND card_hash IN (${marks(hashes)}))`,
    ...terms,
    readSearched(database),
    ...hashes,
  );
}

function cursor(text: string): number {
  const number = Number(text);
  assertThat(Number.isSafeInteger(number) && number >= 0, 'a list position comes from an earlier page');
  return number;
}

/** Nothing of the range lies beyond the window in the direction of reading. */
function isLookedThrough(database: Connection, query: ListQuery, range: Range, window: Range): boolean {
  return query.after === undefined
    ? window.first <= Math.max(range.first, 1)
    : window.last >= Math.min(range.last, newest(database));
}

/** null: it is no JSON, or names another payment. */
function readable(row: IntentRow): Intent | null {
  try {
    const intent = toIntent(row);
    return intent.sequenceId === row.sequence_id ? intent : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function contentOf(
  rows: readonly IntentRow[],
  isReadableOnly: boolean,
): Pick<ListPage, 'intents' | 'unread'> {
  if (!isReadableOnly) return { intents: rows.map(toIntent) };
  const intents: Intent[] = [];
  const unread: string[] = [];
  for (const row of rows) {
    const intent = readable(row);
    if (intent === null) unread.push(row.sequence_id);
    else intents.push(intent);
  }
  return unread.length === 0 ? { intents } : { intents, unread };
}

function pageOf(query: ListQuery, rows: IntentRow[], isWhole: boolean, window: Range): ListPage {
  const isMore = rows.length > query.limit;
  const page = isMore ? rows.slice(0, query.limit) : rows;
  const isForward = query.after !== undefined;
  if (isForward) page.reverse();
  const first = page.at(0)?.number;
  const last = page.at(-1)?.number;
  if ((first === undefined || last === undefined) && isWhole) return EMPTY;
  // Where the window ended before the page was full, the next page begins behind the window.
  const behind = isMore || isWhole ? null : isForward ? window.last : window.first;
  const isOlder = isForward || isMore || behind !== null;
  const isNewer = isForward ? isMore || behind !== null : query.before !== undefined;
  const older = isForward ? (last ?? window.first) : (behind ?? last ?? window.first);
  const newer = isForward ? (behind ?? first ?? window.last) : (first ?? window.last);
  return {
    ...contentOf(page, query.readableOnly === true),
    older: isOlder ? String(older) : null,
    newer: isNewer ? String(newer) : null,
  };
}

/**
 * One page of intents, newest first, by keyset: a page costs the same at the first row and at the ten-millionth.
 * Filters under no index look through so many entries a page: it may then hold fewer rows than asked for, or none, and
 * still name an older one. `cardHashes` answers `cardNumber`, which itself is never stored or compared.
 */
export function listIntents(
  database: Connection,
  query: ListQuery,
  cardHashes: (cardNumber: string) => readonly Buffer[],
): ListPage {
  assertThat(
    Number.isInteger(query.limit) && query.limit > 0 && query.limit <= LIMIT_MAX,
    'a page has 1 to 1000 rows',
  );
  const conditions = new Conditions();
  const range = rangeOf(database, query, conditions);
  if (range === null) return EMPTY;
  const entries = windowEntries(query);
  const window = windowOf(database, entries, query, range);
  if (window.first > 0) conditions.add('number >= ?', window.first);
  if (window.last < Number.MAX_SAFE_INTEGER) conditions.add('number <= ?', window.last);
  addFilters(query, conditions);
  if (query.text !== undefined && query.text.trim() !== '') addText(database, query.text, conditions);
  if (query.cardNumber !== undefined) addCard(database, cardHashes(query.cardNumber), conditions);
  if (query.cashier !== undefined)
    conditions.add(BY_CASHIER, `"actor":{"id":${JSON.stringify(query.cashier)}`);
  const where = conditions.texts.length === 0 ? '' : `WHERE ${conditions.texts.join(' AND ')}`;
  const isForward = query.after !== undefined;
  const rows = database
    .prepare<Value[], IntentRow>(
      `SELECT ${INTENT_COLUMNS} FROM intents ${where} ORDER BY number ${isForward ? 'ASC' : 'DESC'} LIMIT ?`,
    )
    .all(...conditions.values, query.limit + 1);
  const isWhole = entries === null || isLookedThrough(database, query, range, window);
  return pageOf(query, rows, isWhole, window);
}

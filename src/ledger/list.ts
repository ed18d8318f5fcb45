import type { Connection } from './connection.ts';
import { assertThat } from './fault.ts';
import { INTENT_COLUMNS, type IntentRow, toIntent } from './intents.ts';
import { cardTerm, normalText, readSearched, termsOfText } from './search.ts';
import { numbersOfDays } from './totals.ts';
import type { ListPage, ListQuery } from './types.ts';

const LIMIT_MAX = 1_000;
const EMPTY: ListPage = { intents: [], older: null, newer: null };
// The partial index holds few rows: asked first, a group's page never walks the ended ones. SQLite takes the index only
// where its own condition (attention > 0) is spelt out.
const ATTENTION = 'number IN (SELECT number FROM intents WHERE attention > 0 AND';
const GROUPS = {
  ended: 'ended = 1',
  running: `${ATTENTION} attention = 2 AND cash NOT IN ('return_due', 'payout_due'))`,
  owed: `${ATTENTION} attention = 2 AND cash IN ('return_due', 'payout_due'))`,
  case: `${ATTENTION} has_case = 1)`,
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

/** False: no intent has such a date. */
function addDays(database: Connection, query: ListQuery, conditions: Conditions): boolean {
  if (query.businessDateFrom === undefined && query.businessDateTo === undefined) return true;
  const from = query.businessDateFrom ?? '00000000';
  const to = query.businessDateTo ?? '99999999';
  const numbers = numbersOfDays(database, from, to);
  if (numbers === null) return false;
  conditions.add('number >= ?', numbers.first);
  if (numbers.last !== null) conditions.add('number <= ?', numbers.last);
  conditions.add('business_date BETWEEN ? AND ?', from, to);
  return true;
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

function pageOf(query: ListQuery, rows: IntentRow[]): ListPage {
  const isMore = rows.length > query.limit;
  const page = isMore ? rows.slice(0, query.limit) : rows;
  if (query.after !== undefined) page.reverse();
  const first = page.at(0);
  const last = page.at(-1);
  if (first === undefined || last === undefined) return EMPTY;
  const isOlder = query.after !== undefined || isMore;
  const isNewer = query.after !== undefined ? isMore : query.before !== undefined;
  return {
    intents: page.map(toIntent),
    older: isOlder ? String(last.number) : null,
    newer: isNewer ? String(first.number) : null,
  };
}

/**
 * One page of intents, newest first, by keyset: a page costs the same at the first row and at the ten-millionth.
 * `cardHashes` answers `cardNumber`, which itself is never stored or compared.
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
  if (!addDays(database, query, conditions)) return EMPTY;
  addFilters(query, conditions);
  if (query.text !== undefined && query.text.trim() !== '') addText(database, query.text, conditions);
  if (query.cardNumber !== undefined) addCard(database, cardHashes(query.cardNumber), conditions);
  const isForward = query.after !== undefined;
  if (query.after !== undefined) conditions.add('number > ?', cursor(query.after));
  else if (query.before !== undefined) conditions.add('number < ?', cursor(query.before));
  const where = conditions.texts.length === 0 ? '' : `WHERE ${conditions.texts.join(' AND ')}`;
  const rows = database
    .prepare<Value[], IntentRow>(
      `SELECT ${INTENT_COLUMNS} FROM intents ${where} ORDER BY number ${isForward ? 'ASC' : 'DESC'} LIMIT ?`,
    )
    .all(...conditions.values, query.limit + 1);
  return pageOf(query, rows);
}

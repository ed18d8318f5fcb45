import { only, type Sql } from '../storage/database.ts';
import { CARD_COLUMNS, type CardRow, periodsOf } from './cards.ts';
import { businessDateOf } from './days.ts';
import {
  type Head,
  type HeldTerminal,
  type ItemCall,
  type Loaded,
  type LockRow,
  skewOf,
  type UsageRow,
  VOIDS_MAX,
  type VoidRow,
} from './held.ts';
import { ITEM_COLUMNS, type ItemRow } from './items.ts';
import { TOKENS_LOOKED_AT, type TokenRow } from './tokens.ts';

/** Of a token's hash, enough to leave the others in the database. */
const DIGEST_CHARS = 8;

/** A call of a batch with the moment for which it is decided, read when everything is locked. */
export interface TimedCall {
  readonly call: ItemCall;
  readonly nowMs: number;
}

/** What becomes of calls whose terminal somebody else holds: left out, or waited for. */
export type BusyTerminals = 'skip' | 'wait';

/**
 * Locks and reads what the calls of one merchant need, always in the same order, so that batches of several processes
 * wait for each other and never in a circle: terminals, items, cards, each by its key. What hangs on a locked row is read
 * after it, by a statement that sees whatever the one before us has committed. Calls of terminals that are busy and
 * skipped are not in the answer.
 */
export async function hold(
  sql: Sql,
  asked: readonly ItemCall[],
  busy: BusyTerminals,
): Promise<{ readonly loaded: Loaded; readonly timed: readonly TimedCall[] }> {
  const merchantId = merchantOf(asked);
  const terminals = await sql.query<HeldTerminal>(LOCK_TERMINALS[busy], [
    merchantId,
    distinct(asked.map(({ stamp }) => stamp.terminalId)),
  ]);
  const held = new Set(terminals.map((terminal) => terminal.terminal_id));
  const missing = distinct(asked.map(({ stamp }) => stamp.terminalId)).filter((id) => !held.has(id));
  const skipped = busy === 'wait' ? new Set<string>() : await existing(sql, merchantId, missing);
  const calls = asked.filter(({ stamp }) => !skipped.has(stamp.terminalId));
  if (calls.length === 0) return { loaded: NOTHING, timed: [] };
  const items = await sql.query<ItemRow>(LOCK_ITEMS, [
    merchantId,
    distinct(calls.map(({ sequenceId }) => sequenceId)),
  ]);
  const cardIds = distinct([
    ...calls.map(({ presents }) => presents?.cardId ?? null),
    ...items.map((item) => item.card_id),
  ]);
  const cards = cardIds.length === 0 ? [] : await sql.query<CardRow>(LOCK_CARDS, [merchantId, cardIds]);
  const timed = timedCalls(calls);
  const details = await readDetails(sql, merchantId, timed, items, cardIds);
  return { loaded: { terminals, items, cards, ...details }, timed };
}

/** Which of them there are: the others are refused at once and need no lane to wait in. */
async function existing(sql: Sql, merchantId: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const rows = await sql.query<{ terminal_id: string }>(
    'SELECT terminal_id FROM terminals WHERE merchant_id = $1 AND terminal_id = ANY($2)',
    [merchantId, ids],
  );
  return new Set(rows.map((row) => row.terminal_id));
}

const NOTHING: Loaded = {
  terminals: [],
  heads: [],
  sealed: [],
  items: [],
  cards: [],
  tokens: new Map(),
  usage: [],
  locks: [],
  voids: [],
  numbers: [],
};

/** No transaction spans two merchants (ARCHITECTURE.md). */
function merchantOf(calls: readonly ItemCall[]): string {
  const [merchantId, ...others] = distinct(calls.map(({ stamp }) => stamp.merchantId));
  if (merchantId === undefined || others.length > 0) throw new Error('a batch is of one merchant');
  return merchantId;
}

/** Every call that reads the same clock is decided for the same moment. */
function timedCalls(calls: readonly ItemCall[]): TimedCall[] {
  const moments = new Map<object, number>();
  return calls.map((call) => {
    const { clock } = call.domain;
    const nowMs = moments.get(clock) ?? clock.nowMs();
    moments.set(clock, nowMs);
    return { call, nowMs };
  });
}

const distinct = (values: readonly (string | null)[]): string[] => [
  ...new Set(values.filter((value) => value !== null)),
];

/** Shared among item calls; hello and close hold it alone. */
const lockTerminals = (busy: string): string => `
SELECT t.terminal_id, t.epoch, t.fence, m.charge_enabled, m.refund_enabled
  FROM terminals t JOIN merchants m ON m.merchant_id = t.merchant_id
 WHERE t.merchant_id = $1 AND t.terminal_id = ANY($2) ORDER BY t.terminal_id FOR SHARE OF t${busy}`;
const LOCK_TERMINALS: Readonly<Record<BusyTerminals, string>> = {
  skip: lockTerminals(' SKIP LOCKED'),
  wait: lockTerminals(''),
};
const LOCK_ITEMS = `
SELECT ${ITEM_COLUMNS} FROM items
 WHERE merchant_id = $1 AND sequence_id = ANY($2) ORDER BY sequence_id FOR UPDATE`;
/** Everything about a card's money and tokens goes through this lock. */
const LOCK_CARDS = `
SELECT ${CARD_COLUMNS} FROM cards
 WHERE merchant_id = $1 AND card_id = ANY($2) ORDER BY card_id FOR NO KEY UPDATE`;

/**
 * Each part names its key for every row, inside a LATERAL that is limited or by = ANY: a plan that was made while a table
 * was empty finds rows by key for ever.
 */
const rowsOf = (select: string): string => `(SELECT coalesce(json_agg(r), '[]') FROM (${select}) AS r)`;

const READ_DETAILS = `
SELECT ${rowsOf(`
  SELECT h.* FROM json_to_recordset($2::json) AS s (terminal_id text, epoch bigint, journal_index bigint)
   CROSS JOIN LATERAL (
     SELECT terminal_id, epoch, journal_index, journal_head FROM terminal_heads
      WHERE merchant_id = $1 AND terminal_id = s.terminal_id AND epoch = s.epoch AND journal_index = s.journal_index
      LIMIT 1) AS h`)} AS heads,
 ${rowsOf(`
  SELECT terminal_id, business_date FROM days
   WHERE merchant_id = $1 AND terminal_id = ANY($3::text[]) AND business_date >= $4`)} AS sealed,
 ${rowsOf(`
  SELECT q.at, t.token_no, t.token_ref, t.token_hash, t.issued_ms, t.expires_ms, t.sequence_id,
         (SELECT newer.issued_ms FROM tokens newer
           WHERE newer.merchant_id = $1 AND newer.card_id = q.card_id AND newer.token_no > t.token_no
             AND newer.kind = 'BARCODE' AND newer.issued_ms <= q.before_ms
           ORDER BY newer.token_no OFFSET $14::integer - 1 LIMIT 1) AS replaced_ms
    FROM json_to_recordset($5::json) AS q (at integer, card_id text, before_ms bigint, digest text)
   CROSS JOIN LATERAL (
     SELECT * FROM tokens
      WHERE merchant_id = $1 AND card_id = q.card_id AND kind = 'BARCODE' AND issued_ms <= q.before_ms
      ORDER BY token_no DESC LIMIT $6) AS t
   WHERE left(t.token_hash, ${DIGEST_CHARS}) = q.digest`)} AS tokens,
 ${rowsOf(`
  SELECT card_id, period, type, amount, count FROM card_usage
   WHERE merchant_id = $1 AND card_id = ANY($7::text[]) AND period = ANY($8::text[])`)} AS usage,
 ${rowsOf(`
  SELECT card_id, from_ms, until_ms FROM card_locks
   WHERE merchant_id = $1 AND card_id = ANY($9::text[]) AND until_ms > $10`)} AS locks,
 ${rowsOf(`
  SELECT v.* FROM unnest($11::text[]) AS s (sequence_id) CROSS JOIN LATERAL (
     SELECT cancel_id, sequence_id, content_hash, done, code, cancel_nr_number, canceled_ms, business_date, manager_id
       FROM voids WHERE merchant_id = $1 AND sequence_id = s.sequence_id ORDER BY sequence_id, cancel_id LIMIT ${VOIDS_MAX}) AS v
  UNION
  SELECT cancel_id, sequence_id, content_hash, done, code, cancel_nr_number, canceled_ms, business_date, manager_id
    FROM voids WHERE merchant_id = $1 AND cancel_id = ANY($12::text[])`)} AS voids,
 (SELECT coalesce(json_agg(nextval('issuer_numbers')), '[]') FROM generate_series(1, $13)) AS numbers`;

interface DetailRow {
  readonly heads: Head[];
  readonly sealed: { terminal_id: string; business_date: string }[];
  readonly tokens: (TokenRow & { at: number; token_no: number })[];
  readonly usage: UsageRow[];
  readonly locks: LockRow[];
  readonly voids: VoidRow[];
  readonly numbers: number[];
}

async function readDetails(
  sql: Sql,
  merchantId: string,
  timed: readonly TimedCall[],
  items: readonly ItemRow[],
  cardIds: readonly string[],
): Promise<Omit<Loaded, 'terminals' | 'items' | 'cards'>> {
  const [first] = timed;
  if (first === undefined) throw new Error('an empty batch');
  const { policy } = first.call.domain;
  const advices = timed.filter(({ call }) => call.scannedMs !== null);
  const moments = [
    ...timed.map(({ nowMs }) => nowMs),
    ...items.flatMap((item) => (item.approved_ms === null ? [] : [item.approved_ms])),
  ];
  const periods = distinct(moments.flatMap((atMs) => Object.values(periodsOf(atMs))));
  const today = timed.map(({ nowMs }) => businessDateOf(nowMs, policy.cutOverHour)).sort()[0] ?? '';
  const row = only(
    await sql.query<DetailRow>(READ_DETAILS, [
      merchantId,
      JSON.stringify(headsAsked(timed)),
      distinct(timed.map(({ call }) => call.stamp.terminalId)),
      today,
      JSON.stringify(tokensAsked(timed)),
      TOKENS_LOOKED_AT + policy.liveTokensPerCard,
      cardIds,
      periods,
      distinct(advices.map(({ call }) => call.presents?.cardId ?? null)),
      Math.min(...advices.map(({ call }) => call.scannedMs ?? 0), Number.MAX_SAFE_INTEGER),
      distinct(timed.map(({ call }) => (call.listsVoids ? call.sequenceId : null))),
      distinct(timed.map(({ call }) => call.cancelId)),
      timed.filter(({ call }) => call.takesNumber).length,
      policy.liveTokensPerCard,
    ]),
  );
  const { tokens, ...rest } = row;
  return { ...rest, tokens: tokensByCall(timed, tokens) };
}

function headsAsked(timed: readonly TimedCall[]): unknown[] {
  const asked = new Map<string, unknown>();
  for (const { stamp } of timed.map(({ call }) => call)) {
    const { terminalId, epoch, journalIndex } = stamp;
    asked.set(`${terminalId}|${epoch}|${journalIndex}`, {
      terminal_id: terminalId,
      epoch,
      journal_index: journalIndex,
    });
  }
  return [...asked.values()];
}

/**
 * A card's newest tokens, of those issued until the moment for which the call is judged. At most `liveTokensPerCard` live
 * at a time: one is replaced at the moment when that many newer ones have been issued. Only those come back that begin as
 * the presented one does, by a keyed hash that nobody outside can compute; which is equal is decided in constant time.
 */
function tokensAsked(timed: readonly TimedCall[]): unknown[] {
  return timed.flatMap(({ call, nowMs }, at) => {
    if (call.presents === null) return [];
    const { cardId, tokenHash } = call.presents;
    const beforeMs = (call.scannedMs ?? nowMs) + skewOf(call);
    return [{ at, card_id: cardId, before_ms: beforeMs, digest: tokenHash.slice(0, DIGEST_CHARS) }];
  });
}

function tokensByCall(
  timed: readonly TimedCall[],
  rows: DetailRow['tokens'],
): ReadonlyMap<ItemCall, readonly TokenRow[]> {
  const byCall = new Map<ItemCall, TokenRow[]>(timed.map(({ call }) => [call, []]));
  for (const row of rows.sort((a, b) => b.token_no - a.token_no)) {
    const call = timed[row.at]?.call;
    if (call !== undefined) byCall.get(call)?.push(row);
  }
  return byCall;
}

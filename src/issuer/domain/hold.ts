import { only, type Sql } from '../storage/database.ts';
import { CARD_COLUMNS, type CardRow, periodsOf } from './cards.ts';
import { businessDateOf } from './days.ts';
import {
  type Head,
  type HeldTerminal,
  type ItemCall,
  type Loaded,
  type LockRow,
  tokensKey,
  type UsageRow,
  VOIDS_MAX,
  type VoidRow,
} from './held.ts';
import { ITEM_COLUMNS, type ItemRow } from './items.ts';
import { TOKENS_LOOKED_AT, type TokenRow } from './tokens.ts';

/** A call of a batch with the moment for which it is decided, read when everything is locked. */
export interface TimedCall {
  readonly call: ItemCall;
  readonly nowMs: number;
}

/**
 * Locks and reads what the calls of one merchant need, always in the same order, so that batches of several processes
 * wait for each other and never in a circle: terminals, items, cards, each by its key. What hangs on a locked row is read
 * after it, by a statement that sees whatever the one before us has committed.
 */
export async function hold(
  sql: Sql,
  calls: readonly ItemCall[],
): Promise<{ readonly loaded: Loaded; readonly timed: readonly TimedCall[] }> {
  const merchantId = merchantOf(calls);
  const terminals = await sql.query<HeldTerminal>(LOCK_TERMINALS, [
    merchantId,
    distinct(calls.map(({ stamp }) => stamp.terminalId)),
  ]);
  const items = await sql.query<ItemRow>(LOCK_ITEMS, [
    merchantId,
    distinct(calls.map(({ sequenceId }) => sequenceId)),
  ]);
  const cardIds = distinct([...calls.map(({ cardId }) => cardId), ...items.map((item) => item.card_id)]);
  const cards = cardIds.length === 0 ? [] : await sql.query<CardRow>(LOCK_CARDS, [merchantId, cardIds]);
  const timed = timedCalls(calls);
  const details = await readDetails(sql, merchantId, timed, items, cardIds);
  return { loaded: { terminals, items, cards, ...details }, timed };
}

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
const LOCK_TERMINALS = `
SELECT t.terminal_id, t.epoch, t.fence, m.charge_enabled, m.refund_enabled
  FROM terminals t JOIN merchants m ON m.merchant_id = t.merchant_id
 WHERE t.merchant_id = $1 AND t.terminal_id = ANY($2) ORDER BY t.terminal_id FOR SHARE OF t`;
const LOCK_ITEMS = `
SELECT ${ITEM_COLUMNS} FROM items
 WHERE merchant_id = $1 AND sequence_id = ANY($2) ORDER BY sequence_id FOR UPDATE`;
/** Everything about a card's money and tokens goes through this lock. */
const LOCK_CARDS = `
SELECT ${CARD_COLUMNS} FROM cards
 WHERE merchant_id = $1 AND card_id = ANY($2) ORDER BY card_id FOR NO KEY UPDATE`;

const rowsOf = (select: string): string => `(SELECT coalesce(json_agg(r), '[]') FROM (${select}) AS r)`;

const READ_DETAILS = `
SELECT ${rowsOf(`
  SELECT h.terminal_id, h.epoch, h.journal_index, h.journal_head
    FROM json_to_recordset($2::json) AS s (terminal_id text, epoch bigint, journal_index bigint)
    JOIN terminal_heads h ON h.merchant_id = $1 AND h.terminal_id = s.terminal_id AND h.epoch = s.epoch
     AND h.journal_index = s.journal_index`)} AS heads,
 ${rowsOf(`
  SELECT terminal_id, business_date FROM days
   WHERE merchant_id = $1 AND terminal_id = ANY($3::text[]) AND business_date >= $4`)} AS sealed,
 ${rowsOf(`
  SELECT q.key, t.* FROM json_to_recordset($5::json) AS q (key text, card_id text, before_ms bigint)
   CROSS JOIN LATERAL (
     SELECT token_no, token_ref, token_hash, issued_ms, expires_ms, sequence_id FROM tokens
      WHERE merchant_id = $1 AND card_id = q.card_id AND kind = 'BARCODE' AND issued_ms <= q.before_ms
      ORDER BY token_no DESC LIMIT $6) AS t`)} AS tokens,
 ${rowsOf(`
  SELECT card_id, period, type, amount, count FROM card_usage
   WHERE merchant_id = $1 AND card_id = ANY($7::text[]) AND period = ANY($8::text[])`)} AS usage,
 ${rowsOf(`
  SELECT card_id, from_ms, until_ms FROM card_locks
   WHERE merchant_id = $1 AND card_id = ANY($9::text[]) AND until_ms > $10`)} AS locks,
 ${rowsOf(`
  SELECT v.* FROM unnest($11::text[]) AS s (sequence_id) CROSS JOIN LATERAL (
     SELECT cancel_id, sequence_id, content_hash, done, code, cancel_nr_number, canceled_ms, business_date, manager_id
       FROM voids WHERE merchant_id = $1 AND sequence_id = s.sequence_id ORDER BY cancel_id LIMIT ${VOIDS_MAX}) AS v
  UNION
  SELECT cancel_id, sequence_id, content_hash, done, code, cancel_nr_number, canceled_ms, business_date, manager_id
    FROM voids WHERE merchant_id = $1 AND cancel_id = ANY($12::text[])`)} AS voids,
 (SELECT coalesce(json_agg(nextval('issuer_numbers')), '[]') FROM generate_series(1, $13)) AS numbers`;

interface DetailRow {
  readonly heads: Head[];
  readonly sealed: { terminal_id: string; business_date: string }[];
  readonly tokens: (Omit<TokenRow, 'replaced_ms'> & { key: string; token_no: number })[];
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
  const asked = tokensAsked(timed);
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
      JSON.stringify([...asked.values()]),
      TOKENS_LOOKED_AT + policy.liveTokensPerCard,
      cardIds,
      periods,
      distinct(advices.map(({ call }) => call.cardId)),
      Math.min(...advices.map(({ call }) => call.scannedMs ?? 0), Number.MAX_SAFE_INTEGER),
      distinct(timed.map(({ call }) => (call.listsVoids ? call.sequenceId : null))),
      distinct(timed.map(({ call }) => call.cancelId)),
      timed.filter(({ call }) => call.takesNumber).length,
    ]),
  );
  const { tokens, ...rest } = row;
  return { ...rest, tokens: tokensByKey(tokens, [...asked.keys()], policy.liveTokensPerCard) };
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
 * Up to when tokens may have been issued to count for a call. An attended payment is judged now; processes on one database
 * may differ a little in what now is.
 */
export function tokensBefore({ call, nowMs }: TimedCall): number {
  const { policy } = call.domain;
  return call.scannedMs === null ? nowMs + policy.toleranceMs : call.scannedMs + policy.scanSkewMs;
}

function tokensAsked(timed: readonly TimedCall[]): Map<string, unknown> {
  const asked = new Map<string, unknown>();
  for (const entry of timed) {
    const { cardId } = entry.call;
    if (cardId === null) continue;
    const beforeMs = tokensBefore(entry);
    const key = tokensKey(cardId, beforeMs);
    asked.set(key, { key, card_id: cardId, before_ms: beforeMs });
  }
  return asked;
}

/** At most `live` tokens of a card live at a time: one is replaced at the moment when that many newer ones were issued. */
function tokensByKey(
  rows: DetailRow['tokens'],
  keys: readonly string[],
  live: number,
): ReadonlyMap<string, readonly TokenRow[]> {
  const byKey = new Map<string, DetailRow['tokens']>(keys.map((key) => [key, []]));
  for (const row of rows) byKey.get(row.key)?.push(row);
  return new Map(
    [...byKey].map(([key, tokens]) => {
      const newestFirst = tokens.sort((a, b) => b.token_no - a.token_no);
      return [
        key,
        newestFirst.map(({ token_ref, token_hash, issued_ms, expires_ms, sequence_id }, at) => ({
          token_ref,
          token_hash,
          issued_ms,
          expires_ms,
          sequence_id,
          replaced_ms: newestFirst[at - live]?.issued_ms ?? null,
        })),
      ];
    }),
  );
}

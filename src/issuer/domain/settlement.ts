import type { z } from 'zod';
import { type DigestItem, itemsDigest, kstMillis, type schemas } from '../../konaplate/wire.ts';
import type { Sql } from '../storage/database.ts';
import type { CloseRequest, Domain, Outcome, TransactionsRequest } from './context.ts';
import { businessDateOf } from './days.ts';
import { sameHash } from './hashes.ts';
import { approvalBody, ITEM_COLUMNS, type ItemRow } from './items.ts';
import { Refusal } from './refusal.ts';
import { admit, admitUnfenced, openDateOf } from './terminals.ts';

type Total = z.infer<typeof schemas.settlementTotal>;
/** A booking that was begun before the cut-over, by this process or one whose clock is behind, is committed by then. */
const FINAL_AFTER_MS = 60_000;
/** Rows read at a time when a day is summed up. */
const PAGE = 5_000;
/** More items than a terminal can make in a day; a day beyond it cannot be closed by this call. */
const DAY_ITEMS_MAX = 1_000_000;

/** Where clause of a day: parameters 1 merchant, 2 date, 3 terminal or null for all of them. */
const OF_DAY = `items.merchant_id = $1 AND items.business_date = $2 AND ($3::text IS NULL OR items.terminal_id = $3)`;

/**
 * The issuer's list of a business date, in pages by sequence id. `final` says that no item can be added any more: the
 * date has been over for a minute, or is sealed. Answered to fenced terminals as well.
 */
export async function transactions(domain: Domain, request: TransactionsRequest): Promise<Outcome> {
  return domain.db.transaction(async (sql) => {
    await admit(sql, request);
    const { merchantId, terminalId, businessDate } = request;
    const terminal = request.allTerminals === true ? null : terminalId;
    const date = await openDateOf(domain, sql, merchantId, terminalId);
    const nowMs = domain.clock.nowMs();
    const rows = await sql.query<ItemRow>(
      `SELECT ${ITEM_COLUMNS} FROM items WHERE ${OF_DAY} AND items.sequence_id > $4
        ORDER BY items.sequence_id LIMIT $5`,
      [merchantId, businessDate, terminal, request.cursor ?? '', request.limit + 1],
    );
    const page = rows.slice(0, request.limit);
    const over = businessDate < businessDateOf(nowMs - FINAL_AFTER_MS, domain.policy.cutOverHour);
    const sealed = terminal !== null && (await dayOf(sql, merchantId, terminal, businessDate)) !== null;
    const last = page.at(-1);
    return {
      code: '000_000',
      businessDate: date,
      body: {
        asOf: kstMillis(nowMs),
        final: over || sealed,
        totals: await totalsOf(sql, merchantId, businessDate, terminal),
        items: page.map(settlementItem),
        ...(rows.length > page.length && last !== undefined ? { nextCursor: last.sequence_id } : {}),
      },
    };
  });
}

function settlementItem(item: ItemRow): Record<string, unknown> {
  return {
    sequenceId: item.sequence_id,
    terminalId: item.terminal_id,
    type: item.type,
    amount: item.amount,
    state: item.state,
    ...approvalBody(item),
    ...(item.ended_ms === null ? {} : { endedAt: kstMillis(item.ended_ms) }),
    businessDate: item.business_date,
    deferred: item.deferred,
    bin: item.bin,
    last4: item.last4,
  };
}

async function totalsOf(
  sql: Sql,
  merchantId: string,
  businessDate: string,
  terminalId: string | null,
): Promise<Total[]> {
  return sql.query<Total>(
    `SELECT type, state, sum(count) AS count, sum(sum) AS sum FROM day_totals
      WHERE merchant_id = $1 AND business_date = $2 AND ($3::text IS NULL OR terminal_id = $3)
      GROUP BY type, state HAVING sum(count) > 0 ORDER BY type, state`,
    [merchantId, businessDate, terminalId],
  );
}

interface DayRow {
  readonly status: 'AGREED' | 'UNCONFIRMED';
  readonly content_hash: string | null;
}

async function dayOf(
  sql: Sql,
  merchantId: string,
  terminalId: string,
  businessDate: string,
): Promise<DayRow | null> {
  const rows = await sql.query<DayRow>(
    `SELECT status, content_hash FROM days WHERE merchant_id = $1 AND terminal_id = $2 AND business_date = $3`,
    [merchantId, terminalId, businessDate],
  );
  return rows[0] ?? null;
}

/**
 * Closes a business date of one terminal: AGREED when both sides have the same items, and then it takes no bookings any
 * more. Items that the terminal names as open stay outside: they can still be reversed. They may or may not be part of
 * the terminal's digest and totals; both readings agree.
 */
export async function close(domain: Domain, request: CloseRequest): Promise<Outcome> {
  return domain.db.transaction(async (sql) => {
    // Held for writing: no call of this terminal is under way, and none begins before the day is sealed or not.
    await admitUnfenced(sql, request, 'UPDATE');
    const { merchantId, terminalId, businessDate } = request;
    const date = await openDateOf(domain, sql, merchantId, terminalId);
    if (businessDate > date) throw new Refusal('000_002', 'businessDate');
    const contentHash = domain.hashes.content(
      'close',
      businessDate,
      JSON.stringify(figures(request.totals)),
      [...request.openItems].sort().join(','),
      request.itemsDigest,
    );
    const repeated = await knownClose(sql, request, contentHash);
    if (repeated !== null) return answer(domain, sql, request, repeated.result, repeated.totals);
    const day = await dayOf(sql, merchantId, terminalId, businessDate);
    if (day?.status === 'AGREED') {
      if (!sameHash(day.content_hash ?? '', contentHash)) throw new Refusal('006_907');
      const totals = await totalsOf(sql, merchantId, businessDate, terminalId);
      return answer(domain, sql, request, 'AGREED', totals);
    }
    const mine = await dayItems(sql, request);
    const open = new Set(request.openItems);
    const inside = mine.filter((item) => !open.has(item.sequenceId));
    const agreed = agrees(request, mine) || agrees(request, inside);
    const totals = await totalsOf(sql, merchantId, businessDate, terminalId);
    if (agreed) await seal(domain, sql, request, contentHash);
    await sql.query(
      `INSERT INTO closes (merchant_id, terminal_id, business_date, close_no, content_hash, result, totals)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [
        merchantId,
        terminalId,
        businessDate,
        request.closeNo,
        contentHash,
        agreed ? 'AGREED' : 'NOT_AGREED',
        JSON.stringify(totals),
      ],
    );
    return answer(domain, sql, request, agreed ? 'AGREED' : 'NOT_AGREED', totals);
  });
}

/** A closeNo has one answer; the same number with other content is refused. */
async function knownClose(
  sql: Sql,
  request: CloseRequest,
  contentHash: string,
): Promise<{ result: 'AGREED' | 'NOT_AGREED'; totals: unknown } | null> {
  const rows = await sql.query<{ content_hash: string; result: 'AGREED' | 'NOT_AGREED'; totals: string }>(
    `SELECT content_hash, result, totals FROM closes
      WHERE merchant_id = $1 AND terminal_id = $2 AND business_date = $3 AND close_no = $4`,
    [request.merchantId, request.terminalId, request.businessDate, request.closeNo],
  );
  const row = rows[0];
  if (row === undefined) return null;
  if (!sameHash(row.content_hash, contentHash)) throw new Refusal('006_021');
  return { result: row.result, totals: JSON.parse(row.totals) };
}

async function answer(
  domain: Domain,
  sql: Sql,
  request: CloseRequest,
  result: 'AGREED' | 'NOT_AGREED',
  totals: unknown,
): Promise<Outcome> {
  return {
    code: '000_000',
    businessDate: await openDateOf(domain, sql, request.merchantId, request.terminalId),
    body: { result, totals },
  };
}

async function dayItems(sql: Sql, request: CloseRequest): Promise<DigestItem[]> {
  const items: DigestItem[] = [];
  let after = '';
  while (items.length <= DAY_ITEMS_MAX) {
    const page: DigestItem[] = await sql.query<DigestItem>(
      `SELECT items.sequence_id AS "sequenceId", items.type, items.amount, items.state,
              items.business_date AS "businessDate"
         FROM items WHERE ${OF_DAY} AND items.sequence_id > $4 ORDER BY items.sequence_id LIMIT ${PAGE}`,
      [request.merchantId, request.businessDate, request.terminalId, after],
    );
    items.push(...page);
    after = page.at(-1)?.sequenceId ?? '';
    if (page.length < PAGE) return items;
  }
  throw new Refusal('006_022');
}

function agrees(request: CloseRequest, items: readonly DigestItem[]): boolean {
  return (
    itemsDigest(items) === request.itemsDigest &&
    JSON.stringify(figures(request.totals)) === JSON.stringify(figures(sumUp(items)))
  );
}

function sumUp(items: readonly DigestItem[]): Total[] {
  const sums = new Map<string, Total>();
  for (const { type, state, amount } of items) {
    const before = sums.get(`${type}|${state}`) ?? { type, state, count: 0, sum: 0 };
    sums.set(`${type}|${state}`, { type, state, count: before.count + 1, sum: before.sum + amount });
  }
  return [...sums.values()];
}

/** Totals in one order, rows of nothing left out, so that two sides can be compared. */
function figures(totals: readonly Total[]): string[] {
  return totals
    .filter(({ count, sum }) => count !== 0 || sum !== 0)
    .map(({ type, state, count, sum }) => `${type}|${state}|${count}|${sum}`)
    .sort();
}

async function seal(domain: Domain, sql: Sql, request: CloseRequest, contentHash: string): Promise<void> {
  const { merchantId, terminalId, businessDate } = request;
  await sql.query(
    `INSERT INTO days (merchant_id, terminal_id, business_date, status, closed_ms, close_no, content_hash)
     VALUES ($1, $2, $3, 'AGREED', $4, $5, $6)
     ON CONFLICT (merchant_id, terminal_id, business_date)
     DO UPDATE SET status = 'AGREED', closed_ms = EXCLUDED.closed_ms, close_no = EXCLUDED.close_no,
                   content_hash = EXCLUDED.content_hash`,
    [merchantId, terminalId, businessDate, domain.clock.nowMs(), request.closeNo, contentHash],
  );
  await sql.query(
    `UPDATE items SET sealed = true
      WHERE merchant_id = $1 AND business_date = $2 AND terminal_id = $3 AND NOT (sequence_id = ANY($4))`,
    [merchantId, businessDate, terminalId, request.openItems],
  );
}

/** Sums of every account over all transfers: they are zero together, and each card's is its balance. */
export async function trialBalance(
  sql: Sql,
  merchantId: string,
): Promise<{ readonly accounts: ReadonlyMap<string, number>; readonly wrongCards: number }> {
  const rows = await sql.query<{ account: string; balance: number }>(
    `SELECT account, sum(amount) AS balance FROM (
       SELECT credit AS account, amount FROM transfers WHERE merchant_id = $1
       UNION ALL SELECT debit, -amount FROM transfers WHERE merchant_id = $1) AS legs
      GROUP BY account`,
    [merchantId],
  );
  const accounts = new Map(rows.map((row) => [row.account, row.balance]));
  const cards = await sql.query<{ card_id: string; balance: number }>(
    `SELECT card_id, balance FROM cards WHERE merchant_id = $1`,
    [merchantId],
  );
  const wrong = cards.filter((card) => card.balance !== (accounts.get(`card:${card.card_id}`) ?? 0));
  return { accounts, wrongCards: wrong.length };
}

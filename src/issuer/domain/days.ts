import { kstDate, parseKst } from '../../konaplate/wire.ts';
import type { Sql } from '../storage/database.ts';
import type { Domain } from './context.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** A terminal that sealed this many days ahead of the calendar has a clock that nobody should follow. */
export const DAYS_AHEAD_MAX = 7;

/** The business date of a moment: the Korean date, counted from the cut-over hour. */
export function businessDateOf(nowMs: number, cutOverHour: number): string {
  return kstDate(nowMs - cutOverHour * HOUR_MS);
}

export function addDays(date: string, days: number): string {
  return kstDate(midnight(date) + days * DAY_MS);
}

function midnight(date: string): number {
  const at = parseKst(date);
  if (at === null) throw new RangeError('not a date');
  return at;
}

/** The date on which a booking of now stands: today's, or the next one that is not sealed. Null: too many are sealed. */
export function openDate(today: string, sealed: readonly string[]): string | null {
  for (let ahead = 0; ahead <= DAYS_AHEAD_MAX; ahead += 1) {
    const date = addDays(today, ahead);
    if (!sealed.includes(date)) return date;
  }
  return null;
}

/** Terminals in one statement, and statements in one round. */
const TERMINALS_AT_ONCE = 200;
const BATCHES_MAX = 50;

/**
 * Parameters: 1 merchant, 2 first date that is not stale, 3 terminal or null for all of them, 4 how many, 5 now. What a
 * process with a wrong clock wrote into `stale_before` is looked over again. A terminal whose row another process holds is
 * skipped: that process does it, or the next round.
 */
const CLOSE_STALE = `
WITH due AS MATERIALIZED (
  SELECT terminal_id, CASE WHEN stale_before < $2 THEN stale_before ELSE '' END AS looked_until FROM terminals
   WHERE merchant_id = $1 AND stale_before <> $2 AND ($3::text IS NULL OR terminal_id = $3)
   ORDER BY terminal_id LIMIT $4 FOR NO KEY UPDATE SKIP LOCKED),
closed AS (
  INSERT INTO days (merchant_id, terminal_id, business_date, status, closed_ms)
  SELECT DISTINCT $1, due.terminal_id, booked.business_date, 'UNCONFIRMED', $5::bigint FROM due CROSS JOIN LATERAL (
    SELECT business_date FROM day_totals WHERE merchant_id = $1 AND terminal_id = due.terminal_id
       AND business_date >= due.looked_until AND business_date < $2 AND count > 0) AS booked
  ON CONFLICT (merchant_id, terminal_id, business_date) DO NOTHING)
UPDATE terminals SET stale_before = $2 FROM due
 WHERE terminals.merchant_id = $1 AND terminals.terminal_id = due.terminal_id RETURNING terminals.terminal_id`;

/**
 * Closes as UNCONFIRMED the days that the terminal (null: 200 of the merchant's) has not closed in time. To be called in a
 * transaction. Returns how many terminals were looked over.
 */
export async function closeStaleDays(
  domain: Domain,
  sql: Sql,
  merchantId: string,
  terminalId: string | null,
): Promise<number> {
  const nowMs = domain.clock.nowMs();
  const today = businessDateOf(nowMs, domain.policy.cutOverHour);
  const before = addDays(today, -domain.policy.unconfirmedAfterDays);
  const params = [merchantId, before, terminalId, TERMINALS_AT_ONCE, nowMs];
  return (await sql.query(CLOSE_STALE, params)).length;
}

/**
 * The same for every terminal of a merchant, those that never say hello any more too. Any number of processes may do it at
 * once. Bounded: at most 10,000 terminals; the next round goes on. Returns how many were looked over.
 */
export async function closeStaleDaysOfAll(domain: Domain, merchantId: string): Promise<number> {
  let terminals = 0;
  for (let batches = 0; batches < BATCHES_MAX; batches += 1) {
    const done = await domain.db.transaction((sql) => closeStaleDays(domain, sql, merchantId, null));
    terminals += done;
    if (done < TERMINALS_AT_ONCE) break;
  }
  return terminals;
}

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

/** Closes as UNCONFIRMED the days that the terminal has not closed in time. Its row is held for writing. */
export async function closeStaleDays(
  domain: Domain,
  sql: Sql,
  merchantId: string,
  terminalId: string,
): Promise<void> {
  const nowMs = domain.clock.nowMs();
  const today = businessDateOf(nowMs, domain.policy.cutOverHour);
  await sql.query(
    `INSERT INTO days (merchant_id, terminal_id, business_date, status, closed_ms)
     SELECT DISTINCT merchant_id, terminal_id, business_date, 'UNCONFIRMED', $4::bigint FROM items
      WHERE merchant_id = $1 AND terminal_id = $2 AND business_date < $3
     ON CONFLICT (merchant_id, terminal_id, business_date) DO NOTHING`,
    [merchantId, terminalId, addDays(today, -domain.policy.unconfirmedAfterDays), nowMs],
  );
}

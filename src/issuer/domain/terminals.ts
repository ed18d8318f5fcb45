import { kstMillis } from '../../konaplate/wire.ts';
import { only, type Sql } from '../storage/database.ts';
import type { Domain, HelloRequest, Outcome, TerminalStamp } from './context.ts';
import { businessDateOf, closeStaleDays, openDate } from './days.ts';
import { Refusal } from './refusal.ts';

/** Heads of a terminal's journal kept for comparison; an older index is not known any more. */
const HEADS_KEPT = 100_000;

export type Fence = 'INDEX' | 'HEAD' | 'EPOCH' | 'HOLDER';

export interface Admission {
  readonly chargeEnabled: boolean;
  readonly refundEnabled: boolean;
  readonly fence: Fence | null;
}

interface TerminalRow {
  readonly epoch: number;
  readonly fence: Fence | null;
  readonly charge_enabled: boolean;
  readonly refund_enabled: boolean;
  /** Of the stamp's index, after this call; null: nothing was remembered, the terminal is fenced. */
  readonly known_head: string | null;
}

/** Holds the terminal's row and, when the terminal is in order, remembers the head of its journal, in one statement. */
const ADMIT = (lock: 'SHARE' | 'UPDATE'): string => `
WITH terminal AS MATERIALIZED (
  SELECT t.epoch, t.fence, m.charge_enabled, m.refund_enabled
    FROM terminals t JOIN merchants m ON m.merchant_id = t.merchant_id
   WHERE t.merchant_id = $1 AND t.terminal_id = $2 FOR ${lock} OF t),
head AS (
  INSERT INTO terminal_heads (merchant_id, terminal_id, epoch, journal_index, journal_head)
  SELECT $1, $2, $3, $4, $5 FROM terminal WHERE epoch = $3 AND fence IS NULL
  ON CONFLICT (merchant_id, terminal_id, epoch, journal_index)
  DO UPDATE SET journal_head = terminal_heads.journal_head
  RETURNING journal_head)
SELECT terminal.*, head.journal_head AS known_head FROM terminal LEFT JOIN head ON true`;

/**
 * First statement of every item call: holds the terminal's row against hello and close until the end of the transaction,
 * and judges the fence. A lower index says nothing here, because calls overtake each other.
 */
export async function admit(
  sql: Sql,
  stamp: TerminalStamp,
  lock: 'SHARE' | 'UPDATE' = 'SHARE',
): Promise<Admission> {
  const { merchantId, terminalId, epoch, journalIndex, journalHead } = stamp;
  const row = (
    await sql.query<TerminalRow>(ADMIT(lock), [merchantId, terminalId, epoch, journalIndex, journalHead])
  )[0];
  if (row === undefined) throw new Refusal('000_002', 'terminalId');
  return {
    chargeEnabled: row.charge_enabled,
    refundEnabled: row.refund_enabled,
    fence: fenceOf(stamp, row),
  };
}

/** As `admit`, for calls with effects: a fenced terminal is refused before any. */
export async function admitUnfenced(
  sql: Sql,
  stamp: TerminalStamp,
  lock: 'SHARE' | 'UPDATE' = 'SHARE',
): Promise<Admission> {
  const admission = await admit(sql, stamp, lock);
  if (admission.fence !== null) throw new Refusal('000_910');
  return admission;
}

function fenceOf(stamp: TerminalStamp, row: TerminalRow): Fence | null {
  if (row.fence !== null) return row.fence;
  if (row.epoch !== stamp.epoch) return 'EPOCH';
  return row.known_head === stamp.journalHead ? null : 'HEAD';
}

/** False when the index is known with another head. */
async function rememberHead(sql: Sql, stamp: TerminalStamp): Promise<boolean> {
  const rows = await sql.query<{ journal_head: string }>(
    `INSERT INTO terminal_heads (merchant_id, terminal_id, epoch, journal_index, journal_head)
     VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (merchant_id, terminal_id, epoch, journal_index)
     DO UPDATE SET journal_head = terminal_heads.journal_head
     RETURNING journal_head`,
    [stamp.merchantId, stamp.terminalId, stamp.epoch, stamp.journalIndex, stamp.journalHead],
  );
  return only(rows).journal_head === stamp.journalHead;
}

/** Business dates of a terminal, from today on, that take no bookings any more. */
export const SEALED_DATES = `
(SELECT coalesce(array_agg(d.business_date), '{}') FROM days d
  WHERE d.merchant_id = $1 AND d.terminal_id = $2 AND d.business_date >= $3)`;

/** The date on which this terminal's bookings of now stand. Asked after the terminal's row is held. */
export async function openDateOf(
  domain: Domain,
  sql: Sql,
  merchantId: string,
  terminalId: string,
): Promise<string> {
  const today = businessDateOf(domain.clock.nowMs(), domain.policy.cutOverHour);
  const rows = await sql.query<{ sealed: string[] }>(`SELECT ${SEALED_DATES} AS sealed`, [
    merchantId,
    terminalId,
    today,
  ]);
  return firstOpen(today, only(rows).sealed);
}

/** Refuses when the terminal would have sealed everything up to a week ahead: a wrong time, and nothing is done. */
export function firstOpen(today: string, sealed: readonly string[]): string {
  const date = openDate(today, sealed);
  if (date === null) throw new Refusal('006_006');
  return date;
}

/**
 * The first call after each start. It alone judges a lower index, and with it an old backup (index lower), a lost tail
 * (the same) and a cloned disk (other machine); what it finds stays with the terminal. Another machine's or epoch's hello
 * is forgotten at the next one in order; a journal that went back is not, however long it grows: only the next epoch,
 * claimed by a manager, ends that. It is always answered, so the terminal can see what the issuer knows.
 */
export async function hello(domain: Domain, request: HelloRequest): Promise<Outcome> {
  return domain.db.transaction(async (sql) => {
    const row = (
      await sql.query<Omit<TerminalRow, 'known_head'> & { readonly holder: string | null }>(
        `SELECT t.epoch, t.holder, t.fence, m.charge_enabled, m.refund_enabled
           FROM terminals t JOIN merchants m ON m.merchant_id = t.merchant_id
          WHERE t.merchant_id = $1 AND t.terminal_id = $2 FOR UPDATE OF t`,
        [request.merchantId, request.terminalId],
      )
    )[0];
    if (row === undefined) throw new Refusal('000_002', 'terminalId');
    const claimed = claim(request, row);
    const epoch = claimed ?? row.epoch;
    const holder = claimed === null ? (row.holder ?? request.machineId) : request.machineId;
    // Before the claim there was another history: its heads say nothing about this one.
    const known = await knownHeads(sql, request, epoch);
    const stamp = claimed === null ? request : { ...request, epoch };
    const found = judgeHello(stamp, request.machineId, { epoch, holder }, known);
    const fence = epoch === row.epoch && journalWentBack(row.fence) ? row.fence : found;
    if (fence === null) await rememberHead(sql, stamp);
    await sql.query(
      `UPDATE terminals SET epoch = $3, holder = $4, fence = $5 WHERE merchant_id = $1 AND terminal_id = $2`,
      [request.merchantId, request.terminalId, epoch, holder, fence],
    );
    await forgetHeads(sql, request, epoch, known.highest);
    await closeStaleDays(domain, sql, request.merchantId, request.terminalId);
    return answer(domain, sql, request, { ...row, epoch, holder }, known.highest);
  });
}

/** The epoch that the request may take, or null when it asks for none. A repeat of the claim that won gets the same. */
function claim(request: HelloRequest, row: { epoch: number; holder: string | null }): number | null {
  if (request.claimEpoch === undefined) return null;
  if (row.holder === null && request.claimEpoch === 0) return 0;
  if (request.claimEpoch === row.epoch && row.holder === request.machineId) return row.epoch;
  if (request.managerId === undefined) throw new Refusal('000_002', 'managerId');
  if (request.claimEpoch !== row.epoch + 1) throw new Refusal('000_002', 'claimEpoch');
  return request.claimEpoch;
}

interface Known {
  readonly highest: number;
  readonly headAtIndex: string | null;
}

async function knownHeads(sql: Sql, request: HelloRequest, epoch: number): Promise<Known> {
  const rows = await sql.query<{ highest: number | null; head: string | null }>(
    `SELECT (SELECT max(journal_index) FROM terminal_heads
              WHERE merchant_id = $1 AND terminal_id = $2 AND epoch = $3) AS highest,
            (SELECT journal_head FROM terminal_heads
              WHERE merchant_id = $1 AND terminal_id = $2 AND epoch = $3 AND journal_index = $4) AS head`,
    [request.merchantId, request.terminalId, epoch, request.journalIndex],
  );
  const row = only(rows);
  return { highest: row.highest ?? 0, headAtIndex: row.head };
}

/** Pure: what is wrong with the terminal that says hello. */
export function judgeHello(
  stamp: TerminalStamp,
  machineId: string,
  terminal: { readonly epoch: number; readonly holder: string },
  known: Known,
): Fence | null {
  if (machineId !== terminal.holder) return 'HOLDER';
  if (stamp.epoch !== terminal.epoch) return 'EPOCH';
  if (stamp.journalIndex < known.highest) return 'INDEX';
  if (known.headAtIndex !== null && known.headAtIndex !== stamp.journalHead) return 'HEAD';
  return null;
}

/** What the same journal cannot mend by growing past the index that the issuer knows. */
function journalWentBack(fence: Fence | null): boolean {
  return fence === 'INDEX' || fence === 'HEAD';
}

async function forgetHeads(sql: Sql, request: HelloRequest, epoch: number, highest: number): Promise<void> {
  await sql.query(
    `DELETE FROM terminal_heads WHERE merchant_id = $1 AND terminal_id = $2
        AND (epoch < $3 OR (epoch = $3 AND journal_index < $4))`,
    [request.merchantId, request.terminalId, epoch - 1, Math.max(0, highest - HEADS_KEPT)],
  );
}

async function answer(
  domain: Domain,
  sql: Sql,
  request: HelloRequest,
  row: { epoch: number; holder: string; charge_enabled: boolean; refund_enabled: boolean },
  knownJournalIndex: number,
): Promise<Outcome> {
  const { limits } = domain.policy;
  const date = await openDateOf(domain, sql, request.merchantId, request.terminalId);
  return {
    code: '000_000',
    businessDate: date,
    body: {
      serverTime: kstMillis(domain.clock.nowMs()),
      cutOverHour: domain.policy.cutOverHour,
      openBusinessDate: date,
      limits: {
        perTransactionCharge: limits.perTransactionCharge,
        perTransactionRefund: limits.perTransactionRefund,
        balanceCap: limits.balanceCap,
        deferredMaxAgeMs: domain.policy.deferredMaxAgeMs,
        tokenLifeMs: domain.policy.tokenLifeMs,
      },
      enabled: { CHARGE: row.charge_enabled, REFUND: row.refund_enabled },
      drainPerMinute: domain.policy.drainPerMinute,
      epoch: row.epoch,
      holder: row.holder,
      knownJournalIndex,
    },
  };
}

import { kstMillis } from '../../konaplate/wire.ts';
import type { Sql } from '../storage/database.ts';
import { lockCard, unuse } from './cards.ts';
import type { Domain, InquiryRequest, NetCancelRequest, Outcome } from './context.ts';
import { businessDateOf } from './days.ts';
import { approvalBody, claimItem, type ItemRow, readItem } from './items.ts';
import { Refusal } from './refusal.ts';
import { admit, admitUnfenced, firstOpen, openDateOf } from './terminals.ts';

/** What the store learns of an id (settlement-contract, inquiry). Answered to fenced terminals as well. */
export async function inquiry(domain: Domain, request: InquiryRequest): Promise<Outcome> {
  return domain.db.transaction(async (sql) => {
    await admit(sql, request);
    const item = await readItem(sql, request.merchantId, request.sequenceId);
    const date = await openDateOf(domain, sql, request.merchantId, request.terminalId);
    if (item === null) return { code: '000_000', businessDate: date, body: { result: 'NOT_FOUND' } };
    const voids = await voidsOf(sql, request.merchantId, request.sequenceId);
    const reversedMs = item.net_result === null ? null : item.net_ms;
    return {
      code: '000_000',
      businessDate: item.business_date ?? item.net_date ?? date,
      body: {
        result: resultOf(item),
        type: item.type,
        amount: item.amount,
        ...(item.bin === null || item.last4 === null ? {} : { bin: item.bin, last4: item.last4 }),
        ...approvalBody(item),
        ...(item.decline_code === null ? {} : { declineCode: item.decline_code }),
        ...(reversedMs === null || item.state === 'DECLINED' ? {} : { reversedAt: kstMillis(reversedMs) }),
        ...(voids.length === 0 ? {} : { voids }),
      },
    };
  });
}

function resultOf(item: ItemRow): string {
  switch (item.state) {
    case 'APPROVED':
      return 'COMPLETED';
    case 'DECLINED':
      return 'FAILED';
    case 'VOIDED':
      return 'VOIDED';
    case 'REVERSED':
    case 'TOMBSTONE':
      return 'REVERSED';
    case 'NEW':
      throw new Error('an undecided item was committed');
  }
}

async function voidsOf(
  sql: Sql,
  merchantId: string,
  sequenceId: string,
): Promise<{ cancelId: string; done: boolean; code?: string }[]> {
  const rows = await sql.query<{ cancel_id: string; done: boolean; code: string | null }>(
    `SELECT cancel_id, done, code FROM voids WHERE merchant_id = $1 AND sequence_id = $2 ORDER BY cancel_id LIMIT 50`,
    [merchantId, sequenceId],
  );
  return rows.map((row) => ({
    cancelId: row.cancel_id,
    done: row.done,
    ...(row.code === null ? {} : { code: row.code }),
  }));
}

/**
 * Net cancel (rule 3): recorded for ever, also before its approve, also when the balance is spent. A repeat gives the
 * first answer.
 */
export async function netCancel(domain: Domain, request: NetCancelRequest): Promise<Outcome> {
  return domain.db.transaction(async (sql) => {
    await admitUnfenced(sql, request);
    const nowMs = domain.clock.nowMs();
    const today = businessDateOf(nowMs, domain.policy.cutOverHour);
    const item = await claimItem(sql, { ...request, today, nowMs });
    const same =
      item.terminal_id === request.terminalId && item.type === request.type && item.amount === request.amount;
    if (!same) throw new Refusal('006_906');
    if (item.net_result !== null) return netAnswer(item.net_result, item.net_ms, item.net_date);
    const date = firstOpen(today, item.sealed_dates);
    const run: Reversal = { domain, sql, merchantId: request.merchantId, item, nowMs, date };
    if (item.inserted) return record(run, 'TOMBSTONE', 'NOT_FOUND');
    if (item.state === 'DECLINED') return record(run, 'DECLINED', 'NOT_APPROVED');
    if (item.sealed) throw new Refusal('006_907');
    // A void has already undone the money; the net cancel is the store's last word on the id all the same.
    if (item.state === 'APPROVED') await undo(run, 'REVERSE');
    return record(run, 'REVERSED', 'REVERSED');
  });
}

export interface Reversal {
  readonly domain: Domain;
  readonly sql: Sql;
  readonly merchantId: string;
  readonly item: ItemRow;
  readonly nowMs: number;
  readonly date: string;
}

async function record(
  { sql, merchantId, item, nowMs, date }: Reversal,
  state: 'TOMBSTONE' | 'DECLINED' | 'REVERSED',
  result: 'NOT_FOUND' | 'NOT_APPROVED' | 'REVERSED',
): Promise<Outcome> {
  await sql.query(
    `UPDATE items SET state = $3, net_result = $4, net_ms = $5, net_date = $6, ended_ms = coalesce(ended_ms, $5)
      WHERE merchant_id = $1 AND sequence_id = $2`,
    [merchantId, item.sequence_id, state, result, nowMs, date],
  );
  return netAnswer(result, nowMs, date);
}

function netAnswer(result: string, netMs: number | null, netDate: string | null): Outcome {
  if (netMs === null || netDate === null) throw new Error('a net cancel without its time');
  return {
    code: '000_000',
    businessDate: netDate,
    body: { result, reversedAt: kstMillis(netMs) },
  };
}

/**
 * Takes an approval back. A net cancel (`REVERSE`) always can: what the card no longer holds becomes the issuer's
 * receivable from the holder. A void cannot: false when the balance is spent, and nothing was done.
 */
export async function undo(run: Reversal, kind: 'REVERSE' | 'VOID'): Promise<boolean> {
  const { sql, merchantId, item, nowMs, date } = run;
  if (item.card_id === null || item.approved_ms === null) throw new Error('approved without a card');
  const card = await lockCard(sql, merchantId, item.card_id);
  if (card === null) throw new Error('the card of an approval is gone');
  const fromCard = item.type === 'CHARGE' ? Math.min(card.balance, item.amount) : 0;
  const short = item.type === 'CHARGE' ? item.amount - fromCard : 0;
  if (kind === 'VOID' && short > 0) return false;
  const terminal = `terminal:${item.terminal_id}`;
  const account = `card:${item.card_id}`;
  const insert = (leg: number, debit: string, credit: string, amount: number) =>
    sql.query(
      `INSERT INTO transfers (merchant_id, reference, kind, leg, debit, credit, amount, business_date, booked_ms)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [merchantId, item.sequence_id, kind, leg, debit, credit, amount, date, nowMs],
    );
  if (item.type === 'REFUND') await insert(0, terminal, account, item.amount);
  if (fromCard > 0) await insert(0, account, terminal, fromCard);
  if (short > 0) await insert(1, `receivable:${item.card_id}`, terminal, short);
  await unuse(sql, merchantId, {
    cardId: item.card_id,
    type: item.type,
    amount: item.amount,
    approvedMs: item.approved_ms,
  });
  await sql.query(
    `INSERT INTO notices (merchant_id, card_id, sequence_id, kind, at_ms) VALUES ($1, $2, $3, $4, $5)`,
    [merchantId, item.card_id, item.sequence_id, kind === 'VOID' ? 'VOIDED' : 'REVERSED', nowMs],
  );
  return true;
}

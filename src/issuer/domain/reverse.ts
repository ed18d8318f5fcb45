import { kstMillis } from '../../konaplate/wire.ts';
import { periodsOf } from './cards.ts';
import type { Domain, InquiryRequest, NetCancelRequest, Outcome } from './context.ts';
import type { Held, ItemCall } from './held.ts';
import { approvalBody, type ItemRow, newItem } from './items.ts';
import { Refusal } from './refusal.ts';

/** A call that needs nothing but its item. */
export const ITEM_ONLY = {
  presents: null,
  cancelId: null,
  scannedMs: null,
  listsVoids: false,
  takesNumber: false,
} as const;

/** What the store learns of an id (settlement-contract, inquiry). Answered to fenced terminals as well. */
export function inquiry(domain: Domain, request: InquiryRequest): ItemCall {
  return {
    ...ITEM_ONLY,
    domain,
    stamp: request,
    sequenceId: request.sequenceId,
    listsVoids: true,
    decide(held, nowMs) {
      held.admit(request);
      const item = held.item(request.sequenceId);
      const date = held.openDate(request.terminalId, nowMs, domain.policy.cutOverHour);
      if (item === null) return { code: '000_000', businessDate: date, body: { result: 'NOT_FOUND' } };
      return {
        code: '000_000',
        businessDate: item.business_date ?? item.net_date ?? date,
        body: known(held, item),
      };
    },
  };
}

function known(held: Held, item: ItemRow): Record<string, unknown> {
  const result = resultOf(item);
  const voids = held.voidsOf(item.sequence_id).map((row) => ({
    cancelId: row.cancel_id,
    done: row.done,
    ...(row.code === null ? {} : { code: row.code }),
  }));
  return {
    result,
    type: item.type,
    amount: item.amount,
    ...(item.bin === null || item.last4 === null ? {} : { bin: item.bin, last4: item.last4 }),
    ...approvalBody(item),
    ...(item.decline_code === null ? {} : { declineCode: item.decline_code }),
    ...(result === 'REVERSED' && item.net_ms !== null ? { reversedAt: kstMillis(item.net_ms) } : {}),
    ...(voids.length === 0 ? {} : { voids }),
  };
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
  }
}

/**
 * Net cancel (rule 3): recorded for ever, also before its approve, also when the balance is spent. A repeat gives the
 * first answer.
 */
export function netCancel(domain: Domain, request: NetCancelRequest): ItemCall {
  return {
    ...ITEM_ONLY,
    domain,
    stamp: request,
    sequenceId: request.sequenceId,
    decide(held, nowMs) {
      held.admitUnfenced(request);
      const known = held.item(request.sequenceId);
      const item = known ?? tombstone(request, nowMs);
      const same =
        item.terminal_id === request.terminalId &&
        item.type === request.type &&
        item.amount === request.amount;
      if (!same) throw new Refusal('006_906');
      if (item.net_result !== null) return netAnswer(item.net_result, item.net_ms, item.net_date);
      const date = held.openDate(request.terminalId, nowMs, domain.policy.cutOverHour);
      const run: Reversal = { held, item, nowMs, date };
      if (known === null) return record(run, 'TOMBSTONE', 'NOT_FOUND');
      if (item.state === 'DECLINED') return record(run, 'DECLINED', 'NOT_APPROVED');
      if (item.sealed) throw new Refusal('006_907');
      // A void has already undone the money, under its own number and for ever: an inquiry must go on to confirm it.
      if (item.state === 'VOIDED') return record(run, 'VOIDED', 'REVERSED');
      undo(run, 'REVERSE');
      return record(run, 'REVERSED', 'REVERSED');
    },
  };
}

function tombstone(request: NetCancelRequest, nowMs: number): ItemRow {
  return newItem({
    sequence_id: request.sequenceId,
    terminal_id: request.terminalId,
    type: request.type,
    amount: request.amount,
    created_ms: nowMs,
    state: 'TOMBSTONE',
  });
}

export interface Reversal {
  readonly held: Held;
  readonly item: ItemRow;
  readonly nowMs: number;
  readonly date: string;
}

function record(
  { held, item, nowMs, date }: Reversal,
  state: 'TOMBSTONE' | 'DECLINED' | 'VOIDED' | 'REVERSED',
  result: 'NOT_FOUND' | 'NOT_APPROVED' | 'REVERSED',
): Outcome {
  held.putItem({
    ...item,
    state,
    net_result: result,
    net_ms: nowMs,
    net_date: date,
    ended_ms: item.ended_ms ?? nowMs,
  });
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
export function undo({ held, item, nowMs, date }: Reversal, kind: 'REVERSE' | 'VOID'): boolean {
  const { card_id: cardId, approved_ms: approvedMs, type, amount } = item;
  if (cardId === null || approvedMs === null) throw new Error('approved without a card');
  const card = held.card(cardId);
  if (card === null) throw new Error('the card of an approval is gone');
  const fromCard = type === 'CHARGE' ? Math.min(card.balance, amount) : 0;
  const short = type === 'CHARGE' ? amount - fromCard : 0;
  if (kind === 'VOID' && short > 0) return false;
  const terminal = `terminal:${item.terminal_id}`;
  const account = `card:${cardId}`;
  const book = (leg: number, debit: string, credit: string, sum: number): void => {
    const what = { reference: item.sequence_id, kind, leg, debit, credit, amount: sum };
    held.transfer({ ...what, business_date: date, booked_ms: nowMs });
  };
  if (type === 'REFUND') book(0, terminal, account, amount);
  if (fromCard > 0) book(0, account, terminal, fromCard);
  if (short > 0) book(1, `receivable:${cardId}`, terminal, short);
  held.use({ cardId, type, amount: -amount, count: -1 }, Object.values(periodsOf(approvedMs)));
  held.notify({
    card_id: cardId,
    sequence_id: item.sequence_id,
    kind: kind === 'VOID' ? 'VOIDED' : 'REVERSED',
    at_ms: nowMs,
  });
  return true;
}

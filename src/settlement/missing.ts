/**
 * Items of the issuer's list that this ledger does not have, because it was restored to a moment before them. Their money
 * is with the issuer and no state here can say so: a manager takes each over by a voucher (intent-rules 6), once, on the
 * day that the issuer booked it.
 */
import type { IntentType } from '../intent/model.ts';
import { type LossAccount, voucherPosting } from '../intent/vouchers.ts';
import type { ItemState } from '../konaplate/settlement.ts';
import type { DayEntry } from '../ledger/types.ts';
import type { DayState } from './day.ts';
import { SettlementFault } from './fault.ts';

/** What the journal keeps of one; the name is as the comparison listed it, a card number in it masked. */
export interface MissingItem {
  readonly sequenceId: string;
  readonly type: IntentType;
  /** Won. */
  readonly amount: number;
  /** As the issuer's list had it: one that was undone there books nothing, and is in its figures all the same. */
  readonly state: ItemState;
  readonly approvalCode: string;
  readonly bin: string;
  readonly last4: string;
  /** Where the other side of it went; null: nothing was booked. */
  readonly loss: LossAccount | null;
  readonly caseNumber: string;
}

/** What the store owes the issuer for these, won: the part of the day's figure that no payment here explains. */
export function owedForMissing(items: readonly MissingItem[]): number {
  return items.reduce(
    (sum, { type, amount, state }) =>
      state === 'APPROVED' ? sum + (type === 'CHARGE' ? amount : -amount) : sum,
    0,
  );
}

/**
 * The entry that takes an item over. Throws SettlementFault: SEALED for a day that takes nothing any more, NOT_MISSING when
 * the last comparison does not list it as unknown here, ALREADY_BOOKED the second time.
 */
export function missingItemEntry(
  day: DayState,
  sequenceId: string,
  loss: LossAccount,
  caseNumber: string,
): DayEntry {
  if (day.sealed !== null || day.phase === 'agreed') {
    throw new SettlementFault('SEALED', 'the day is closed and agreed');
  }
  if (day.missingItems.some(({ detail }) => detail.sequenceId === sequenceId)) {
    throw new SettlementFault('ALREADY_BOOKED', 'a voucher was written for this item');
  }
  const found = day.reconciled?.detail.differences.find(
    (each) => each.category === 'missingHere' && each.ours === null && each.sequenceId === sequenceId,
  );
  if (found?.theirs == null) {
    throw new SettlementFault('NOT_MISSING', 'the last comparison does not list it as missing here');
  }
  const { type, amount, state, approvalCode, bin, last4 } = found.theirs;
  const isHeld = state === 'APPROVED';
  const detail: MissingItem = {
    sequenceId,
    type,
    amount,
    state,
    approvalCode,
    bin,
    last4,
    loss: isHeld ? loss : null,
    caseNumber,
  };
  const voucher = { kind: 'issuerItemMissingHere', type, amount, loss, caseNumber } as const;
  return {
    kind: 'dayMissingItem',
    businessDate: day.date,
    detail: { ...detail },
    ...(isHeld ? { posting: voucherPosting(voucher) } : {}),
  };
}

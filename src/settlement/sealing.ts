/** What the seal of a day books, and whether the day then holds nothing but what it names. */
import { approvedPosition } from '../ledger/days.ts';
import type { DayPosition, Ledger } from '../ledger/types.ts';
import type { CloseContent, DayState } from './day.ts';
import { payable } from './items.ts';
import { owedForMissing } from './missing.ts';

export interface SealPosting {
  readonly issuer_payable: number;
  readonly cash_drawer: number;
  readonly store: number;
}

/**
 * Both accounts of the day go to `store` (closing rule 8), with what the counts found over or short and what vouchers
 * put there. Items that were missing here are in the agreed figure and in their vouchers' debt; their cash is nobody's to know.
 * What vouchers say of payments here is in the agreed figure and in no payment's debt; it is in the debt of the day that
 * has the voucher, this one or another. Their cash is what the payments themselves say.
 */
export function sealPosting(day: DayState, { totals, owedByVouchers = 0 }: CloseContent): SealPosting {
  const owed = payable(totals);
  const { countPostings: counted, vouchers } = day;
  const owedWithoutCash = owedForMissing(day.missingItems.map(({ detail }) => detail));
  const issuerPayable = owed - owedByVouchers - vouchers.issuerPayable;
  const cashDrawer = owedWithoutCash + owedByVouchers - owed - counted - vouchers.cashDrawer;
  return { issuer_payable: issuerPayable, cash_drawer: cashDrawer, store: 0 - issuerPayable - cashDrawer };
}

/**
 * What the day would hold beyond its named items once this is booked, won: nothing, unless a payment moved after the close
 * was made and the issuer agreed all the same, as one does that was put back to a moment before that payment.
 */
export function leftBySeal(
  ledger: Pick<Ledger, 'dayPosition' | 'get'>,
  date: string,
  { openItems }: CloseContent,
  posting: SealPosting,
): DayPosition {
  let { issuerPayable, cashDrawer } = ledger.dayPosition(date);
  for (const id of openItems) {
    const intent = ledger.get(id);
    if (intent === null) continue;
    const named = approvedPosition(intent, date);
    issuerPayable -= named.issuerPayable;
    cashDrawer -= named.cashDrawer;
  }
  return {
    issuerPayable: issuerPayable + posting.issuer_payable,
    cashDrawer: cashDrawer + posting.cash_drawer,
  };
}

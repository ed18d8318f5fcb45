import type { Account, IntentType, Posting, VoucherKind } from './model.ts';
import { assertBalanced, IntentFault } from './positions.ts';

/** Where a loss or gain goes as long as it is not decided: the dispute with the issuer, or the store. */
export type LossAccount = Extract<Account, 'dispute' | 'store'>;

interface Sides {
  readonly debit: Account | 'loss';
  readonly credit: Account | 'loss';
}

/** Debit and credit per kind; `loss` is the account that the manager chose. Reversed for a REFUND where both occur. */
const CHARGE_SIDES: Readonly<Record<VoucherKind, Sides>> = {
  issuerItemMissingHere: { debit: 'loss', credit: 'issuer_payable' },
  issuerDenies: { debit: 'issuer_payable', credit: 'loss' },
  notesReturned: { debit: 'loss', credit: 'cash_drawer' },
  notesPaid: { debit: 'loss', credit: 'cash_drawer' },
  countOver: { debit: 'cash_drawer', credit: 'store' },
  countShort: { debit: 'store', credit: 'cash_drawer' },
  returnUnclaimed: { debit: 'customer_due', credit: 'unclaimed' },
  // The drawer's part follows from the payment itself, which is given back in the same commit.
  unclaimedPaid: { debit: 'unclaimed', credit: 'customer_due' },
  daySealed: { debit: 'store', credit: 'issuer_payable' },
};

/** Kinds that take the issuer's side: a withdrawal books them the other way round. */
const BY_TYPE: readonly VoucherKind[] = ['issuerItemMissingHere', 'issuerDenies', 'daySealed'];

export interface Voucher {
  readonly kind: VoucherKind;
  /** The type of the item it is about; null for a count. */
  readonly type: IntentType | null;
  /** Integer won, above 0. */
  readonly amount: number;
  readonly loss: LossAccount;
  readonly caseNumber: string;
}

/** What a voucher books; balanced. Throws IntentFault for a voucher without amount, case number or needed type. */
export function voucherPosting(voucher: Voucher): Posting {
  const { kind, amount } = voucher;
  if (!Number.isSafeInteger(amount) || amount <= 0)
    throw new IntentFault('a voucher needs an amount above 0');
  if (voucher.caseNumber.length === 0) throw new IntentFault('a voucher needs a case number');
  const isByType = BY_TYPE.includes(kind);
  if (isByType && voucher.type === null)
    throw new IntentFault(`a voucher ${kind} needs the type of its item`);
  const sides = CHARGE_SIDES[kind];
  const account = (side: Account | 'loss'): Account => (side === 'loss' ? voucher.loss : side);
  const isTurned = isByType && voucher.type === 'REFUND';
  const debit = account(isTurned ? sides.credit : sides.debit);
  const credit = account(isTurned ? sides.debit : sides.credit);
  const entries: Posting = { [debit]: amount, [credit]: -amount };
  assertBalanced(entries);
  return entries;
}

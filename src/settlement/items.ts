/** What both sides say about the payments of one business day, and the sums of it. Plain values, no input or output. */
import type { Intent, IntentType } from '../intent/model.ts';
import { isUnclaimed, keepsDayOpen } from '../intent/state.ts';
import type { ItemState, SettlementItem, SettlementTotal } from '../konaplate/settlement.ts';

/** One payment of this ledger, as a day's comparison needs it. */
export interface OurItem {
  /** Grows with acceptance; unique in the ledger. */
  readonly number: number;
  readonly sequenceId: string;
  readonly type: IntentType;
  readonly amount: number;
  readonly host: Intent['host'];
  readonly cash: Intent['cash'];
  readonly deferred: boolean;
  /** The issuer's date of the answer that ended it, yyyyMMdd; null: no answer yet. */
  readonly businessDate: string | null;
  /** By a voucher nobody is owed its return any more. */
  readonly unclaimed: boolean;
  /** It keeps its day open, by name (closing rule 8). */
  readonly open: boolean;
  /** What a manager's voucher says of the issuer's side, against `host`; null: nothing. */
  readonly byVoucher: IssuersSide | null;
}

/** `booked`: the issuer has a payment that was closed here. `denied`: it does not have one that is approved here. */
export type IssuersSide = 'booked' | 'denied';

function issuersSide({ host, vouchers }: Intent): IssuersSide | null {
  if (host === 'closed' && vouchers?.includes('issuerItemMissingHere') === true) return 'booked';
  return host === 'approved' && vouchers?.includes('issuerDenies') === true ? 'denied' : null;
}

export function ourItem(number: number, intent: Intent): OurItem {
  const { sequenceId, type, amount, host, cash, deferred, businessDate } = intent;
  return {
    number,
    sequenceId,
    type,
    amount,
    host,
    cash,
    deferred,
    businessDate,
    unclaimed: isUnclaimed(intent),
    open: keepsDayOpen(intent),
    byVoucher: issuersSide(intent),
  };
}

export interface CountSum {
  readonly count: number;
  readonly sum: number;
}

export const NOTHING: CountSum = { count: 0, sum: 0 };

export function plus(left: CountSum, amount: number, count = 1): CountSum {
  return { count: left.count + count, sum: left.sum + amount };
}

const TYPES: readonly IntentType[] = ['CHARGE', 'REFUND'];
const STATES: readonly ItemState[] = ['APPROVED', 'REVERSED', 'VOIDED'];

/** Counts and sums by type and state, in one order, rows of nothing left out. */
export class Totals {
  readonly #cells = new Map<string, CountSum>();

  add(type: IntentType, state: ItemState, amount: number): void {
    const key = `${type}|${state}`;
    this.#cells.set(key, plus(this.#cells.get(key) ?? NOTHING, amount));
  }

  list(): readonly SettlementTotal[] {
    return TYPES.flatMap((type) =>
      STATES.flatMap((state) => {
        const cell = this.#cells.get(`${type}|${state}`);
        return cell === undefined ? [] : [{ type, state, count: cell.count, sum: cell.sum }];
      }),
    );
  }
}

/** One cell of a list of totals. */
export function totalOf(totals: readonly SettlementTotal[], type: IntentType, state: ItemState): CountSum {
  const found = totals.find((total) => total.type === type && total.state === state);
  return found === undefined ? NOTHING : { count: found.count, sum: found.sum };
}

/** What the store owes the issuer for these items (credit balance of `issuer_payable`, closing rule 6), won. */
export function payable(totals: readonly SettlementTotal[]): number {
  return totalOf(totals, 'CHARGE', 'APPROVED').sum - totalOf(totals, 'REFUND', 'APPROVED').sum;
}

/** Whether two lists of totals say the same, whatever their order and their empty rows. */
export function sameTotals(left: readonly SettlementTotal[], right: readonly SettlementTotal[]): boolean {
  return TYPES.every((type) =>
    STATES.every((state) => {
      const ours = totalOf(left, type, state);
      const theirs = totalOf(right, type, state);
      return ours.count === theirs.count && ours.sum === theirs.sum;
    }),
  );
}

/** Totals of a list of items. */
export function totalsOfItems(items: Iterable<SettlementItem>): readonly SettlementTotal[] {
  const totals = new Totals();
  for (const item of items) totals.add(item.type, item.state, item.amount);
  return totals.list();
}

/**
 * Item by item: this ledger against the issuer's list of one business day. Pure and streaming: it is fed both sides and
 * keeps sums, a bit per payment seen, and a bounded number of differences.
 */
import type { DigestItem } from '../konaplate/items-digest.ts';
import type { ItemState, SettlementItem, SettlementTotal } from '../konaplate/settlement.ts';
import { detailWithoutCardData } from '../ledger/card-data.ts';
import { type CountSum, NOTHING, type OurItem, plus, Totals } from './items.ts';
import { type MissingItem, owedForMissing } from './missing.ts';

/** The closed set in which every item falls, once for each side that has it (screens 3.4). */
export const CATEGORIES = [
  'matched',
  'missingHere',
  'missingThere',
  'amountDiffers',
  'typeDiffers',
  'dateDiffers',
  'duplicate',
  'reversedButCaptured',
  'notYetSent',
] as const;
export type Category = (typeof CATEGORIES)[number];

/** Categories that a day should not be closed over without looking: the others explain themselves. */
export const DIFFERENCES: readonly Category[] = CATEGORIES.filter(
  (category) => category !== 'matched' && category !== 'notYetSent',
);

export interface Difference {
  readonly category: Exclude<Category, 'matched'>;
  readonly sequenceId: string;
  readonly ours: Pick<OurItem, 'type' | 'amount' | 'host' | 'cash' | 'businessDate'> | null;
  readonly theirs: Pick<
    SettlementItem,
    'type' | 'amount' | 'state' | 'businessDate' | 'approvalCode' | 'bin' | 'last4'
  > | null;
}

export interface CategorySums {
  /** Items in it; one that both sides have counts once. */
  readonly count: number;
  readonly ours: CountSum;
  readonly theirs: CountSum;
}

export interface MatchResult {
  readonly categories: Readonly<Record<Category, CategorySums>>;
  /** At most `DIFFERENCES_MAX`, in the order in which they were found. */
  readonly differences: readonly Difference[];
  /** How many more there were. */
  readonly more: number;
  /** Our figures of the day: what a close says. Open items are not in them. */
  readonly ours: readonly SettlementTotal[];
  readonly theirs: readonly SettlementTotal[];
  readonly items: number;
}

export const DIFFERENCES_MAX = 1_000;

/** Host states whose money is with the issuer here. */
const HELD: ReadonlySet<OurItem['host']> = new Set(['approved', 'voiding']);
/** Host states that the issuer's evidence will still move, or that wait for it. */
const UNDER_WAY: ReadonlySet<OurItem['host']> = new Set([
  'unsent',
  'sending',
  'unknown',
  'reversing',
  'voiding',
]);

/** The state in which the day's list would show an item of ours; null: it is in no list. */
export function stateHere(item: Pick<OurItem, 'host'>): ItemState | null {
  if (HELD.has(item.host)) return 'APPROVED';
  if (item.host === 'voided') return 'VOIDED';
  return item.host === 'reversed' ? 'REVERSED' : null;
}

function isUndone(theirs: SettlementItem | null): theirs is SettlementItem {
  return theirs !== null && theirs.state !== 'APPROVED';
}

/**
 * A payment as its states, its voucher and the issuer's list together say. The voucher booked what no state here can say
 * (intent-rules 6), so one that was closed here counts where the list has it, and one that is approved here does not where
 * the list denies it. Where the list says the opposite of the voucher, the payment is what its states say. One that came to
 * nothing here and is undone there holds no money on either side, with a voucher or without: undone is undone.
 */
function countedAs(date: string, ours: OurItem, theirs: SettlementItem | null): OurItem {
  const isBooked = theirs?.state === 'APPROVED';
  if (isUndone(theirs) && (ours.host === 'closed' || ours.host === 'declined')) {
    return { ...ours, host: 'reversed' };
  }
  if (ours.byVoucher === 'booked' && isBooked) return { ...ours, host: 'approved', businessDate: date };
  return ours.byVoucher === 'denied' && !isBooked ? { ...ours, host: 'reversed' } : ours;
}

/** What the store owes the issuer for a payment of this date by its states, won. */
function owedFor(date: string, item: OurItem): number {
  if (stateHere(item) !== 'APPROVED' || item.businessDate !== date) return 0;
  return item.type === 'CHARGE' ? item.amount : -item.amount;
}

/** Category of an item that both sides know. Type and amount first: they speak about the whole item. */
function judge(
  date: string,
  ours: Pick<OurItem, 'type' | 'amount' | 'host' | 'businessDate'>,
  theirs: SettlementItem,
): Category {
  if (ours.type !== theirs.type) return 'typeDiffers';
  if (ours.amount !== theirs.amount) return 'amountDiffers';
  if (ours.host === 'voiding') return 'notYetSent';
  switch (theirs.state) {
    case 'APPROVED':
      if (ours.host === 'approved') return ours.businessDate === date ? 'matched' : 'dateDiffers';
      if (ours.host === 'reversed' || ours.host === 'voided') return 'reversedButCaptured';
      return UNDER_WAY.has(ours.host) ? 'notYetSent' : 'missingHere';
    case 'REVERSED':
      // By a void or by a net cancel: no money is left of it on either side.
      if (ours.host === 'reversed' || ours.host === 'voided') return 'matched';
      if (ours.host === 'approved') return 'missingThere';
      return UNDER_WAY.has(ours.host) ? 'notYetSent' : 'missingHere';
    case 'VOIDED':
      // A void whose answer was lost, net-cancelled by a till that did not know of it.
      if (ours.host === 'reversed') return 'matched';
      if (ours.host === 'voided') return ours.businessDate === date ? 'matched' : 'dateDiffers';
      if (ours.host === 'approved') return 'missingThere';
      return UNDER_WAY.has(ours.host) ? 'notYetSent' : 'missingHere';
  }
}

/** A set of growing numbers, one bit each: a million payments in some hundred KB. */
class SeenNumbers {
  readonly #chunks = new Map<number, Uint32Array>();

  /** True when it was not in it before. */
  add(number: number): boolean {
    const at = Math.floor(number / 32);
    const chunkAt = at >>> 10;
    let chunk = this.#chunks.get(chunkAt);
    if (chunk === undefined) {
      chunk = new Uint32Array(1_024);
      this.#chunks.set(chunkAt, chunk);
    }
    const bit = (1 << (number % 32)) >>> 0;
    const word = chunk[at & 1_023] ?? 0;
    chunk[at & 1_023] = word | bit;
    return (word & bit) === 0;
  }

  has(number: number): boolean {
    const at = Math.floor(number / 32);
    return (((this.#chunks.get(at >>> 10)?.[at & 1_023] ?? 0) >>> (number % 32)) & 1) === 1;
  }
}

/** What a list of differences shows of ours. */
type ListedItem = Pick<OurItem, 'sequenceId' | 'type' | 'amount' | 'host' | 'cash' | 'businessDate'>;

/** The host state that a payment of ours would have that the list shows so. */
const HOST_OF: Readonly<Record<ItemState, OurItem['host']>> = {
  APPROVED: 'approved',
  REVERSED: 'reversed',
  VOIDED: 'voided',
};

type Sums = Record<Category, { count: number; ours: CountSum; theirs: CountSum }>;

/** Feed it the issuer's whole list first (`there`), then every payment of the day here (`here`), then `lost`, then ask `result`. */
export class Matching {
  readonly #date: string;
  readonly #named: ReadonlySet<string>;
  readonly #seen = new SeenNumbers();
  /** Ids of the issuer's list that this ledger does not know: bounded like the differences. */
  readonly #strangers = new Set<string>();
  /** By the name that the journal keeps: those that a voucher took over and that the list has not shown yet. */
  readonly #takenOver: Map<string, MissingItem>;
  readonly #sums: Sums;
  readonly #differences: Difference[] = [];
  readonly #ours = new Totals();
  readonly #theirs = new Totals();
  readonly #digest: DigestItem[] = [];
  #more = 0;
  #items = 0;
  #underWay = 0;
  readonly #underWayIds = new Set<string>();
  #owedByVouchers = 0;

  /**
   * `named`: ids that the close names as open; they stay outside of our figures. `missing`: items that a voucher took over,
   * which are in them.
   */
  constructor(date: string, named: ReadonlySet<string> = new Set(), missing: readonly MissingItem[] = []) {
    this.#date = date;
    this.#named = named;
    this.#takenOver = new Map(missing.map((item) => [item.sequenceId, item]));
    const entries = CATEGORIES.map((category) => [category, { count: 0, ours: NOTHING, theirs: NOTHING }]);
    this.#sums = Object.fromEntries(entries) as Sums;
  }

  /** One item of the issuer's list, and what this ledger has under its id. */
  there(theirs: SettlementItem, ours: OurItem | null): void {
    this.#theirs.add(theirs.type, theirs.state, theirs.amount);
    this.#items += 1;
    if (ours === null) {
      const isTwice = this.#strangers.has(theirs.sequenceId);
      if (this.#strangers.size < DIFFERENCES_MAX) this.#strangers.add(theirs.sequenceId);
      if (isTwice) this.#put('duplicate', null, theirs);
      else this.#stranger(theirs);
      return;
    }
    if (!this.#seen.add(ours.number)) {
      this.#put('duplicate', null, theirs, ours.sequenceId);
      return;
    }
    const counted = this.#count(ours, theirs);
    const category = judge(this.#date, counted, theirs);
    this.#put(category, ours, theirs);
    if (category === 'notYetSent' && stateHere(counted) === null) this.#underWayIds.add(ours.sequenceId);
    const isCounted = stateHere(counted) === 'APPROVED' && !this.#named.has(ours.sequenceId);
    if (theirs.state !== 'APPROVED' || isCounted) return;
    if (category !== 'notYetSent' && !this.#named.has(ours.sequenceId)) return;
    this.#underWay += theirs.type === 'CHARGE' ? theirs.amount : -theirs.amount;
  }

  /** It is unknown here, or a voucher took it over: then it is as much ours as a payment. */
  #stranger(theirs: SettlementItem): void {
    const name = detailWithoutCardData(theirs.sequenceId);
    const item = this.#takenOver.get(name);
    if (item === undefined) {
      this.#put('missingHere', null, theirs);
      return;
    }
    this.#takenOver.delete(name);
    // The item is here by the issuer's word alone: what it has undone since is undone here too.
    const state = isUndone(theirs) ? theirs.state : item.state;
    this.#countTaken(item, theirs.sequenceId, state);
    const ours = { type: item.type, amount: item.amount, host: HOST_OF[state], businessDate: this.#date };
    const category = judge(this.#date, ours, theirs);
    this.#put(category, { ...ours, sequenceId: item.sequenceId, cash: 'none' }, theirs);
  }

  #countTaken(item: MissingItem, sequenceId: string, state: ItemState): void {
    const { type, amount } = item;
    this.#ours.add(type, state, amount);
    this.#digest.push({ sequenceId, type, amount, state, businessDate: this.#date });
    this.#owedByVouchers += owedForMissing([{ ...item, state }]) - owedForMissing([item]);
  }

  /**
   * After the last `here`: what a voucher took over and the issuer's list does not have any more. A person sees it; in no
   * figure it is, for neither side holds its money.
   */
  lost(): void {
    for (const item of this.#takenOver.values()) {
      this.#items += 1;
      this.#owedByVouchers -= owedForMissing([item]);
      const { type, amount, state, sequenceId } = item;
      const ours = {
        type,
        amount,
        sequenceId,
        host: HOST_OF[state],
        cash: 'none',
        businessDate: this.#date,
      } as const;
      this.#put('missingThere', ours, null);
    }
    this.#takenOver.clear();
  }

  /** One payment of this ledger; those that the issuer's list had are passed over. */
  here(ours: OurItem): void {
    if (this.#seen.has(ours.number)) return;
    const state = stateHere(this.#count(ours, null));
    if (state === 'REVERSED' || (state === null && !UNDER_WAY.has(ours.host))) return; // no money, nothing to compare
    this.#items += 1;
    this.#put(UNDER_WAY.has(ours.host) ? 'notYetSent' : 'missingThere', ours, null);
  }

  /**
   * An item of the next day's list: one that seemed missing there has another date, or differs in more than that. After
   * the last `here`.
   */
  elsewhere(theirs: SettlementItem): void {
    const at = this.#differences.findIndex(
      ({ category, sequenceId, theirs: listed }) =>
        category === 'missingThere' && listed === null && sequenceId === theirs.sequenceId,
    );
    const found = this.#differences[at];
    if (found?.ours == null) return;
    const judged = judge(this.#date, found.ours, theirs);
    // Undone there, or still under way: the day's list lacks it all the same.
    if (judged === 'missingThere' || judged === 'notYetSent') return;
    const category = judged === 'matched' ? 'dateDiffers' : judged;
    const { amount } = found.ours;
    this.#differences[at] = { ...found, category, theirs: pickTheirs(theirs) };
    const from = this.#sums.missingThere;
    from.count -= 1;
    from.ours = plus(from.ours, -amount, -1);
    const to = this.#sums[category];
    to.count += 1;
    to.ours = plus(to.ours, amount);
    to.theirs = plus(to.theirs, theirs.amount);
  }

  result(): MatchResult {
    return {
      categories: this.#sums,
      differences: this.#differences,
      more: this.#more,
      ours: this.#ours.list(),
      theirs: this.#theirs.list(),
      items: this.#items,
    };
  }

  /**
   * What the issuer's figure holds of payments that are still under way or named as open here, won, as a credit: they
   * explain a difference of the two figures and are no fault of either.
   */
  underWay(): number {
    return this.#underWay;
  }

  /** Payments of the issuer's list that are still under way here, and in none of our figures. */
  underWayIds(): ReadonlySet<string> {
    return this.#underWayIds;
  }

  /**
   * What of our figure the vouchers of payments here say and their states do not, won, as a credit: such a payment moved
   * no cash of its own that the states do not tell. Of items taken over, what the issuer undid since their vouchers: less.
   */
  owedByVouchers(): number {
    return this.#owedByVouchers;
  }

  /** What a close says of this day's items, by our own records; an item named as open is not among them. */
  digestItems(): readonly DigestItem[] {
    return this.#digest;
  }

  /**
   * Our own figure of one payment. A reversed one is an item only where the issuer booked it before: its own list says
   * so, and its date is the booking's. Undone is undone: how, the issuer's list says. Returns the payment as it counts.
   */
  #count(item: OurItem, theirs: SettlementItem | null): OurItem {
    const ours = countedAs(this.#date, item, theirs);
    const state = stateHere(ours);
    if (this.#named.has(ours.sequenceId)) return ours;
    this.#owedByVouchers += owedFor(this.#date, ours) - owedFor(this.#date, item);
    if (state === null) return ours;
    if (state === 'REVERSED' ? theirs === null : ours.businessDate !== this.#date) return ours;
    const shown = state !== 'APPROVED' && isUndone(theirs) ? theirs.state : state;
    this.#ours.add(ours.type, shown, ours.amount);
    this.#digest.push({
      sequenceId: ours.sequenceId,
      type: ours.type,
      amount: ours.amount,
      state: shown,
      businessDate: this.#date,
    });
    return ours;
  }

  #put(category: Category, ours: ListedItem | null, theirs: SettlementItem | null, id?: string): void {
    const sums = this.#sums[category];
    sums.count += 1;
    if (ours !== null) sums.ours = plus(sums.ours, ours.amount);
    if (theirs !== null) sums.theirs = plus(sums.theirs, theirs.amount);
    if (category === 'matched') return;
    if (this.#differences.length >= DIFFERENCES_MAX) {
      this.#more += 1;
      return;
    }
    this.#differences.push({
      category,
      sequenceId: id ?? ours?.sequenceId ?? theirs?.sequenceId ?? '',
      ours: ours === null ? null : pick(ours),
      theirs: theirs === null ? null : pickTheirs(theirs),
    });
  }
}

function pick({ type, amount, host, cash, businessDate }: ListedItem): NonNullable<Difference['ours']> {
  return { type, amount, host, cash, businessDate };
}

function pickTheirs(item: SettlementItem): NonNullable<Difference['theirs']> {
  const { type, amount, state, businessDate, approvalCode, bin, last4 } = item;
  return { type, amount, state, businessDate, approvalCode, bin, last4 };
}

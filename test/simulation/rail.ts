/**
 * The rail (screens 1.1, 2 rules 7 and 8): what waits there, what opening it shows, and the customers who come back for it.
 * Throws dice of its own, so that a story without them is the same story.
 */
import type { Intent } from '../../src/intent/model.ts';
import { isCase, isUnclaimed } from '../../src/intent/state.ts';
import type { TillLedger } from '../../src/ledger/types.ts';
import type { Face, FaceId, RailItem, Snapshot } from '../../src/station/snapshot.ts';
import type { Violation } from './check.ts';
import type { Counter } from './counter.ts';
import { COVERING, NO_PAYOUT, occupies, stateOf } from './faces.ts';
import { type FaultCounts, tally } from './network.ts';
import { SeededRandom } from './time.ts';

/** Stories from this seed on have people at the rail, and a manager who answers questions, voids and is mistaken. */
export const RAIL_FROM = 8_000_000;
const DICE = 0x2a11_c0de;
/** A list shows so many. */
const SHOWN_MAX = 50;
/** Nothing is opened over these: nobody has been told yet, or the till is not there for anybody. */
const SYSTEM: readonly FaceId[] = ['NOT-RECORDED', 'NOT-RECORDED-OUT', 'STARTING', 'RECOVERING'];

function isCovering(id: FaceId): boolean {
  return COVERING.includes(id) || SYSTEM.includes(id);
}

type List = 'payoutDue' | 'returnDue' | 'later' | 'cases';

/** Where a payment that is on no screen waits; none: nothing is owed for it and nobody has to decide. */
function listsOf(intent: Intent): readonly List[] {
  const { cash, deferred, host } = intent;
  const lists: List[] = isCase(intent) ? ['cases'] : [];
  if (cash === 'payout_due') lists.push('payoutDue');
  if (cash === 'return_due' && !isUnclaimed(intent)) lists.push('returnDue');
  const isUndecided = host === 'unsent' || host === 'sending' || host === 'unknown';
  if (deferred && cash === 'received' && isUndecided) lists.push('later');
  return lists;
}

/**
 * Nothing is forgotten: what is on no screen waits in its lists. Under a face of the station itself a payment may stand, which
 * shows when that one goes. null: it is so.
 */
export function railFault({ face, rail }: Snapshot, ledger: Pick<TillLedger, 'open'>): Violation | null {
  if (isCovering(face.id)) return null;
  for (const intent of ledger.open()) {
    const { sequenceId } = intent;
    if (occupies(intent) || sequenceId === face.intent?.sequenceId) continue;
    for (const list of listsOf(intent)) {
      const shown = rail[list];
      if (shown.length >= SHOWN_MAX || shown.some((item) => item.sequenceId === sequenceId)) continue;
      return { code: 'RAIL_LACKS', text: `${sequenceId} ${stateOf(intent)} is not among ${list}` };
    }
  }
  return null;
}

/** Why this payment cannot be opened now, over this face; null: it can. */
export function openRefusal(face: Face, intent: Intent): 'STATION_BUSY' | 'MANAGER_NEEDED' | null {
  const isAttended = face.intent !== null && !face.closable;
  if (isAttended || isCovering(face.id)) return 'STATION_BUSY';
  const isDoubted = intent.cash === 'payout_due' && intent.cases.some((reason) => NO_PAYOUT.includes(reason));
  return (isDoubted && intent.question === null) || isUnclaimed(intent) ? 'MANAGER_NEEDED' : null;
}

export interface RailGuestsOptions {
  readonly seed: number;
  readonly counts: FaultCounts;
  readonly tell: (words: string) => void;
}

/** Customers who come back for what is theirs, and cashiers who look into an open matter. */
export class RailGuests {
  readonly #random: SeededRandom;
  readonly #options: RailGuestsOptions;

  constructor(options: RailGuestsOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed ^ DICE);
  }

  /** Now and then, whatever goes on at the counter. */
  lookIn(counter: Counter): void {
    if (!this.#random.chance(0.5)) return;
    const { snapshot } = counter.page;
    if (snapshot === null) return;
    const items = itemsOf(snapshot).filter((item) => isWanted(counter, item));
    if (items.length === 0) return;
    const { sequenceId } = this.#random.pick(items);
    counter.guarded(() => {
      if (!counter.page.open(sequenceId)) return;
      tally(this.#options.counts, 'openedFromRail');
      this.#options.tell(`somebody opens ${sequenceId} from the rail`);
    });
  }
}

export function itemsOf({ rail }: Snapshot): readonly RailItem[] {
  return [...rail.payoutDue, ...rail.returnDue, ...rail.later, ...rail.cases];
}

/** Nobody comes for cash that they have. */
function isWanted({ cashier, terminal }: Counter, { sequenceId }: RailItem): boolean {
  const intent = terminal?.ledger.get(sequenceId) ?? null;
  const isMoved = cashier.notes.get(sequenceId)?.moved ?? false;
  if (intent === null) return false;
  if (intent.question !== null) return true;
  if (intent.cash === 'return_due') return isMoved;
  return intent.cash !== 'payout_due' || !isMoved;
}

/**
 * The open matters of the terminal, held in memory and kept up to date by the ledger's commits: what rails, strips and
 * restart questions read, so that a snapshot costs no query. One board for all stations; its size is that of the ledger's
 * open state.
 */
import type { Intent } from '../intent/model.ts';
import { RECENT_MAX } from '../intent/policy.ts';
import {
  ended,
  isCase,
  isOpenReversal,
  isReturnDue,
  isVoidBarred,
  occupiesStation,
} from '../intent/state.ts';
import type { Committed, Ledger } from '../ledger/types.ts';
import { outcomeOf, RECENT_MS, type RecentOutcome } from './recent.ts';

export interface CountSum {
  readonly count: number;
  readonly sum: number;
  /** UTC ms of the oldest scan among them; null when there is none. */
  readonly oldestAtMs: number | null;
}

export interface BoardTotals {
  readonly payoutDue: CountSum;
  /** Cash in the drawer that a customer may still walk out with. */
  readonly spokenFor: CountSum;
  readonly returnDue: CountSum;
  /** Deferred and not yet credited or refused: unsent, sending, unknown. */
  readonly later: CountSum;
  /** Still to be undone by the issuer; without those whose refusal a voucher booked. */
  readonly reversing: CountSum;
  readonly cases: CountSum;
}

export class Board {
  /**
   * In the order of acceptance, as the ledger gives them: ids are ordered by the wall clock, which may be set back. One that
   * is open again after its end stands last.
   */
  readonly #intents = new Map<string, Intent>();
  /** Newest last. */
  readonly #recent: RecentOutcome[];
  #totals: BoardTotals | null = null;
  /** Payments whose row cannot be read: no sentence of theirs can be trusted, and nothing of theirs be recorded. */
  readonly #aside = new Set<string>();

  /** Reads the open intents and the open cases once. `recent`: outcomes of earlier runs that still count, oldest first. */
  constructor(ledger: Pick<Ledger, 'attention'>, recent: readonly RecentOutcome[] = []) {
    this.#recent = [...recent];
    for (const intent of ledger.attention()) this.#put(intent);
  }

  /** Call it for every commit, before anything reads the board. */
  update(committed: Pick<Committed, 'intent'>): void {
    const { intent } = committed;
    this.#countOutcome(this.#intents.get(intent.sequenceId) ?? null, intent);
    this.#put(intent);
    this.#totals = null;
  }

  get(sequenceId: string): Intent | null {
    return this.#intents.get(sequenceId) ?? null;
  }

  /** Open restart questions that nobody left to the manager, newest first. */
  questions(accepts: (intent: Intent) => boolean): readonly Intent[] {
    return this.#newestFirst((intent) => intent.question !== null && !intent.left && accepts(intent));
  }

  /** Everything for which `accepts` holds, newest first. */
  select(accepts: (intent: Intent) => boolean): readonly Intent[] {
    return this.#newestFirst(accepts);
  }

  /** The row of this payment cannot be read any more. What was known of it last stays here, for a manager to find its cash. */
  setAside(sequenceId: string): void {
    this.#aside.add(sequenceId);
  }

  isAside(sequenceId: string): boolean {
    return this.#aside.has(sequenceId);
  }

  /** Those that were set aside, as they were known last. */
  aside(): readonly Intent[] {
    return this.#aside.size === 0 ? [] : this.#newestFirst(({ sequenceId }) => this.isAside(sequenceId));
  }

  totals(): BoardTotals {
    this.#totals ??= this.#sumUp();
    return this.#totals;
  }

  /** Intents with an outcome at the issuer in the last minutes, and how many were reversed by it (policy: reversal rate). */
  recent(monoMs: number): { readonly outcomes: number; readonly reversed: number } {
    const counted = this.#recent.filter(({ atMs }) => monoMs - atMs < RECENT_MS);
    return { outcomes: counted.length, reversed: counted.filter(({ reversed }) => reversed).length };
  }

  /** Mono ms at which the next recent outcome no longer counts; null: none does. */
  recentChangesMs(monoMs: number): number | null {
    const next = this.#recent.find(({ atMs }) => monoMs - atMs < RECENT_MS);
    return next === undefined ? null : next.atMs + RECENT_MS;
  }

  #put(intent: Intent): void {
    if (ended(intent) && !isCase(intent) && !occupiesStation(intent)) this.#intents.delete(intent.sequenceId);
    else this.#intents.set(intent.sequenceId, intent);
  }

  #newestFirst(accepts: (intent: Intent) => boolean): readonly Intent[] {
    const found: Intent[] = [];
    for (const intent of this.#intents.values()) if (accepts(intent)) found.push(intent);
    return found.reverse();
  }

  #countOutcome(before: Intent | null, after: Intent): void {
    const outcome = outcomeOf(before?.host ?? null, after);
    if (outcome === null) return;
    this.#recent.push({ ...outcome, atMs: after.enteredMs });
    if (this.#recent.length > RECENT_MAX) this.#recent.shift();
  }

  #sumUp(): BoardTotals {
    const all = [...this.#intents.values()];
    return {
      payoutDue: countSum(all.filter((intent) => intent.cash === 'payout_due')),
      spokenFor: countSum(all.filter(isSpokenFor)),
      returnDue: countSum(all.filter(isReturnDue)),
      later: countSum(all.filter(isLater)),
      reversing: countSum(all.filter(isOpenReversal)),
      cases: countSum(all.filter(isCase)),
    };
  }
}

/**
 * The drawer must still have the cash of it: a withdrawal that is due, or due once it is approved; a return; a charge or a
 * void whose customer stands there without an answer. What is credited later stays, but for a manager who pays it back.
 */
function isSpokenFor(intent: Intent): boolean {
  const { type, host, cash } = intent;
  const isUnanswered = host === 'unsent' || host === 'sending' || host === 'unknown';
  if (type === 'REFUND') return cash === 'payout_due' || isUnanswered;
  if (cash !== 'received') return isReturnDue(intent);
  return (isUnanswered && !intent.deferred) || (host === 'voiding' && !isVoidBarred(intent));
}

/** A deferred charge that is still to be credited. */
export function isLater(intent: Intent): boolean {
  return (
    intent.deferred &&
    intent.cash === 'received' &&
    (intent.host === 'unsent' || intent.host === 'sending' || intent.host === 'unknown')
  );
}

function countSum(intents: readonly Intent[]): CountSum {
  let sum = 0;
  let oldestAtMs: number | null = null;
  for (const intent of intents) {
    sum += intent.amount;
    if (oldestAtMs === null || intent.scannedAtMs < oldestAtMs) oldestAtMs = intent.scannedAtMs;
  }
  return { count: intents.length, sum, oldestAtMs };
}

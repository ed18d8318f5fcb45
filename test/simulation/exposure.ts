/**
 * What a store owes its customers unseen (intent-rules 4, Deferred): each charge that is credited later is judged once more
 * when it is taken, from what the ledger holds and by the world's own clock: within every limit of the store's policy, with
 * a clock that is right, after the issuer has answered this process.
 */
import type { Intent } from '../../src/intent/model.ts';
import type { LaterRule } from '../../src/intent/policy.ts';
import type { Answered } from '../../src/konaplate/settlement.ts';
import { DEFAULT_LIMITS } from '../../src/sync/limits.ts';
import type { Violation } from './check.ts';

/**
 * A till may go by a clock that differs by its tolerance, and knows the difference no better than by half of the time that
 * its greeting was on its way.
 */
const CLOCK_ERROR_MAX_MS = DEFAULT_LIMITS.clockToleranceMs + DEFAULT_LIMITS.patienceMs / 2;

/** What the world knows at this moment. */
export interface Moment {
  readonly trueMs: number;
  /** The machine's wall clock minus the true time. */
  readonly wallErrorMs: number;
  /** The store's own. */
  readonly later: LaterRule;
}

/** No two cards of a story share what is kept of them in the clear. */
export function isSameCard(one: Intent, other: Intent): boolean {
  return one.bin === other.bin && one.last4 === other.last4;
}

/** What the account `deferred` stands for (intent-rules 6): the cash is here, and nobody has answered for it. */
function isOwed({ deferred, cash, host }: Intent): boolean {
  return deferred && cash === 'received' && (host === 'unsent' || host === 'sending' || host === 'unknown');
}

export class Exposure {
  readonly #found: (violation: Violation) => void;
  readonly #judged: (what: string) => void;
  #isAnswered = false;

  constructor(found: (violation: Violation) => void, judged: (what: string) => void) {
    this.#found = found;
    this.#judged = judged;
  }

  /** A process starts. */
  started(): void {
    this.#isAnswered = false;
  }

  ended(answer: Answered<unknown>): void {
    if (answer.class !== 'ambiguous' && answer.class !== 'nothingLeft') this.#isAnswered = true;
  }

  /** `payments`: as the ledger had them before this step. */
  committed(before: Intent | null, after: Intent, payments: Iterable<Intent>, moment: Moment): void {
    if (!after.deferred || before === null || before.deferred) return;
    this.#judged('EXPOSURE');
    const owed = [...payments].filter((each) => each.sequenceId !== after.sequenceId && isOwed(each));
    this.#limits(after, owed, moment);
    const { wallErrorMs } = moment;
    if (Math.abs(wallErrorMs) > CLOCK_ERROR_MAX_MS)
      this.#tell('LATER_CLOCK', after, `by a clock that is ${wallErrorMs / 1000} s wrong`);
    if (!this.#isAnswered)
      this.#tell('LATER_UNANSWERED', after, 'before the issuer has answered this process');
  }

  #limits(taken: Intent, owed: readonly Intent[], { later, trueMs }: Moment): void {
    const { amount } = taken;
    const sum = owed.reduce((total, each) => total + each.amount, 0);
    const ofCard = owed.filter((each) => isSameCard(each, taken)).length;
    const { smallOnly = null, perCard = null } = later;
    const isSmallOnly = smallOnly !== null && sum >= smallOnly.fromSum;
    const each = isSmallOnly ? Math.min(later.each, smallOnly.each) : later.each;
    const oldestMs = Math.min(trueMs, ...owed.map(({ scannedAtMs }) => scannedAtMs));
    const ageMs = trueMs - oldestMs;
    if (!later.enabled) this.#tell('LATER_OFF', taken, 'and the store credits nothing later');
    if (amount > each) this.#tell('LATER_OVER_EACH', taken, `of ${amount}, more than ${each} beside ${sum}`);
    if (sum + amount > later.sum)
      this.#tell('LATER_OVER_SUM', taken, `of ${amount} beside ${sum}, over ${later.sum}`);
    if (owed.length + 1 > later.count)
      this.#tell('LATER_OVER_COUNT', taken, `beside ${owed.length}, over ${later.count}`);
    if (perCard !== null && ofCard + 1 > perCard)
      this.#tell('LATER_OVER_CARD', taken, `beside ${ofCard} of its card, over ${perCard}`);
    if (ageMs > later.ageMs + CLOCK_ERROR_MAX_MS)
      this.#tell('LATER_OVER_AGE', taken, `beside one of ${ageMs / 1000} s, over ${later.ageMs / 1000} s`);
  }

  #tell(code: string, { sequenceId }: Intent, text: string): void {
    this.#found({ code, text: `${sequenceId} is credited later ${text}` });
  }
}

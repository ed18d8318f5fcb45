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

type Card = Pick<Intent, 'bin' | 'last4'>;

/** No two cards of a story share what is kept of them in the clear. */
export function isSameCard(one: Card, other: Card): boolean {
  return one.bin === other.bin && one.last4 === other.last4;
}

/** What the account `deferred` stands for (intent-rules 6): the cash is here, and nobody has answered for it. */
export function isOwed({ deferred, cash, host }: Intent): boolean {
  return deferred && cash === 'received' && (host === 'unsent' || host === 'sending' || host === 'unknown');
}

type Taken = Card & Pick<Intent, 'amount'>;

/** Which limits of the store one more charge does not keep, beside those that are owed. */
export function limitFaults(
  taken: Taken,
  owed: readonly Intent[],
  later: LaterRule,
  nowMs: number,
): Violation[] {
  const { amount } = taken;
  const sum = owed.reduce((total, each) => total + each.amount, 0);
  const ofCard = owed.filter((each) => isSameCard(each, taken)).length;
  const { smallOnly = null, perCard = null } = later;
  const isSmallOnly = smallOnly !== null && sum >= smallOnly.fromSum;
  const each = isSmallOnly ? Math.min(later.each, smallOnly.each) : later.each;
  const ageMs = nowMs - Math.min(nowMs, ...owed.map(({ scannedAtMs }) => scannedAtMs));
  const faults: Violation[] = [];
  const fault = (code: string, text: string): void => void faults.push({ code, text });
  if (!later.enabled) fault('LATER_OFF', 'and the store credits nothing later');
  if (amount > each) fault('LATER_OVER_EACH', `of ${amount}, more than ${each} beside ${sum}`);
  if (sum + amount > later.sum) fault('LATER_OVER_SUM', `of ${amount} beside ${sum}, over ${later.sum}`);
  if (owed.length + 1 > later.count) fault('LATER_OVER_COUNT', `beside ${owed.length}, over ${later.count}`);
  if (perCard !== null && ofCard + 1 > perCard)
    fault('LATER_OVER_CARD', `beside ${ofCard} of its card, over ${perCard}`);
  if (ageMs > later.ageMs)
    fault('LATER_OVER_AGE', `beside one of ${ageMs / 1000} s, over ${later.ageMs / 1000} s`);
  return faults;
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
    const { later, trueMs, wallErrorMs } = moment;
    // The till may take its clock for right that is a little behind.
    for (const { code, text } of limitFaults(after, owed, later, trueMs - CLOCK_ERROR_MAX_MS))
      this.#tell(code, after, text);
    if (Math.abs(wallErrorMs) > CLOCK_ERROR_MAX_MS)
      this.#tell('LATER_CLOCK', after, `by a clock that is ${wallErrorMs / 1000} s wrong`);
    if (!this.#isAnswered)
      this.#tell('LATER_UNANSWERED', after, 'before the issuer has answered this process');
  }

  #tell(code: string, { sequenceId }: Intent, text: string): void {
    this.#found({ code, text: `${sequenceId} is credited later ${text}` });
  }
}

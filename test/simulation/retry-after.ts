/**
 * An issuer that asks to be left alone for a while (Retry-After) is: nothing that can wait goes out sooner. A customer at the
 * counter, the first attempt of a void that a manager asks for, the first net cancel of a payment (what it is for may have been applied) and what a person asks for do not wait; an
 * answer by which the issuer works again ends it. What nobody signed may ask for no more than a line that is down is given
 * anyway: no proxy silences a till, which otherwise tries its line every half minute.
 */
import type { Intent } from '../../src/intent/model.ts';
import type { Answered } from '../../src/konaplate/settlement.ts';
import type { Violation } from './check.ts';
import type { CallName, Try, Trying } from './wire.ts';

/** "Not processed" that speaks of the till or the issuer as a whole, not of one request (intent-rules 2). */
const UNWILLING: ReadonlySet<string> = new Set([
  '000_901',
  '000_902',
  '000_904',
  '000_905',
  '000_906',
  '000_907',
  '000_908',
]);

/** The longest wait between two tries of a line that is down. */
const UNSIGNED_MAX_MS = 15_000;
/** A quiet line is tried every thirty seconds; a greeting waits for what is under way, which may take as long. */
const SILENT_MAX_MS = 120_000;

/** Lists of every unsealed day, then the hello that claims: somebody stands there for it. */
const FOR_CLAIM: ReadonlySet<CallName> = new Set(['list', 'hello']);
/** Calls that belong to no payment: they go on from one another. */
const OF_DAYS: ReadonlySet<CallName> = new Set(['list', 'close']);
const CLAIM_MS = 120_000;

export class RetryAfter {
  readonly #found: (violation: Violation) => void;
  readonly #judged: (what: string) => void;
  #untilMs = 0;
  /** When that was asked for last, and as the answer to what. */
  #asking: Pick<Try, 'call' | 'sequenceId'> & { readonly atMs: number } = {
    atMs: -1,
    call: 'hello',
    sequenceId: '',
  };
  /** The till tried something, or began to. */
  #triedMs = 0;
  #claimedMs = Number.NEGATIVE_INFINITY;
  /** Payments that a person has asked about. */
  readonly #asked = new Set<string>();

  constructor(found: (violation: Violation) => void, judged: (what: string) => void) {
    this.#found = found;
    this.#judged = judged;
  }

  /** What an issuer asked another process for, this one does not know. */
  started(nowMs: number): void {
    this.#untilMs = 0;
    this.#triedMs = nowMs;
    this.#asked.clear();
  }

  /** A manager takes the terminal back, and waits for it. */
  claimed(nowMs: number): void {
    this.#claimedMs = nowMs;
  }

  askedByPerson(sequenceId: string): void {
    this.#asked.add(sequenceId);
  }

  ended(call: CallName, sequenceId: string, answer: Answered<unknown>, nowMs: number): void {
    const isUnheard = answer.class === 'ambiguous' || answer.class === 'nothingLeft';
    const isWilling = !isUnheard && (answer.class !== 'notProcessed' || !UNWILLING.has(answer.code));
    if (isWilling) this.#untilMs = 0;
    else if (answer.class !== 'nothingLeft' && 'retryAfterMs' in answer) {
      const askedMs = answer.retryAfterMs ?? 0;
      const waitMs = answer.class === 'ambiguous' ? Math.min(askedMs, UNSIGNED_MAX_MS) : askedMs;
      this.#untilMs = Math.max(this.#untilMs, nowMs + waitMs);
      this.#asking = { atMs: nowMs, call, sequenceId };
    }
  }

  /** A till that is up, and not about to end, has had until now. */
  passed(nowMs: number): void {
    const quietMs = nowMs - Math.max(this.#triedMs, this.#untilMs);
    if (quietMs <= SILENT_MAX_MS) return;
    this.#triedMs = nowMs;
    this.#found({ code: 'SILENT', text: `the till has tried nothing for ${quietMs / 1000} s` });
  }

  tries({ call, sequenceId }: Try, { intent, nowMs, isFenced }: Trying): void {
    this.#triedMs = nowMs;
    if (nowMs >= this.#untilMs) return;
    this.#judged('RETRY_AFTER');
    if (this.#isCrossing(call, sequenceId, nowMs)) return;
    const isClaim = FOR_CLAIM.has(call) && nowMs - this.#claimedMs < CLAIM_MS && isFenced();
    if (isClaim || this.#mayGo(call, sequenceId, intent)) return;
    const text = `${call} ${sequenceId} goes out ${(this.#untilMs - nowMs) / 1000} s before the issuer wants to be asked again`;
    this.#found({ code: 'ASKED_TO_WAIT', text });
  }

  /**
   * A comparison takes many turns from the answer that it rests on to its next call: of what is answered to another call in that
   * very moment the till has not heard yet. A repeat of what was answered so is none of that.
   */
  #isCrossing(call: CallName, sequenceId: string, nowMs: number): boolean {
    const { atMs, call: answered, sequenceId: about } = this.#asking;
    return nowMs === atMs && OF_DAYS.has(call) && (call !== answered || sequenceId !== about);
  }

  #mayGo(call: CallName, sequenceId: string, intent: Intent | null): boolean {
    if (intent === null) return false;
    switch (call) {
      case 'approve':
        return !intent.deferred;
      case 'cancel':
        return !intent.left || (intent.misses ?? 0) <= 1;
      case 'netCancel':
        return intent.host === 'reversing' && intent.netCancels <= 1;
      case 'inquiry':
        return this.#asked.delete(sequenceId) || isForCustomer(intent);
      default:
        return false;
    }
  }
}

/** A void whose barcode is gone can only be asked about, while its customer waits for the cash as before. */
function isForCustomer({ host, deferred, question }: Intent): boolean {
  return (host === 'unknown' || host === 'voiding') && !deferred && question === null;
}

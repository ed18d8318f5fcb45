import type { Answered } from '../konaplate/settlement.ts';

/**
 * How long a call that asks for the line itself is waited for. Everything else waits for it, so an issuer that is slower
 * than the usual bound must not be asked in vain for ever: each call that was not answered in time is followed by a longer
 * wait, up to a bound, and an answer that is quick again ends that.
 */
export class Patience {
  readonly #usualMs: number;
  readonly #maxMs: number;
  #waitMs: number;

  constructor(usualMs: number, maxMs: number) {
    this.#usualMs = usualMs;
    this.#maxMs = Math.max(usualMs, maxMs);
    this.#waitMs = usualMs;
  }

  /** Of the next call. */
  get waitMs(): number {
    return this.#waitMs;
  }

  /** A call that was waited for `waitMs` has ended. */
  ended(answer: Answered<unknown>, waitMs: number, elapsedMs: number): void {
    if (answer.class === 'ambiguous') {
      if (elapsedMs >= waitMs) this.#waitMs = Math.min(this.#maxMs, Math.max(this.#waitMs, waitMs * 2));
    } else if (answer.class !== 'nothingLeft' && elapsedMs < this.#usualMs) {
      this.#waitMs = this.#usualMs;
    }
  }
}

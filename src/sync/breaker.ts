import type { Random } from '../intent/clock.ts';

export interface BreakerLimits {
  /** Failures in a row until it opens. */
  readonly failures: number;
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * The circuit breaker in front of everything that can wait: repeats and deferred approvals. Open, only probes and a
 * present customer's requests go out; any authenticated answer closes it.
 */
export class Breaker {
  readonly #limits: BreakerLimits;
  readonly #random: Random;
  #failures = 0;
  #openings = 0;
  #until: number | null = null;
  /** What the other side asked for, mono ms: no probe that is lost makes it sooner. */
  #askedUntil = 0;
  #probing = false;

  constructor(limits: BreakerLimits, random: Random) {
    this.#limits = limits;
    this.#random = random;
  }

  get state(): 'closed' | 'open' | 'halfOpen' {
    if (this.#until === null) return 'closed';
    return this.#probing ? 'halfOpen' : 'open';
  }

  get failures(): number {
    return this.#failures;
  }

  get isClosed(): boolean {
    return this.#until === null;
  }

  /** Mono ms of the next probe; null while closed. */
  get untilMs(): number | null {
    return this.#until;
  }

  /** The other side asked not to be called before some time that is still to come. */
  isAskedToWait(nowMs: number): boolean {
    return nowMs < this.#askedUntil;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#openings = 0;
    this.#until = null;
    this.#askedUntil = 0;
    this.#probing = false;
  }

  /** One more failure; `atLeastMs` is what the other side asked for (Retry-After). */
  failed(nowMs: number, atLeastMs = 0): void {
    this.#failures += 1;
    const isProbe = this.#probing;
    this.#probing = false;
    if (atLeastMs > 0) this.#askedUntil = Math.max(this.#askedUntil, nowMs + atLeastMs);
    if (this.#failures < this.#limits.failures && atLeastMs === 0) return;
    // Failures of calls that were already under way do not push the next probe away.
    if (this.#until !== null && !isProbe && atLeastMs === 0) return;
    const untilMs = Math.max(this.#askedUntil, nowMs + this.#wait());
    // Nor does a call that was under way before.
    this.#until = isProbe ? untilMs : Math.max(this.#until ?? 0, untilMs);
    this.#openings += 1;
  }

  /** The probe is on its way. */
  probe(): void {
    if (this.#until !== null) this.#probing = true;
  }

  /** Full jitter over an exponentially growing, bounded span, never less than a fifth of the base. */
  #wait(): number {
    const { baseMs, maxMs } = this.#limits;
    const span = Math.min(maxMs, baseMs * 2 ** Math.min(this.#openings, 30));
    return Math.max(baseMs / 5, Math.floor(this.#random.fraction() * span));
  }
}

/**
 * A bucket of permits, filled at the rate that the issuer asked for: a whole chain of tills comes back from an outage at
 * once, and the issuer says how fast each may deliver what waited.
 */
export class Pacer {
  #perMinute: number;
  #permits: number;
  #filledMs: number;

  constructor(perMinute: number, nowMs: number) {
    this.#perMinute = perMinute;
    this.#permits = 1;
    this.#filledMs = nowMs;
  }

  get perMinute(): number {
    return this.#perMinute;
  }

  set perMinute(value: number) {
    this.#perMinute = value;
    this.#permits = Math.min(this.#permits, this.#most());
  }

  /** Takes one permit if there is one. */
  take(nowMs: number): boolean {
    this.#fill(nowMs);
    if (this.#permits < 1) return false;
    this.#permits -= 1;
    return true;
  }

  /** Mono ms at which the next permit is there; null: never at this rate. */
  nextMs(nowMs: number): number | null {
    this.#fill(nowMs);
    if (this.#permits >= 1) return nowMs;
    if (this.#perMinute <= 0) return null;
    return nowMs + Math.ceil(((1 - this.#permits) * 60_000) / this.#perMinute);
  }

  /**
   * A fifth of a second's worth may go at once, one at least: enough to keep a fast drain busy between two timers. Where
   * nothing is to go, nothing that was saved up does.
   */
  #most(): number {
    return this.#perMinute <= 0 ? 0 : Math.max(1, this.#perMinute / 300);
  }

  #fill(nowMs: number): void {
    const gained = ((nowMs - this.#filledMs) * this.#perMinute) / 60_000;
    this.#filledMs = nowMs;
    this.#permits = Math.min(this.#most(), this.#permits + Math.max(0, gained));
  }
}

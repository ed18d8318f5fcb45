/**
 * A hello goes alone, so what can wait stands aside for one that is urgent; but not without end: where one customer after the
 * other comes whose approval nobody answers, one of these is listened to at every moment, and leaves the hello no pause.
 * Its turn is long enough for all that was under way to end. What can wait has the next one, and so on.
 */
export class HelloTurn {
  readonly #turnMs: number;
  #sinceMs: number | null = null;
  #untilMs: number | null = null;

  constructor(turnMs: number) {
    this.#turnMs = turnMs;
  }

  /** Mono ms until which what can wait lets the hello go first; null: it need not. */
  get untilMs(): number | null {
    return this.#untilMs;
  }

  /**
   * `isUrgent`: a hello is, now. `isDue`: it is, or would be but for a breaker that is open for the moment; turns that began
   * anew with each such moment would never come to what can wait.
   */
  tick(isUrgent: boolean, isDue: boolean, monoMs: number): void {
    this.#sinceMs = isUrgent || isDue ? (this.#sinceMs ?? monoMs) : null;
    this.#untilMs = this.#sinceMs === null || !isUrgent ? null : this.#turnEndMs(this.#sinceMs, monoMs);
  }

  #turnEndMs(sinceMs: number, monoMs: number): number | null {
    const turns = Math.floor((monoMs - sinceMs) / this.#turnMs);
    return turns % 2 === 0 ? sinceMs + (turns + 1) * this.#turnMs : null;
  }
}

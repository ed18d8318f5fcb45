import type { DriverClock } from '../../../drivers/scanner.ts';

/** A clock that stands still until a test moves it. */
export class ManualClock implements DriverClock {
  #nowMs = 1000;
  #timers: { atMs: number; run: () => void }[] = [];

  monoMs(): number {
    return this.#nowMs;
  }

  after(ms: number, run: () => void): { cancel(): void } {
    const timer = { atMs: this.#nowMs + ms, run };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  /** Number of timers that are set: none may be left behind. */
  get pending(): number {
    return this.#timers.length;
  }

  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (let rounds = 0; rounds < 10_000; rounds += 1) {
      const next = this.#timers.filter((t) => t.atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#nowMs = next.atMs;
      next.run();
    }
    this.#nowMs = endMs;
  }
}

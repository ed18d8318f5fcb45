import type { Now } from './model.ts';

/**
 * Time as the rooms see it. The agent passes the machine's clocks, the simulator a virtual one; no room reads a clock
 * or sets a timer any other way.
 */
export interface Clock {
  now(): Now;
  /** Runs once after at least `ms` of monotonic time. Cancelling twice, or after it ran, does nothing. */
  after(ms: number, run: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** Randomness: ids, jitter. `bytes` must be cryptographic in production. */
export interface Random {
  bytes(count: number): Uint8Array;
  /** Uniform in [0, 1). */
  fraction(): number;
}

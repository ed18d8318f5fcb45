/** The machine's clocks and its randomness, as the rooms see them (src/intent/clock.ts). */
import { randomBytes } from 'node:crypto';
import type { Clock, Random, Timer } from '../intent/clock.ts';
import type { Now } from '../intent/model.ts';

/** setTimeout takes no longer wait than this; longer ones are made of several. */
const LONGEST_WAIT_MS = 2_147_483_647;
const NS_PER_MS = 1_000_000n;

/** CLOCK_MONOTONIC for waits, UTC for people. Also a driver's clock. */
export class SystemClock implements Clock {
  now(): Now {
    return { wallMs: Date.now(), monoMs: this.monoMs() };
  }

  /** Whole milliseconds of CLOCK_MONOTONIC: never goes back, stands still while the machine sleeps. */
  monoMs(): number {
    return Number(process.hrtime.bigint() / NS_PER_MS);
  }

  /**
   * Ends on a whole millisecond, as the runtime's own timers do: a wait needs one wake-up of the process, and all that end in
   * the same millisecond share it.
   */
  after(ms: number, run: () => void): Timer {
    const nowMs = (process.hrtime.bigint() + NS_PER_MS - 1n) / NS_PER_MS;
    const endMs = nowMs + BigInt(Math.max(0, Math.ceil(ms)));
    let timer: NodeJS.Timeout | null = null;
    const wait = (): void => {
      const leftMs = Number(endMs) - this.monoMs();
      if (leftMs <= 0 && timer !== null) {
        timer = null;
        run();
        return;
      }
      timer = setTimeout(wait, Math.min(Math.max(leftMs, 0), LONGEST_WAIT_MS));
    };
    wait();
    return {
      cancel: () => {
        if (timer !== null) clearTimeout(timer);
        timer = null;
      },
    };
  }
}

const FRACTION_BYTES = 6;
const POOL_BYTES = 1_024;
/** Longer wishes are keys and the like: rare, and asked of the system each for itself. */
const POOLED_BYTES_MAX = 64;

/** Cryptographic randomness. Ids and fractions come out of a pool: one call to the system for a hundred of them. */
export class SystemRandom implements Random {
  #pool: Buffer = Buffer.alloc(0);
  #used = 0;

  bytes(count: number): Uint8Array {
    if (count > POOLED_BYTES_MAX) return randomBytes(count);
    const from = this.#take(count);
    const bytes = new Uint8Array(this.#pool.subarray(from, this.#used));
    this.#pool.fill(0, from, this.#used);
    return bytes;
  }

  fraction(): number {
    const from = this.#take(FRACTION_BYTES);
    return this.#pool.readUIntBE(from, FRACTION_BYTES) / 2 ** (8 * FRACTION_BYTES);
  }

  /** Where `count` bytes begin that nobody gets but the caller; they end at `#used`. */
  #take(count: number): number {
    if (this.#used + count > this.#pool.length) {
      this.#pool = randomBytes(POOL_BYTES);
      this.#used = 0;
    }
    const from = this.#used;
    this.#used += count;
    return from;
  }
}

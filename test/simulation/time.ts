/** A virtual clock with one queue of events, and randomness from one seed: the whole of the simulator's outside world. */
import type { Clock, Random, Timer } from '../../src/intent/clock.ts';
import type { Now } from '../../src/intent/model.ts';

interface Event {
  readonly atMs: number;
  readonly order: number;
  run: (() => void) | null;
}

/** 2026-07-23 09:00 in Seoul. */
export const EPOCH_MS = Date.UTC(2026, 6, 23, 0, 0, 0);

export class VirtualClock implements Clock {
  #monoMs = 0;
  #wallOffsetMs = EPOCH_MS;
  /** The world's own time runs with the monotonic clock, but for the hours in which the machine slept. */
  #sleptMs = 0;
  #order = 0;
  /** Binary heap by (atMs, order): same moment, first come first run. */
  readonly #heap: Event[] = [];

  now(): Now {
    return { monoMs: this.#monoMs, wallMs: this.#monoMs + this.#wallOffsetMs };
  }
  get monoMs(): number {
    return this.#monoMs;
  }
  /** The wall clock jumps; the monotonic one never does. */
  shiftWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }
  /** The true time, UTC ms: what the issuer's clock says. */
  get trueMs(): number {
    return this.#monoMs + EPOCH_MS + this.#sleptMs;
  }
  /** The machine's wall clock minus the true time. */
  get wallErrorMs(): number {
    return this.#wallOffsetMs - EPOCH_MS - this.#sleptMs;
  }
  /** The machine sleeps: the world goes on, its monotonic clock stands still. */
  suspend(forMs: number): void {
    this.#sleptMs += forMs;
    this.#wallOffsetMs += forMs;
  }
  /** A machine that starts reads its battery clock, which somebody has set right. */
  setRight(): void {
    this.#wallOffsetMs = EPOCH_MS + this.#sleptMs;
  }
  /** Virtual ms of the next event; null: none. */
  get nextMs(): number | null {
    for (let next = this.#heap[0]; next !== undefined; next = this.#heap[0]) {
      if (next.run !== null) return next.atMs;
      this.#pop();
    }
    return null;
  }

  after(ms: number, run: () => void): Timer {
    const event: Event = { atMs: this.#monoMs + Math.max(0, ms), order: this.#order++, run };
    this.#push(event);
    return {
      cancel: () => {
        event.run = null;
      },
    };
  }

  /** Runs the next event; false when none is left before `untilMs`. */
  step(untilMs: number): boolean {
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.atMs > untilMs) {
        this.#monoMs = Math.max(this.#monoMs, Math.min(untilMs, next?.atMs ?? untilMs));
        return false;
      }
      this.#pop();
      if (next.run === null) continue;
      this.#monoMs = Math.max(this.#monoMs, next.atMs);
      next.run();
      return true;
    }
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let place = heap.length;
    heap.push(event);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent] as Event;
      if (!earlier(event, above)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    const size = heap.length;
    if (last === undefined || size === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      const right = child + 1;
      if (right < size && earlier(heap[right] as Event, heap[child] as Event)) child = right;
      const below = heap[child] as Event;
      if (!earlier(below, last)) break;
      heap[place] = below;
      place = child;
    }
    heap[place] = last;
  }
}

function earlier(one: Event, other: Event): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}

/** splitmix32 seeded generator: small, fast, the same on every machine. */
export class SeededRandom implements Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed | 0;
  }
  /** Begins anew: what one chapter of a story draws does not depend on the chapters before it. */
  reseed(seed: number, part: number): void {
    this.#state = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(part + 1, 0x85ebca6b)) | 0;
  }
  #next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let value = this.#state;
    value = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
    value = Math.imul(value ^ (value >>> 15), 0x735a2d97);
    return (value ^ (value >>> 15)) >>> 0;
  }
  fraction(): number {
    return this.#next() / 0x1_0000_0000;
  }
  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.#next() & 0xff);
  }
  /** Integer in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.fraction() * bound);
  }
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }
  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }
}

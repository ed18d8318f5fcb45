/**
 * Compares days that are over with the issuer's list by itself, until that list was final. A list becomes final a while
 * after the cut-over, and the line may be down then: what is left is tried again by time, whether the line changes or not.
 */
import type { Clock, Timer } from '../intent/clock.ts';
import type { DayState } from './day.ts';
import { SettlementFault } from './fault.ts';

export interface AutomaticOptions {
  readonly clock: Clock;
  /** yyyyMMdd that is open at the issuer; null: not known. */
  openDate(): string | null;
  /** Newest first. */
  days(): readonly { readonly date: string; readonly state: DayState }[];
  /** Compares and keeps the result. Throws SettlementFault. */
  reconcile(date: string): Promise<unknown>;
  /** Anything but a SettlementFault. */
  onFault(fault: unknown): void;
}

/** Older days are for a person. */
const DAYS = 7;
/** Lines that come and go: so often at most. */
const EVERY_MS = 600_000;
/** The issuer's list is final a minute after the cut-over; each try without an end doubles the wait. */
const AGAIN_MS = 90_000;
const AGAIN_MAX_MS = 3_600_000;

export class AutomaticComparison {
  readonly #options: AutomaticOptions;
  #lastMs = Number.NEGATIVE_INFINITY;
  #misses = 0;
  #timer: Timer | null = null;
  #isRunning = false;
  #isStopped = false;

  constructor(options: AutomaticOptions) {
    this.#options = options;
  }

  /** The line or the issuer's date changed. */
  lineChanged(): void {
    const { clock, openDate } = this.#options;
    if (openDate() !== null && clock.now().monoMs - this.#lastMs >= EVERY_MS) this.#begin();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #begin(): void {
    if (this.#isRunning || this.#isStopped) return;
    this.#isRunning = true;
    this.#timer?.cancel();
    this.#lastMs = this.#options.clock.now().monoMs;
    void this.#run();
  }

  async #run(): Promise<void> {
    try {
      await this.#compareAll();
      if (!this.#isStopped) this.#again();
    } catch (fault) {
      this.#options.onFault(fault);
    } finally {
      this.#isRunning = false;
    }
  }

  async #compareAll(): Promise<void> {
    for (const date of this.#due()) {
      if (this.#isStopped) return;
      try {
        await this.#options.reconcile(date);
      } catch (fault) {
        if (!(fault instanceof SettlementFault)) throw fault;
        // A list that contradicts itself is one day's; without the line no other day will be read either.
        if (fault.code === 'NO_ANSWER') return;
      }
    }
  }

  #again(): void {
    if (this.#due().length === 0) {
      this.#misses = 0;
      return;
    }
    const waitMs = Math.min(AGAIN_MAX_MS, AGAIN_MS * 2 ** this.#misses);
    this.#misses += 1;
    this.#timer = this.#options.clock.after(waitMs, () => this.#begin());
  }

  /** Days that are over, not sealed, and were never compared with their final list, oldest first. */
  #due(): readonly string[] {
    const open = this.#options.openDate();
    if (open === null) return [];
    return this.#options
      .days()
      .slice(0, DAYS)
      .filter(
        ({ date, state }) => date < open && state.sealed === null && state.reconciled?.detail.final !== true,
      )
      .map(({ date }) => date)
      .reverse();
  }
}

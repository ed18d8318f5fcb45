/**
 * Compares days that are over with the issuer's list by itself, until that list was final. A list becomes final a while
 * after the cut-over, and the line may be down then: what is left is tried again by time, whether the line changes or not.
 */
import type { Clock, Timer } from '../intent/clock.ts';
import { LedgerFault } from '../ledger/fault.ts';
import type { DayState } from './day.ts';
import { SettlementFault } from './fault.ts';

export interface AutomaticOptions {
  readonly clock: Clock;
  /** yyyyMMdd that is open at the issuer; null: not known. */
  openDate(): string | null;
  /** So many of the newest, newest first. */
  days(count: number): readonly { readonly date: string; readonly state: DayState }[];
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
  /** Dates whose list was not to be had, the last of them last. */
  readonly #silent = new Set<string>();
  #lastMs = Number.NEGATIVE_INFINITY;
  #misses = 0;
  #timer: Timer | null = null;
  #timerAtMs = 0;
  #isRunning = false;
  #isStopped = false;

  constructor(options: AutomaticOptions) {
    this.#options = options;
  }

  /** The line or the issuer's date changed: a look at once, or as soon as the last one lies far enough back. */
  lineChanged(): void {
    const { clock, openDate } = this.#options;
    if (openDate() === null) return;
    const waitMs = this.#lastMs + EVERY_MS - clock.now().monoMs;
    if (waitMs <= 0) this.#begin();
    else this.#beginAfter(waitMs);
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** The sooner of this wait and the one under way. */
  #beginAfter(waitMs: number): void {
    if (this.#isStopped) return;
    const { clock } = this.#options;
    const atMs = clock.now().monoMs + waitMs;
    if (this.#timer !== null && this.#timerAtMs <= atMs) return;
    this.#timer?.cancel();
    this.#timerAtMs = atMs;
    this.#timer = clock.after(waitMs, () => this.#begin());
  }

  #begin(): void {
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#isRunning || this.#isStopped) return; // its end looks at what is left
    this.#isRunning = true;
    this.#lastMs = this.#options.clock.now().monoMs;
    void this.#run();
  }

  async #run(): Promise<void> {
    let isDone = false;
    try {
      await this.#compareAll();
      isDone = this.#isStopped || this.#due().length === 0;
    } catch (fault) {
      this.#options.onFault(fault); // no room on the disk passes: it is tried again
    } finally {
      this.#isRunning = false;
    }
    if (isDone) this.#misses = 0;
    else this.#again();
  }

  async #compareAll(): Promise<void> {
    for (const date of this.#due()) {
      if (this.#isStopped || !(await this.#goesOnAfter(date))) return;
    }
  }

  /**
   * A list that contradicts itself and a damaged row are one day's: the next one is compared all the same. Without an answer
   * the try ends: a line that is down is asked for one list and not for one of each day, and one that carries everything
   * but lists is not brought down by them. The day that had none comes last from now on, in the way of no other.
   */
  async #goesOnAfter(date: string): Promise<boolean> {
    this.#silent.delete(date);
    try {
      await this.#options.reconcile(date);
    } catch (fault) {
      if (fault instanceof LedgerFault && fault.code === 'CORRUPT') this.#options.onFault(fault);
      else if (!(fault instanceof SettlementFault)) throw fault;
      else if (fault.code === 'NO_ANSWER') {
        this.#silent.add(date);
        return false;
      }
    }
    return true;
  }

  #again(): void {
    const waitMs = Math.min(AGAIN_MAX_MS, AGAIN_MS * 2 ** this.#misses);
    this.#misses += 1;
    this.#beginAfter(waitMs);
  }

  /** Days that are over, not sealed, and were never compared with their final list: oldest first, then the silent ones. */
  #due(): readonly string[] {
    const open = this.#options.openDate();
    if (open === null) return [];
    const dates = this.#options
      .days(DAYS)
      .filter(
        ({ date, state }) => date < open && state.sealed === null && state.reconciled?.detail.final !== true,
      )
      .map(({ date }) => date)
      .reverse();
    const silent = [...this.#silent].filter((date) => dates.includes(date));
    return [...dates.filter((date) => !silent.includes(date)), ...silent];
  }
}

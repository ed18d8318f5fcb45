import type { Clock, Timer } from '../intent/clock.ts';
import type { Answered } from '../konaplate/settlement.ts';
import type { Counters } from './counters.ts';
import type { CallKind } from './types.ts';

/** Longer than the abort takes to come back; then the place is given free even if the backend never answers. */
export const GRACE_MS = 2_000;

const ITEM_CALLS: ReadonlySet<CallKind> = new Set(['approve', 'inquiry', 'netCancel', 'void']);

/** One for all: an abort without a reason would make an exception with a stack each time. */
const TOO_LATE = new Error('no answer in time');

export interface CallPlan<Value> {
  readonly kind: CallKind;
  /** One call at a time per key. */
  readonly key: string;
  /** For a customer who stands there: these have places of their own. */
  readonly attended: boolean;
  readonly answerMs: number;
  readonly run: (signal: AbortSignal) => Promise<Answered<Value>>;
  /**
   * Called once, whenever the answer comes, also after the place was given free. An answer that is recorded together with
   * others gives a promise of it, and the place is held until then.
   */
  readonly done: (answer: Answered<Value>, elapsedMs: number) => void | Promise<void>;
  /** Called when the place was given free without an answer: of a backend that does not come back, none may ever come. */
  readonly gone?: () => void;
}

interface Place {
  readonly abort: AbortController;
  /** Gives the place to the next call. */
  readonly free: () => void;
  readonly attended: boolean;
  readonly kind: CallKind;
}

/** The calls under way: who holds which place, when each is aborted, and that every answer is heard exactly once. */
export class Calls {
  readonly #clock: Clock;
  readonly #counters: Counters;
  readonly #onFree: () => void;
  readonly #onFault: (fault: unknown) => void;
  readonly #places = new Map<string, Place>();
  readonly #open = new Set<Promise<void>>();
  /** By key: who goes on when its place is free again. */
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(clock: Clock, counters: Counters, onFree: () => void, onFault: (fault: unknown) => void) {
    this.#clock = clock;
    this.#counters = counters;
    this.#onFree = onFree;
    this.#onFault = onFault;
  }

  get size(): number {
    return this.#places.size;
  }

  /** Calls that do not belong to a customer at the counter. */
  get backlog(): number {
    let count = 0;
    for (const place of this.#places.values()) if (!place.attended && place.kind !== 'hello') count += 1;
    return count;
  }

  /** Of these, those about payments. The few of the line and of business days are beside them. */
  get backlogItems(): number {
    let count = 0;
    for (const { attended, kind } of this.#places.values()) if (!attended && ITEM_CALLS.has(kind)) count += 1;
    return count;
  }

  /** Calls for customers, also for those who have gone while a late answer is still listened to. */
  get customers(): number {
    let count = 0;
    for (const { attended } of this.#places.values()) if (attended) count += 1;
    return count;
  }

  /** Approvals of deferred charges under way. */
  get deliveries(): number {
    let count = 0;
    for (const place of this.#places.values()) if (!place.attended && place.kind === 'approve') count += 1;
    return count;
  }

  has(key: string): boolean {
    return this.#places.has(key);
  }

  /** Waits no longer for the call under this key: it ends as one that was not answered in time. */
  abort(key: string): void {
    this.#places.get(key)?.abort.abort(TOO_LATE);
  }

  /** Resolves when nothing is under way under this key, at the latest when its place is given free. */
  async ended(key: string): Promise<void> {
    while (this.has(key)) {
      await new Promise<void>((go) => {
        this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), go]);
      });
    }
  }

  start<Value>(plan: CallPlan<Value>): void {
    let isHeard = false;
    const free = (): void => {
      if (this.#places.get(plan.key) !== place) return;
      this.#places.delete(plan.key);
      for (const go of this.#waiting.get(plan.key) ?? []) go();
      this.#waiting.delete(plan.key);
      if (!isHeard) plan.gone?.();
      this.#onFree();
    };
    const place: Place = { abort: new AbortController(), free, attended: plan.attended, kind: plan.kind };
    this.#places.set(plan.key, place);
    this.#counters.attempted(plan.kind);
    const startedMs = this.#clock.now().monoMs;
    let grace = this.#clock.after(plan.answerMs, () => {
      place.abort.abort(TOO_LATE);
      grace = this.#clock.after(GRACE_MS, free);
    });
    const settle = async (answer: Answered<Value>): Promise<void> => {
      isHeard = true;
      grace.cancel();
      const elapsedMs = this.#clock.now().monoMs - startedMs;
      this.#counters.ended(plan.kind, answer.class, elapsedMs);
      try {
        const recorded = plan.done(answer, elapsedMs);
        if (recorded !== undefined) await recorded;
      } catch (fault) {
        // An answer that cannot be recorded: the process must end, the next start asks again.
        this.#onFault(fault);
      } finally {
        free();
      }
    };
    const open = run(plan, place.abort.signal)
      .then(settle)
      .finally(() => this.#open.delete(open));
    this.#open.add(open);
  }

  /**
   * Waits for what is under way, aborts it after `waitMs`, and resolves when every answer has been heard, or when a
   * backend does not even come back from an abort.
   */
  async drain(waitMs: number): Promise<void> {
    let isOver = false;
    const timers: Timer[] = [];
    const bound = new Promise<void>((resolve) => {
      const abort = (): void => {
        for (const place of this.#places.values()) place.abort.abort(TOO_LATE);
      };
      const end = (): void => {
        isOver = true;
        resolve();
      };
      timers.push(this.#clock.after(waitMs, abort), this.#clock.after(waitMs + GRACE_MS, end));
    });
    while (this.#open.size > 0 && !isOver) await Promise.race([Promise.allSettled(this.#open), bound]);
    for (const timer of timers) timer.cancel();
    if (isOver) for (const place of [...this.#places.values()]) place.free();
  }
}

/** An adapter never throws; one that does has said nothing about the request. */
async function run<Value>(plan: CallPlan<Value>, signal: AbortSignal): Promise<Answered<Value>> {
  try {
    return await plan.run(signal);
  } catch {
    return { class: 'ambiguous', why: 'ADAPTER', code: null, bytesWritten: 1 };
  }
}

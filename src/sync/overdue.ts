import type { Clock } from '../intent/clock.ts';
import type { CaseReason, Intent, Now } from '../intent/model.ts';
import { isOpenReversal } from '../intent/state.ts';
import { Heap } from './heap.ts';
import type { SyncLimits } from './limits.ts';

/** What an earlier run left is tried for so long before it is a case: a till that was off over a weekend has told nobody yet. */
const GRACE_MS = 60_000;
/** A backlog may become overdue in one moment: so many in one turn, and the next ones so much later. */
const AT_ONCE = 5;
const PAUSE_MS = 1_000;
/** After a case that could not be recorded: each try may wait seconds for a file that is held, and the counter with it. */
const RETRY_MS = 60_000;

/** A person has been told of the cash by these, not of what the issuer owes. */
const OF_CASH: readonly CaseReason[] = ['LEFT_AT_COUNTER', 'PAID_WITHOUT_APPROVAL'];

type What = 'credit' | 'undo';

interface Awaited {
  readonly what: What;
  intent: Intent;
  /** Which of its times counts: an earlier one is stale. */
  age: number;
}

/** No intent is held by a time alone: what is over may wait here for days. */
interface Time {
  readonly sequenceId: string;
  readonly age: number;
}

/** What the issuer still owes this payment that has a time; null: nothing, or a person knows already. */
function awaitedOf(intent: Intent): What | null {
  if (intent.overdue === true) return null;
  const { host, deferred, question, cases } = intent;
  if (deferred && (host === 'unsent' || host === 'sending' || host === 'unknown')) return 'credit';
  const isKnown = question !== null || cases.some((reason) => !OF_CASH.includes(reason));
  return isOpenReversal(intent) && !isKnown ? 'undo' : null;
}

/**
 * What was promised by a time, whether or not anything could be attempted: a charge that is credited later by the time on its
 * slip, a reversal within an hour. Past it a person must look, once; that it was told stands in the payment, so it is once
 * over all starts. Within a run times are those of the monotonic clock; how old a thing was before, only the wall clock
 * can say.
 */
export class Overdue {
  readonly #clock: Clock;
  readonly #limits: Pick<SyncLimits, 'creditMs' | 'undoMs'>;
  readonly #open: (intent: Intent) => boolean;
  readonly #awaited = new Map<string, Awaited>();
  readonly #heap = new Heap<Time>();
  #notBeforeMs = 0;
  #age = 0;

  /** `open` makes a case of it; false: that could not be recorded now. */
  constructor(
    clock: Clock,
    limits: Pick<SyncLimits, 'creditMs' | 'undoMs'>,
    open: (intent: Intent) => boolean,
  ) {
    this.#clock = clock;
    this.#limits = limits;
    this.#open = open;
  }

  put(intent: Intent, now: Now): void {
    const { sequenceId } = intent;
    const what = awaitedOf(intent);
    const known = this.#awaited.get(sequenceId);
    if (known !== undefined && known.intent.version > intent.version) return;
    if (what === null) {
      this.#awaited.delete(sequenceId);
      return;
    }
    if (known?.what === what) {
      known.intent = intent;
      return;
    }
    const awaited: Awaited = { what, intent, age: 0 };
    this.#awaited.set(sequenceId, awaited);
    this.#push(now.monoMs + Math.max(GRACE_MS, this.#leftMs(awaited, now.wallMs)), awaited);
  }

  run(nowMs: number): void {
    if (nowMs < this.#notBeforeMs) return;
    for (let opened = 0; opened < AT_ONCE; ) {
      const time = this.#heap.popDue(nowMs);
      if (time === null) return;
      const awaited = this.#awaited.get(time.sequenceId);
      if (awaited?.age !== time.age) continue;
      opened += 1;
      if (this.#open(awaited.intent)) continue;
      // Nor would any other be, where the file is held: this one comes after them.
      this.#notBeforeMs = this.#clock.now().monoMs + RETRY_MS;
      this.#push(this.#notBeforeMs, awaited);
      return;
    }
    this.#notBeforeMs = nowMs + PAUSE_MS;
  }

  /** Mono ms at which the next is overdue. */
  nextMs(): number | null {
    const { firstMs } = this.#heap;
    return firstMs === null ? null : Math.max(firstMs, this.#notBeforeMs);
  }

  #leftMs({ what, intent }: Awaited, wallMs: number): number {
    const sinceMs = what === 'credit' ? intent.scannedAtMs : (intent.reversingAtMs ?? wallMs);
    const limitMs = what === 'credit' ? this.#limits.creditMs : this.#limits.undoMs;
    return limitMs - Math.max(0, wallMs - sinceMs);
  }

  #push(atMs: number, awaited: Awaited): void {
    this.#age += 1;
    awaited.age = this.#age;
    this.#heap.push(atMs, this.#age, { sequenceId: awaited.intent.sequenceId, age: this.#age });
  }
}

import {
  CALL_KINDS,
  type CallKind,
  type Histogram,
  OUTCOMES,
  type OutcomeClass,
  type SyncCounts,
} from './types.ts';

const BOUNDS_MS = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000] as const;

interface Buckets {
  readonly counts: number[];
  sumMs: number;
  count: number;
}

function perCall<Value>(make: () => Value): Record<CallKind, Value> {
  return Object.fromEntries(CALL_KINDS.map((kind) => [kind, make()])) as Record<CallKind, Value>;
}

/** Plain numbers since the start of this run. */
export class Counters {
  readonly #attempts = perCall(() => 0);
  readonly #outcomes = perCall(
    () => Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<OutcomeClass, number>,
  );
  readonly #latency = perCall<Buckets>(() => ({
    counts: new Array<number>(BOUNDS_MS.length + 1).fill(0),
    sumMs: 0,
    count: 0,
  }));
  commands = 0;
  lateAnswers = 0;
  faults = 0;

  attempted(kind: CallKind): void {
    this.#attempts[kind] += 1;
  }

  ended(kind: CallKind, outcome: OutcomeClass, elapsedMs: number): void {
    this.#outcomes[kind][outcome] += 1;
    const buckets = this.#latency[kind];
    const found = BOUNDS_MS.findIndex((bound) => elapsedMs <= bound);
    const place = found < 0 ? BOUNDS_MS.length : found;
    buckets.counts[place] = (buckets.counts[place] ?? 0) + 1;
    buckets.sumMs += elapsedMs;
    buckets.count += 1;
  }

  /** A copy that stays as it is. */
  view(rest: Pick<SyncCounts, 'depth' | 'depthByHost' | 'deferred' | 'inFlight' | 'oldestAtMs'>): SyncCounts {
    const latency = Object.fromEntries(
      CALL_KINDS.map((kind): [CallKind, Histogram] => {
        const { counts, sumMs, count } = this.#latency[kind];
        return [kind, { boundsMs: BOUNDS_MS, counts: [...counts], sumMs, count }];
      }),
    ) as Record<CallKind, Histogram>;
    const outcomes = Object.fromEntries(
      CALL_KINDS.map((kind) => [kind, { ...this.#outcomes[kind] }]),
    ) as Record<CallKind, Record<OutcomeClass, number>>;
    return {
      ...rest,
      depth: { ...rest.depth },
      depthByHost: { ...rest.depthByHost },
      attempts: { ...this.#attempts },
      outcomes,
      latency,
      commands: this.commands,
      lateAnswers: this.lateAnswers,
      faults: this.faults,
    };
  }
}

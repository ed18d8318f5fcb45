import { randomInt } from 'node:crypto';
import type { FaultKind } from '../phone/api.ts';

/** One switch: which call it hits, how, and how often. */
export interface Fault {
  /** Name of a call, such as `approve` or `barcodeSpec`; `*` is every call. */
  readonly call: string;
  readonly kind: FaultKind;
  /** Hits left; null = until it is taken away. */
  readonly times: number | null;
  /** Share of the calls that it hits, 0 to 1. */
  readonly probability: number;
  /** For `delay` (the answer waits, after the effect), `trickle` (the whole answer takes so long), `clockSkew` (may be negative). */
  readonly ms: number;
}

const FAULTS_MAX = 64;
export const DELAY_MS_MAX = 120_000;
const DEFAULT_MS: Partial<Record<FaultKind, number>> = {
  delay: 5_000,
  trickle: 5_000,
  clockSkew: 3_600_000,
};
const SCALE = 1_000_000;

/** The faults on demand, of this process. Empty unless an operator's interface put something in. */
export class FaultPlan {
  #faults: Fault[] = [];
  readonly #hits = new Map<string, number>();

  list(): readonly Fault[] {
    return this.#faults;
  }

  /** One fault per call and kind; a new one takes the place of the old. */
  set(fault: {
    call: string;
    kind: FaultKind;
    times?: number | null;
    probability?: number;
    ms?: number;
  }): void {
    const others = this.#faults.filter((known) => known.call !== fault.call || known.kind !== fault.kind);
    if (others.length >= FAULTS_MAX) throw new RangeError(`at most ${FAULTS_MAX} faults`);
    const ms = fault.ms ?? DEFAULT_MS[fault.kind] ?? 0;
    if (fault.kind !== 'clockSkew' && (ms < 0 || ms > DELAY_MS_MAX)) throw new RangeError('fault: ms');
    this.#faults = [
      ...others,
      {
        call: fault.call,
        kind: fault.kind,
        times: fault.times ?? null,
        probability: fault.probability ?? 1,
        ms,
      },
    ];
  }

  /** How often each call was hit by each kind since the start, such as `approve delay`. */
  hits(): ReadonlyMap<string, number> {
    return this.#hits;
  }

  /** Takes away the faults of one call, or all. */
  clear(call?: string): void {
    this.#faults = call === undefined ? [] : this.#faults.filter((fault) => fault.call !== call);
  }

  /** The fault that hits this call, if any; counts it. */
  take(call: string): Fault | null {
    for (const fault of this.#faults) {
      if (fault.call !== call && fault.call !== '*') continue;
      if (fault.probability < 1 && randomInt(SCALE) >= fault.probability * SCALE) continue;
      if (fault.times !== null) this.#count(fault);
      const name = `${call} ${fault.kind}`;
      this.#hits.set(name, (this.#hits.get(name) ?? 0) + 1);
      return fault;
    }
    return null;
  }

  #count(hit: Fault): void {
    this.#faults = this.#faults.flatMap((fault) => {
      if (fault !== hit || fault.times === null) return [fault];
      return fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : [];
    });
  }
}

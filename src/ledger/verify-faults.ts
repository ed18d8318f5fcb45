import type { VerifyReport } from './types.ts';

export type Fault = VerifyReport['faults'][number];

const FAULTS_MAX = 100;

/** Collects faults: the first of each kind is kept, so that a long row of consequences does not bury the cause. */
export class Faults {
  readonly #kept = new Map<string, Fault>();

  add(fault: Fault): void {
    if (!this.#kept.has(fault.code) && this.#kept.size < FAULTS_MAX) this.#kept.set(fault.code, fault);
  }

  list(): readonly Fault[] {
    return [...this.#kept.values()];
  }
}

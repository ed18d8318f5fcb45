import type { VerifyReport } from './types.ts';

export type Fault = VerifyReport['faults'][number];

/** Collects faults: the first of each kind is kept, so that a long row of consequences does not bury the cause. */
export class Faults {
  readonly #kept = new Map<Fault['code'], Fault>();

  add(fault: Fault): void {
    if (!this.#kept.has(fault.code)) this.#kept.set(fault.code, fault);
  }

  list(): readonly Fault[] {
    return [...this.#kept.values()];
  }
}

/** What a till of a story is made of, and who hears of it. */
import type { Policy } from '../../src/intent/policy.ts';
import type { SyncLimits } from '../../src/sync/limits.ts';
import type { Violation } from './check.ts';
import type { IssuerModel } from './issuer-model.ts';
import type { IssuerMoods } from './issuer-moods.ts';
import type { FaultCounts } from './network.ts';
import type { Plant } from './plants.ts';
import type { SeededRandom, VirtualClock } from './time.ts';

export interface CounterOptions {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  /** Of people: who comes after a crash, and what they press besides. Without them the story is the same. */
  readonly people: SeededRandom;
  readonly issuer: IssuerModel;
  readonly moods: IssuerMoods;
  readonly terminalId: string;
  /** A real ledger file instead of the simulator's disk. */
  readonly file: string | null;
  readonly plant: Plant | null;
  readonly counts: FaultCounts;
  /** How often what is judged was there to be judged. */
  readonly tallies: FaultCounts;
  readonly without: ReadonlySet<string>;
  /** The store's policy, drawn anew for each newer program. */
  readonly policyOf: (random: SeededRandom) => Policy;
  /** Bounds of the worker that are not its own defaults. */
  readonly limits: Partial<SyncLimits>;
  readonly tombstones: boolean;
  /** null: nobody listens. */
  readonly tell: ((words: string) => void) | null;
  readonly violate: (violation: Violation) => void;
}

/** What a story is told of, and what it comes to. */
import type { ScanFrame } from '../../src/station/core.ts';
import type { FaceId } from '../../src/station/snapshot.ts';
import type { ScanResult } from '../../src/station/station.ts';
import type { Blow } from './blow.ts';
import type { Violation } from './check.ts';
import type { FaultCounts } from './network.ts';
import type { Plant } from './plants.ts';
import type { Scene } from './weather.ts';

export interface StoryOptions {
  readonly seed: number;
  /** So many, who take their time; null: one after the other in a busy hour, until enough payments were begun. */
  readonly customers: number | null;
  /** Folder for real ledger files; null: the simulator's disk. */
  readonly folder: string | null;
  readonly plant?: Plant;
  readonly tell?: (line: string) => void;
  /** Chapters to be told, by number; absent: all of them. */
  readonly chapters?: ReadonlySet<number>;
  /** Kinds of fault that do not happen. */
  readonly without?: ReadonlySet<string>;
  /** Instead of customers and a weather of the dice: what happens, one after the other. */
  readonly day?: (scene: Scene) => Promise<void>;
  /** What befalls the first till besides, at one place of the story. */
  readonly blow?: Blow;
}

export interface StoryResult {
  readonly seed: number;
  /** Customers who came. */
  readonly customers: number;
  readonly violations: readonly Violation[];
  readonly intents: number;
  readonly cases: number;
  readonly crashes: number;
  readonly faults: FaultCounts;
  /** How often what is judged was there to be judged. */
  readonly tallies: FaultCounts;
  readonly states: ReadonlySet<string>;
  readonly faces: ReadonlySet<FaceId>;
  readonly cells: ReadonlySet<string>;
}

/** One read of a recording, as `replayOf` gives it. */
export interface Read {
  readonly afterMs: number;
  readonly frame: ScanFrame;
}

export interface ReadOutcome {
  readonly atMs: number;
  readonly source: string;
  /** null: the till was down. */
  readonly result: ScanResult | null;
  /** Why it opened nothing, as the screen says it. */
  readonly refused: string | null;
}

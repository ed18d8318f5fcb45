/**
 * The faults that stories meet at random places, at every place of one short story: told once to count its places, then
 * once for each of them, and judged as any story is.
 */
import { Blow, type Place, SWEEPS, type SweepKind, type Way } from './blow.ts';
import type { Violation } from './check.ts';
import type { Plant } from './plants.ts';
import { tolerateCrashes } from './stories.ts';
import type { StoryResult } from './story.ts';
import { sweepDay } from './sweep-day.ts';
import type { Overtaken } from './sweep-overtaken.ts';
import { Story } from './world.ts';

/** The story that a sweep tells. */
export interface Swept {
  readonly seed: number;
  /** So many of the seed's own, with its own faults; null: the day of `sweep-day.ts`, under the dice of the seed. */
  readonly customers: number | null;
  readonly without?: ReadonlySet<string>;
  readonly plant?: Plant;
  /** Another short day, made for each telling: it remembers what has come. */
  readonly overtaken?: () => Overtaken;
}

/** One telling with a violation. `place` null: it has that by itself. */
export interface FailedPlace {
  readonly place: Place | null;
  readonly violations: readonly Violation[];
}

export interface SweepResult {
  /** The story to which nothing of the sweep comes. */
  readonly plain: StoryResult;
  /** Places of the story, each met in every way of the sweep. */
  readonly places: number;
  readonly runs: number;
  readonly failed: readonly FailedPlace[];
  /** Where nothing could come: there was no commit to lose, or no write any more. */
  readonly spared: readonly Place[];
}

/** `before:57`; null: there is no such way. */
export function placeOf(text: string): Place | null {
  const [way = '', at = ''] = text.split(':');
  const known = Object.values(SWEEPS).flat<readonly (readonly Way[])[]>();
  const found = known.find((each) => each === way);
  return found === undefined || !/^[1-9]\d*$/.test(at) ? null : { way: found, at: Number(at) };
}

export function wordsOfPlace(place: Place | null): string {
  return place === null ? 'by itself' : `${place.way}:${place.at}`;
}

/** The story with what comes to it at that place. */
export async function tellPlace(
  { seed, customers, without, overtaken, plant: planted }: Swept,
  blow: Blow,
  tell?: (line: string) => void,
): Promise<StoryResult> {
  const { day, plant = planted } = overtaken?.() ?? { day: sweepDay };
  const story = new Story({
    seed,
    folder: null,
    blow,
    ...(customers === null ? { customers: 0, day } : { customers }),
    ...(without === undefined ? {} : { without }),
    ...(plant === undefined ? {} : { plant }),
    ...(tell === undefined ? {} : { tell }),
  });
  const stopTolerating = tolerateCrashes((reason) => story.uncaught(reason));
  try {
    const result = await story.run();
    await new Promise(setImmediate); // what nobody caught is told between two turns
    return result;
  } finally {
    stopTolerating();
  }
}

export interface SweepOptions {
  /** Nothing new begins after so long. */
  readonly budgetMs: number;
  /** Of the ways of the sweep; absent: all of them. */
  readonly ways?: readonly Way[];
  /** Ends with the first place that has a violation of such a code. */
  readonly until?: (code: string) => boolean;
}

export async function sweep(
  swept: Swept,
  kind: SweepKind,
  { budgetMs, ways = SWEEPS[kind], until = () => false }: SweepOptions,
): Promise<SweepResult> {
  const startMs = performance.now();
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // stories throw by the hundred; one that fails is told again with its stacks
  const counting = new Blow(null);
  const failed: FailedPlace[] = [];
  const spared: Place[] = [];
  let runs = 0;
  try {
    const plain = await tellPlace(swept, counting);
    if (plain.violations.length > 0) failed.push({ place: null, violations: plain.violations });
    const places = counting.places(kind);
    for (const place of placesOf(ways, places)) {
      if (performance.now() - startMs > budgetMs) break;
      const blow = new Blow(place);
      const { violations } = await tellPlace(swept, blow);
      runs += 1;
      if (!blow.isDone) spared.push(place);
      if (violations.length > 0) failed.push({ place, violations });
      if (violations.some(({ code }) => until(code))) break;
    }
    return { plain, places, runs, failed, spared };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function placesOf(ways: readonly Way[], places: number): readonly Place[] {
  return ways.flatMap((way) => Array.from({ length: places }, (_, index) => ({ way, at: index + 1 })));
}

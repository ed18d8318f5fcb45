/**
 * `npm run simulate -- [--seeds N] [--from N] [--customers N] [--seconds N] [--story SEED] [--plants]`
 *
 * Runs stories and prints seeds per second, faults by kind, intents, states and faces visited, and every violation with
 * its seed. `--story SEED` tells one story line by line; `--plants` shows that each planted bug is found.
 * `--replay FILE` scans a recording (`kona-till scanners recording FILE`) on the simulated till and tells what each read came to.
 * Exit 1 when a violation was found (or a planted bug was not).
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Recorded, replayOf } from '../../drivers/recorder.ts';
import { PLANTS, type Plant } from './plants.ts';
import { Crashed } from './terminal.ts';
import { Story, type StoryResult } from './world.ts';

/** A crash of the simulated process rejects promises that nobody of the dead process waits for any more. */
export function tolerateCrashes(): () => void {
  const listener = (reason: unknown): void => {
    if (!(reason instanceof Crashed)) throw reason;
  };
  process.on('unhandledRejection', listener);
  return () => process.off('unhandledRejection', listener);
}

export interface Totals {
  seeds: number;
  intents: number;
  cases: number;
  crashes: number;
  elapsedMs: number;
  readonly faults: Record<string, number>;
  readonly states: Set<string>;
  readonly faces: Set<string>;
  readonly failed: StoryResult[];
}

/** Memory-backed where there is such a place: the simulator is about order, not about the disk. */
export function storyFolder(): string {
  return mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'kona-till-simulation-'));
}

/** Runs seeds from `from` on, at most `seeds` of them and no longer than `budgetMs`. */
export async function simulate(options: {
  readonly from: number;
  readonly seeds: number;
  readonly customers: number;
  readonly budgetMs: number;
  readonly plant?: Plant;
  readonly stopAtFirst?: boolean;
}): Promise<Totals> {
  const totals: Totals = {
    seeds: 0,
    intents: 0,
    cases: 0,
    crashes: 0,
    elapsedMs: 0,
    faults: {},
    states: new Set(),
    faces: new Set(),
    failed: [],
  };
  const folder = storyFolder();
  const stopTolerating = tolerateCrashes();
  const startMs = performance.now();
  try {
    for (let seed = options.from; seed < options.from + options.seeds; seed += 1) {
      if (performance.now() - startMs > options.budgetMs) break;
      const { plant } = options;
      const story = new Story({
        seed,
        folder,
        customers: options.customers,
        ...(plant === undefined ? {} : { plant }),
      });
      add(totals, await story.run());
      if (options.stopAtFirst === true && totals.failed.length > 0) break;
    }
  } finally {
    stopTolerating();
    rmSync(folder, { recursive: true, force: true });
  }
  totals.elapsedMs = performance.now() - startMs;
  return totals;
}

function add(totals: Totals, result: StoryResult): void {
  totals.seeds += 1;
  totals.intents += result.intents;
  totals.cases += result.cases;
  totals.crashes += result.crashes;
  for (const [fault, count] of Object.entries(result.faults))
    totals.faults[fault] = (totals.faults[fault] ?? 0) + count;
  for (const state of result.states) totals.states.add(state);
  for (const face of result.faces) totals.faces.add(face);
  if (result.violations.length > 0) totals.failed.push(result);
}

async function findPlants(seeds: number, customers: number): Promise<number> {
  let missed = 0;
  for (const plant of PLANTS) {
    const totals = await simulate({ from: 1, seeds, customers, budgetMs: 600_000, plant, stopAtFirst: true });
    const found = totals.failed[0];
    if (found === undefined) missed += 1;
    const what = found === undefined ? 'NOT FOUND' : `seed ${found.seed}: ${found.violations[0]?.code ?? ''}`;
    console.log(`${plant.name.padEnd(72)} ${what} (${totals.seeds} seeds)`);
  }
  return missed;
}

function print(totals: Totals): void {
  const seconds = totals.elapsedMs / 1000;
  console.log(
    `seeds ${totals.seeds} (${(totals.seeds / seconds).toFixed(1)}/s), intents ${totals.intents}, cases ${totals.cases}`,
  );
  console.log(
    `faults ${Object.entries(totals.faults)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}`,
  );
  console.log(`states ${totals.states.size} of 38: ${[...totals.states].sort().join(', ')}`);
  console.log(`faces ${[...totals.faces].sort().join(' ')}`);
  console.log(`violations ${totals.failed.length}`);
  for (const { seed, violations } of totals.failed.slice(0, 20)) {
    for (const { code, text } of violations.slice(0, 3)) console.log(`  seed ${seed}: ${code} ${text}`);
  }
}

/** A recording of a till's scanners through the whole terminal: nobody's cards, the same pauses, a good line. */
export async function replay(
  entries: readonly Recorded[],
  tell?: (line: string) => void,
): Promise<Awaited<ReturnType<Story['replay']>>> {
  const folder = storyFolder();
  try {
    const story = new Story({ seed: 1, folder, customers: 0, ...(tell === undefined ? {} : { tell }) });
    return await story.replay(replayOf(entries));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function replayFile(file: string): Promise<number> {
  const { entries } = JSON.parse(readFileSync(file, 'utf8')) as { readonly entries: readonly Recorded[] };
  const { outcomes, intents, violations } = await replay(entries);
  for (const { atMs, source, result, refused } of outcomes)
    console.log(
      `${(atMs / 1000).toFixed(1).padStart(9)} s  ${source}: ${result ?? 'down'}${refused === null ? '' : ` (${refused})`}`,
    );
  console.log(`${outcomes.length} reads, ${intents} intents, violations ${violations.length}`);
  for (const { code, text } of violations) console.log(`VIOLATION ${code} ${text}`);
  return violations.length === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '200' },
      from: { type: 'string', default: '1' },
      customers: { type: 'string', default: '20' },
      seconds: { type: 'string', default: '3600' },
      story: { type: 'string' },
      plants: { type: 'boolean', default: false },
      replay: { type: 'string' },
    },
  });
  if (values.replay !== undefined) return replayFile(values.replay);
  const customers = Number(values.customers);
  if (values.story !== undefined) {
    const folder = storyFolder();
    const stopTolerating = tolerateCrashes();
    const result = await new Story({
      seed: Number(values.story),
      folder,
      customers,
      tell: (line) => console.log(line),
    }).run();
    stopTolerating();
    rmSync(folder, { recursive: true, force: true });
    for (const { code, text } of result.violations) console.log(`VIOLATION ${code} ${text}`);
    return result.violations.length === 0 ? 0 : 1;
  }
  if (values.plants) return (await findPlants(Number(values.seeds), customers)) === 0 ? 0 : 1;
  const totals = await simulate({
    from: Number(values.from),
    seeds: Number(values.seeds),
    customers,
    budgetMs: Number(values.seconds) * 1000,
  });
  print(totals);
  return totals.failed.length === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main();

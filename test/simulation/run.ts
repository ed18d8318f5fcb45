/**
 * `npm run simulate -- [--seeds N] [--from N] [--customers N] [--seconds N] [--workers N] [--files] [--story SEED]
 * [--shrink SEED] [--plants] [--calm] [--replay FILE] [--sweep KIND] [--place PLACE]`
 *
 * Without `--customers` a story has as many customers as a busy hour needs for twenty payments; with it so many who take
 * their time, on a worse line, as the older lists of seeds were told.
 *
 * Runs stories and prints seeds per second, faults by kind, intents, what was visited, and every violation with its seed;
 * the first failing seed is shrunk and told in plain words. `--workers` spreads the seeds over processes, `--files` puts
 * real ledger files in place of the simulator's disk, `--calm` leaves out everything but what people do, `--story` tells one seed line by line, `--shrink` tells the shortest
 * story of a failing one, `--plants` shows that each planted bug is found, `--replay FILE` scans a recording
 * (`kona-till scanners recording FILE`) on the simulated till and tells what each read came to. Exit 1 when something was
 * found wrong.
 *
 * `--sweep` tells one short day once for every place of it: `restore` puts the disk back to each index of its journal (an
 * image, one without the file beside the ledger, a backup), `crash` ends the process before each write, after it, and with
 * the commit before it gone, `tail` puts the disk back at each write, `again` ends the process once more while it starts,
 * `disk` lets each write fail, `cutOver` cuts the date over, or seals the day, at each step of each request. `--story`, or
 * `--from` and `--seeds`, name the dice, under which the day has other people; with `--customers N` it is the seed's own
 * story instead, with its own faults. `--place before:57` tells that one line by line.
 */
import { readFileSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Recorded, replayOf } from '../../drivers/recorder.ts';
import { findPlant } from './find-plant.ts';
import { MOMENTS_FROM } from './moments.ts';
import { PLANTS } from './plants.ts';
import { shrink } from './shrink.ts';
import { simulate, storyFolder, tolerateCrashes } from './stories.ts';
import { DAY_SEED } from './sweep-day.ts';
import { sweepSeeds, tellOnePlace } from './sweep-run.ts';
import type { Totals } from './totals.ts';
import { DISTURBANCES } from './weather.ts';
import { answerSlices, simulateApart } from './workers.ts';
import { Story } from './world.ts';

const CODE = 'code ';

async function findPlants(seeds: number, customers: number | null): Promise<number> {
  let missed = 0;
  for (const plant of PLANTS) {
    const found = await findPlant(plant, { seeds, customers, budgetMs: 600_000 });
    const isFound = found.seed !== null && found.honest.length === 0 && found.without === null;
    if (!isFound) missed += 1;
    const what = found.seed === null ? 'NOT FOUND' : `seed ${found.seed}: ${found.code}`;
    const honest = found.honest.length === 0 ? '' : `, and without it ${found.honest.join(' ')}`;
    const needless =
      found.without === null ? '' : `, also without ${plant.needs?.join(' ')}: ${found.without}`;
    console.log(`${plant.name.padEnd(72)} ${what}${honest}${needless} (${found.seeds} seeds)`);
  }
  return missed;
}

function print(totals: Totals): void {
  const seconds = totals.elapsedMs / 1000;
  const perSecond = (totals.seeds / seconds).toFixed(1);
  const cpuSeconds = totals.cpuMs / 1000;
  const perCore = (totals.seeds / cpuSeconds).toFixed(1);
  const intents = `intents ${totals.intents} (${(totals.intents / cpuSeconds).toFixed(0)} per processor second)`;
  console.log(
    `seeds ${totals.seeds} (${perSecond}/s, ${perCore} per processor second), ${intents}, cases ${totals.cases}, crashes ${totals.crashes}`,
  );
  console.log(`faults ${counted(totals.faults)}`);
  const [codes, others] = apart(totals.tallies);
  console.log(`judged ${counted(others)}`);
  console.log(`codes answered ${counted(codes)}`);
  console.log(`states ${totals.states.size} of 38: ${[...totals.states].sort().join(', ')}`);
  console.log(`cells of the table ${totals.cells.size}: ${[...totals.cells].sort().join(', ')}`);
  console.log(`faces ${[...totals.faces].sort().join(' ')}`);
  console.log(`violations ${totals.failed.length}`);
  printFailed(totals.failed.slice(0, 20));
}

/** What the issuer answered, by code and call, and everything else that was counted. */
function apart(tallies: Totals['tallies']): readonly [Totals['tallies'], Totals['tallies']] {
  const [codes, others]: [Record<string, number>, Record<string, number>] = [{}, {}];
  for (const [name, count] of Object.entries(tallies)) {
    if (name.startsWith(CODE)) codes[name.slice(CODE.length)] = count;
    else others[name] = count;
  }
  return [codes, others];
}

function counted(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

function printFailed(failed: Totals['failed']): void {
  for (const { seed, violations } of failed) {
    for (const { code, text } of violations.slice(0, 3)) console.log(`  seed ${seed}: ${code} ${text}`);
  }
}

/** Tells the shortest story of a failing seed. False: it does not fail. */
async function tellShrunk(seed: number, customers: number | null, code?: string): Promise<boolean> {
  const stopTolerating = tolerateCrashes();
  try {
    const first = code ?? (await new Story({ seed, folder: null, customers }).run()).violations[0]?.code;
    const shrunk = first === undefined ? null : await shrink({ seed, customers }, first);
    if (shrunk === null) return false;
    const kept = [...shrunk.chapters].join(' ');
    console.log(`seed ${seed}: ${shrunk.code} with customers ${kept} (${shrunk.tries} stories tried)`);
    for (const line of shrunk.story) console.log(line);
    return true;
  } finally {
    stopTolerating();
  }
}

async function tellStory(seed: number, customers: number | null, onFiles: boolean): Promise<number> {
  const folder = onFiles ? storyFolder() : null;
  const stopTolerating = tolerateCrashes();
  const { violations } = await new Story({
    seed,
    folder,
    customers,
    tell: (line) => console.log(line),
  }).run();
  stopTolerating();
  if (folder !== null) rmSync(folder, { recursive: true, force: true });
  return violations.length === 0 ? 0 : 1;
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
      from: { type: 'string' },
      customers: { type: 'string' },
      seconds: { type: 'string', default: '3600' },
      workers: { type: 'string', default: '1' },
      story: { type: 'string' },
      shrink: { type: 'string' },
      files: { type: 'boolean', default: false },
      calm: { type: 'boolean', default: false },
      slices: { type: 'boolean', default: false },
      plants: { type: 'boolean', default: false },
      replay: { type: 'string' },
      sweep: { type: 'string' },
      place: { type: 'string' },
    },
  });
  if (values.replay !== undefined) return replayFile(values.replay);
  if (values.slices) {
    answerSlices((slice) => simulate({ ...slice, budgetMs: Number.POSITIVE_INFINITY }));
    return 0;
  }
  const customers = values.customers === undefined ? null : Number(values.customers);
  const without = values.calm ? { without: DISTURBANCES } : {};
  const seed = Number(values.story ?? values.from ?? DAY_SEED);
  if (values.place !== undefined) return tellOnePlace({ seed, customers, ...without }, values.place);
  if (values.sweep !== undefined) {
    const seeds = values.from === undefined ? 1 : Number(values.seeds);
    const budgetMs = Number(values.seconds) * 1000;
    return sweepSeeds({ seed, customers, ...without }, values.sweep, seeds, budgetMs);
  }
  if (values.story !== undefined) return tellStory(Number(values.story), customers, values.files);
  if (values.shrink !== undefined) return (await tellShrunk(Number(values.shrink), customers)) ? 1 : 0;
  if (values.plants) return (await findPlants(Number(values.seeds), customers)) === 0 ? 0 : 1;
  const workers = Number(values.workers);
  const range = {
    from: Number(values.from ?? MOMENTS_FROM),
    seeds: Number(values.seeds),
    customers,
    budgetMs: Number(values.seconds) * 1000,
  };
  const totals =
    workers > 1
      ? await simulateApart({ ...range, workers, onSlice: ({ failed }) => printFailed(failed) })
      : await simulate({
          ...range,
          onFiles: values.files,
          ...without,
        });
  print(totals);
  const first = totals.failed[0];
  if (first !== undefined) await tellShrunk(first.seed, customers, first.violations[0]?.code);
  return totals.failed.length === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main();

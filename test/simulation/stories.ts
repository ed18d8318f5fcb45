/** Tells the stories of a range of seeds, one after the other, and adds up what they come to. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Crashed } from './mortal.ts';
import type { Plant } from './plants.ts';
import { addStory, emptyTotals, type Totals } from './totals.ts';
import { Story } from './world.ts';

/**
 * A crash of the simulated process ends promises and turns of the dead process, which nobody waits for any more. Anything
 * else that nobody catches would end a real process: `other` hears of it.
 */
export function tolerateCrashes(
  other: (reason: unknown) => void = (reason) => {
    throw reason;
  },
): () => void {
  const listener = (reason: unknown): void => {
    if (!(reason instanceof Crashed)) other(reason);
  };
  process.on('unhandledRejection', listener);
  process.on('uncaughtException', listener);
  return () => {
    process.off('unhandledRejection', listener);
    process.off('uncaughtException', listener);
  };
}

/** For stories on real files: memory-backed where there is such a place, because here order matters, not the disk. */
export function storyFolder(): string {
  return mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'kona-till-simulation-'));
}

/** Runs seeds from `from` on, at most `seeds` of them and no longer than `budgetMs`. */
export async function simulate(options: {
  readonly from: number;
  readonly seeds: number;
  readonly customers: number | null;
  readonly budgetMs: number;
  readonly plant?: Plant;
  /** Kinds of fault that do not happen. */
  readonly without?: ReadonlySet<string>;
  /** Ends with the first story that has a violation of such a code. */
  readonly until?: (code: string) => boolean;
  /** Real ledger files instead of the simulator's disk. */
  readonly onFiles?: boolean;
}): Promise<Totals> {
  const totals = emptyTotals();
  const folder = options.onFiles === true ? storyFolder() : null;
  let story: Story | null = null;
  const stopTolerating = tolerateCrashes((reason) => {
    if (story === null) throw reason;
    story.uncaught(reason);
  });
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // stories throw by the hundred; one that fails is told again with its stacks
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  const { plant, customers, without = new Set(), until = () => false } = options;
  try {
    for (let seed = options.from; seed < options.from + options.seeds; seed += 1) {
      if (performance.now() - startMs > options.budgetMs) break;
      story = new Story({ seed, folder, customers, without, ...(plant === undefined ? {} : { plant }) });
      const result = await story.run();
      await new Promise(setImmediate); // what nobody caught is told between two turns
      addStory(totals, result);
      if (result.violations.some(({ code }) => until(code))) break;
    }
  } finally {
    stopTolerating();
    Error.stackTraceLimit = stackTraceLimit;
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }
  totals.elapsedMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage(startCpu);
  totals.cpuMs = (user + system) / 1000;
  return totals;
}

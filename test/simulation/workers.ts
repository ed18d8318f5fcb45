/** The seeds of one run spread over child processes, and their totals put together again. */
import { type ChildProcess, fork } from 'node:child_process';
import { addCounts, emptyTotals, type Totals } from './totals.ts';

/** Seeds that a child takes at once: small enough that the last ones end together. */
const SLICE = 200;

/** What a child is asked for. */
export interface Slice {
  readonly from: number;
  readonly seeds: number;
  readonly customers: number | null;
}

function merge(into: Totals, part: Totals): void {
  into.seeds += part.seeds;
  into.intents += part.intents;
  into.cases += part.cases;
  into.crashes += part.crashes;
  into.cpuMs += part.cpuMs;
  addCounts(into.faults, part.faults);
  addCounts(into.tallies, part.tallies);
  for (const state of part.states) into.states.add(state);
  for (const cell of part.cells) into.cells.add(cell);
  for (const face of part.faces) into.faces.add(face);
  into.failed.push(...part.failed);
}

/** A process that answers slices one after the other, warm from the first one on, until it is disconnected. */
function startChild(): ChildProcess {
  const script = new URL('./run.ts', import.meta.url).pathname;
  return fork(script, ['--slices'], { serialization: 'advanced' });
}

function runSlice(child: ChildProcess, slice: Slice): Promise<Totals> {
  return new Promise((resolve, reject) => {
    const gone = (): void => reject(new Error(`the seeds from ${slice.from} on ended without a result`));
    child.once('exit', gone);
    child.once('message', (totals) => {
      child.off('exit', gone);
      resolve(totals as Totals);
    });
    child.send(slice);
  });
}

/** The other side: answers every slice of the parent with what `run` makes of it. */
export function answerSlices(run: (slice: Slice) => Promise<Totals>): void {
  process.on('message', (slice) => {
    void run(slice as Slice).then((totals) => process.send?.(totals));
  });
}

/** As `simulate`, over `workers` processes; nothing new begins after `budgetMs`. */
export async function simulateApart(
  options: Slice & {
    readonly budgetMs: number;
    readonly workers: number;
    /** Told of each slice as it comes, long before the run ends. */
    readonly onSlice: (part: Totals) => void;
  },
): Promise<Totals> {
  const totals = emptyTotals();
  const startMs = performance.now();
  const { customers, onSlice } = options;
  const end = options.from + options.seeds;
  let next = options.from;
  const work = async (): Promise<void> => {
    const child = startChild();
    try {
      while (next < end && performance.now() - startMs < options.budgetMs) {
        const from = next;
        const seeds = Math.min(SLICE, end - from);
        next += seeds;
        const part = await runSlice(child, { from, seeds, customers });
        merge(totals, part);
        onSlice(part);
      }
    } finally {
      child.disconnect();
    }
  };
  await Promise.all(Array.from({ length: options.workers }, work));
  totals.elapsedMs = performance.now() - startMs;
  return totals;
}

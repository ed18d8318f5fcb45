/** The seeds of one run spread over child processes, and their totals put together again. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { emptyTotals, type Totals } from './totals.ts';

/** Seeds that a child takes at once: small enough that the last ones end together. */
const SLICE = 500;

interface Part extends Omit<Totals, 'states' | 'cells' | 'faces'> {
  readonly states: readonly string[];
  readonly cells: readonly string[];
  readonly faces: readonly string[];
}

/** One line of JSON for the process that asked. */
export function packed({ states, cells, faces, ...rest }: Totals): string {
  return JSON.stringify({ ...rest, states: [...states], cells: [...cells], faces: [...faces] });
}

function merge(into: Totals, part: Part): void {
  into.seeds += part.seeds;
  into.intents += part.intents;
  into.cases += part.cases;
  into.crashes += part.crashes;
  into.cpuMs += part.cpuMs;
  for (const [fault, count] of Object.entries(part.faults))
    into.faults[fault] = (into.faults[fault] ?? 0) + count;
  for (const state of part.states) into.states.add(state);
  for (const cell of part.cells) into.cells.add(cell);
  for (const face of part.faces) into.faces.add(face);
  into.failed.push(...part.failed);
}

/** Runs one slice in a child; its last line is the result. */
async function runSlice(from: number, seeds: number, customers: number): Promise<Part> {
  const script = new URL('./run.ts', import.meta.url).pathname;
  const values = { from, seeds, customers };
  const options = Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(process.execPath, [script, '--json', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let last = '';
  for await (const line of createInterface({ input: child.stdout })) last = line;
  if (last === '') throw new Error(`the seeds from ${from} on ended without a result`);
  return JSON.parse(last) as Part;
}

/** As `simulate`, over `workers` processes; nothing new begins after `budgetMs`. */
export async function simulateApart(options: {
  readonly from: number;
  readonly seeds: number;
  readonly customers: number;
  readonly budgetMs: number;
  readonly workers: number;
}): Promise<Totals> {
  const totals = emptyTotals();
  const startMs = performance.now();
  const end = options.from + options.seeds;
  let next = options.from;
  const work = async (): Promise<void> => {
    while (next < end && performance.now() - startMs < options.budgetMs) {
      const from = next;
      const seeds = Math.min(SLICE, end - from);
      next += seeds;
      merge(totals, await runSlice(from, seeds, options.customers));
    }
  };
  await Promise.all(Array.from({ length: options.workers }, work));
  totals.elapsedMs = performance.now() - startMs;
  return totals;
}

/** What a run of many stories adds up to. */
import type { StoryResult } from './story.ts';

export interface Totals {
  seeds: number;
  intents: number;
  cases: number;
  crashes: number;
  elapsedMs: number;
  /** Processor time, user and system: what a core would need that does nothing else. */
  cpuMs: number;
  readonly faults: Record<string, number>;
  /** How often what is judged was there to be judged. */
  readonly tallies: Record<string, number>;
  readonly states: Set<string>;
  readonly cells: Set<string>;
  readonly faces: Set<string>;
  readonly failed: Pick<StoryResult, 'seed' | 'violations'>[];
}

export function emptyTotals(): Totals {
  return {
    seeds: 0,
    intents: 0,
    cases: 0,
    crashes: 0,
    elapsedMs: 0,
    cpuMs: 0,
    faults: {},
    tallies: {},
    states: new Set(),
    cells: new Set(),
    faces: new Set(),
    failed: [],
  };
}

export function addStory(totals: Totals, result: StoryResult): void {
  totals.seeds += 1;
  totals.intents += result.intents;
  totals.cases += result.cases;
  totals.crashes += result.crashes;
  addCounts(totals.faults, result.faults);
  addCounts(totals.tallies, result.tallies);
  for (const state of result.states) totals.states.add(state);
  for (const cell of result.cells) totals.cells.add(cell);
  for (const face of result.faces) totals.faces.add(face);
  const { seed, violations } = result;
  if (violations.length > 0) totals.failed.push({ seed, violations });
}

export function addCounts(into: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [kind, count] of Object.entries(counts)) into[kind] = (into[kind] ?? 0) + count;
}

/** Whether the simulator finds a planted bug: for what it is, where it is planted alone, and by the faults that it takes. */
import type { Plant } from './plants.ts';
import { simulate } from './stories.ts';

export interface PlantSearch {
  readonly seeds: number;
  readonly customers: number | null;
  readonly budgetMs: number;
}

export interface FoundPlant {
  /** The first seed whose story tells the bug; null: none does. */
  readonly seed: number | null;
  /** Stories that were told for it. */
  readonly seeds: number;
  /** The code that tells it. */
  readonly code: string | null;
  /** Codes of the same story without the bug: there should be none. */
  readonly honest: readonly string[];
  /** A seed at which it is found also without the faults that it takes; null: none, or it takes none of its own. */
  readonly without: number | null;
}

/** Tells stories until one has a violation that is the plant's; then those stories again without what it should take. */
export async function findPlant(plant: Plant, search: PlantSearch): Promise<FoundPlant> {
  const from = plant.from ?? 1;
  const until = (code: string): boolean => plant.finds.includes(code);
  const totals = await simulate({ ...search, from, plant, until });
  const seed = from + totals.seeds - 1;
  const last = totals.failed.at(-1);
  const code = last?.seed === seed ? (last.violations.find((each) => until(each.code))?.code ?? null) : null;
  if (code === null) return { seed: null, seeds: totals.seeds, code, honest: [], without: null };
  const { failed } = await simulate({ ...search, from: seed, seeds: 1 });
  const honest = failed.flatMap(({ violations }) => violations.map((each) => each.code));
  return {
    seed,
    seeds: totals.seeds,
    code,
    honest,
    without: await foundWithout(plant, search, totals.seeds),
  };
}

async function foundWithout(plant: Plant, search: PlantSearch, seeds: number): Promise<number | null> {
  const { needs = [], from = 1 } = plant;
  if (needs.length === 0) return null;
  const until = (code: string): boolean => plant.finds.includes(code);
  const totals = await simulate({ ...search, from, seeds, plant, until, without: new Set(needs) });
  const last = totals.failed.at(-1);
  return last?.violations.some(({ code }) => until(code)) === true ? last.seed : null;
}

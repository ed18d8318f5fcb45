/**
 * A failing seed as the shortest story that still fails: customers are left out, then kinds of faults, as long as the same
 * thing goes wrong at the end. What is left is told in plain words.
 */
import type { StoryOptions, StoryResult } from './story.ts';
import { Story } from './world.ts';

/** Stories told while shrinking; each is a fraction of a second. */
const TRIES_MAX = 400;

type ShrinkOptions = Pick<StoryOptions, 'seed' | 'customers' | 'plant'>;

export interface Shrunk {
  readonly seed: number;
  readonly code: string;
  readonly chapters: ReadonlySet<number>;
  /** Kinds of faults that the story does not need. */
  readonly without: ReadonlySet<string>;
  readonly tries: number;
  readonly story: readonly string[];
}

interface Candidate {
  readonly chapters: readonly number[];
  readonly without: ReadonlySet<string>;
}

class Shrinker {
  readonly #options: ShrinkOptions;
  readonly #code: string;
  tries = 0;

  constructor(options: ShrinkOptions, code: string) {
    this.#options = options;
    this.#code = code;
  }

  /** The result when it still goes wrong in the same way; null when it does not, or when enough was tried. */
  async fails({ chapters, without }: Candidate): Promise<StoryResult | null> {
    if (this.tries >= TRIES_MAX) return null;
    this.tries += 1;
    const result = await new Story({
      ...this.#options,
      folder: null,
      chapters: new Set(chapters),
      without,
    }).run();
    return result.violations.some(({ code }) => code === this.#code) ? result : null;
  }

  /** Leaves out ever smaller runs of customers. */
  async fewerCustomers(from: Candidate): Promise<Candidate> {
    let best = from;
    for (let size = Math.ceil(from.chapters.length / 2); size >= 1; size = Math.floor(size / 2)) {
      for (let at = 0; at < best.chapters.length; ) {
        const chapters = [...best.chapters.slice(0, at), ...best.chapters.slice(at + size)];
        if ((await this.fails({ ...best, chapters })) === null) at += size;
        else best = { ...best, chapters };
      }
    }
    return best;
  }

  async fewerFaults(from: Candidate): Promise<Candidate> {
    let best = from;
    const result = await this.fails(from);
    for (const fault of Object.keys(result?.faults ?? {})) {
      const without = new Set([...best.without, fault]);
      if ((await this.fails({ ...best, without })) !== null) best = { ...best, without };
    }
    return best;
  }
}

/** Shrinks a seed that fails with a violation of this code; null when the story does not fail so. */
export async function shrink(options: ShrinkOptions, code: string): Promise<Shrunk | null> {
  const shrinker = new Shrinker(options, code);
  const { customers } = await new Story({ ...options, folder: null }).run();
  const all = Array.from({ length: customers }, (_, chapter) => chapter);
  let best: Candidate = { chapters: all, without: new Set() };
  if ((await shrinker.fails(best)) === null) return null;
  best = await shrinker.fewerCustomers(best);
  best = await shrinker.fewerFaults(best);
  best = await shrinker.fewerCustomers(best);
  const chapters = new Set(best.chapters);
  const story: string[] = [];
  const tell = (line: string): void => void story.push(line);
  await new Story({ ...options, folder: null, chapters, without: best.without, tell }).run();
  return { seed: options.seed, code, chapters, without: best.without, tries: shrinker.tries, story };
}

/**
 * One thing that befalls the first till of a story at one place of it, and nowhere else: its process ends at its 57th write,
 * its disk comes back as it was at the 33rd entry of its journal, the date is cut over at the 12th step of a request. A sweep
 * (`sweep.ts`) tells one story once for every such place.
 */
import type { Counter } from './counter.ts';
import type { Incidents } from './incidents.ts';
import type { Scene } from './weather.ts';

/** What a sweep goes through, and the ways in which the till is met at each place of it. */
export const SWEEPS = {
  /** Entries of the journal: at the end of the story the disk comes back without those behind it. */
  restore: ['image', 'bareImage', 'backup'],
  /** Writes: the process ends before one, after it, or with the power, which takes the commit before it as well. */
  crash: ['before', 'after', 'unsynced'],
  /** Steps of requests: what the issuer's business date does just then. */
  cutOver: ['cutOver', 'sealed'],
} as const;
export type SweepKind = keyof typeof SWEEPS;
export type Way = (typeof SWEEPS)[SweepKind][number];

/** `before:57`. */
export interface Place {
  readonly way: Way;
  /** Counted from 1. */
  readonly at: number;
}

/** Times that a till is waited for that is just being stopped, so that nothing can be done to its disk. */
const TRIES_MAX = 12;
const TRY_EVERY_MS = 5_000;

export class Blow {
  /** Places of each kind that the story has had so far. */
  readonly met: Record<SweepKind, number> = { restore: 0, crash: 0, cutOver: 0 };
  /** It has come. */
  isDone = false;
  readonly #place: Place | null;
  #isOver = false;

  /** `place` null: it never comes, and the places are counted. */
  constructor(place: Place | null) {
    this.#place = place;
  }

  /** The story begins. */
  awaits([counter]: readonly Counter[], scene: Scene, incidents: Incidents): void {
    if (counter === undefined) return;
    counter.world.doom = () => this.#atWrite(counter, scene);
    const { network } = counter;
    const { onStep } = network;
    network.onStep = (step) => {
      onStep(step);
      if (this.#isOver) return;
      this.met.cutOver += 1;
      const way = this.#wayAt(this.met.cutOver, SWEEPS.cutOver);
      if (way === null) return;
      scene.say(`just then: ${way}, when ${step.call} ${step.step}`);
      if (way === 'cutOver') scene.issuer.cutOver();
      else incidents.seal();
      this.isDone = true;
    };
  }

  /** Before all is well again: nothing of a sweep comes later. */
  async atEnd([counter]: readonly Counter[], pass: (ms: number) => Promise<void>): Promise<void> {
    this.#isOver = true;
    if (counter === undefined) return;
    this.met.restore = counter.world.disk.head.index;
    const { way = null, at = 0 } = this.#place ?? {};
    if (way !== 'image' && way !== 'bareImage' && way !== 'backup') return;
    for (let tries = 0; tries < TRIES_MAX && !this.isDone; tries += 1) {
      const kind = way === 'backup' ? 'restore' : 'oldImage';
      counter.putBack(
        kind,
        () => at,
        () => way === 'bareImage',
        this.#done,
      );
      await pass(TRY_EVERY_MS);
    }
  }

  #atWrite(counter: Counter, { clock }: Scene): 'before' | 'after' | null {
    if (this.#isOver) return null;
    this.met.crash += 1;
    const way = this.#wayAt(this.met.crash, SWEEPS.crash);
    if (way === 'unsynced')
      clock.after(0, () =>
        counter.putBack(
          'oldImage',
          ({ head }) => head.index - 1,
          () => false,
          this.#done,
        ),
      );
    else if (way !== null) this.isDone = true;
    return way === 'unsynced' ? 'before' : way;
  }

  /** In which of these ways it comes at this place; null: it does not. */
  #wayAt<Some extends Way>(at: number, ways: readonly Some[]): Some | null {
    if (this.#place?.at !== at) return null;
    return ways.find((way) => way === this.#place?.way) ?? null;
  }

  readonly #done = (): void => {
    this.isDone = true;
  };
}

/**
 * One thing that befalls the first till of a story at one place of it, and nowhere else: its process ends at its 57th write,
 * its disk comes back as it was at the 33rd entry of its journal, the date is cut over at the 12th step of a request. A sweep
 * (`sweep.ts`) tells one story once for every such place.
 */
import type { Counter } from './counter.ts';
import type { Disk } from './disk.ts';
import type { Incidents } from './incidents.ts';
import type { Fate } from './mortal.ts';
import type { Scene } from './weather.ts';

/** What a sweep goes through, and the ways in which the till is met at each place of it. */
export const SWEEPS = {
  /** Entries of the journal: at the end of the story the disk comes back without those behind it. */
  restore: ['image', 'bareImage', 'backup'],
  /** Writes: the process ends before one, after it, or with the power, which takes the commit before it as well. */
  crash: ['before', 'after', 'unsynced'],
  /** Writes: the disk comes back just then, without so many entries of the end of its journal. */
  tail: ['lost3', 'lost8', 'lost20'],
  /** Writes: the process ends after one, and once more before so many more, mostly those of its start. */
  again: ['again1', 'again2', 'again3', 'again5'],
  /** Writes: there is no room for one, the disk fails under it, or fails and has it all the same. */
  disk: ['full', 'io', 'ioKept'],
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

/** Entries that go with a disk in the middle of what the till does. */
const LOST: Readonly<Record<string, number>> = { unsynced: 1, lost3: 3, lost8: 8, lost20: 20 };
/** Writes from the first end of the process to the second. */
const AGAIN: Readonly<Record<string, number>> = { again1: 1, again2: 2, again3: 3, again5: 5 };
const AT_WRITES = [...SWEEPS.crash, ...SWEEPS.tail, ...SWEEPS.again, ...SWEEPS.disk] as const;
const FATES: readonly Fate[] = ['before', 'after', ...SWEEPS.disk];
/** Times that a till is waited for that is just being stopped, so that nothing can be done to its disk. */
const TRIES_MAX = 12;
const TRY_EVERY_MS = 5_000;
/** A till that ended is up again by then. */
const STARTS_MS = 40_000;

export class Blow {
  #entries = 0;
  #writes = 0;
  #steps = 0;
  /** It has come. */
  isDone = false;
  readonly #place: Place | null;
  #isOver = false;

  /** `place` null: it never comes, and the places are counted. */
  constructor(place: Place | null) {
    this.#place = place;
  }

  /** Places of this kind that the story has had. */
  places(kind: SweepKind): number {
    if (kind === 'restore') return this.#entries;
    return kind === 'cutOver' ? this.#steps : this.#writes;
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
      this.#steps += 1;
      const way = this.#wayAt(this.#steps, SWEEPS.cutOver);
      if (way === null) return;
      scene.say(`just then: ${way}, when ${step.call} ${step.step}`);
      if (way === 'cutOver') scene.issuer.cutOver();
      else incidents.seal();
      this.isDone = true;
    };
  }

  /** Before all is well again: nothing of a sweep comes later. */
  async atEnd([counter]: readonly Counter[], pass: (ms: number) => Promise<void>): Promise<void> {
    const { way = null, at = 0 } = this.#place ?? {};
    // It ended at the end of the story, and is to end once more when it starts.
    if (way !== null && AGAIN[way] !== undefined && !this.isDone) await pass(STARTS_MS);
    this.#isOver = true;
    if (counter === undefined) return;
    this.#entries = counter.world.disk.head.index;
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

  #atWrite(counter: Counter, { clock }: Scene): Fate | null {
    if (this.#isOver) return null;
    this.#writes += 1;
    const way = this.#wayAt(this.#writes, AT_WRITES);
    if (way === null) return this.#endsAgain();
    const lost = LOST[way];
    if (lost !== undefined) {
      const cut = ({ head }: Disk): number => Math.max(1, head.index - lost);
      clock.after(0, () => counter.putBack('oldImage', cut, () => false, this.#done));
      return 'before';
    }
    if (AGAIN[way] !== undefined) return 'after';
    this.isDone = true;
    return FATES.find((fate) => fate === way) ?? null;
  }

  #endsAgain(): 'before' | null {
    const { way = '', at = 0 } = this.#place ?? {};
    const further = AGAIN[way];
    if (further === undefined || this.#writes !== at + further) return null;
    this.isDone = true;
    return 'before';
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

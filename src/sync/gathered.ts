import type { Clock } from '../intent/clock.ts';

interface Group<Item> {
  readonly items: Item[];
  readonly worked: Promise<void>;
  readonly run: () => void;
}

/**
 * Gathers what comes at the same moment, to be worked on together: the first one waits for the next tick of the clock (a
 * millisecond), and everything that comes meanwhile goes with it.
 */
export class Gathered<Item> {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #work: (items: readonly Item[]) => void;
  #open: Group<Item> | null = null;

  /** `work` is called with 1 to `most` items. */
  constructor(clock: Clock, most: number, work: (items: readonly Item[]) => void) {
    this.#clock = clock;
    this.#most = most;
    this.#work = work;
  }

  /** Resolves when the item has been worked on; rejects with what `work` threw. */
  add(item: Item): Promise<void> {
    const group = this.#open ?? this.#begin();
    group.items.push(item);
    if (group.items.length >= this.#most) group.run();
    return group.worked;
  }

  #begin(): Group<Item> {
    const items: Item[] = [];
    let run = (): void => {};
    const worked = new Promise<void>((resolve, reject) => {
      run = () => {
        if (this.#open !== group) return;
        this.#open = null;
        try {
          this.#work(items);
          resolve();
        } catch (fault) {
          reject(fault);
        }
      };
    });
    const group = { items, worked, run };
    this.#open = group;
    this.#clock.after(0, run);
    return group;
  }
}

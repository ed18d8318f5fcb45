import { setImmediate as nextTurn } from 'node:timers/promises';

/** How one input of a batch ended. */
export type Settled<Out> =
  | { readonly ok: true; readonly value: Out }
  | { readonly ok: false; readonly error: unknown };

interface Waiting<In, Out> {
  readonly input: In;
  readonly resolve: (value: Out | Promise<Out>) => void;
  readonly reject: (error: unknown) => void;
}

/** Thrown to a caller that would make the queue longer than it may become: nothing of it was done. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
}

const WAITING_MAX = 4_096;

/**
 * Group commit: inputs that come while a batch is under way, or in the turn of the loop in which it would begin, wait and go
 * together in the next one. Nothing waits longer when nothing is under way, so a lone call is as fast as without. Bounded: at most `batchMax` inputs at a time, and a queue
 * that is full refuses.
 */
export class Gather<In, Out> {
  readonly #run: (batch: readonly In[]) => Promise<readonly Settled<Out | Promise<Out>>[]>;
  readonly #batchMax: number;
  readonly #waiting: Waiting<In, Out>[] = [];
  #busy = false;

  /**
   * `run` gives one result for each input, in their order; when it throws, every input of the batch fails so. A result that
   * is a promise goes to its caller alone: the next batch does not wait for it.
   */
  constructor(
    run: (batch: readonly In[]) => Promise<readonly Settled<Out | Promise<Out>>[]>,
    batchMax: number,
  ) {
    this.#run = run;
    this.#batchMax = batchMax;
  }

  add(input: In): Promise<Out> {
    if (this.#waiting.length >= WAITING_MAX) return Promise.reject(new QueueFull('too much is waiting'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ input, resolve, reject });
      if (!this.#busy) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      // Whatever else this turn of the loop brings goes along. Before every batch: one that PGlite ran let nothing in.
      await nextTurn();
      await this.#next(this.#waiting.splice(0, this.#batchMax));
    }
    this.#busy = false;
  }

  async #next(batch: readonly Waiting<In, Out>[]): Promise<void> {
    try {
      const results = await this.#run(batch.map(({ input }) => input));
      if (results.length !== batch.length) throw new Error('a batch lost a result');
      for (const [at, result] of results.entries()) {
        if (result.ok) batch[at]?.resolve(result.value);
        else batch[at]?.reject(result.error);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

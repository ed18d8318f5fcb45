/** How long one close waits between its tries, and how often the issuer may put it off before a person is asked. */

/**
 * `notTaken`: authentic, and about the request itself, it is not understood or not allowed. `listBroken`: its list
 * contradicts itself. `notFinal`: it has the day sealed, and its list of it is not final yet.
 */
export type PutOff = 'notTaken' | 'listBroken' | 'notFinal';

/** In a row; the waits between those of `notFinal` come to about two minutes. */
const PUT_OFF_MAX: Readonly<Record<PutOff, number>> = { notTaken: 3, listBroken: 3, notFinal: 7 };
const WAIT_BASE_MS = 2_000;
const WAIT_MAX_MS = 300_000;

export class Tries {
  #kind: PutOff | null = null;
  #inRow = 0;
  #isPutOff = false;
  #misses = 0;
  #hurries = 0;
  #isBegun = false;
  #doubted: number | null = null;

  /** `out`: number of a close that is on disk without its answer; before the first try it is an earlier run's. */
  begin(out: number | null): void {
    this.#isPutOff = false;
    if (!this.#isBegun) this.#doubted = out;
    this.#isBegun = true;
  }

  /** The issuer put it off in this way, and it waits its whole time; true: so often that a person is to look. */
  putOff(kind: PutOff): boolean {
    if (this.#kind !== kind) this.#misses = 0;
    this.#inRow = this.#kind === kind ? this.#inRow + 1 : 1;
    this.#kind = kind;
    this.#isPutOff = true;
    return this.#inRow >= PUT_OFF_MAX[kind];
  }

  /** Its answer was lost: a copy of this close may have been agreed, and a later copy that is refused does not deny it. */
  doubted(closeNo: number): void {
    this.#doubted = closeNo;
  }

  isDoubted(closeNo: number): boolean {
    return this.#doubted === closeNo;
  }

  /** The issuer answered in another way, or may have: what comes after is no longer in a row with what was before. */
  interrupted(): void {
    this.#inRow = 0;
  }

  /** The issuer has spoken: the next wait is not as long as the line was down. */
  heard(): void {
    this.interrupted();
    this.#misses = 0;
    this.#hurries = 0;
  }

  /** The last try waits for the line alone. One that the issuer put off is not made sooner by a line that comes and goes. */
  get mayHurry(): boolean {
    return !this.#isPutOff;
  }

  /** Least time between a try and one that a line hurries that came back; doubles with each such, until the issuer speaks. */
  get hurriedWaitMs(): number {
    return waitAfter(this.#hurries);
  }

  hurried(): void {
    this.#hurries += 1;
  }

  /** Until the next try; doubles with each. */
  nextWaitMs(): number {
    const waitMs = waitAfter(this.#misses);
    this.#misses += 1;
    return waitMs;
  }
}

function waitAfter(misses: number): number {
  return Math.min(WAIT_MAX_MS, WAIT_BASE_MS * 2 ** misses);
}

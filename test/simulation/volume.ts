/**
 * Room on the disk of one machine, and whether it takes writes at all: it outlives processes, until somebody makes room or
 * mends it. Beside the ledger lies its ballast, which only the end of an open payment may use up (design 4).
 */
export class Volume {
  /** Writes that are still taken; null: as many as may come. */
  #fullIn: number | null = null;
  #brokenIn: number | null = null;
  #hasBallast = true;
  /** Writes that the ballast has room for once it is given away. */
  #spare = 0;

  get isFull(): boolean {
    return this.#fullIn === 0;
  }

  get isBroken(): boolean {
    return this.#brokenIn === 0;
  }

  /** No room after so many writes; the ballast has room for `spare` more. */
  fillsIn(writes: number, spare: number): void {
    this.#fullIn = writes;
    this.#spare = spare;
  }

  /** No write is taken any more after so many. */
  breaksIn(writes: number): void {
    this.#brokenIn = writes;
  }

  /** Somebody made room, or put the cable back: the ballast comes back with the next look at it. False: for nothing. */
  mended(): boolean {
    const isNeeded = this.#fullIn !== null || this.#brokenIn !== null;
    this.#fullIn = null;
    this.#brokenIn = null;
    return isNeeded;
  }

  /** What becomes of one commit; `isNew`: of a payment that begins. null: the disk takes it. */
  commit(isNew: boolean): 'full' | 'io' | null {
    if (this.#isBrokenNow()) return 'io';
    const isFull = this.#isFullNow();
    if (isNew) return isFull || !this.#hasBallast ? 'full' : null;
    if (!isFull) return null;
    this.#hasBallast = false;
    if (this.#spare === 0) return 'full';
    this.#spare -= 1;
    return null;
  }

  /** A start and every idle minute: the ballast is put back where there is room. */
  tidied(): void {
    if (!this.isFull && !this.isBroken) this.#hasBallast = true;
  }

  #isFullNow(): boolean {
    if (this.#fullIn !== null && this.#fullIn > 0) {
      this.#fullIn -= 1;
      return false;
    }
    return this.isFull;
  }

  #isBrokenNow(): boolean {
    if (this.#brokenIn !== null && this.#brokenIn > 0) {
      this.#brokenIn -= 1;
      return false;
    }
    return this.isBroken;
  }
}

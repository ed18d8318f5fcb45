/**
 * One value that another process may change: read again after `forMs`. Whoever asks while it is being read gets what that
 * reading gives, so a crowd of calls is one statement.
 */
export class Remembered<T> {
  readonly #forMs: number;
  #known: { readonly value: T; readonly atMs: number } | null = null;
  #reading: Promise<T> | null = null;

  constructor(forMs: number) {
    this.#forMs = forMs;
  }

  /** What was read last, however old; null: nothing yet. */
  get last(): T | null {
    return this.#known?.value ?? null;
  }

  /** The value, at most `forMs` old. Rejects as `read` does; the next call then reads again. */
  read(nowMs: number, read: () => Promise<T>): Promise<T> {
    const known = this.#known;
    if (known !== null && Math.abs(nowMs - known.atMs) < this.#forMs) return Promise.resolve(known.value);
    if (this.#reading !== null) return this.#reading;
    const reading = read()
      .then((value) => {
        // One that was begun before somebody forgot says nothing about what came after.
        if (this.#reading === reading) this.#known = { value, atMs: nowMs };
        return value;
      })
      .finally(() => {
        if (this.#reading === reading) this.#reading = null;
      });
    this.#reading = reading;
    return reading;
  }

  /** The next call reads anew; what was known stays `last`. */
  stale(): void {
    this.#reading = null;
    if (this.#known !== null) this.#known = { ...this.#known, atMs: Number.NEGATIVE_INFINITY };
  }

  forget(): void {
    this.#reading = null;
    this.#known = null;
  }
}

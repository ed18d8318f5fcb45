import type { Committed } from './types.ts';

/** Tells listeners of commits, in commit order also when one of them commits in turn. */
export class CommitNews {
  readonly #listeners = new Set<(committed: Committed) => void>();
  readonly #waiting: Committed[] = [];
  readonly #failed: (error: unknown) => void;
  #isTelling = false;

  /** `failed` hears what a listener throws; what it does not throw again stops nobody. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  /** Returns the way to end it. */
  listen(listener: (committed: Committed) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  tell(committed: readonly Committed[]): void {
    // The barcode goes to the caller that sends it, and to nobody who only listens.
    for (const { barcodeSpec: _barcodeSpec, ...rest } of committed) this.#waiting.push(rest);
    if (this.#isTelling) return;
    this.#isTelling = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        for (const listener of this.#listeners) this.#tellOne(listener, next);
      }
    } finally {
      this.#isTelling = false;
    }
  }

  #tellOne(listener: (committed: Committed) => void, committed: Committed): void {
    try {
      listener(committed);
    } catch (error) {
      this.#failed(error);
    }
  }
}

/**
 * Payments that the issuer is working on: their approve or void has come and is not decided. The calls of one payment are
 * linear (settlement-contract): an inquiry meanwhile says that it is pending, a repeat that it is proceeding.
 */
import type { ModelAnswer } from './issuer-model.ts';

type Tell = (answer: ModelAnswer<never>) => void;

export class IssuerWork {
  readonly #after: (ms: number, run: () => void) => void;
  readonly #rows = new Map<string, () => void>();

  constructor(after: (ms: number, run: () => void) => void) {
    this.#after = after;
  }

  has(sequenceId: string): boolean {
    return this.#rows.has(sequenceId);
  }

  /** Payments that it works on now: no list has them before they are decided. */
  open(): Iterable<string> {
    return this.#rows.keys();
  }

  /** Works on it for so long; null: until somebody makes it come to an end. Who asked hears it then. */
  take<Value>(
    sequenceId: string,
    forMs: number | null,
    decide: () => ModelAnswer<Value>,
  ): ModelAnswer<Value> {
    const waiting: Tell[] = [];
    const row = (): void => {
      this.#rows.delete(sequenceId);
      const answer = decide();
      for (const tell of waiting) tell(answer as ModelAnswer<never>);
    };
    this.#rows.set(sequenceId, row);
    if (forMs !== null)
      this.#after(forMs, () => {
        if (this.#rows.get(sequenceId) === row) row();
      });
    return { kind: 'later', told: (tell) => void waiting.push(tell) };
  }

  /** Whatever holds it up is over. */
  finish(sequenceId: string): void {
    this.#rows.get(sequenceId)?.();
  }

  finishAll(): void {
    for (const sequenceId of [...this.#rows.keys()]) this.finish(sequenceId);
  }

  /** It was put back to before it had heard of them: nobody gets an answer. */
  drop(): void {
    this.#rows.clear();
  }
}

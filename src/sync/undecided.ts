const FIRST_MS = 30_000;
const MAX_MS = 3_600_000;
/** So many times the issuer says "pending", within about an hour, until a person must look at it. */
const BUDGET = 8;

interface Waiting {
  readonly said: number;
  /** Mono ms at which it is asked about again; null: it is being asked about. */
  readonly dueMs: number | null;
  readonly isCase: boolean;
}

/**
 * What the issuer has not decided yet is no answer: it may be approved after all, and nobody would ask any more. So it is
 * asked about until it is decided, less and less often, also when all else has been asked again.
 */
export class Undecided {
  readonly #waiting = new Map<string, Waiting>();
  /** Other payments than `kept` has heard of. */
  #isChanged = false;

  get size(): number {
    return this.#waiting.size;
  }

  get isChanged(): boolean {
    return this.#isChanged;
  }

  /** By id; they are on disk now. */
  kept(): readonly string[] {
    this.#isChanged = false;
    return [...this.#waiting.keys()];
  }

  /** Of an earlier run: asked about at once. */
  takeUp(sequenceIds: readonly string[], nowMs: number): void {
    for (const sequenceId of sequenceIds)
      this.#waiting.set(sequenceId, { said: 0, dueMs: nowMs, isCase: false });
  }

  clear(): void {
    this.#waiting.clear();
  }

  /** True: for so long that it is to be a case. */
  pending(sequenceId: string, nowMs: number): boolean {
    const { said, isCase } = this.#waiting.get(sequenceId) ?? { said: 0, isCase: false };
    if (!this.#waiting.has(sequenceId)) this.#isChanged = true;
    const dueMs = nowMs + Math.min(MAX_MS, FIRST_MS * 2 ** Math.min(said, 30));
    this.#waiting.set(sequenceId, { said: said + 1, dueMs, isCase });
    return said + 1 >= BUDGET && !isCase;
  }

  /** Once is enough, also when a person closes it and the issuer still does not decide. */
  isCaseNow(sequenceId: string): void {
    const waiting = this.#waiting.get(sequenceId);
    if (waiting !== undefined) this.#waiting.set(sequenceId, { ...waiting, isCase: true });
  }

  /** No wait counts any more: a person wants to know. */
  hurry(nowMs: number): void {
    for (const [sequenceId, waiting] of this.#waiting) {
      if (waiting.dueMs === null || waiting.dueMs <= nowMs) continue;
      // What a person asks for counts neither for the wait nor for the budget.
      this.#waiting.set(sequenceId, { ...waiting, said: Math.max(0, waiting.said - 1), dueMs: nowMs });
    }
  }

  /** There is nothing left to be asked about it. */
  decided(sequenceId: string): void {
    if (this.#waiting.delete(sequenceId)) this.#isChanged = true;
  }

  /** What may be asked about now. */
  takeDue(nowMs: number): readonly string[] {
    const due: string[] = [];
    for (const [sequenceId, waiting] of this.#waiting) {
      if (waiting.dueMs === null || waiting.dueMs > nowMs) continue;
      this.#waiting.set(sequenceId, { ...waiting, dueMs: null });
      due.push(sequenceId);
    }
    return due;
  }

  /** Mono ms at which the next may be asked about. */
  nextMs(): number | null {
    let next: number | null = null;
    for (const { dueMs } of this.#waiting.values())
      if (dueMs !== null && (next === null || dueMs < next)) next = dueMs;
    return next;
  }
}

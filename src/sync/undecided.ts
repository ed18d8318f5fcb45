import type { Now } from '../intent/model.ts';

const FIRST_MS = 30_000;
const MAX_MS = 3_600_000;
/** Pending for so long, a person must look at it. */
const CASE_MS = 3_600_000;

/** What the issuer has not decided, as it is kept between two runs. */
export interface Pending {
  readonly sequenceId: string;
  /** UTC ms of the first time that it said so; null: not known. */
  readonly sinceMs: number | null;
}

interface Waiting {
  /** Mono ms of the first time that the issuer said so: within a run it ages by no clock that somebody sets. */
  readonly sinceMs: number;
  /** So often it said so since then, or since the start: the waits grow with it. */
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

  /** They are on disk now. */
  kept(now: Now): readonly Pending[] {
    this.#isChanged = false;
    return [...this.#waiting].map(([sequenceId, { sinceMs }]) => ({
      sequenceId,
      sinceMs: now.wallMs - (now.monoMs - sinceMs),
    }));
  }

  /**
   * Of an earlier run: asked about at once. How long it has been pending before, only the wall clock can say; by one that
   * stands before the first time it has just begun. What is pending too long is a case as soon as the issuer says so again,
   * also where it was one that a person closed: whoever stands here now may not know.
   */
  takeUp(earlier: readonly Pending[], now: Now): void {
    for (const { sequenceId, sinceMs } of earlier) {
      const ageMs = sinceMs === null ? 0 : Math.max(0, now.wallMs - sinceMs);
      this.#waiting.set(sequenceId, {
        sinceMs: now.monoMs - ageMs,
        said: 0,
        dueMs: now.monoMs,
        isCase: false,
      });
      if (sinceMs === null || sinceMs > now.wallMs) this.#isChanged = true;
    }
  }

  /** All of it is being asked about, with everything else; what is still pending then waits as if for the first time. */
  askAll(): readonly string[] {
    for (const [sequenceId, waiting] of this.#waiting)
      this.#waiting.set(sequenceId, { ...waiting, said: 0, dueMs: null });
    return [...this.#waiting.keys()];
  }

  /** True: for so long that it is to be a case. */
  pending(sequenceId: string, nowMs: number): boolean {
    const known = this.#waiting.get(sequenceId);
    if (known === undefined) this.#isChanged = true;
    const { sinceMs, said, isCase } = known ?? { sinceMs: nowMs, said: 0, isCase: false };
    const dueMs = nowMs + Math.min(MAX_MS, FIRST_MS * 2 ** Math.min(said, 30));
    this.#waiting.set(sequenceId, { sinceMs, said: said + 1, dueMs, isCase });
    return nowMs - sinceMs >= CASE_MS && !isCase;
  }

  /** Once is enough in one run, also when a person closes it and the issuer still does not decide. */
  isCaseNow(sequenceId: string): void {
    const waiting = this.#waiting.get(sequenceId);
    if (waiting !== undefined) this.#waiting.set(sequenceId, { ...waiting, isCase: true });
  }

  /** No wait counts any more: a person wants to know. */
  hurry(nowMs: number): void {
    for (const [sequenceId, waiting] of this.#waiting) {
      if (waiting.dueMs === null || waiting.dueMs <= nowMs) continue;
      // What a person asks for makes the waits no longer.
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

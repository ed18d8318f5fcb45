/**
 * What befell one till as far as a case or a fence may come of it, by kind, and which payments and dates it touched. A till
 * to which nothing of this happened has neither.
 */
import type { FenceReason } from '../../src/sync/memory.ts';
import type { Entry } from './disk.ts';

export type Cause =
  /** Its process ended and began anew. */
  | 'restart'
  /** A request or its answer was lost, late, doubled, broken or refused. */
  | 'line'
  /** A write that its disk did not take. */
  | 'disk'
  /** What its worker keeps beside the ledger was not written, or is gone. */
  | 'memory'
  /** A hello came when nobody waited for it any more, and the journal had gone on. */
  | 'lateHello'
  | 'putBack'
  | 'moved'
  /** A copy of its disk ran in another machine; or this is that machine. */
  | 'copied'
  | 'issuerRestored'
  /** Its clock was set, or it slept: its own date may not have begun at the issuer. */
  | 'clock'
  /** The issuer sealed a day that nobody had closed. */
  | 'sealed'
  /** It agreed to a close of this till. */
  | 'agreed';

/** Without one of these a terminal that is not believed any more is a fault of the program (settlement-contract 5). */
const FENCES: readonly Cause[] = ['lateHello', 'putBack', 'moved', 'copied', 'issuerRestored'];

/** Without one of these both sides have the same items, so a close that is answered is agreed (settlement-contract 6). */
const DISPUTES: readonly Cause[] = ['putBack', 'copied', 'issuerRestored', 'sealed'];

export class Causes {
  readonly #met = new Set<Cause>();
  /** Of these, since the terminal was believed last. */
  readonly #sinceBelieved = new Set<Cause>();
  /** What a disk does not hold that this till once wrote, or that a copy of it wrote in another machine. */
  readonly #elsewhere: (() => readonly Entry[])[] = [];

  add(cause: Cause): void {
    this.#met.add(cause);
    this.#sinceBelieved.add(cause);
  }

  has(cause: Cause): boolean {
    return this.#met.has(cause);
  }

  /** What befell a till befell the copy of its disk. */
  inherit(from: Causes): void {
    for (const cause of from.#met) this.add(cause);
    this.#elsewhere.push(...from.#elsewhere);
  }

  /** These entries went with a disk that was put back, or are a copy's own. */
  writtenElsewhere(entries: () => readonly Entry[]): void {
    this.#elsewhere.push(entries);
  }

  /** Something of this payment, or of this date, is written where this till's disk does not have it. */
  isElsewhere(what: string): boolean {
    return this.#elsewhere.some((entries) =>
      entries().some(({ record, day }) => record?.sequenceId === what || day?.businessDate === what),
    );
  }

  /** A manager took the terminal back: what the issuer knew of it before counts no more. */
  believed(): void {
    this.#sinceBelieved.clear();
  }

  /** Why both sides may not agree about a day; empty: for no reason. */
  disputes(): readonly Cause[] {
    return DISPUTES.filter((cause) => this.#met.has(cause));
  }

  /**
   * Why the terminal may be fenced now; empty: for no reason. Of a till that lost what it keeps beside its ledger, or could
   * not write it, epoch and journal's end may be older ones than the issuer's, also the end that it greets with as long as
   * nobody has answered: that an answer came it could not keep. That costs a claim.
   */
  fences(reason: FenceReason | null = null): readonly Cause[] {
    const isOfMemory = reason === 'OTHER_EPOCH' || reason === 'JOURNAL_BEHIND' || reason === 'FENCED';
    const all = isOfMemory ? [...FENCES, 'memory' as const] : FENCES;
    return all.filter((cause) => this.#sinceBelieved.has(cause));
  }
}

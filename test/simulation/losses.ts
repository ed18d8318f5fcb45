/** What went with the disks of one till that were put back to an earlier point. */
import type { Entry } from './disk.ts';
import type { TerminalWorld } from './terminal.ts';

/** Entries that an old image or a backup may lack. */
export const LOST_MAX = 40;

/** The disk as it was when its journal ended at `to` is in the machine. Gives what is gone. */
export function putBack(
  world: Pick<TerminalWorld, 'disk' | 'clock'>,
  kind: 'oldImage' | 'restore',
  to: number,
): readonly Entry[] {
  const { disk, clock } = world;
  world.disk = kind === 'restore' ? disk.restoredAt(to, clock.now().wallMs) : disk.at(to);
  return disk.entries.slice(to);
}

export function sequenceIdsOf(entries: readonly Entry[]): readonly string[] {
  return entries.flatMap(({ record }) => record?.sequenceId ?? []);
}

/** Without an answer for so long the line is down, whatever was said before. */
const DOWN_MS = 75_000;
/** While it is down the till keeps now and then how long its journal is: what it was so long ago is kept by now. */
const KEPT_MS = 120_000;

export class Losses {
  /** Payments whose last steps were gone before anybody outside had heard of them: there is nothing to know them by. */
  readonly unheard = new Set<string>();
  /** What the last old image lacks, until the till has greeted the issuer on it. */
  #last: { readonly to: number; readonly sequenceIds: readonly string[] } | null = null;
  /** The journal had come so far while nobody outside heard of it: the till must have kept that beside its disk. */
  #keptIndex = 0;
  #seen: { readonly index: number; readonly atMs: number } | null = null;
  /** The till must say by itself that its end is gone. */
  #isToSay = false;

  /** A till that is believed runs, without an answer since `silentMs`, of which it may have been up only a part. */
  offline(index: () => number, upMs: number, silentMs: number, nowMs: number): void {
    if (nowMs < Math.max(upMs, silentMs + DOWN_MS)) {
      this.#seen = null;
      return;
    }
    const seen = this.#seen;
    if (seen !== null && nowMs - seen.atMs < KEPT_MS) return;
    if (seen !== null) this.#keptIndex = Math.max(this.#keptIndex, seen.index);
    this.#seen = { index: index(), atMs: nowMs };
  }

  /** It was answered, or it runs no more, or it is not believed. */
  interrupted(): void {
    this.#seen = null;
  }

  /** What it kept beside its disk is gone, or begins anew with a claim. */
  forgets(): void {
    // Where the journal ended when the image before was put back stood there too: it has grown since.
    if (this.#last !== null) this.#last = { ...this.#last, to: Number.POSITIVE_INFINITY };
    this.#keptIndex = 0;
    this.#seen = null;
    this.#isToSay = false;
  }

  /** The journal ends at `to` now. `isTold`: the till knows by itself that its end is gone. */
  putBack(to: number, sequenceIds: readonly string[], isTold: boolean): void {
    this.#isToSay = this.#keptIndex > to;
    // The image before may have lacked more, and no issuer has heard of this disk since.
    const { to: earlierTo, sequenceIds: earlier } = this.#last ?? { to, sequenceIds: [] };
    const last = { to: Math.min(to, earlierTo), sequenceIds: [...earlier, ...sequenceIds] };
    this.#last = isTold ? null : last;
  }

  /** Asked once at a start: the end that is gone was kept beside the disk, so the till does not believe itself. */
  takeToSay(): boolean {
    const isToSay = this.#isToSay;
    this.#isToSay = false;
    if (isToSay) this.#last = null; // it says so itself, whatever the issuer knows
    return isToSay;
  }

  /** The till has greeted the issuer. */
  greeted(): void {
    this.#last = null;
  }

  /** An issuer that knows, or knows any more, so little of the journal cannot tell that its end is gone. */
  judge(knownIndex: number): void {
    if (this.#last === null || knownIndex > this.#last.to) return;
    for (const sequenceId of this.#last.sequenceIds) this.unheard.add(sequenceId);
  }
}

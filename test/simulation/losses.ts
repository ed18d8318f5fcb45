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

export class Losses {
  /** Old images that were put in a disk's place: what was lost then is excused, never what was done twice. */
  rollbacks = 0;
  /** Payments whose last steps were gone before anybody outside had heard of them: there is nothing to know them by. */
  readonly unheard = new Set<string>();
  /** What the last old image lacks, until the till has greeted the issuer on it. */
  #last: { readonly to: number; readonly sequenceIds: readonly string[] } | null = null;

  /** The journal ends at `to` now. `isTold`: the till knows by itself that its end is gone. */
  putBack(to: number, sequenceIds: readonly string[], isTold: boolean): void {
    this.#last = isTold ? null : { to, sequenceIds };
    this.rollbacks += 1;
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

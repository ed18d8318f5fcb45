/**
 * A disk without SQLite: the journal's records, the sealed barcodes and their hashes, as one value that can be copied,
 * cut and put back.
 */
import { apply } from '../../src/intent/apply.ts';
import type { DecisionRecord, Intent } from '../../src/intent/model.ts';
import { keepsHash, sendable } from '../../src/ledger/intents.ts';
import type { JournalHead, RecoveringMark } from '../../src/ledger/types.ts';
import type { DayLine } from './disk-days.ts';

/** One line of the journal. `record` null: a note that belongs to no intent. */
export interface Entry {
  readonly index: number;
  /** Index of the first line of the commit that it belongs to. */
  readonly commit: number;
  /** What `hash` writes out. */
  readonly chain: number;
  readonly hash: string;
  readonly kind: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly record: DecisionRecord | null;
  readonly atMs: number;
  /** Not null: it belongs to a business day. */
  readonly day: DayLine | null;
}

interface HashRow {
  readonly barcode: string;
  untilMs: number | null;
}

/** What survives the process. */
export class Disk {
  readonly entries: Entry[] = [];
  /** Sealed barcodes by sequence id: only of intents for which one may be sent. */
  readonly vault = new Map<string, string>();
  readonly hashes = new Map<string, HashRow>();
  /** Stands for the keyed hash of the card, beside each intent. */
  readonly cards = new Map<string, string>();
  recovering: RecoveringMark | null = null;
  /** Where the journal ended when a backup was put back. */
  restoredTo = 0;
  /** Index of the first line of the commit that is being written; null: each line is one. */
  #commit: number | null = null;
  /** Every barcode that was ever accepted; the world's knowledge, not the disk's. */
  readonly #everScanned = new Map<string, string>();
  /** The fold of the first `#foldedTo` entries, none of which ever changes. */
  readonly #folded = new Map<string, Intent>();
  #foldedTo = 0;

  get head(): JournalHead {
    const last = this.entries.at(-1);
    return last === undefined ? { index: 0, hash: '0'.repeat(64) } : { index: last.index, hash: last.hash };
  }

  /** Its journal folded into intents, oldest first. */
  folded(): ReadonlyMap<string, Intent> {
    const { entries } = this;
    for (; this.#foldedTo < entries.length; this.#foldedTo += 1) {
      const record = entries[this.#foldedTo]?.record ?? null;
      if (record === null) continue;
      const before = this.#folded.get(record.sequenceId) ?? null;
      this.#folded.set(record.sequenceId, apply(before, record));
    }
    return this.#folded;
  }

  /** Writes one line, chained to the one before it. */
  append(
    kind: string,
    atMs: number,
    detail: Readonly<Record<string, unknown>>,
    record: DecisionRecord | null,
    day: DayLine | null,
  ): Entry {
    const last = this.entries.at(-1);
    const chain = chained(last?.chain ?? 0, kind, atMs, record?.sequenceId ?? '');
    const hash = (chain >>> 0).toString(16).padStart(8, '0') + ZEROS;
    const index = (last?.index ?? 0) + 1;
    const commit = this.#commit ?? index;
    const entry: Entry = { index, commit, chain, hash, kind, atMs, detail, record, day };
    this.entries.push(entry);
    return entry;
  }

  /** What `work` writes is one commit, or part of the one that is being written. */
  together<Result>(work: () => Result): Result {
    const outer = this.#commit;
    this.#commit = outer ?? this.head.index + 1;
    try {
      return work();
    } finally {
      this.#commit = outer;
    }
  }

  scanned(sequenceId: string, barcode: string): void {
    this.#everScanned.set(sequenceId, barcode);
  }

  /** `index`, or where the commit before it ends when that is within one. */
  wholeTo(index: number): number {
    const next = this.entries[index];
    return next === undefined ? index : next.commit - 1;
  }

  /** The disk as it was when the journal ended at `wholeTo(index)`: an old image, a clone, or a lost tail. */
  at(index: number): Disk {
    const disk = new Disk();
    disk.entries.push(...this.entries.slice(0, this.wholeTo(index)));
    for (const [sequenceId, intent] of disk.folded()) {
      const barcode = this.#everScanned.get(sequenceId) ?? '';
      disk.scanned(sequenceId, barcode);
      disk.cards.set(sequenceId, this.cards.get(sequenceId) ?? '');
      if (sendable(intent)) disk.vault.set(sequenceId, barcode);
      const keep = keepsHash(intent);
      // Of an ended one, the start that comes next sets the end of its window.
      if (keep !== 'never') disk.hashes.set(sequenceId, { barcode, untilMs: keep === 'window' ? 0 : null });
    }
    // The mark of a restore is no entry: an image that was taken after the restore holds it.
    if (this.recovering?.reason === 'RESTORED' && index >= this.restoredTo) {
      disk.recovering = this.recovering;
      disk.restoredTo = this.restoredTo;
    }
    for (const { kind, detail } of disk.entries) {
      if (kind === 'recovering') disk.recovering = { atMs: 0, reason: String(detail.reason) };
      if (kind === 'recovered') disk.recovering = null;
    }
    return disk;
  }

  /** A backup that was put back: without the vault, and marked. */
  restoredAt(index: number, wallMs: number): Disk {
    const disk = this.at(index);
    disk.vault.clear();
    disk.hashes.clear();
    disk.recovering = { atMs: wallMs, reason: 'RESTORED' };
    disk.restoredTo = disk.head.index;
    return disk;
  }
}

function mixed(before: number, text: string): number {
  let value = before;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value ^ (value >>> 15);
}

const ZEROS = '0'.repeat(56);

/** 32 bits that follow from everything before: enough for heads to differ where journals differ. */
function chained(before: number, kind: string, atMs: number, sequenceId: string): number {
  const timed = Math.imul(before ^ (atMs | 0) ^ ((atMs / 0x1_0000) | 0), 0x21f0aaad);
  return mixed(mixed(timed, kind), sequenceId);
}

import type { SyncPause } from './types.ts';

/** Why the terminal is fenced; for the journal and the manager. */
export const FENCE_REASONS = ['RESTORED', 'FENCED', 'OTHER_HOLDER', 'OTHER_EPOCH', 'JOURNAL_BEHIND'] as const;
export type FenceReason = (typeof FENCE_REASONS)[number];

/** The reason that a mark of the ledger names; null: it bears none. */
export function fenceReasonOf(mark: { readonly reason: string } | null): FenceReason | null {
  return mark === null ? null : (FENCE_REASONS.find((reason) => reason === mark.reason) ?? 'FENCED');
}

/** Lists of older days that were not to be had for a claim, nor behind it. */
export interface UnreadLists {
  /** yyyyMMdd each, in the order of the next try; no more than the days that anybody knows. */
  readonly dates: readonly string[];
  /** So often they were asked for since the claim. */
  readonly tries: number;
}

export const NONE_UNREAD: UnreadLists = { dates: [], tries: 0 };

/** What the worker must know of its former runs. No secret, no money. */
export interface Remembered {
  /** The terminal's epoch as the issuer gave it. */
  readonly epoch: number;
  /** The issuer's, as it was when all was last asked again; empty: everything is to be asked again. */
  readonly issuerEpoch: string | null;
  /** The journal had come so far at the least: one that is found to end before it has lost its end. */
  readonly knownIndex: number;
  /** A manager's pause outlives a restart; an alarm does not. */
  readonly pause: SyncPause | null;
  /** Only a manager's claim ends it, not a restart: a journal that grew meanwhile hides what was lost. */
  readonly fenced: FenceReason | null;
  /**
   * The journal's end as the first start found it that has not been answered yet. What later starts write must not hide
   * from the issuer how much was missing then. null: the last hello was answered.
   */
  readonly found: { readonly index: number; readonly hash: string } | null;
  /** Payments that the issuer had not decided when all else had been asked again: they are asked about further. */
  readonly undecided?: readonly string[];
  /** UTC ms since when each of these is pending, by its id. */
  readonly undecidedSinceMs?: Readonly<Record<string, number>>;
  /** They are asked for further; absent: none. */
  readonly unreadLists?: UnreadLists;
}

/** Where it is kept: small, synchronous, durable when `write` returns. */
export interface SyncMemory {
  read(): Remembered | null;
  write(remembered: Remembered): void;
}

/** Forgets with the process: for tests, and for an agent that keeps nothing. */
export function volatileMemory(): SyncMemory {
  let kept: Remembered | null = null;
  return {
    read: () => kept,
    write: (remembered) => {
      kept = remembered;
    },
  };
}

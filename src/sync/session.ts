import type { Now } from '../intent/model.ts';
import type { AnswerMeta, HelloAnswer } from '../konaplate/settlement.ts';
import type { JournalHead } from '../ledger/types.ts';
import {
  type FenceReason,
  NONE_UNREAD,
  type Remembered,
  type SyncMemory,
  type UnreadLists,
} from './memory.ts';
import type { SyncPause } from './types.ts';
import type { Pending } from './undecided.ts';

/** Stands for an issuer epoch under which nothing was asked yet: any that comes differs from it. */
const UNASKED = '';

interface ClockReading {
  readonly offsetMs: number;
  /** Wall minus monotonic time at the comparison: another value later means that somebody set the clock. */
  readonly skewMs: number;
}

/** What the terminal and the issuer know of each other in this run: epochs, fencing, switches, clocks. */
export class Session {
  readonly #memory: SyncMemory;
  readonly #machineId: string;
  readonly #mark: FenceReason | null;
  readonly #toleranceMs: number;
  #remembered: Remembered | null;
  #clock: ClockReading | null = null;
  #isUnsaved = false;
  /** As it stands on disk, for the next start. */
  #keptPause: SyncPause | null;
  /** The epoch that the issuer named last: the one to claim the next of. */
  #issuerSaysEpoch: number | null = null;
  hello: HelloAnswer | null = null;
  clockOffsetMs: number | null = null;
  issuerEpoch: string | null;
  /** The issuer, or this terminal, was put back to an earlier point: everything of unsealed days must be asked again. */
  issuerChanged = false;
  /** Grows when asking again begins anew: what was asked before it does not count. */
  round = 0;
  /** UTC ms of the last journal entry that this run found; null: not known. No right clock stands before it. */
  lastEntryAtMs: number | null = null;

  /**
   * `foundIndex`: where the journal ended before this run. A terminal with a journal and without its memory cannot know
   * whether the issuer was restored meanwhile: it asks for everything again. One whose journal ends before the index that
   * it remembers has lost its end, whether the issuer can tell or not: it is fenced. null: not known, and nothing follows
   * from it. `mark`: what the ledger itself says of it.
   */
  constructor(
    memory: SyncMemory,
    machineId: string,
    toleranceMs: number,
    foundIndex: number | null,
    mark: FenceReason | null = null,
  ) {
    this.#memory = memory;
    this.#machineId = machineId;
    this.#mark = mark;
    this.#toleranceMs = toleranceMs;
    this.#remembered = memory.read();
    this.#keptPause = this.pause;
    if (foundIndex !== null && foundIndex < this.#knownIndex) {
      // On disk at once: what this start writes makes the journal longer again.
      this.#remember({ issuerEpoch: UNASKED, fenced: this.fenceReason ?? mark ?? 'JOURNAL_BEHIND' });
    }
    this.issuerEpoch = this.#remembered?.issuerEpoch ?? ((foundIndex ?? 0) > 0 ? UNASKED : null);
  }

  get greeted(): boolean {
    return this.hello !== null;
  }

  get epoch(): number {
    return this.#remembered?.epoch ?? 0;
  }

  get recovering(): boolean {
    return this.fenceReason !== null;
  }

  get fenceReason(): FenceReason | null {
    return this.#remembered?.fenced ?? null;
  }

  get #knownIndex(): number {
    return this.#remembered?.knownIndex ?? 0;
  }

  get pause(): SyncPause | null {
    return this.#remembered?.pause ?? null;
  }

  /** Whether the next start finds what a manager said last of pausing; while it does not, it is tried again. */
  get isPauseKept(): boolean {
    return this.#keptPause === this.pause;
  }

  get nextEpoch(): number {
    return (this.#issuerSaysEpoch ?? this.epoch) + 1;
  }

  /**
   * The journal's end for the hello of this run: as it was found now, or by an earlier start that nobody answered. `headAt`:
   * what the journal holds at an index, null when that cannot be read. One that holds another entry at that end than was found
   * there has lost it and grown since: it is fenced, and where it went another way is the end that counts.
   */
  foundAt(now: JournalHead, headAt: (index: number) => JournalHead | null): JournalHead {
    const earlier = this.#remembered?.found ?? null;
    if (earlier === null || earlier.index > now.index) {
      this.#remember({ found: now });
      return now;
    }
    const here = headAt(earlier.index);
    if (here === null || here.hash === earlier.hash) return earlier;
    const fenced = this.fenceReason ?? this.#mark ?? 'JOURNAL_BEHIND';
    this.#remember({ issuerEpoch: UNASKED, fenced, found: here });
    this.issuerEpoch = UNASKED;
    return here;
  }

  keepPause(pause: SyncPause | null): void {
    this.#remember({ pause });
  }

  /** Marks the terminal as fenced, also for the runs to come. True when it was not before. */
  fence(reason: FenceReason): boolean {
    if (this.recovering) return false;
    // In one write: a crash must not leave a terminal that knows neither where its journal ended nor that this was too early.
    this.#remember({ fenced: reason, found: null });
    return true;
  }

  /** Takes in what every authentic answer carries. */
  heard(meta: AnswerMeta): void {
    this.#saveUnsaved();
    if (meta.clockOffsetMs !== null) this.clockOffsetMs = meta.clockOffsetMs;
    if (this.issuerEpoch === meta.issuerEpoch) return;
    if (this.issuerEpoch !== null) this.#askAllAgain();
    this.issuerEpoch = meta.issuerEpoch;
    // A changed one is remembered only when all has been asked again, so that a crash in between asks again.
    if (!this.issuerChanged) this.#remember({ issuerEpoch: meta.issuerEpoch });
  }

  /**
   * Everything of unsealed days has been asked again, and the journal up to `journalIndex` holds the answers, but for those
   * that are still to come: the issuer had not decided yet.
   */
  recheckDone(journalIndex: number, undecided: readonly Pending[]): void {
    this.issuerChanged = false;
    this.#remember({ issuerEpoch: this.issuerEpoch, knownIndex: journalIndex, ...asRemembered(undecided) });
  }

  /** What the issuer had not decided when all else had been asked again. */
  get undecided(): readonly Pending[] {
    const { undecided = [], undecidedSinceMs = {} } = this.#remembered ?? {};
    return undecided.map((sequenceId) => ({ sequenceId, sinceMs: undecidedSinceMs[sequenceId] ?? null }));
  }

  keepUndecided(undecided: readonly Pending[]): void {
    this.#remember(asRemembered(undecided));
  }

  /** Lists that were not to be had for the last claim, nor behind it. */
  get unreadLists(): UnreadLists {
    return this.#remembered?.unreadLists ?? NONE_UNREAD;
  }

  keepUnreadLists(unreadLists: UnreadLists): void {
    if (unreadLists.dates.length > 0 || this.unreadLists.dates.length > 0) this.#remember({ unreadLists });
  }

  /** The journal has come so far. While the terminal is fenced it may still be shorter than it once was. */
  keepIndex(journalIndex: number): void {
    if (!this.recovering && journalIndex > this.#knownIndex) this.#remember({ knownIndex: journalIndex });
    else this.#saveUnsaved();
  }

  /** Takes in an answered hello. Gives the reason when it shows that this terminal must be fenced. */
  greet(
    hello: HelloAnswer,
    claimed: number | null,
    journalIndex: number,
    sentAtMs: number,
    now: Now,
  ): FenceReason | null {
    // Half the way there, half the way back: good enough to tell seconds from minutes.
    const offsetMs = hello.serverTimeMs - (now.wallMs + sentAtMs) / 2;
    this.clockOffsetMs = offsetMs;
    this.#clock = { offsetMs, skewMs: now.wallMs - now.monoMs };
    this.#issuerSaysEpoch = hello.epoch;
    // Without a memory the epoch is 0, the only one that needs no manager.
    const known = this.#remembered?.epoch ?? 0;
    const isHolder = hello.holder === this.#machineId;
    if (claimed !== null && isHolder && hello.epoch === claimed) {
      // What became of the items of the lost history only the issuer knows: all of them are asked about.
      this.#askAllAgain();
      this.#remember({
        epoch: claimed,
        fenced: null,
        issuerEpoch: UNASKED,
        found: null,
        knownIndex: journalIndex,
      });
      this.hello = hello;
      return null;
    }
    this.hello = hello;
    if (!isHolder) return 'OTHER_HOLDER';
    if (hello.epoch !== known) return 'OTHER_EPOCH';
    if (hello.knownJournalIndex > journalIndex) return 'JOURNAL_BEHIND';
    this.#remember({ found: null });
    return null;
  }

  /** The clock agrees with the issuer's, stands not before what this run found, and was not set since. */
  clockConfirmed(now: Now): boolean {
    if (this.#clock === null || Math.abs(this.#clock.offsetMs) > this.#toleranceMs) return false;
    if (this.lastEntryAtMs !== null && now.wallMs < this.lastEntryAtMs - this.#toleranceMs) return false;
    return !this.clockJumped(now);
  }

  clockJumped(now: Now): boolean {
    if (this.#clock === null) return false;
    return Math.abs(now.wallMs - now.monoMs - this.#clock.skewMs) > this.#toleranceMs;
  }

  #askAllAgain(): void {
    this.issuerChanged = true;
    this.round += 1;
  }

  #remember(change: Partial<Remembered>): void {
    const before = this.#remembered ?? {
      epoch: 0,
      issuerEpoch: this.issuerEpoch,
      knownIndex: 0,
      pause: null,
      fenced: null,
      found: null,
    };
    this.#remembered = { ...before, ...change };
    this.#save(this.#remembered);
  }

  #saveUnsaved(): void {
    if (this.#isUnsaved && this.#remembered !== null) this.#save(this.#remembered);
  }

  /**
   * A full disk must not end the run: it is tried again with the next answer, and while there is none with the journal's
   * index. A lost epoch only costs a claim.
   */
  #save(remembered: Remembered): void {
    try {
      this.#memory.write(remembered);
      this.#isUnsaved = false;
      this.#keptPause = remembered.pause;
    } catch {
      this.#isUnsaved = true;
    }
  }
}

function asRemembered(undecided: readonly Pending[]): Pick<Remembered, 'undecided' | 'undecidedSinceMs'> {
  const times = undecided.flatMap(({ sequenceId, sinceMs }) =>
    sinceMs === null ? [] : [[sequenceId, sinceMs]],
  );
  return {
    undecided: undecided.map(({ sequenceId }) => sequenceId),
    undecidedSinceMs: Object.fromEntries(times),
  };
}

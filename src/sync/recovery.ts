import type { Actor, Intent, Now } from '../intent/model.ts';
import { ended, isVoidBarred } from '../intent/state.ts';
import { parseKst } from '../konaplate/kst.ts';
import { isDamaged, readableOpen } from './damage.ts';
import { ImportBehind } from './import-behind.ts';
import type { Liaison } from './liaison.ts';
import type { IssuerLists } from './lists.ts';
import { type FenceReason, fenceReasonOf } from './memory.ts';
import type { SyncOptions } from './options.ts';
import type { Recheck } from './recheck.ts';

const TERMINAL: Actor = { role: 'terminal' };
/** More payments than any till takes within the minutes of a void. */
const LATEST = 1_000;
/** Cases of one turn: what the counter commits comes between. */
const CASES_A_TURN = 16;
/** After a case that the disk did not take. */
const RETRY_MS = 1_000;

/** What the worker around it does for the recovery. */
export interface RecoveryHost {
  isRunning(): boolean;
  wake(): void;
  /** Something of the status changed. */
  tell(): void;
  /** Writes a line of the journal that belongs to no intent, as soon as the disk takes it. */
  recording(kind: string, record: () => void): void;
  /** A read of the ledger or a record failed. */
  failed(fault: unknown): void;
}

/**
 * A terminal that is not believed any more: its journal is marked, what is open becomes a case, a manager claims the next
 * epoch. A case that a full disk does not take is tried again, and nothing is claimed before each is recorded, except of a
 * row that cannot be read: the terminal would be believed again about payments that nobody looks at.
 */
export class Recovery {
  readonly #options: SyncOptions;
  readonly #liaison: Liaison;
  readonly #recheck: Recheck;
  readonly #lists: IssuerLists;
  readonly #host: RecoveryHost;
  readonly #behind: ImportBehind;
  /** Payments that are to be a case, by id; true: also one that has ended, because its end may be in what was lost. */
  readonly #left = new Map<string, boolean>();
  /** What the ledger has open has not been put there yet. */
  #isUnread = false;
  #retryMs: number | null = null;
  /** The claim that is on its way. */
  #claiming: Promise<boolean> | null = null;

  constructor(
    options: SyncOptions,
    liaison: Liaison,
    recheck: Recheck,
    lists: IssuerLists,
    host: RecoveryHost,
  ) {
    this.#options = options;
    this.#liaison = liaison;
    this.#recheck = recheck;
    this.#lists = lists;
    this.#host = host;
    this.#behind = new ImportBehind(options, liaison, {
      isRunning: () => host.isRunning(),
      read: (only) => this.#importLists(only),
    });
  }

  /**
   * Takes up what an earlier run left: the mark of a restore, a fence under which not everything was a case yet, or lists
   * that were not to be had for its claim.
   */
  begin(): void {
    const { ledger } = this.#options;
    const mark = fenceReasonOf(ledger.recovering());
    if (mark !== null) this.#liaison.fence(mark);
    const { fenceReason } = this.#liaison.session;
    if (fenceReason === null) {
      this.#behind.begin();
      return;
    }
    if (mark === null) this.#mark(fenceReason);
    this.#isUnread = true;
  }

  /** The terminal was fenced just now. */
  fenced(reason: FenceReason): void {
    this.#mark(reason);
    this.#isUnread = true;
    this.#host.wake();
    this.#host.tell();
  }

  /** One turn: records some of the cases that are not recorded yet. */
  run({ monoMs }: Now): void {
    if (this.nextMs(monoMs) !== monoMs) return;
    const isDone = this.#strand(CASES_A_TURN);
    // From now: a try behind another program's lock has waited for two seconds.
    this.#retryMs = isDone ? null : this.#options.clock.now().monoMs + RETRY_MS;
  }

  /** Mono ms of the next turn that has something to do; null: every case is recorded. */
  nextMs(monoMs: number): number | null {
    if (!this.#isUnread && this.#left.size === 0) return null;
    return Math.max(monoMs, this.#retryMs ?? monoMs);
  }

  #mark(reason: FenceReason): void {
    const { ledger, clock } = this.#options;
    this.#host.recording('recovering', () => ledger.markRecovering(reason, clock.now(), TERMINAL));
  }

  /** The mark is taken off as soon as the disk takes the record; a terminal that ends before asks for a claim at its next start. */
  recovered(managerId: string): void {
    const { ledger, clock, log } = this.#options;
    log?.({ level: 'info', event: 'recovered', epoch: this.#liaison.session.epoch });
    this.#host.recording('recovered', () =>
      ledger.recovered(clock.now(), { role: 'manager', id: managerId }),
    );
    this.#behind.claimed();
  }

  /** The worker stops. */
  end(): void {
    this.#behind.end();
  }

  /** A commit while the terminal is fenced: what it left open is a case too. */
  committed(intent: Intent): void {
    if (!this.#liaison.session.recovering || this.#left.has(intent.sequenceId)) return;
    this.#left.set(intent.sequenceId, false);
  }

  /**
   * Imports the issuer's lists, then claims the next epoch. False: not fenced, or not granted; it may be tried again. The
   * lists of a long time take their time: pressed again meanwhile, the answer is that of the claim on its way, because an
   * epoch claimed for nothing would fence the terminal anew when its answer is lost.
   */
  claim(managerId: string): Promise<boolean> {
    this.#claiming ??= this.#claim(managerId).finally(() => {
      this.#claiming = null;
    });
    return this.#claiming;
  }

  async #claim(managerId: string): Promise<boolean> {
    const { session } = this.#liaison;
    if (!session.recovering || !this.#host.isRunning()) return false;
    const unread = await this.#importLists();
    if (unread === null || !this.#host.isRunning()) return false;
    this.#behind.leave(unread);
    if (!this.#strand(Number.POSITIVE_INFINITY)) return false;
    const granted = this.#liaison.claim(managerId);
    this.#host.wake();
    return granted;
  }

  /** Gives the days whose list is not to be had; null: one that is needed is not. */
  async #importLists(only?: readonly string[]): Promise<readonly string[] | null> {
    try {
      return await this.#lists.read(this.#liaison.session.hello?.openBusinessDate ?? null, only);
    } catch (fault) {
      this.#host.failed(fault);
      return null;
    }
  }

  /** At most `max` cases. False: one of them could not be recorded now. */
  #strand(max: number): boolean {
    let room = max;
    try {
      if (this.#isUnread) this.#read();
      for (const [sequenceId, isEndedToo] of this.#left) {
        if (room <= 0) return true;
        room -= 1;
        if (!this.#host.isRunning() || !this.#openCase(sequenceId, isEndedToo)) return false;
        this.#left.delete(sequenceId);
      }
      return true;
    } catch (fault) {
      this.#host.failed(fault);
      return false;
    }
  }

  #read(): void {
    const { ledger, times } = this.#options;
    for (const { sequenceId } of readableOpen(ledger)) this.#left.set(sequenceId, false);
    for (const { sequenceId } of perhapsVoided(this.#latest(), times.voidWindowMs))
      this.#left.set(sequenceId, true);
    this.#isUnread = false;
  }

  /** The last payments before the start; none of a page that cannot be read at all, so that what is open is a case. */
  #latest(): readonly Intent[] {
    const { ledger, log } = this.#options;
    const found = this.#liaison.foundIndex;
    try {
      const place = found === null ? {} : { before: String(found + 1) };
      const { intents, unread } = ledger.list({ limit: LATEST, readableOnly: true, ...place });
      if (unread !== undefined) log?.({ level: 'error', event: 'latestUnread', rows: unread.length });
      return intents;
    } catch (fault) {
      if (!isDamaged(ledger, fault)) throw fault;
      log?.({ level: 'error', event: 'latestUnread', fault: 'CORRUPT' });
      return [];
    }
  }

  /** False: it is not a case yet. */
  #openCase(sequenceId: string, isEndedToo: boolean): boolean {
    const { ledger } = this.#options;
    let present: Intent | null;
    try {
      present = ledger.get(sequenceId);
    } catch (fault) {
      if (!isDamaged(ledger, fault)) throw fault;
      return true;
    }
    if (present === null || (ended(present) && !isEndedToo)) return true;
    return this.#recheck.stranded(present, () => this.#host.wake());
  }
}

/**
 * Of the payments that a journal without its end still knows, the charges that were within the minutes of a void when it
 * ended: in what is gone a customer may have asked for one and got the cash, before the issuer heard of it. Measured on
 * the issuer's times, whatever the clock here said.
 */
function perhapsVoided(intents: readonly Intent[], voidWindowMs: number): readonly Intent[] {
  const approvedAtMs = ({ approval }: Intent): number | null =>
    approval === null ? null : parseKst(approval.approvedAt);
  const endMs = intents.reduce((latest, intent) => Math.max(latest, approvedAtMs(intent) ?? 0), 0);
  return intents.filter((intent) => {
    const isKept = intent.host === 'approved' && intent.cash === 'received' && !intent.deferred;
    return isKept && !isVoidBarred(intent) && (approvedAtMs(intent) ?? endMs) >= endMs - voidWindowMs;
  });
}

import type { Actor, Intent } from '../intent/model.ts';
import { ended, isVoidBarred } from '../intent/state.ts';
import { parseKst } from '../konaplate/kst.ts';
import type { Liaison } from './liaison.ts';
import { type FenceReason, fenceReasonOf } from './memory.ts';
import type { SyncOptions } from './options.ts';
import type { Recheck } from './recheck.ts';

const TERMINAL: Actor = { role: 'terminal' };
/** More payments than any till takes within the minutes of a void. */
const LATEST = 1_000;

/** What the worker around it does for the recovery. */
export interface RecoveryHost {
  isRunning(): boolean;
  wake(): void;
  /** Something of the status changed. */
  tell(): void;
  /** Writes a line of the journal that belongs to no intent. */
  recording(kind: string, record: () => void): void;
  /** A read of the ledger or a record failed. */
  failed(fault: unknown): void;
}

/** A terminal that is not believed any more: its journal is marked, what is open becomes a case, a manager claims the next epoch. */
export class Recovery {
  readonly #options: SyncOptions;
  readonly #liaison: Liaison;
  readonly #recheck: Recheck;
  readonly #host: RecoveryHost;

  constructor(options: SyncOptions, liaison: Liaison, recheck: Recheck, host: RecoveryHost) {
    this.#options = options;
    this.#liaison = liaison;
    this.#recheck = recheck;
    this.#host = host;
  }

  /** Takes up what an earlier run left: the mark of a restore, or a fence under which not everything was a case yet. */
  begin(): void {
    const { ledger } = this.#options;
    const mark = fenceReasonOf(ledger.recovering());
    if (mark !== null) this.#liaison.fence(mark);
    const { fenceReason } = this.#liaison.session;
    if (fenceReason === null) return;
    if (mark === null) this.#mark(fenceReason);
    queueMicrotask(() => this.#strandAll());
  }

  /** The terminal was fenced just now. */
  fenced(reason: FenceReason): void {
    this.#mark(reason);
    this.#host.wake();
    this.#host.tell();
    this.#strandAll();
  }

  #mark(reason: FenceReason): void {
    const { ledger, clock } = this.#options;
    this.#host.recording('recovering', () => ledger.markRecovering(reason, clock.now(), TERMINAL));
  }

  /** The mark of a restore is taken off; while the disk takes no record it stays, and the next start asks for a claim. */
  recovered(managerId: string): void {
    const { ledger, clock, log } = this.#options;
    log?.({ level: 'info', event: 'recovered', epoch: this.#liaison.session.epoch });
    this.#host.recording('recovered', () =>
      ledger.recovered(clock.now(), { role: 'manager', id: managerId }),
    );
  }

  /** A commit while the terminal is fenced: what it left open is a case too. */
  committed(intent: Intent): void {
    // After the present turn: this is heard inside the ledger's own call.
    if (this.#liaison.session.recovering) queueMicrotask(() => this.#strand(intent.sequenceId));
  }

  /** Imports the issuer's lists, then claims the next epoch. False: not fenced, or not granted; it may be tried again. */
  async claim(managerId: string): Promise<boolean> {
    const { session } = this.#liaison;
    if (!session.recovering || !this.#host.isRunning()) return false;
    if (!(await this.#importLists()) || !this.#host.isRunning()) return false;
    const granted = this.#liaison.claim(managerId);
    this.#host.wake();
    return granted;
  }

  async #importLists(): Promise<boolean> {
    try {
      return await this.#recheck.importLists(this.#liaison.session);
    } catch (fault) {
      this.#host.failed(fault);
      return false;
    }
  }

  #strandAll(): void {
    const { ledger, times } = this.#options;
    for (const { sequenceId } of ledger.open()) this.#strand(sequenceId);
    const found = this.#liaison.foundIndex;
    const { intents } = ledger.list({
      limit: LATEST,
      ...(found === null ? {} : { before: String(found + 1) }),
    });
    for (const intent of perhapsVoided(intents, times.voidWindowMs)) this.#openCase(intent);
  }

  #strand(sequenceId: string): void {
    const present = this.#options.ledger.get(sequenceId);
    if (present !== null && !ended(present)) this.#openCase(present);
  }

  #openCase(intent: Intent): void {
    if (!this.#host.isRunning() || !this.#liaison.session.recovering) return;
    this.#recheck.stranded(intent, () => this.#host.wake());
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

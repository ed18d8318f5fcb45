import type { Actor, IntentEvent, OwnCommand } from '../intent/model.ts';
import { LedgerFault } from '../ledger/fault.ts';
import type { Committed, LedgerFaultCode, RecordOptions, Step } from '../ledger/types.ts';
import { isDamagedRow, isRowDamaged } from './damage.ts';
import type { SyncOptions } from './options.ts';

const TERMINAL: Actor = { role: 'terminal' };
export const BY_TERMINAL = { actor: TERMINAL } as const;
/** After a commit that could not be made, or a command that the rules refused: not again at once. */
export const RECORD_RETRY_MS = 1_000;

/**
 * What one of a group may suffer and another not: a barcode or a row that cannot be read, no room for all of them. While
 * another program holds the file each would wait for it anew, and the counter with them.
 */
const ALONE: ReadonlySet<LedgerFaultCode> = new Set(['KEY_MISSING', 'FULL']);

export interface RecordsHost {
  /** The ledger is broken: nothing more may be done in this run. */
  broken(fault: unknown): void;
  /** A commit failed that may succeed later. */
  faulted(): void;
}

/**
 * The commits of a delivery. What may pass is tried again; a payment whose row cannot be read is set aside, told once, and
 * delivery goes on for the others; after anything else the process must end, and the next start decides.
 */
export class Records {
  readonly #options: SyncOptions;
  readonly #parkMs: number;
  readonly #host: RecordsHost;
  /** Payments whose row could not be read. */
  readonly #aside = new Set<string>();
  /** Another program held the file: until this mono ms nothing new is begun. */
  #heldUntilMs = 0;

  constructor(options: SyncOptions, parkMs: number, host: RecordsHost) {
    this.#options = options;
    this.#parkMs = parkMs;
    this.#host = host;
  }

  /**
   * Mono ms until which nothing new is begun, because another program holds the file: each try would wait for it as long, and
   * the counter with them. Answers are recorded in any case. null: it does not.
   */
  heldUntilMs(): number | null {
    return this.#options.clock.now().monoMs < this.#heldUntilMs ? this.#heldUntilMs : null;
  }

  /** Mono ms before which what could not be recorded of this payment is not tried again. */
  againMs(sequenceId: string): number {
    const waitMs = this.#aside.has(sequenceId) ? this.#parkMs : RECORD_RETRY_MS;
    return this.#options.clock.now().monoMs + waitMs;
  }

  /** Commits what the worker begins by itself. */
  begin(
    sequenceId: string,
    event: OwnCommand,
    options: RecordOptions,
    keyless?: () => void,
  ): Committed | null {
    return this.heldUntilMs() === null ? this.one(sequenceId, event, options, keyless) : null;
  }

  /**
   * Commits one event. null: refused by the rules, or it could not be committed now. `keyless` hears when that is because
   * the barcode cannot be read.
   */
  one(
    sequenceId: string,
    event: IntentEvent,
    options: RecordOptions,
    keyless: () => void = () => {},
  ): Committed | null {
    try {
      const outcome = this.#options.ledger.record(sequenceId, event, this.#options.clock.now(), options);
      return outcome.ok ? outcome : null;
    } catch (fault) {
      if (fault instanceof LedgerFault && fault.code === 'KEY_MISSING') keyless();
      if (isRowDamaged(this.#options.ledger, sequenceId, fault)) this.#setAside(sequenceId);
      else this.#failed(fault);
      return null;
    }
  }

  /**
   * Commits several events at once; null for each that the rules refuse, or for all when nothing can be committed now. null
   * instead of the list: nothing was committed, and each may be tried alone.
   */
  together(steps: readonly Step[]): readonly (Committed | null)[] | null {
    const { ledger, clock } = this.#options;
    try {
      const outcomes = ledger.recordMany(steps, clock.now());
      return outcomes.map((outcome) => (outcome.ok ? outcome : null));
    } catch (fault) {
      if (fault instanceof LedgerFault && ALONE.has(fault.code)) return null;
      if (isDamagedRow(ledger, fault)) return null;
      this.#failed(fault);
      return steps.map(() => null);
    }
  }

  /** What the issuer says of it meanwhile is asked for again once the row is repaired. */
  #setAside(sequenceId: string): void {
    this.#host.faulted();
    if (this.#aside.has(sequenceId)) return;
    this.#aside.add(sequenceId);
    const { log, onDamagedRow } = this.#options;
    log?.({ level: 'error', event: 'deliveryUnread', fault: 'CORRUPT' });
    onDamagedRow?.(sequenceId);
  }

  #failed(fault: unknown): void {
    if (!(fault instanceof LedgerFault) || fault.code === 'IO' || fault.code === 'CORRUPT') {
      this.#host.broken(fault);
      return;
    }
    this.#host.faulted();
    if (fault.code === 'LOCKED') this.#heldUntilMs = this.#options.clock.now().monoMs + RECORD_RETRY_MS;
  }
}

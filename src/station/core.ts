/** What scans and presses of one station share: its desk, its view, and the one way to record something. */
import type { CodeTable } from '../barcode/parse.ts';
import type { Clock } from '../intent/clock.ts';
import type { Actor, Intent, OwnCommand } from '../intent/model.ts';
import type { Policy } from '../intent/policy.ts';
import { LedgerFault } from '../ledger/fault.ts';
import type { Ledger } from '../ledger/types.ts';
import type { Board } from './board.ts';
import { Desk } from './desk.ts';
import { cashOf } from './keys.ts';
import { Pages } from './pages.ts';
import { UnreadableCount } from './refused.ts';
import type { Face, RefusedCause, Snapshot } from './snapshot.ts';
import type { StationTimes } from './times.ts';
import {
  faceNow,
  isAttended,
  type LedgerTrouble,
  laterAnswer,
  type StartingStep,
  type ViewInput,
} from './view.ts';
import type { StationWorker } from './worker.ts';

/** One complete read, as a driver gives it. */
export interface ScanFrame {
  readonly source: string;
  readonly text: string;
  readonly symbology?: string;
}

export type StationLedger = Pick<
  Ledger,
  'accept' | 'record' | 'note' | 'facts' | 'deferredOfCard' | 'get' | 'list'
>;

export interface StationOptions {
  readonly stationId: string;
  readonly terminalId: string;
  /** Random id of the agent's run. */
  readonly run: string;
  readonly ledger: StationLedger;
  readonly board: Board;
  readonly worker: StationWorker;
  readonly policy: Policy;
  readonly codeTable: CodeTable;
  readonly clock: Clock;
  readonly times: StationTimes;
  /** Makes ids of intents and void attempts. */
  readonly newId: (wallMs: number) => string;
  /** Whose questions this station asks; the first station also takes those of stations that no longer exist. */
  readonly isMine: (intent: Intent) => boolean;
  /** Nothing of this business day is undone any more, also while the issuer has not said the next one yet. */
  readonly isSealed: (businessDate: string) => boolean;
  /** Scans that are not ours, for a POS program. */
  readonly forward: (frame: ScanFrame) => void;
  /** The ledger did not take or give something, about this payment where it was about one: the till judges what that means. */
  readonly onLedgerFault: (fault: LedgerFault, sequenceId: string | null) => void;
}

/** What became of a frame, for the scanner's statistics. */
export type ScanResult = 'accepted' | 'refused' | 'unreadable' | 'notOurs';

/** Refused scans of one cause are noted in the journal at most this often: a hands-free scanner repeats itself. */
const NOTE_EVERY_MS = 10_000;

export const TERMINAL: Actor = { role: 'terminal' };

/** Faces over which a refused scan is only a band. */
export const SYSTEM_FACES: ReadonlySet<Face['id']> = new Set<Face['id']>([
  'NOT-RECORDED',
  'NOT-RECORDED-OUT',
  'STARTING',
  'RECOVERING',
]);
/** Causes that have a face of their own, or nobody to see one. */
const ON_TOP: ReadonlySet<RefusedCause> = new Set<RefusedCause>([
  'LOCKED',
  'NO_PAGE',
  'NO_ROOM',
  'LEDGER',
  'RECOVERING',
  'STARTING',
]);

export class StationCore {
  readonly options: StationOptions;
  readonly desk = new Desk();
  readonly pages: Pages;
  readonly unreadable: UnreadableCount;
  sequence = 0;
  scanner: Snapshot['strip']['scanner'] = { state: 'none', name: null, problem: null };
  printer: Snapshot['rail']['printer'] = 'off';
  /** The last commit failed; cleared by the next one that holds. */
  trouble: LedgerTrouble | null = null;
  /** Ended by a repair only. */
  lastingTrouble: LedgerTrouble | null = null;
  starting: StartingStep | null = null;
  readonly #notedMs = new Map<RefusedCause, number>();

  constructor(options: StationOptions) {
    this.options = {
      ...options,
      isMine: (intent) => !options.board.isAside(intent.sequenceId) && options.isMine(intent),
    };
    this.pages = new Pages(options.times.pageGoneMs);
    this.unreadable = new UnreadableCount(options.times.unreadableMs);
  }

  view(): ViewInput {
    const { board, worker, policy, times, clock, stationId, terminalId, run, isMine, isSealed } =
      this.options;
    return {
      desk: this.desk,
      board,
      status: worker.status(),
      policy,
      times,
      now: clock.now(),
      stationId,
      terminalId,
      run,
      sequence: this.sequence,
      scanner: this.scanner,
      printer: this.printer,
      trouble: this.lastingTrouble ?? this.trouble,
      starting: this.starting,
      isMine,
      isSealed,
      balanceOf: (sequenceId) => worker.balanceOf(sequenceId),
      deferredOfCard: (sequenceId) => this.#deferredOfCard(sequenceId),
    };
  }

  /** Without a limit of its own nobody asks; a ledger that cannot tell is out of order and takes nothing anyway. */
  #deferredOfCard(sequenceId: string): number {
    const { ledger, policy } = this.options;
    return (policy.later.perCard ?? null) === null ? 0 : ledger.deferredOfCard(sequenceId);
  }

  face(): Face {
    return faceNow(this.view());
  }

  /** Shows a refusal: on the face in progress as a band, else as a face of its own. */
  refuse(
    cause: RefusedCause,
    values: Readonly<Record<string, string | number>> = {},
    isItsOwn = false,
  ): ScanResult {
    const { clock, times } = this.options;
    const { monoMs } = clock.now();
    const desk = this.desk;
    const scan = this.unreadable.add(cause, values, monoMs);
    this.#noteRefusal(cause);
    const view = this.view();
    const onTop = isItsOwn || isAttended(view) || SYSTEM_FACES.has(faceNow(view).id) || ON_TOP.has(cause);
    if (onTop) desk.band = { cause, values, endsMs: monoMs + times.bandMs };
    else {
      desk.show(null);
      desk.refused = { scan, endsMs: monoMs + times.refusedMs };
    }
    return 'refused';
  }

  /** Not where the ledger has just taken no record: it would not take this one either, and the cashier would wait for it. */
  #noteRefusal(cause: RefusedCause): void {
    if (this.trouble !== null) return;
    const { ledger, clock } = this.options;
    const now = clock.now();
    const notedMs = this.#notedMs.get(cause);
    if (notedMs !== undefined && now.monoMs - notedMs < NOTE_EVERY_MS) return;
    this.#notedMs.set(cause, now.monoMs);
    try {
      ledger.note('scanRefused', { cause, stationId: this.options.stationId }, now, { role: 'terminal' });
    } catch (error) {
      this.ledgerFailed(error);
    }
  }

  /** Records one command of a person. null: done. A failed commit at the moment that cash moves shows NOT-RECORDED. */
  record(intent: Intent, command: OwnCommand, actor: Actor): string | null {
    const { ledger, clock, worker } = this.options;
    try {
      const outcome = ledger.record(intent.sequenceId, command, clock.now(), {
        actor,
        expectedVersion: intent.version,
        canDefer: laterAnswer(intent.amount, this.view(), intent.sequenceId).ok,
        openBusinessDate: worker.status().businessDate,
      });
      if (outcome.ok) return null;
      if (this.desk.current?.sequenceId === intent.sequenceId) this.desk.current = outcome.intent;
      return outcome.refusal;
    } catch (error) {
      const cash = cashOf(command);
      if (cash !== null) {
        const face = cash === 'in' ? 'NOT-RECORDED' : 'NOT-RECORDED-OUT';
        this.desk.notRecorded = { face, intent, endsMs: null };
      }
      this.ledgerFailed(error, intent.sequenceId);
      return 'LEDGER';
    }
  }

  actor(): Actor {
    const { managerId, cashier } = this.desk;
    if (managerId !== null) return { role: 'manager', id: managerId };
    return cashier === null ? { role: 'cashier' } : { role: 'cashier', id: cashier };
  }

  /** `sequenceId`: it was to be recorded about this payment. */
  ledgerFailed(error: unknown, sequenceId: string | null = null): void {
    if (!(error instanceof LedgerFault)) throw error;
    this.trouble = { face: error.code === 'FULL' ? 'NO-ROOM' : 'LEDGER', code: error.code };
    this.options.onLedgerFault(error, sequenceId);
  }
}

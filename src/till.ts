/**
 * The core of a till: ledger, worker, board and stations joined, with everything of the outside world handed in. The
 * agent joins it with sockets, scanners and pages; the simulator with a virtual clock and a line that fails.
 */
import type { CodeTable } from './barcode/parse.ts';
import { issuerOf } from './day-issuer.ts';
import type { Clock, Random, Timer } from './intent/clock.ts';
import type { Intent } from './intent/model.ts';
import type { Policy } from './intent/policy.ts';
import type { SettlementBackend } from './konaplate/settlement.ts';
import { LedgerFault } from './ledger/fault.ts';
import type { Committed, JournalHead, Ledger, TillLedger, VerifyReport } from './ledger/types.ts';
import { Settlement } from './settlement/settlement.ts';
import { Board } from './station/board.ts';
import { recentOutcomes } from './station/recent.ts';
import { type ScanFrame, Station } from './station/station.ts';
import { DEFAULT_STATION_TIMES, type StationTimes } from './station/times.ts';
import { laterAnswer } from './station/view.ts';
import { isRowDamaged } from './sync/damage.ts';
import type { SyncLimits } from './sync/limits.ts';
import type { SyncMemory } from './sync/memory.ts';
import type { SyncLog } from './sync/options.ts';
import { startRecovery } from './sync/start.ts';
import { SyncWorker } from './sync/worker.ts';

/** What closing a business day needs besides the core. */
export interface DayOptions {
  /** The same ledger, whole. */
  readonly ledger: Ledger;
  readonly merchantId: string;
  /** Name of the store, as it stands on papers. */
  readonly store: string;
  /** The whole ledger, verified apart. */
  readonly verify: () => Promise<VerifyReport>;
}

export interface TillOptions {
  /** Open, and this till's own until it is stopped; the caller closes it afterwards. */
  readonly ledger: TillLedger;
  readonly backend: SettlementBackend;
  readonly clock: Clock;
  readonly random: Random;
  readonly policy: Policy;
  readonly codeTable: CodeTable;
  readonly terminalId: string;
  /** null: the core alone, which closes no business day. */
  readonly day: DayOptions | null;
  readonly stationIds: readonly string[];
  /** Random id of this run. */
  readonly run: string;
  readonly version: string;
  readonly machineId: string;
  readonly memory: SyncMemory;
  /** Makes ids of intents and void attempts. */
  readonly newId: (wallMs: number) => string;
  /** Scans that are not ours, for a POS program. */
  readonly forward: (stationId: string, frame: ScanFrame) => void;
  readonly stationTimes?: Partial<StationTimes>;
  readonly syncLimits?: Partial<SyncLimits>;
  readonly log?: SyncLog;
  /** Called once: the ledger failed in a way that only a restart may judge. The screens are told right after. */
  readonly onFault: (fault: unknown) => void;
  /** The row of an open payment cannot be read: the ledger is found wrong, and the next start must know. */
  readonly onDamagedRow?: () => void;
}

/** The first answer of the issuer, or its absence, is awaited so long before the first payment. */
const GREETING_MAX_MS = 5_000;
const SWEEP_EVERY_MS = 60_000;

export class Till {
  readonly board: Board;
  readonly worker: SyncWorker;
  /** null: this till closes no business day. */
  readonly settlement: Settlement | null;
  readonly stations: ReadonlyMap<string, Station>;
  readonly #options: TillOptions;
  readonly #unlisten: () => void;
  #greeting: Timer | null = null;
  #sweep: Timer | null = null;
  #isFaulted = false;
  #isStopped = false;

  /** Everything on disk hears of the restart first; nothing is sent and nothing shown before. */
  constructor(options: TillOptions) {
    const { ledger, clock } = options;
    this.#options = options;
    const found = ledger.head();
    // First of all: it keeps where the journal was found to end, and what this start writes must not hide that.
    this.worker = this.#makeWorker(found);
    startRecovery(ledger, clock.now());
    ledger.note('agentStarted', { version: options.version, run: options.run }, clock.now(), {
      role: 'terminal',
    });
    this.board = new Board(ledger, recentOutcomes(ledger, clock.now()));
    this.settlement = this.#makeSettlement();
    this.stations = this.#makeStations();
    this.#unlisten = ledger.onCommit((committed) => this.#committed(committed));
    this.worker.onChange(() => this.#lineChanged());
  }

  get isFaulted(): boolean {
    return this.#isFaulted;
  }

  /** Greets the issuer and begins to deliver. */
  start(): void {
    const { clock } = this.#options;
    const sinceMs = clock.now().monoMs;
    this.#greeting = clock.after(GREETING_MAX_MS, () => this.#greeted());
    for (const station of this.stations.values()) station.setStarting({ step: 4, of: 4, sinceMs });
    this.worker.start();
    this.settlement?.start();
    this.#keepSwept();
  }

  /** Lets nothing new out and records the answers under way (bounded); the screens still show what there is. */
  async stop(): Promise<void> {
    this.#endTimers();
    await Promise.all([this.settlement?.stop(), this.worker.stop()]);
  }

  /** The screens end; after `stop`, before the ledger is closed. */
  close(): void {
    this.#endTimers();
    this.#unlisten();
    for (const station of this.stations.values()) station.close();
  }

  /**
   * A call into the ledger failed, whoever made it. A commit that may be on the disk or not is for the next start to judge.
   * As long as the ledger itself is whole (no room, a lock, a key that is away, a row that cannot be read, a copy that
   * failed) nothing of the call is on disk and the next one may be: the till goes on.
   */
  ledgerFault(fault: LedgerFault): void {
    if (this.#options.ledger.isBroken()) this.#faulted(fault);
  }

  #endTimers(): void {
    this.#isStopped = true;
    this.#sweep?.cancel();
    this.#greeting?.cancel();
  }

  #makeWorker(found: JournalHead): SyncWorker {
    const {
      ledger,
      backend,
      clock,
      random,
      policy,
      machineId,
      version,
      memory,
      syncLimits,
      log,
      terminalId,
    } = this.#options;
    const worker: SyncWorker = new SyncWorker({
      ledger,
      backend,
      clock,
      random,
      times: policy.times,
      identity: { machineId, agentVersion: version },
      found,
      terminalId,
      memory,
      unsealedFrom: () => this.settlement?.unsealedFrom() ?? null,
      begunOn: () => this.settlement?.begunOn() ?? null,
      onListed: (date, totals) => this.settlement?.listed(date, totals),
      isSealed: (date) => this.#isSealed(date),
      mayDefer: (intent) =>
        laterAnswer(
          intent.amount,
          {
            board: this.board,
            status: worker.status(),
            policy,
            now: clock.now(),
            deferredOfCard: (id) => ledger.deferredOfCard(id),
          },
          intent.sequenceId,
        ).ok,
      onFault: (fault) => this.#faulted(fault),
      onDamagedRow: (sequenceId) => this.#rowDamaged(sequenceId),
      ...(syncLimits === undefined ? {} : { limits: syncLimits }),
      ...(log === undefined ? {} : { log }),
    });
    return worker;
  }

  #makeSettlement(): Settlement | null {
    const { day, clock, version, terminalId, log } = this.#options;
    if (day === null) return null;
    return new Settlement({
      ...day,
      clock,
      version,
      terminalId,
      issuer: issuerOf(this.worker),
      onFault: (fault) => (fault instanceof LedgerFault ? this.ledgerFault(fault) : this.#faulted(fault)),
      ...(log === undefined ? {} : { log }),
    });
  }

  #makeStations(): ReadonlyMap<string, Station> {
    const { ledger, stationIds, terminalId, run, policy, codeTable, clock, newId, forward, stationTimes } =
      this.#options;
    const ids = new Set(stationIds);
    const [first] = stationIds;
    const stationOf = (id: string): Station =>
      new Station({
        stationId: id,
        terminalId,
        run,
        ledger,
        board: this.board,
        worker: this.worker,
        policy,
        codeTable,
        clock,
        times: { ...DEFAULT_STATION_TIMES, ...stationTimes },
        newId,
        isMine: (intent: Intent) => intent.stationId === id || (id === first && !ids.has(intent.stationId)),
        isSealed: (date) => this.#isSealed(date),
        forward: (frame) => forward(id, frame),
        onLedgerFault: (fault, sequenceId) => this.#stationFault(fault, sequenceId),
      });
    return new Map(stationIds.map((id) => [id, stationOf(id)]));
  }

  /** A row that the counter comes to first is set aside like one that the worker came to. */
  #stationFault(fault: LedgerFault, sequenceId: string | null): void {
    const { ledger } = this.#options;
    if (sequenceId !== null && isRowDamaged(ledger, sequenceId, fault)) this.#rowDamaged(sequenceId);
    else this.ledgerFault(fault);
  }

  /** New payments stop, as after any check that found the ledger wrong; what is open beside this one goes on. */
  #rowDamaged(sequenceId: string): void {
    if (this.board.isAside(sequenceId)) return;
    this.board.setAside(sequenceId);
    for (const station of this.stations.values()) {
      station.setAside(sequenceId);
      station.setTrouble({ face: 'LEDGER', code: 'CORRUPT' });
    }
    this.#options.onDamagedRow?.();
  }

  /** What the rail offers the rules decide again: a read that fails must not take the screen away. */
  #isSealed(date: string): boolean {
    try {
      return (this.#options.day?.ledger.day(date)?.sealedIndex ?? null) !== null;
    } catch (fault) {
      if (!(fault instanceof LedgerFault)) throw fault;
      return false;
    }
  }

  /** The ledger survives its listeners; a board or screen that cannot follow it is for the next start to judge. */
  #committed(committed: Committed): void {
    try {
      this.board.update(committed);
      for (const station of this.stations.values()) station.committed(committed);
    } catch (fault) {
      this.#faulted(fault);
    }
  }

  /** Until the issuer has answered or failed once, nobody knows whether the line is up: no payment, and no alarm either. */
  #greeted(): void {
    if (this.#greeting === null) return;
    this.#greeting.cancel();
    this.#greeting = null;
    for (const station of this.stations.values()) station.setStarting(null);
  }

  #lineChanged(): void {
    if (this.worker.status().line.reason !== 'START') this.#greeted();
    this.#refreshAll();
  }

  #refreshAll(): void {
    for (const station of this.stations.values()) station.refresh();
  }

  #keepSwept(): void {
    const { clock, ledger } = this.#options;
    this.#sweep = clock.after(SWEEP_EVERY_MS, () => {
      try {
        ledger.sweep(clock.now());
      } catch (error) {
        if (!(error instanceof LedgerFault)) throw error;
        this.ledgerFault(error);
      }
      if (!this.#isStopped) this.#keepSwept();
    });
  }

  #faulted(fault: unknown): void {
    if (this.#isFaulted) return;
    this.#isFaulted = true;
    this.#options.onFault(fault);
    this.#refreshAll();
  }
}

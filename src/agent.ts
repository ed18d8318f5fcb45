/**
 * The agent: ledger, worker, stations, scanners and pages of one terminal, joined. It starts whole or not at all, and
 * `close` leaves nothing behind.
 */
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { listScanners } from '../drivers/list.ts';
import type { ScannerConfig } from '../drivers/open.ts';
import { createRecorder, type Recorder } from '../drivers/recorder.ts';
import type { Scanner } from '../drivers/scanner.ts';
import { type CheckLog, fileVerdict, StartCheck } from './agent-check.ts';
import { fileMemory } from './agent-memory.ts';
import { type AgentPrinter, type OpenPrinting, openPrinting, type PrinterLog } from './agent-printing.ts';
import { type AgentStation, openPosPorts, openScanners } from './agent-scanners.ts';
import { maskFrame } from './barcode/mask.ts';
import type { CodeTable } from './barcode/parse.ts';
import type { Clock, Random } from './intent/clock.ts';
import { DEFAULT_DECISIONS, type Policy, policyHash } from './intent/policy.ts';
import type { SettlementBackend } from './konaplate/settlement.ts';
import {
  type BackupLog,
  type BackupPlan,
  Backups,
  type LedgerLog,
  openLedger,
  verifyApart,
} from './ledger/ledger.ts';
import type { Ledger } from './ledger/types.ts';
import type { Settlement } from './settlement/settlement.ts';
import type { Board } from './station/board.ts';
import { Forwarder } from './station/forward.ts';
import { createIds } from './station/ids.ts';
import type { PosFeed } from './station/pos-feed.ts';
import { ScannerBench } from './station/scanners.ts';
import type { Station } from './station/station.ts';
import type { StationTimes } from './station/times.ts';
import type { SyncLimits } from './sync/limits.ts';
import type { SyncLog } from './sync/options.ts';
import type { SyncWorker } from './sync/worker.ts';
import { Till } from './till.ts';
import type { Settings } from './web/api/terminal.ts';
import { Managers } from './web/managers.ts';
import type { Health, WebOptions } from './web/options.ts';
import { paper } from './web/papers.ts';
import { createWebServer, type WebServer } from './web/server.ts';
import { writeWhole } from './web/whole-file.ts';

/** The parts that health and metrics may look at. */
export interface AgentParts {
  /** The one that dates the scans. */
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly worker: SyncWorker;
  readonly settlement: Settlement;
  readonly scanners: ScannerBench;
  readonly stations: ReadonlyMap<string, Station>;
  /** The last frames and states of the scanners, masked. */
  readonly recorder: Recorder;
  /** Virtual serial ports and sockets of the POS programs. */
  readonly posFeed: PosFeed;
  /** null: the agent makes none by itself. */
  readonly backups: Backups | null;
}

export interface AgentOptions {
  /** Managers, the control token and the worker's memory lie here; must exist, 0700. */
  readonly dataDirectory: string;
  readonly environment: string;
  readonly merchantId: string;
  readonly terminalId: string;
  readonly version: string;
  readonly machineId: string;
  /** Name and business registration number, as they stand on papers. */
  readonly store: string;
  readonly ledger: {
    readonly file: string;
    readonly key: Uint8Array | string;
    /** So long after the start the whole of it is verified beside the work. Default ten minutes. */
    readonly verifyAfterMs?: number;
    readonly ballastBytes?: number;
    readonly maxPages?: number;
    readonly cutOverHour?: number;
    /** Backups by themselves. Absent: none. */
    readonly backups?: BackupPlan;
  };
  /** Belongs to the agent from now on: `close` disposes of it. */
  readonly backend: SettlementBackend;
  readonly policy: Policy;
  readonly codeTable: CodeTable;
  readonly scanners: readonly ScannerConfig[];
  readonly stations: readonly AgentStation[];
  readonly web: Pick<WebOptions, 'host' | 'port' | 'allowedHosts' | 'tls' | 'pagesDirectory'> &
    Pick<Partial<WebOptions>, 'cashierSecret' | 'ratePerMinute' | 'requestTimeoutMs'>;
  /** Left out: papers are shown on the page only. */
  readonly printer?: AgentPrinter | null;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: Random;
  readonly stationTimes?: Partial<StationTimes>;
  readonly syncLimits?: Partial<SyncLimits>;
  /** Default 72 h, the contract's limit. */
  readonly laterLimitMs?: number;
  /** A decision over more than this needs the PIN again. Default 50,000 won. */
  readonly pinAbove?: number;
  /** So long after its scan a return may be written off as unclaimed. Default 14 days. */
  readonly unclaimedAfterMs?: number;
  readonly log?: (entry: LedgerLog | BackupLog | CheckLog | PrinterLog | Parameters<SyncLog>[0]) => void;
  readonly health?: (parts: AgentParts) => () => Health;
  readonly metrics?: (parts: AgentParts) => NonNullable<WebOptions['metrics']>;
  /**
   * The ledger failed in a way that only a restart may judge. The pages have been told; the process must end, after
   * `close` or without it.
   */
  readonly onFault: (fault: unknown) => void;
}

export interface Agent extends AgentParts {
  /** Such as `http://127.0.0.1:8610`. */
  readonly address: string;
  readonly run: string;
  /** The file with the installer's code; null once there is a manager. */
  installerCodeFile(): string | null;
  close(): Promise<void>;
}

/** The pages get this long to show what is wrong before the process ends. */
const FAULT_TELL_MS = 250;
/** 24 hex digits: 16 of them would now and then be digits alone, and pass for a card number. */
const RUN_BYTES = 12;
const LATER_LIMIT_MS = 72 * 3_600_000;
const TOKEN_FILE = 'control-token';
/** By which the command line knows the agent that it speaks to; the configured one may be a credential, or newer. */
const CERTIFICATE_FILE = 'control-certificate';

/** Starts everything in order: ledger, what the restart must ask, stations, pages, worker, scanners. */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const started = new Started(options);
  try {
    return await started.begin();
  } catch (error) {
    await started.close();
    throw error;
  }
}

class Started {
  readonly #options: AgentOptions;
  readonly #run: string;
  readonly #newId: (wallMs: number) => string;
  readonly #opened: Scanner[] = [];
  #ledger: Ledger | null = null;
  #backups: Backups | null = null;
  #check: StartCheck | null = null;
  #till: Till | null = null;
  #web: WebServer | null = null;
  #posFeed: PosFeed | null = null;
  #printing: OpenPrinting | null = null;
  readonly #ending = new AbortController();
  #closing: Promise<void> | null = null;

  constructor(options: AgentOptions) {
    this.#options = options;
    this.#newId = createIds(options.random);
    this.#run = Buffer.from(options.random.bytes(RUN_BYTES)).toString('hex');
  }

  async begin(): Promise<Agent> {
    const { clock, dataDirectory, random } = this.#options;
    const managers = new Managers({ directory: dataDirectory, clock, random });
    const ledger = this.#openLedger();
    const forwarder = new Forwarder(clock);
    const scanners = new ScannerBench(clock, this.#options.codeTable);
    const till = this.#joinTill(ledger, forwarder);
    const { board, worker, stations, settlement } = till;
    if (settlement === null) throw new Error('an agent closes business days');
    this.#check = this.#checkAtStart(ledger, stations);
    const recorder = createRecorder((raw) => maskFrame(raw, this.#options.codeTable));
    const posFeed = openPosPorts(this.#options, forwarder);
    this.#posFeed = posFeed;
    this.#backups = this.#planBackups();
    const parts = {
      ...{ clock, ledger, worker, settlement, scanners, stations, recorder, posFeed },
      backups: this.#backups,
    };
    const webOptions = this.#webOptions(parts, board, forwarder, managers);
    const printing = this.#openPrinting(webOptions, stations);
    const web = await createWebServer({ ...webOptions, printing });
    this.#web = web;
    till.start();
    this.#backups?.start();
    this.#opened.push(...openScanners(this.#options, stations, scanners, recorder));
    return {
      ...parts,
      address: web.address,
      run: this.#run,
      installerCodeFile: () => managers.installerCodeFile(),
      close: () => this.close(),
    };
  }

  /** Nothing new in, answers under way recorded, pages told nothing more, the ledger last. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#ending.abort();
    this.#check?.stop();
    await Promise.all(this.#opened.map((scanner) => scanner.close()));
    await this.#posFeed?.close();
    await this.#printing?.close();
    await this.#till?.stop();
    await this.#web?.close();
    this.#till?.close();
    await this.#backups?.stop();
    this.#ledger?.close();
    await this.#options.backend.dispose();
  }

  #planBackups(): Backups | null {
    const { ledger, clock, log } = this.#options;
    const { file, backups: plan } = ledger;
    if (plan === undefined) return null;
    return new Backups({ file, plan, clock, ...(log === undefined ? {} : { log }) });
  }

  #openLedger(): Ledger {
    const { ledger, environment, merchantId, terminalId, policy, clock, random, log } = this.#options;
    const opened = openLedger({
      ...ledger,
      environment,
      merchantId,
      terminalId,
      times: policy.times,
      policyHash: policyHash(policy),
      random,
      now: clock.now(),
      ...(log === undefined ? {} : { log }),
    });
    this.#ledger = opened;
    return opened;
  }

  #joinTill(ledger: Ledger, forwarder: Forwarder): Till {
    const { clock, stations, version, machineId, dataDirectory, merchantId, store } = this.#options;
    const creditMs = this.#options.laterLimitMs ?? LATER_LIMIT_MS; // what the slip says
    const till = new Till({
      ...this.#options,
      syncLimits: { creditMs, ...this.#options.syncLimits },
      ledger,
      stationIds: stations.map(({ id }) => id),
      run: this.#run,
      version,
      machineId,
      memory: fileMemory(join(dataDirectory, 'sync.json'), this.#options.log),
      newId: this.#newId,
      forward: (id, frame) => forwarder.forward(id, frame),
      day: { ledger, merchantId, store, verify: () => this.#verifyApart(ledger) },
      onFault: (fault) => void clock.after(FAULT_TELL_MS, () => this.#options.onFault(fault)),
      onDamagedRow: () => this.#check?.found('CORRUPT', 'the row of an open payment cannot be read'),
    });
    this.#till = till;
    return till;
  }

  #checkAtStart(ledger: Ledger, stations: ReadonlyMap<string, Station>): StartCheck {
    const { clock, log, dataDirectory, ledger: options } = this.#options;
    return new StartCheck({
      ...{ ledger, clock, stations },
      memory: fileVerdict(join(dataDirectory, 'ledger-check.json')),
      verifyApart: (signal) => this.#verifyApart(ledger, signal),
      ...(options.verifyAfterMs === undefined ? {} : { wholeAfterMs: options.verifyAfterMs }),
      ...(log === undefined ? {} : { log }),
    });
  }

  #webOptions(parts: AgentParts, board: Board, forwarder: Forwarder, managers: Managers): WebOptions {
    const options = this.#options;
    const { worker, settlement, ledger, scanners, stations, recorder, posFeed } = parts;
    const token = Buffer.from(options.random.bytes(32)).toString('hex');
    writeWhole(join(options.dataDirectory, TOKEN_FILE), `${token}\n`);
    const { tls } = options.web;
    // The first of the file alone: there may be a whole chain in it, or a key.
    if (tls !== null)
      writeWhole(join(options.dataDirectory, CERTIFICATE_FILE), new X509Certificate(tls.cert).toString());
    return {
      ...options.web,
      run: this.#run,
      version: options.version,
      terminalId: options.terminalId,
      clock: options.clock,
      random: options.random,
      ledger,
      onLedgerFault: (fault) => this.#till?.ledgerFault(fault),
      board,
      worker: webWorker(worker),
      settlement,
      policy: options.policy,
      policyHash: policyHash(options.policy),
      stations,
      scanners,
      plugged: () => listScanners(),
      forwarder,
      posFeed,
      recorder,
      managers,
      settings: options.settings,
      store: options.store,
      newId: this.#newId,
      laterLimitMs: options.laterLimitMs ?? LATER_LIMIT_MS,
      pinAbove: options.pinAbove ?? DEFAULT_DECISIONS.pinAbove,
      unclaimedAfterMs: options.unclaimedAfterMs ?? DEFAULT_DECISIONS.unclaimedAfterMs,
      controlToken: token,
      health: options.health?.(parts) ?? (() => this.#health(parts)),
      metrics: options.metrics?.(parts) ?? null,
      verifyLedger: () => this.#verifyApart(ledger),
    };
  }

  #verifyApart(ledger: Ledger, signal = this.#ending.signal): ReturnType<typeof verifyApart> {
    const { file } = this.#options.ledger;
    return verifyApart({ file, verify: { knownHead: ledger.head() } }, AbortSignal.any([signal]));
  }

  #openPrinting(
    webOptions: WebOptions,
    stations: ReadonlyMap<string, Station>,
  ): OpenPrinting['printing'] | null {
    const { printer, clock, log } = this.#options;
    if (printer === undefined || printer === null) return null;
    this.#printing = openPrinting(
      printer,
      clock,
      stations.values(),
      (sequenceId, wish) => paper(webOptions, sequenceId, wish),
      log ?? (() => undefined),
    );
    return this.#printing.printing;
  }

  #health({ worker, stations }: Pick<AgentParts, 'worker' | 'stations'>): Health {
    const reasons: string[] = [];
    if (this.#till?.isFaulted === true) reasons.push('LEDGER');
    if (worker.status().recovering) reasons.push('RECOVERING');
    if (this.#backups?.isFailing === true) reasons.push('BACKUP');
    for (const station of stations.values()) {
      const { id } = station.snapshot().face;
      if (id === 'NO-ROOM' || id === 'LEDGER') reasons.push(id);
    }
    return { ok: reasons.length === 0, reasons: [...new Set(reasons)] };
  }
}

/** The worker in the words of the pages. */
function webWorker(worker: SyncWorker): WebOptions['worker'] {
  return {
    status: () => worker.status(),
    holdProof: (cancelId, barcodeSpec) => worker.holdProof(cancelId, barcodeSpec),
    balanceOf: (sequenceId) => worker.balanceOf(sequenceId),
    syncNow: () => worker.now(),
    pause: (reason, actor) => worker.pause(reason, actor),
    resume: (actor) => worker.resume(actor),
    inquire: (sequenceId) => worker.inquireNow(sequenceId),
    netCancelAgain: async () => worker.now(),
    claimEpoch: (managerId) => worker.claimEpoch(managerId),
    onChange: (listener) => worker.onChange(listener),
  };
}

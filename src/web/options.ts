import type { PluggedDevice } from '../../drivers/list.ts';
import type { Recorder } from '../../drivers/recorder.ts';
import type { Clock, Random } from '../intent/clock.ts';
import type { Actor } from '../intent/model.ts';
import type { Policy } from '../intent/policy.ts';
import type { LedgerFault } from '../ledger/fault.ts';
import type { Ledger, VerifyReport } from '../ledger/types.ts';
import type { Settlement } from '../settlement/settlement.ts';
import type { Board } from '../station/board.ts';
import type { Forwarder } from '../station/forward.ts';
import type { PosFeed } from '../station/pos-feed.ts';
import type { Printing } from '../station/printing.ts';
import type { ScannerBench } from '../station/scanners.ts';
import type { Station } from '../station/station.ts';
import type { StationWorker } from '../station/worker.ts';
import type { Settings } from './api/terminal.ts';
import type { Managers } from './managers.ts';

/** What the manager's pages and local commands may ask of the sync worker. */
export interface WebWorker extends StationWorker {
  /** Everything that waits is tried at once. */
  syncNow(): void;
  /** Stops approvals until `resume`; net cancels and inquiries go on. */
  pause(reason: string, actor: Actor): void;
  resume(actor: Actor): void;
  /** A result inquiry out of turn; it changes nothing by itself. null: no trustworthy answer. */
  inquire(sequenceId: string): Promise<string | null>;
  /** The owed net cancel at once. */
  netCancelAgain(sequenceId: string): Promise<void>;
  /** Go on with this terminal after recovering: a new epoch. False: it was not taken on, and may be tried again. */
  claimEpoch(managerId: string): Promise<boolean>;
  onChange(listener: () => void): () => void;
}

/** Whose status tells what the issuer says and whether the line is up. */
export interface StatusSource {
  readonly worker: Pick<StationWorker, 'status'>;
}

export interface Health {
  readonly ok: boolean;
  /** What is wrong, one code each; empty when nothing is. */
  readonly reasons: readonly string[];
}

/** Shorter secrets of the cashier page could be tried out. */
export const CASHIER_SECRET_MIN = 32;

export interface WebOptions {
  /** Bare: an IPv6 address without brackets. */
  readonly host: string;
  /** 0: given by the system. */
  readonly port: number;
  /** Further `host` or `host:port` names of this agent. */
  readonly allowedHosts: readonly string[];
  /** Needed for any address other than loopback. */
  readonly tls: { readonly cert: string | Buffer; readonly key: string | Buffer } | null;
  /** Needed for any address other than loopback, where the cashier's calls ask for it; `CASHIER_SECRET_MIN` characters or more. */
  readonly cashierSecret?: string | null;
  /** The built pages; null: the API alone. */
  readonly pagesDirectory: string | null;
  readonly run: string;
  readonly version: string;
  readonly terminalId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly ledger: Ledger;
  /** A call's ledger failed; besides the answer to it, the till judges whether it can go on. */
  readonly onLedgerFault: (fault: LedgerFault) => void;
  readonly board: Board;
  readonly worker: WebWorker;
  readonly settlement: Settlement;
  readonly policy: Policy;
  readonly policyHash: string;
  readonly stations: ReadonlyMap<string, Station>;
  readonly scanners: ScannerBench;
  /** What the system sees that could be a scanner; none of it is opened for that. */
  readonly plugged: () => Promise<readonly PluggedDevice[]>;
  readonly forwarder: Forwarder;
  readonly posFeed: Pick<PosFeed, 'list'>;
  /** The flight recorder of the scanners; everything in it is masked. */
  readonly recorder: Pick<Recorder, 'entries' | 'lost'>;
  readonly managers: Managers;
  /** Left out: there is no printer, papers are only shown. */
  readonly printing?: Pick<Printing, 'print' | 'fault'> | null;
  /** The whole chain, read beside the agent so that scans go on meanwhile. */
  readonly verifyLedger: () => Promise<VerifyReport>;
  readonly settings: Settings;
  /** Name and business registration number, as they stand on papers. */
  readonly store: string;
  /** Makes ids of void attempts. */
  readonly newId: (wallMs: number) => string;
  /** How long after the scan a deferred charge may be credited. */
  readonly laterLimitMs: number;
  /** A decision over more than this needs the PIN again, won. */
  readonly pinAbove: number;
  /** So long after its scan a return that nobody came for may be written off as unclaimed. */
  readonly unclaimedAfterMs: number;
  /** Bearer token of local commands; null: they are off. */
  readonly controlToken: string | null;
  readonly health: () => Health;
  /** Prometheus text and its content type; null: no metrics. */
  readonly metrics: (() => Promise<{ readonly contentType: string; readonly text: string }>) | null;
  /** A request that is not whole by then is cut off; default 5 s. */
  readonly requestTimeoutMs?: number;
  /** Requests per minute and address; default 1,200. */
  readonly ratePerMinute?: number;
}

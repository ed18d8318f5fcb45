/** One station over a real ledger file, a worker that is told what to say, and a clock that is turned by hand. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatBarcode } from '../../../src/barcode/format.ts';
import { DEFAULT_CODE_TABLE } from '../../../src/barcode/parse.ts';
import type { Clock, Timer } from '../../../src/intent/clock.ts';
import type { Actor, Approval, Intent, IntentEvent, Now } from '../../../src/intent/model.ts';
import { DEFAULT_POLICY, type Policy, policyHash } from '../../../src/intent/policy.ts';
import { LedgerFault, openLedger } from '../../../src/ledger/ledger.ts';
import type { Ledger } from '../../../src/ledger/types.ts';
import { Board } from '../../../src/station/board.ts';
import { createIds } from '../../../src/station/ids.ts';
import { recentOutcomes } from '../../../src/station/recent.ts';
import type { PressAnswer, PressBody, Snapshot } from '../../../src/station/snapshot.ts';
import { type ScanFrame, type ScanResult, Station } from '../../../src/station/station.ts';
import { DEFAULT_STATION_TIMES } from '../../../src/station/times.ts';
import { startRecovery } from '../../../src/sync/start.ts';
import type { SyncStatus } from '../../../src/sync/types.ts';

export const CARD = '9491330000000016';
export const OTHER_CARD = '9491330000000032';
export const PAGE = 'page-0001';

/** Time that only moves when a test says so. */
export class HandClock implements Clock {
  #monoMs = 10_000;
  #wallMs = Date.UTC(2026, 6, 23, 5, 30, 0);
  #timers: { atMs: number; run: () => void }[] = [];

  now(): Now {
    return { monoMs: this.#monoMs, wallMs: this.#wallMs };
  }

  after(ms: number, run: () => void): Timer {
    const timer = { atMs: this.#monoMs + ms, run };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((each) => each !== timer);
      },
    };
  }

  /** Somebody, or a battery, sets the clock: no time passes. */
  setWall(wallMs: number): void {
    this.#wallMs = wallMs;
  }

  pass(ms: number): void {
    const endMs = this.#monoMs + ms;
    for (let next = this.#next(endMs); next !== null; next = this.#next(endMs)) {
      this.#move(next.atMs);
      this.#timers = this.#timers.filter((each) => each !== next);
      next.run();
    }
    this.#move(endMs);
  }

  #next(endMs: number): { atMs: number; run: () => void } | null {
    const due = this.#timers
      .filter(({ atMs }) => atMs <= endMs)
      .sort((left, right) => left.atMs - right.atMs);
    return due[0] ?? null;
  }

  #move(toMs: number): void {
    this.#wallMs += Math.max(toMs - this.#monoMs, 0);
    this.#monoMs = Math.max(toMs, this.#monoMs);
  }
}

export const ONLINE: SyncStatus = {
  line: { state: 'online', sinceMs: 0, nextTryMs: null, reason: null, code: null },
  paused: null,
  pauseKept: true,
  breaker: { state: 'closed', failures: 0 },
  lastAnsweredAtMs: 0,
  clockOffsetMs: 0,
  clockConfirmed: true,
  onlineSinceStart: true,
  epoch: 0,
  issuerEpoch: 'e',
  recovering: false,
  businessDate: '20260723',
  cutOverHour: 0,
  enabled: { CHARGE: true, REFUND: true },
  limits: {},
  drainPerMinute: 60,
  due: [],
  counts: { depth: { inquiry: 0 } } as SyncStatus['counts'],
};

/** The line is up, and a manager has stopped all approvals. */
export function pausedBy(actor: Actor): SyncStatus {
  const atMs = Date.UTC(2026, 6, 23, 5, 26, 48);
  return {
    ...ONLINE,
    line: { ...ONLINE.line, state: 'paused', sinceMs: atMs, reason: 'PAUSED' },
    paused: { by: 'manager', reason: 'settlement check', code: null, atMs, actor, stops: 'approvals' },
  };
}

export class Lab {
  readonly clock = new HandClock();
  readonly forwarded: ScanFrame[] = [];
  readonly faults: LedgerFault[] = [];
  readonly proofs = new Map<string, string>();
  readonly policy: Policy;
  status: SyncStatus = ONLINE;
  balance: number | null = null;
  /** The business day that is sealed here. */
  sealed: string | null = null;
  /** Thrown by the next writes, as the disk would make the ledger throw. */
  failing: Error | null = null;
  ledger: Ledger;
  station: Station;
  #board: Board | null = null;
  readonly #directory = mkdtempSync(join(tmpdir(), 'kona-till-station-'));
  #token = 100;

  constructor(policy: Partial<Policy> = {}) {
    this.policy = { ...DEFAULT_POLICY, ...policy };
    this.ledger = this.#openLedger();
    this.station = this.#openStation();
    this.station.pages.opened(PAGE, this.clock.now().monoMs);
  }

  #openLedger(): Ledger {
    return openLedger({
      file: join(this.#directory, 'ledger.db'),
      environment: 'test',
      merchantId: 'M00000000000001',
      terminalId: 'T0000001',
      key: Buffer.alloc(32, 3),
      times: this.policy.times,
      policyHash: policyHash(this.policy),
      random: { bytes: (count) => randomBytes(count), fraction: () => 0.5 },
      now: this.clock.now(),
      ballastBytes: 0,
    });
  }

  #openStation(): Station {
    const board = new Board(this.ledger, recentOutcomes(this.ledger, this.clock.now()));
    this.#board = board;
    const { ledger } = this;
    const write = <T>(work: () => T): T => {
      if (this.failing !== null) throw this.failing;
      return work();
    };
    const station: Station = new Station({
      stationId: '1',
      terminalId: 'T0000001',
      run: 'run-1',
      ledger: {
        accept: (scan, now) => write(() => ledger.accept(scan, now)),
        record: (id, event, now, options) => write(() => ledger.record(id, event, now, options)),
        note: (kind, detail, now, actor) => write(() => ledger.note(kind, detail, now, actor)),
        facts: (barcodeSpec, card, now) => ledger.facts(barcodeSpec, card, now),
        deferredOfCard: (id) => ledger.deferredOfCard(id),
        get: (id) => ledger.get(id),
        list: (query) => ledger.list(query),
      },
      board,
      worker: {
        status: () => this.status,
        balanceOf: () => this.balance,
        holdProof: (cancelId, barcodeSpec) => this.proofs.set(cancelId, barcodeSpec),
      },
      policy: this.policy,
      codeTable: DEFAULT_CODE_TABLE,
      clock: this.clock,
      times: DEFAULT_STATION_TIMES,
      newId: createIds({ bytes: (count) => randomBytes(count), fraction: () => 0.5 }),
      isMine: () => true,
      isSealed: (date) => this.sealed === date,
      forward: (frame) => this.forwarded.push(frame),
      onLedgerFault: (fault) => this.faults.push(fault),
    });
    station.setScanner({ state: 'ready', name: 'counter', problem: null });
    ledger.onCommit((committed) => {
      board.update(committed);
      station.committed(committed);
    });
    return station;
  }

  /** As after a kill: the ledger is opened again and everything in it hears of the restart. */
  restart(): void {
    this.station.close();
    this.ledger.close();
    this.failing = null;
    this.ledger = this.#openLedger();
    startRecovery(this.ledger, this.clock.now());
    this.station = this.#openStation();
    this.station.pages.opened(PAGE, this.clock.now().monoMs);
  }

  /** What the rate of reversals is judged by. */
  get recent(): ReturnType<Board['recent']> | undefined {
    return this.#board?.recent(this.clock.now().monoMs);
  }

  recentChangesMs(): number | null | undefined {
    return this.#board?.recentChangesMs(this.clock.now().monoMs);
  }

  barcode(type: 'CHARGE' | 'REFUND', amount: number, cardNumber = CARD): string {
    this.#token += 1;
    return formatBarcode({ type, cardNumber, token: String(this.#token), amount });
  }

  scan(text: string): ScanResult {
    this.station.pages.seen(PAGE, this.clock.now().monoMs);
    return this.station.scan({ source: 'counter', text });
  }

  see(): Snapshot {
    return this.station.snapshot(PAGE);
  }

  face(): string {
    return this.see().face.id;
  }

  press(key: PressBody['key'], change: Partial<PressBody> = {}): PressAnswer {
    const { face } = this.see();
    return this.station.press({
      page: PAGE,
      key,
      sequenceId: face.intent?.sequenceId ?? null,
      version: face.intent?.version ?? null,
      face: face.id,
      ...change,
    });
  }

  shown(): PressAnswer {
    const { face } = this.see();
    return this.station.shown({
      page: PAGE,
      sequenceId: face.intent?.sequenceId ?? null,
      version: face.intent?.version ?? null,
      face: face.id,
    });
  }

  /** The newest payment. */
  newest(): Intent {
    const [intent] = this.ledger.list({ limit: 1 }).intents;
    if (intent === undefined) throw new Error('no payment yet');
    return intent;
  }

  /** What the worker or the issuer would do to the newest payment. */
  event(event: IntentEvent): void {
    this.ledger.record(this.newest().sequenceId, event, this.clock.now(), { actor: { role: 'terminal' } });
  }

  /** The row of this payment cannot be read any more. */
  damage(sequenceId: string): void {
    const record = this.ledger.record.bind(this.ledger);
    this.ledger.record = (id, event, now, options) => {
      if (id === sequenceId) throw new LedgerFault('CORRUPT', 'a row that is no JSON');
      return record(id, event, now, options);
    };
  }

  /** What the till does once somebody came to that. */
  setAside(sequenceId: string): void {
    this.#board?.setAside(sequenceId);
    this.station.setAside(sequenceId);
    this.station.setTrouble({ face: 'LEDGER', code: 'CORRUPT' });
  }

  /** Scan, received, sent and approved. */
  charge(amount = 10_000): void {
    this.scan(this.barcode('CHARGE', amount));
    this.press('RECEIVED');
    this.event({ kind: 'send' });
    this.event({ kind: 'approved', approval: APPROVAL });
  }

  close(): void {
    this.station.close();
    this.ledger.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

export const APPROVAL: Approval = {
  nrNumber: 'KMN260723000000123',
  approvalCode: 'A1B2C3',
  approvedAt: '20260723143205000',
  businessDate: '20260723',
};

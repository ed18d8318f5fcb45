/**
 * The real rooms of a till joined under the virtual clock: ledger, worker, board, station. A crash drops all of it at
 * once, before or after any commit; what comes back is what the disk holds.
 */
import { DEFAULT_CODE_TABLE } from '../../src/barcode/parse.ts';
import type { Intent } from '../../src/intent/model.ts';
import { type Policy, policyHash } from '../../src/intent/policy.ts';
import type { SettlementBackend } from '../../src/konaplate/settlement.ts';
import { LedgerFault } from '../../src/ledger/fault.ts';
import { openLedger } from '../../src/ledger/open.ts';
import type { Ledger, TillLedger, VerifyReport, Voucher } from '../../src/ledger/types.ts';
import type { Settlement } from '../../src/settlement/settlement.ts';
import type { ScanFrame } from '../../src/station/core.ts';
import { createIds } from '../../src/station/ids.ts';
import type { Station } from '../../src/station/station.ts';
import type { SyncLimits } from '../../src/sync/limits.ts';
import type { SyncLog } from '../../src/sync/options.ts';
import { SyncWorker } from '../../src/sync/worker.ts';
import { Till } from '../../src/till.ts';
import type { DecideOptions } from '../../src/web/decide.ts';
import type { Disk } from './disk.ts';
import { postingsOf, vouchersOf } from './disk-days.ts';
import { DiskLedger } from './disk-ledger.ts';
import { Crashed, type MortalWorld, mortal, mortalMemory, type SimulatedLedger } from './mortal.ts';
import type { Plant } from './plants.ts';
import { SeededRandom, type VirtualClock } from './time.ts';

export const MERCHANT = 'M00000000000001';
export const STATION = '1';
export const PAGE = 'page-1';
/** Nobody in a story waits for two weeks. */
const UNCLAIMED_AFTER_MS = 120_000;

export interface TerminalWorld extends MortalWorld {
  readonly clock: VirtualClock;
  readonly backend: SettlementBackend;
  /** A ledger file instead of the disk of the simulator; null: the disk. */
  readonly file: string | null;
  disk: Disk;
  readonly terminalId: string;
  machineId: string;
  policy: Policy;
  /** Bounds of the worker that are not its own defaults. */
  readonly limits: Partial<SyncLimits>;
  readonly plant: Plant | null;
  /** The till gave up by itself. */
  onFault(fault: unknown): void;
  /** Called after each commit with the committed state. */
  onCommit(intent: Intent, event: string): void;
  onLog(line: Parameters<SyncLog>[0]): void;
  /** A scan that is not ours, for the POS program. */
  onForward(frame: ScanFrame): void;
}

/** What can be asked of the books at the end. */
export interface Books {
  intents(): readonly Intent[];
  balances(): Readonly<Record<string, number>>;
  /** Of these, what the business days booked themselves. */
  days(): Readonly<Record<string, number>>;
  /** What managers booked of payments, oldest first. */
  vouchers(): readonly Voucher[];
  /** What does not hold, in words. */
  faults(): readonly string[];
}

export interface Terminal {
  readonly ledger: SimulatedLedger;
  readonly books: Books;
  readonly worker: SyncWorker;
  readonly station: Station;
  /** Its business days. */
  readonly settlement: Settlement;
  /** What the manager's pages decide payments with. */
  readonly pages: DecideOptions;
  /** It has asked to end. */
  isFaulted(): boolean;
  /** Whoever called the ledger met this: as the pages tell it. */
  failed(fault: LedgerFault): void;
  /** Lets nothing new out and waits for the answers under way. */
  stop(): Promise<void>;
  /** The process ends without a goodbye; the disk stays as the last commit left it. */
  kill(): void;
}

function whole(ledger: SimulatedLedger): Ledger {
  const none = (): never => {
    throw new Error('not simulated');
  };
  return {
    ...ledger,
    asRecorded: none,
    acceptMany: none,
    voucher: none,
    changes: none,
    summary: none,
    verify: none,
    restored: none,
    backup: none,
    close: none,
  };
}

/** A policy never changes; a till starts with the same one many times. */
const HASHES = new WeakMap<Policy, string>();

function hashOf(policy: Policy): string {
  const hash = HASHES.get(policy) ?? policyHash(policy);
  HASHES.set(policy, hash);
  return hash;
}

interface Opened {
  readonly ledger: SimulatedLedger;
  readonly books: Books;
  readonly verify: () => Promise<VerifyReport>;
  close(): void;
}

function openDisk(world: TerminalWorld, policy: Policy): Opened {
  const { clock, random, terminalId } = world;
  const ledger = new DiskLedger(world.disk, {
    environment: 'simulation',
    merchantId: MERCHANT,
    terminalId,
    times: policy.times,
    policyHash: hashOf(policy),
    fraction: world.plant?.fraction ?? (() => random.fraction()),
    now: clock.now(),
    decided: world.plant?.decided ?? null,
  });
  const books: Books = {
    intents: () => ledger.list({ limit: 1_000 }).intents,
    balances: () => ledger.balances(),
    days: () => ledger.dayPostings(),
    vouchers: () => ledger.vouchers(),
    faults: () => ledger.faults(),
  };
  const verify = async (): Promise<VerifyReport> => ({
    ok: true,
    entries: ledger.head().index,
    intents: books.intents().length,
    head: ledger.head(),
    balances: ledger.balances(),
    faults: [],
  });
  return { ledger, books, verify, close: () => {} };
}

function openFile(world: TerminalWorld, policy: Policy, file: string): Opened {
  const { clock, random, terminalId } = world;
  // Nonces come from dice of their own, so that the story is the same as on the disk without them.
  const nonces = new SeededRandom(clock.monoMs);
  const ledger = openLedger({
    file,
    environment: 'simulation',
    merchantId: MERCHANT,
    terminalId,
    key: new Uint8Array(32).fill(7),
    times: policy.times,
    policyHash: hashOf(policy),
    random: {
      bytes: (count) => nonces.bytes(count),
      fraction: world.plant?.fraction ?? (() => random.fraction()),
    },
    now: clock.now(),
    ballastBytes: 0,
  });
  const books: Books = {
    intents: () => ledger.list({ limit: 1_000 }).intents,
    balances: () => ledger.balances(),
    days: () => postingsOf(ledger),
    vouchers: () => vouchersOf(ledger),
    faults: () => ledger.verify().faults.map(({ code, text }) => `${code} ${text}`),
  };
  return { ledger, books, verify: async () => ledger.verify(), close: () => ledger.close() };
}

/** Starts the till on what the disk holds, as the agent does: recovery first, then the worker, then the station. */
export function startTerminal(world: TerminalWorld): Terminal {
  const { clock, plant } = world;
  const state = { dead: false };
  plant?.disk?.(world.disk);
  world.volume.tidied();
  const policy = plant?.policy?.(world.policy) ?? world.policy;
  const opened = world.file === null ? openDisk(world, policy) : openFile(world, policy, world.file);
  const honest = mortal(opened.ledger, world, state);
  const ledger: SimulatedLedger = { ...honest, ...plant?.ledger?.(honest) };
  const joined = plant?.noRecovery === true ? { ...ledger, ...forgetful(ledger) } : ledger;
  let till: Till | null = null;
  let second: SyncWorker | null = null;
  let stopListening = (): void => {};
  const kill = (): void => {
    state.dead = true;
    stopListening();
    till?.close();
    void till?.stop().catch(() => {});
    void second?.stop().catch(() => {});
    opened.close();
  };
  try {
    till = joinTill(world, policy, joined, opened.verify, state);
    plant?.till?.(till);
    stopListening = honest.onCommit(({ intent, record }) => {
      if (!state.dead) world.onCommit(intent, record.event);
    });
    till.start();
    second = plant?.secondWorker === true ? secondWorker(world, ledger, till) : null;
    const station = till.stations.get(STATION);
    if (station === undefined) throw new Error('the till has no station');
    station.pages.opened(PAGE, clock.now().monoMs);
    const { worker, settlement } = till;
    if (settlement === null) throw new Error('the till closes no days');
    return {
      ledger,
      books: opened.books,
      worker,
      station,
      settlement,
      pages: pagesOf(world, ledger, till),
      isFaulted: () => till?.isFaulted === true,
      failed: (fault) => till?.ledgerFault(fault),
      stop: () => till?.stop() ?? Promise.resolve(),
      kill,
    };
  } catch (error) {
    // What began to run must not write beside the process that comes after it.
    kill();
    throw error;
  }
}

function pagesOf(world: TerminalWorld, ledger: SimulatedLedger, till: Till): DecideOptions {
  const { clock, policy, random } = world;
  const { worker, board } = till;
  const newId = createIds(random);
  const terms = { pinAbove: 0, unclaimedAfterMs: UNCLAIMED_AFTER_MS };
  return { ledger: whole(ledger), worker, board, clock, policy, newId, ...terms };
}

/** A planted bug: the restart finds nothing to ask about. */
function forgetful(ledger: TillLedger): TillLedger {
  let isStarting = true;
  return {
    ...ledger,
    attention: () => (isStarting ? [] : ledger.attention()),
    note: (kind, detail, now, actor) => {
      isStarting = false;
      return ledger.note(kind, detail, now, actor);
    },
  };
}

/** A planted bug: a second dispatcher on the same ledger. */
function secondWorker(world: TerminalWorld, ledger: TillLedger, till: Till): SyncWorker {
  const { clock, random, policy, backend, machineId, terminalId, memory } = world;
  const worker = new SyncWorker({
    ledger,
    backend,
    clock,
    random,
    times: policy.times,
    identity: { machineId, agentVersion: '0.0.0' },
    terminalId,
    memory,
    onFault: (fault) => fault instanceof LedgerFault && till.ledgerFault(fault),
  });
  worker.start();
  return worker;
}

/** The same join as the agent's, with the simulated world in place of sockets, scanners and pages. */
function joinTill(
  world: TerminalWorld,
  policy: Policy,
  ledger: SimulatedLedger,
  verify: () => Promise<VerifyReport>,
  state: { dead: boolean },
): Till {
  const { clock, random, plant, backend, machineId, terminalId } = world;
  const memory = mortalMemory(world, state);
  return new Till({
    ledger,
    backend: plant?.backend?.(backend) ?? backend,
    clock,
    random,
    policy,
    codeTable: DEFAULT_CODE_TABLE,
    terminalId,
    day: { ledger: whole(ledger), merchantId: MERCHANT, store: 'Simulated', verify },
    stationIds: [STATION],
    run: String(random.below(1_000_000)),
    version: '0.0.0',
    machineId,
    memory: plant?.memory?.(memory) ?? memory,
    newId: createIds(random),
    syncLimits: { ...world.limits, ...plant?.limits },
    forward: (_station, frame) => world.onForward(frame),
    log: (line) => world.onLog(line),
    onFault: (fault) => {
      if (!(fault instanceof Crashed) && !state.dead) world.onFault(fault);
    },
  });
}

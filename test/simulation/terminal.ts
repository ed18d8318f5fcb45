/**
 * The real rooms of a till joined under the virtual clock: ledger, worker, board, station. A crash drops all of it at
 * once, before or after any commit; what comes back is what the disk holds.
 */
import { DEFAULT_CODE_TABLE } from '../../src/barcode/parse.ts';
import type { Intent, IntentEvent } from '../../src/intent/model.ts';
import { type Policy, policyHash } from '../../src/intent/policy.ts';
import type { SettlementBackend } from '../../src/konaplate/settlement.ts';
import { LedgerFault } from '../../src/ledger/fault.ts';
import { openLedger } from '../../src/ledger/open.ts';
import type { Ledger, TillLedger, VerifyReport, Voucher } from '../../src/ledger/types.ts';
import type { Settlement } from '../../src/settlement/settlement.ts';
import type { ScanFrame } from '../../src/station/core.ts';
import { createIds } from '../../src/station/ids.ts';
import type { Station } from '../../src/station/station.ts';
import type { SyncMemory } from '../../src/sync/memory.ts';
import type { SyncLog } from '../../src/sync/options.ts';
import { SyncWorker } from '../../src/sync/worker.ts';
import { Till } from '../../src/till.ts';
import type { DecideOptions } from '../../src/web/decide.ts';
import type { Disk } from './disk.ts';
import { type DayLedger, postingsOf, vouchersOf } from './disk-days.ts';
import { DiskLedger } from './disk-ledger.ts';
import type { KeptMemory } from './kept-memory.ts';
import type { Plant } from './plants.ts';
import { SeededRandom, type VirtualClock } from './time.ts';
import type { Volume } from './volume.ts';

export const MERCHANT = 'M00000000000001';
export const STATION = '1';
export const PAGE = 'page-1';
/** Nobody in a story waits for two weeks. */
const UNCLAIMED_AFTER_MS = 120_000;

/** The process is gone in the middle of whatever it did. Nothing of ours may catch it and go on. */
export class Crashed extends Error {
  override readonly name = 'Crashed';
}

/** Runs something that may be the end of a process. */
export function survive(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof Crashed)) throw error;
  }
}

/** What may go wrong at a writing call, as probabilities. */
export interface DiskFaults {
  /** The process dies, half of the time just before the commit, half just after. */
  crash: number;
  /** No room: nothing of the call is written. */
  full: number;
  /** The disk fails; half of the time the commit is on it nevertheless. */
  io: number;
  /** The small file beside the ledger is not written, or is and nobody is told so, or the process dies over it. */
  memory: number;
}

/** One write that fails, by its kind in the counted faults. */
export type DiskFault = 'diskFull' | 'diskError' | 'diskStaysFull' | 'diskStaysBroken' | 'memoryFails';

export interface TerminalWorld {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly backend: SettlementBackend;
  /** A ledger file instead of the disk of the simulator; null: the disk. */
  readonly file: string | null;
  disk: Disk;
  readonly terminalId: string;
  machineId: string;
  policy: Policy;
  /** Of the machine in which the disk is. */
  readonly volume: Volume;
  readonly memory: KeptMemory;
  readonly plant: Plant | null;
  readonly faults: DiskFaults;
  /** Writes after which the process is killed; null: it is not. */
  killIn: number | null;
  onCrash(): void;
  /** A shrunk story may leave out that a process dies by itself. */
  mayDie(): boolean;
  onDiskFault(kind: 'full' | 'io' | 'memory', fault: DiskFault): boolean;
  /** The disk did not take what a payment must be before it is asked about, so it is not asked about. */
  onUnasked(sequenceId: string): void;
  /** The till gave up by itself. */
  onFault(fault: unknown): void;
  /** Called after each commit with the committed state. */
  onCommit(intent: Intent, event: string): void;
  /** Every event given to the rules, with the state that it met. */
  onEvent(intent: Intent, event: IntentEvent): void;
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

/** What must be on disk before a payment is asked about: that nobody knows what became of it, and the attempt. */
const UNASKED: ReadonlySet<string> = new Set(['unanswered', 'ambiguous', 'inquire']);

/** Every writing call may be the last one of this process, and may find a disk that fails. */
function mortal(ledger: SimulatedLedger, world: TerminalWorld, state: { dead: boolean }): SimulatedLedger {
  const { faults, random } = world;
  let hasBroken = false;
  const diskFault = <Result>(call: () => Result, isNew: boolean): Result | null => {
    const isFull = faults.full > 0 && random.chance(faults.full);
    const isBroken = faults.io > 0 && random.chance(faults.io);
    const lasting = world.volume.commit(isNew);
    if (isFull && world.onDiskFault('full', 'diskFull')) throw new LedgerFault('FULL');
    if (lasting === 'full' && world.onDiskFault('full', 'diskStaysFull')) throw new LedgerFault('FULL');
    const breaks =
      (isBroken && world.onDiskFault('io', 'diskError')) ||
      (lasting === 'io' && world.onDiskFault('io', 'diskStaysBroken'));
    if (!breaks) return null;
    // What the ledger refuses by itself, such as a barcode that is gone, never comes to the disk that fails.
    if (random.chance(0.5)) call();
    hasBroken = true;
    throw new LedgerFault('IO');
  };
  /** After a write that failed the ledger writes nothing any more. */
  const mustBeWhole = (): void => {
    if (hasBroken) throw new LedgerFault('IO');
  };
  const around =
    <Arguments extends unknown[], Result>(call: (...given: Arguments) => Result, isNew = false) =>
    (...given: Arguments): Result => {
      if (state.dead) throw new Crashed();
      mustBeWhole();
      diskFault(() => call(...given), isNew);
      const isKilled = world.killIn === 0;
      if (world.killIn !== null) world.killIn = isKilled ? null : world.killIn - 1;
      const dies = isKilled || (faults.crash > 0 && random.chance(faults.crash));
      const after = dies && random.chance(0.5);
      if (!dies || after) {
        const result = call(...given);
        if (!dies) return result;
      }
      state.dead = true;
      world.onCrash();
      throw new Crashed();
    };
  const record = around((...[sequenceId, event, now, options]: Parameters<SimulatedLedger['record']>) => {
    const intent = ledger.get(sequenceId);
    if (intent !== null) world.onEvent(intent, event);
    return ledger.record(sequenceId, event, now, options);
  });
  return {
    accept: around((scan, now) => ledger.accept(scan, now), true),
    record: (sequenceId, event, now, options) => {
      try {
        return record(sequenceId, event, now, options);
      } catch (error) {
        if (UNASKED.has(event.kind) && error instanceof LedgerFault) world.onUnasked(sequenceId);
        throw error;
      }
    },
    recordMany: around((steps, now) => {
      for (const { sequenceId, event } of steps) {
        const intent = ledger.get(sequenceId);
        if (intent !== null) world.onEvent(intent, event);
      }
      return ledger.recordMany(steps, now);
    }),
    note: around((kind, detail, now, actor) => ledger.note(kind, detail, now, actor)),
    recovered: around((now, actor) => ledger.recovered(now, actor)),
    facts: (barcodeSpec, cardNumber, now) => ledger.facts(barcodeSpec, cardNumber, now),
    deferredOfCard: (sequenceId) => ledger.deferredOfCard(sequenceId),
    get: (sequenceId) => ledger.get(sequenceId),
    open: () => ledger.open(),
    attention: () => ledger.attention(),
    list: (query) => ledger.list(query),
    head: () => ledger.head(),
    isBroken: () => hasBroken,
    sweep: (now) => {
      mustBeWhole();
      world.volume.tidied();
      return ledger.sweep(now);
    },
    recovering: () => ledger.recovering(),
    markRecovering: around((reason, now, actor) => ledger.markRecovering(reason, now, actor)),
    onCommit: (listener) => ledger.onCommit(listener),
    recordDay: around((entry, now, actor) => ledger.recordDay(entry, now, actor)),
    days: (limit) => ledger.days(limit),
    day: (date) => ledger.day(date),
    dayEntries: (date) => ledger.dayEntries(date),
    dayPosition: (date) => ledger.dayPosition(date),
    numbered: (sequenceId) => ledger.numbered(sequenceId),
    pageOfDay: (date, after, limit) => ledger.pageOfDay(date, after, limit),
    balances: () => ledger.balances(),
    timeline: (sequenceId) => ledger.timeline(sequenceId),
    entries: (fromIndex, limit) => ledger.entries(fromIndex, limit),
    sign: (text) => ledger.sign(text),
  };
}

/** The small file beside the ledger, on the same disk. */
function mortalMemory(world: TerminalWorld, state: { dead: boolean }): SyncMemory {
  const { memory, faults, random } = world;
  return {
    read: () => memory.read(),
    write: (remembered) => {
      if (state.dead) throw new Crashed();
      const dies = faults.memory > 0 && random.chance(faults.memory) && world.mayDie();
      const isAfter = dies && random.chance(0.5);
      if (!dies || isAfter) memory.write(remembered);
      if (!dies) return;
      state.dead = true;
      world.onCrash();
      throw new Crashed();
    },
  };
}

/** What the till and its business days use; the rest of a ledger is for pages and commands, which no story has. */
export type SimulatedLedger = TillLedger & DayLedger;

function whole(ledger: SimulatedLedger): Ledger {
  const none = (): never => {
    throw new Error('not simulated');
  };
  return {
    ...ledger,
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
    forward: (_station, frame) => world.onForward(frame),
    log: (line) => world.onLog(line),
    onFault: (fault) => {
      if (!(fault instanceof Crashed) && !state.dead) world.onFault(fault);
    },
  });
}

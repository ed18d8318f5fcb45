/**
 * A process that may end, or meet a disk that fails, at each of its writes: the ledger of a till and the small file beside
 * it. A crash drops all of it at once, before or after the commit.
 */
import type { Intent, IntentEvent } from '../../src/intent/model.ts';
import { LedgerFault } from '../../src/ledger/fault.ts';
import type { TillLedger } from '../../src/ledger/types.ts';
import type { SyncMemory } from '../../src/sync/memory.ts';
import type { DayLedger } from './disk-days.ts';
import type { KeptMemory } from './kept-memory.ts';
import type { SeededRandom } from './time.ts';
import type { Volume } from './volume.ts';

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
export type DiskFault =
  | 'diskFull'
  | 'diskError'
  | 'diskStaysFull'
  | 'diskStaysBroken'
  | 'memoryFails'
  | 'failsOnce';

/** What the till and its business days use; the rest of a ledger is for pages and commands, which no story has. */
export type SimulatedLedger = TillLedger & DayLedger;

/** The process ends before or after a write; there is no room for it; the disk fails, with the commit on it nevertheless. */
export type Fate = 'before' | 'after' | 'full' | 'io' | 'ioKept';
/** What a sweep has become of this write; null: nothing. */
export type Doom = () => Fate | null;

/** What writes find, and who hears of it. */
export interface MortalWorld {
  readonly random: SeededRandom;
  /** Of the machine in which the disk is. */
  readonly volume: Volume;
  readonly memory: KeptMemory;
  readonly faults: DiskFaults;
  /** Writes after which the process is killed; null: it is not. */
  killIn: number | null;
  /** Asked at each write, also of the file beside the ledger; null: no sweep. */
  doom: Doom | null;
  onCrash(): void;
  /** A shrunk story may leave out that a process dies by itself. */
  mayDie(): boolean;
  onDiskFault(kind: 'full' | 'io' | 'memory', fault: DiskFault): boolean;
  /** The disk did not take what a payment must be before it is asked about, so it is not asked about. */
  onUnasked(sequenceId: string): void;
  /** Every event given to the rules, with the state that it met. */
  onEvent(intent: Intent, event: IntentEvent): void;
}

/** What must be on disk before a payment is asked about: that nobody knows what became of it, and the attempt. */
const UNASKED: ReadonlySet<string> = new Set(['unanswered', 'ambiguous', 'inquire']);

/** Every writing call may be the last one of this process, and may find a disk that fails. */
export function mortal(
  ledger: SimulatedLedger,
  world: MortalWorld,
  state: { dead: boolean },
): SimulatedLedger {
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
  /** A sweep has the disk fail just here. */
  const failsHere = (fate: Fate | null, call: () => unknown): void => {
    if (fate === 'full' && world.onDiskFault('full', 'failsOnce')) throw new LedgerFault('FULL');
    if (fate !== 'io' && fate !== 'ioKept') return;
    if (!world.onDiskFault('io', 'failsOnce')) return;
    if (fate === 'ioKept') call();
    hasBroken = true;
    throw new LedgerFault('IO');
  };
  /** After a write that failed the ledger writes nothing any more. */
  const mustBeWhole = (): void => {
    if (hasBroken) throw new LedgerFault('IO');
  };
  const ends = (): never => {
    state.dead = true;
    world.onCrash();
    throw new Crashed();
  };
  const around =
    <Arguments extends unknown[], Result>(call: (...given: Arguments) => Result, isNew = false) =>
    (...given: Arguments): Result => {
      if (state.dead) throw new Crashed();
      mustBeWhole();
      const fate = world.doom?.() ?? null;
      failsHere(fate, () => call(...given));
      diskFault(() => call(...given), isNew);
      const isKilled = world.killIn === 0;
      if (world.killIn !== null) world.killIn = isKilled ? null : world.killIn - 1;
      const isEnd = fate === 'before' || fate === 'after';
      const dies = isEnd || isKilled || (faults.crash > 0 && random.chance(faults.crash));
      const after = dies && (isEnd ? fate === 'after' : random.chance(0.5));
      if (!dies || after) {
        const result = call(...given);
        if (!dies) return result;
      }
      return ends();
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
      const fate = world.doom?.() ?? null;
      failsHere(fate, () => ledger.sweep(now));
      if (fate === 'before') ends();
      const erased = ledger.sweep(now);
      return fate === 'after' ? ends() : erased;
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
export function mortalMemory(world: MortalWorld, state: { dead: boolean }): SyncMemory {
  const { memory, faults, random } = world;
  return {
    read: () => memory.read(),
    write: (remembered) => {
      if (state.dead) throw new Crashed();
      const fate = world.doom?.() ?? null;
      const isEnd = fate === 'before' || fate === 'after';
      if (fate !== null && !isEnd && world.onDiskFault('memory', 'failsOnce')) {
        if (fate === 'ioKept') memory.write(remembered);
        throw new Error('EIO: the file beside the ledger');
      }
      const dies = isEnd || (faults.memory > 0 && random.chance(faults.memory) && world.mayDie());
      const isAfter = dies && (isEnd ? fate === 'after' : random.chance(0.5));
      if (!dies || isAfter) memory.write(remembered);
      if (!dies) return;
      state.dead = true;
      world.onCrash();
      throw new Crashed();
    },
  };
}

/**
 * The real rooms of a till joined under the virtual clock: ledger file, worker, board, station. A crash drops all of it
 * at once, before or after any commit; what comes back is what the file holds.
 */

import { DEFAULT_CODE_TABLE } from '../../src/barcode/parse.ts';
import type { Intent } from '../../src/intent/model.ts';
import { type Policy, policyHash } from '../../src/intent/policy.ts';
import type { SettlementBackend } from '../../src/konaplate/settlement.ts';
import { openLedger } from '../../src/ledger/open.ts';
import type { Ledger } from '../../src/ledger/types.ts';
import { createIds } from '../../src/station/ids.ts';
import type { Station } from '../../src/station/station.ts';
import type { SyncMemory } from '../../src/sync/memory.ts';
import type { SyncWorker } from '../../src/sync/worker.ts';
import { Till } from '../../src/till.ts';
import type { Plant } from './plants.ts';
import type { SeededRandom, VirtualClock } from './time.ts';

export const MERCHANT = 'M00000000000001';
export const TERMINAL = 'T0000001';
export const STATION = '1';
export const PAGE = 'page-1';
export const MACHINE = 'a'.repeat(64);

/** The process is gone in the middle of whatever it did. Nothing of ours may catch it and go on. */
export class Crashed extends Error {
  override readonly name = 'Crashed';
}

export interface TerminalWorld {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly backend: SettlementBackend;
  readonly file: string;
  readonly policy: Policy;
  readonly memory: SyncMemory;
  readonly plant: Plant | null;
  /** Chance that the process dies at a given commit, half of the time just before it, half just after. */
  crashAtCommit: number;
  onCrash(): void;
  /** The till gave up by itself, which nothing in a story asks for. */
  onFault(fault: unknown): void;
  /** Called after each commit with the committed state. */
  onCommit(intent: Intent): void;
}

export interface Terminal {
  readonly ledger: Ledger;
  readonly worker: SyncWorker;
  readonly station: Station;
  /** The process ends without a goodbye; the file stays as the last commit left it. */
  kill(): void;
}

/** Every writing call may be the last one of this process. */
function mortal(ledger: Ledger, world: TerminalWorld, state: { dead: boolean }): Ledger {
  const around =
    <Arguments extends unknown[], Result>(call: (...given: Arguments) => Result) =>
    (...given: Arguments): Result => {
      if (state.dead) throw new Crashed();
      const dies = world.crashAtCommit > 0 && world.random.chance(world.crashAtCommit);
      const after = dies && world.random.chance(0.5);
      if (!dies || after) {
        const result = call(...given);
        if (!dies) return result;
      }
      state.dead = true;
      world.onCrash();
      throw new Crashed();
    };
  return {
    ...ledger,
    accept: around((scan, now) => ledger.accept(scan, now)),
    acceptMany: around((scans, now) => ledger.acceptMany(scans, now)),
    record: around((sequenceId, event, now, options) => ledger.record(sequenceId, event, now, options)),
    note: around((kind, detail, now, actor) => ledger.note(kind, detail, now, actor)),
  };
}

/** Starts the till on what the file holds, as the agent does: recovery first, then the worker, then the station. */
export function startTerminal(world: TerminalWorld): Terminal {
  const { clock, random, policy } = world;
  const state = { dead: false };
  const opened = openLedger({
    file: world.file,
    environment: 'simulation',
    merchantId: MERCHANT,
    terminalId: TERMINAL,
    key: new Uint8Array(32).fill(7),
    times: policy.times,
    policyHash: policyHash(policy),
    random,
    now: clock.now(),
    ballastBytes: 0,
  });
  const whole = mortal(opened, world, state);
  const ledger = world.plant?.ledger?.(whole) ?? whole;
  let till: Till;
  try {
    till = joinTill(world, world.plant?.noRecovery === true ? forgetful(ledger) : ledger);
  } catch (error) {
    opened.close();
    throw error;
  }
  const stopListening = ledger.onCommit(({ intent }) => {
    if (!state.dead) world.onCommit(intent);
  });
  till.start();
  const station = till.stations.get(STATION);
  if (station === undefined) throw new Error('the till has no station');
  station.pages.opened(PAGE, clock.now().monoMs);
  const { worker } = till;
  return {
    ledger,
    worker,
    station,
    kill: () => {
      state.dead = true;
      stopListening();
      till.close();
      void worker.stop().catch(() => {});
      opened.close();
    },
  };
}

/** A planted bug: the restart finds nothing to ask about. */
function forgetful(ledger: Ledger): Ledger {
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

/** The same join as the agent's, with the simulated world in place of sockets, scanners and pages. */
function joinTill(world: TerminalWorld, ledger: Ledger): Till {
  const { clock, random, policy, plant, backend, memory } = world;
  return new Till({
    ledger,
    backend: plant?.backend?.(backend) ?? backend,
    clock,
    random,
    policy,
    codeTable: DEFAULT_CODE_TABLE,
    terminalId: TERMINAL,
    merchantId: MERCHANT,
    store: '가나편의점',
    verify: async () => ledger.verify(),
    stationIds: [STATION],
    run: String(random.below(1_000_000)),
    version: '0.0.0',
    machineId: MACHINE,
    memory,
    newId: createIds(random),
    forward: () => {},
    onFault: (fault) => {
      if (!(fault instanceof Crashed)) world.onFault(fault);
    },
  });
}

import { expect, it } from 'vitest';
import { LedgerFault } from '../../src/ledger/fault.ts';
import { Counter } from './counter.ts';
import { IssuerModel } from './issuer-model.ts';
import { noMoods } from './issuer-moods.ts';
import { decide } from './manager.ts';
import { policyOf } from './policies.ts';
import { STATION } from './terminal.ts';
import { SeededRandom, VirtualClock } from './time.ts';

const SCAN = {
  sequenceId: '01J00000000000000000000001',
  stationId: STATION,
  type: 'CHARGE',
  amount: 10_000,
  managerNeeded: false,
  cardNumber: '9410000000000005',
  barcodeSpec: 'CHARGE9410000000000005123010000',
} as const;

function counterOf(clock: VirtualClock, seed = 1): Counter {
  const moods = noMoods();
  return new Counter({
    clock,
    random: new SeededRandom(seed),
    people: new SeededRandom(seed + 1),
    moods,
    issuer: new IssuerModel({ wallMs: () => clock.trueMs, tombstones: true, moods, after: () => {} }),
    terminalId: 'T0000001',
    file: null,
    plant: null,
    counts: {},
    tallies: {},
    without: new Set(),
    policyOf,
    limits: {},
    tombstones: true,
    tell: null,
    violate: ({ text }) => expect.unreachable(text),
  });
}

/** Everything until `ms` from now. */
function pass(clock: VirtualClock, ms: number): void {
  const endMs = clock.monoMs + ms;
  while (clock.step(endMs)) {
    // One event after the other.
  }
}

it('no till runs on while its disk is put back, also one that starts in that very moment', () => {
  const clock = new VirtualClock();
  const counter = counterOf(clock);
  for (let starts = 0; starts < 5; starts += 1) {
    counter.start();
    counter.powerCut();
  }
  counter.rollBack('oldImage');
  counter.start();
  expect(counter.terminal).not.toBeNull();
  pass(clock, 1);
  expect(counter.terminal).toBeNull();
});

it('a till whose disk fails under a manager writes nothing any more, ends, and comes back by itself', () => {
  const clock = new VirtualClock();
  const counter = counterOf(clock);
  counter.start();
  const { terminal, world } = counter;
  if (terminal === null) throw new Error('the till is not up');
  terminal.ledger.accept(SCAN, clock.now());
  world.faults.io = 1;
  decide(terminal, SCAN.sequenceId, 'givenBack', clock.now());
  world.faults.io = 0;
  expect(() => terminal.ledger.note('lookedIn', {}, clock.now(), { role: 'terminal' })).toThrow(LedgerFault);
  expect(terminal.isFaulted()).toBe(true);
  pass(clock, 300);
  expect(counter.terminal).toBeNull();
  pass(clock, 60_000);
  expect(counter.terminal).not.toBeNull();
});

it('a ledger that refuses a call before it writes anything is not broken by the disk under it', () => {
  const clock = new VirtualClock();
  const met = new Set<string>();
  for (let seed = 1; seed <= 20; seed += 1) {
    const counter = counterOf(clock, seed);
    counter.start();
    const { terminal, world } = counter;
    if (terminal === null) throw new Error('the till is not up');
    terminal.ledger.accept(SCAN, clock.now());
    world.faults.io = 1;
    try {
      terminal.ledger.accept(SCAN, clock.now());
    } catch (fault) {
      met.add(`${(fault as Error).name} ${terminal.ledger.isBroken()}`);
    }
    counter.switchOff();
  }
  expect([...met].sort()).toEqual(['DuplicateScan false', 'LedgerFault true']);
});

it('what people moved in the dark is out of sight of a till only until it has come up again, and asks', () => {
  const withdrawal = { ...SCAN, type: 'REFUND' } as const;
  const { sequenceId } = withdrawal;
  let paidOut = 0;
  for (let seed = 1; seed <= 20; seed += 1) {
    const clock = new VirtualClock();
    const counter = counterOf(clock, seed);
    counter.start();
    counter.terminal?.ledger.accept(withdrawal, clock.now());
    for (let looks = 0; looks < 70; looks += 1) {
      pass(clock, 100);
      counter.settle();
      counter.look();
    }
    counter.powerCut();
    pass(clock, 1_001);
    if (!counter.cashier.hasMovedInTheDark(sequenceId)) continue;
    paidOut += 1;
    pass(clock, 40_000);
    expect(counter.terminal?.ledger.get(sequenceId)?.question).toBe('RE_OUT_EARLY');
    expect(counter.cashier.hasMovedInTheDark(sequenceId)).toBe(false);
  }
  expect(paidOut).toBeGreaterThan(0);
});

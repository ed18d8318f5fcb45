/** Which days are compared by themselves while the list or the ledger of one of them is of no use. */
import { beforeEach, describe, expect, it } from 'vitest';
import { LedgerFault } from '../../../src/ledger/fault.ts';
import { AutomaticComparison } from '../../../src/settlement/automatic.ts';
import type { DayState } from '../../../src/settlement/day.ts';
import { SettlementFault } from '../../../src/settlement/fault.ts';
import { HandClock } from '../../integration/sync/counter.ts';

const OLDEST = '20260720';
/** Newest first. */
const DATES = ['20260723', '20260722', '20260721', OLDEST];
const HOUR_MS = 3_600_000;

let clock: HandClock;
/** Dates in the order in which their comparison was begun. */
let asked: string[];
let faults: unknown[];
let compared: Set<string>;

beforeEach(() => {
  clock = new HandClock();
  asked = [];
  faults = [];
  compared = new Set();
});

/** `spoil` throws for a day that cannot be compared. */
function comparing(spoil: (date: string) => void): AutomaticComparison {
  const stateOf = (date: string): DayState => {
    const reconciled = compared.has(date) ? { detail: { final: true } } : null;
    return { sealed: null, reconciled } as DayState;
  };
  const automatic = new AutomaticComparison({
    clock,
    openDate: () => '20260724',
    days: () => DATES.map((date) => ({ date, state: stateOf(date) })),
    reconcile: async (date) => {
      asked.push(date);
      spoil(date);
      compared.add(date);
    },
    onFault: (fault) => faults.push(fault),
  });
  automatic.lineChanged();
  return automatic;
}

const timesAsked = (date: string): number => asked.filter((each) => each === date).length;

describe('a day whose list is not to be had', () => {
  it.each([1, 2, 3])('keeps none of the others from being compared: %i of four', async (count) => {
    const silent = DATES.slice(-count);
    const automatic = comparing((date) => {
      if (silent.includes(date)) throw new SettlementFault('NO_ANSWER', '006_022');
    });
    await clock.advance(HOUR_MS);
    expect([...compared].sort()).toEqual(DATES.filter((date) => !silent.includes(date)).sort());
    automatic.stop();
  });

  it('is asked for again beside the others, ever more rarely, and compared once it is there', async () => {
    let isThere = false;
    const automatic = comparing((date) => {
      if (date === OLDEST && !isThere) throw new SettlementFault('NO_ANSWER', '006_022');
    });
    await clock.advance(24 * HOUR_MS);
    expect(timesAsked(OLDEST)).toBeGreaterThan(20);
    expect(timesAsked(OLDEST)).toBeLessThan(40);
    isThere = true;
    await clock.advance(HOUR_MS);
    expect(compared.has(OLDEST)).toBe(true);
    automatic.stop();
  });

  it('takes its turns with others like it, none of which is left out', async () => {
    const automatic = comparing(() => {
      throw new SettlementFault('NO_ANSWER', '006_022');
    });
    await clock.advance(24 * HOUR_MS);
    const times = DATES.map(timesAsked);
    expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(1);
    automatic.stop();
  });
});

it('a line that is down is asked for one list at each try, however many days wait for it', async () => {
  const triedMs: number[] = [];
  const automatic = comparing(() => {
    triedMs.push(clock.now().monoMs);
    throw new SettlementFault('NO_ANSWER', 'CONNECT_FAILED');
  });
  await clock.advance(24 * HOUR_MS);
  expect(new Set(triedMs).size).toBe(triedMs.length);
  automatic.stop();
});

describe('a damaged row', () => {
  it('ends the comparison of its own day alone, and is told', async () => {
    const automatic = comparing((date) => {
      if (date === OLDEST) throw new LedgerFault('CORRUPT', 'a row that is no JSON');
    });
    await clock.advance(0);
    expect([...compared].sort()).toEqual(DATES.filter((date) => date !== OLDEST).sort());
    expect(faults).toEqual([new LedgerFault('CORRUPT', 'a row that is no JSON')]);
    automatic.stop();
  });
});

it('a disk without room ends the try: it is no day’s, and no list more is read for it', async () => {
  const automatic = comparing(() => {
    throw new LedgerFault('FULL');
  });
  await clock.advance(0);
  expect(asked).toEqual([OLDEST]);
  expect(faults).toEqual([new LedgerFault('FULL')]);
  automatic.stop();
});

import { beforeAll, describe, expect, it } from 'vitest';
import { SWEEPS, type SweepKind } from './blow.ts';
import { PLANTS, type Plant } from './plants.ts';
import { type SweepResult, sweep, wordsOfPlace } from './sweep.ts';
import { DAY_SEED } from './sweep-day.ts';

/** The time is only a net for a machine that is busy with something else. */
const BUDGET_MS = 240_000;

function sweepOf(kind: SweepKind, plant?: Plant): Promise<SweepResult> {
  const swept = { seed: DAY_SEED, customers: null, ...(plant === undefined ? {} : { plant }) };
  return sweep(swept, kind, { budgetMs: BUDGET_MS, until: (code) => plant?.finds.includes(code) === true });
}

function plantOf(name: string): Plant {
  const plant = PLANTS.find((each) => each.name === name);
  if (plant === undefined) throw new Error('the plant is gone');
  return plant;
}

/** Every way at every place was told, and came, but where there was no commit yet to lose. */
function expectWhole(kind: SweepKind, { places, runs, spared }: SweepResult): void {
  expect(places).toBeGreaterThan(50);
  expect(runs).toBe(places * SWEEPS[kind].length);
  expect(spared.filter(({ way, at }) => way !== 'unsynced' || at > 7).map(wordsOfPlace)).toEqual([]);
}

describe('a short day, told once for every place of it', () => {
  let restored: SweepResult;
  beforeAll(async () => {
    restored = await sweepOf('restore');
  }, BUDGET_MS);

  it('has what is swept for: approved, declined, reversed, asked about, credited later, voided, a day closed', () => {
    const { states, cells, tallies } = restored.plain;
    for (const state of [
      'CHARGE approved/received',
      'CHARGE approved/received deferred',
      'CHARGE reversed/returned',
      'CHARGE voided/returned',
      'REFUND approved/paid_out',
      'REFUND declined/none',
    ])
      expect(states).toContain(state);
    expect(cells).toContain('unknown inquiryCompleted');
    expect(tallies.dayAgreed).toBeGreaterThan(0);
    // Lists of several pages, in the story and after it.
    expect(tallies['code 000_000 list']).toBeGreaterThan(5);
  });

  it('keeps the promise when its disk is put back to every earlier index of its journal, as an image, without the file beside it, as a backup', () => {
    expectWhole('restore', restored);
    expect(restored.failed).toEqual([]);
  });

  it('keeps the promise when its process ends before every write, after it, and with the power, which takes the commit before as well', async () => {
    const swept = await sweepOf('crash');
    expectWhole('crash', swept);
    expect(swept.failed).toEqual([]);
  });

  it('keeps the promise when the date is cut over, or the day sealed, at every step of every request, between two pages of a list too', async () => {
    const swept = await sweepOf('cutOver');
    expectWhole('cutOver', swept);
    expect(swept.failed).toEqual([]);
  });

  it.each([
    ['restore', 'what only the issuer has is not noted by name'],
    ['crash', 'a restart does not ask about cash that is owed'],
    ['cutOver', 'an approval has the business date of when it was asked for'],
  ] as const)('shows a planted bug that nothing else of the day shows: %s, %s', async (kind, name) => {
    const plant = plantOf(name);
    const { plain, failed } = await sweepOf(kind, plant);
    expect(plain.violations).toEqual([]);
    const codes = failed.flatMap(({ violations }) => violations.map(({ code }) => code));
    expect(codes).toContain(plant.finds[0]);
  });
});

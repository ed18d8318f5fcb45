import { beforeAll, describe, expect, it } from 'vitest';
import { SWEEPS, type SweepKind, type Way } from './blow.ts';
import { PLANTS, type Plant } from './plants.ts';
import { type SweepResult, sweep, wordsOfPlace } from './sweep.ts';
import { DAY_SEED } from './sweep-day.ts';
import { overtakenDay } from './sweep-overtaken.ts';

/** The time is only a net for a machine that is busy with something else. */
const BUDGET_MS = 240_000;

/** Ways that need entries in the journal. */
const LOSING: ReadonlySet<Way> = new Set(['unsynced', ...SWEEPS.tail]);

function sweepOf(kind: SweepKind, ways: readonly Way[] = SWEEPS[kind], plant?: Plant): Promise<SweepResult> {
  const swept = { seed: DAY_SEED, customers: null, ...(plant === undefined ? {} : { plant }) };
  return sweep(swept, kind, {
    budgetMs: BUDGET_MS,
    ways,
    until: (code) => plant?.finds.includes(code) === true,
  });
}

function plantOf(name: string): Plant {
  const plant = PLANTS.find((each) => each.name === name);
  if (plant === undefined) throw new Error('the plant is gone');
  return plant;
}

/** Every way at every place was told, and came, but where there was nothing to lose yet. */
function expectWhole(ways: readonly Way[], { places, runs, spared }: SweepResult): void {
  expect(places).toBeGreaterThan(50);
  expect(runs).toBe(places * ways.length);
  expect(spared.filter(({ way, at }) => !LOSING.has(way) || at > 7).map(wordsOfPlace)).toEqual([]);
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
    expectWhole(SWEEPS.restore, restored);
    expect(restored.failed).toEqual([]);
  });

  it('keeps the promise when its process ends before every write, after it, and with the power, which takes the commit before as well', async () => {
    const swept = await sweepOf('crash');
    expectWhole(SWEEPS.crash, swept);
    expect(swept.failed).toEqual([]);
  });

  it.each([
    ['its disk comes back at every write without the last entries of its journal', 'tail', 'lost3'],
    ['its process ends at every write, and once more while it starts', 'again', 'again2'],
    ['its disk fails under every write', 'disk', 'io'],
  ] as const)('keeps the promise when %s', async (_what, kind, way) => {
    const swept = await sweepOf(kind, [way]);
    expectWhole([way], swept);
    expect(swept.failed).toEqual([]);
  });

  it('keeps the promise when the date is cut over, or the day sealed, at every step of every request, between two pages of a list too', async () => {
    const swept = await sweepOf('cutOver');
    expectWhole(SWEEPS.cutOver, swept);
    expect(swept.failed).toEqual([]);
  });

  it.each([
    ['restore', 'what only the issuer has is not noted by name'],
    ['crash', 'a restart does not ask about cash that is owed'],
    ['tail', 'what only the issuer has is not noted by name'],
    ['again', 'a restart does not ask about cash that is owed'],
    ['disk', 'a write that failed on the disk passes for one that the rules refused'],
    ['cutOver', 'an approval has the business date of when it was asked for'],
  ] as const)('shows a planted bug that nothing else of the day shows: %s, %s', async (kind, name) => {
    const plant = plantOf(name);
    const { plain, failed } = await sweepOf(kind, SWEEPS[kind], plant);
    expect(plain.violations).toEqual([]);
    const codes = failed.flatMap(({ violations }) => violations.map(({ code }) => code));
    expect(codes).toContain(plant.finds[0]);
  });
});

describe('a day whose close is overtaken by a charge that nobody hears of', () => {
  it.each([
    ['its process ends before every write', 'crash', 'before'],
    ['there is no room for one write', 'disk', 'full'],
  ] as const)('is closed anew when %s', async (_what, kind, way) => {
    const swept = { seed: DAY_SEED, customers: null, overtaken: overtakenDay };
    const result = await sweep(swept, kind, { budgetMs: BUDGET_MS, ways: [way] });
    expect(result.plain.tallies.dayAgreed).toBe(1);
    expect(result.runs).toBe(result.places);
    expect(result.failed).toEqual([]);
  });
});

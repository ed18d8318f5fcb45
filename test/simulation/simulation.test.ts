import { describe, expect, it } from 'vitest';
import { createRecorder } from '../../drivers/recorder.ts';
import { maskFrame } from '../../src/barcode/mask.ts';
import { PLANTS } from './plants.ts';
import { replay, simulate } from './run.ts';

const CUSTOMERS = 20;
/** Bounded by count; the time is only a net for a machine that is busy with something else. */
const BUDGET_MS = 100_000;

describe('the whole terminal under one seed', () => {
  it('keeps the promise for every won through bad lines, crashes at commits and people acting in the dark', async () => {
    const totals = await simulate({ from: 1, seeds: 40, customers: CUSTOMERS, budgetMs: BUDGET_MS });
    expect(totals.failed.map(({ seed, violations }) => ({ seed, violations }))).toEqual([]);
    expect(totals.crashes).toBeGreaterThan(20);
    expect(totals.states.size).toBeGreaterThan(25);
    for (const fault of [
      'requestLost',
      'answerLost',
      'late',
      'duplicated',
      'reset',
      'nothingLeft',
      'garbled',
    ]) {
      expect(totals.faults[fault], fault).toBeGreaterThan(0);
    }
  });

  it('tells the same story again from the same seed', async () => {
    const twice = [];
    for (let run = 0; run < 2; run += 1) {
      const { intents, crashes, faults, states } = await simulate({
        from: 7,
        seeds: 2,
        customers: CUSTOMERS,
        budgetMs: BUDGET_MS,
      });
      twice.push({ intents, crashes, faults, states: [...states] });
    }
    expect(twice[0]).toEqual(twice[1]);
  });

  it.each(PLANTS.filter(({ quick }) => quick === true))('finds a planted bug: $name', async (plant) => {
    const totals = await simulate({
      from: 1,
      seeds: 60,
      customers: CUSTOMERS,
      budgetMs: BUDGET_MS,
      plant,
      stopAtFirst: true,
    });
    expect(totals.failed.length).toBe(1);
  });

  it("lives through what the recorder of a shop kept: the same outcomes, nobody's cards, every won accounted for", async () => {
    const recorder = createRecorder((raw) => maskFrame(raw));
    const { frame } = recorder.before({ frame: () => undefined, status: () => undefined });
    const scans: readonly (readonly [string, string?])[] = [
      ['CHARGE9410000000000005123010000', ']C0'],
      ['8801234567893', ']E0'],
      ['CHARGE9410000000000005123010000', ']C0'],
      ['REFUND9491330000000009456020000'],
      ['REFUND9491330000000009457030000'.slice(0, 27)],
      ['CHARGE9491330000000009458030000', ']C1'],
      ['CHARGE9491330000000009459050000'],
    ];
    for (const [at, [text, symbology]] of scans.entries()) {
      const read = { source: 'counter', text, monoMs: at * 30_000 };
      frame(symbology === undefined ? read : { ...read, symbology });
    }
    const { outcomes, violations, intents } = await replay(recorder.entries());
    expect(violations).toEqual([]);
    expect(outcomes.map(({ result }) => result)).toEqual([
      'accepted',
      'notOurs',
      'refused',
      'accepted',
      'unreadable',
      'unreadable',
      'accepted',
    ]);
    expect(intents).toBe(3);
  });
});

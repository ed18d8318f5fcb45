import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import { newId, Till } from './till.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const RICH = 2;
const OTHER = 8;
/** Noon in Korea on the 20th; every test begins a month later. */
let nowMs = Date.UTC(2026, 10, 20, 3, 0, 0);
let issuer: Issuer;
let till: Till;

beforeAll(async () => {
  issuer = await startIssuer({
    clock: { nowMs: () => nowMs },
    limits: {
      dailyCharge: 10_000,
      monthlyCharge: 15_000,
      dailyRefund: 10_000,
      monthlyRefund: 15_000,
      monthlyRefundCount: 3,
    },
  });
  till = new Till(issuer, () => nowMs);
});
afterAll(() => issuer.close());
beforeEach(() => {
  nowMs += 31 * DAY_MS;
});

const pay = async (type: 'CHARGE' | 'REFUND', amount: number, sequenceId = newId(), card = RICH) =>
  (await till.approve(await till.barcode(type, till.card(card), amount), { sequenceId })).code;

it('what a card charges in a Korean day and in a month is limited, each card by itself, to the last won', async () => {
  expect(await pay('CHARGE', 6_000)).toBe('000_000');
  expect(await pay('CHARGE', 4_001)).toBe('007_003');
  expect(await pay('CHARGE', 4_000, newId(), OTHER)).toBe('000_000');
  expect(await pay('CHARGE', 4_000)).toBe('000_000');
  expect(await pay('CHARGE', 1)).toBe('007_003');
  // A minute before midnight in Korea it is the same day, a minute after it another one of the same month.
  nowMs += 11 * HOUR_MS + 59 * 60_000;
  expect(await pay('CHARGE', 1)).toBe('007_003');
  nowMs += 2 * 60_000;
  expect(await pay('CHARGE', 5_001)).toBe('007_003');
  expect(await pay('CHARGE', 5_000)).toBe('000_000');
  nowMs += DAY_MS;
  expect(await pay('CHARGE', 1)).toBe('007_003');
});

it('what is withdrawn is limited by day, by month and by count of the month, each with its code', async () => {
  expect(await pay('REFUND', 10_000)).toBe('000_000');
  expect(await pay('REFUND', 1)).toBe('006_010');
  nowMs += DAY_MS;
  expect(await pay('REFUND', 5_001)).toBe('009_002');
  expect(await pay('REFUND', 1_000)).toBe('000_000');
  expect(await pay('REFUND', 1_000)).toBe('000_000');
  expect(await pay('REFUND', 1)).toBe('009_003');
});

it('what was taken back counts no more, and a declined payment never did', async () => {
  const first = newId();
  expect(await pay('CHARGE', 10_000, first)).toBe('000_000');
  expect(await pay('CHARGE', 10_000)).toBe('007_003');
  expect((await till.netCancel(first, 'CHARGE', 10_000)).code).toBe('000_000');
  expect(await pay('CHARGE', 10_000)).toBe('000_000');
  expect(await pay('CHARGE', 1)).toBe('007_003');
});

it('an advice is not declined by a limit: its cash was taken long ago; yet it counts', async () => {
  expect(await pay('CHARGE', 10_000)).toBe('000_000');
  const spec = await till.barcode('CHARGE', till.card(RICH), 2_000);
  expect((await till.approve(spec, { deferred: true })).code).toBe('000_000');
  nowMs += DAY_MS;
  expect(await pay('CHARGE', 3_001)).toBe('007_003');
  expect(await pay('CHARGE', 3_000)).toBe('000_000');
});

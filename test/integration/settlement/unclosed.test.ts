/** Days that nobody closed, however many days have been closed since. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { datePlus } from '../../../src/ledger/days.ts';
import { koreanDate } from '../../../src/ledger/intents.ts';
import { CATEGORIES } from '../../../src/settlement/matching.ts';
import { approveCharge, TERMINAL } from '../ledger/shop.ts';
import { type HandDay, startHandDay, YESTERDAY } from './hand-day.ts';

const NONE = { count: 0, ours: { count: 0, sum: 0 }, theirs: { count: 0, sum: 0 } };

/** More than a status shows of the newest ones. */
const DAYS = 40;
const HOUR_MS = 3_600_000;
const TODAY = datePlus(YESTERDAY, DAYS + 1);
const businessDateOf = (place: number): string => datePlus(YESTERDAY, place + 1);

let day: HandDay;
beforeEach(async () => {
  // The first charge is of YESTERDAY, which stays open.
  day = await startHandDay(TODAY, (ledger, clock) => {
    for (let place = 0; place < DAYS; place += 1) {
      approveCharge(ledger, clock.now(), place + 2);
      const detail = { closeNo: 1, openItems: [], version: '1' };
      ledger.recordDay(
        { kind: 'daySealed', businessDate: businessDateOf(place), detail },
        clock.now(),
        TERMINAL,
      );
    }
  });
});
afterEach(() => day.end());

it('is still the oldest that is not sealed, so that what the issuer has of it is still asked for', () => {
  expect(day.ledger.days(100)).toHaveLength(DAYS + 1);
  expect(day.settlement.unsealedFrom()).toBe(YESTERDAY);
});

it('may be as old as the first entry of the ledger, where the journal lost what it knew of it', () => {
  const began = koreanDate(day.ledger.entries(1, 1)[0]?.atMs ?? 0, 0);
  expect(day.settlement.begunOn()).toBe(datePlus(began, -1));
});

it('is still shown to whoever may close it, below the newest ones', () => {
  const dates = day.settlement.days().map(({ date }) => date);
  expect(dates).toHaveLength(32);
  expect([dates[0], dates.at(-1)]).toEqual([businessDateOf(DAYS - 1), YESTERDAY]);
});

/** A comparison that found so many items missing here. */
function compared(missing: number) {
  const categories = Object.fromEntries(CATEGORIES.map((category) => [category, NONE]));
  return {
    ...{ final: false, asOf: '20260724000010000', differences: [], more: 0 },
    ...{ ours: [], theirs: [], rules: [], items: 0 },
    categories: { ...categories, missingHere: { ...NONE, count: missing } },
  };
}

/** A till with a hundred such days, each compared before. */
function startHundred(): Promise<HandDay> {
  return startHandDay(datePlus(YESTERDAY, 101), (ledger, clock) => {
    for (let place = 1; place <= 100; place += 1) {
      const entry = { kind: 'dayReconciled', businessDate: datePlus(YESTERDAY, place) } as const;
      ledger.recordDay({ ...entry, detail: compared(0) }, clock.now(), TERMINAL);
    }
  });
}

it('is read anew only when something happened to it, also when nobody closed any of a hundred', async () => {
  const first = datePlus(YESTERDAY, 1);
  const unclosed = await startHundred();
  const { ledger, settlement, clock } = unclosed;
  expect(settlement.glances()).toHaveLength(101);
  const read: string[] = [];
  const dayEntries = ledger.dayEntries.bind(ledger);
  ledger.dayEntries = (date) => {
    read.push(date);
    return dayEntries(date);
  };
  settlement.glances();
  expect(read).toEqual([]);
  const entry = { kind: 'dayReconciled', businessDate: first, detail: compared(2) } as const;
  ledger.recordDay(entry, clock.now(), TERMINAL);
  expect(settlement.glances().find(({ date }) => date === first)).toMatchObject({ differences: 2 });
  expect(read).toEqual([first]);
  await unclosed.end();
});

it('is not looked at by a comparison of the till itself, which is about the last week', async () => {
  const unclosed = await startHundred();
  const read = new Set<string>();
  const dayEntries = unclosed.ledger.dayEntries.bind(unclosed.ledger);
  unclosed.ledger.dayEntries = (date) => {
    read.add(date);
    return dayEntries(date);
  };
  unclosed.asked.length = 0;
  await unclosed.clock.advance(HOUR_MS);
  expect(new Set(unclosed.asked).size).toBe(7);
  expect([...read].sort()[0]).toBe(datePlus(YESTERDAY, 94));
  await unclosed.end();
});

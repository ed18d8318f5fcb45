/** A day that nobody closed, however many days have been closed since. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { datePlus } from '../../../src/ledger/days.ts';
import { approveCharge, TERMINAL } from '../ledger/shop.ts';
import { type HandDay, startHandDay, YESTERDAY } from './hand-day.ts';

/** More than a status shows of the newest ones. */
const DAYS = 40;
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

it('is still shown to whoever may close it, below the newest ones', () => {
  const dates = day.settlement.days().map(({ date }) => date);
  expect(dates).toHaveLength(32);
  expect([dates[0], dates.at(-1)]).toEqual([businessDateOf(DAYS - 1), YESTERDAY]);
});

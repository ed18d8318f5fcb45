/** What the page says of a day that was never compared: whether the terminal will do it by itself. */
import { expect, it } from 'vitest';
import { neverCompared } from '../../../src/screens/manager/day-reconcile.tsx';
import { RECONCILE } from '../../../src/screens/text/day.ts';
import { AutomaticComparison } from '../../../src/settlement/automatic.ts';
import type { DayState } from '../../../src/settlement/day.ts';
import { HandClock } from '../../integration/sync/counter.ts';

const OPEN = '20260723';
/** Newest first, the one that is open among them. */
const DATES = [OPEN, ...Array.from({ length: 11 }, (_each, place) => String(20260722 - place))];
const DAY = { phase: 'open', unanswered: false, differences: null, named: 0, late: 0 } as const;
const DAYS = DATES.map((date) => ({ date, ...DAY }));

it('promises a comparison of the very days that the terminal compares by itself, and of the one that is open', async () => {
  const clock = new HandClock();
  const compared: string[] = [];
  const automatic = new AutomaticComparison({
    clock,
    openDate: () => OPEN,
    days: (count) =>
      DATES.slice(0, count).map((date) => ({ date, state: { sealed: null, reconciled: null } as DayState })),
    reconcile: async (date) => compared.push(date),
    onFault: (fault) => expect(fault).toBeNull(),
  });
  automatic.lineChanged();
  await clock.advance(1_000);
  automatic.stop();
  const promised = DATES.filter(
    (date) => neverCompared({ date, openDate: OPEN, days: DAYS }) === RECONCILE.never,
  );
  expect(promised).toEqual([OPEN, ...compared.reverse()]);
});

it('promises none of a day that this ledger holds nothing of, unless it is the open one', () => {
  expect(neverCompared({ date: '20260601', openDate: OPEN, days: DAYS })).toBe(RECONCILE.neverByItself);
  expect(neverCompared({ date: OPEN, openDate: OPEN, days: [] })).toBe(RECONCILE.never);
});

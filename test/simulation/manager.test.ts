import { describe, expect, it } from 'vitest';
import { itemsDigest } from '../../src/konaplate/items-digest.ts';
import { foldDay } from '../../src/settlement/day.ts';
import { Causes } from './causes.ts';
import { IssuerModel } from './issuer-model.ts';
import { daysFault } from './manager.ts';

const DATE = '20260723';
const TILL = 'T0000001';
const NOTHING = { rollbacks: 0, restores: 0, copies: 0 };

/** The account of a till that has not closed the day, at an issuer that has it agreed. */
function accountOf(excused: typeof NOTHING): readonly string[] {
  const issuer = new IssuerModel({ wallMs: () => 0, tombstones: true });
  issuer.close(TILL, {
    businessDate: DATE,
    closeNo: 1,
    totals: [],
    openItems: [],
    itemsDigest: itemsDigest([]),
  });
  const settlement = { days: () => [{ date: DATE, state: foldDay(DATE, []) }] };
  const ledger = { dayPosition: () => ({ issuerPayable: 0, cashDrawer: 0 }) };
  return daysFault(settlement, ledger, [], issuer, TILL, excused, new Causes()).map(({ code }) => code);
}

describe('a day that only the issuer has agreed', () => {
  it('is found', () => {
    expect(accountOf(NOTHING)).toEqual(['ONE_SIDED_SEAL']);
  });

  it("is nobody's fault where a copy of the disk ran: it may have closed the day before it was fenced", () => {
    expect(accountOf({ ...NOTHING, copies: 1 })).toEqual([]);
  });
});

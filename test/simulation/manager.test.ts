import { describe, expect, it } from 'vitest';
import { itemsDigest } from '../../src/konaplate/items-digest.ts';
import { foldDay } from '../../src/settlement/day.ts';
import { Causes } from './causes.ts';
import { Disk } from './disk.ts';
import { IssuerModel } from './issuer-model.ts';
import { noMoods } from './issuer-moods.ts';
import { daysFault } from './manager.ts';

const DATE = '20260723';
const TILL = 'T0000001';
const NOBODY = (): void => {};

/** The account of a till that has not closed the day, at an issuer that has it agreed. */
function accountOf(causes: Causes): readonly string[] {
  const moods = noMoods();
  const issuer = new IssuerModel({ wallMs: () => 0, tombstones: true, moods, after: () => {} });
  issuer.close(TILL, {
    businessDate: DATE,
    closeNo: 1,
    totals: [],
    openItems: [],
    itemsDigest: itemsDigest([]),
  });
  const settlement = { days: () => [{ date: DATE, state: foldDay(DATE, []) }] };
  const ledger = { dayPosition: () => ({ issuerPayable: 0, cashDrawer: 0 }) };
  return daysFault(settlement, ledger, [], issuer, TILL, causes, NOBODY).map(({ code }) => code);
}

/** Another machine with a copy of the disk has written this of a date. */
function copyThatClosed(date: string): Causes {
  const causes = new Causes();
  const disk = new Disk();
  const day = {
    kind: 'dayCloseWanted',
    businessDate: date,
    detail: {},
    actor: { role: 'terminal' },
  } as const;
  disk.append(day.kind, 0, day.detail, null, day);
  causes.writtenElsewhere(() => disk.entries);
  return causes;
}

describe('a day that only the issuer has agreed', () => {
  it('is found', () => {
    expect(accountOf(new Causes())).toEqual(['ONE_SIDED_SEAL']);
  });

  it("is nobody's fault where a copy of the disk ran: it may have closed the day before it was fenced", () => {
    expect(accountOf(copyThatClosed(DATE))).toEqual([]);
    expect(accountOf(copyThatClosed('20260722'))).toEqual(['ONE_SIDED_SEAL']);
  });
});

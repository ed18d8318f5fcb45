import { describe, expect, it } from 'vitest';
import { itemsDigest } from '../../src/konaplate/items-digest.ts';
import { contentDigest } from '../../src/settlement/anew.ts';
import { judgeCount } from '../../src/settlement/count.ts';
import { type DayDetails, type DayFact, foldDay } from '../../src/settlement/day.ts';
import { Matching } from '../../src/settlement/matching.ts';
import { Causes } from './causes.ts';
import { Disk } from './disk.ts';
import { IssuerModel } from './issuer-model.ts';
import { noMoods } from './issuer-moods.ts';
import { daysFault, leftNotAgreed } from './manager.ts';

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

type Happening = { readonly [Kind in keyof DayDetails]: readonly [Kind, DayDetails[Kind]] }[keyof DayDetails];

const SENT = { closeNo: 1, totals: [], openItems: [], itemsDigest: 'a' };
const COUNTED: Happening = [
  'dayCounted',
  judgeCount({ mode: 'separate', pieces: {}, safe: 1_000, float: 0, posExpected: 0 }, 1_000),
];

function answered(code: string | null): Happening {
  return ['dayCloseAnswered', { closeNo: 1, result: 'NOT_AGREED', totals: [], code }];
}

function compared(digest: string): Happening {
  const rest = { final: true, asOf: '', theirs: [], rules: [], contentDigest: digest };
  return ['dayReconciled', { ...new Matching(DATE).result(), ...rest }];
}

/** What is found of a day that was counted and closed, and of which then this came. */
function leftAfter(...since: readonly Happening[]): readonly string[] {
  const wanted = { version: '1', rangeFrom: 1, uncounted: null, carried: { count: 0, sum: 0 } };
  const closed: readonly Happening[] = [COUNTED, ['dayCloseWanted', wanted], ['dayCloseSent', SENT]];
  const facts = [...closed, ...since].map(([kind, detail], place): DayFact => {
    return { index: place + 1, atMs: 0, kind, actor: { role: 'manager' }, detail };
  });
  const settlement = { days: () => [{ date: DATE, state: foldDay(DATE, facts) }] };
  return leftNotAgreed(settlement, new Causes()).map(({ code }) => code);
}

describe('a day that is left not agreed, and that nothing disputes', () => {
  it('is found, also where the terminal was still to make its close anew', () => {
    expect(leftAfter(answered(null))).toEqual(['NOT_AGREED_FOR_NOTHING']);
    expect(leftAfter(answered(null), compared('moved'))).toEqual(['NOT_AGREED_FOR_NOTHING']);
  });

  it("is the manager's who has counted it again meanwhile, and has not closed it since", () => {
    expect(leftAfter(answered(null), COUNTED)).toEqual([]);
    expect(leftAfter(answered(null), COUNTED, compared('moved'))).toEqual([]);
  });

  it('is found where it was left for another reason than the count', () => {
    expect(leftAfter(answered('RULES'), COUNTED)).toEqual(['NOT_AGREED_FOR_NOTHING']);
    expect(leftAfter(answered(null), compared(contentDigest(SENT)), COUNTED)).toEqual([
      'NOT_AGREED_FOR_NOTHING',
    ]);
  });
});

/** Which closes that are not agreed the till makes anew by itself, and which are a person's. */
import { expect, it } from 'vitest';
import type { DigestItem } from '../../../src/konaplate/items-digest.ts';
import type { SettlementTotal } from '../../../src/konaplate/settlement.ts';
import { contentDigest, contentOf, tornOff } from '../../../src/settlement/anew.ts';
import { type CloseOutcome, type DayDetails, type DayFact, foldDay } from '../../../src/settlement/day.ts';
import { Matching } from '../../../src/settlement/matching.ts';

const DATE = '20260723';
const BEFORE: readonly SettlementTotal[] = [{ type: 'CHARGE', state: 'APPROVED', count: 1, sum: 10_000 }];
const SINCE: readonly SettlementTotal[] = [{ type: 'CHARGE', state: 'APPROVED', count: 2, sum: 16_000 }];

type Happening = { readonly [Kind in keyof DayDetails]: readonly [Kind, DayDetails[Kind]] }[keyof DayDetails];

function compared(ours: readonly SettlementTotal[]): Happening {
  const { categories } = new Matching(DATE, new Set(), []).result();
  const rest = { final: false, asOf: '', differences: [], more: 0, theirs: ours, rules: [], items: 2 };
  return ['dayReconciled', { ...rest, categories, ours }];
}

function comparedWith(contentDigest: string): Happening {
  return ['dayReconciled', { ...CLEAN, contentDigest }];
}

const [, CLEAN] = compared(SINCE) as readonly ['dayReconciled', DayDetails['dayReconciled']];
const MISSING = { ...CLEAN.categories.missingHere, count: 1 };
const WANTED: Happening = [
  'dayCloseWanted',
  { version: '1', rangeFrom: 1, uncounted: null, carried: { count: 0, sum: 0 } },
];

function sent(closeNo: number): Happening {
  return ['dayCloseSent', { closeNo, totals: BEFORE, openItems: [], itemsDigest: 'a' }];
}

function refused(closeNo: number, code: CloseOutcome['code'] = null): Happening {
  return ['dayCloseAnswered', { closeNo, result: 'NOT_AGREED', totals: SINCE, code }];
}

function isTornOff(...happenings: readonly Happening[]): boolean {
  const facts = happenings.map(([kind, detail], place): DayFact => {
    return { index: place + 1, atMs: 0, kind, actor: { role: 'terminal' }, detail };
  });
  return tornOff(foldDay(DATE, facts)) !== null;
}

const CLOSED = [WANTED, compared(BEFORE), sent(1)] as const;

it('one that nothing was compared with since', () => {
  expect(isTornOff(...CLOSED)).toBe(false);
  expect(isTornOff(...CLOSED, refused(1))).toBe(true);
});

it('one that a payment explains', () => {
  expect(isTornOff(...CLOSED, refused(1), compared(SINCE))).toBe(true);
  expect(isTornOff(...CLOSED, refused(1), compared(SINCE), sent(2))).toBe(false);
});

it('none that nothing explains, or that differs', () => {
  expect(isTornOff(...CLOSED, refused(1), compared(BEFORE))).toBe(false);
  const categories = { ...CLEAN.categories, missingHere: MISSING };
  expect(isTornOff(...CLOSED, refused(1), ['dayReconciled', { ...CLEAN, categories }])).toBe(false);
  const rules = [{ rule: 2, ok: false, amount: 1, items: [] }] as const;
  expect(isTornOff(...CLOSED, refused(1), ['dayReconciled', { ...CLEAN, rules }])).toBe(false);
});

it('one that only what stands open explains', () => {
  const open = contentDigest({ openItems: ['01OPEN'], itemsDigest: 'a' });
  expect(isTornOff(...CLOSED, refused(1), comparedWith(open))).toBe(true);
  expect(isTornOff(...CLOSED, refused(1), comparedWith(open), sent(2))).toBe(false);
});

it('none after which nothing has moved, whatever figures a comparison has that names nothing', () => {
  const same = contentDigest({ openItems: [], itemsDigest: 'a' });
  expect(isTornOff(...CLOSED, refused(1), comparedWith(same))).toBe(false);
});

it('a close would name what was open and what the list shows of payments that came since', () => {
  const item = { type: 'CHARGE', amount: 10_000, state: 'APPROVED', businessDate: DATE } as const;
  const [open, settled] = ['01OPEN', '01SETTLED'].map((sequenceId) => ({ ...item, sequenceId }));
  const content = (items: readonly DigestItem[]) =>
    contentOf({ digestItems: () => items, underWayIds: () => new Set(['01CAME']) }, ['01OPEN']);
  if (open === undefined || settled === undefined) throw new Error('two items');
  expect(content([settled]).openItems).toEqual(['01CAME', '01OPEN']);
  // A comparison that names nothing has it among its items, if the issuer has approved it.
  expect(content([settled, open])).toEqual(content([settled]));
});

it('one whose agreement came when the ledger had moved on', () => {
  const agreed: Happening = [
    'dayCloseAnswered',
    { closeNo: 1, result: 'AGREED', totals: BEFORE, code: null },
  ];
  const found = [...CLOSED, agreed, refused(1, 'CONTRADICTS')] as const;
  expect(isTornOff(...CLOSED, agreed)).toBe(false);
  expect(isTornOff(...found)).toBe(true);
  expect(isTornOff(...found, compared(SINCE))).toBe(true);
  expect(isTornOff(...found, compared(BEFORE))).toBe(false);
});

it('one whose number is taken, whatever its content', () => {
  expect(isTornOff(...CLOSED, refused(1, '006_021'), compared(BEFORE))).toBe(true);
});

it('none that the issuer refuses for another reason', () => {
  expect(isTornOff(...CLOSED, refused(1, '006_907'))).toBe(false);
  expect(isTornOff(WANTED, refused(0, 'RULES'))).toBe(false);
});

it('none that was made anew so often before', () => {
  const anew = [2, 3].flatMap((closeNo) => [compared(SINCE), sent(closeNo), refused(closeNo)]);
  expect(isTornOff(...CLOSED, refused(1), ...anew.slice(0, 3))).toBe(true);
  expect(isTornOff(...CLOSED, refused(1), ...anew)).toBe(false);
});

it('none of a day to which somebody has turned since', () => {
  expect(
    isTornOff(...CLOSED, refused(1), ['dayExplained', { reason: 'OTHER', note: '', difference: 0 }]),
  ).toBe(false);
});

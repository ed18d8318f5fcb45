/** Answers about a business day, for the manager's page of it. */
import type { DayAnswer, DayCategory, DayReconciled, DayReportAnswer } from '../../../src/web/api/day.ts';
import { NOW_MS } from './snapshots.ts';

const DATE = '20260723';
const NONE = { count: 0, sum: 0 };
const at = (minutes: number): number => NOW_MS - minutes * 60_000;

function sums(count: number, ours: number, theirs: number) {
  return {
    count,
    ours: { count: ours === 0 ? 0 : count, sum: ours },
    theirs: { count: theirs === 0 ? 0 : count, sum: theirs },
  };
}

const CATEGORIES: Readonly<Record<DayCategory, DayReconciled['categories'][DayCategory]>> = {
  matched: sums(45, 1_393_000, 1_393_000),
  missingHere: sums(1, 0, 20_000),
  missingThere: sums(1, 30_000, 0),
  amountDiffers: sums(0, 0, 0),
  typeDiffers: sums(0, 0, 0),
  dateDiffers: sums(0, 0, 0),
  duplicate: sums(0, 0, 0),
  reversedButCaptured: sums(1, 10_000, 10_000),
  notYetSent: sums(2, 20_000, 0),
};

const LATER = {
  sequenceId: '01K0V3M8Q4ZT6W5R5HW16KPA',
  reference: '5HW1-6KPA',
  type: 'CHARGE',
  amount: 10_000,
  host: 'unsent',
  cash: 'received',
  deferred: true,
} as const;

const RECONCILED: DayReconciled = {
  atMs: at(4),
  who: '김점장',
  final: false,
  categories: CATEGORIES,
  differences: [
    {
      category: 'missingHere',
      sequenceId: '01STRANGER00000000AB12CD34',
      reference: 'AB12-CD34',
      isKnown: false,
      ours: null,
      theirs: {
        type: 'CHARGE',
        amount: 20_000,
        state: 'APPROVED',
        businessDate: DATE,
        approvalCode: 'B7C2D1',
        bin: '941000',
        last4: '0013',
      },
    },
    {
      category: 'missingThere',
      sequenceId: LATER.sequenceId,
      reference: '5HW1-6KPA',
      isKnown: true,
      ours: { type: 'CHARGE', amount: 30_000, host: 'approved', cash: 'received' },
      theirs: null,
    },
  ],
  more: 0,
  rules: Array.from({ length: 9 }, (_each, index) => ({
    rule: index + 1,
    ok: index !== 5,
    amount: index === 5 ? 10_000 : index === 3 ? -20_000 : null,
    items: index === 5 ? ['01STRANGER00000000AB12CD34'] : index === 3 ? [LATER.sequenceId] : [],
  })),
};

/** A day in its middle: nothing counted, nothing compared. */
export const OPEN_DAY: DayAnswer = {
  asOfMs: NOW_MS,
  date: DATE,
  openDate: DATE,
  version: 4200,
  isMadeAnew: false,
  listed: null,
  cutOverHour: 4,
  phase: 'open',
  days: [
    { date: DATE, phase: 'open', unanswered: false, differences: null, named: 0, late: 0 },
    { date: '20260722', phase: 'agreed', unanswered: false, differences: 0, named: 1, late: 0 },
    { date: '20260721', phase: 'notAgreed', unanswered: false, differences: 2, named: 0, late: 0 },
  ],
  counts: [],
  explained: null,
  reconciled: null,
  missingItems: [],
  openItems: [
    LATER,
    {
      ...LATER,
      sequenceId: '01K0V3M8Q4ZT6W5R2N7QK29XMD',
      reference: '2N7Q-K29X',
      host: 'approved',
      deferred: false,
    },
  ],
  carried: { count: 2, sum: 20_000 },
  charges: { count: 41, sum: 1_230_000 },
  refunds: { count: 6, sum: 240_000 },
  obstacle: 'COUNT_NEEDED',
  wanted: null,
  unanswered: null,
  answered: null,
  sealed: null,
  named: [],
  late: [],
  reports: [],
};

const COUNTED = {
  atMs: at(9),
  who: '김점장',
  mode: 'separate',
  counted: 1_019_000,
  safe: 0,
  float: 30_000,
  expected: 990_000,
  difference: -1_000,
} as const;

/** Counted with a difference that nobody explained, and compared with differences. */
export const DIFFERING_DAY: DayAnswer = {
  ...OPEN_DAY,
  counts: [COUNTED],
  reconciled: RECONCILED,
  obstacle: 'REASON_NEEDED',
};

const FIGURES = [
  { type: 'CHARGE', state: 'APPROVED', count: 41, sum: 1_230_000 },
  { type: 'REFUND', state: 'APPROVED', count: 6, sum: 240_000 },
  { type: 'CHARGE', state: 'REVERSED', count: 1, sum: 20_000 },
] as const;

const READY: DayAnswer = {
  ...DIFFERING_DAY,
  counts: [COUNTED, { ...COUNTED, atMs: at(7), counted: 1_020_000, difference: 0 }],
  reconciled: {
    ...RECONCILED,
    final: true,
    differences: [],
    categories: {
      ...CATEGORIES,
      missingHere: sums(0, 0, 0),
      missingThere: sums(0, 0, 0),
      reversedButCaptured: sums(0, 0, 0),
    },
    rules: RECONCILED.rules.map((rule) => ({ ...rule, ok: true, amount: null, items: [] })),
  },
};

/** Everything is there to close it. */
export const READY_DAY: DayAnswer = { ...READY, obstacle: null };

export const AGREED_DAY: DayAnswer = {
  ...READY,
  phase: 'agreed',
  obstacle: 'SEALED',
  openDate: '20260724',
  version: 4238,
  openItems: [],
  carried: NONE,
  wanted: { atMs: at(2), who: '김점장' },
  answered: {
    atMs: at(2),
    closeNo: 1,
    result: 'AGREED',
    code: null,
    ours: FIGURES,
    theirs: FIGURES,
  },
  sealed: { atMs: at(2), index: 4_251 },
  named: [LATER],
  reports: [{ at: 4_251, sha256: 'ab'.repeat(32), atMs: at(1) }],
};

export const NOT_AGREED_DAY: DayAnswer = {
  ...DIFFERING_DAY,
  phase: 'notAgreed',
  counts: READY.counts,
  obstacle: null,
  wanted: { atMs: at(2), who: '김점장' },
  answered: {
    atMs: at(2),
    closeNo: 2,
    result: 'NOT_AGREED',
    code: null,
    ours: FIGURES,
    theirs: [{ type: 'CHARGE', state: 'APPROVED', count: 42, sum: 1_250_000 }, FIGURES[1], FIGURES[2]],
  },
};

/** A payment came between, and the list that shows it was not to be had yet. */
export const MADE_ANEW_DAY: DayAnswer = { ...NOT_AGREED_DAY, isMadeAnew: true };

/** The ledger was put back to before this day: only the issuer's list knows of it. */
export const LISTED_DAY: DayAnswer = {
  ...READY_DAY,
  openDate: '20260724',
  listed: { atMs: at(20), totals: FIGURES },
  charges: NONE,
  refunds: NONE,
  openItems: [],
  carried: NONE,
};

/** The same, not over yet. */
export const LISTED_OPEN_DAY: DayAnswer = { ...LISTED_DAY, openDate: LISTED_DAY.date };

/** The same, closed: the issuer has it agreed, with the journal that is gone. */
export const LOST_DAY: DayAnswer = {
  ...LISTED_DAY,
  phase: 'notAgreed',
  wanted: { atMs: at(2), who: '김점장' },
  reconciled: {
    ...RECONCILED,
    final: true,
    categories: {
      ...CATEGORIES,
      matched: sums(0, 0, 0),
      missingHere: sums(48, 0, 1_490_000),
      missingThere: sums(0, 0, 0),
      reversedButCaptured: sums(0, 0, 0),
    },
    rules: RECONCILED.rules.map((rule) => ({ ...rule, ok: rule.rule !== 6 })),
  },
  answered: { atMs: at(2), closeNo: 2, result: 'NOT_AGREED', code: '006_907', ours: [], theirs: [] },
};

export const UNCONFIRMED_DAY: DayAnswer = {
  ...READY,
  phase: 'wanted',
  obstacle: 'UNDER_WAY',
  wanted: { atMs: at(2), who: '김점장' },
  unanswered: { atMs: at(2), why: 'TIMEOUT' },
};

export const REPORT: DayReportAnswer = {
  date: DATE,
  at: 4_251,
  lines: [
    '='.repeat(42),
    '     영업일 보고서 BUSINESS DAY REPORT',
    '       가나편의점 중앙점 000-00-00000',
    '-'.repeat(42),
    '영업일 Business day             2026-07-23',
    '결과 Result               일치 확정 AGREED',
    '충전 승인 Charges         41건 1,230,000원',
    '='.repeat(42),
  ],
  sha256: 'ab'.repeat(32),
  differs: false,
};

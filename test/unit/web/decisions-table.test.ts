/** The decisions of screens 3.3, tuple by tuple and case by case: what is absent there is not offered here. */
import { describe, expect, it } from 'vitest';
import { CASE_REASONS, type CaseReason, type Intent } from '../../../src/intent/model.ts';
import { LEGAL_TUPLES, type Tuple } from '../../../src/intent/positions.ts';
import { questionFor } from '../../../src/intent/questions.ts';
import { type DecisionTerms, isDated, offeredDecisions, offersFor } from '../../../src/web/decisions.ts';
import { intent } from '../station/intents.ts';

const TERMS: DecisionTerms = {
  wallMs: Date.UTC(2026, 6, 23, 5, 40, 0),
  voidWindowMs: 0,
  openBusinessDate: null,
  unclaimedAfterMs: 0,
  datedMs: ({ scannedAtMs }) => scannedAtMs,
};

/** `CHARGE later unknown/received`. */
function nameOf({ type, deferred, host, cash }: Tuple): string {
  return `${type}${deferred ? ' later' : ''} ${host}/${cash}`;
}

/** What the cash of a tuple allows, whatever made it a case. */
const BY_CASH: Readonly<Record<string, readonly string[]>> = {
  'CHARGE declined/return_due': ['givenBack', 'voucherUnclaimed'],
  'CHARGE reversing/return_due': ['givenBack', 'voucherUnclaimed'],
  'CHARGE reversed/return_due': ['givenBack', 'voucherUnclaimed'],
  'CHARGE voided/return_due': ['givenBack', 'voucherUnclaimed'],
  'CHARGE closed/return_due': ['givenBack', 'voucherUnclaimed'],
  'CHARGE later declined/return_due': ['givenBack', 'voucherUnclaimed'],
  'CHARGE later reversing/return_due': ['givenBack', 'voucherUnclaimed'],
  'CHARGE later reversed/return_due': ['givenBack', 'voucherUnclaimed'],
  'CHARGE later closed/return_due': ['givenBack', 'voucherUnclaimed'],
  'CHARGE later unsent/received': ['stopLater'],
  'CHARGE later unknown/received': ['payBack'],
  'REFUND approved/payout_due': ['paidOut', 'notPaid'],
};

/** What an unanswered restart question of a tuple allows. */
const BY_QUESTION: Readonly<Record<string, readonly string[]>> = {
  'CHARGE unsent/received': ['inDrawerGoneLater', 'inDrawerGoneBack', 'givenBack'],
  'CHARGE later unsent/received': ['inDrawer', 'givenBack'],
  'CHARGE unknown/received': ['inDrawer', 'givenBack'],
  'CHARGE later unknown/received': ['inDrawer', 'givenBack'],
  'CHARGE approved/received': ['inDrawer', 'givenBack'],
  'CHARGE later approved/received': ['inDrawer', 'givenBack'],
  'CHARGE voiding/received': ['inDrawer', 'givenBack'],
  'CHARGE declined/return_due': ['givenBack', 'inDrawer'],
  'CHARGE reversing/return_due': ['givenBack', 'inDrawer'],
  'CHARGE reversed/return_due': ['givenBack', 'inDrawer'],
  'CHARGE voided/return_due': ['givenBack', 'inDrawer'],
  'CHARGE closed/return_due': ['givenBack', 'inDrawer'],
  'CHARGE later declined/return_due': ['givenBack', 'inDrawer'],
  'CHARGE later reversing/return_due': ['givenBack', 'inDrawer'],
  'CHARGE later reversed/return_due': ['givenBack', 'inDrawer'],
  'CHARGE later closed/return_due': ['givenBack', 'inDrawer'],
  'CHARGE closed/none': ['notTaken', 'inDrawer', 'givenBack'],
  'REFUND approved/payout_due': ['paidOut', 'notPaid'],
  'REFUND unsent/none': ['notPaid', 'paidOut'],
  'REFUND unknown/none': ['notPaid', 'paidOut'],
  'REFUND declined/none': ['notPaid', 'paidOut'],
  'REFUND reversing/none': ['notPaid', 'paidOut'],
  'REFUND reversed/none': ['notPaid', 'paidOut'],
  'REFUND closed/none': ['notPaid', 'paidOut'],
};

const UNANSWERED: readonly string[] = ['unsent', 'sending', 'unknown'];

/** What a case adds in a state at rest. A request in flight allows nothing, which is said apart. */
function byCase(reason: CaseReason, { type, host, cash }: Tuple): readonly string[] {
  switch (reason) {
    case 'LEFT_AT_COUNTER':
      return [];
    case 'ISSUER_CONTRADICTS':
    case 'REVERSED_ELSEWHERE':
      if (host !== 'approved') return ['seen'];
      if (cash === 'payout_due') return [];
      return type === 'CHARGE' ? ['voucherDispute', 'voucherReturned', 'seen'] : ['voucherDispute', 'seen'];
    case 'LATE_APPROVAL':
      return host === 'reversed' || host === 'voided' ? ['seen'] : [];
    case 'PAID_WITHOUT_APPROVAL': {
      const isOver = ['declined', 'reversed', 'closed'].includes(host);
      return type === 'REFUND' && isOver ? ['voucherStore', 'voucherDispute'] : [];
    }
    case 'APPROVED_NEVER_SENT':
      if (host === 'closed') return ['voucherDispute', 'voucherStore'];
      return UNANSWERED.includes(host) ? [] : ['seen'];
    case 'NET_CANCEL_REFUSED':
      return host === 'reversing' ? ['voucherStore'] : [];
    case 'VOID_LATE':
    case 'VOID_CONFLICT':
      return host === 'voiding' ? [] : ['seen'];
    case 'CONTENT_CONFLICT':
    case 'NOT_PROCESSED':
    case 'BOOKED_AFTER_SEAL':
    case 'BUDGET_SPENT':
    case 'OVERDUE':
      return ['seen'];
    case 'RECOVERING':
      return type === 'CHARGE' && host === 'approved' ? ['voucherReturned', 'seen'] : ['seen'];
  }
}

function offered(state: Intent): readonly string[] {
  return offersFor(state, TERMS).map(({ decision }) => decision);
}

describe('the decisions of a tuple', () => {
  it.each(LEGAL_TUPLES.map((tuple) => [nameOf(tuple), tuple] as const))('%s', (name, tuple) => {
    const isFlying = tuple.host === 'sending';
    const cash = BY_CASH[name] ?? [];
    expect(offered(intent({ ...tuple, left: true }))).toEqual(cash);
    for (const reason of CASE_REASONS) {
      const expected = isFlying ? [] : [...cash, ...byCase(reason, tuple)];
      expect(offered(intent({ ...tuple, left: true, cases: [reason] })), reason).toEqual(expected);
    }
  });

  it.each(LEGAL_TUPLES.map((tuple) => [nameOf(tuple), tuple] as const))(
    '%s under a restart question: its answers and nothing else, whatever the case',
    (name, tuple) => {
      if (tuple.host === 'sending') return; // a restart leaves nothing in flight
      const state = intent({ ...tuple, left: true, closedByRestart: tuple.host === 'closed' });
      const question = questionFor(state);
      expect(question === null ? undefined : BY_QUESTION[name]).toEqual(BY_QUESTION[name]);
      if (question === null) return;
      for (const reason of CASE_REASONS) {
        expect(offered({ ...state, question, cases: [reason] }), reason).toEqual(BY_QUESTION[name]);
      }
    },
  );

  it('are told apart for all 38, and no row of the tables is for a tuple that does not exist', () => {
    const names = LEGAL_TUPLES.map(nameOf);
    expect(new Set(names).size).toBe(38);
    for (const row of [...Object.keys(BY_CASH), ...Object.keys(BY_QUESTION)]) expect(names).toContain(row);
  });

  it('write a return off only after its days, and then let it only be given back after all', () => {
    const due = intent({ host: 'declined', cash: 'return_due', left: true });
    const early = { ...TERMS, unclaimedAfterMs: TERMS.wallMs - due.scannedAtMs + 1 };
    expect(offersFor(due, early).map(({ decision }) => decision)).toEqual(['givenBack']);
    expect(offered({ ...due, vouchers: ['returnUnclaimed'] })).toEqual(['laterGivenBack']);
    const claimed = { ...due, cash: 'returned', vouchers: ['returnUnclaimed', 'unclaimedPaid'] } as const;
    expect(offered(claimed)).toEqual([]);
  });

  it('never write a return off by its age while no clock that may be believed has dated it', () => {
    const due = intent({ host: 'declined', cash: 'return_due', left: true });
    expect(offersFor(due, { ...TERMS, datedMs: () => null }).map(({ decision }) => decision)).toEqual([
      'givenBack',
    ]);
    const first = Date.UTC(2025, 11, 31, 15);
    const dated = [60_000, first - 1, first, TERMS.wallMs, TERMS.wallMs + 1];
    expect(dated.map((atMs) => isDated(atMs, TERMS.wallMs))).toEqual([false, false, true, true, false]);
  });

  it('offer no voucher of a kind twice: a case that opens again must not book it again', () => {
    const denied = intent({
      host: 'approved',
      cash: 'received',
      left: true,
      cases: ['ISSUER_CONTRADICTS'],
      vouchers: ['issuerDenies'],
    });
    expect(offered(denied)).toEqual(['voucherReturned', 'seen']);
    expect(offered({ ...denied, vouchers: ['issuerDenies', 'notesReturned'] })).toEqual(['seen']);
  });

  it.each([
    ['NET_CANCEL_REFUSED', { host: 'reversing', cash: 'returned', vouchers: ['daySealed'] }],
    ['PAID_WITHOUT_APPROVAL', { type: 'REFUND', host: 'closed', vouchers: ['notesPaid'] }],
    ['APPROVED_NEVER_SENT', { host: 'closed', vouchers: ['issuerItemMissingHere'] }],
  ] as const)('close %s that opened again after its voucher: no other decision is left', (reason, state) => {
    const again = intent({ ...state, left: true, cases: [reason] });
    const offers = offersFor(again, TERMS);
    expect(offers).toEqual([{ decision: 'seen', caseReason: reason, steps: [{ kind: 'close', reason }] }]);
    const steps = offeredDecisions(again, TERMS, again.amount);
    expect(steps.map(({ pinNeeded }) => pinNeeded)).toEqual([false]);
  });

  it('name the case that each of them closes', () => {
    const cases: readonly CaseReason[] = ['LATE_APPROVAL', 'CONTENT_CONFLICT'];
    const state = intent({ host: 'reversed', cash: 'return_due', left: true, cases });
    const offers = offersFor(state, TERMS).map(({ decision, caseReason }) => [decision, caseReason]);
    expect(offers).toEqual([
      ['givenBack', null],
      ['voucherUnclaimed', null],
      ['seen', 'LATE_APPROVAL'],
      ['seen', 'CONTENT_CONFLICT'],
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { adviceOf } from '../../../src/intent/advice.ts';
import { commandDue, requestDue } from '../../../src/intent/due.ts';
import { DEFAULT_TIMES as TIMES } from '../../../src/intent/rules.ts';
import { ended, keepsDayOpen, needsRestart, occupiesStation } from '../../../src/intent/state.ts';
import {
  AS_MANAGER,
  approvedCharge,
  charge,
  EVENTS,
  inquiryOf,
  Story,
  sentCharge,
  sentRefund,
} from './make.ts';

describe('after a restart', () => {
  it('a charge before its first byte: in the drawer, customer here: sent', () => {
    const story = charge().do(EVENTS.restart);
    expect(story.intent.question).toBe('RE_IN');
    expect(requestDue(story.intent)).toBeNull();
    story.answer('inDrawer');
    expect(story.intent.question).toBe('RE_HERE');
    expect(story.answer('customerHere').do('send').state).toBe('sending/received');
  });

  it('a charge before its first byte: customer gone: later, or the cash is due back', () => {
    const gone = charge().do(EVENTS.restart).answer('inDrawer');
    expect(gone.refusal({ kind: 'answer', answer: 'customerGoneLater' }, { canDefer: false })).toBe(
      'LATER_LIMIT',
    );
    expect(gone.answer('customerGone').state).toBe('closed/return_due');
    const later = charge().do(EVENTS.restart).answer('inDrawer').answer('customerGoneLater');
    expect(later.state).toBe('unsent/received deferred');
    expect(charge().do(EVENTS.restart).answer('withCustomer').state).toBe('closed/returned');
  });

  it('a charge in flight is unknown; the deadline waits for the answer and starts afresh', () => {
    const story = sentCharge().do(EVENTS.restart);
    expect(story.state).toBe('unknown/received');
    expect(story.wait(600_000).refusal('deadline')).toBe('QUESTION_OPEN');
    expect(requestDue(story.intent)?.request).toBe('inquiry');
    story.answer('inDrawer');
    expect(commandDue(story.intent, TIMES)).toMatchObject({
      command: 'deadline',
      atMs: story.monoMs + TIMES.deadlineMs,
    });
    expect(story.wait(15_000).do('deadline').intent.netCancelReason).toBe('RESTART');
  });

  it('a charge in flight whose cash was given back is reversed', () => {
    expect(sentCharge().do(EVENTS.restart).answer('withCustomer').state).toBe('reversing/returned');
  });

  it('the question follows evidence that arrives while it is open', () => {
    const story = sentCharge().do(EVENTS.restart);
    story.do(inquiryOf(story.intent, 'FAILED'));
    expect(story.state).toBe('declined/return_due');
    expect(story.intent.question).toBe('RE_BACK');
    expect(story.answer('inDrawer').intent.question).toBeNull();
    expect(adviceOf(story.intent)).toBe('giveBack');
  });

  it('inquiries under an open question slow down but never stop', () => {
    const story = sentCharge().do(EVENTS.restart);
    const waits: number[] = [];
    for (let count = 0; count < 8; count += 1) {
      story.do('inquire');
      const waitMs = (requestDue(story.intent)?.atMs ?? 0) - story.monoMs;
      waits.push(waitMs);
      story.wait(waitMs);
    }
    expect(waits).toEqual([3_000, 6_000, 12_000, 24_000, 48_000, 60_000, 60_000, 60_000]);
  });

  it('a reversal is asked about too while it is asked where its cash is, and its net cancel waits', () => {
    const story = sentCharge().do(EVENTS.ambiguous).wait(15_000).do('deadline').do(EVENTS.restart);
    expect(story.intent).toMatchObject({ host: 'reversing', question: 'RE_BACK' });
    expect(requestDue(story.intent)?.request).toBe('inquiry');
    expect(requestDue(story.answer('withCustomer').intent)?.request).toBe('netCancel');
  });

  it('an approval that nobody was shown is asked for, one that was shown is not', () => {
    const unseen = sentCharge().do(EVENTS.approved);
    expect(needsRestart(unseen.intent)).toBe(true);
    expect(keepsDayOpen(unseen.intent)).toBe(true);
    expect(unseen.do(EVENTS.restart).intent.question).toBe('RE_IN');
    expect(unseen.answer('withCustomer').state).toBe('reversing/returned');
    const seen = approvedCharge();
    expect(needsRestart(seen.intent)).toBe(false);
    expect(seen.do(EVENTS.restart).intent.question).toBeNull();
  });

  it('an unconfirmed scan is closed and asked for', () => {
    const story = new Story('CHARGE').do(EVENTS.restart);
    expect(story.intent).toMatchObject({ host: 'closed', closedByRestart: true, question: 'RE_CLOSED' });
    const refund = new Story('REFUND').do(EVENTS.restart);
    expect(refund.intent).toMatchObject({ host: 'closed', question: 'RE_OUT_EARLY' });
    expect(ended(refund.answer('inDrawer').intent)).toBe(true);
  });

  it('a payout is asked for: paid, not paid, or left as a case', () => {
    const owing = (): Story => sentRefund().do(EVENTS.approved).do(EVENTS.restart);
    expect(owing().answer('withCustomer').state).toBe('approved/paid_out');
    expect(adviceOf(owing().answer('inDrawer').intent)).toBe('payOut');
    const left = owing().do('leave');
    expect(left.intent.cases).toEqual(['LEFT_AT_COUNTER']);
    expect(occupiesStation(left.intent)).toBe(false);
    expect(left.answer('withCustomer').intent.cases).toEqual([]);
  });

  it('a withdrawal paid without approval is asked no more once its voucher is booked', () => {
    const story = sentRefund().do(EVENTS.declined).do(EVENTS.restart).answer('withCustomer');
    const close = { kind: 'seen', reason: 'PAID_WITHOUT_APPROVAL', caseNumber: 'C-1' } as const;
    story.do({ ...close, voucher: 'notesPaid' }, AS_MANAGER);
    expect(needsRestart(story.intent)).toBe(false);
    expect(story.do(EVENTS.restart).intent.question).toBeNull();
  });

  it('a withdrawal paid before its approval is a case; an approval by evidence makes it whole', () => {
    const story = sentRefund().do(EVENTS.restart).answer('withCustomer');
    expect(story.intent.cases).toEqual(['PAID_WITHOUT_APPROVAL']);
    expect(story.refusal({ kind: 'seen', reason: 'PAID_WITHOUT_APPROVAL' }, AS_MANAGER)).toBe(
      'NOT_IN_THIS_STATE',
    );
    story.do(inquiryOf(story.intent, 'COMPLETED'));
    expect(story.state).toBe('approved/payout_due');
    expect(story.intent.question).toBe('RE_OUT');
    expect(story.refusal('paidOut')).toBe('QUESTION_OPEN');
    expect(story.answer('withCustomer').state).toBe('approved/paid_out');
    expect(story.intent.cases).toEqual([]);
  });

  it('a withdrawal said to be paid and found unpaid at its approval is still to be paid', () => {
    const story = sentRefund()
      .do(EVENTS.restart)
      .answer('withCustomer')
      .do(EVENTS.approved)
      .answer('inDrawer');
    expect(adviceOf(story.intent)).toBe('payOut');
    expect(story.intent.cases).toEqual(['LEFT_AT_COUNTER']);
    expect(story.do('paidOut').intent.cases).toEqual([]);
  });

  it("a payout that the issuer takes back is the manager's, no longer the cashier's", () => {
    const story = sentRefund().do(EVENTS.approved);
    expect(occupiesStation(story.intent)).toBe(true);
    story.do(inquiryOf(story.intent, 'REVERSED'));
    expect(adviceOf(story.intent)).toBe('manager');
    expect(occupiesStation(story.intent)).toBe(false);
  });

  it('a void of a payment that was left before has its own 180 s: late, it is a case', () => {
    const story = sentCharge().do(EVENTS.approved).do(EVENTS.restart).do('leave').answer('inDrawer');
    expect(story.intent).toMatchObject({ host: 'approved', left: true, acknowledged: true, cases: [] });
    story.do({ kind: 'void', cancelId: 'V1', proof: 'manager', managerId: 'lee' }, AS_MANAGER);
    expect(occupiesStation(story.intent)).toBe(true);
    expect(commandDue(story.intent, TIMES)).toMatchObject({ command: 'leave' });
    expect(story.wait(180_000).do('leave').intent.cases).toEqual(['VOID_LATE']);
  });

  it('a question that nobody answers for 180 s is left as a case', () => {
    const story = sentCharge().do(EVENTS.restart);
    expect(commandDue(story.intent, TIMES)).toMatchObject({ command: 'leave', atMs: story.monoMs + 180_000 });
  });

  it('what a customer who has gone was asked cannot be answered with "customer here"', () => {
    const story = charge().do(EVENTS.restart).do('leave').answer('inDrawer');
    expect(story.refusal({ kind: 'answer', answer: 'customerHere' })).toBe('NOT_IN_THIS_STATE');
    expect(story.answer('customerGone').state).toBe('closed/return_due');
  });
});

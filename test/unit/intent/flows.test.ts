import { describe, expect, it } from 'vitest';
import { adviceOf } from '../../../src/intent/advice.ts';
import { apply } from '../../../src/intent/apply.ts';
import { accept } from '../../../src/intent/decide.ts';
import { commandDue, due, requestDue } from '../../../src/intent/due.ts';
import { IntentFault } from '../../../src/intent/positions.ts';
import { DEFAULT_TIMES as TIMES } from '../../../src/intent/rules.ts';
import {
  attended,
  ended,
  isCase,
  keepsDayOpen,
  needsRestart,
  occupiesStation,
} from '../../../src/intent/state.ts';
import {
  AS_MANAGER,
  contextAt,
  EVENTS,
  inquiryOf,
  Story,
  scanned,
  scanOf,
  voidDone,
  voidRefused,
} from './make.ts';

function charge(): Story {
  return new Story('CHARGE').wait(5_000).do('received');
}

function sentCharge(): Story {
  return charge().do('send');
}

function approvedCharge(): Story {
  return sentCharge().do(EVENTS.approved).do('acknowledge');
}

function sentRefund(): Story {
  return new Story('REFUND').wait(2_000).do('request').do('send');
}

function deferredCharge(): Story {
  return charge().do('chooseLater').do('creditLater');
}

describe('a charge', () => {
  it('is approved: the cash stays, the intent has ended', () => {
    const story = approvedCharge();
    expect(story.state).toBe('approved/received');
    expect(ended(story.intent)).toBe(true);
    expect(story.intent.approval?.approvalCode).toBe('A1B2C3');
    expect(requestDue(story.intent)).toBeNull();
    expect(commandDue(story.intent, TIMES)).toBeNull();
  });

  it('is declined: the cash is given back', () => {
    const story = sentCharge().do(EVENTS.declined);
    expect(story.state).toBe('declined/return_due');
    expect(adviceOf(story.intent)).toBe('giveBack');
    expect(story.do('givenBack').state).toBe('declined/returned');
    expect(story.refusal('givenBack')).toBe('NOT_IN_THIS_STATE');
  });

  it('has a durable sending before the request, and its first attempt is the first', () => {
    expect(due(charge().intent, contextAt(5_000).now, TIMES)).toMatchObject({ request: 'approve' });
    const { intent } = sentCharge();
    expect(intent).toMatchObject({ host: 'sending', sends: 1, bytesMayHaveLeft: true, deadlineMs: 20_000 });
    expect(requestDue(intent)).toBeNull();
  });

  it('without an answer for 2 s is unknown, with inquiries every 3 s and one deadline 15 s after the first byte', () => {
    const story = sentCharge();
    expect(story.wait(1_999).refusal('unanswered')).toBe('NOT_IN_THIS_STATE');
    story.wait(1).do('unanswered');
    expect(due(story.intent, contextAt(7_000).now, TIMES)).toMatchObject({ request: 'inquiry', atMs: 7_000 });
    story.do('inquire');
    expect(requestDue(story.intent)).toMatchObject({ request: 'inquiry', atMs: 10_000 });
    expect(adviceOf(story.intent)).toBe('hold');
    expect(commandDue(story.intent, TIMES)).toEqual({ kind: 'command', command: 'deadline', atMs: 20_000 });
    story.do(inquiryOf(story.intent, 'PENDING'));
    expect(story.wait(12_999).refusal('deadline')).toBe('NOT_IN_THIS_STATE');
    story.wait(1).do('deadline');
    expect(story.state).toBe('reversing/return_due');
    expect(story.intent.netCancelReason).toBe('TIMEOUT');
    expect(adviceOf(story.intent)).toBe('giveBack');
  });

  it('that is reversing stays so whatever arrives, until the net cancel is acknowledged', () => {
    const story = sentCharge().wait(2_000).do('unanswered').wait(13_000).do('deadline');
    story.do(EVENTS.approved).do(EVENTS.declined).do(inquiryOf(story.intent, 'COMPLETED'));
    expect(story.state).toBe('reversing/return_due');
    story.do('givenBack').do('netCancel').do(EVENTS.acknowledged);
    expect(story.state).toBe('reversed/returned');
    expect(ended(story.intent)).toBe(true);
  });

  it('is free for the next customer while its net cancel is still owed', () => {
    const story = sentCharge().do(EVENTS.notProcessed);
    expect(occupiesStation(story.intent)).toBe(true);
    story.do('givenBack');
    expect(ended(story.intent)).toBe(false);
    expect(occupiesStation(story.intent)).toBe(false);
  });

  it('stopped before it was confirmed asks whether the cash was taken', () => {
    const story = new Story('CHARGE').do('stop');
    expect(story.intent.question).toBe('RE_CLOSED');
    expect(ended(story.intent)).toBe(false);
    expect(story.answer('inDrawer').state).toBe('closed/return_due');
    expect(new Story('CHARGE').do('stop').answer('notTaken').state).toBe('closed/none');
    expect(new Story('CHARGE').do('stop').answer('withCustomer').state).toBe('closed/returned');
  });

  it('expires with its barcode, not before', () => {
    const story = new Story('CHARGE').wait(299_999);
    expect(story.refusal('expire')).toBe('NOT_IN_THIS_STATE');
    expect(story.wait(1).do('expire').intent).toMatchObject({ host: 'closed', question: 'RE_CLOSED' });
  });

  it('is not approved by an inquiry that says "completed" without the approval itself', () => {
    const story = sentCharge().do(EVENTS.ambiguous);
    const { hostVersion } = story.intent;
    story.do({ kind: 'inquiry', result: 'COMPLETED', sentUnder: hostVersion });
    expect(story.state).toBe('unknown/received');
  });

  it('of a wrong scan is undone after the cash and before the first byte', () => {
    expect(charge().do('cashBack').state).toBe('closed/return_due');
    expect(sentCharge().refusal('cashBack')).toBe('NOT_IN_THIS_STATE');
  });

  it('over the limit waits for a manager before the cash', () => {
    const story = new Story('CHARGE', { managerNeeded: true });
    expect(story.refusal('received')).toBe('MANAGER_NEEDED');
    expect(story.refusal('managerAllowed')).toBe('MANAGER_NEEDED');
    expect(story.do('managerAllowed', AS_MANAGER).do('received').state).toBe('unsent/received');
  });
});

describe('nothing left the machine', () => {
  it('gives an attended charge back to the choice at once', () => {
    const story = sentCharge().do(EVENTS.nothingLeft);
    expect(story.intent).toMatchObject({ host: 'unsent', sends: 0, bytesMayHaveLeft: false, notSent: true });
    expect(due(story.intent, contextAt(5_000).now, TIMES)).toMatchObject({
      command: 'chooseLater',
      atMs: 5_000,
    });
    expect(story.refusal('send')).toBe('CHOICE_OPEN');
    story.do('chooseLater');
    expect(story.intent.choosing).toBe(true);
    expect(requestDue(story.intent)).toBeNull();
    expect(story.refusal('send')).toBe('CHOICE_OPEN');
    expect(story.do('chooseSend').do('send').intent.sends).toBe(1);
  });

  it('gives the cash back at once when the limits allow no credit later', () => {
    const story = sentCharge().do(EVENTS.nothingLeft).do('chooseLater', { canDefer: false });
    expect(story.state).toBe('closed/return_due');
  });

  it('asks the choice when no byte could be sent for 3 s, and gives the cash back after 60 s', () => {
    const story = charge();
    expect(commandDue(story.intent, TIMES)).toMatchObject({ command: 'chooseLater', atMs: 8_000 });
    story.wait(3_000).do('chooseLater');
    expect(commandDue(story.intent, TIMES)).toMatchObject({ command: 'cashBack', atMs: 68_000 });
    expect(story.wait(60_000).do('cashBack').state).toBe('closed/return_due');
  });

  it('puts a withdrawal back to its question, to be asked again', () => {
    const story = sentRefund().do(EVENTS.nothingLeft);
    expect(story.intent).toMatchObject({ host: 'unsent', confirmed: false, notSent: true });
    expect(requestDue(story.intent)).toBeNull();
    expect(story.do('request').do('send').state).toBe('sending/none');
  });

  it('leaves a repeat unknown: an earlier copy may have arrived', () => {
    const story = deferredCharge()
      .do('send')
      .do(EVENTS.ambiguous)
      .wait(60_000)
      .do('send')
      .do(EVENTS.nothingLeft);
    expect(story.state).toBe('unknown/received deferred');
  });
});

describe('a withdrawal', () => {
  it('is approved, paid out, ended', () => {
    const story = sentRefund().do(EVENTS.approved);
    expect(story.state).toBe('approved/payout_due');
    expect(adviceOf(story.intent)).toBe('payOut');
    expect(story.do('paidOut').state).toBe('approved/paid_out');
    expect(ended(story.intent)).toBe(true);
    expect(story.refusal('paidOut')).toBe('NOT_IN_THIS_STATE');
  });

  it('not paid is reversed', () => {
    const story = sentRefund().do(EVENTS.approved).do('notPaid');
    expect(story.state).toBe('reversing/none');
    expect(story.intent.netCancelReason).toBe('NOT_PAID');
    expect(adviceOf(story.intent)).toBe('payNothing');
  });

  it('without an answer pays nothing, even if the answer comes late', () => {
    const story = sentRefund().wait(2_000).do('unanswered').wait(13_000).do('deadline').do(EVENTS.approved);
    expect(story.state).toBe('reversing/none');
    expect(adviceOf(story.intent)).toBe('payNothing');
  });

  it('is requested once', () => {
    const story = new Story('REFUND').do('request');
    expect(story.refusal('request')).toBe('NOT_IN_THIS_STATE');
  });

  it('confirmed and unsent for 3 s asks again', () => {
    const story = new Story('REFUND').do('request');
    expect(commandDue(story.intent, TIMES)).toMatchObject({ command: 'chooseLater', atMs: 3_000 });
    expect(story.wait(3_000).do('chooseLater').intent).toMatchObject({ confirmed: false, notSent: true });
  });
});

describe('credit later', () => {
  it('chosen before the cash: deferred the moment the cash is received', () => {
    const story = new Story('CHARGE', { askLater: true });
    expect(story.refusal('received')).toBe('CHOICE_OPEN');
    story.do('creditLater');
    expect(story.intent.laterChosen).toBe(true);
    expect(story.do('received').state).toBe('unsent/received deferred');
    expect(attended(story.intent)).toBe(false);
  });

  it('asked before the cash and not answered for 60 s: closed', () => {
    const story = new Story('CHARGE', { askLater: true });
    expect(commandDue(story.intent, TIMES)).toMatchObject({ command: 'expire', atMs: 60_000 });
    expect(story.wait(60_000).do('expire').intent.host).toBe('closed');
  });

  it('takes the cash back to the choice when the limits filled up while it was handed over', () => {
    const story = new Story('CHARGE', { askLater: true })
      .do('creditLater')
      .do('received', { canDefer: false });
    expect(story.state).toBe('unsent/received');
    expect(due(story.intent, contextAt(0).now, TIMES)).toMatchObject({ command: 'chooseLater' });
  });

  it('is refused outside the limits', () => {
    expect(charge().do('chooseLater').refusal('creditLater', { canDefer: false })).toBe('LATER_LIMIT');
  });

  it('is repeated with the same id until it is answered, and never leaves unknown by the clock', () => {
    const story = deferredCharge();
    for (let attempt = 1; attempt <= 12; attempt += 1) {
      story.do('send').do(EVENTS.ambiguous);
      expect(story.intent.sends).toBe(attempt);
      expect(commandDue(story.intent, TIMES)).toBeNull();
      const next = requestDue(story.intent);
      expect(next?.request).toBe('approve');
      const waitMs = (next?.atMs ?? 0) - story.monoMs;
      expect(waitMs).toBeLessThanOrEqual(Math.min(60_000, 1_000 * 2 ** attempt));
      story.wait(3_600_000);
    }
    expect(story.do('send').do(EVENTS.approved).state).toBe('approved/received deferred');
  });

  it('is never declined by "not processed": it stays owed', () => {
    const story = deferredCharge().do('send').do(EVENTS.notProcessed);
    expect(story.state).toBe('unknown/received deferred');
    expect(story.intent.notProcessedCode).toBe('006_006');
  });

  it('declined becomes a return and a case at once: the customer has gone', () => {
    const story = deferredCharge().do('send').do(EVENTS.declined);
    expect(story.state).toBe('declined/return_due deferred');
    expect(commandDue(story.intent, TIMES)).toMatchObject({ command: 'leave', atMs: story.monoMs });
    expect(isCase(story.do('leave').intent)).toBe(true);
    expect(story.do('givenBack').intent.cases).toEqual([]);
  });

  it('is paid back by a manager only', () => {
    expect(deferredCharge().refusal('payBack')).toBe('MANAGER_NEEDED');
    expect(deferredCharge().do('payBack', AS_MANAGER).state).toBe('closed/return_due deferred');
    const unknown = deferredCharge().do('send').do(EVENTS.ambiguous).do('payBack', AS_MANAGER);
    expect(unknown.state).toBe('reversing/return_due deferred');
    expect(charge().refusal('payBack', AS_MANAGER)).toBe('NOT_IN_THIS_STATE');
  });

  it('does not hold up the station, and its slip needs to be seen only once', () => {
    const story = deferredCharge();
    expect(occupiesStation(story.intent)).toBe(false);
    story.do('acknowledge').do('send').do(EVENTS.approved);
    expect(story.intent.acknowledged).toBe(true);
    expect(keepsDayOpen(story.intent)).toBe(false);
  });
});

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

describe('a void', () => {
  const START = { kind: 'void', cancelId: 'V0', proof: 'card' } as const;

  it('gives the cash back only once it is done', () => {
    const story = approvedCharge().do(START);
    expect(story.state).toBe('voiding/received');
    expect(adviceOf(story.intent)).toBe('hold');
    story.do('voidSend').do({ kind: 'voidUnanswered', cancelId: 'V0', code: null });
    expect(story.state).toBe('voiding/received');
    expect(story.do(voidDone('V0')).state).toBe('voided/return_due');
    expect(story.intent.voids).toMatchObject([{ cancelId: 'V0', outcome: 'done' }]);
    expect(story.do('givenBack').intent.cash).toBe('returned');
  });

  it('refused leaves the charge standing, to be shown anew; a new attempt has a new id', () => {
    const story = approvedCharge().do(START).do('voidSend').do(voidRefused('V0'));
    expect(story.state).toBe('approved/received');
    expect(story.intent.acknowledged).toBe(false);
    expect(story.refusal({ ...START, cancelId: 'V1' })).toBe('NOT_IN_THIS_STATE');
    story.do('acknowledge');
    expect(story.refusal(START)).toBe('NOT_IN_THIS_STATE');
    expect(story.do({ ...START, cancelId: 'V1' }).do(voidRefused('V0')).state).toBe('voiding/received');
  });

  it('needs the window, the same business day and a proof', () => {
    const story = approvedCharge();
    expect(story.refusal(START, { openBusinessDate: '20260724' })).toBe('VOID_DAY');
    expect(story.refusal(START, { openBusinessDate: null })).toBe('VOID_DAY');
    expect(story.refusal({ ...START, proof: 'manager' })).toBe('VOID_PROOF');
    expect(story.wait(1_800_001).refusal(START)).toBe('VOID_WINDOW');
    expect(sentCharge().do(EVENTS.approved).refusal(START)).toBe('NOT_IN_THIS_STATE');
    expect(deferredCharge().do('send').do(EVENTS.approved).do('acknowledge').refusal(START)).toBe(
      'NOT_IN_THIS_STATE',
    );
  });

  it('whose proof died with the last run is proven anew under the same id, and under no other', () => {
    const story = approvedCharge().do(START).do(EVENTS.restart).answer('inDrawer');
    const again = { ...START, proof: 'manager', managerId: 'm1' } as const;
    expect(story.refusal({ ...again, cancelId: 'V1' })).toBe('NOT_IN_THIS_STATE');
    story.do(again);
    expect(story.state).toBe('voiding/received');
    expect(story.intent.voids).toEqual([{ cancelId: 'V0', proof: 'manager', managerId: 'm1' }]);
    expect(story.do(voidDone('V0')).refusal(again)).toBe('NOT_IN_THIS_STATE');
  });

  it('is refused once a voucher has booked what it would move', () => {
    for (const voucher of ['notesReturned', 'issuerDenies'] as const) {
      const story = approvedCharge();
      story.do({ kind: 'openCase', reason: 'ISSUER_CONTRADICTS' });
      story.do({ kind: 'seen', reason: 'ISSUER_CONTRADICTS', caseNumber: 'C-1', voucher }, AS_MANAGER);
      expect(story.intent.acknowledged).toBe(true);
      expect(story.refusal(START), voucher).toBe('NOT_IN_THIS_STATE');
    }
  });

  it('that is late is left as a case; refused afterwards, the manager is told', () => {
    const story = approvedCharge().do(START).do('leave');
    expect(story.intent.cases).toEqual(['VOID_LATE']);
    story.do(voidRefused('V0'));
    expect(story.intent.cases).toEqual(['VOID_LATE']);
    story.do({ kind: 'seen', reason: 'VOID_LATE' }, AS_MANAGER);
    expect(keepsDayOpen(story.intent)).toBe(false);
  });

  it('that is late and done after all still owes the cash, as a case', () => {
    const story = approvedCharge().do(START).do('leave').do(voidDone('V0'));
    expect(story.intent.cases).toEqual(['LEFT_AT_COUNTER']);
  });

  it('confirmed by an inquiry counts as done, denied by one does not', () => {
    const denied = approvedCharge().do(START);
    denied.do(inquiryOf(denied.intent, 'COMPLETED'));
    expect(denied.state).toBe('voiding/received');
    expect(denied.do(inquiryOf(denied.intent, 'VOIDED')).state).toBe('voided/return_due');
    expect(requestDue(denied.intent)).toBeNull();
  });

  it('of an item that comes back as completed is sent again under the same id until it is answered', () => {
    const story = approvedCharge().do(START).do(voidDone('V0')).do('givenBack');
    story.do(inquiryOf(story.intent, 'COMPLETED'));
    expect(ended(story.intent)).toBe(false);
    expect(occupiesStation(story.intent)).toBe(false);
    expect(requestDue(story.intent)?.request).toBe('void');
    story.do('voidSend').do(voidDone('V0'));
    expect(ended(story.intent)).toBe(true);
    expect(story.intent.cases).toEqual(['VOID_CONFLICT']);
  });
});

describe('a net cancel', () => {
  const notFound = {
    kind: 'netCancelAcknowledged',
    result: 'NOT_FOUND',
    tombstone: false,
    businessDate: null,
  } as const;

  it('is repeated with growing, bounded, jittered waits', () => {
    const story = sentCharge().do(EVENTS.notProcessed);
    for (let count = 1; count <= 20; count += 1) {
      story.do('netCancel', { fraction: 0.999 });
      const waitMs = (requestDue(story.intent)?.atMs ?? 0) - story.monoMs;
      expect(waitMs).toBe(Math.floor(0.999 * Math.min(60_000, 1_000 * 2 ** (count - 1))));
      story.wait(waitMs).do({ kind: 'netCancelUnanswered', code: null });
    }
    expect(story.intent.netCancels).toBe(20);
  });

  it('has waits that differ between terminals without any random source', () => {
    const waits = ['A', 'B', 'C', 'D'].map((tail) => {
      const story = new Story('CHARGE', { sequenceId: `01K0V3M8Q4ZT6W5R2N7QK29XM${tail}` });
      story.do('received').do('send').do(EVENTS.notProcessed).do('netCancel');
      return requestDue(story.intent)?.atMs;
    });
    expect(new Set(waits).size).toBe(4);
  });

  it('without tombstones is believed only after a minute of quiet and a second one', () => {
    const story = sentCharge().do(EVENTS.notProcessed).do('netCancel').do(notFound);
    expect(story.state).toBe('reversing/return_due');
    expect(requestDue(story.intent)?.atMs).toBe(story.monoMs + 60_000);
    expect(story.wait(59_999).do(notFound).state).toBe('reversing/return_due');
    expect(story.wait(1).do('netCancel').do(notFound).state).toBe('reversed/return_due');
  });

  it('that gets through leaves the shown sentence standing: a restart does not ask a withdrawal again', () => {
    const story = sentRefund()
      .do(EVENTS.notProcessed)
      .do('acknowledge')
      .do('netCancel')
      .do(EVENTS.acknowledged);
    expect(story.state).toBe('reversed/none');
    expect(story.intent.acknowledged).toBe(true);
    expect(story.do({ kind: 'restart' }).intent.question).toBeNull();
  });

  it('refused stays reversing and becomes a case that ends with the reversal', () => {
    const story = sentCharge().do(EVENTS.notProcessed).do('netCancel').do(EVENTS.netCancelRefused);
    expect(story.state).toBe('reversing/return_due');
    expect(story.intent.cases).toEqual(['NET_CANCEL_REFUSED']);
    expect(requestDue(story.intent)?.request).toBe('netCancel');
    expect(story.do(EVENTS.acknowledged).intent.cases).toEqual([]);
  });

  it('refused again after the voucher of its sealed day is no new case: it goes on asking', () => {
    const story = sentCharge().do(EVENTS.notProcessed).do('netCancel').do(EVENTS.netCancelRefused);
    const close = { kind: 'seen', reason: 'NET_CANCEL_REFUSED', caseNumber: 'C-1' } as const;
    story.do({ ...close, voucher: 'daySealed' }, AS_MANAGER);
    story.do('netCancel').do(EVENTS.netCancelRefused);
    expect(story.intent.cases).toEqual([]);
    expect(story.state).toBe('reversing/return_due');
    expect(requestDue(story.intent)?.request).toBe('netCancel');
  });

  it.each([
    ['an acknowledgement', EVENTS.acknowledged],
    ['an inquiry', { kind: 'inquiry', result: 'REVERSED', sentUnder: 3 }],
  ] as const)(
    'taken after all, by %s, after the voucher of its sealed day is a case: the store bore a loss that it has not',
    (_how, event) => {
      const story = sentCharge().do(EVENTS.notProcessed).do('netCancel').do(EVENTS.netCancelRefused);
      const close = { kind: 'seen', reason: 'NET_CANCEL_REFUSED', caseNumber: 'C-1' } as const;
      story.do({ ...close, voucher: 'daySealed' }, AS_MANAGER);
      story.do(event.kind === 'inquiry' ? { ...event, sentUnder: story.intent.hostVersion } : event);
      expect(story.state).toBe('reversed/return_due');
      expect(story.intent.cases).toEqual(['BOOKED_AFTER_SEAL']);
      story.do('givenBack');
      expect(story.do({ kind: 'seen', reason: 'BOOKED_AFTER_SEAL' }, AS_MANAGER).intent.cases).toEqual([]);
    },
  );
});

describe('cases', () => {
  it('left at "give back" after 180 s, and closed by itself when the cash is given back', () => {
    const story = sentCharge().do(EVENTS.declined);
    expect(commandDue(story.intent, TIMES)).toMatchObject({ command: 'leave', atMs: story.monoMs + 180_000 });
    story.wait(180_000).do('leave');
    expect(story.refusal('leave')).toBe('NOT_IN_THIS_STATE');
    expect(story.do('givenBack').intent.cases).toEqual([]);
  });

  it('a late approval of a declined charge is undone again, and the manager sees it once it is', () => {
    const story = sentCharge().do(EVENTS.declined).do('givenBack').do(EVENTS.approved);
    expect(story.state).toBe('reversing/returned');
    expect(story.intent.cases).toEqual(['LATE_APPROVAL']);
    const seen = { kind: 'seen', reason: 'LATE_APPROVAL' } as const;
    expect(story.refusal(seen, AS_MANAGER)).toBe('NOT_IN_THIS_STATE');
    story.do(EVENTS.acknowledged);
    expect(story.refusal(seen)).toBe('MANAGER_NEEDED');
    expect(story.do(seen, AS_MANAGER).intent.cases).toEqual([]);
  });

  it('content that conflicts (006_021) is a case besides what the table says', () => {
    const story = sentCharge().do({ kind: 'ambiguous', code: '006_021' });
    expect(story.state).toBe('unknown/received');
    expect(story.intent.cases).toEqual(['CONTENT_CONFLICT']);
  });

  it('a return that nobody claims is closed with a voucher only', () => {
    const story = sentCharge().do(EVENTS.declined).do('leave');
    expect(story.refusal({ kind: 'seen', reason: 'LEFT_AT_COUNTER' }, AS_MANAGER)).toBe('NOT_IN_THIS_STATE');
    story.do({ kind: 'seen', reason: 'LEFT_AT_COUNTER', caseNumber: 'C-0012' }, AS_MANAGER);
    expect(isCase(story.intent)).toBe(false);
  });
});

describe('the record', () => {
  it('names who, when and under which policy, and keeps the event but for its name', () => {
    const story = charge().do(EVENTS.restart).do({ kind: 'answer', answer: 'withCustomer' }, AS_MANAGER);
    expect(story.records.at(-1)).toMatchObject({
      event: 'answer',
      detail: { answer: 'withCustomer' },
      actor: { role: 'manager', id: 'm1', reason: 'test' },
      policyHash: 'policy',
    });
  });

  it('folds again to the same intent', () => {
    const story = approvedCharge()
      .do({ kind: 'void', cancelId: 'V0', proof: 'card' })
      .do(voidDone('V0'))
      .do('givenBack');
    let folded = null as Story['intent'] | null;
    for (const record of story.records) folded = apply(folded, record);
    expect(folded).toEqual(story.intent);
  });

  it('is refused by apply when it would change what is fixed, or belongs elsewhere', () => {
    const [first] = charge().records;
    if (first === undefined) throw new Error('no record');
    const intent = scanned('CHARGE');
    expect(() => apply(intent, first)).toThrow(IntentFault);
    expect(() => apply(null, { ...first, event: 'received' })).toThrow(IntentFault);
    expect(() => apply(intent, { ...first, event: 'received', set: { amount: 1 } })).toThrow(IntentFault);
    expect(() => apply(intent, { ...first, event: 'received', set: {}, sequenceId: 'X' })).toThrow(
      IntentFault,
    );
    expect(() => apply(intent, { ...first, event: 'received', set: { cash: 'paid_out' } })).toThrow(
      IntentFault,
    );
  });

  it('is not made for a scan that could not be one', () => {
    for (const wrong of [
      { amount: -1 },
      { amount: 1_000_000 },
      { amount: 0.5 },
      { bin: '9410' },
      { last4: 'x005' },
      { sequenceId: '' },
    ]) {
      expect(() => accept({ ...scanOf('CHARGE'), ...wrong }, contextAt(0))).toThrow(IntentFault);
    }
  });
});

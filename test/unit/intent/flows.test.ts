import { describe, expect, it } from 'vitest';
import { adviceOf } from '../../../src/intent/advice.ts';
import { commandDue, due, requestDue } from '../../../src/intent/due.ts';
import { DEFAULT_TIMES as TIMES } from '../../../src/intent/rules.ts';
import { attended, ended, isCase, keepsDayOpen, occupiesStation } from '../../../src/intent/state.ts';
import {
  AS_MANAGER,
  approvedCharge,
  charge,
  contextAt,
  deferredCharge,
  EVENTS,
  inquiryOf,
  Story,
  sentCharge,
  sentRefund,
} from './make.ts';

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

it('a charge to be credited later is sent again after a wait that grows, whatever it was that credited nothing', () => {
  for (const nothing of ['ambiguous', 'notProcessed', 'nothingLeft'] as const) {
    const story = deferredCharge();
    const waits = [1, 2, 3].map(() => {
      story.do('send').do(EVENTS[nothing], { fraction: 0.5 });
      const waitMs = (requestDue(story.intent)?.atMs ?? 0) - story.monoMs;
      story.wait(waitMs);
      return waitMs;
    });
    expect(waits, nothing).toEqual([1_000, 2_000, 4_000]);
  }
});

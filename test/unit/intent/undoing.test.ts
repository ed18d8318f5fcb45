import { describe, expect, it } from 'vitest';
import { adviceOf } from '../../../src/intent/advice.ts';
import { requestDue } from '../../../src/intent/due.ts';
import { ended, keepsDayOpen, occupiesStation } from '../../../src/intent/state.ts';
import {
  AS_MANAGER,
  approvedCharge,
  deferredCharge,
  EVENTS,
  inquiryOf,
  Story,
  sentCharge,
  sentRefund,
  voidDone,
  voidRefused,
} from './make.ts';

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

  it('sent again is closed by an answer to itself alone', () => {
    const story = approvedCharge().do(START).do(voidDone('V0')).do('givenBack');
    story.do(inquiryOf(story.intent, 'COMPLETED')).do('voidSend').do(voidDone('V9'));
    expect(requestDue(story.intent)?.request).toBe('void');
    expect(requestDue(story.do(voidDone('V0')).intent)).toBeNull();
  });

  it('belongs to the business day that the issuer names with it, as a net cancel does', () => {
    const businessDate = '20260724';
    const done = { kind: 'voidDone', cancelId: 'V0', cancelNrNumber: 'KMN260723000000124' } as const;
    const voided = approvedCharge()
      .do(START)
      .do({ ...done, businessDate });
    const reversed = sentCharge()
      .do(EVENTS.notProcessed)
      .do('netCancel')
      .do({ kind: 'netCancelAcknowledged', result: 'REVERSED', tombstone: true, businessDate });
    expect([voided, reversed].map(({ intent }) => intent.businessDate)).toEqual([businessDate, businessDate]);
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

  it('without tombstones is believed at once where its answer speaks of the payment', () => {
    for (const result of ['REVERSED', 'NOT_APPROVED'] as const) {
      const story = sentCharge().do(EVENTS.notProcessed).do('netCancel');
      expect(story.do({ ...notFound, result }).state, result).toBe('reversed/return_due');
    }
  });

  it('without tombstones begins its quiet anew with a restart, whose clock knows nothing of the one before', () => {
    const story = sentCharge().do(EVENTS.notProcessed).do('netCancel').do(notFound).wait(60_000);
    story.do({ kind: 'restart' }).answer('withCustomer').do('netCancel').do(notFound);
    expect(story.state).toBe('reversing/returned');
    expect(story.wait(60_000).do('netCancel').do(notFound).state).toBe('reversed/returned');
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
    expect(requestDue(story.intent)).toMatchObject({ request: 'netCancel', atMs: story.monoMs + 60_000 });
    expect(story.do(EVENTS.acknowledged).intent.cases).toEqual([]);
  });

  it('refused after it had been taken is under way again, and a case: the issuer was put back and has sealed the day', () => {
    const story = sentCharge()
      .do(EVENTS.notProcessed)
      .do('netCancel')
      .do(EVENTS.acknowledged)
      .do('givenBack');
    expect(story.state).toBe('reversed/returned');
    story.do(EVENTS.netCancelRefused);
    expect(story.state).toBe('reversing/returned');
    expect(story.intent.cases).toEqual(['NET_CANCEL_REFUSED']);
    expect(requestDue(story.intent)?.request).toBe('netCancel');
    expect(story.do(EVENTS.acknowledged).intent.cases).toEqual([]);
  });

  it('refused again after the voucher of its sealed day is no new case: it goes on asking, once an hour', () => {
    const story = sentCharge().do(EVENTS.notProcessed).do('netCancel').do(EVENTS.netCancelRefused);
    const close = { kind: 'seen', reason: 'NET_CANCEL_REFUSED', caseNumber: 'C-1' } as const;
    story.do({ ...close, voucher: 'daySealed' }, AS_MANAGER);
    story.do('netCancel').do(EVENTS.netCancelRefused);
    expect(story.intent.cases).toEqual([]);
    expect(story.state).toBe('reversing/return_due');
    expect(requestDue(story.intent)).toMatchObject({ request: 'netCancel', atMs: story.monoMs + 3_600_000 });
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

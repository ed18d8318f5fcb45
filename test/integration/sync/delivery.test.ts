import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answered, ApproveAnswer, InquiryAnswer } from '../../../src/konaplate/settlement.ts';
import { LedgerFault } from '../../../src/ledger/fault.ts';
import {
  AMBIGUOUS,
  APPROVED,
  answered,
  Counter,
  DECLINED,
  held,
  META,
  NOTHING_LEFT,
  notProcessed,
} from './counter.ts';

let counter: Counter;
beforeEach(async () => {
  counter = await new Counter().start();
});
afterEach(() => counter.end());

describe('an attended payment', () => {
  it('goes out as soon as the cash is received, with its sending on disk before, and is approved', async () => {
    counter.backend.sayApprove = (request) => {
      expect(counter.now(request).host).toBe('sending');
      return answered(APPROVED);
    };
    const charge = counter.charge();
    await counter.clock.advance(0);
    expect(counter.at(charge)).toBe('approved/received');
    expect(counter.now(charge).approval).toMatchObject({
      nrNumber: APPROVED.nrNumber,
      businessDate: '20261122',
    });
    expect(counter.backend.of('approve')).toHaveLength(1);
    expect(counter.worker.balanceOf(charge.sequenceId)).toBe(12_345);
    const [sent] = counter.backend.of('approve');
    expect(sent?.context.journalHead).toMatch(/^[0-9a-f]{64}$/);
    expect(sent?.request).toMatchObject({
      barcodeSpec: expect.stringMatching(/^CHARGE.{25}$/),
      deferred: false,
    });
  });

  it('is approved also where its row cannot be read in the moment of the answer, but for a counter', async () => {
    const { ledger, backend, clock } = counter;
    backend.sayApprove = () => new Promise((resolve) => clock.after(500, () => resolve(answered(APPROVED))));
    const charge = counter.charge();
    await clock.advance(100);
    const get = ledger.get.bind(ledger);
    ledger.get = () => {
      throw new LedgerFault('LOCKED');
    };
    await clock.advance(500);
    ledger.get = get;
    expect(counter.at(charge)).toBe('approved/received');
  });

  it('a withdrawal goes out when it is requested, and is owed when it is approved', async () => {
    const refund = counter.refund();
    await counter.clock.advance(0);
    expect(counter.at(refund)).toBe('approved/payout_due');
  });

  it('is declined by the issuer: the cash goes back', async () => {
    counter.backend.sayApprove = () => DECLINED;
    const charge = counter.charge();
    await counter.clock.advance(0);
    expect(counter.at(charge)).toBe('declined/return_due');
  });

  it('not processed is made sure by a net cancel, with the reason kept', async () => {
    counter.backend.sayApprove = () => notProcessed('000_902');
    const charge = counter.charge();
    await counter.clock.advance(0);
    expect(counter.at(charge)).toBe('reversed/return_due');
    expect(counter.now(charge).notProcessedCode).toBe('000_902');
    expect(counter.backend.of('netCancel')[0]?.request).toMatchObject({
      reason: 'BAD_ANSWER',
      amount: 10_000,
    });
  });

  it('of which nothing left is asked about within its three seconds, and the barcode is in the vault again', async () => {
    counter.backend.sayApprove = () => NOTHING_LEFT;
    const charge = counter.charge();
    await counter.clock.advance(0);
    expect(counter.now(charge)).toMatchObject({ host: 'unsent', cash: 'received', choosing: true });
    counter.backend.sayApprove = () => answered(APPROVED);
    counter.record(charge, { kind: 'creditLater' });
    await counter.clock.advance(10_000);
    expect(counter.at(charge)).toBe('approved/received');
    expect(counter.backend.of('approve', charge.sequenceId).length).toBe(2);
  });

  it('without an answer is unknown after two seconds, asked about every three, and decided at the deadline', async () => {
    counter.backend.sayApprove = () => new Promise(() => {});
    counter.backend.sayInquiry = () => AMBIGUOUS;
    const charge = counter.charge();
    await counter.clock.advance(1_999);
    expect(counter.at(charge)).toBe('sending/received');
    await counter.clock.advance(1);
    expect(counter.at(charge)).toBe('unknown/received');
    await counter.clock.advance(12_999);
    expect(counter.at(charge)).toBe('unknown/received');
    expect(counter.backend.of('inquiry').map((sent) => sent.atMs - 1_000)).toEqual([
      2_000, 5_000, 8_000, 11_000, 14_000,
    ]);
    await counter.clock.advance(1);
    expect(counter.at(charge)).toBe('reversed/return_due');
    expect(counter.backend.of('netCancel')[0]?.request).toMatchObject({ reason: 'TIMEOUT' });
  });

  it('a late approval counts before the deadline, while inquiries run', async () => {
    const late = held<Answered<ApproveAnswer>>();
    counter.backend.sayApprove = () => late.promise;
    const charge = counter.charge();
    await counter.clock.advance(9_000);
    expect(counter.at(charge)).toBe('unknown/received');
    expect(counter.backend.of('inquiry').length).toBeGreaterThan(1);
    late.give(answered(APPROVED));
    await counter.clock.advance(0);
    expect(counter.at(charge)).toBe('approved/received');
    expect(counter.worker.status().counts.lateAnswers).toBe(1);
  });

  it('an answer that never comes is none that came late', async () => {
    counter.backend.sayApprove = () => new Promise(() => {});
    counter.charge();
    await counter.clock.advance(60_000);
    const { lateAnswers, outcomes } = counter.worker.status().counts;
    expect([outcomes.approve.ambiguous, lateAnswers]).toEqual([1, 0]);
  });

  it('a late approval after the deadline changes nothing: what is reversing only ever becomes reversed', async () => {
    const late = held<Answered<ApproveAnswer>>();
    counter.backend.sayApprove = () => late.promise;
    counter.backend.sayNetCancel = () => AMBIGUOUS;
    const charge = counter.charge();
    await counter.clock.advance(16_000);
    expect(counter.at(charge)).toBe('reversing/return_due');
    late.give(answered(APPROVED));
    await counter.clock.advance(0);
    expect(counter.at(charge)).toBe('reversing/return_due');
    counter.backend.sayNetCancel = () => answered({ result: 'REVERSED', reversedAt: null });
    await counter.clock.advance(60_000);
    expect(counter.at(charge)).toBe('reversed/return_due');
  });

  it('an inquiry that finds it approved ends the wait', async () => {
    counter.backend.sayApprove = () => AMBIGUOUS;
    const { balance: _balance, ...approval } = APPROVED;
    counter.backend.sayInquiry = () => answered({ result: 'COMPLETED', approval, voids: [] });
    const charge = counter.charge();
    await counter.clock.advance(0);
    expect(counter.at(charge)).toBe('approved/received');
  });

  it('never has two inquiries on their way, however long one takes', async () => {
    counter.backend.sayApprove = () => AMBIGUOUS;
    const slow = held<Answered<InquiryAnswer>>();
    counter.backend.sayInquiry = () => slow.promise;
    counter.charge();
    await counter.clock.advance(4_900);
    expect(counter.backend.of('inquiry')).toHaveLength(1);
    await counter.clock.advance(5_000);
    expect(counter.backend.of('inquiry')).toHaveLength(2);
  });
});

describe('a net cancel', () => {
  it('is repeated with backoff until it is acknowledged, each attempt on disk before it is sent', async () => {
    counter.backend.sayApprove = () => AMBIGUOUS;
    counter.backend.sayNetCancel = (request) => {
      expect(counter.now(request).netCancels).toBe(counter.backend.of('netCancel').length);
      return counter.backend.of('netCancel').length < 4
        ? AMBIGUOUS
        : answered({ result: 'REVERSED', reversedAt: null });
    };
    const charge = counter.charge();
    await counter.clock.advance(120_000);
    expect(counter.at(charge)).toBe('reversed/return_due');
    const gaps = counter.backend
      .of('netCancel')
      .map((sent, at, all) => sent.atMs - (all[at - 1]?.atMs ?? sent.atMs));
    expect(gaps).toHaveLength(4);
    expect(gaps.slice(1).every((gap) => gap >= 500)).toBe(true);
  });

  it('that is refused is a case and goes on being tried', async () => {
    counter.backend.sayApprove = () => notProcessed('000_002');
    counter.backend.sayNetCancel = () => ({ class: 'refused', code: '006_907', meta: META });
    const charge = counter.charge();
    await counter.clock.advance(200_000);
    expect(counter.now(charge)).toMatchObject({
      host: 'reversing',
      cases: expect.arrayContaining(['NET_CANCEL_REFUSED']),
    });
    expect(counter.backend.of('netCancel').length).toBeGreaterThan(1);
  });

  it('needs quiet and a second one from a backend without tombstones', async () => {
    counter.backend.capabilities = { tombstones: false, voids: true, lists: true };
    counter.backend.sayApprove = () => notProcessed('000_002');
    counter.backend.sayNetCancel = () => answered({ result: 'NOT_FOUND', reversedAt: null });
    const charge = counter.charge();
    await counter.clock.advance(59_000);
    expect(counter.at(charge)).toBe('reversing/return_due');
    await counter.clock.advance(10_000);
    expect(counter.at(charge)).toBe('reversed/return_due');
    expect(counter.backend.of('netCancel')).toHaveLength(2);
  });

  it('that never succeeds becomes a case when its budget ends, and is never given up', async () => {
    await counter.end();
    counter = await new Counter({ limits: { attemptBudget: 5 } }).start();
    counter.backend.sayApprove = () => notProcessed('000_002');
    counter.backend.sayNetCancel = () => ({
      class: 'ambiguous',
      why: 'UNLISTED_CODE',
      code: '006_022',
      bytesWritten: 9,
    });
    const charge = counter.charge();
    await counter.clock.advance(600_000);
    expect(counter.now(charge).cases).toContain('BUDGET_SPENT');
    expect(counter.backend.of('netCancel').length).toBeGreaterThan(6);
  });
});

describe('a void', () => {
  const approve = async () => {
    const charge = counter.charge();
    await counter.clock.advance(0);
    return counter.record(charge, { kind: 'acknowledge' });
  };

  it('is sent with the fresh barcode from memory and ends voided', async () => {
    const charge = await approve();
    counter.worker.holdProof('V1', 'CHARGE9410000000000005777010000');
    counter.record(charge, { kind: 'void', cancelId: 'V1', proof: 'card' });
    await counter.clock.advance(0);
    expect(counter.at(charge)).toBe('voided/return_due');
    expect(counter.backend.of('cancel')[0]?.request).toMatchObject({
      cancelId: 'V1',
      nrNumber: APPROVED.nrNumber,
      proof: { barcodeSpec: 'CHARGE9410000000000005777010000' },
    });
  });

  it('is sent with the manager who allowed it, and a refusal gives the approval back', async () => {
    counter.backend.sayCancel = () => ({ class: 'refused', code: '007_030', meta: META });
    const charge = await approve();
    counter.record(charge, { kind: 'void', cancelId: 'V1', proof: 'manager', managerId: 'lee' });
    await counter.clock.advance(0);
    expect(counter.at(charge)).toBe('approved/received');
    expect(counter.now(charge).voids[0]).toMatchObject({ outcome: 'refused', code: '007_030' });
  });

  it('is repeated with the same id when no answer came', async () => {
    counter.backend.sayCancel = () => AMBIGUOUS;
    const charge = await approve();
    counter.record(charge, { kind: 'void', cancelId: 'V1', proof: 'manager', managerId: 'lee' });
    await counter.clock.advance(5_000);
    const tries = counter.backend.of('cancel');
    expect(tries.length).toBeGreaterThan(1);
    expect(new Set(tries.map((sent) => JSON.stringify(sent.request))).size).toBe(1);
    expect(counter.at(charge)).toBe('voiding/received');
  });

  it('that is never answered becomes a case when its budget ends, and goes on under the same id', async () => {
    await counter.end();
    counter = await new Counter({ limits: { attemptBudget: 5 } }).start();
    counter.backend.sayCancel = () => AMBIGUOUS;
    const charge = await approve();
    counter.record(charge, { kind: 'void', cancelId: 'V1', proof: 'manager', managerId: 'lee' });
    await counter.clock.advance(600_000);
    expect(counter.now(charge).cases).toContain('BUDGET_SPENT');
    const tries = counter.backend.of('cancel');
    expect(tries.length).toBeGreaterThan(6);
    expect(new Set(tries.map((sent) => JSON.stringify(sent.request))).size).toBe(1);
  });

  it('whose barcode is gone with a restart is asked about, never sent without its proof', async () => {
    counter.backend.sayCancel = () => AMBIGUOUS;
    const charge = await approve();
    counter.worker.holdProof('V1', 'CHARGE9410000000000005777010000');
    counter.record(charge, { kind: 'void', cancelId: 'V1', proof: 'card' });
    await counter.clock.advance(0);
    const before = counter.backend.of('cancel').length;
    await counter.crash();
    await counter.start();
    counter.record(charge, { kind: 'answer', answer: 'inDrawer' });
    counter.backend.sayInquiry = () =>
      answered({ result: 'VOIDED', voids: [{ cancelId: 'V1', done: true }] });
    await counter.clock.advance(70_000);
    expect(counter.backend.of('cancel')).toHaveLength(before);
    expect(counter.at(charge)).toBe('voided/return_due');
  });
});

describe('a void proven anew after a restart', () => {
  it('goes out at once with the same id', async () => {
    counter.backend.sayCancel = () => AMBIGUOUS;
    const charge = counter.charge();
    await counter.clock.advance(0);
    counter.record(charge, { kind: 'acknowledge' });
    counter.worker.holdProof('V1', 'CHARGE9410000000000005777010000');
    counter.record(charge, { kind: 'void', cancelId: 'V1', proof: 'card' });
    await counter.clock.advance(0);
    await counter.crash();
    await counter.start();
    counter.record(charge, { kind: 'answer', answer: 'inDrawer' });
    await counter.clock.advance(1_000);
    const before = counter.backend.of('cancel').length;
    counter.backend.sayCancel = () =>
      answered({ cancelNrNumber: 'KMN260723000000002', canceledAt: '20260723143206000' });
    counter.record(charge, { kind: 'void', cancelId: 'V1', proof: 'manager', managerId: 'lee' });
    await counter.clock.advance(100);
    expect(
      counter.backend
        .of('cancel')
        .slice(before)
        .map((sent) => sent.request),
    ).toMatchObject([{ cancelId: 'V1', proof: { managerId: 'lee' } }]);
    expect(counter.at(charge)).toBe('voided/return_due');
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Intent } from '../../../src/intent/model.ts';
import type { InquiryAnswer } from '../../../src/konaplate/settlement.ts';
import { DEFAULT_LIMITS } from '../../../src/sync/limits.ts';
import { volatileMemory } from '../../../src/sync/memory.ts';
import { approvalOf, MANAGER } from '../ledger/shop.ts';
import { AMBIGUOUS, APPROVED, answered, CLOSE, Counter, DAY, notProcessed } from './counter.ts';

const WAIT_MS = 600_000;

let counter: Counter;
beforeEach(() => {
  counter = new Counter({ memory: volatileMemory() });
});
afterEach(() => counter.end());

/** From its next answer on the issuer is under maintenance, and wants to be asked again after ten minutes. */
async function asksToWait(): Promise<void> {
  counter.backend.sayHello = () => notProcessed('000_908', WAIT_MS);
  counter.backend.sayProbe = () => notProcessed('000_908', WAIT_MS);
  await counter.clock.advance(31_000);
}

async function worksAgain(): Promise<void> {
  counter.backend.sayHello = () => answered(counter.backend.greeting);
  counter.backend.sayProbe = () => answered({ result: 'NOT_FOUND', voids: [] });
  await counter.clock.advance(WAIT_MS);
}

/** A void done, its cash given back; then the issuer is put back and says that the charge stands: the same void is owed again. */
async function voidedInVain(proof: 'card' | 'manager'): Promise<Intent> {
  const { backend, clock } = await counter.start();
  const charge = counter.charge();
  await clock.advance(10);
  counter.record(charge, { kind: 'acknowledge' });
  const isDone = answered<InquiryAnswer>({
    result: 'VOIDED',
    voids: [{ cancelId: 'V1', done: true }],
  });
  backend.sayInquiry = () => isDone;
  const by = proof === 'manager' ? { managerId: 'lee' } : {};
  counter.record(charge, { kind: 'void', cancelId: 'V1', proof, ...by });
  await clock.advance(0);
  counter.record(charge, { kind: 'givenBack' });
  expect(counter.at(charge)).toBe('voided/returned');
  backend.sayCancel = () => AMBIGUOUS;
  backend.sayInquiry = () => answered({ result: 'COMPLETED', approval: approvalOf(1), voids: [] });
  await counter.worker.inquireNow(charge.sequenceId);
  await clock.advance(0);
  expect(counter.now(charge)).toMatchObject({ host: 'voided', cases: ['VOID_CONFLICT'], left: false });
  return charge;
}

/** None of these calls goes out before the issuer wants to be asked again, and one does after it. */
async function expectWaiting({ sequenceId }: Intent, call: 'inquiry' | 'cancel'): Promise<void> {
  const { backend, clock } = counter;
  await asksToWait();
  const tries = backend.of(call, sequenceId).length;
  expect(tries).toBeGreaterThan(1);
  await clock.advance(WAIT_MS - 60_000);
  expect(backend.of(call, sequenceId)).toHaveLength(tries);
  await worksAgain();
  expect(backend.of(call, sequenceId).length).toBeGreaterThan(tries);
}

/** What a proxy in the line says for itself: nothing in it is signed. */
const PROXY = { ...AMBIGUOUS, why: 'HTTP_STATUS', retryAfterMs: 3_600_000 };

describe('a proxy that asks for an hour', () => {
  it('does not silence the till: what is owed goes out as soon as the issuer is to be had', async () => {
    const { backend, clock, worker } = await counter.start();
    backend.sayApprove = () => PROXY;
    backend.sayInquiry = () => PROXY;
    backend.sayNetCancel = () => PROXY;
    backend.sayProbe = () => PROXY;
    const first = counter.charge();
    const later = counter.deferred();
    await clock.advance(16_000);
    expect(counter.at(first)).toBe('reversing/return_due');
    backend.sayApprove = () => answered(APPROVED);
    backend.sayInquiry = () => answered({ result: 'NOT_FOUND', voids: [] });
    backend.sayNetCancel = () => answered({ result: 'REVERSED', reversedAt: null });
    backend.sayProbe = () => answered({ result: 'NOT_FOUND', voids: [] });
    await clock.advance(60_000);
    expect(worker.status().line.state).toBe('online');
    expect([counter.at(first), counter.at(later)]).toEqual(['reversed/return_due', 'approved/received']);
  });
});

describe('an issuer that said when it wants to be asked again', () => {
  it('is sent no close and asked for no list of a day before, and is after it', async () => {
    const { backend, worker } = await counter.start();
    await asksToWait();
    const answers = [await worker.transactions(DAY), await worker.close(CLOSE)];
    expect(answers).toMatchObject([{ why: 'ASKED_TO_WAIT' }, { why: 'ASKED_TO_WAIT' }]);
    expect(backend.of('transactions')).toEqual([]);
    await worksAgain();
    expect((await worker.transactions(DAY)).class).toBe('answered');
    expect(await worker.close(CLOSE)).toMatchObject({ why: 'RESET' });
  });

  it('is asked about nothing again before, though it was put back, and about everything after it', async () => {
    const { backend, clock } = await counter.start();
    const charge = counter.charge();
    await clock.advance(0);
    backend.issuerEpoch = 'second';
    await asksToWait();
    await clock.advance(WAIT_MS - 60_000);
    expect(backend.of('inquiry')).toEqual([]);
    await worksAgain();
    expect(backend.of('inquiry', charge.sequenceId)).toHaveLength(1);
  });

  it('is asked by a person all the same', async () => {
    const { backend, worker, clock } = await counter.start();
    const charge = counter.charge();
    await clock.advance(0);
    await asksToWait();
    const asked = worker.inquireNow(charge.sequenceId);
    await clock.advance(0);
    expect(await asked).toBe('NOT_FOUND');
    expect(backend.of('inquiry', charge.sequenceId)).toHaveLength(1);
  });

  it('is sent no void again that was left to the manager: nobody waits for it any more', async () => {
    const { backend, clock } = await counter.start();
    const charge = counter.charge();
    await clock.advance(10);
    counter.record(charge, { kind: 'acknowledge' });
    backend.sayCancel = () => AMBIGUOUS;
    counter.record(charge, { kind: 'void', cancelId: 'V1', proof: 'manager', managerId: 'lee' });
    await clock.advance(0);
    counter.record(charge, { kind: 'leave' });
    expect(counter.now(charge)).toMatchObject({ host: 'voiding', left: true });
    await expectWaiting(charge, 'cancel');
  });

  it('is asked about no void whose barcode is gone and whose customer has the cash', async () => {
    await expectWaiting(await voidedInVain('card'), 'inquiry');
  });

  it('is sent no void again whose customer has the cash: nobody waits for that either', async () => {
    await expectWaiting(await voidedInVain('manager'), 'cancel');
  });

  it('says so in its line also while that still counts as up, or is paused: when it is tried next is seconds after', async () => {
    const { backend, clock, worker } = await counter.start();
    expect(worker.status().line).toMatchObject({ state: 'online', nextTryMs: null });
    backend.sayProbe = () => ({ ...AMBIGUOUS, retryAfterMs: WAIT_MS });
    let told = 0;
    worker.onChange(() => {
      told += 1;
    });
    await clock.advance(31_000);
    const atMs = clock.now().wallMs;
    const { line } = worker.status();
    expect(line.state).toBe('online');
    expect((line.nextTryMs ?? 0) - atMs).toBeGreaterThan(DEFAULT_LIMITS.breakerMaxMs - 5_000);
    expect((line.nextTryMs ?? 0) - atMs).toBeLessThanOrEqual(DEFAULT_LIMITS.breakerMaxMs);
    expect(told).toBe(1);
    worker.pause('시험', MANAGER);
    expect(worker.status().line).toEqual({ ...line, state: 'paused', sinceMs: atMs, reason: 'PAUSED' });
    worker.resume(MANAGER);
    await worksAgain();
    expect(worker.status().line).toMatchObject({ state: 'online', nextTryMs: null });
  });

  it('is not greeted sooner because somebody set the clock', async () => {
    const { backend, clock } = await counter.start();
    await asksToWait();
    clock.setWall(3_600_000);
    await clock.advance(WAIT_MS - 60_000);
    expect(backend.of('hello')).toHaveLength(1);
    await worksAgain();
    expect(backend.of('hello').length).toBeGreaterThan(1);
  });
});

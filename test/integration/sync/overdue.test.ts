/** What was promised by a time and is not had by then is a person's to know, also when nothing could be attempted. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Intent } from '../../../src/intent/model.ts';
import { MANAGER, must } from '../ledger/shop.ts';
import { AMBIGUOUS, APPROVED, answered, Counter, NOTHING_LEFT } from './counter.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

let counter: Counter;
const casesOf = (intent: Intent): readonly string[] => counter.now(intent).cases;
const seen = (intent: Intent): void => {
  must(counter.ledger, intent, { kind: 'seen', reason: 'OVERDUE' }, counter.clock.now(), { actor: MANAGER });
};
function silence(): void {
  const { backend } = counter;
  backend.sayHello = () => AMBIGUOUS;
  backend.sayProbe = () => AMBIGUOUS;
  backend.sayApprove = () => AMBIGUOUS;
  backend.sayInquiry = () => AMBIGUOUS;
  backend.sayNetCancel = () => AMBIGUOUS;
}
/** The line is back; what it says of payments is for each test. */
function answerAgain(): void {
  const { backend, clock } = counter;
  backend.sayHello = () => answered({ ...backend.greeting, serverTimeMs: clock.now().wallMs });
  backend.sayProbe = () => answered({ result: 'NOT_FOUND', voids: [] });
}
async function startAgain(): Promise<void> {
  const stopped = counter.worker.stop();
  await counter.clock.advance(5_000);
  await stopped;
  await counter.crash();
  await counter.start();
}

afterEach(() => counter.end());

describe('a charge that is credited later', () => {
  beforeEach(async () => {
    counter = await new Counter({ limits: { attemptBudget: 10, creditMs: 3 * HOUR_MS } }).start();
  });

  it('of which no attempt leaves a byte becomes a case when its budget ends, and is never given up', async () => {
    counter.backend.sayApprove = () => NOTHING_LEFT;
    const charge = counter.deferred();
    await counter.clock.advance(HOUR_MS);
    expect(casesOf(charge)).toEqual(['BUDGET_SPENT']);
    expect(counter.now(charge).sends).toBe(0);
    const before = counter.backend.of('approve').length;
    await counter.clock.advance(HOUR_MS);
    expect(counter.backend.of('approve').length).toBeGreaterThan(before);
  });

  it('and is not by the time on its slip is a case then, once, though not one attempt could be made', async () => {
    silence();
    await counter.clock.advance(5 * MINUTE_MS);
    const charge = counter.deferred();
    const { version } = charge;
    await counter.clock.advance(3 * HOUR_MS - MINUTE_MS);
    expect(casesOf(charge)).toEqual([]);
    await counter.clock.advance(2 * MINUTE_MS);
    expect(casesOf(charge)).toEqual(['OVERDUE']);
    expect(counter.backend.of('approve')).toEqual([]);
    expect(counter.now(charge).version).toBe(version + 1);
    seen(charge);
    await counter.clock.advance(HOUR_MS);
    await startAgain();
    await counter.clock.advance(HOUR_MS);
    expect(casesOf(charge)).toEqual([]);
  });

  it('is one by that time also where no run lasts so long, and no more once it is credited', async () => {
    silence();
    await counter.clock.advance(5 * MINUTE_MS);
    const charge = counter.deferred();
    for (let run = 0; run < 6; run += 1) {
      expect(casesOf(charge)).toEqual([]);
      await counter.clock.advance(29 * MINUTE_MS);
      await startAgain();
    }
    await counter.clock.advance(7 * MINUTE_MS);
    expect(casesOf(charge)).toEqual(['OVERDUE']);
    await startAgain();
    expect(casesOf(charge)).toEqual(['OVERDUE']);
    answerAgain();
    counter.backend.sayApprove = () => answered(APPROVED);
    await counter.clock.advance(5 * MINUTE_MS);
    expect(counter.at(charge)).toBe('approved/received');
    expect(casesOf(charge)).toEqual([]);
  });

  it('is no case before that time because the clock was set', async () => {
    silence();
    await counter.clock.advance(5 * MINUTE_MS);
    const charge = counter.deferred();
    counter.clock.setWall(30 * 24 * HOUR_MS);
    await counter.clock.advance(2 * HOUR_MS);
    expect(casesOf(charge)).toEqual([]);
    await counter.clock.advance(HOUR_MS);
    expect(casesOf(charge)).toEqual(['OVERDUE']);
  });

  it('becomes one with many others without holding up the counter', async () => {
    silence();
    await counter.clock.advance(5 * MINUTE_MS);
    const charges = Array.from({ length: 12 }, () => counter.deferred());
    const told = () => charges.filter((charge) => casesOf(charge).includes('OVERDUE')).length;
    await counter.clock.advance(3 * HOUR_MS);
    expect(told()).toBe(5);
    await counter.clock.advance(5_000);
    expect(told()).toBe(12);
  });
});

describe('a net cancel on a dead line', () => {
  beforeEach(async () => {
    counter = await new Counter().start();
    silence();
  });

  async function reversed(): Promise<Intent> {
    const charge = counter.charge();
    await counter.clock.advance(17_000);
    expect(counter.at(charge)).toBe('reversing/return_due');
    return counter.record(charge, { kind: 'givenBack' });
  }

  it('is a case after an hour, once, also where no run lasts so long', async () => {
    const charge = await reversed();
    await counter.clock.advance(50 * MINUTE_MS);
    await startAgain();
    await counter.clock.advance(8 * MINUTE_MS);
    expect(casesOf(charge)).toEqual([]);
    await counter.clock.advance(3 * MINUTE_MS);
    expect(casesOf(charge)).toEqual(['OVERDUE']);
    seen(charge);
    await counter.clock.advance(HOUR_MS);
    await startAgain();
    await counter.clock.advance(HOUR_MS);
    expect(casesOf(charge)).toEqual([]);
  });

  it('hides no question that nobody answers: a withdrawal that was left stays a case once its manager has seen this one', async () => {
    const { backend, clock } = counter;
    answerAgain();
    backend.sayApprove = () => answered({ ...APPROVED, type: 'REFUND' });
    await clock.advance(5 * MINUTE_MS);
    const refund = counter.refund();
    await clock.advance(5_000);
    expect(counter.at(refund)).toBe('approved/payout_due');
    counter.record(refund, { kind: 'leave' });
    silence();
    must(counter.ledger, refund, { kind: 'notPaid' }, clock.now(), { actor: MANAGER });
    await clock.advance(HOUR_MS + MINUTE_MS);
    expect(casesOf(refund)).toEqual(['OVERDUE']);
    await startAgain();
    expect(counter.now(refund)).toMatchObject({ left: true, question: 'RE_OUT_EARLY' });
    seen(refund);
    expect(casesOf(refund)).toEqual(['LEFT_AT_COUNTER']);
    counter.record(refund, { kind: 'answer', answer: 'inDrawer' });
    expect(casesOf(refund)).toEqual([]);
    answerAgain();
    backend.sayNetCancel = () => answered({ result: 'REVERSED', reversedAt: null });
    await clock.advance(5 * MINUTE_MS);
    expect(counter.at(refund)).toBe('reversed/none');
  });

  it('is none while another case tells of it, and the case is over with the reversal', async () => {
    const charge = await reversed();
    must(counter.ledger, charge, { kind: 'openCase', reason: 'RECOVERING' }, counter.clock.now(), {
      actor: MANAGER,
    });
    await counter.clock.advance(2 * HOUR_MS);
    expect(casesOf(charge)).toEqual(['RECOVERING']);
    const other = await reversed();
    await counter.clock.advance(HOUR_MS);
    expect(casesOf(other)).toEqual(['OVERDUE']);
    answerAgain();
    counter.backend.sayNetCancel = () => answered({ result: 'REVERSED', reversedAt: null });
    await counter.clock.advance(5 * MINUTE_MS);
    expect(counter.at(other)).toBe('reversed/returned');
    expect(casesOf(other)).toEqual([]);
  });
});

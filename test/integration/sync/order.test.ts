import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callsMax, DEFAULT_LIMITS } from '../../../src/sync/limits.ts';
import { volatileMemory } from '../../../src/sync/memory.ts';
import {
  AMBIGUOUS,
  APPROVED,
  answered,
  CLOSE,
  Counter,
  DAY,
  MACHINE,
  NOTHING_LEFT,
  notProcessed,
} from './counter.ts';

const never = () => new Promise<never>(() => {});

let counter: Counter;
beforeEach(() => {
  counter = new Counter({ memory: volatileMemory() });
});
afterEach(() => counter.end());

describe('the first call of a run', () => {
  it('is hello, alone; everything else waits for its answer', async () => {
    counter.charge();
    counter.backend.sayHello = () => NOTHING_LEFT;
    await counter.start();
    await counter.clock.advance(2_000);
    expect(counter.backend.sent.every((sent) => sent.call === 'hello')).toBe(true);
    expect(counter.worker.status()).toMatchObject({
      onlineSinceStart: false,
      line: { state: 'down', reason: 'NOT_SENT' },
    });
  });

  it('tells backlog and machine, and its answer is in the status', async () => {
    counter.deferred();
    await counter.start();
    expect(counter.backend.of('hello')[0]?.request).toMatchObject({
      machineId: MACHINE,
      agentVersion: 'test',
      backlogCount: 1,
      backlogOldestAtMs: expect.any(Number),
    });
    expect(counter.worker.status()).toMatchObject({
      line: { state: 'online', reason: null },
      onlineSinceStart: true,
      clockConfirmed: true,
      businessDate: '20261122',
      issuerEpoch: 'first',
      drainPerMinute: 600,
      recovering: false,
    });
  });
});

describe('order', () => {
  it('net cancels before inquiries before attended approvals before deferred ones', async () => {
    // A first run leaves one of each behind; nothing is sent before the questions are answered.
    counter.backend.sayApprove = () => AMBIGUOUS;
    counter.backend.sayNetCancel = () => AMBIGUOUS;
    counter.backend.sayInquiry = () => AMBIGUOUS;
    await counter.start();
    const reversing = counter.charge();
    await counter.clock.advance(16_000);
    counter.record(reversing, { kind: 'givenBack' });
    const unknown = counter.charge();
    await counter.clock.advance(0);
    expect([counter.at(reversing), counter.at(unknown)]).toEqual(['reversing/returned', 'unknown/received']);
    await counter.crash();
    const deferred = counter.deferred();
    const attended = counter.charge();
    const mark = counter.backend.sent.length;
    await counter.start();
    const order = counter.backend.sent
      .slice(mark)
      .map((sent) => `${sent.call} ${sent.sequenceId ?? ''}`.trim());
    expect(order.slice(0, 5)).toEqual([
      'hello',
      `netCancel ${reversing.sequenceId}`,
      `inquiry ${unknown.sequenceId}`,
      `approve ${attended.sequenceId}`,
      `approve ${deferred.sequenceId}`,
    ]);
  });

  it('an attended approval never waits behind a backlog, however stuck', async () => {
    counter.backend.sayApprove = () => new Promise(() => {});
    counter.backend.greeting = { ...counter.backend.greeting, drainPerMinute: 100_000 };
    await counter.start();
    for (let at = 0; at < 40; at += 1) counter.deferred();
    await counter.clock.advance(1_000);
    const stuck = counter.backend.of('approve').length;
    expect(stuck).toBe(DEFAULT_LIMITS.inFlight - DEFAULT_LIMITS.reserved);
    counter.backend.sayApprove = () => answered(APPROVED);
    const charge = counter.charge();
    await counter.clock.advance(0);
    expect(counter.at(charge)).toBe('approved/received');
  });

  it('a stuck list, close and probe beside a stuck backlog take no place from a customer', async () => {
    const { backend, clock, worker } = counter;
    const never = () => new Promise<never>(() => {});
    backend.sayApprove = never;
    backend.greeting = { ...backend.greeting, drainPerMinute: 100_000 };
    await counter.start();
    for (let at = 0; at < 40; at += 1) counter.deferred();
    await clock.advance(1_000);
    backend.close = never;
    backend.sayTransactions = never;
    backend.sayProbe = never;
    const { businessDate } = backend;
    void worker.transactions({ businessDate, limit: 10 });
    void worker.close({ businessDate, closeNo: 1, totals: [], openItems: [], itemsDigest: 'd'.repeat(64) });
    worker.now();
    await clock.advance(100);
    backend.sayApprove = () => answered(APPROVED);
    const charge = counter.charge();
    await clock.advance(0);
    expect(counter.at(charge)).toBe('approved/received');
  });

  it.each(['CHARGE', 'REFUND'] as const)(
    'a customer who comes after one whose %s is not answered goes out at once beside a stuck backlog',
    async (type) => {
      const { backend, clock } = await counter.start();
      backend.sayApprove = never;
      backend.sayInquiry = never;
      backend.sayNetCancel = never;
      for (let at = 0; at < 40; at += 1) counter.deferred();
      await clock.advance(3_000);
      const ask = () => (type === 'CHARGE' ? counter.charge() : counter.refund());
      const first = ask();
      await clock.advance(2_500);
      expect([counter.now(first).host, backend.of('inquiry').length]).toEqual(['unknown', 1]);
      backend.sayApprove = () => answered(APPROVED);
      const second = ask();
      await clock.advance(0);
      expect(counter.now(second).host).toBe('approved');
    },
  );

  it('customers of every station whose answers never come keep no place from the next one', async () => {
    const { backend, clock } = await counter.start();
    backend.sayApprove = never;
    backend.sayInquiry = never;
    for (let at = 0; at < 40; at += 1) counter.deferred();
    await clock.advance(3_000);
    for (let station = 0; station < 8; station += 1) counter.charge();
    await clock.advance(16_000);
    for (let station = 0; station < 8; station += 1) counter.charge();
    await clock.advance(2_500);
    backend.sayApprove = () => answered(APPROVED);
    const charge = counter.charge();
    await clock.advance(0);
    expect(counter.at(charge)).toBe('approved/received');
  });

  it('voids left to the manager share the places of what can wait, and take none from a customer', async () => {
    const { backend, clock } = await counter.start();
    const { inFlight, reserved, customers } = DEFAULT_LIMITS;
    backend.sayCancel = () => AMBIGUOUS;
    for (let made = 0; made < customers; made += 1) {
      const charge = counter.charge();
      await clock.advance(10);
      counter.record(charge, { kind: 'acknowledge' });
      counter.record(charge, { kind: 'void', cancelId: `V${made}`, proof: 'manager', managerId: 'lee' });
      await clock.advance(0);
      counter.record(charge, { kind: 'leave' });
    }
    backend.sayCancel = never;
    const sent = backend.of('cancel').length;
    counter.worker.now();
    await clock.advance(100);
    expect(backend.of('cancel')).toHaveLength(sent + inFlight - reserved);
    const customer = counter.charge();
    await clock.advance(10);
    expect(counter.at(customer)).toBe('approved/received');
  });

  it('a first net cancel goes out at once beside a stuck backlog, its repeats wait for a place', async () => {
    const { backend, clock } = await counter.start();
    backend.sayApprove = never;
    for (let at = 0; at < 40; at += 1) counter.deferred();
    await clock.advance(2_000);
    backend.sayApprove = () => notProcessed('006_006');
    backend.sayNetCancel = () => AMBIGUOUS;
    const charge = counter.charge();
    await clock.advance(0);
    expect([counter.at(charge), backend.of('netCancel', charge.sequenceId).length]).toEqual([
      'reversing/return_due',
      1,
    ]);
    await clock.advance(20_000);
    expect(backend.of('netCancel')).toHaveLength(1);
    await clock.advance(15_000);
    expect(backend.of('netCancel').length).toBeGreaterThan(1);
  });

  it('a stuck list and close beside a stuck backlog keep no place from a first net cancel', async () => {
    const { backend, clock, worker } = await counter.start();
    backend.sayApprove = never;
    for (let at = 0; at < 40; at += 1) counter.deferred();
    await clock.advance(2_000);
    backend.close = never;
    backend.sayTransactions = never;
    void worker.transactions(DAY);
    void worker.close(CLOSE);
    backend.sayApprove = () => notProcessed('006_006');
    const charge = counter.charge();
    await clock.advance(0);
    expect(counter.at(charge)).toBe('reversed/return_due');
  });

  it('however much hangs, there are no more calls than whoever carries them has room for', async () => {
    const { backend, clock, worker } = await counter.start();
    backend.sayApprove = never;
    backend.sayInquiry = never;
    backend.sayNetCancel = never;
    backend.sayTransactions = never;
    backend.close = never;
    backend.sayProbe = never;
    for (let at = 0; at < 40; at += 1) counter.deferred();
    for (let at = 0; at < DEFAULT_LIMITS.customers; at += 1) counter.charge();
    await clock.advance(3_000);
    void worker.transactions(DAY);
    void worker.close(CLOSE);
    worker.now();
    let most = 0;
    for (let at = 0; at < 40; at += 1) {
      await clock.advance(500);
      most = Math.max(most, worker.status().counts.inFlight);
    }
    expect(most).toBeLessThanOrEqual(callsMax(DEFAULT_LIMITS));
    expect(most).toBeGreaterThan(DEFAULT_LIMITS.customers + DEFAULT_LIMITS.inFlight);
  });

  it('a first net cancel goes out also while a hello waits for the calls that are under way', async () => {
    const { backend, clock } = await counter.start();
    backend.sayApprove = () => new Promise(() => {});
    backend.sayInquiry = () => new Promise(() => {});
    const first = counter.charge();
    await clock.advance(12_000);
    backend.businessDate = '20261123';
    void counter.worker.transactions({ businessDate: '20261122', limit: 10 });
    counter.charge();
    await clock.advance(3_100);
    expect(backend.of('hello')).toHaveLength(1);
    expect(counter.at(first)).toBe('reversed/return_due');
  });

  it('drains at the pace that the issuer sets', async () => {
    counter.backend.greeting = { ...counter.backend.greeting, drainPerMinute: 30 };
    for (let at = 0; at < 20; at += 1) counter.deferred();
    await counter.start();
    await counter.clock.advance(20_000);
    expect(counter.backend.of('approve').length).toBeGreaterThanOrEqual(10);
    expect(counter.backend.of('approve').length).toBeLessThanOrEqual(11);
  });

  it('sleeps while a repeat waits for the first copy of the same request', async () => {
    counter.backend.greeting = { ...counter.backend.greeting, drainPerMinute: 60_000 };
    counter.backend.sayApprove = () => new Promise(() => {});
    await counter.start();
    const charge = counter.deferred();
    await counter.clock.advance(5_000);
    expect(counter.at(charge)).toBe('unknown/received');
    const before = counter.clock.timersRun;
    await counter.clock.advance(10_000);
    expect(counter.clock.timersRun - before).toBeLessThan(20);
    expect(counter.backend.of('approve')).toHaveLength(1);
  });

  it('delivers nothing deferred while the issuer allows none', async () => {
    counter.backend.greeting = { ...counter.backend.greeting, drainPerMinute: 0 };
    counter.deferred();
    await counter.start();
    await counter.clock.advance(20_000);
    expect(counter.backend.of('approve')).toEqual([]);
  });
});

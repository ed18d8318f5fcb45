import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answered, ApproveAnswer } from '../../../src/konaplate/settlement.ts';
import { LedgerFault } from '../../../src/ledger/fault.ts';
import { DEFAULT_LIMITS } from '../../../src/sync/limits.ts';
import { MANAGER } from '../ledger/shop.ts';
import { AMBIGUOUS, APPROVED, answered, Counter, DECLINED, held, notProcessed } from './counter.ts';

let counter: Counter;
beforeEach(async () => {
  counter = await new Counter().start();
});
afterEach(() => counter.end());

describe('a deferred charge', () => {
  it('shares its commits: those for which there is room leave after one, and answers of one moment are one', async () => {
    await counter.end();
    counter = new Counter();
    counter.backend.greeting = { ...counter.backend.greeting, drainPerMinute: 60_000 };
    await counter.start();
    const groups: string[] = [];
    const recordMany = counter.ledger.recordMany.bind(counter.ledger);
    counter.ledger.recordMany = (steps, now) => {
      groups.push(steps.map(({ event }) => event.kind).join());
      return recordMany(steps, now);
    };
    await counter.clock.advance(1_000);
    const charges = Array.from({ length: 4 }, () => counter.deferred());
    await counter.clock.advance(1_000);
    expect(groups).toEqual(['send,send,send,send', 'approved,approved,approved,approved']);
    expect(charges.map((charge) => counter.at(charge))).toEqual(Array(4).fill('approved/received'));
    const sent = counter.backend.sent.filter(({ call }) => call === 'approve');
    expect(sent.map(({ sequenceId }) => sequenceId)).toEqual(charges.map(({ sequenceId }) => sequenceId));
  });

  it('is recorded alone when the disk does not take the group: no answer is lost, nothing is sent twice', async () => {
    await counter.end();
    counter = new Counter();
    counter.backend.greeting = { ...counter.backend.greeting, drainPerMinute: 60_000 };
    await counter.start();
    await counter.clock.advance(1_000);
    counter.ledger.recordMany = () => {
      throw new LedgerFault('FULL');
    };
    const charges = Array.from({ length: 4 }, () => counter.deferred());
    await counter.clock.advance(1_000);
    expect(charges.map((charge) => counter.at(charge))).toEqual(Array(4).fill('approved/received'));
    expect(counter.backend.of('approve')).toHaveLength(4);
  });

  it('waits with its group while another program holds the file: each alone would hold up the counter for two seconds more', async () => {
    counter.backend.greeting = { ...counter.backend.greeting, drainPerMinute: 60_000 };
    counter.worker.now();
    await counter.clock.advance(1_000);
    const charges = Array.from({ length: 3 }, () => counter.deferred());
    const other = new Database(counter.shop.file);
    other.exec('BEGIN IMMEDIATE');
    await counter.clock.advance(900);
    expect(counter.worker.status().counts.faults).toBe(1);
    other.exec('ROLLBACK');
    other.close();
    await counter.clock.advance(1_000);
    expect(charges.map((charge) => counter.at(charge))).toEqual(Array(3).fill('approved/received'));
    expect(counter.backend.of('approve')).toHaveLength(3);
  });

  it('that was not processed waits with its group too: a case for each would hold up the counter as long again', async () => {
    counter.backend.greeting = { ...counter.backend.greeting, drainPerMinute: 60_000 };
    counter.worker.now();
    await counter.clock.advance(1_000);
    const answers = Array.from({ length: 3 }, () => held<Answered<ApproveAnswer>>());
    let next = 0;
    counter.backend.sayApprove = () => answers[next++]?.promise ?? answered(APPROVED);
    const charges = Array.from({ length: 3 }, () => counter.deferred());
    await counter.clock.advance(10);
    expect(next).toBe(3);
    const other = new Database(counter.shop.file);
    other.exec('BEGIN IMMEDIATE');
    for (const { give } of answers) give(notProcessed('006_006'));
    await counter.clock.advance(10);
    expect(counter.worker.status().counts.faults).toBe(1);
    expect(counter.worker.status().paused).toBeNull();
    other.exec('ROLLBACK');
    other.close();
    await counter.clock.advance(60_000);
    expect(charges.map((charge) => counter.at(charge))).toEqual(Array(3).fill('approved/received'));
  });

  it('holds its place until its answer is on disk, also when the till stops meanwhile', async () => {
    const answers = Array.from({ length: 2 }, () => held<Answered<ApproveAnswer>>());
    let next = 0;
    counter.backend.sayApprove = () => answers[next++]?.promise ?? AMBIGUOUS;
    const charges = [counter.deferred(), counter.deferred()];
    await counter.clock.advance(100);
    for (const { give } of answers) give(answered(APPROVED));
    const stopped = counter.worker.stop();
    await counter.clock.advance(10);
    await stopped;
    expect(charges.map((charge) => counter.at(charge))).toEqual(Array(2).fill('approved/received'));
  });

  it('is delivered with the moment of its scan, and repeated with the same id until it is answered', async () => {
    counter.backend.sayApprove = () => AMBIGUOUS;
    const charge = counter.deferred();
    const { scannedAtMs } = counter.now(charge);
    await counter.clock.advance(30_000);
    counter.backend.sayApprove = () => answered(APPROVED);
    await counter.clock.advance(120_000);
    expect(counter.at(charge)).toBe('approved/received');
    const tries = counter.backend.of('approve');
    expect(tries.length).toBeGreaterThan(1);
    for (const sent of tries)
      expect(sent.request).toMatchObject({ sequenceId: charge.sequenceId, deferred: true, scannedAtMs });
  });

  it('declined becomes a return case of the manager', async () => {
    counter.backend.sayApprove = () => DECLINED;
    const charge = counter.deferred();
    await counter.clock.advance(1_000);
    expect(counter.now(charge)).toMatchObject({
      host: 'declined',
      cash: 'return_due',
      cases: ['LEFT_AT_COUNTER'],
    });
  });

  it('not processed stays owed, stops delivery of what waits and makes a case; resuming goes on', async () => {
    counter.backend.sayApprove = () => notProcessed('000_905');
    const charge = counter.deferred();
    const other = counter.deferred();
    await counter.clock.advance(60_000);
    expect(counter.at(charge)).toBe('unknown/received');
    expect(counter.now(charge).cases).toContain('NOT_PROCESSED');
    expect(counter.at(other)).toBe('unsent/received');
    expect(counter.worker.status().paused).toMatchObject({ by: 'alarm', code: '000_905', stops: 'deferred' });
    expect(counter.backend.of('approve')).toHaveLength(1);
    counter.backend.sayApprove = () => answered(APPROVED);
    counter.worker.resume(MANAGER);
    await counter.clock.advance(60_000);
    expect([counter.at(charge), counter.at(other)]).toEqual(['approved/received', 'approved/received']);
    expect(counter.now(charge).cases).toEqual([]);
  });

  it('not processed is tried again by one charge every five minutes, and flows once it was mended', async () => {
    counter.backend.sayApprove = () => notProcessed('000_905');
    const charges = [counter.deferred(), counter.deferred(), counter.deferred()];
    await counter.clock.advance(910_000);
    expect(counter.backend.of('approve').length).toBeGreaterThanOrEqual(3);
    expect(counter.backend.of('approve').length).toBeLessThanOrEqual(4);
    counter.backend.sayApprove = () => answered(APPROVED);
    await counter.clock.advance(360_000);
    expect(charges.map((intent) => counter.at(intent))).toEqual(Array(3).fill('approved/received'));
    expect(counter.worker.status().paused).toBeNull();
  });

  it('that alone is not processed stands aside as a case and does not block the others', async () => {
    const poisoned = counter.deferred();
    counter.backend.sayApprove = (request) =>
      request.sequenceId === poisoned.sequenceId ? notProcessed('000_002') : answered(APPROVED);
    const others = [counter.deferred(), counter.deferred(), counter.deferred()];
    await counter.clock.advance(60_000);
    expect(others.map((intent) => counter.at(intent))).toEqual(Array(3).fill('approved/received'));
    expect(counter.now(poisoned)).toMatchObject({ host: 'unknown', cases: ['NOT_PROCESSED'] });
    expect(counter.backend.of('approve', poisoned.sequenceId)).toHaveLength(1);
    expect(counter.worker.status().paused).toBeNull();
  });

  it('that is never answered becomes a case when its budget ends, and is never given up', async () => {
    counter.backend.sayApprove = () => AMBIGUOUS;
    const charge = counter.deferred();
    while (counter.now(charge).sends < DEFAULT_LIMITS.attemptBudget) await counter.clock.advance(600_000);
    expect(counter.now(charge).cases).toContain('BUDGET_SPENT');
    await counter.clock.advance(3_600_000);
    expect(counter.now(charge).sends).toBeGreaterThan(DEFAULT_LIMITS.attemptBudget);
    counter.backend.sayApprove = () => answered(APPROVED);
    await counter.clock.advance(3_600_000);
    expect(counter.at(charge)).toBe('approved/received');
  });

  it('whose approval was undone at the issuer is asked about, not sent for ever', async () => {
    const { backend, clock } = counter;
    backend.sayApprove = () => ({
      class: 'ambiguous',
      why: 'UNLISTED_CODE',
      code: '006_905',
      bytesWritten: 900,
    });
    backend.sayInquiry = () => answered({ result: 'REVERSED', voids: [] });
    const charge = counter.deferred();
    await clock.advance(1_000);
    expect(counter.at(charge)).toBe('reversed/return_due');
    await clock.advance(600_000);
    expect(backend.of('approve')).toHaveLength(1);
    expect(backend.of('inquiry', charge.sequenceId)).toHaveLength(1);
  });

  it('that was undone at the issuer is asked about once the line is up: nobody would hear a question before', async () => {
    const { backend, clock } = counter;
    const isUndone = {
      class: 'ambiguous',
      why: 'UNLISTED_CODE',
      code: '006_905',
      bytesWritten: 900,
    } as const;
    const undone = held<Answered<ApproveAnswer>>();
    backend.sayApprove = () => undone.promise;
    backend.sayInquiry = () => AMBIGUOUS;
    backend.sayProbe = () => AMBIGUOUS;
    const charge = counter.deferred();
    await clock.advance(100);
    backend.sayApprove = () => AMBIGUOUS;
    for (let customers = 0; customers < 3; customers += 1) counter.charge();
    await clock.advance(100);
    expect(counter.worker.status().breaker.state).not.toBe('closed');
    undone.give(isUndone);
    await clock.advance(10_000);
    expect(backend.of('inquiry', charge.sequenceId)).toEqual([]);
    backend.sayProbe = () => answered({ result: 'NOT_FOUND', voids: [] });
    backend.sayInquiry = () => answered({ result: 'REVERSED', voids: [] });
    backend.sayApprove = () => isUndone;
    await clock.advance(60_000);
    expect(counter.at(charge)).toBe('reversed/return_due');
  });

  it('waits out maintenance as long as the issuer asks', async () => {
    counter.backend.sayApprove = () => notProcessed('000_908', 20_000);
    counter.backend.sayHello = () => notProcessed('000_908', 20_000);
    counter.deferred();
    await counter.clock.advance(19_000);
    expect(counter.backend.of('approve')).toHaveLength(1);
    expect(counter.worker.status().line).toMatchObject({
      state: 'down',
      reason: 'NOT_PROCESSED',
      code: '000_908',
    });
  });
});

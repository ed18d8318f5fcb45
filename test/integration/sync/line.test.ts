import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answered, HelloAnswer } from '../../../src/konaplate/settlement.ts';
import { volatileMemory } from '../../../src/sync/memory.ts';
import { MANAGER } from '../ledger/shop.ts';
import { AMBIGUOUS, APPROVED, answered, Counter, NOTHING_LEFT } from './counter.ts';

let counter: Counter;
beforeEach(() => {
  counter = new Counter({ memory: volatileMemory() });
});
afterEach(() => counter.end());

describe('the line', () => {
  it('goes down after two failures, says why and when it is tried next, and comes back after two answers', async () => {
    await counter.start();
    counter.backend.sayProbe = () => NOTHING_LEFT;
    await counter.clock.advance(30_000);
    expect(counter.worker.status().line.state).toBe('online');
    await counter.clock.advance(1_000);
    const { line } = counter.worker.status();
    expect(line).toMatchObject({ state: 'down', reason: 'NOT_SENT' });
    expect(line.nextTryMs).toBeGreaterThan(counter.clock.now().wallMs - 1);
    counter.backend.sayProbe = () => answered({ result: 'NOT_FOUND', voids: [] });
    await counter.clock.advance(1_000);
    expect(counter.worker.status().line.state).toBe('down');
    await counter.clock.advance(30_000);
    expect(counter.worker.status().line.state).toBe('online');
  });

  it('is not online for an answer that cannot be trusted', async () => {
    counter.backend.sayHello = () => ({ class: 'ambiguous', why: 'UNSIGNED', code: null, bytesWritten: 9 });
    await counter.start();
    await counter.clock.advance(3_000);
    expect(counter.worker.status().line).toMatchObject({ state: 'down', reason: 'NOT_TRUSTED' });
  });

  it('waits longer for each greeting that was not answered in time: a slow issuer is greeted all the same', async () => {
    const { backend, clock, worker } = counter;
    const late = <Value>(say: () => Answered<Value>, ms: number): Promise<Answered<Value>> =>
      new Promise((resolve) => clock.after(ms, () => resolve(say())));
    const { greeting } = backend;
    const hello = (): Answered<HelloAnswer> => answered({ ...greeting, serverTimeMs: clock.now().wallMs });
    backend.sayHello = () => late(hello, 9_000);
    await counter.start();
    await clock.advance(45_000);
    expect(worker.status().onlineSinceStart).toBe(true);
    const charge = counter.charge();
    await clock.advance(0);
    expect(counter.at(charge)).toBe('approved/received');
    // Customers wait behind a greeting of a till that was greeted before.
    const mark = backend.of('hello').length;
    backend.sayHello = () => new Promise(() => {});
    worker.now();
    await clock.advance(1_000);
    expect(backend.of('hello')).toHaveLength(mark + 1);
    const other = counter.charge();
    await clock.advance(5_000);
    expect(counter.at(other)).toBe('approved/received');
  });

  it('a slow probe brings a line back that was down', async () => {
    const { backend, clock, worker } = counter;
    await counter.start();
    backend.sayProbe = () => NOTHING_LEFT;
    await clock.advance(60_000);
    expect(worker.status().line.state).toBe('down');
    backend.sayProbe = () =>
      new Promise((resolve) =>
        clock.after(9_000, () => resolve(answered({ result: 'NOT_FOUND', voids: [] }))),
      );
    await clock.advance(120_000);
    expect(worker.status().breaker.state).toBe('closed');
    expect(worker.status().line.state).not.toBe('down');
  });

  it('is down, and tried with growing pauses, where the issuer can do nothing but say so', async () => {
    const { backend, clock } = await counter.start();
    const error = { class: 'ambiguous', why: 'UNLISTED_CODE', code: '006_022', bytesWritten: 900 } as const;
    backend.sayProbe = () => error;
    backend.sayHello = () => error;
    backend.sayApprove = () => error;
    await clock.advance(60_000);
    expect(counter.worker.status()).toMatchObject({
      line: { state: 'down', code: '006_022' },
      breaker: { state: 'open' },
    });
    const before = backend.sent.length;
    await clock.advance(300_000);
    expect(backend.sent.length - before).toBeLessThan(100);
  });

  it('is probed when it is quiet, and only then', async () => {
    await counter.start();
    await counter.clock.advance(95_000);
    expect(counter.backend.of('probe')).toHaveLength(3);
    expect(counter.backend.of('hello')).toHaveLength(1);
  });

  it('shows its breaker while it is down', async () => {
    await counter.start();
    counter.backend.sayProbe = () => AMBIGUOUS;
    await counter.clock.advance(40_000);
    expect(counter.worker.status().breaker).toMatchObject({ state: 'open' });
    expect(counter.worker.status().line).toMatchObject({ state: 'down', reason: 'NO_ANSWER' });
  });

  it('tells its listeners when it changes, and not for counters', async () => {
    await counter.start();
    let told = 0;
    const end = counter.worker.onChange(() => {
      told += 1;
    });
    counter.charge();
    await counter.clock.advance(0);
    expect(told).toBe(0);
    counter.worker.pause('시험', MANAGER);
    expect(told).toBe(1);
    end();
  });
});

describe('what is shown of the line', () => {
  it('is that it is down, also under a pause: net cancels go on in vain; the pause stands beside it', async () => {
    const { backend, clock, worker } = await counter.start();
    worker.pause('시험', MANAGER);
    expect(worker.status().line).toMatchObject({ state: 'paused', reason: 'PAUSED' });
    backend.sayProbe = () => NOTHING_LEFT;
    await clock.advance(60_000);
    const { line, paused } = worker.status();
    expect(line).toMatchObject({ state: 'down', reason: 'NOT_SENT' });
    expect(line.nextTryMs).not.toBeNull();
    expect(paused).toMatchObject({ by: 'manager', reason: '시험' });
    backend.sayProbe = () => answered({ result: 'NOT_FOUND', voids: [] });
    await clock.advance(60_000);
    expect(worker.status().line).toMatchObject({ state: 'paused', reason: 'PAUSED' });
  });

  it('is no pace of ours before the issuer has set one, however often it is greeted', async () => {
    const { backend, clock, worker } = counter;
    const { sayHello } = backend;
    const pace = () => worker.status().drainPerMinute;
    expect(pace()).toBeNull();
    backend.sayHello = () => AMBIGUOUS;
    await counter.start();
    await clock.advance(60_000);
    expect(pace()).toBeNull();
    backend.sayHello = sayHello;
    await clock.advance(60_000);
    expect(pace()).toBe(600);
    backend.sayHello = () => AMBIGUOUS;
    backend.sayProbe = () => AMBIGUOUS;
    await clock.advance(700_000);
    expect(pace()).toBe(600);
  });

  it('is told anew with every failure in a row, and when the issuer sets another pace', async () => {
    const { backend, clock, worker } = await counter.start();
    const seen: string[] = [];
    worker.onChange(() => {
      const { breaker, drainPerMinute } = worker.status();
      seen.push(`${breaker.state} ${breaker.failures} ${drainPerMinute}`);
    });
    backend.sayProbe = () => AMBIGUOUS;
    await clock.advance(31_500);
    expect(seen).toContain('closed 1 600');
    expect(seen).toContain('closed 2 600');
    backend.sayProbe = () => answered({ result: 'NOT_FOUND', voids: [] });
    backend.greeting = { ...backend.greeting, drainPerMinute: 7 };
    await clock.advance(700_000);
    expect(seen).toContain('closed 0 7');
  });
});

describe('slow answers', () => {
  it('show as a slow line until they are quick again', async () => {
    await counter.start();
    counter.backend.sayApprove = () =>
      new Promise((resolve) => counter.clock.after(1_900, () => resolve(answered(APPROVED))));
    for (let at = 0; at < 6; at += 1) {
      counter.charge();
      await counter.clock.advance(2_000);
    }
    expect(counter.worker.status().line).toMatchObject({ state: 'slow', reason: 'SLOW' });
    counter.backend.sayApprove = () => answered(APPROVED);
    for (let at = 0; at < 6; at += 1) {
      counter.charge();
      await counter.clock.advance(10);
    }
    expect(counter.worker.status().line.state).toBe('online');
  });
});

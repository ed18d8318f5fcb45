import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answered, ApproveAnswer, HelloAnswer } from '../../../src/konaplate/settlement.ts';
import { DEFAULT_LIMITS } from '../../../src/sync/limits.ts';
import { volatileMemory } from '../../../src/sync/memory.ts';
import { MANAGER } from '../ledger/shop.ts';
import {
  AMBIGUOUS,
  APPROVED,
  answered,
  CLOSE,
  Counter,
  DAY,
  held,
  NOTHING_LEFT,
  notProcessed,
} from './counter.ts';

let counter: Counter;
beforeEach(() => {
  counter = new Counter({ memory: volatileMemory() });
});
afterEach(() => counter.end());

/** From now on a hello is answered after 200 ms. */
function greetSlowly(say: () => Answered<HelloAnswer>): void {
  counter.backend.sayHello = () => new Promise((resolve) => counter.clock.after(200, () => resolve(say())));
}

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

describe('hello', () => {
  it('is repeated also where customers or a backlog leave no pause: pace and switches may have changed', async () => {
    const { backend, clock, worker } = await counter.start();
    backend.greeting = { ...backend.greeting, drainPerMinute: 7 };
    for (let minutes = 0; minutes < 12; minutes += 1)
      for (let charges = 0; charges < 3; charges += 1) {
        counter.charge();
        await clock.advance(20_000);
      }
    expect(worker.status().drainPerMinute).toBe(7);
    backend.greeting = { ...backend.greeting, drainPerMinute: 60_000 };
    await clock.advance(620_000);
    backend.sayApprove = () =>
      new Promise((resolve) => clock.after(1_900, () => resolve(answered(APPROVED))));
    for (let charges = 0; charges < 2_500; charges += 1) counter.deferred();
    backend.greeting = { ...backend.greeting, drainPerMinute: 6 };
    await clock.advance(650_000);
    expect(counter.ledger.open().length).toBeGreaterThan(0);
    expect(worker.status().drainPerMinute).toBe(6);
  });

  it('goes in time also where a void that nobody answers is repeated without a pause', async () => {
    await counter.end();
    counter = new Counter({}, { fraction: () => 0, bytes: (count) => new Uint8Array(count) });
    const { backend, clock } = await counter.start();
    const charge = counter.charge();
    await clock.advance(10);
    counter.record(charge, { kind: 'acknowledge' });
    await clock.advance(580_000);
    const silent = (): Promise<Answered<never>> => held<Answered<never>>().promise;
    Object.assign(backend, { sayCancel: silent, sayProbe: silent, sayHello: silent });
    counter.record(charge, { kind: 'void', cancelId: 'V1', proof: 'manager', managerId: 'lee' });
    await clock.advance(120_000);
    expect(counter.now(charge).left).toBe(false);
    expect(backend.of('cancel').length).toBeGreaterThan(5);
    expect(backend.of('hello')).toHaveLength(2);
  });

  it('is repeated alone now and then, and nothing overtakes it: it judges the journal index', async () => {
    await counter.start();
    await counter.clock.advance(590_000);
    expect(counter.backend.of('hello')).toHaveLength(1);
    greetSlowly(() => answered(counter.backend.greeting));
    for (let ms = 0; counter.backend.of('hello').length === 1; ms += 50) {
      expect(ms, 'the next hello').toBeLessThan(60_000);
      await counter.clock.advance(50);
    }
    const charge = counter.charge();
    await counter.clock.advance(10);
    expect(counter.backend.of('approve')).toHaveLength(0);
    await counter.clock.advance(200);
    expect(counter.at(charge)).toBe('approved/received');
  });
});

describe('the business day', () => {
  it('is asked for again as soon as any answer shows a later date, once', async () => {
    await counter.start();
    counter.backend.businessDate = '20261123';
    await counter.clock.advance(65_000);
    expect(counter.backend.of('hello')).toHaveLength(2);
    counter.backend.greeting = { ...counter.backend.greeting, openBusinessDate: '20261123' };
    counter.worker.now();
    await counter.clock.advance(1_000);
    expect(counter.worker.status().businessDate).toBe('20261123');
  });

  it('of which a page shows that it is over goes on with its next page, and its close goes out, after the hello that follows', async () => {
    const { backend, clock, worker } = counter;
    await counter.start();
    await clock.advance(10_000);
    greetSlowly(() => answered(backend.greeting));
    backend.businessDate = '20261123';
    const first = worker.transactions(DAY);
    await clock.advance(1);
    expect(await first).toMatchObject({ class: 'answered' });
    const next = worker.transactions({ ...DAY, cursor: 'x' });
    const close = worker.close(CLOSE);
    await clock.advance(100);
    expect([backend.of('hello').length, backend.of('transactions').length]).toEqual([2, 1]);
    await clock.advance(200);
    expect([await next, await close]).toMatchObject([{ class: 'answered' }, { why: 'RESET' }]);
  });

  it('is asked about without end by nobody: a backend that never comes back is no answer, and a stop ends it too', async () => {
    const { backend, clock, worker } = counter;
    await counter.start();
    await clock.advance(1_000);
    backend.transactions = () => new Promise(() => {});
    const first = worker.transactions(DAY);
    await clock.advance(20_000);
    expect(await first).toMatchObject({ class: 'ambiguous', why: 'NO_END' });
    const second = worker.transactions(DAY);
    await clock.advance(10);
    const stopped = worker.stop();
    await clock.advance(10_000);
    await stopped;
    expect(await second).toMatchObject({ class: 'ambiguous', why: 'NO_END' });
  });

  it('is known within seconds of its cut-over, however long the backlog is and however slowly it is taken', async () => {
    const { backend, clock } = counter;
    backend.sayHello = () => NOTHING_LEFT;
    await counter.start();
    for (let charges = 0; charges < 300; charges += 1) counter.deferred();
    backend.sayHello = () => answered(backend.greeting);
    const slowly = answered(APPROVED);
    backend.sayApprove = () => new Promise((resolve) => clock.after(1_900, () => resolve(slowly)));
    await clock.advance(20_000);
    backend.businessDate = '20261123';
    backend.greeting = { ...backend.greeting, openBusinessDate: '20261123' };
    await clock.advance(10_000);
    expect(counter.worker.status().businessDate).toBe('20261123');
    expect(counter.ledger.open().length).toBeGreaterThan(100);
  });

  it('is asked for again when the hello for it is lost, however busy the till is', async () => {
    const { backend, clock, worker } = await counter.start();
    backend.businessDate = '20261123';
    backend.greeting = { ...backend.greeting, openBusinessDate: '20261123' };
    const { sayHello } = backend;
    backend.sayHello = () => AMBIGUOUS;
    for (let seconds = 0; seconds < 90; seconds += 5) {
      counter.charge();
      await clock.advance(5_000);
      if (seconds === 10) backend.sayHello = sayHello;
    }
    expect(worker.status().businessDate).toBe('20261123');
    expect(backend.of('hello')).toHaveLength(3);
  });

  it('is known of an issuer that takes seconds for each hello, and customers are served meanwhile', async () => {
    const { backend, clock, worker } = await counter.start();
    backend.businessDate = '20261123';
    backend.greeting = { ...backend.greeting, openBusinessDate: '20261123' };
    const { sayHello } = backend;
    backend.sayHello = (request) =>
      new Promise((resolve) => clock.after(8_000, async () => resolve(await sayHello(request))));
    for (let minutes = 0; minutes < 5; minutes += 1) {
      const charge = counter.charge();
      await clock.advance(60_000);
      expect(counter.at(charge)).toBe('approved/received');
    }
    expect(worker.status().businessDate).toBe('20261123');
  });

  it('keeps no customer waiting behind a hello that is given longer for it', async () => {
    await counter.end();
    counter = new Counter({ memory: volatileMemory(), mayDefer: () => false });
    const { backend, clock } = await counter.start();
    backend.businessDate = '20261123';
    backend.sayHello = () => new Promise(() => {});
    counter.charge();
    // The third is the first that would be waited for so long that the customer is asked meanwhile.
    for (let ms = 0; backend.of('hello').length < 4; ms += 100) {
      expect(ms, 'the third hello for the day').toBeLessThan(600_000);
      await clock.advance(100);
    }
    const charge = counter.charge();
    await clock.advance(5_000);
    expect(counter.at(charge)).toBe('approved/received');
  });

  it('is not asked for before the issuer wants to be asked again', async () => {
    const { backend, clock } = await counter.start();
    backend.businessDate = '20261123';
    backend.sayHello = () => notProcessed('000_908', 1_800_000);
    backend.sayProbe = () => notProcessed('000_908', 1_800_000);
    await clock.advance(30_000);
    const before = backend.sent.length;
    await clock.advance(1_790_000);
    expect(backend.sent.length - before).toBe(0);
    backend.sayHello = () => answered({ ...backend.greeting, openBusinessDate: '20261123' });
    await clock.advance(60_000);
    expect(counter.worker.status().businessDate).toBe('20261123');
  });

  it('is not tried again sooner than an answer asks that nobody can trust, as far as a line that is down would wait too', async () => {
    const { backend, clock } = await counter.start();
    const busy = { ...AMBIGUOUS, why: 'HTTP_STATUS', retryAfterMs: 120_000 };
    backend.sayApprove = () => busy;
    backend.sayHello = () => busy;
    backend.sayProbe = () => busy;
    backend.sayInquiry = () => busy;
    counter.deferred();
    await clock.advance(1_000);
    const before = backend.sent.length;
    await clock.advance(DEFAULT_LIMITS.breakerMaxMs - 1_500);
    expect(backend.sent.length - before).toBe(0);
    await clock.advance(1_000);
    expect(backend.sent.length - before).toBeGreaterThan(0);
  });

  it('is not asked for by a hello that was wanted before the issuer said when it wants to be called again', async () => {
    const { backend, clock, worker } = await counter.start();
    const stuck = held<Answered<ApproveAnswer>>();
    backend.sayApprove = () => stuck.promise;
    counter.charge();
    await clock.advance(1_000);
    backend.businessDate = '20261123';
    await worker.transactions(DAY);
    stuck.give(notProcessed('000_908', 600_000));
    backend.sayNetCancel = () => notProcessed('000_908', 600_000);
    await clock.advance(590_000);
    expect(backend.of('hello')).toHaveLength(1);
    await clock.advance(60_000);
    expect(backend.of('hello').length).toBeGreaterThan(1);
  });

  it('that the hello of every ten minutes tells first is asked for by no other', async () => {
    const { backend, clock } = await counter.start();
    await clock.advance(590_000);
    backend.businessDate = '20261123';
    backend.greeting = { ...backend.greeting, openBusinessDate: '20261123' };
    backend.sayProbe = () => AMBIGUOUS;
    for (let ms = 0; backend.of('hello').length === 1; ms += 100) {
      expect(ms, 'the next hello').toBeLessThan(60_000);
      await clock.advance(100);
    }
    await clock.advance(5_000);
    expect(backend.of('hello')).toHaveLength(2);
  });

  it('is asked for more and more seldom while nobody answers', async () => {
    const { backend, clock } = await counter.start();
    backend.businessDate = '20261123';
    backend.sayHello = () => AMBIGUOUS;
    for (let seconds = 0; seconds < 1_800; seconds += 20) {
      counter.charge();
      await clock.advance(20_000);
    }
    const asked = backend.of('hello').slice(1);
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.length).toBeLessThan(8);
  });

  it('is not asked about when the hello of the start that it waited for had no answer, or the till stops meanwhile', async () => {
    const { clock, worker } = counter;
    greetSlowly(() => AMBIGUOUS);
    worker.start();
    await clock.advance(10);
    const list = worker.transactions(DAY);
    await clock.advance(300);
    expect(await list).toEqual({ class: 'nothingLeft', why: 'NOT_GREETED' });
    await clock.advance(30_000);
    for (let ms = 0; counter.backend.of('hello').at(-1)?.atMs !== clock.now().monoMs; ms += 1) {
      expect(ms, 'the next hello').toBeLessThan(60_000);
      await clock.advance(1);
    }
    const late = worker.transactions(DAY);
    void worker.stop();
    await clock.advance(300);
    expect(await late).toMatchObject({ class: 'nothingLeft' });
    expect(counter.backend.of('transactions')).toEqual([]);
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

describe('a clock that was set', () => {
  it('lets a customer be asked about between its hellos, although none of them is answered', async () => {
    const { backend, clock } = await counter.start();
    backend.sayApprove = () => AMBIGUOUS;
    backend.sayInquiry = () => AMBIGUOUS;
    backend.sayHello = () => new Promise((resolve) => clock.after(3_000, () => resolve(AMBIGUOUS)));
    const charge = counter.charge();
    await clock.advance(100);
    clock.setWall(8 * 3_600_000);
    counter.worker.now();
    await clock.advance(500);
    const mark = backend.of('inquiry', charge.sequenceId).length;
    await clock.advance(4_500); // of which the first hello takes three
    expect(backend.of('hello').length).toBeGreaterThan(2);
    expect(backend.of('inquiry', charge.sequenceId).length).toBeGreaterThan(mark);
  });

  it('is compared at once, and no more often than the line is tried when nobody answers', async () => {
    await counter.start();
    counter.backend.sayHello = () => notProcessed('000_908');
    counter.clock.setWall(3_600_000);
    await counter.clock.advance(600_000);
    expect(counter.backend.of('hello').length).toBeLessThan(120);
    expect(counter.backend.of('hello').length).toBeGreaterThan(5);
  });
});

describe('the clock', () => {
  it('is not confirmed when it differs from the issuer, or was set since', async () => {
    await counter.start();
    expect(counter.worker.status().clockConfirmed).toBe(true);
    counter.clock.setWall(3_600_000);
    expect(counter.worker.status().clockConfirmed).toBe(false);
    counter.backend.sayHello = () =>
      answered({ ...counter.backend.greeting, serverTimeMs: counter.clock.now().wallMs - 3_600_000 });
    counter.worker.now();
    await counter.clock.advance(1_000);
    expect(counter.worker.status()).toMatchObject({ clockConfirmed: false });
    expect(Math.round((counter.worker.status().clockOffsetMs ?? 0) / 60_000)).toBe(-60);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answered, ApproveAnswer } from '../../../src/konaplate/settlement.ts';
import { DEFAULT_LIMITS } from '../../../src/sync/limits.ts';
import { volatileMemory } from '../../../src/sync/memory.ts';
import {
  AMBIGUOUS,
  APPROVED,
  answered,
  CLOSE,
  Counter,
  DAY,
  greetSlowly,
  held,
  NOTHING_LEFT,
  notProcessed,
} from './counter.ts';

let counter: Counter;
beforeEach(() => {
  counter = new Counter({ memory: volatileMemory() });
});
afterEach(() => counter.end());

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
    greetSlowly(counter, () => answered(backend.greeting));
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
    greetSlowly(counter, () => AMBIGUOUS);
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

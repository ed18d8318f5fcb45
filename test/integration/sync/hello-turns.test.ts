import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answered } from '../../../src/konaplate/settlement.ts';
import { volatileMemory } from '../../../src/sync/memory.ts';
import { APPROVED, answered, Counter, greetSlowly, held } from './counter.ts';

let counter: Counter;
beforeEach(() => {
  counter = new Counter({ memory: volatileMemory() });
});
afterEach(() => counter.end());

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
    greetSlowly(counter, () => answered(counter.backend.greeting));
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

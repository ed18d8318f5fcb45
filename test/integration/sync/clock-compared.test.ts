import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { volatileMemory } from '../../../src/sync/memory.ts';
import { AMBIGUOUS, answered, Counter, notProcessed } from './counter.ts';

let counter: Counter;
beforeEach(() => {
  counter = new Counter({ memory: volatileMemory() });
});
afterEach(() => counter.end());

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

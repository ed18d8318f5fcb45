import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Remembered, type SyncMemory, volatileMemory } from '../../../src/sync/memory.ts';
import { SyncWorker } from '../../../src/sync/worker.ts';
import { MANAGER } from '../ledger/shop.ts';
import { AMBIGUOUS, APPROVED, answered, Counter, notProcessed } from './counter.ts';

let counter: Counter;
beforeEach(() => {
  counter = new Counter({ memory: volatileMemory() });
});
afterEach(() => counter.end());

/** A memory whose disk may be full. */
function fullDisk(): { isFull: boolean; readonly memory: SyncMemory } {
  const kept = volatileMemory();
  const disk = {
    isFull: false,
    memory: {
      read: () => kept.read(),
      write: (remembered: Remembered) => {
        if (disk.isFull) throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
        kept.write(remembered);
      },
    },
  };
  return disk;
}

describe('pause', () => {
  it('stops approvals, not net cancels, and outlives a restart', async () => {
    counter.backend.sayApprove = () => AMBIGUOUS;
    await counter.start();
    const reversing = counter.charge();
    await counter.clock.advance(0);
    counter.worker.pause('통신사 작업', MANAGER);
    const waiting = counter.deferred();
    await counter.clock.advance(20_000);
    expect(counter.at(reversing)).toBe('reversed/return_due');
    expect(counter.at(waiting)).toBe('unsent/received');
    expect(counter.worker.status()).toMatchObject({
      line: { state: 'paused' },
      paused: { by: 'manager', reason: '통신사 작업' },
    });
    await counter.crash();
    await counter.start();
    await counter.clock.advance(5_000);
    expect(counter.at(waiting)).toBe('unsent/received');
    counter.backend.sayApprove = () => answered(APPROVED);
    counter.worker.resume(MANAGER);
    await counter.clock.advance(5_000);
    expect(counter.at(waiting)).toBe('approved/received');
  });

  it('that the disk does not take holds, and is told as not kept until it is: no restart goes on in silence', async () => {
    await counter.end();
    const disk = fullDisk();
    const logged: string[] = [];
    const log = ({ event }: { readonly event: string }) => void logged.push(event);
    counter = await new Counter({ memory: disk.memory, log }).start();
    await counter.clock.advance(1_000);
    expect(counter.worker.status().pauseKept).toBe(true);
    disk.isFull = true;
    counter.worker.pause('통신사 작업', MANAGER);
    const waiting = counter.deferred();
    await counter.clock.advance(20_000);
    expect(counter.at(waiting)).toBe('unsent/received');
    expect(counter.worker.status()).toMatchObject({ paused: { by: 'manager' }, pauseKept: false });
    expect(logged).toContain('pauseNotKept');
    const told: boolean[] = [];
    counter.worker.onChange(() => void told.push(counter.worker.status().pauseKept));
    disk.isFull = false;
    counter.worker.now();
    await counter.clock.advance(1_000);
    expect(counter.worker.status()).toMatchObject({ paused: { by: 'manager' }, pauseKept: true });
    expect(told).toContain(true);
    await counter.crash();
    await counter.start();
    await counter.clock.advance(5_000);
    expect(counter.at(waiting)).toBe('unsent/received');
    disk.isFull = true;
    counter.worker.resume(MANAGER);
    expect(counter.worker.status()).toMatchObject({ paused: null, pauseKept: false });
    await counter.clock.advance(5_000);
    expect(counter.at(waiting)).toBe('approved/received');
    expect(disk.memory.read()?.pause).not.toBeNull();
  });

  it('keeps no card number that was typed as its reason, neither in the journal nor beside it', async () => {
    await counter.start();
    counter.worker.pause('card 9410 0012 3456 7788', MANAGER);
    counter.worker.pause('9410001234567788', MANAGER);
    const bodies = counter.ledger.entries(1, 100).map(({ body }) => body);
    const kept = JSON.stringify([bodies, counter.worker.status().paused]);
    expect(kept.replaceAll(/\D/g, '')).not.toContain('9410001234567788');
    expect(counter.worker.status().paused?.reason).toBe('****7788');
  });
});

describe('restart', () => {
  it('at any moment of a payment nothing is sent before the question is answered, then it goes on', async () => {
    counter.backend.sayApprove = () => new Promise(() => {});
    await counter.start();
    const charge = counter.charge();
    await counter.clock.advance(500);
    expect(counter.at(charge)).toBe('sending/received');
    await counter.crash();
    await counter.start();
    const mark = counter.backend.sent.length;
    counter.backend.sayInquiry = () => AMBIGUOUS;
    await counter.clock.advance(30_000);
    expect(counter.now(charge)).toMatchObject({ host: 'unknown', question: 'RE_IN' });
    expect(new Set(counter.backend.sent.slice(mark).map((sent) => sent.call))).toEqual(
      new Set(['inquiry', 'probe']),
    );
    counter.record(charge, { kind: 'answer', answer: 'inDrawer' });
    await counter.clock.advance(20_000);
    expect(counter.at(charge)).toBe('reversed/return_due');
  });
});

describe('stop', () => {
  it('waits for answers under way, records them, and lets nothing new out', async () => {
    await counter.start();
    counter.backend.sayApprove = () =>
      new Promise((resolve) => counter.clock.after(800, () => resolve(answered(APPROVED))));
    const charge = counter.charge();
    await counter.clock.advance(0);
    const stopped = counter.worker.stop();
    const second = counter.charge();
    await counter.clock.advance(2_000);
    await stopped;
    expect(counter.at(charge)).toBe('approved/received');
    expect(counter.at(second)).toBe('unsent/received');
  });

  it('does not wait for ever: what is still out is ambiguous and on disk as such', async () => {
    await counter.start();
    counter.backend.sayApprove = () => new Promise(() => {});
    const charge = counter.charge();
    await counter.clock.advance(0);
    const stopped = counter.worker.stop();
    await counter.clock.advance(3_000);
    await stopped;
    expect(counter.at(charge)).toBe('unknown/received');
  });
});

describe('the worker', () => {
  it('starts once', async () => {
    await counter.start();
    counter.worker.start();
    await counter.clock.advance(0);
    expect(counter.backend.of('hello')).toHaveLength(1);
    expect(counter.worker).toBeInstanceOf(SyncWorker);
  });
});

describe('lateness', () => {
  const never = () => new Promise<never>(() => {});

  it('is how long the worker has not looked at what is due, and over when it does', async () => {
    const { clock, worker, backend } = await counter.start();
    expect(worker.lateMs()).toBe(0);
    backend.sayApprove = () => AMBIGUOUS;
    counter.charge();
    await clock.advance(1_000);
    const inquiries = backend.of('inquiry').length;
    clock.stand(300_000);
    expect(backend.of('inquiry')).toHaveLength(inquiries);
    expect(worker.lateMs()).toBeGreaterThan(296_000);
    expect(worker.lateMs()).toBeLessThanOrEqual(300_000);
    await clock.advance(0);
    expect(worker.lateMs()).toBe(0);
  });

  it.each<[string, () => void]>([
    ['its pace', () => Object.assign(counter.backend.greeting, { drainPerMinute: 0 })],
    ['a place', () => Object.assign(counter.backend, { sayApprove: never })],
    [
      'the breaker',
      () => Object.assign(counter.backend, { sayApprove: () => AMBIGUOUS, sayProbe: () => AMBIGUOUS }),
    ],
    [
      'the time that the issuer asked for',
      () => Object.assign(counter.backend, { sayApprove: () => notProcessed('000_908', 3_600_000) }),
    ],
    ['a manager who paused it', () => counter.worker.pause('시험', MANAGER)],
  ])('is none of what waits for %s', async (_what, hold) => {
    hold();
    const { clock, worker, backend } = await counter.start();
    for (let at = 0; at < 10; at += 1) counter.deferred();
    for (let seconds = 0; seconds < 300; seconds += 1) {
      await clock.advance(1_000);
      expect(worker.lateMs()).toBe(0);
    }
    expect(worker.status().due.length).toBeGreaterThan(0);
    expect(backend.of('hello').length).toBeGreaterThan(0);
  });

  it('is none of a worker that has ended', async () => {
    const { clock, worker } = await counter.start();
    counter.deferred();
    const stopped = worker.stop();
    await clock.advance(60_000);
    await stopped;
    clock.stand(300_000);
    expect(worker.lateMs()).toBe(0);
  });
});

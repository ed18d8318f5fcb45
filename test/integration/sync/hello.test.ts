import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answered } from '../../../src/konaplate/settlement.ts';
import { DEFAULT_LIMITS } from '../../../src/sync/limits.ts';
import { volatileMemory } from '../../../src/sync/memory.ts';
import { APPROVED, answered, Counter, held, notProcessed } from './counter.ts';

const silent = (): Promise<Answered<never>> => held<Answered<never>>().promise;

let counter: Counter;
beforeEach(() => {
  counter = new Counter({ memory: volatileMemory(), mayDefer: () => false });
});
afterEach(() => counter.end());

/** One customer after the other for so long; of each approval only asking tells, so that one is listened to at any time. */
async function customers(forMs: number, stations = 1): Promise<void> {
  for (let ms = 0; ms < forMs; ms += 25_000) {
    for (let station = 0; station < stations; station += 1) counter.charge();
    await counter.clock.advance(25_000);
  }
}

/** Approvals are made, but for charges credited later their answers are lost; inquiries are answered at once. */
function loseApprovals(): void {
  const { nrNumber, approvalCode, approvedAt } = APPROVED;
  counter.backend.sayApprove = ({ deferred }) => (deferred ? answered(APPROVED) : silent());
  counter.backend.sayInquiry = () =>
    answered({ result: 'COMPLETED', voids: [], nrNumber, approvalCode, approvedAt });
}

describe('a hello for which customers leave no pause', () => {
  it('holds up what can wait for a minute at most, again and again', async () => {
    const { backend, clock } = await counter.start();
    loseApprovals();
    await customers(DEFAULT_LIMITS.refreshMs + 25_000);
    for (let minutes = 0; minutes < 5; minutes += 1) {
      const later = counter.deferred();
      await customers(75_000);
      expect(counter.at(later)).toBe('approved/received');
    }
    expect(backend.of('hello')).toHaveLength(1);
    await clock.advance(40_000);
    expect(backend.of('hello')).toHaveLength(2);
  });

  it('holds it up no longer where so many answers are lost that the breaker opens again and again', async () => {
    await counter.start();
    loseApprovals();
    await customers(DEFAULT_LIMITS.refreshMs + 25_000, 4);
    const later = counter.deferred();
    await customers(150_000, 4);
    expect(counter.at(later)).toBe('approved/received');
  });

  it('holds up the repeats of a void for a minute at most: its customer stands there', async () => {
    const { backend, clock } = await counter.start();
    const charge = counter.charge();
    await clock.advance(10);
    counter.record(charge, { kind: 'acknowledge' });
    loseApprovals();
    await customers(DEFAULT_LIMITS.refreshMs + 25_000);
    backend.sayCancel = silent;
    counter.record(charge, { kind: 'void', cancelId: 'V1', proof: 'manager', managerId: 'lee' });
    await customers(75_000);
    const before = backend.of('cancel').length;
    await customers(75_000);
    expect(counter.now(charge).left).toBe(false);
    expect(backend.of('cancel').length - before).toBeGreaterThan(2);
    expect(backend.of('hello')).toHaveLength(1);
  });
});

describe('a first hello that is refused', () => {
  it('by what passes is repeated within a second: its first customer is served', async () => {
    const { backend, clock, worker } = counter;
    const { sayHello } = backend;
    backend.sayHello = () => notProcessed('000_903');
    await counter.start();
    expect(worker.status().line).toMatchObject({ state: 'down', reason: 'NOT_PROCESSED', code: '000_903' });
    expect(worker.isReachable()).toBe(false);
    backend.sayHello = sayHello;
    const charge = counter.charge();
    const refund = counter.refund();
    await clock.advance(1_000);
    expect([counter.at(charge), counter.at(refund)]).toEqual(['approved/received', 'approved/payout_due']);
    await clock.advance(3_000);
    expect(worker.status().line).toMatchObject({ state: 'online', reason: null, code: null });
  });

  it.each([
    notProcessed('000_002'),
    { ...notProcessed('006_906'), class: 'refused' } as Answered<never>,
    { ...notProcessed('007_003'), class: 'declined' } as Answered<never>,
  ])(
    'for good is no line that is up, says why, and is repeated with growing, bounded pauses',
    async (answer) => {
      const { backend, clock, worker } = counter;
      backend.sayHello = () => answer;
      await counter.start();
      await clock.advance(60_000);
      const mark = backend.of('hello').length;
      expect(worker.status()).toMatchObject({
        line: { state: 'down', reason: 'NOT_PROCESSED', code: 'code' in answer ? answer.code : null },
        breaker: { state: 'open' },
        onlineSinceStart: false,
      });
      expect(worker.status().line.nextTryMs).toBeGreaterThan(clock.now().wallMs);
      await clock.advance(600_000);
      const hellos = backend.of('hello').slice(mark);
      expect(hellos.length).toBeLessThan(100);
      for (const [at, { atMs }] of hellos.entries())
        expect(atMs - (hellos[at - 1]?.atMs ?? atMs)).toBeLessThanOrEqual(DEFAULT_LIMITS.breakerMaxMs);
      expect(backend.sent.every(({ call }) => call === 'hello')).toBe(true);
    },
  );
});

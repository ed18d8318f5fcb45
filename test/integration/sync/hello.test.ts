import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answered } from '../../../src/konaplate/settlement.ts';
import { DEFAULT_LIMITS } from '../../../src/sync/limits.ts';
import { volatileMemory } from '../../../src/sync/memory.ts';
import { APPROVED, answered, Counter, held } from './counter.ts';

const silent = (): Promise<Answered<never>> => held<Answered<never>>().promise;

let counter: Counter;
beforeEach(() => {
  counter = new Counter({ memory: volatileMemory(), mayDefer: () => false });
});
afterEach(() => counter.end());

/** One customer after the other for so long; of each approval only asking tells, so that one is listened to at any time. */
async function customers(forMs: number): Promise<void> {
  for (let ms = 0; ms < forMs; ms += 25_000) {
    counter.charge();
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

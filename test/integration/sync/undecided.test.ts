/** What the issuer has not decided yet when everything is asked again. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Intent } from '../../../src/intent/model.ts';
import type { Answered, InquiryAnswer } from '../../../src/konaplate/settlement.ts';
import { type SyncMemory, volatileMemory } from '../../../src/sync/memory.ts';
import { AMBIGUOUS, APPROVED, answered, Counter } from './counter.ts';

const { balance: _balance, ...APPROVAL } = APPROVED;
const PENDING = answered<InquiryAnswer>({ result: 'PENDING', voids: [] });
const COMPLETED = answered<InquiryAnswer>({ result: 'COMPLETED', approval: APPROVAL, voids: [] });

let counter: Counter;
let memory: SyncMemory;
beforeEach(() => {
  memory = volatileMemory();
  counter = new Counter({ memory });
});
afterEach(() => counter.end());

/** Approved and shown. */
async function charges(count: number): Promise<readonly Intent[]> {
  const made: Intent[] = [];
  for (let place = 0; place < count; place += 1) {
    const charge = counter.charge();
    await counter.clock.advance(100);
    made.push(counter.record(charge, { kind: 'acknowledge' }));
  }
  return made;
}

/** From now on the issuer is another, and says so to what is asked of it at once. */
function putBack(): void {
  counter.backend.issuerEpoch = 'second';
  counter.worker.now();
}

function late(afterMs: number, answer: Answered<InquiryAnswer>): Promise<Answered<InquiryAnswer>> {
  return new Promise((resolve) => counter.clock.after(afterMs, () => resolve(answer)));
}

/** Timers of the busiest second of so many. */
async function busiest(seconds: number): Promise<number> {
  let most = 0;
  for (let second = 0; second < seconds; second += 1) {
    const before = counter.clock.timersRun;
    await counter.clock.advance(1_000);
    most = Math.max(most, counter.clock.timersRun - before);
  }
  return most;
}

describe('what is pending at an issuer that was put back', () => {
  it('is asked about until it is decided there, not faster than twice a minute', async () => {
    const { backend, clock, worker } = await counter.start();
    const charge = counter.charge();
    await clock.advance(0);
    counter.backend.sayInquiry = () => answered({ result: 'PENDING', voids: [] });
    backend.issuerEpoch = 'second';
    worker.now();
    await clock.advance(120_000);
    const asked = backend.of('inquiry', charge.sequenceId).length;
    expect(asked).toBeGreaterThan(2);
    expect(asked).toBeLessThanOrEqual(5);
    backend.sayInquiry = () => answered({ result: 'REVERSED', voids: [] });
    await clock.advance(30_000);
    expect(counter.now(charge).cases).toContain('REVERSED_ELSEWHERE');
    await clock.advance(300_000);
    expect(backend.of('inquiry', charge.sequenceId)).toHaveLength(asked + 1);
  });

  it('wakes nobody before it may be asked about, while the answer about another payment is not to be had', async () => {
    await counter.start();
    const [, pending] = await charges(2);
    // An unlisted code about one payment says nothing of the line.
    const unlisted = { ...AMBIGUOUS, why: 'UNLISTED_CODE', code: '006_021' };
    counter.backend.sayInquiry = ({ sequenceId }) =>
      sequenceId === pending?.sequenceId ? late(2_000, PENDING) : unlisted;
    putBack();
    expect(await busiest(100)).toBeLessThan(50);
  });

  it('wakes nobody before it may be asked about at the pace of the others', async () => {
    counter.backend.greeting = { ...counter.backend.greeting, drainPerMinute: 60 };
    await counter.start();
    const made = await charges(150);
    const pending = made.at(-1);
    counter.backend.sayInquiry = ({ sequenceId }) =>
      sequenceId === pending?.sequenceId ? late(300, PENDING) : COMPLETED;
    putBack();
    expect(await busiest(100)).toBeLessThan(50);
  });
});

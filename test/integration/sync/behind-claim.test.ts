/** What a terminal that is believed again asks for, and what it makes no case of. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { kstMillis } from '../../../src/konaplate/kst.ts';
import type { Answered, InquiryAnswer } from '../../../src/konaplate/settlement.ts';
import { type SyncMemory, volatileMemory } from '../../../src/sync/memory.ts';
import { AMBIGUOUS, APPROVED, answered, Counter, held, META } from './counter.ts';

const { balance: _balance, ...APPROVAL } = APPROVED;
const COMPLETED = {
  class: 'answered',
  value: { result: 'COMPLETED', approval: APPROVAL, voids: [] },
  meta: META,
} as const;

let counter: Counter;
let memory: SyncMemory;
beforeEach(() => {
  memory = volatileMemory();
  counter = new Counter({ memory });
});
afterEach(() => counter.end());

async function fence(epoch: number): Promise<void> {
  counter.backend.greeting = { ...counter.backend.greeting, epoch };
  counter.worker.now();
  await counter.clock.advance(2_000);
  expect(counter.worker.status().recovering).toBe(true);
}

it('is asked for everything anew by the next start too, when the process ended before it had been', async () => {
  const { backend, clock } = counter;
  await counter.start();
  const charge = counter.charge();
  await clock.advance(1_000);
  await fence(4);
  backend.greeting = { ...backend.greeting, epoch: 5 };
  const claimed = counter.worker.claimEpoch('lee');
  backend.sayInquiry = () => AMBIGUOUS;
  await clock.advance(2_000);
  expect(await claimed).toBe(true);
  const stopped = counter.worker.stop();
  await clock.advance(10_000);
  await stopped;
  await counter.crash();
  backend.sayInquiry = () => COMPLETED;
  const mark = backend.of('inquiry', charge.sequenceId).length;
  await counter.start();
  await clock.advance(20_000);
  expect(backend.of('inquiry', charge.sequenceId)).toHaveLength(mark + 1);
  expect(memory.read()?.issuerEpoch).toBe('first');
});

it('has asked again only when all has been answered, also when a call of the time before comes back meanwhile', async () => {
  const { backend, clock } = counter;
  await counter.start();
  counter.charge();
  await clock.advance(1_000);
  const late = held<Answered<InquiryAnswer>>();
  const honest = backend.inquiry.bind(backend);
  backend.inquiry = (...call) => (call[0].sequenceId === 'LINE-PROBE' ? honest(...call) : late.promise);
  backend.issuerEpoch = 'second';
  counter.worker.now();
  await clock.advance(20_000);
  backend.inquiry = honest;
  backend.sayInquiry = () => AMBIGUOUS;
  await fence(4);
  backend.greeting = { ...backend.greeting, epoch: 5 };
  const claimed = counter.worker.claimEpoch('lee');
  await clock.advance(2_000);
  expect(await claimed).toBe(true);
  late.give({ ...COMPLETED, meta: { ...META, issuerEpoch: 'second' } });
  await clock.advance(1_000);
  const asked = held<Answered<InquiryAnswer>>();
  backend.sayInquiry = () => asked.promise;
  await clock.advance(8_000);
  expect(memory.read()).toMatchObject({ issuerEpoch: '', fenced: null });
  asked.give(COMPLETED);
  await clock.advance(1_000);
  expect(memory.read()).toMatchObject({ issuerEpoch: 'second', fenced: null });
});

it('no charge of this run is a case because a void of it could be lost: only what was there before has lost its end', async () => {
  const { backend, clock } = counter;
  backend.sayApprove = () => answered({ ...APPROVED, approvedAt: kstMillis(clock.now().wallMs) });
  await counter.start();
  const before = counter.charge();
  await clock.advance(1_000);
  counter.record(before, { kind: 'acknowledge' });
  await counter.crash();
  await counter.start();
  const since = counter.charge();
  await clock.advance(1_000);
  counter.record(since, { kind: 'acknowledge' });
  await fence(4);
  await clock.advance(2_000);
  expect([before, since].map((charge) => counter.now(charge).cases)).toEqual([['RECOVERING'], []]);
});

it('while it is fenced, keeps no length of a journal that may have been longer once', async () => {
  const { backend, clock } = counter;
  await counter.start();
  await fence(4);
  const known = memory.read()?.knownIndex;
  counter.charge();
  backend.sayHello = () => ({ class: 'nothingLeft', why: 'CONNECT_FAILED' });
  backend.sayProbe = () => ({ class: 'nothingLeft', why: 'CONNECT_FAILED' });
  counter.worker.now();
  await clock.advance(180_000);
  expect(counter.worker.status().line.state).toBe('down');
  expect(memory.read()?.knownIndex).toBe(known);
});

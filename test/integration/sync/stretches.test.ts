/** The rounds' own rule of what may be a case after something was put back: what was open in a stretch of the journal. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Intent } from '../../../src/intent/model.ts';
import { ended } from '../../../src/intent/state.ts';
import type { Answered, ApproveAnswer } from '../../../src/konaplate/settlement.ts';
import { volatileMemory } from '../../../src/sync/memory.ts';
import { MANAGER } from '../ledger/shop.ts';
import { APPROVED, answered, Counter, held } from './counter.ts';
import { between, FENCED, heldWithin, type Stretch } from './stretches.ts';

let counter: Counter;
beforeEach(async () => {
  counter = await new Counter({ memory: volatileMemory() }).start();
});
afterEach(() => counter.end());

function openWithin(stretch: Stretch): readonly string[] {
  return [...heldWithin(counter.ledger, stretch, (intent) => !ended(intent))];
}

/** Approved a moment after it. */
async function charged(): Promise<Intent> {
  const charge = counter.charge();
  await counter.clock.advance(1_000);
  return charge;
}

it('a payment that had ended before the time, or began after it, was not open in it; one that ended in it was', async () => {
  const { clock } = counter;
  await charged();
  const during = counter.charge();
  const fromMs = clock.now().wallMs + 1;
  await clock.advance(10);
  const toMs = clock.now().wallMs;
  await clock.advance(1_000);
  await charged();
  expect(counter.at(during)).toBe('approved/received');
  expect(openWithin(between(fromMs, toMs))).toEqual([]);
  expect(openWithin(between(fromMs - 1, toMs))).toEqual([during.sequenceId]);
});

it('a payment without an entry in the time was open in it when it was before and after', async () => {
  const { clock, backend } = counter;
  const answer = held<Answered<ApproveAnswer>>();
  backend.sayApprove = () => answer.promise;
  const open = counter.charge();
  await clock.advance(100);
  const fromMs = clock.now().wallMs;
  await clock.advance(100);
  answer.give(answered(APPROVED));
  await clock.advance(100);
  expect(counter.at(open)).toBe('approved/received');
  expect(openWithin(between(fromMs, fromMs))).toEqual([open.sequenceId]);
});

it('of a fenced till: what was open when it was fenced or became so, not what had ended, nor what came afterwards', async () => {
  const { clock, ledger } = counter;
  await charged();
  const atFence = counter.deferred();
  ledger.markRecovering('FENCED', clock.now(), MANAGER);
  const meanwhile = counter.charge();
  ledger.recovered(clock.now(), MANAGER);
  await charged();
  expect(openWithin(FENCED)).toEqual([atFence.sequenceId, meanwhile.sequenceId]);
});

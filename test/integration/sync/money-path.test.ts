/** What a second look at the money path found in the worker: each of these once forgot, hung or kept too much. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRecovery } from '../../../src/sync/start.ts';
import { Counter, DECLINED } from './counter.ts';

let counter: Counter;

beforeEach(async () => {
  counter = await new Counter().start();
});

afterEach(() => counter.end());

describe('a start', () => {
  it('writes nothing about payments that are over, shown or not', async () => {
    counter.backend.sayApprove = () => DECLINED;
    const charge = counter.charge();
    await counter.clock.advance(0);
    counter.record(charge, { kind: 'givenBack' });
    expect(counter.now(charge)).toMatchObject({ cash: 'returned', acknowledged: false });
    await counter.crash();
    const { index } = counter.ledger.head();
    expect(startRecovery(counter.ledger, counter.clock.now())).toBe(0);
    expect(counter.ledger.head().index).toBe(index);
  });

  it('still asks about an approval that no page showed', async () => {
    const charge = counter.charge();
    await counter.clock.advance(0);
    await counter.crash();
    expect(counter.now(charge)).toMatchObject({ host: 'approved', question: 'RE_IN' });
  });
});

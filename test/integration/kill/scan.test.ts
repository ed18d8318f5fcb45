/** Kill -9 of the agent after the scan, again and again: nothing is lost, nothing happens twice. */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { Counter } from './counter.ts';
import { killAndCompare, ROUND_MS, ROUNDS } from './rounds.ts';

describe('a kill after the scan', () => {
  let counter: Counter;
  beforeAll(async () => {
    counter = await Counter.open();
  });
  afterAll(() => counter.close());

  it.each(['CHARGE', 'REFUND'] as const)(
    '%s: the question is asked, answered either way, and notes, issuer and ledger agree',
    async (type) => {
      for (let round = 0; round < ROUNDS; round += 1)
        await killAndCompare(counter, 'after the scan', type, round);
    },
    ROUNDS * ROUND_MS,
  );
});

/** Two agents on one ledger: a second start never sends, and takes over whole when the first is gone. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Counter, type PaymentType, until } from './counter.ts';
import { AMOUNT, bringToEnd, type Case } from './rounds.ts';

const TEST_MS = 120_000;
const WHY = 'the agent has the ledger open';

describe('two agents on one ledger', () => {
  let counter: Counter;
  let before: number;
  beforeAll(async () => {
    // The first agent waits for its answer while the second one tries to start.
    counter = await Counter.open({ deadlineMs: 20_000 });
  });
  afterAll(() => counter.close());
  beforeEach(async () => {
    before = await counter.balance();
  });

  /** The request of a payment lies at the issuer, booked, and its answer is on the way for a long time. */
  async function requestOut(type: PaymentType): Promise<Case> {
    const sequenceId = await counter.scan(type, AMOUNT);
    counter.issuer.faults?.set({ call: 'approve', kind: 'delay', times: 1, ms: 8_000 });
    await counter.page.press(type === 'CHARGE' ? 'RECEIVED' : 'REQUEST');
    await until('the booking', async () => ((await counter.balance()) === before ? null : true));
    const moved = type === 'CHARGE';
    return {
      type,
      point: 'while the request is out',
      movedInTheDark: false,
      booked: true,
      moved,
      sequenceId,
    };
  }

  function sendsOf(sequenceId: string): number | undefined {
    return counter.ledger((ledger) => ledger.get(sequenceId)?.sends);
  }

  it(
    'a second start while the first sends is refused at once, and the payment of the first ends as if nothing had been',
    async () => {
      const payment = await requestOut('CHARGE');
      const journal = counter.ledger((ledger) => ledger.verify().entries);
      const second = await counter.startSecond();
      expect(second.code).toBe(3);
      expect(second.said).toContain(WHY);
      await bringToEnd(counter, payment);
      expect(await counter.balance()).toBe(before + AMOUNT);
      expect(sendsOf(payment.sequenceId)).toBe(1);
      expect(counter.ledger((ledger) => ledger.verify().entries)).toBeGreaterThan(journal);
    },
    TEST_MS,
  );

  it.each(['CHARGE', 'REFUND'] as const)(
    '%s: the first is killed with its request out, two start at once: one takes over, asks, and loses nothing',
    async (type) => {
      const payment = await requestOut(type);
      await counter.kill();
      const refused = await counter.startTwo();
      expect(refused).toHaveLength(1);
      expect(refused[0]).toContain(WHY);
      const seen = await bringToEnd(counter, payment);
      expect(seen[0]).toMatch(/^RE-/);
      expect(sendsOf(payment.sequenceId), 'the taker-over asks, it does not send again').toBe(1);
      const sign = type === 'CHARGE' ? 1 : -1;
      expect((await counter.balance()) - before).toBe(payment.moved ? sign * AMOUNT : 0);
      expect(counter.ledger((ledger) => ledger.verify()).faults).toEqual([]);
    },
    TEST_MS,
  );
});

/**
 * The issuer goes away while an approval is under way, before or after it was booked: within two seconds the cashier is
 * told that the outcome is open and what to do with the cash; when the issuer is back, both sides agree.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Counter, type PaymentType, until } from './counter.ts';

const AMOUNT = 10_000;
/** Two seconds after the first byte, and a little for this test's own way of looking. */
const TOLD_MS = 2_500;
const TEST_MS = 90_000;

describe('an issuer that stops during an approval', () => {
  let counter: Counter;
  beforeAll(async () => {
    counter = await Counter.open({ unansweredMs: 2_000, deadlineMs: 6_000 }, 'onDisk');
  });
  afterAll(() => counter.close());

  it.each<[PaymentType, 'before' | 'after']>([
    ['CHARGE', 'before'],
    ['CHARGE', 'after'],
    ['REFUND', 'before'],
    ['REFUND', 'after'],
  ])(
    '%s, %s it was booked: the cashier knows within two seconds, and both sides agree in the end',
    async (type, when) => {
      const before = await counter.balance();
      const sequenceId = await counter.scan(type, AMOUNT);
      counter.issuer.faults?.set({
        call: 'approve',
        kind: when === 'after' ? 'dropAfter' : 'dropBefore',
        times: 1,
      });
      await counter.page.press(type === 'CHARGE' ? 'RECEIVED' : 'REQUEST');
      const pressedMs = performance.now();
      await until('the request at the issuer', () =>
        counter.issuer.faults?.list().length === 0 ? true : null,
      );
      if (when === 'after')
        await until('the booking', async () => ((await counter.balance()) === before ? null : true));
      await counter.restartIssuer(async () => {
        await counter.face(type === 'CHARGE' ? 'CHECK' : 'CHECK-OUT');
        expect(performance.now() - pressedMs).toBeLessThan(TOLD_MS);
        expect(counter.ledger((ledger) => ledger.get(sequenceId))).toMatchObject({ host: 'unknown' });
      });
      const booked = when === 'after';
      await counter.face(...(booked ? (['DONE-IN', 'PAY'] as const) : (['BACK-REV', 'NO-OUT-REV'] as const)));
      await until('the end', async () => {
        const face = counter.page.snapshot?.face;
        if (face?.acknowledge === true) await counter.page.shown();
        // A press that names a sentence which changed meanwhile changes nothing: it is made again.
        if (face?.id === 'BACK-REV' || face?.id === 'PAY') await counter.page.press('HANDED');
        return counter.ledger((ledger) => ledger.open()).length === 0 ? true : null;
      });
      const sign = type === 'CHARGE' ? 1 : -1;
      expect((await counter.balance()) - before).toBe(booked ? sign * AMOUNT : 0);
      const { faults, balances } = counter.ledger((ledger) => ledger.verify());
      expect(faults).toEqual([]);
      counter.drawer += booked ? sign * AMOUNT : 0;
      expect(balances).toMatchObject({ cash_drawer: counter.drawer, customer_due: 0, suspense: 0 });
      await until('the idle page', async () => {
        if (counter.page.face === 'IDLE') return true;
        if (counter.page.snapshot?.face.acknowledge === true) await counter.page.shown();
        if (counter.page.snapshot?.face.closable === true) await counter.page.press('CLOSE');
        return null;
      });
    },
    TEST_MS,
  );
});

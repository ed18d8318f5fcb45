/** An issuer that had too many payments reversed, and a till that is started again before that is over. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../src/intent/policy.ts';
import { SystemClock } from '../../../src/ops/clock.ts';
import { lineUp } from '../../../src/station/worker.ts';
import { CASHIER, must, scanOf, TERMINAL } from '../ledger/shop.ts';
import { CARD, startTill, type Till, until } from './harness.ts';

let till: Till;

beforeAll(async () => {
  till = await startTill({ policy: { reversals: { ...DEFAULT_POLICY.reversals, rateMinimum: 1 } } });
  await until('the line is up', () => lineUp(till.agent.worker.status()));
}, 120_000);
afterAll(() => till.close());

/** A charge that the issuer did not process: reversed, its cash given back. */
async function reversed(): Promise<void> {
  const { ledger } = till.agent;
  const barcodeSpec = await till.barcode('CHARGE', 10_000);
  const now = new SystemClock().now();
  const scan = { ...scanOf({ amount: 10_000, cardNumber: CARD }), barcodeSpec };
  const { intent } = ledger.accept(scan, now);
  must(ledger, intent, { kind: 'received', creditLater: false }, now, { actor: CASHIER });
  must(ledger, intent, { kind: 'send' }, now, { actor: TERMINAL });
  must(ledger, intent, { kind: 'notProcessed', code: '000_907' }, now, { actor: TERMINAL });
  must(ledger, intent, { kind: 'givenBack' }, now, { actor: CASHIER });
  await until('it is reversed', () => ledger.get(intent.sequenceId)?.host === 'reversed');
  must(ledger, intent, { kind: 'acknowledge' }, now, { actor: TERMINAL });
}

it('takes no new payment after its next start either, until the ten minutes are over', async () => {
  // The worker sends nothing of the charge by itself.
  till.agent.worker.pause('reversals wanted', { role: 'manager', id: 'm' });
  await reversed();
  till.agent.worker.resume({ role: 'manager', id: 'm' });
  await till.restart();
  await until('the line is up', () => lineUp(till.agent.worker.status()));
  const face = () => till.agent.stations.get('1')?.snapshot().face;
  await until('it takes scans, or says why not', () => face()?.id === 'SLOW' || face()?.id === 'IDLE');
  expect(face()).toMatchObject({ id: 'SLOW', values: { cause: 'REVERSAL_RATE' } });
});

/** Another program holds the ledger's file: every try to write waits two seconds for it, and the counter waits with it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Intent, IntentEvent } from '../../../src/intent/model.ts';
import { LedgerFault } from '../../../src/ledger/fault.ts';
import { MANAGER } from '../ledger/shop.ts';
import { AMBIGUOUS, Counter, notProcessed } from './counter.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

let counter: Counter;
beforeEach(async () => {
  counter = await new Counter().start();
});
afterEach(() => counter.end());

/** Holds the file until it is let go; gives how often this was tried meanwhile. */
function hold(...kinds: readonly IntentEvent['kind'][]): { tries: number; letGo(): void } {
  const { ledger } = counter;
  const record = ledger.record.bind(ledger);
  const held = { tries: 0, letGo: () => void Object.assign(ledger, { record }) };
  ledger.record = (sequenceId, event, now, options) => {
    if (!kinds.includes(event.kind)) return record(sequenceId, event, now, options);
    held.tries += 1;
    throw new LedgerFault('LOCKED');
  };
  return held;
}
/** The same for cases, as it is: each try waits two seconds, and everything with it. */
function holdForCases(): { readonly triedAtMs: number[]; letGo(): void } {
  const { ledger, clock } = counter;
  const record = ledger.record.bind(ledger);
  const held = { triedAtMs: [] as number[], letGo: () => void Object.assign(ledger, { record }) };
  ledger.record = (sequenceId, event, now, options) => {
    if (event.kind !== 'openCase') return record(sequenceId, event, now, options);
    held.triedAtMs.push(clock.now().monoMs);
    clock.stand(2_000);
    throw new LedgerFault('LOCKED');
  };
  return held;
}
const gapsOf = (timesMs: readonly number[]): readonly number[] =>
  timesMs.slice(1).map((atMs, place) => atMs - (timesMs[place] ?? 0));
/** Charges of which no answer came. */
async function unanswered(count: number, ms: number): Promise<readonly Intent[]> {
  counter.backend.sayApprove = () => AMBIGUOUS;
  const charges = Array.from({ length: count }, () => counter.charge());
  await counter.clock.advance(ms);
  return charges;
}

describe('while another program holds the file', () => {
  it("one of the worker's own steps is tried a second, not one of each payment", async () => {
    counter.backend.sayApprove = () => new Promise(() => {});
    const charges = Array.from({ length: 3 }, () => counter.charge());
    await counter.clock.advance(1_500);
    const held = hold('unanswered');
    await counter.clock.advance(1_000);
    expect(held.tries).toBe(1);
    held.letGo();
    await counter.clock.advance(1_500);
    expect(charges.map((charge) => counter.at(charge))).toEqual(Array(3).fill('unknown/received'));
  });

  it('one attempt to send is tried a second, whoever is next', async () => {
    const charges = await unanswered(3, 14_500);
    counter.backend.sayNetCancel = () => notProcessed('000_907');
    const held = hold('netCancel', 'inquire');
    await counter.clock.advance(2_000);
    expect(held.tries).toBeGreaterThan(0);
    expect(held.tries).toBeLessThanOrEqual(3);
    held.letGo();
    await counter.clock.advance(3_000);
    for (const { sequenceId } of charges) expect(counter.backend.of('netCancel', sequenceId)).not.toEqual([]);
  });

  it('what people ask about waits its turn, and is asked then', async () => {
    const { clock, backend, worker } = counter;
    const charges = Array.from({ length: 4 }, () => counter.charge());
    await clock.advance(1_000);
    const held = hold('inquire');
    const asked = charges.map(({ sequenceId }) => worker.inquireNow(sequenceId));
    await clock.advance(900);
    expect(held.tries).toBe(1);
    expect(await asked[0]).toBeNull();
    held.letGo();
    await clock.advance(1_000);
    expect(await Promise.all(asked.slice(1))).toEqual(Array(3).fill('NOT_FOUND'));
    expect(backend.of('inquiry')).toHaveLength(3);
  });

  it('what is overdue is not tried one after the other: the counter is left a minute between two tries', async () => {
    await counter.end();
    counter = await new Counter({ limits: { creditMs: HOUR_MS } }).start();
    const { clock, ledger, worker } = counter;
    worker.pause('시험', MANAGER);
    const charges = Array.from({ length: 25 }, () => counter.deferred());
    const held = holdForCases();
    await clock.advance(HOUR_MS + 5 * MINUTE_MS);
    const gaps = gapsOf(held.triedAtMs);
    expect(gaps.length).toBeGreaterThan(1);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(MINUTE_MS);
    held.letGo();
    await clock.advance(3 * MINUTE_MS);
    for (const { sequenceId } of charges) expect(ledger.get(sequenceId)?.cases).toEqual(['OVERDUE']);
  });

  it('a fenced till leaves the counter a second between two tries to record its cases', async () => {
    const { clock, ledger, backend, worker } = counter;
    worker.pause('시험', MANAGER);
    counter.deferred();
    counter.deferred();
    await clock.advance(0);
    const held = holdForCases();
    backend.greeting = { ...backend.greeting, epoch: 3 };
    worker.now();
    await clock.advance(10_000);
    const gaps = gapsOf(held.triedAtMs);
    expect(gaps.length).toBeGreaterThan(1);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(3_000);
    held.letGo();
    await clock.advance(3_000);
    expect(ledger.attention().map(({ cases }) => cases)).toEqual([['RECOVERING'], ['RECOVERING']]);
  });
});

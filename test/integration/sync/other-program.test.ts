/** Another program holds the ledger's file: every try to write waits two seconds for it, and the counter waits with it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Intent, IntentEvent } from '../../../src/intent/model.ts';
import { LedgerFault } from '../../../src/ledger/fault.ts';
import { MANAGER } from '../ledger/shop.ts';
import { AMBIGUOUS, Counter, notProcessed } from './counter.ts';

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

  it('a fenced till leaves the counter a second between two tries to record its cases', async () => {
    const { clock, ledger, backend, worker } = counter;
    worker.pause('시험', MANAGER);
    counter.deferred();
    counter.deferred();
    await clock.advance(0);
    const record = ledger.record.bind(ledger);
    const triedAtMs: number[] = [];
    let isHeld = true;
    ledger.record = (sequenceId, event, now, options) => {
      if (!isHeld || event.kind !== 'openCase') return record(sequenceId, event, now, options);
      triedAtMs.push(clock.now().monoMs);
      clock.stand(2_000);
      throw new LedgerFault('LOCKED');
    };
    backend.greeting = { ...backend.greeting, epoch: 3 };
    worker.now();
    await clock.advance(10_000);
    const gaps = triedAtMs.slice(1).map((atMs, place) => atMs - (triedAtMs[place] ?? 0));
    expect(gaps.length).toBeGreaterThan(1);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(3_000);
    isHeld = false;
    await clock.advance(3_000);
    expect(ledger.attention().map(({ cases }) => cases)).toEqual([['RECOVERING'], ['RECOVERING']]);
  });
});

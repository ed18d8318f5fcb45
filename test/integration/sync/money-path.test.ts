/** What a second look at the money path found in the worker: each of these once forgot, hung or kept too much. */
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { volatileMemory } from '../../../src/sync/memory.ts';
import { startRecovery } from '../../../src/sync/start.ts';
import { AMBIGUOUS, answered, Counter, DECLINED, held, NOTHING_LEFT } from './counter.ts';

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

/** The vault as a backup leaves it: no barcode is in it. The ledger must be closed. */
function emptyVault(): void {
  const database = new Database(counter.shop.file);
  database.prepare('UPDATE pending SET barcode = NULL').run();
  database.close();
}

describe('a deferred charge whose barcode is not in the vault', () => {
  it('is a case at once, and is not tried every second for ever', async () => {
    counter.backend.sayApprove = () => NOTHING_LEFT;
    const charge = counter.deferred();
    await counter.worker.stop();
    counter.ledger.close();
    emptyVault();
    await counter.crash();
    await counter.start();
    await counter.clock.advance(60_000);
    expect(counter.now(charge)).toMatchObject({ host: 'unsent', cases: ['RECOVERING'] });
    expect(counter.worker.status().counts.faults).toBe(1);
    await counter.clock.advance(600_000);
    expect(counter.worker.status().counts.faults).toBe(2);
  });
});

describe("a void's card barcode", () => {
  it('is forgotten when the void is known to be done, also when an inquiry said so', async () => {
    counter.backend.sayCancel = () => AMBIGUOUS;
    const charge = counter.charge();
    await counter.clock.advance(0);
    counter.record(charge, { kind: 'acknowledge' });
    counter.worker.holdProof('V1', 'CHARGE9410000000000005777010000');
    counter.record(charge, { kind: 'void', cancelId: 'V1', proof: 'card' });
    await counter.clock.advance(0);
    counter.record(charge, {
      kind: 'inquiry',
      result: 'VOIDED',
      sentUnder: counter.now(charge).hostVersion,
      voids: [{ cancelId: 'V1', done: true }],
    });
    const before = counter.backend.of('cancel').length;
    // The issuer denies it: the void is open again, and there is no barcode left to send.
    const { hostVersion: sentUnder, approval } = counter.now(charge);
    if (approval === null) throw new Error('no approval');
    counter.record(charge, { kind: 'inquiry', result: 'COMPLETED', sentUnder, approval });
    await counter.clock.advance(5_000);
    expect(counter.backend.of('cancel')).toHaveLength(before);
  });
});

describe('a question to the issuer', () => {
  it('that nobody can carry there is answered with "nothing known" in the end', async () => {
    await counter.end();
    counter = new Counter();
    counter.backend.sayHello = () => NOTHING_LEFT;
    const charge = counter.charge();
    await counter.start();
    let told: string | null | undefined;
    counter.worker.inquireNow(charge.sequenceId).then(
      (result) => {
        told = result;
      },
      () => {},
    );
    await counter.clock.advance(15_000);
    expect(told).toBeNull();
  });
});

describe('an issuer that was restored twice', () => {
  it('is asked again about everything once, also when the second time came in the middle of the first', async () => {
    await counter.end();
    const memory = volatileMemory();
    counter = new Counter({ memory });
    await counter.start();
    const charge = counter.charge();
    await counter.clock.advance(0);
    counter.record(charge, { kind: 'acknowledge' });
    const { approval } = counter.now(charge);
    if (approval === null) throw new Error('no approval');
    const known = answered({ result: 'COMPLETED' as const, approval, voids: [] });
    const first = held<typeof known>();
    counter.backend.sayInquiry = () => first.promise;
    counter.backend.issuerEpoch = 'second';
    for (let steps = 0; steps < 600 && counter.backend.of('inquiry').length === 0; steps += 1) {
      await counter.clock.advance(100);
    }
    counter.backend.sayInquiry = () => known;
    counter.backend.issuerEpoch = 'third';
    counter.charge();
    await counter.clock.advance(100);
    first.give(known);
    await counter.clock.advance(120_000);
    expect(memory.read()?.issuerEpoch).toBe('third');
  });
});

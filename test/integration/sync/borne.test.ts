/** A net cancel that a sealed day refuses for ever, once a manager booked it to the store: nobody has to decide any more. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Intent } from '../../../src/intent/model.ts';
import { admit, DEFAULT_POLICY } from '../../../src/intent/policy.ts';
import type { HelloRequest } from '../../../src/konaplate/settlement.ts';
import { openItemsOf } from '../../../src/settlement/read.ts';
import { MANAGER, must, scanOf } from '../ledger/shop.ts';
import { AMBIGUOUS, answered, Counter, META } from './counter.ts';

const HOUR_MS = 3_600_000;
const CARD = '9410001234567788';
const MOMENT = {
  stationId: '1',
  line: 'online',
  clockConfirmed: true,
  answeredSinceStart: true,
  issuerEnabled: { CHARGE: true, REFUND: true },
  spokenFor: 0,
  recent: { outcomes: 0, reversed: 0 },
} as const;

let counter: Counter;
beforeEach(async () => {
  counter = await new Counter().start();
  counter.backend.sayApprove = () => AMBIGUOUS;
  counter.backend.sayNetCancel = () => ({ class: 'refused', code: '006_907', meta: META });
});
afterEach(() => counter.end());

/** A charge whose net cancel is refused; its customer has the cash back. */
async function refused(token = '101'): Promise<Intent> {
  const charge = counter.charge({ cardNumber: CARD, token });
  await counter.clock.advance(17_000);
  expect(counter.now(charge).cases).toContain('NET_CANCEL_REFUSED');
  return counter.record(charge, { kind: 'givenBack' });
}

function book(charge: Intent): void {
  const seen = {
    kind: 'seen',
    reason: 'NET_CANCEL_REFUSED',
    caseNumber: 'K-1',
    voucher: 'daySealed',
  } as const;
  must(counter.ledger, charge, seen, counter.clock.now(), { actor: MANAGER });
}

function admission() {
  const { barcodeSpec, cardNumber, type, amount } = scanOf({ cardNumber: CARD, token: '987' });
  const facts = counter.ledger.facts(barcodeSpec, cardNumber, counter.clock.now());
  return admit(
    { type, amount, cardNumber },
    facts,
    { ...MOMENT, wallMs: counter.clock.now().wallMs },
    DEFAULT_POLICY,
  );
}

const NOTHING = { count: 0, oldestAtMs: null };

/** What waits for the issuer, as the status says, and as the next hello tells. */
async function waiting(): Promise<object> {
  counter.worker.now();
  await counter.clock.advance(2_000);
  const { depth, depthByHost, oldestAtMs } = counter.worker.status().counts;
  const [count, sameCount] = [depth, depthByHost].map((by) =>
    Object.values(by).reduce((all, one) => all + one),
  );
  expect(count).toBe(sameCount);
  const told = counter.backend.of('hello').at(-1)?.request as HelloRequest;
  return {
    here: { count, oldestAtMs },
    told: { count: told.backlogCount, oldestAtMs: told.backlogOldestAtMs },
  };
}

describe('reversals that the store bears', () => {
  it('stop no new payment, also of their own card and after a restart', async () => {
    const charges: Intent[] = [];
    for (let at = 0; at < 5; at += 1) charges.push(await refused(`20${at}`));
    expect(admission()).toMatchObject({ ok: false, cause: 'CARD_BUSY' });
    for (const charge of charges) book(charge);
    expect(charges.map((charge) => counter.at(charge))).toEqual(charges.map(() => 'reversing/returned'));
    expect(counter.ledger.summary().reversing).toEqual({ count: 0, sum: 0, oldestAtMs: null });
    expect(admission()).toMatchObject({ ok: true });
    await counter.crash();
    expect(counter.ledger.summary().reversing.count).toBe(0);
    expect(admission()).toMatchObject({ ok: true });
  });

  it('are asked for once an hour, and no number of attempts makes them a case again', async () => {
    await counter.end();
    counter = await new Counter({ limits: { attemptBudget: 8 } }).start();
    counter.backend.sayApprove = () => AMBIGUOUS;
    counter.backend.sayNetCancel = () => ({ class: 'refused', code: '006_907', meta: META });
    const charge = await refused();
    book(charge);
    await counter.clock.advance(HOUR_MS);
    const before = counter.backend.of('netCancel').length;
    await counter.clock.advance(5 * HOUR_MS);
    expect(counter.backend.of('netCancel').length - before).toBe(5);
    counter.backend.sayNetCancel = () => AMBIGUOUS;
    await counter.clock.advance(5 * HOUR_MS);
    expect(counter.backend.of('netCancel').length - before).toBe(10);
    expect(counter.now(charge).cases).toEqual([]);
    counter.backend.sayNetCancel = () => answered({ result: 'REVERSED', reversedAt: null });
    await counter.clock.advance(HOUR_MS);
    expect(counter.at(charge)).toBe('reversed/returned');
    expect(counter.now(charge).cases).toEqual(['BOOKED_AFTER_SEAL']);
  });

  it('are asked for at once where a manager has everything sent now, and then once an hour again', async () => {
    const charge = await refused();
    book(charge);
    await counter.clock.advance(HOUR_MS);
    await counter.clock.advance(HOUR_MS / 2);
    const before = counter.backend.of('netCancel').length;
    counter.worker.now();
    await counter.clock.advance(1_000);
    expect(counter.backend.of('netCancel').length - before).toBe(1);
    await counter.clock.advance(HOUR_MS - 2_000);
    expect(counter.backend.of('netCancel').length - before).toBe(1);
    await counter.clock.advance(2_000);
    expect(counter.backend.of('netCancel').length - before).toBe(2);
  });

  it('are asked for at once, until it has answered, at an issuer that was put back: it may take them now', async () => {
    const { backend, clock, worker } = counter;
    const charge = await refused();
    book(charge);
    const before = backend.of('netCancel').length;
    const asked = (): number => backend.of('netCancel').length - before;
    backend.issuerEpoch = 'second';
    backend.sayNetCancel = () => AMBIGUOUS;
    void worker.inquireNow(charge.sequenceId);
    await clock.advance(1_000);
    expect(asked()).toBe(1);
    expect(counter.now(charge).netCancels).toBe(before + 1);
    backend.sayNetCancel = () => answered({ result: 'NOT_FOUND', reversedAt: null });
    await clock.advance(20_000);
    expect(counter.now(charge).netCancels).toBe(before + asked());
    expect(counter.at(charge)).toBe('reversed/returned');
    expect(counter.now(charge).cases).toEqual(['BOOKED_AFTER_SEAL']);
  });

  it('are asked for once by the way at an issuer that was put back and refuses them still, and are no case', async () => {
    const { backend, clock, worker } = counter;
    const charge = await refused();
    book(charge);
    await clock.advance(HOUR_MS);
    const before = backend.of('netCancel').length;
    backend.issuerEpoch = 'second';
    backend.sayNetCancel = () => ({
      class: 'refused',
      code: '006_907',
      meta: { ...META, issuerEpoch: 'second' },
    });
    void worker.inquireNow(charge.sequenceId);
    await clock.advance(HOUR_MS / 2);
    expect(backend.of('netCancel').length - before).toBe(1);
    await clock.advance(HOUR_MS);
    expect(backend.of('netCancel').length - before).toBe(2);
    backend.issuerEpoch = 'third';
    backend.sayNetCancel = () => AMBIGUOUS;
    void worker.inquireNow(charge.sequenceId);
    await clock.advance(6 * HOUR_MS);
    expect(counter.now(charge)).toMatchObject({ host: 'reversing', cases: [] });
  });

  it('are in no figure of what waits for the issuer, nor its oldest payment, here and in hello; a close names them', async () => {
    const charge = await refused();
    const asOldest = { count: 1, oldestAtMs: charge.scannedAtMs };
    expect(await waiting()).toEqual({ here: asOldest, told: asOldest });
    book(charge);
    expect(await waiting()).toEqual({ here: NOTHING, told: NOTHING });
    await counter.crash();
    await counter.start();
    expect(await waiting()).toEqual({ here: NOTHING, told: NOTHING });
    const younger = counter.charge();
    await counter.clock.advance(17_000);
    const one = { count: 1, oldestAtMs: younger.scannedAtMs };
    expect(await waiting()).toEqual({ here: one, told: one });
    const named = openItemsOf(counter.ledger, '20270131').map(({ sequenceId }) => sequenceId);
    expect(named.toSorted()).toEqual([charge.sequenceId, younger.sequenceId].toSorted());
    counter.backend.sayNetCancel = () => answered({ result: 'REVERSED', reversedAt: null });
    await counter.clock.advance(2 * HOUR_MS);
    expect(await waiting()).toEqual({ here: NOTHING, told: NOTHING });
  });
});

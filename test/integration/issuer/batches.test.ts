import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ApproveRequest } from '../../../src/issuer/domain/context.ts';
import { Refusal } from '../../../src/issuer/domain/refusal.ts';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import type { Service } from '../../../src/issuer/service.ts';
import { kstMillis } from '../../../src/konaplate/wire.ts';
import { newId } from './till.ts';

/** Calls that are made in one turn of the loop are decided in one batch. */
const AMOUNT = 1_000;
const VOIDS_NAMED = 50;
/** One more than may wait. */
const TOO_MANY = 4_097;
let issuer: Issuer;
let service: Service;
let cardNo = '';
let index = 0;

beforeAll(async () => {
  issuer = await startIssuer();
  service = issuer.service;
  cardNo = issuer.credentials.cards[2]?.cardNo ?? '';
});
afterAll(() => issuer.close());

function stamp() {
  index += 1;
  const { merchantId, terminalId } = issuer.credentials;
  const journalHead = index.toString(16).padStart(64, '0');
  return {
    requestedAt: kstMillis(Date.now()),
    merchantId,
    terminalId,
    epoch: 0,
    journalIndex: index,
    journalHead,
  };
}

async function approval(sequenceId: string): Promise<ApproveRequest> {
  const { spec } = await service.issueBarcode(issuer.credentials.merchantId, {
    cardNo,
    type: 'CHARGE',
    amount: AMOUNT,
  });
  const scannedAt = kstMillis(Date.now());
  const payment = { type: 'CHARGE', amount: AMOUNT, barcodeSpec: spec, scannedAt, deferred: false } as const;
  return { ...stamp(), operation: 'approve', sequenceId, ...payment };
}
const netCancel = (sequenceId: string) =>
  service.netCancel({
    ...stamp(),
    operation: 'netcancel',
    sequenceId,
    type: 'CHARGE',
    amount: AMOUNT,
    reason: 'TIMEOUT',
  });
const inquiry = (sequenceId: string) => service.inquiry({ ...stamp(), operation: 'inquiry', sequenceId });
const balance = () => service.balanceOf(issuer.credentials.merchantId, cardNo);

it('an approve and its net cancel in one batch end reversed in either order, and the balance stands still', async () => {
  const before = await balance();
  const paid = await approval(newId());
  const [approved, reversed] = await Promise.all([service.approve(paid), netCancel(paid.sequenceId)]);
  expect([approved.code, reversed.body.result]).toEqual(['000_000', 'REVERSED']);
  const late = await approval(newId());
  const [first, refused] = await Promise.all([netCancel(late.sequenceId), service.approve(late)]);
  expect([first.body.result, refused.code]).toEqual(['NOT_FOUND', '006_905']);
  expect(await balance()).toBe(before);
  for (const { sequenceId } of [paid, late]) {
    expect((await inquiry(sequenceId)).body.result).toBe('REVERSED');
  }
});

it('two heads of one index in one batch: the second is fenced and has no effect', async () => {
  const one = await approval(newId());
  const twin = { ...(await approval(newId())), journalIndex: one.journalIndex };
  const [, fenced] = await Promise.allSettled([service.approve(one), service.approve(twin)]);
  expect(fenced).toMatchObject({ status: 'rejected', reason: { code: '000_910' } });
  expect((await inquiry(twin.sequenceId)).body.result).toBe('NOT_FOUND');
});

it('an answer names no more attempts to void than it may, also when the last one is of its own batch', async () => {
  const paid = await approval(newId());
  await service.approve(paid);
  const refused = (at: number) =>
    service.cancel({
      ...stamp(),
      operation: 'cancel',
      sequenceId: paid.sequenceId,
      cancelId: `C${String(at).padStart(3, '0')}`,
      nrNumber: 'KMN261122000000001',
      type: 'CHARGE',
      amount: AMOUNT,
      managerId: 'manager-1',
    });
  await Promise.all(Array.from({ length: VOIDS_NAMED }, (_, at) => refused(at + 1)));
  const [, { body }] = await Promise.all([refused(0), inquiry(paid.sequenceId)]);
  expect(body.voids).toHaveLength(VOIDS_NAMED);
  expect(body.voids).toMatchObject([
    { cancelId: 'C000' },
    ...Array.from({ length: VOIDS_NAMED - 1 }, () => ({})),
  ]);
});

it('a call for which there is no room is refused as not processed, and the others are answered', async () => {
  const asked = { ...stamp(), operation: 'inquiry', sequenceId: newId() } as const;
  const results = await Promise.allSettled(Array.from({ length: TOO_MANY }, () => service.inquiry(asked)));
  const failed = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  expect(failed).toEqual([new Refusal('000_907')]);
});

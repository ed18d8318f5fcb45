import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import { generateKeys } from '../../../src/issuer/keys.ts';
import { itemsDigest, PUBLISHED_CALLS, SETTLEMENT_CALLS } from '../../../src/konaplate/wire.ts';
import { newId, Till } from './till.ts';

const SPEC = { cardNo: '9410000000000005', type: 'CHARGE', amount: 1_000 };
let issuer: Issuer;
let till: Till;
const faults: string[] = [];

beforeAll(async () => {
  issuer = await startIssuer({
    admin: true,
    keys: await generateKeys(['T1', 'T2']),
    policy: { requestsPerMinute: 150 },
    onFault: (fault) => faults.push(JSON.stringify(fault)),
  });
  till = new Till(issuer);
});
afterAll(async () => {
  expect(faults).toEqual([]);
  await issuer.close();
});

describe('a request', () => {
  it.each(['garbage', '/', '"x"', 'text', 'application/json, text/plain'])(
    'is what its bytes say, whatever type they are said to be: %s',
    async (contentType) => {
      const reply = await till.caller.post(PUBLISHED_CALLS.barcodeSpec.path, SPEC, { contentType });
      expect(reply).toMatchObject({ status: 200, code: '000_000' });
    },
  );

  it.each(['\u0000', 'S1\u0000', '\ud800', '가', ' '])(
    'with a cursor that is none is told so before the database sees it (%j)',
    async (cursor) => {
      const reply = await till.call('transactions', { businessDate: '20261122', limit: 1, cursor });
      expect(reply).toMatchObject({ code: '000_002', description: 'Invalid input parameter. cursor' });
    },
  );
});

it('closing a day more than a week ahead is refused as not processed, and the day stays open for bookings', async () => {
  const terminalId = 'T2';
  const figures = { closeNo: 1, totals: [], openItems: [], itemsDigest: itemsDigest([]) };
  const close = async () => {
    const { businessDate } = (await till.hello({ terminalId })).body;
    const reply = await till.call('close', { terminalId, businessDate, ...figures });
    return { businessDate, said: reply.body.result ?? reply.code };
  };
  for (let ahead = 0; ahead < 7; ahead += 1) expect((await close()).said).toBe('AGREED');
  const last = await close();
  expect(last.said).toBe('006_006');
  const spec = await till.barcode('CHARGE', till.card(2), 1_000);
  expect((await till.approve(spec, { terminalId })).body).toMatchObject({ businessDate: last.businessDate });
});

it('a list is final a minute after the cut-over: what was begun before it is booked by then', async () => {
  const cutOverMs = Date.UTC(2026, 10, 22, 15);
  let nowMs = cutOverMs - 1;
  const clocked = await startIssuer({ clock: { nowMs: () => nowMs } });
  try {
    const late = new Till(clocked, () => nowMs);
    const isFinalAt = async (atMs: number): Promise<unknown> => {
      nowMs = atMs;
      const reply = await late.call('transactions', { businessDate: '20261122', limit: 10 });
      expect(reply.code).toBe('000_000');
      return reply.body.final;
    };
    expect(await isFinalAt(cutOverMs - 1)).toBe(false);
    expect(await isFinalAt(cutOverMs + 1_000)).toBe(false);
    expect(await isFinalAt(cutOverMs + 60_000)).toBe(true);
  } finally {
    await clocked.close();
  }
});

describe('a foreign page', () => {
  const post = (headers: Record<string, string>) =>
    fetch(`${issuer.url}/admin/restored`, { method: 'POST', headers, body: '{}' });

  it('cannot name a new history: the type that it may send without asking is refused', async () => {
    const before = (await till.hello()).body.issuerEpoch;
    expect((await post({ 'Content-Type': 'text/plain' })).status).toBe(400);
    expect((await till.hello()).body.issuerEpoch).toBe(before);
    expect((await post({ 'Content-Type': 'application/json' })).status).toBe(200);
  });

  it.each([
    { 'Content-Type': 'application/json', Origin: 'https://evil.example' },
    { 'Content-Type': 'application/json', Origin: 'null' },
    { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'cross-site' },
    { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-site' },
  ])('is refused by what its browser says of it: %j', async (headers) => {
    expect((await post(headers)).status).toBe(403);
  });
});

it('a refusal whose issuer cannot say which history it has is left open, because a new one makes tills ask everything again', async () => {
  const fresh = await startIssuer();
  const { db } = fresh.service.domain;
  try {
    const stranger = new Till(fresh);
    const body = stranger.caller.stamp('inquiry', { sequenceId: newId() });
    const ask = () =>
      stranger.caller.post(SETTLEMENT_CALLS.inquiry.path, body, { secret: 'not-the-secret-key' });
    await db.query('ALTER TABLE meta RENAME TO meta_away');
    expect((await ask()).code).toBe('006_022');
    await db.query('ALTER TABLE meta_away RENAME TO meta');
    const known = await ask();
    expect(known.code).toBe('000_901');
    await db.query('ALTER TABLE meta RENAME TO meta_away');
    expect((await ask()).body).toMatchObject({ issuerEpoch: known.body.issuerEpoch });
  } finally {
    await fresh.close();
  }
});

it('requests that anybody can make do not use up what the client may ask', async () => {
  const { path } = SETTLEMENT_CALLS.inquiry;
  for (let count = 0; count < 160; count += 1) {
    const body = till.caller.stamp('inquiry', { sequenceId: newId() });
    const reply = await till.caller.post(path, body, { secret: 'whoever-knows-the-access-key' });
    expect(reply.code).toBe('000_901');
  }
  expect((await till.inquiry(newId())).code).toBe('000_000');
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import {
  credentialsOf,
  generateClient,
  generateCryptoKey,
  generateKeys,
  type IssuerKeys,
} from '../../../src/issuer/keys.ts';
import {
  encDataOf,
  kstMillis,
  PUBLISHED_CALLS,
  SETTLEMENT_CALLS,
  schemas,
} from '../../../src/konaplate/wire.ts';
import { Caller } from './caller.ts';
import { contentsOf } from './contents.ts';
import { newId, Till } from './till.ts';

const SPEC = { cardNo: '9410000000000005', type: 'CHARGE', amount: 1_000 };

describe('keys', () => {
  let keys: IssuerKeys;
  let issuer: Issuer;

  beforeAll(async () => {
    const made = await generateKeys(['T1']);
    const [client] = made.clients;
    if (client === undefined) throw new Error('no client');
    const [second, retired] = [await generateCryptoKey(), { ...(await generateCryptoKey()), retired: true }];
    const other = await generateClient(['T1', 'T9']);
    keys = { ...made, clients: [{ ...client, cryptoKeys: [...client.cryptoKeys, second, retired] }, other] };
    issuer = await startIssuer({ keys, policy: { answerEncryption: 'A256GCM', encryptErrors: true } });
  });
  afterAll(() => issuer.close());

  const callerWith = (client: number, pair: number): Caller => {
    const chosen = keys.clients[client];
    const key = chosen?.cryptoKeys[pair];
    if (chosen === undefined || key === undefined) throw new Error('no such key');
    const usable = { ...chosen, cryptoKeys: [{ ...key, retired: false }] };
    return new Caller(credentialsOf(usable, issuer.credentials.baseUrl, []));
  };

  it('two crypto key ids are in use at once; answers are closed with the one that the request names', async () => {
    for (const pair of [0, 1]) {
      const reply = await callerWith(0, pair).post(PUBLISHED_CALLS.barcodeSpec.path, SPEC);
      expect(reply.code).toBe('000_000');
      expect(reply.headers['x-km-crypto-key-id']).toBe(keys.clients[0]?.cryptoKeys[pair]?.cryptoKeyId);
    }
  });

  it('a retired crypto key id is refused', async () => {
    const reply = await callerWith(0, 2).post(PUBLISHED_CALLS.barcodeSpec.path, SPEC);
    expect(reply).toMatchObject({ status: 400, code: '000_905', encrypted: false });
  });

  it('answers are A256GCM and errors encrypted when the configuration says so', async () => {
    const good = await callerWith(0, 0).post(PUBLISHED_CALLS.barcodeSpec.path, SPEC);
    const header = String(encDataOf(JSON.parse(good.text))).split('.')[0] ?? '';
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
      enc: 'A256GCM',
      alg: 'RSA-OAEP-256',
    });
    const bad = await callerWith(0, 0).post(PUBLISHED_CALLS.barcodeSpec.path, { ...SPEC, amount: -1 });
    expect(bad).toMatchObject({ status: 400, code: '000_002', encrypted: true });
    expect(bad.headers['x-km-crypto-key-id']).toBe(keys.clients[0]?.cryptoKeys[0]?.cryptoKeyId);
    expect(bad.headers['x-km-correlation-id']).toMatch(/^[0-9]{12}-[0-9a-f]{7}$/);
  });

  it('a client sees its own merchant only: neither cards nor items nor terminals of another', async () => {
    const stranger = callerWith(1, 0);
    expect((await stranger.post(PUBLISHED_CALLS.cardInfo.path, { cardNo: SPEC.cardNo })).code).toBe(
      '003_001',
    );
    const till = new Till({ ...issuer, credentials: { ...issuer.credentials } });
    const sequenceId = newId();
    const spec = await till.barcode('CHARGE', SPEC.cardNo, 1_000);
    expect((await till.approve(spec, { sequenceId })).code).toBe('000_000');
    const inquiry = stranger.stamp('inquiry', { sequenceId });
    expect((await stranger.post(SETTLEMENT_CALLS.inquiry.path, inquiry)).body.result).toBe('NOT_FOUND');
    const foreign = stranger.stamp('inquiry', { sequenceId, merchantId: issuer.credentials.merchantId });
    expect(await stranger.post(SETTLEMENT_CALLS.inquiry.path, foreign)).toMatchObject({
      code: '000_002',
      description: 'Invalid input parameter. merchantId',
    });
  });
});

describe("the store's side", () => {
  let issuer: Issuer;
  let till: Till;

  beforeAll(async () => {
    issuer = await startIssuer();
    till = new Till(issuer);
  });
  afterAll(() => issuer.close());

  const approve = async (over: Record<string, unknown>) => {
    const spec = await till.barcode('CHARGE', till.card(0), 1_000);
    const before = await contentsOf(issuer);
    const reply = await till.approve(spec, over);
    expect(await contentsOf(issuer)).toBe(before);
    return reply;
  };

  it.each([
    ['operation', { operation: 'inquiry' }, '000_002'],
    ['merchantId', { merchantId: '000000000000000' }, '000_002'],
    ['terminalId', { terminalId: 'T999' }, '000_002'],
    ['terminalId', { terminalId: 'T 1' }, '000_002'],
    ['sequenceId', { sequenceId: 'x'.repeat(31) }, '000_002'],
    ['sequenceId', { sequenceId: '' }, '000_002'],
    ['epoch', { epoch: -1 }, '000_002'],
    ['journalIndex', { journalIndex: 1.5 }, '000_002'],
    ['journalHead', { journalHead: 'A'.repeat(64) }, '000_002'],
    ['barcodeSpec', { barcodeSpec: `CHARGE${'1'.repeat(24)}` }, '000_002'],
    ['barcodeSpec', { barcodeSpec: `PAYOUT${'1'.repeat(25)}` }, '000_002'],
    ['scannedAt', { scannedAt: '20261399000000000' }, '000_002'],
    ['deferred', { deferred: 'no' }, '000_002'],
    ['memo', { memo: 'x' }, '000_002'],
    ['requestedAt', { requestedAt: kstMillis(Date.now() - 400_000) }, '006_006'],
  ])('refuses a wrong %s without effect (%j), signed, with what it could read', async (field, over, code) => {
    const reply = await approve(over);
    expect(reply).toMatchObject({ status: 400, code, signed: true, encrypted: false });
    expect(reply.description).toMatch(new RegExp(`${field}$`));
    expect(() => schemas.settlementRefusal.parse(reply.body)).not.toThrow();
    if (!('sequenceId' in over)) expect(reply.body.sequenceId).toBeDefined();
  });

  it('answers a bad token signed and with the echo, an unknown caller unsigned', async () => {
    const sequenceId = newId();
    const body = till.caller.stamp('inquiry', { sequenceId });
    const { path } = SETTLEMENT_CALLS.inquiry;
    const bad = await till.caller.post(path, body, { secret: 'not-the-secret-key' });
    expect(bad).toMatchObject({ code: '000_901', signed: true, body: { sequenceId, operation: 'inquiry' } });
    const unknown = await till.caller.post(path, body, {
      headers: (made) => ({ ...made, 'X-KM-Access-Key': `0000000-${'0'.repeat(32)}` }),
    });
    expect(unknown.code).toBe('000_904');
    expect(unknown.headers['x-km-tran-token']).toBeUndefined();
    const large = await till.caller.post(path, body, { wire: () => 'x'.repeat(20_000) });
    expect(large).toMatchObject({ code: '000_911', signed: true });
  });

  it('under maintenance does nothing', async () => {
    await issuer.service.setSwitches(issuer.credentials.merchantId, { maintenance: true });
    await expect
      .poll(async () => (await till.inquiry(newId())).code, { timeout: 5_000, interval: 200 })
      .toBe('000_908');
    await issuer.service.setSwitches(issuer.credentials.merchantId, { maintenance: false });
    await expect
      .poll(async () => (await till.inquiry(newId())).code, { timeout: 5_000, interval: 200 })
      .toBe('000_000');
  });

  it('refuses more requests in a minute than the contract allows, signed, without effect', async () => {
    let nowMs = Date.now();
    const strict = await startIssuer({
      keys: issuer.keys,
      clock: { nowMs: () => nowMs },
      policy: { requestsPerMinute: 3 },
    });
    try {
      const caller = new Till(strict, () => nowMs);
      for (let count = 0; count < 3; count += 1) {
        expect((await caller.inquiry(newId())).code).toBe('000_000');
      }
      const before = await contentsOf(strict);
      expect(await caller.netCancel(newId(), 'CHARGE', 1_000)).toMatchObject({
        code: '000_907',
        signed: true,
      });
      expect(await contentsOf(strict)).toBe(before);
      nowMs += 60_000;
      expect((await caller.inquiry(newId())).code).toBe('000_000');
    } finally {
      await strict.close();
    }
  });
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import { generateKeys } from '../../../src/issuer/keys.ts';
import { PUBLISHED_CALLS } from '../../../src/konaplate/wire.ts';
import { Caller } from './caller.ts';
import { contentsOf } from './contents.ts';
import { SPEC } from './refusal-row.ts';
import { refusalRows } from './refusal-rows.ts';

const PATH = PUBLISHED_CALLS.barcodeSpec.path;
const keys = await generateKeys(['T000000001']);
let issuer: Issuer;
let caller: Caller;
const faults: string[] = [];

beforeAll(async () => {
  issuer = await startIssuer({ keys, onFault: (fault) => faults.push(JSON.stringify(fault)) });
  caller = new Caller(issuer.credentials);
});
afterAll(async () => {
  expect(faults).toEqual([]);
  await issuer.close();
});

const [client] = keys.clients;
const [pair] = client?.cryptoKeys ?? [];
if (client === undefined || pair === undefined) throw new Error('keys without a client');
const rows = refusalRows(
  {
    baseUrl: '',
    aspId: client.aspId,
    accessKey: client.accessKey,
    secretKey: client.secretKey,
    cryptoKeyId: pair.cryptoKeyId,
    serverPublicKey: pair.serverPublicKey,
    clientPrivateKey: pair.clientPrivateKey ?? '',
    merchantId: client.merchantId,
    terminalId: 'T000000001',
    cards: [],
  },
  Date.now,
);

it('the table has at least 150 rows, each of its own', () => {
  expect(rows.length).toBeGreaterThanOrEqual(150);
  expect(new Set(rows.map((row) => row.name)).size).toBe(rows.length);
});

it('test data: 200 Success, with the published headers, encrypted', async () => {
  let sent = '';
  const reply = await caller.post(
    PATH,
    {},
    {
      text: SPEC,
      headers: (made) => {
        sent = made['X-KM-Correlation-Id'] ?? '';
        return made;
      },
    },
  );
  expect(reply).toMatchObject({
    status: 200,
    code: '000_000',
    description: 'Success.',
    encrypted: true,
    signed: false,
  });
  expect(reply.body.barcodeSpec).toMatch(/^CHARGE9410000000000005[0-9]{3}010000$/);
  expect(reply.headers['x-km-correlation-id']).toBe(sent);
  expect(reply.headers['x-km-crypto-key-id']).toBe(issuer.credentials.cryptoKeyId);
});

it.each(rows)('$name -> $code', async ({ bent, code, field }) => {
  const before = await contentsOf(issuer);
  const reply = await caller.post(PATH, {}, { text: SPEC, ...bent });
  expect({ status: reply.status, code: reply.code, encrypted: reply.encrypted }).toEqual({
    status: 400,
    code,
    encrypted: false,
  });
  if (field !== undefined) expect(reply.description).toMatch(new RegExp(` ${field}$`));
  expect(reply.headers['x-km-correlation-id']).toMatch(/^[0-9]{12}-[0-9a-f]{7}$/);
  expect(reply.text).not.toMatch(/9410000000000005/);
  expect(await contentsOf(issuer)).toBe(before);
});

it('accepts the token of 66 characters that the guide documents, and no content type of its own', async () => {
  const reply = await caller.post(
    PATH,
    {},
    {
      text: SPEC,
      contentType: 'text/plain',
      headers: ({ Accept: _accept, ...made }) => ({
        ...made,
        'X-KM-Tran-Token': made['X-KM-Tran-Token']?.slice(0, 66),
      }),
    },
  );
  expect(reply.code).toBe('000_000');
});

it('refuses a request that comes again, as it was or with padding cut, and a correlation id that comes again', async () => {
  const made = await caller.prepare(PATH, {}, { text: SPEC });
  const again = (headers: (made: Record<string, string>) => Record<string, string | undefined>) =>
    caller.post(PATH, {}, { wire: () => made.sent, headers: () => headers(made.headers) });
  expect((await again((headers) => headers)).code).toBe('000_000');
  expect((await again((headers) => headers)).code).toBe('000_903');
  expect(
    (
      await again((headers) => ({
        ...headers,
        'X-KM-Tran-Token': headers['X-KM-Tran-Token']?.slice(0, 66),
        'X-KM-Correlation-Id': '261122120000-0000000',
      }))
    ).code,
  ).toBe('000_903');
  const correlation = made.headers['X-KM-Correlation-Id'] ?? '';
  const reply = await caller.post(
    PATH,
    {},
    { text: SPEC, headers: (fresh) => ({ ...fresh, 'X-KM-Correlation-Id': correlation }) },
  );
  expect(reply.code).toBe('000_909');
});

it('takes answers of 0 and 999999 won as asked', async () => {
  for (const amount of [0, 999_999]) {
    const reply = await caller.post(PATH, { cardNo: '9410000000000005', type: 'REFUND', amount });
    expect(String(reply.body.barcodeSpec).slice(25)).toBe(String(amount).padStart(6, '0'));
  }
});

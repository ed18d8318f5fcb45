import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import { credentialsOf, generateClient, generateCryptoKey, generateKeys } from '../../../src/issuer/keys.ts';
import { kstMillis, PUBLISHED_CALLS } from '../../../src/konaplate/wire.ts';
import { Caller, type Headers } from './caller.ts';
import { contentsOf } from './contents.ts';
import { envelopeOf } from './refusal-callers.ts';
import { SPEC } from './refusal-row.ts';
import { refusalRows } from './refusal-rows.ts';

const PATH = PUBLISHED_CALLS.barcodeSpec.path;
const made = await generateKeys(['T000000001']);
const [first] = made.clients;
if (first === undefined) throw new Error('keys without a client');
const [second, retired] = [await generateCryptoKey(), { ...(await generateCryptoKey()), retired: true }];
const other = await generateClient(['T000000001']);
const client = { ...first, cryptoKeys: [...first.cryptoKeys, second, retired] };
const keys = { ...made, clients: [client, other] };
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

const rows = refusalRows(
  {
    credentials: credentialsOf(client, '', []),
    second,
    retired,
    other: credentialsOf(other, '', []),
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
  let sent: unknown;
  const headers = (made: Readonly<Record<string, string>>) => {
    const final = bent.headers === undefined ? made : bent.headers(made);
    sent = final['X-KM-Correlation-Id'];
    return final;
  };
  const reply = await caller.post(PATH, {}, { text: SPEC, ...bent, headers });
  expect({ status: reply.status, code: reply.code, encrypted: reply.encrypted }).toEqual({
    status: 400,
    code,
    encrypted: false,
  });
  if (field !== undefined) expect(reply.description).toMatch(new RegExp(` ${field}$`));
  expect(reply.headers['x-km-correlation-id']).toMatch(/^[0-9]{12}-[0-9a-f]{7}$/);
  if (field !== 'X-KM-Correlation-Id') expect(reply.headers['x-km-correlation-id']).toBe(sent);
  expect(reply.headers['x-km-crypto-key-id']).toBeUndefined();
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

/** Sends bytes that were signed before, with headers that may be changed. */
function again(
  made: { sent: string; headers: Headers },
  change: Readonly<Record<string, string>> = {},
  to = caller,
) {
  return to.post(PATH, {}, { wire: () => made.sent, headers: () => ({ ...made.headers, ...change }) });
}

it('refuses a request that comes again: as it was, with padding cut, with another time in front', async () => {
  const made = await caller.prepare(PATH, {}, { text: SPEC });
  const token = String(made.headers['X-KM-Tran-Token']);
  const other = { 'X-KM-Correlation-Id': '261122120000-0000000' };
  expect((await again(made)).code).toBe('000_000');
  const before = await contentsOf(issuer);
  expect((await again(made)).code).toBe('000_903');
  expect((await again(made, { ...other, 'X-KM-Tran-Token': token.slice(0, 66) })).code).toBe('000_903');
  // The time is not signed: whoever caught a request could write a fresh one in front of the old signature.
  const fresh = token.replace(/:[0-9]{17}:/, `:${kstMillis(Date.now() + 1_000)}:`);
  expect((await again(made, { ...other, 'X-KM-Tran-Token': fresh })).code).toBe('000_903');
  expect(await contentsOf(issuer)).toBe(before);
});

it('refuses a correlation id that comes again, also in capitals, without effect', async () => {
  const correlation = '261122120000-abcdef1';
  const send = (value: string) =>
    caller.post(PATH, {}, { text: SPEC, headers: (made) => ({ ...made, 'X-KM-Correlation-Id': value }) });
  expect((await send(correlation)).code).toBe('000_000');
  const before = await contentsOf(issuer);
  expect((await send(correlation)).code).toBe('000_909');
  expect((await send(correlation.toUpperCase())).code).toBe('000_909');
  expect(await contentsOf(issuer)).toBe(before);
});

it('takes a body of exactly 16 KiB, said to be so long or not', async () => {
  for (const extra of [{}, { 'Transfer-Encoding': 'chunked' }]) {
    const reply = await caller.post(
      PATH,
      {},
      {
        wire: () => envelopeOf(SPEC, issuer.credentials, 16_384),
        headers: (made) => ({ ...made, ...extra }),
      },
    );
    expect(reply.code).toBe('000_000');
  }
});

it('takes what leaves the meaning as it is: blanks in the JSON, another order, escaped letters, names in capitals of headers', async () => {
  const texts = [
    ` {\n\t"cardNo" : "9410000000000005" ,\r\n "type":"CHARGE","amount":10000 } `,
    '{"amount":10000,"type":"CHARGE","cardNo":"9410000000000005"}',
    '{"cardNo":"9410000000000005","\\u0074ype":"\\u0043HARGE","amount":10000}',
  ];
  for (const text of texts) expect((await caller.post(PATH, {}, { text })).code).toBe('000_000');
  const raised = await caller.post(
    PATH,
    {},
    {
      text: SPEC,
      headers: (made) =>
        Object.fromEntries(Object.entries(made).map(([name, value]) => [name.toUpperCase(), value])),
    },
  );
  expect(raised.code).toBe('000_000');
});

it("takes another time zone's name: the times are Korean all the same", async () => {
  const reply = await caller.post(
    PATH,
    {},
    { text: SPEC, headers: (made) => ({ ...made, 'X-KM-Time-Zone': 'UTC' }) },
  );
  expect(reply.code).toBe('000_000');
});

describe('the tolerance', () => {
  let strict: Issuer;
  let peer: Caller;
  let nowMs = Date.UTC(2026, 10, 22, 3);
  beforeAll(async () => {
    strict = await startIssuer({ keys, clock: { nowMs: () => nowMs }, toleranceMs: 60_000 });
    peer = new Caller(strict.credentials, () => nowMs);
  });
  afterAll(() => strict.close());

  it.each([
    [-60_001, '000_902'],
    [-60_000, '000_000'],
    [60_000, '000_000'],
    [60_001, '000_902'],
  ])('of a minute, by configuration: a token %i ms from now -> %s', async (offMs, code) => {
    expect((await peer.post(PATH, {}, { text: SPEC, wallMs: nowMs + offMs })).code).toBe(code);
  });

  it('outlives the token: a replay is refused until its own time is out of tolerance', async () => {
    const made = await peer.prepare(PATH, {}, { text: SPEC, wallMs: nowMs + 60_000 });
    const codes: string[] = [];
    for (const later of [0, 30_000, 60_000, 30_000, 1]) {
      nowMs += later;
      codes.push((await again(made, {}, peer)).code);
    }
    expect(codes).toEqual(['000_000', '000_903', '000_903', '000_903', '000_902']);
  });
});

it('takes answers of 0 and 999999 won as asked', async () => {
  for (const amount of [0, 999_999]) {
    const reply = await caller.post(PATH, { cardNo: '9410000000000005', type: 'REFUND', amount });
    expect(String(reply.body.barcodeSpec).slice(25)).toBe(String(amount).padStart(6, '0'));
  }
});

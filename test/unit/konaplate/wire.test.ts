import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { CompactEncrypt, compactDecrypt } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  CODES,
  classOfCode,
  correlationId,
  decryptText,
  encDataOf,
  encryptText,
  envelope,
  HEADER_FORM,
  importPrivateKey,
  importPublicKey,
  itemsDigest,
  kstDate,
  kstMillis,
  kstSeconds,
  PUBLISHED_CALLS,
  parseKst,
  parseStrictJson,
  SETTLEMENT_CALLS,
  WireFault,
} from '../../../src/konaplate/wire.ts';

describe('Korean time', () => {
  it('is nine hours ahead of UTC, also over midnight', () => {
    const ms = Date.UTC(2026, 11, 31, 15, 0, 0, 7);
    expect(kstMillis(ms)).toBe('20270101000000007');
    expect(kstSeconds(ms)).toBe('20270101000000');
    expect(kstDate(ms)).toBe('20270101');
  });
  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (ms) => {
        expect(parseKst(kstMillis(ms))).toBe(ms);
      }),
    );
  });
  it.each([
    '',
    '2026',
    '20260230',
    '20261301',
    '00990101',
    '20260900',
    '20260905243012',
    '20260905146012345',
    '2026090514301234x',
  ])('does not take %j for a time', (text) => {
    expect(parseKst(text)).toBeNull();
  });
});

describe('the correlation id', () => {
  it('has 20 characters of the documented form', () => {
    const id = correlationId(Date.UTC(2026, 8, 5, 5, 30, 12), new Uint8Array([0xab, 0xcd, 0xef, 0x12]));
    expect(id).toBe('260905143012-abcdef1');
    expect(id).toMatch(HEADER_FORM.correlationId);
  });
});

describe('strict JSON', () => {
  it.each([
    '',
    '[]',
    'null',
    '1',
    '{"a":1,"a":1}',
    '{"a":{"b":1,"\\u0062":2}}',
    '{"a":1}x',
    `${'{"a":'.repeat(20)}1${'}'.repeat(20)}`,
  ])('refuses %s', (text) => {
    expect(() => parseStrictJson(text)).toThrow(WireFault);
  });
  it('names the members whose number is not plainly written', () => {
    expect(
      parseStrictJson('{"amount":1e4,"b":{"c":-0,"d":10.50},"e":7,"f":"1e4","g":[0.5]}').oddNumbers,
    ).toEqual(['amount', 'c', 'd']);
  });
  it('takes the same name in different objects, and gives what JSON.parse gives', () => {
    const text = '{"a":{"x":[1,{"x":2}]},"b":{"x":"\\"}{"},"x":null}';
    expect(parseStrictJson(text).value).toEqual(JSON.parse(text));
  });
  it('knows where a text ends, however many backslashes stand before its quote', () => {
    for (let backslashes = 0; backslashes < 6; backslashes += 1) {
      for (const end of ['', '"']) {
        const text = JSON.stringify({
          a: '\\'.repeat(backslashes) + end,
          ['\\'.repeat(backslashes) + end]: { b: 1 },
        });
        expect(parseStrictJson(text).value).toEqual(JSON.parse(text));
        expect(() => parseStrictJson(text.replace('{"b":1}', '{"b":1,"b":1}'))).toThrow(WireFault);
      }
    }
  });
  it('gives the value of JSON.parse for every object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), (object) => {
        const text = JSON.stringify(object);
        expect(parseStrictJson(text).value).toEqual(JSON.parse(text));
      }),
    );
  });
});

describe('message encryption', () => {
  let pair: { publicKey: string; privateKey: string };
  let other: { publicKey: string; privateKey: string };
  beforeAll(() => {
    const make = () =>
      generateKeyPairSync('rsa', {
        modulusLength: 2048,
        publicKeyEncoding: { type: 'spki', format: 'pem' },
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      });
    pair = make();
    other = make();
  });

  it.each(['A128GCM', 'A256GCM'] as const)(
    'opens what it closed, with %s and the header of the clients',
    async (enc) => {
      const jwe = await encryptText('{"userName":"시험용"}', importPublicKey(pair.publicKey), enc);
      expect(Buffer.from(jwe.split('.')[0] ?? '', 'base64url').toString()).toBe(
        `{"enc":"${enc}","alg":"RSA-OAEP-256"}`,
      );
      expect(await decryptText(jwe, importPrivateKey(pair.privateKey), 65_536)).toBe('{"userName":"시험용"}');
      expect(encDataOf(JSON.parse(envelope(jwe)))).toBe(jwe);
    },
  );

  it.each(['A128GCM', 'A256GCM'] as const)(
    'is read and written alike by an independent library, with %s',
    async (enc) => {
      const publicKey = importPublicKey(pair.publicKey);
      const privateKey = importPrivateKey(pair.privateKey);
      for (const text of ['{}', '{"userName":"시험용"}', 'x'.repeat(10_000)]) {
        const opened = await compactDecrypt(await encryptText(text, publicKey, enc), privateKey, {
          keyManagementAlgorithms: ['RSA-OAEP-256'],
          contentEncryptionAlgorithms: [enc],
        });
        expect(Buffer.from(opened.plaintext).toString()).toBe(text);
        const theirs = await new CompactEncrypt(Buffer.from(text))
          .setProtectedHeader({ alg: 'RSA-OAEP-256', enc, kid: 'k', typ: 'JWE', cty: 'json' })
          .encrypt(publicKey);
        expect(await decryptText(theirs, privateKey, 65_536)).toBe(text);
      }
    },
  );

  it('opens nothing under a key of the wrong length', async () => {
    const jwe = await new CompactEncrypt(Buffer.from('{}'))
      .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM' })
      .encrypt(importPublicKey(pair.publicKey));
    const parts = jwe.split('.');
    parts[0] = Buffer.from('{"enc":"A128GCM","alg":"RSA-OAEP-256"}').toString('base64url');
    await expect(decryptText(parts.join('.'), importPrivateKey(pair.privateKey), 65_536)).rejects.toThrow(
      'JWE_KEY',
    );
  });

  it('says JWE_KEY for another key and for any changed part', async () => {
    const jwe = await encryptText('{}', importPublicKey(pair.publicKey));
    await expect(decryptText(jwe, importPrivateKey(other.privateKey), 65_536)).rejects.toThrow('JWE_KEY');
    for (const part of [1, 2, 3, 4]) {
      const parts = jwe.split('.');
      const text = parts[part] ?? '';
      parts[part] = `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`;
      await expect(decryptText(parts.join('.'), importPrivateKey(pair.privateKey), 65_536)).rejects.toThrow(
        'JWE_KEY',
      );
    }
  });

  it('refuses other algorithms before any key is used', async () => {
    const key = importPublicKey(pair.publicKey);
    for (const header of [
      { alg: 'RSA-OAEP', enc: 'A128GCM' },
      { alg: 'RSA-OAEP-256', enc: 'A128CBC-HS256' },
      { alg: 'RSA-OAEP-512', enc: 'A256GCM' },
    ]) {
      const jwe = await new CompactEncrypt(Buffer.from('{}')).setProtectedHeader(header).encrypt(key);
      await expect(decryptText(jwe, importPrivateKey(pair.privateKey), 65_536)).rejects.toThrow(
        header.enc.endsWith('GCM') ? 'JWE_ALGORITHM' : /JWE_(ALGORITHM|FORM)/,
      );
    }
  });

  it.each([
    ['{"alg":"RSA-OAEP-256","enc":"A128GCM","zip":"DEF"}', 'JWE_FORM'],
    ['{"alg":"RSA-OAEP-256","enc":"A128GCM","crit":["exp"],"exp":1}', 'JWE_FORM'],
    ['{"alg":"RSA-OAEP-256","enc":"A128GCM","jwk":{}}', 'JWE_FORM'],
    ['{"alg":"RSA-OAEP-256","alg":"dir","enc":"A128GCM"}', 'JWE_FORM'],
    ['{"alg":"dir","enc":"A128GCM"}', 'JWE_ALGORITHM'],
    ['{"enc":"A128GCM"}', 'JWE_ALGORITHM'],
    ['not json', 'JWE_FORM'],
  ])('refuses the protected header %s', async (header, code) => {
    const parts = (await encryptText('{}', importPublicKey(pair.publicKey))).split('.');
    parts[0] = Buffer.from(header).toString('base64url');
    await expect(decryptText(parts.join('.'), importPrivateKey(pair.privateKey), 65_536)).rejects.toThrow(
      code,
    );
  });

  it('refuses too large, cut and lengthened ones', async () => {
    const key = importPrivateKey(pair.privateKey);
    const jwe = await encryptText('x'.repeat(1000), importPublicKey(pair.publicKey));
    await expect(decryptText(jwe, key, 1000)).rejects.toThrow('TOO_LARGE');
    await expect(decryptText(jwe.slice(0, -1), key, 65_536)).rejects.toThrow('JWE_FORM');
    await expect(decryptText(`${jwe}.AAAA`, key, 65_536)).rejects.toThrow('JWE_FORM');
    await expect(decryptText('', key, 65_536)).rejects.toThrow('JWE_FORM');
    const undecodable = await new CompactEncrypt(new Uint8Array([0xff, 0xfe]))
      .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A128GCM' })
      .encrypt(importPublicKey(pair.publicKey));
    await expect(decryptText(undecodable, key, 65_536)).rejects.toThrow('UTF8');
  });

  it('takes keys as certificates never smaller than 2048 bits, and never anything else', () => {
    const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({
      type: 'spki',
      format: 'pem',
    });
    expect(() => importPublicKey(String(small))).toThrow('KEY_FORM');
    expect(() => importPublicKey('nonsense')).toThrow('KEY_FORM');
    expect(() => importPrivateKey(pair.publicKey)).toThrow('KEY_FORM');
  });

  it('takes nothing but {"encData": string} for a wrapper', () => {
    for (const value of [null, 1, {}, { encData: 1 }, { encData: 'x', more: 1 }, ['x']]) {
      expect(encDataOf(value)).toBeNull();
    }
  });
});

describe('the table of codes', () => {
  const declined =
    '003_001 003_012 003_022 006_005 006_007 006_008 006_010 006_011 006_012 007_003 009_002 009_003 009_004 006_901 006_902 006_903 006_904 007_901'.split(
      ' ',
    );
  const notProcessed = [
    '000_002',
    '006_006',
    '006_009',
    '007_005',
    ...Array.from({ length: 11 }, (_, index) => `000_9${String(index + 1).padStart(2, '0')}`),
  ];

  it('declines an approval by the closed list only', () => {
    expect(
      CODES.filter((entry) => classOfCode('approve', entry.code) === 'declined')
        .map((entry) => entry.code)
        .sort(),
    ).toEqual([...declined].sort());
  });
  it('says "not processed" by the closed list only, for every call', () => {
    for (const operation of Object.keys(SETTLEMENT_CALLS) as (keyof typeof SETTLEMENT_CALLS)[]) {
      expect(
        CODES.filter((entry) => classOfCode(operation, entry.code) === 'notProcessed')
          .map((entry) => entry.code)
          .sort(),
      ).toEqual([...notProcessed].sort());
    }
  });
  it('finds refusals where they belong, and everything else ambiguous', () => {
    expect(classOfCode('netcancel', '006_906')).toBe('refused');
    expect(classOfCode('netcancel', '006_907')).toBe('refused');
    expect(classOfCode('cancel', '007_030')).toBe('refused');
    expect(classOfCode('approve', '007_030')).toBe('ambiguous');
    expect(classOfCode('netcancel', '006_008')).toBe('ambiguous');
    for (const code of [
      '006_021',
      '006_022',
      '006_905',
      '006_030',
      '001_006',
      '007_007',
      '999_999',
      '',
      'x',
    ]) {
      expect(classOfCode('approve', code)).toBe('ambiguous');
    }
  });
  it('has each code once, with 200 for success alone', () => {
    expect(new Set(CODES.map((entry) => entry.code)).size).toBe(CODES.length);
    expect(CODES.filter((entry) => entry.httpStatus === 200).map((entry) => entry.code)).toEqual(['000_000']);
  });
});

describe('the schemas', () => {
  it('can each be written as JSON Schema, for the OpenAPI description', () => {
    for (const call of [...Object.values(SETTLEMENT_CALLS), ...Object.values(PUBLISHED_CALLS)]) {
      expect(z.toJSONSchema(call.request)).toMatchObject({ type: 'object', additionalProperties: false });
      expect(z.toJSONSchema(call.answer, { io: 'input' })).toMatchObject({ type: 'object' });
    }
  });
  it.each([
    [{ cardNo: '9410000000000005', type: 'CHARGE', amount: 10_000 }, true],
    [{ cardNo: '9410000000000005', type: 'REFUND', amount: 0 }, true],
    [{ cardNo: '9410000000000005', type: 'CHARGE', amount: 999_999 }, true],
    [{ cardNo: '9410000000000005', type: 'CHARGE', amount: 1_000_000 }, false],
    [{ cardNo: '9410000000000005', type: 'CHARGE', amount: -1 }, false],
    [{ cardNo: '9410000000000005', type: 'CHARGE', amount: 0.5 }, false],
    [{ cardNo: '9410000000000005', type: 'CHARGE', amount: '1' }, false],
    [{ cardNo: '941000000000000٥', type: 'CHARGE', amount: 1 }, false],
    [{ cardNo: '941000000000000', type: 'CHARGE', amount: 1 }, false],
    [{ cardNo: '9410000000000005', type: 'charge', amount: 1 }, false],
    [{ cardNo: '9410000000000005', type: 'CHARGE', amount: 1, more: 1 }, false],
    [{ cardNo: null, type: 'CHARGE', amount: 1 }, false],
  ])('judge the barcode-spec request %j: %s', (body, ok) => {
    expect(PUBLISHED_CALLS.barcodeSpec.request.safeParse(body).success).toBe(ok);
  });
});

describe('itemsDigest', () => {
  it('does not depend on the order of the items, and changes with every field', () => {
    const one = {
      sequenceId: 'B',
      type: 'CHARGE',
      amount: 1,
      state: 'APPROVED',
      businessDate: '20261122',
    } as const;
    const two = { ...one, sequenceId: 'a' } as const;
    expect(itemsDigest([one, two])).toBe(itemsDigest([two, one]));
    expect(itemsDigest([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    const digests = [
      one,
      two,
      { ...one, type: 'REFUND' as const },
      { ...one, amount: 2 },
      { ...one, state: 'VOIDED' as const },
      { ...one, businessDate: '20261123' },
    ].map((item) => itemsDigest([item]));
    expect(new Set(digests).size).toBe(6);
  });
});

import {
  constants,
  createCipheriv,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import { CompactEncrypt } from 'jose';
import type { Credentials } from '../../../src/issuer/keys.ts';
import { encryptText, envelope, kstMillis, makeTranToken, tranSecret } from '../../../src/konaplate/wire.ts';
import type { Bent } from './caller.ts';
import { callerRows, duplicateRows, keyRows, sizeRows } from './refusal-callers.ts';
import { type Row, SPEC, type World } from './refusal-row.ts';
import { parameterRows, plaintextRows } from './refusal-texts.ts';

const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
const RSA1_5 = { padding: constants.RSA_PKCS1_PADDING };
/** Judged by its last member alone it would be a good one. */
const DEEP_HEADER = '{"kid":{"x":1,"x":2},"alg":"RSA-OAEP-256","enc":"A128GCM","kid":"1"}';

function headerRows(): Row[] {
  const rows: Row[] = [];
  const row = (name: string, header: string, value: string | undefined, code: string): void => {
    rows.push({
      name: `${header}: ${name}`,
      bent: { headers: (made) => ({ ...made, [header]: value }) },
      code,
      field: header,
    });
  };
  const forms: readonly [string, string, readonly [string, string][]][] = [
    [
      'X-KM-User-AspId',
      '000_002',
      [
        ['14 characters', '1'.repeat(14)],
        ['16 characters', '1'.repeat(16)],
        ['a blank inside', '1234567 9012345'],
        ['a sign', '12345678901234!'],
        ['letters of another alphabet', '\u00e9'.repeat(15)],
        ['a blank', ' '],
      ],
    ],
    [
      'X-KM-Correlation-Id',
      '000_002',
      [
        ['19 characters', '261122120000-abcdef'],
        ['21 characters', '261122120000-abcdef01'],
        ['no hyphen', '2611221200000abcdef0'],
        ['letters in the time', '26112212000a-abcdef0'],
        ['no hex at the end', '261122120000-abcdefg'],
        ['an underscore', '261122120000_abcdef0'],
        ['braces', '{261122120000-abcde}'],
        ['a blank inside', '261122120000-abc ef0'],
      ],
    ],
    [
      'X-KM-Access-Key',
      '000_002',
      [
        ['39 characters', `0000000-${'0'.repeat(31)}`],
        ['41 characters', `0000000-${'0'.repeat(33)}`],
        ['no hyphen', '0'.repeat(40)],
        ['hyphen elsewhere', `000000-${'0'.repeat(33)}`],
        ['a blank inside', `0000000-${'0'.repeat(15)} ${'0'.repeat(16)}`],
        ['a sign', `0000000-${'0'.repeat(31)}%`],
      ],
    ],
    [
      'X-KM-Tran-Time',
      '000_002',
      [
        ['12 digits', '261122120000'],
        ['16 digits', '2026112212000000'],
        ['17 digits', '20261122120000000'],
        ['a 13th month', '20261322120000'],
        ["25 o'clock", '20261122250000'],
        ['30 February', '20260230120000'],
        ['letters', '2026112212000a'],
        ['ISO form', '2026-11-22T12:00'],
        ['a 60th minute', '20261122126000'],
        ['the year 0', '00001122120000'],
        ['a blank inside', '20261122 20000'],
      ],
    ],
    [
      'X-KM-Time-Zone',
      '000_002',
      [
        ['two letters', 'KS'],
        ['four letters', 'KSTT'],
        ['small letters', 'kst'],
        ['digits', '+09'],
        ['a name', 'Asia/Seoul'],
        ['a blank', 'K T'],
      ],
    ],
    [
      'X-KM-Tran-Token',
      '000_901',
      [
        ['no version', '20261122120000000:AAAA'],
        ['another version', `KMV2:20261122120000000:${'A'.repeat(43)}=`],
        ['short signature', `KMV1:20261122120000000:${'A'.repeat(20)}`],
        ['long signature', `KMV1:20261122120000000:${'A'.repeat(88)}`],
        ['URL alphabet', `KMV1:20261122120000000:${'-'.repeat(43)}=`],
        ['14-digit time', `KMV1:20261122120000:${'A'.repeat(43)}=`],
        ['an impossible time', `KMV1:20261399990000000:${'A'.repeat(43)}=`],
        ['68 characters', `KMV1:20261122120000000:${'A'.repeat(43)}==`],
        ['65 characters', `KMV1:20261122120000000:${'A'.repeat(42)}`],
        ['small version', `kmv1:20261122120000000:${'A'.repeat(43)}=`],
        ['a blank inside', `KMV1:20261122120000000: ${'A'.repeat(43)}=`],
        ['letters in the time', `KMV1:2026112212000000x:${'A'.repeat(43)}=`],
        ['another divider', `KMV1.20261122120000000.${'A'.repeat(43)}=`],
      ],
    ],
    [
      'X-KM-Crypto-Key-Id',
      '000_905',
      [
        ['31 characters', 'a'.repeat(31)],
        ['33 characters', 'a'.repeat(33)],
        ['no hex', 'g'.repeat(32)],
        ['unknown', 'a'.repeat(32)],
        ['with hyphens, as a UUID', 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'],
      ],
    ],
  ];
  for (const [header, code, values] of forms) {
    row('missing', header, undefined, header === 'X-KM-Tran-Token' ? '000_002' : code);
    row('empty', header, '', header === 'X-KM-Tran-Token' ? '000_002' : code);
    for (const [name, value] of values) row(name, header, value, code);
  }
  return rows.map((made) =>
    made.code === '000_002' ? made : { name: made.name, bent: made.bent, code: made.code },
  );
}

function tokenRows(credentials: Credentials, now: () => number): Row[] {
  const secret = tranSecret(credentials.secretKey);
  const token = (make: (body: string) => string): Bent => {
    let sent = '';
    const serverKey = createPublicKey(credentials.serverPublicKey);
    return {
      wire: async (text) => {
        sent = envelope(await encryptText(text, serverKey));
        return sent;
      },
      headers: (made) => ({ ...made, 'X-KM-Tran-Token': make(sent) }),
    };
  };
  const hour = 3_600_000;
  return [
    {
      name: 'a token of another secret',
      bent: { secret: 'another-secret-key-of-some-length' },
      code: '000_901',
    },
    {
      name: 'a token over another body',
      bent: token(() => makeTranToken('{}', secret, now())),
      code: '000_901',
    },
    {
      name: 'a token over the plaintext',
      bent: token(() => makeTranToken(SPEC, secret, now())),
      code: '000_901',
    },
    {
      name: 'a token over the Base64 of the body',
      bent: token((body) => makeTranToken(Buffer.from(body).toString('base64'), secret, now())),
      code: '000_901',
    },
    {
      name: 'a token over the body and a line feed',
      bent: token((body) => makeTranToken(`${body}\n`, secret, now())),
      code: '000_901',
    },
    {
      name: 'a signature with one bit turned',
      bent: token((body) => turned(makeTranToken(body, secret, now()))),
      code: '000_901',
    },
    {
      name: 'a token in hex',
      bent: token((body) => `KMV1:${kstMillis(now())}:${createHash('sha256').update(body).digest('hex')}`),
      code: '000_901',
    },
    {
      name: 'a token six minutes old',
      bent: token((body) => makeTranToken(body, secret, now() - 360_000)),
      code: '000_902',
    },
    {
      name: 'a token six minutes early',
      bent: token((body) => makeTranToken(body, secret, now() + 360_000)),
      code: '000_902',
    },
    {
      name: 'a token in UTC',
      bent: token((body) => makeTranToken(body, secret, now() - 9 * hour)),
      code: '000_902',
    },
    {
      name: 'a token of last year',
      bent: token((body) => makeTranToken(body, secret, now() - 365 * 24 * hour)),
      code: '000_902',
    },
  ];
}

function turned(token: string): string {
  const at = 30;
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
}

function envelopeRows(credentials: Credentials): Row[] {
  const key = createPublicKey(credentials.serverPublicKey);
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
  const wire = (name: string, make: (jwe: string) => string | Promise<string>, code = '000_906'): Row => ({
    name,
    bent: { wire: async (text) => make(await encryptText(text, key)) },
    code,
  });
  const jwe = (name: string, header: Record<string, unknown>, to = key): Row => ({
    name,
    bent: { wire: async (text) => envelope(await forged(text, header, to)) },
    code: '000_906',
  });
  const parts = (made: string, at: number, change: (part: string) => string): string =>
    envelope(
      made
        .split('.')
        .map((part, index) => (index === at ? change(part) : part))
        .join('.'),
    );
  const renamed = (name: string, alg: string): Row =>
    wire(name, (made) =>
      parts(made, 0, () => Buffer.from(JSON.stringify({ alg, enc: 'A128GCM' })).toString('base64url')),
    );
  const shared = (alg: string): Row => ({
    name: `alg ${alg}, by a key that both sides could know`,
    bent: {
      wire: async (text) => {
        const jwe = new CompactEncrypt(Buffer.from(text)).setProtectedHeader({ alg, enc: 'A128GCM' });
        const secret = createHash('sha256').update(credentials.secretKey).digest().subarray(0, 16);
        return envelope(await jwe.encrypt(secret));
      },
    },
    code: '000_906',
  });
  const last = (part: string): string => part.slice(0, -2) + (part.endsWith('AA') ? 'BA' : 'AA');
  return [
    wire('a plain body', () => SPEC),
    wire('nothing at all', () => ''),
    wire('blanks', () => '   '),
    wire('no JSON', () => 'encData=abc'),
    wire('an array', (made) => `["${made}"]`),
    wire('a string', (made) => `"${made}"`),
    wire('null', () => 'null'),
    wire('an empty object', () => '{}'),
    wire('encData null', () => '{"encData":null}'),
    wire('encData a number', () => '{"encData":1}'),
    wire('encData an object', () => '{"encData":{}}'),
    wire('encData empty', () => '{"encData":""}'),
    wire('an envelope cut off', (made) => envelope(made).slice(0, -2)),
    wire('a JWE cut in the middle', (made) => envelope(made.slice(0, made.length / 2))),
    wire('a JWE without its last character', (made) => envelope(made.slice(0, -1))),
    wire('encData twice', (made) => `{"encData":"${made}","encData":"${made}"}`),
    wire('another member beside it', (made) => `{"encData":"${made}","x":1}`),
    wire('another name', (made) => `{"encdata":"${made}"}`),
    wire('bytes after the envelope', (made) => `${envelope(made)}x`),
    wire('a byte order mark', (made) => `\ufeff${envelope(made)}`),
    wire('the JWE bare', (made) => made),
    wire('four parts', (made) => envelope(made.split('.').slice(0, 4).join('.'))),
    wire('six parts', (made) => envelope(`${made}.AAAA`)),
    wire('an empty wrapped key', (made) => parts(made, 1, () => '')),
    wire('a short wrapped key', (made) => parts(made, 1, (part) => part.slice(0, 40))),
    wire('a changed wrapped key', (made) => parts(made, 1, last)),
    wire('a changed initialisation vector', (made) => parts(made, 2, last)),
    wire('a changed text', (made) => parts(made, 3, last)),
    wire('a cut text', (made) => parts(made, 3, (part) => part.slice(0, 4))),
    wire('an empty text', (made) => parts(made, 3, () => '')),
    wire('a changed tag', (made) => parts(made, 4, (part) => `A${part.slice(1, -1)}A`)),
    wire('a short tag', (made) => parts(made, 4, (part) => part.slice(0, 8))),
    wire('a changed header', (made) =>
      parts(made, 0, () => Buffer.from('{"alg":"RSA-OAEP-256","enc":"A128GCM"}').toString('base64url')),
    ),
    wire('a header that is no JSON', (made) => parts(made, 0, () => 'AAAA')),
    wire('signs outside the alphabet', (made) => envelope(made.replace(/\.[^.]/, '.='))),
    jwe('alg RSA-OAEP', { alg: 'RSA-OAEP', enc: 'A128GCM' }),
    jwe('alg RSA-OAEP-512', { alg: 'RSA-OAEP-512', enc: 'A128GCM' }),
    jwe('enc A128CBC-HS256', { alg: 'RSA-OAEP-256', enc: 'A128CBC-HS256' }),
    jwe('enc A192GCM', { alg: 'RSA-OAEP-256', enc: 'A192GCM' }),
    jwe('a key that is not ours', { alg: 'RSA-OAEP-256', enc: 'A128GCM' }, stranger),
    {
      name: 'zip',
      bent: {
        wire: async (text) => {
          const made = await encryptText(text, key);
          const header = Buffer.from('{"alg":"RSA-OAEP-256","enc":"A128GCM","zip":"DEF"}').toString(
            'base64url',
          );
          return envelope([header, ...made.split('.').slice(1)].join('.'));
        },
      },
      code: '000_906',
    },
    {
      name: 'crit',
      bent: {
        wire: async (text) =>
          parts(await encryptText(text, key), 0, () =>
            Buffer.from('{"alg":"RSA-OAEP-256","enc":"A128GCM","crit":["x"],"x":1}').toString('base64url'),
          ),
      },
      code: '000_906',
    },
    ...['{"alg":"RSA-OAEP-256","enc":"A128GCM","enc":"A128GCM"}', DEEP_HEADER].map((header) => ({
      name: `a name twice in a header that is right otherwise: ${header}`,
      bent: { wire: async (text: string) => envelope(byHand(text, key, header, OAEP)) },
      code: '000_906',
    })),
    renamed('alg none', 'none'),
    renamed('alg RSA1_5 in the header only', 'RSA1_5'),
    renamed('alg in small letters', 'rsa-oaep-256'),
    {
      name: 'alg RSA1_5, wrapped so',
      bent: { wire: async (text) => envelope(byHand(text, key, '{"alg":"RSA1_5","enc":"A128GCM"}', RSA1_5)) },
      code: '000_906',
    },
    shared('dir'),
    shared('A128KW'),
  ];
}

/** A whole JWE with a header that jose would not write, or as RSA1_5 makes it, which jose no longer does. */
function byHand(
  text: string,
  key: KeyObject,
  headerText: string,
  padding: typeof OAEP | typeof RSA1_5,
): string {
  const header = Buffer.from(headerText).toString('base64url');
  const [contentKey, iv] = [randomBytes(16), randomBytes(12)];
  const cipher = createCipheriv('aes-128-gcm', contentKey, iv);
  cipher.setAAD(Buffer.from(header, 'ascii'));
  const content = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  const wrapped = publicEncrypt({ key, ...padding }, contentKey);
  return [
    header,
    ...[wrapped, iv, content, cipher.getAuthTag()].map((part) => part.toString('base64url')),
  ].join('.');
}

function forged(
  text: string,
  header: Record<string, unknown>,
  key: ReturnType<typeof createPublicKey>,
): Promise<string> {
  return new CompactEncrypt(Buffer.from(text))
    .setProtectedHeader({ alg: '', enc: '', ...header })
    .encrypt(key);
}

/** The four cases of the published page by name, but for the good one. */
const testData: readonly Row[] = [
  {
    name: 'test data: 400 Invalid input parameter',
    bent: { text: '{"cardNo":"9410000000000005","type":"CHARGE"}' },
    code: '000_002',
    field: 'amount',
  },
  {
    name: 'test data: 400 CardNo not found',
    bent: {
      text: SPEC.replace('9410000000000005', '9491330000009999').replace(
        '9491330000009999',
        '9491330000000115',
      ),
    },
    code: '003_001',
    field: 'cardNo',
  },
  {
    name: 'test data: 400 Invalid cardNo',
    bent: { text: SPEC.replace('9410000000000005', '9410000000000006') },
    code: '006_008',
    field: 'cardNo',
  },
];

export function refusalRows(world: World, now: () => number): Row[] {
  const { credentials } = world;
  return [
    ...testData,
    ...headerRows(),
    ...duplicateRows(world),
    ...callerRows(world),
    ...tokenRows(credentials, now),
    ...keyRows(world),
    ...envelopeRows(credentials),
    ...sizeRows(credentials),
    ...plaintextRows(credentials),
    ...parameterRows(),
  ];
}

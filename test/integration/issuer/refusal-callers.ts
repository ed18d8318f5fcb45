/** Rows about who calls, with which keys, and how much. */
import { createPublicKey } from 'node:crypto';
import type { Credentials, CryptoKeyPair } from '../../../src/issuer/keys.ts';
import { encryptText, envelope, HEADER, REQUEST_BYTES_MAX } from '../../../src/konaplate/wire.ts';
import type { Bent } from './caller.ts';
import type { Row, World } from './refusal-row.ts';

const withHeader = (header: string, value: string): Bent => ({
  headers: (made) => ({ ...made, [header]: value }),
});

/** A header sent twice: nobody knows which one was meant. */
export function duplicateRows({ credentials, other }: World): Row[] {
  const twice = (header: string, code: string, second?: string): Row => ({
    name: `${header}: twice, ${second === undefined ? 'the same' : 'two of them'}`,
    bent: {
      headers: (made) => ({ ...made, [header]: [made[header] ?? '', second ?? made[header] ?? ''] }),
    },
    code,
    ...(code === '000_002' ? { field: header } : {}),
  });
  return [
    ...Object.values(HEADER).map((header) => twice(header, CODE_OF_HEADER[header] ?? '000_002')),
    twice(HEADER.accessKey, '000_002', other.accessKey),
    twice(HEADER.aspId, '000_002', other.aspId),
    twice(HEADER.cryptoKeyId, '000_905', credentials.cryptoKeyId.replace(/^./, 'f')),
  ];
}

/** Headers whose wrong form has a code of its own. */
const CODE_OF_HEADER: Readonly<Record<string, string>> = {
  [HEADER.tranToken]: '000_901',
  [HEADER.cryptoKeyId]: '000_905',
};

export function callerRows({ credentials, other }: World): Row[] {
  return [
    { name: 'an unknown ASP', bent: withHeader('X-KM-User-AspId', '999999999999999'), code: '000_904' },
    {
      name: 'an unknown access key',
      bent: withHeader('X-KM-Access-Key', `0000000-${'0'.repeat(32)}`),
      code: '000_904',
    },
    {
      name: 'an access key with its letters in capitals',
      bent: withHeader('X-KM-Access-Key', otherCase(credentials.accessKey)),
      code: '000_904',
    },
    { name: 'the ASP of another client', bent: withHeader('X-KM-User-AspId', other.aspId), code: '000_904' },
    {
      name: 'the access key of another client',
      bent: withHeader('X-KM-Access-Key', other.accessKey),
      code: '000_904',
    },
    {
      name: 'ASP and access key of another client, signed with the own secret',
      bent: {
        headers: (made) => ({ ...made, 'X-KM-User-AspId': other.aspId, 'X-KM-Access-Key': other.accessKey }),
      },
      code: '000_901',
    },
    { name: 'a token of another client', bent: { secret: other.secretKey }, code: '000_901' },
  ];
}

function otherCase(key: string): string {
  const raised = key.toUpperCase();
  if (raised === key) throw new Error('an access key without a letter: make the keys again');
  return raised;
}

export function keyRows({ credentials, second, retired, other }: World): Row[] {
  const closedWith = (pair: Pick<CryptoKeyPair, 'serverPublicKey'>, cryptoKeyId: string): Bent => ({
    wire: async (text) => envelope(await encryptText(text, createPublicKey(pair.serverPublicKey))),
    headers: (made) => ({ ...made, 'X-KM-Crypto-Key-Id': cryptoKeyId }),
  });
  return [
    {
      name: 'a retired crypto key id with its own key',
      bent: closedWith(retired, retired.cryptoKeyId),
      code: '000_905',
    },
    {
      name: 'a retired crypto key id in capitals',
      bent: closedWith(retired, retired.cryptoKeyId.toUpperCase()),
      code: '000_905',
    },
    {
      name: 'the crypto key id of another client',
      bent: closedWith(other, other.cryptoKeyId),
      code: '000_905',
    },
    {
      name: 'the key of the second id under the first id',
      bent: closedWith(second, credentials.cryptoKeyId),
      code: '000_906',
    },
    {
      name: 'the key of the first id under the second id',
      bent: closedWith(credentials, second.cryptoKeyId),
      code: '000_906',
    },
    {
      name: 'the key of a retired id under an id in use',
      bent: closedWith(retired, credentials.cryptoKeyId),
      code: '000_906',
    },
  ];
}

/** An envelope with blanks behind it, exactly so many bytes long. */
export async function envelopeOf(text: string, credentials: Credentials, bytes: number): Promise<string> {
  return envelope(await encryptText(text, createPublicKey(credentials.serverPublicKey))).padEnd(bytes, ' ');
}

export function sizeRows(credentials: Credentials): Row[] {
  const wire = (name: string, bytes: number, headers: Bent['headers'] = (made) => made): Row => ({
    name,
    bent: { wire: (text) => envelopeOf(text, credentials, bytes), headers },
    code: '000_911',
  });
  return [
    wire('a body of one byte over 16 KiB', REQUEST_BYTES_MAX + 1),
    wire('a body over 16 KiB whose length is not said before', REQUEST_BYTES_MAX + 1, (made) => ({
      ...made,
      'Transfer-Encoding': 'chunked',
    })),
    wire('a body of two megabytes', 2_000_000),
    {
      name: 'a body over 16 KiB that is not encrypted',
      bent: { wire: (text) => text.padEnd(REQUEST_BYTES_MAX + 1, ' ') },
      code: '000_911',
    },
    {
      name: 'a JWE over 16 KiB',
      bent: {
        text: JSON.stringify({
          cardNo: '9410000000000005',
          type: 'CHARGE',
          amount: 1,
          x: 'x'.repeat(16_000),
        }),
      },
      code: '000_911',
    },
  ];
}

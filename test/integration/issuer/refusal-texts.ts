import { createPublicKey } from 'node:crypto';
import { CompactEncrypt } from 'jose';
import type { Credentials } from '../../../src/issuer/keys.ts';
import { envelope } from '../../../src/konaplate/wire.ts';
import { type Row, SPEC } from './refusal-row.ts';

export function plaintextRows(credentials: Credentials): Row[] {
  const text = (name: string, plain: string, code = '006_009'): Row => ({
    name: `inside: ${name}`,
    bent: { text: plain },
    code,
  });
  return [
    text('no JSON', 'cardNo=9410000000000005'),
    text('blank', ' '),
    text('cut off', SPEC.slice(0, -1)),
    text('a comma too many', SPEC.replace('}', ',}')),
    text('single quotes', SPEC.replaceAll('"', "'")),
    text('an array', `[${SPEC}]`),
    text('a string', JSON.stringify(SPEC)),
    text('a number', '1'),
    text('null', 'null'),
    text('two objects', SPEC + SPEC),
    text('a comment', `/* */${SPEC}`),
    text('amount twice', '{"cardNo":"9410000000000005","type":"CHARGE","amount":10000,"amount":10000}'),
    text(
      'amount twice, once escaped',
      '{"cardNo":"9410000000000005","type":"CHARGE","amount":10000,"amoun\\u0074":1}',
    ),
    text(
      'cardNo twice',
      '{"cardNo":"9410000000000005","cardNo":"9410000000000005","type":"CHARGE","amount":1}',
    ),
    text('nested too deep', `{"a":${'['.repeat(40)}${']'.repeat(40)}}`),
    text('NaN', '{"cardNo":"9410000000000005","type":"CHARGE","amount":NaN}'),
    text('hex number', '{"cardNo":"9410000000000005","type":"CHARGE","amount":0x10}'),
    text('leading zero', '{"cardNo":"9410000000000005","type":"CHARGE","amount":010000}'),
    text('a plus sign', amount('+10000')),
    text('a blank inside a number', amount('10 000')),
    text('a thousands sign', amount('10,000')),
    text('an underscore in a number', amount('10_000')),
    text('full-width digits', amount('\uff11\uff10\uff10\uff10\uff10')),
    text('Arabic-Indic digits', amount('\u0661\u0660\u0660\u0660\u0660')),
    text('a fraction without a digit before it', amount('.5')),
    text('a fraction without a digit behind it', amount('10000.')),
    text('an exponent without a digit', amount('1e')),
    text('Infinity', amount('Infinity')),
    text('a byte order mark', `\ufeff${SPEC}`),
    text('NUL behind it', `${SPEC}\u0000`),
    text('type twice', SPEC.replace('}', ',"type":"REFUND"}')),
    text('two members of a name that nobody knows', SPEC.replace('}', ',"x":1,"x":2}')),
    text('a name twice, deep inside', SPEC.replace('}', ',"x":[{"y":1,"y":1}]}')),
    {
      name: 'inside: bytes that are no UTF-8',
      bent: { wire: () => bytes(Buffer.from(SPEC.replace('CHARGE', '\u00ff\u00fe'), 'latin1'), credentials) },
      code: '006_009',
    },
    {
      name: 'inside: UTF-16',
      bent: { wire: () => bytes(Buffer.from(SPEC, 'utf16le'), credentials) },
      code: '006_009',
    },
  ];
}

const amount = (raw: string): string => SPEC.replace('10000}', `${raw}}`);

/** Any bytes as the plaintext of a request. */
async function bytes(plain: Uint8Array, credentials: Credentials): Promise<string> {
  const jwe = new CompactEncrypt(plain).setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A128GCM' });
  return envelope(await jwe.encrypt(createPublicKey(credentials.serverPublicKey)));
}

/** Each parameter with each kind of wrong value; raw JSON text, because 1e4 and 10000.0 are the same value to JSON.parse. */
export function parameterRows(): Row[] {
  const values: Readonly<Record<string, readonly [string, string | null][]>> = {
    cardNo: [
      ['missing', null],
      ['null', 'null'],
      ['a number', '9410000000000005'],
      ['a boolean', 'true'],
      ['an array', '["9410000000000005"]'],
      ['an object', '{}'],
      ['empty', '""'],
      ['15 digits', '"941000000000000"'],
      ['17 digits', '"94100000000000050"'],
      ['letters', '"94100000000000AB"'],
      ['a leading blank', '" 941000000000000"'],
      ['a trailing blank', '"9410000000000005 "'],
      ['hyphens', '"9410-0000-0000-00"'],
      [
        'digits of another alphabet',
        '"\uff19\uff14\uff11\uff10\uff10\uff10\uff10\uff10\uff10\uff10\uff10\uff10\uff10\uff10\uff10\uff15"',
      ],
      ['Arabic-Indic digits', `"${'\u0669'.repeat(16)}"`],
      ['Devanagari digits', `"${'\u096f'.repeat(16)}"`],
      ['digits outside the first plane', `"${'\u{1d7d7}'.repeat(8)}"`],
      ['blanks alone', '"                "'],
      ['a no-break space', '"941000000000000\u00a0"'],
      ['a number as large', '9999999999999999'],
      ['a line feed', '"941000000000000\\n"'],
      ['NUL', '"941000000000000\\u0000"'],
      ['a plus sign', '"+941000000000005"'],
    ],
    type: [
      ['missing', null],
      ['null', 'null'],
      ['a number', '1'],
      ['empty', '""'],
      ['small letters', '"charge"'],
      ['five letters', '"CHARG"'],
      ['seven letters', '"CHARGES"'],
      ['a blank', '"CHARGE "'],
      ['another word', '"PAYOUT"'],
      ['an array', '["CHARGE"]'],
      ['__proto__', '"__proto__"'],
      ['letters that look alike', '"\u0421HARGE"'],
      ['full-width letters', '"\uff23\uff28\uff21\uff32\uff27\uff25"'],
      ['a blank before', '" CHARG"'],
      ['a boolean', 'true'],
      ['an object', '{}'],
      ['both', '"CHARGE,REFUND"'],
      ['six digits', '"100010"'],
    ],
    amount: [
      ['missing', null],
      ['null', 'null'],
      ['text', '"10000"'],
      ['negative', '-1'],
      ['-0', '-0'],
      ['a million', '1000000'],
      ['a fraction', '100.5'],
      ['a fraction of zero', '10000.0'],
      ['an exponent', '1e4'],
      ['a capital exponent', '1E4'],
      ['a negative exponent', '10000e-1'],
      ['huge', '99999999999999999999'],
      ['over every number', '1e400'],
      ['a boolean', 'true'],
      ['an array', '[10000]'],
      ['an object', '{"value":10000}'],
      ['empty text', '""'],
      ['text with a blank', '" 10000"'],
      ['text in Arabic-Indic digits', '"\u0661\u0660\u0660\u0660\u0660"'],
      ['text in full-width digits', '"\uff11\uff10\uff10\uff10\uff10"'],
      ['a fraction below the limit', '999999.5'],
      ['a fraction of a won', '0.1'],
      ['0.0', '0.0'],
      ['-0.0', '-0.0'],
      ['an exponent that makes zero', '0e0'],
      ['an exponent with a sign', '1e+4'],
      ['2 to the 53rd and one', '9007199254740993'],
      ['2 to the 32nd', '4294967296'],
      ['negative and huge', '-99999999999999999999'],
    ],
  };
  const good: Readonly<Record<string, string>> = {
    cardNo: '"9410000000000005"',
    type: '"CHARGE"',
    amount: '10000',
  };
  const rows: Row[] = [];
  for (const [field, list] of Object.entries(values)) {
    for (const [name, value] of list) {
      const members = Object.entries({ ...good, [field]: value }).flatMap(([key, text]) =>
        text === null ? [] : [`"${key}":${text}`],
      );
      rows.push({
        name: `${field}: ${name}`,
        bent: { text: `{${members.join(',')}}` },
        code: '000_002',
        field,
      });
    }
  }
  for (const extra of ['memo', 'AMOUNT', 'sequenceId', 'constructor']) {
    rows.push({
      name: `an unknown field: ${extra}`,
      bent: { text: SPEC.replace('}', `,"${extra}":"1"}`) },
      code: '000_002',
      field: extra,
    });
  }
  rows.push({
    name: 'an unknown field whose name is no name',
    bent: { text: SPEC.replace('}', ',"<b>":1}') },
    code: '000_002',
    field: 'unknown',
  });
  return rows;
}

import { type Row, SPEC } from './refusal-row.ts';

export function plaintextRows(): Row[] {
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
  ];
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

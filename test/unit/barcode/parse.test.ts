import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BarcodeSpecError,
  checkCodeTable,
  formatBarcode,
  luhn,
  maskCard,
} from '../../../src/barcode/format.ts';
import {
  type BarcodeSpec,
  type CodeTable,
  DEFAULT_CODE_TABLE,
  looksLikeOurs,
  PARSE_REASONS,
  parseBarcode,
} from '../../../src/barcode/parse.ts';
import { anyText } from './any-text.ts';

interface VectorFile {
  readonly codeTable: CodeTable;
  readonly cases: readonly (
    | { raw: string; ok: true; type: string; cardNumber: string; token: string; amount: number }
    | { raw: string; ok: false; reason: string; looksLikeOurs: boolean }
  )[];
}
const vectors: VectorFile = JSON.parse(
  readFileSync(new URL('./vectors.json', import.meta.url), 'utf8'),
) as VectorFile;

const digits = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((list) => list.join(''));
const specs: fc.Arbitrary<BarcodeSpec> = fc.record({
  type: fc.constantFrom('CHARGE' as const, 'REFUND' as const),
  cardNumber: digits(16),
  token: digits(3),
  amount: fc.integer({ min: 0, max: 999_999 }),
});
const NUMERIC: CodeTable = { CHARGE: ['100010', '100011'], REFUND: ['200010'] };
const VALID = 'CHARGE9410000000000005123010000';

describe('parseBarcode', () => {
  for (const vector of vectors.cases) {
    it(`answers the published vector ${JSON.stringify(vector.raw)}`, () => {
      const result = parseBarcode(vector.raw, vectors.codeTable);
      if (!vector.ok) {
        expect(result).toEqual({ ok: false, reason: vector.reason, looksLikeOurs: vector.looksLikeOurs });
        return;
      }
      expect(result).toMatchObject({
        ok: true,
        spec: {
          type: vector.type,
          cardNumber: vector.cardNumber,
          token: vector.token,
          amount: vector.amount,
        },
      });
    });
  }

  it('reads back every spec that can be written, with and without an identifier', () => {
    fc.assert(
      fc.property(specs, fc.constantFrom(DEFAULT_CODE_TABLE, NUMERIC), (spec, table) => {
        const text = formatBarcode(spec, table);
        expect(text).toHaveLength(31);
        expect(parseBarcode(text, table)).toEqual({ ok: true, spec, symbology: null });
        expect(parseBarcode(`]C0${text}`, table)).toEqual({ ok: true, spec, symbology: ']C0' });
        expect(parseBarcode(text, table, ']C0')).toEqual({ ok: true, spec, symbology: ']C0' });
      }),
    );
  });

  it('never throws and answers one reason of the closed set, whatever the input', () => {
    const damaged = fc
      .tuple(fc.nat({ max: 31 }), anyText(3), fc.nat({ max: 31 }))
      .map(([at, piece, end]) => VALID.slice(0, at) + piece + VALID.slice(end));
    fc.assert(
      fc.property(fc.oneof(anyText(80), damaged), (raw) => {
        const result = parseBarcode(raw);
        if (result.ok) {
          expect(raw.endsWith(formatBarcode(result.spec))).toBe(true);
        } else {
          expect(PARSE_REASONS).toContain(result.reason);
          expect(result.looksLikeOurs).toBe(looksLikeOurs(raw));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('accepts no barcode in which any one character was replaced by something that is not a digit or code', () => {
    for (let at = 0; at < VALID.length; at += 1) {
      const raw = `${VALID.slice(0, at)}?${VALID.slice(at + 1)}`;
      const expected = at < 6 ? 'TRANSACTION_CODE' : at < 22 ? 'CARD_NUMBER' : at < 25 ? 'TOKEN' : 'AMOUNT';
      expect(parseBarcode(raw)).toEqual({ ok: false, reason: expected, looksLikeOurs: true });
    }
  });

  it('takes every code of a site table, and none of another site', () => {
    expect(parseBarcode('1000119410000000000005123010000', NUMERIC)).toMatchObject({
      spec: { type: 'CHARGE' },
    });
    expect(parseBarcode('2000109410000000000005123010000', NUMERIC)).toMatchObject({
      spec: { type: 'REFUND' },
    });
    expect(parseBarcode(VALID, NUMERIC)).toMatchObject({ ok: false, reason: 'TRANSACTION_CODE' });
  });

  it('refuses a symbology that the device reports out of band', () => {
    expect(parseBarcode(VALID, DEFAULT_CODE_TABLE, ']C1')).toEqual({
      ok: false,
      reason: 'SYMBOLOGY',
      looksLikeOurs: true,
    });
  });

  it('calls a bare Code 128 identifier empty and any other bare identifier a symbology', () => {
    expect(parseBarcode(']C0')).toEqual({ ok: false, reason: 'EMPTY', looksLikeOurs: false });
    expect(parseBarcode(']E0')).toEqual({ ok: false, reason: 'SYMBOLOGY', looksLikeOurs: false });
    expect(parseBarcode(']0A')).toEqual({ ok: false, reason: 'LENGTH', looksLikeOurs: false });
  });
});

describe('looksLikeOurs', () => {
  it('knows a code with one misread letter in 20 characters, and not in 19 or with two', () => {
    expect(looksLikeOurs(`CHARGF${'9'.repeat(14)}`)).toBe(true);
    expect(looksLikeOurs(`CHARGF${'9'.repeat(13)}`)).toBe(false);
    expect(looksLikeOurs(`CHAXGF${'9'.repeat(14)}`)).toBe(false);
  });
  it('knows a whole code anywhere with ten digits after it, and not with nine', () => {
    expect(looksLikeOurs(`xxREFUND${'9'.repeat(10)}`)).toBe(true);
    expect(looksLikeOurs(`xxREFUND${'9'.repeat(9)}`)).toBe(false);
    expect(looksLikeOurs(`\u0002refund 94100 00000`)).toBe(true);
  });
  it('sets an identifier and leading blanks aside', () => {
    expect(looksLikeOurs(` ]C0 CHARGF${'9'.repeat(14)}`)).toBe(true);
  });
  it('passes goods on', () => {
    for (const raw of [
      '8801234567890',
      '01234565',
      ']E08801234567890',
      'https://example.org/coupon/1234567890',
    ]) {
      expect(looksLikeOurs(raw)).toBe(false);
    }
  });
});

describe('formatBarcode', () => {
  it.each([
    ['cardNumber', { cardNumber: '941000000000000' }],
    ['cardNumber', { cardNumber: '94100000000000٠5' }],
    ['token', { token: '12' }],
    ['amount', { amount: 1_000_000 }],
    ['amount', { amount: -1 }],
    ['amount', { amount: 0.5 }],
  ])('refuses a spec by the name of its %s and never shows its value', (field, change) => {
    const spec: BarcodeSpec = {
      type: 'CHARGE',
      cardNumber: '9410000000000005',
      token: '123',
      amount: 1,
      ...change,
    };
    try {
      formatBarcode(spec);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(BarcodeSpecError);
      expect((error as BarcodeSpecError).field).toBe(field);
      expect((error as BarcodeSpecError).message).not.toMatch(/9410/);
    }
  });
});

describe('checkCodeTable', () => {
  it('accepts the default and a numeric table', () => {
    expect(checkCodeTable(DEFAULT_CODE_TABLE)).toEqual([]);
    expect(checkCodeTable(NUMERIC)).toEqual([]);
  });
  it('names every mistake', () => {
    expect(checkCodeTable({ CHARGE: ['CHARGE'], REFUND: ['charge'] })).toHaveLength(1);
    expect(checkCodeTable({ CHARGE: [], REFUND: ['12345', ']C0ABC'] })).toHaveLength(3);
  });
});

describe('luhn and maskCard', () => {
  it('knows check digits, and no letter is one', () => {
    expect(luhn('9410000000000005')).toBe(true);
    expect(luhn('4111111111111111')).toBe(true);
    expect(luhn('4111111111111112')).toBe(false);
    expect(luhn('')).toBe(false);
    expect(luhn('411111111111111A')).toBe(false);
  });
  it('finds every single wrong digit', () => {
    fc.assert(
      fc.property(digits(15), fc.nat({ max: 15 }), fc.integer({ min: 1, max: 9 }), (head, at, add) => {
        const whole = [...'0123456789'].map((digit) => head + digit).find(luhn) ?? '';
        const wrong = [...whole].map((d, i) => (i === at ? String((Number(d) + add) % 10) : d)).join('');
        expect(luhn(whole)).toBe(true);
        expect(luhn(wrong)).toBe(false);
      }),
    );
  });
  it('shows BIN and last four only', () => {
    expect(maskCard('9410000000000005')).toBe('9410 00** **** 0005');
    expect(maskCard('941')).toBe('**** **** **** ****');
  });
});

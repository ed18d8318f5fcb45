import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIAGNOSIS_CAUSES, diagnose } from '../../../src/barcode/diagnose.ts';
import { KEY_ROWS, LAYOUT_NAMES, retype } from '../../../src/barcode/layouts.ts';
import { maskFrame } from '../../../src/barcode/mask.ts';
import { parseBarcode } from '../../../src/barcode/parse.ts';
import { anyText } from './any-text.ts';

const VALID = 'CHARGE9410000000000005123010000';
const CARTON = '8801234567893';

const found = (raw: string, symbology?: string) => {
  const { cause, detail, till, ours } = diagnose(raw, undefined, symbology);
  return { cause, detail, till, ours };
};

describe('diagnose names the cause', () => {
  it.each([
    ['a payment', VALID, 'NONE', null],
    ['caps lock', VALID.toLowerCase(), 'CAPS', null],
    ['caps lock over an identifier', `]c0${VALID.toLowerCase()}`, 'CAPS', null],
    ['a cut end', VALID.slice(0, 30), 'CUT', null],
    ['a cut end with a misread letter', `CHARGF${VALID.slice(6, 25)}`, 'CUT', null],
    ['the same scan twice', VALID + VALID, 'MERGED', null],
    ['half a scan and a whole one', VALID.slice(0, 12) + VALID, 'MERGED', null],
    ['a product and a payment', CARTON + VALID, 'MERGED', null],
    ['a blank before', ` ${VALID}`, 'EXTRA', 'blank before'],
    ['STX and ETX', `\u0002${VALID}\u0003`, 'EXTRA', 'control character before, control character after'],
    ['a doubled suffix', `${VALID}\r`, 'EXTRA', 'CR after'],
    ['a letter that names the symbology', `j${VALID}`, 'EXTRA', 'letter before'],
    ['a prefix before the identifier', `*]C0${VALID}`, 'EXTRA', 'sign before'],
    ['GS1-128', `]C1${VALID}`, 'SYMBOLOGY', 'GS1-128'],
    ['QR of the same text', `]Q1${VALID}`, 'SYMBOLOGY', 'QR Code'],
    ['Data Matrix of the same text', `]d1${VALID}`, 'SYMBOLOGY', 'Data Matrix'],
    ['a misread digit', `${VALID.slice(0, 10)}X${VALID.slice(11)}`, 'MISREAD', 'CARD_NUMBER'],
    ['a misread code', `CHARGF${VALID.slice(6)}`, 'MISREAD', 'TRANSACTION_CODE'],
  ])('%s', (_name, raw, cause, detail) => {
    expect(found(raw)).toEqual({ cause, detail, till: null, ours: true });
  });

  it.each([
    ['nothing', '', 'EMPTY'],
    ['a product', CARTON, 'NOT_OURS'],
    ['a product with identifier', `]E0${CARTON}`, 'NOT_OURS'],
    ['a text', 'hello', 'NOT_OURS'],
  ])('%s, which is not ours', (_name, raw, cause) => {
    expect(found(raw)).toEqual({ cause, detail: null, till: null, ours: false });
  });

  it('takes the symbology that the device reports out of band', () => {
    expect(found(VALID, ']Q1')).toMatchObject({ cause: 'SYMBOLOGY', detail: 'QR Code', ours: true });
  });

  it.each([
    ['a French scanner on a US till', retype(VALID, 'FR', 'US'), 'FR', 'US'],
    ['a US scanner on a French till', retype(VALID, 'US', 'FR'), 'US', 'FR'],
    ['a US scanner on a German till, seen by its identifier', retype(`]C0${VALID}`, 'US', 'DE'), 'US', 'DE'],
    ['a US scanner under a Korean input method, single letters', retype(VALID, 'US', 'KR'), 'US', 'KR'],
    ['a US scanner under a Korean input method, syllables', `촘ㄲㅎㄸ${VALID.slice(6)}`, 'US', 'KR'],
  ])('%s', (_name, raw, scanner, till) => {
    expect(raw).not.toBe(VALID);
    expect(found(raw)).toEqual({ cause: 'LAYOUT', detail: scanner, till, ours: true });
  });

  it('sees ALT-numpad by its numbers, two to four digits each', () => {
    for (const width of [2, 3, 4]) {
      const raw = [...VALID].map((c) => String(c.charCodeAt(0)).padStart(width, '0')).join('');
      expect(found(raw)).toEqual({ cause: 'LAYOUT', detail: 'ALT-numpad', till: 'US', ours: true });
    }
  });

  it('answers every text whatever with one of its causes, and calls ours what the parser calls ours', () => {
    fc.assert(
      fc.property(anyText(120), fc.nat({ max: 31 }), (text, at) => {
        for (const raw of [text, VALID.slice(0, at) + text, text + VALID.slice(at)]) {
          const diagnosis = diagnose(raw);
          const parsed = parseBarcode(raw);
          expect(DIAGNOSIS_CAUSES).toContain(diagnosis.cause);
          expect(diagnosis.cause === 'NONE').toBe(parsed.ok);
          if (!parsed.ok && parsed.looksLikeOurs) expect(diagnosis.ours).toBe(true);
        }
      }),
    );
  });

  it('never repeats digits of the scan', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 31 }),
        fc.nat({ max: 31 }),
        fc.string({ maxLength: 4 }),
        (from, to, piece) => {
          const text = JSON.stringify(diagnose(VALID.slice(from) + piece + VALID.slice(0, to)));
          expect(text).not.toMatch(/9410|0005123|123010/);
        },
      ),
    );
  });

  it('knows the same number of keys in every layout', () => {
    for (const name of LAYOUT_NAMES) {
      expect([...KEY_ROWS[name].plain]).toHaveLength(47);
      expect([...KEY_ROWS[name].shifted]).toHaveLength(47);
    }
  });
});

describe('maskFrame', () => {
  it('keeps code, BIN, last four and amount of a payment', () => {
    expect(maskFrame(`]C0${VALID}`)).toBe(']C0CHARGE941000******0005***010000');
  });
  it('keeps a product code, a transaction code, and nothing else that has digits', () => {
    expect(maskFrame(CARTON)).toBe(CARTON);
    expect(maskFrame('9410000000000005')).toBe('9999999999999999');
    expect(maskFrame(` ${VALID}\t`)).toBe(` CHARGE${'9'.repeat(25)}<09>`);
    expect(maskFrame(retype(VALID, 'US', 'FR'))).toBe(`AAAAAA${'#'.repeat(25)}`);
  });
  it('lets no digit of card or token through, however the scan is damaged', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 31 }),
        fc.nat({ max: 31 }),
        fc.constantFrom('', '\r', 'X', ' '),
        (from, to, piece) => {
          const secret = 'CHARGE9417362850412385697010000';
          const masked = maskFrame(secret.slice(from) + piece + secret.slice(0, to));
          expect(masked).not.toMatch(/36285041|697/);
        },
      ),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { FAULT_KINDS, PHONE_ROUTES, phonePath } from '../../../src/issuer/phone/api.ts';
import { minutesSeconds, readingAid, seoulTime, won, wonWithAid } from '../../../src/issuer/phone/format.ts';
import { sizeFor } from '../../../src/issuer/phone/picture.ts';
import {
  FAULT_TEXTS,
  fill,
  reasonText,
  STATE_TEXTS,
  STATUS_TEXTS,
  TEXTS,
  TYPE_TEXTS,
} from '../../../src/issuer/phone/texts.ts';

describe('amounts on the phone', () => {
  it.each([
    [10_000, '10,000원 (1만원)'],
    [15_000, '15,000원 (1만 5천원)'],
    [100_000, '100,000원 (10만원)'],
    [123_450, '123,450원 (12만 3,450원)'],
    [5_000, '5,000원 (5천원)'],
    [999_999, '999,999원 (99만 9,999원)'],
    [4_500, '4,500원'],
    [500, '500원'],
    [0, '0원'],
  ])('%i is read %s', (amount, text) => {
    expect(wonWithAid(amount, 'ko')).toBe(text);
    expect(wonWithAid(amount, 'en')).toBe(won(amount, 'en'));
  });
  it('have no aid below 1,000 or between whole thousands below 10,000', () => {
    expect(readingAid(999)).toBeNull();
    expect(readingAid(9_999)).toBeNull();
    expect(readingAid(9_000)).toBe('9천원');
  });
});

describe('times on the phone', () => {
  it('count down in minutes and seconds and end at 0:00', () => {
    expect([300_000, 272_001, 999, 0, -5].map(minutesSeconds)).toEqual([
      '5:00',
      '4:33',
      '0:01',
      '0:00',
      '0:00',
    ]);
  });
  it('are Korean whatever zone the phone is in', () => {
    expect(seoulTime(Date.UTC(2026, 6, 23, 15, 32))).toBe('07-24 00:32');
  });
});

describe('the size of the barcode', () => {
  it('is a whole number of device pixels per module, on every phone', () => {
    for (const ratio of [1, 1.5, 2, 2.625, 3]) {
      const { modulePixels } = sizeFor(275, 620, ratio);
      expect(Number.isInteger(modulePixels)).toBe(true);
      expect((275 * modulePixels) / ratio).toBeLessThanOrEqual(620);
    }
  });
  it('is at least a quarter of a millimetre per module on a phone of 640 pixels, and said to be narrow below', () => {
    expect(sizeFor(275, 560, 3)).toEqual({ modulePixels: 6, narrow: false });
    expect(sizeFor(275, 200, 2)).toEqual({ modulePixels: 1, narrow: true });
  });
});

describe('the texts', () => {
  const tables: [string, Record<string, unknown>][] = [
    ['texts', TEXTS],
    ['types', TYPE_TEXTS],
    ['statuses', STATUS_TEXTS],
    ['faults', FAULT_TEXTS],
    ...Object.entries(STATE_TEXTS),
  ];
  it.each(tables)('%s: each in both languages with the same placeholders', (_name, table) => {
    for (const text of Object.values(table) as { ko: string; en: string }[]) {
      const names = (words: string) => [...words.matchAll(/\{\w+\}/g)].map(String).sort();
      expect(text.ko).not.toBe('');
      expect(names(text.en)).toEqual(names(text.ko));
    }
  });
  it('leave a forgotten placeholder visible', () => {
    expect(fill('{a} {b}', { a: '1' })).toBe('1 {b}');
  });
  it('show the code beside the reason, and an unknown code as it is', () => {
    expect(reasonText('006_007', 'en')).toBe('amount or balance (006_007)');
    expect(reasonText('009_999', 'ko')).toBe('009_999');
  });
});

describe('the routes', () => {
  it('fill their parts and never carry a raw slash', () => {
    expect(phonePath(PHONE_ROUTES.barcode.path, { barcodeRef: 'a/b' })).toBe('/phone/api/barcodes/a%2Fb');
    expect(FAULT_KINDS).toContain('dropAfter');
  });
});

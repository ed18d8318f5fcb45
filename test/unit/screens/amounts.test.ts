import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clockTime,
  countdownDigits,
  dashedDate,
  date,
  maskedCard,
  monthDay,
  readingAid,
  span,
  won,
} from '../../../src/screens/text/format.ts';

const plain = (text: string | null): string | null => text?.replaceAll('\u00a0', ' ') ?? null;

describe('amounts (screens rule 3)', () => {
  it.each([
    [10_000, '1만원'],
    [15_000, '1만 5천원'],
    [100_000, '10만원'],
    [123_450, '12만 3,450원'],
    [5_000, '5천원'],
    [999_999, '99만 9,999원'],
    [10_500, '1만 500원'],
    [1_000, '1천원'],
  ])('reads %i as %s', (amount, aid) => {
    expect(plain(readingAid(amount))).toBe(aid);
  });

  it.each([0, 1, 999, 1_500, 9_999])('gives no aid to %i', (amount) => {
    expect(readingAid(amount)).toBeNull();
  });

  it('writes digits with commas and the unit, in both languages', () => {
    expect(won(10_000, 'ko')).toBe('10,000원');
    expect(plain(won(999_999, 'en'))).toBe('999,999 won');
  });

  it('never allows a line to break inside an amount', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999 }), (amount) => {
        expect(won(amount, 'ko')).not.toMatch(/[ \t\n]/);
        expect(won(amount, 'en')).not.toMatch(/[ \t\n]/);
        expect(readingAid(amount) ?? '').not.toMatch(/[ \t\n]/);
      }),
    );
  });

  it('says the same amount in the aid as in the digits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 999_999 }), (amount) => {
        const aid = plain(readingAid(amount));
        if (aid === null) return;
        const match = /^(?:(\d+)만 ?)?(?:(\d)천|([\d,]+))?원$/.exec(aid);
        expect(match).not.toBeNull();
        const [, tenThousands = '0', thousands = '0', rest = '0'] = match ?? [];
        const value =
          Number(tenThousands) * 10_000 + Number(thousands) * 1_000 + Number(rest.replaceAll(',', ''));
        expect(value).toBe(amount);
      }),
    );
  });
});

describe('times', () => {
  const at = Date.UTC(2026, 6, 23, 20, 5, 9);

  it('are Korean time whatever the kiosk is set to', () => {
    expect(clockTime(at)).toBe('05:05');
    expect(date(at)).toBe('2026-07-24');
  });

  it('writes spans and countdowns for people', () => {
    expect(span(192_000)).toBe('03:12');
    expect(span(3_600_000 * 2 + 61_000)).toBe('2:01:01');
    expect(span(3_600_000 * 50)).toBe('50h');
    expect(countdownDigits(298_500)).toBe('4:59');
    expect(countdownDigits(11_001)).toBe('12');
    expect(countdownDigits(0)).toBe('0');
  });

  it('reads business dates with and without hyphens', () => {
    expect(monthDay('20260723')).toBe('07-23');
    expect(monthDay(null)).toBeNull();
    expect(dashedDate('20260723')).toBe('2026-07-23');
  });

  it('masks a card to six and four', () => {
    expect(maskedCard('941000', '0005')).toBe('9410 00** **** 0005');
  });
});

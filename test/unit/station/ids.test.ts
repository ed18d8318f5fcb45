import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIds, writtenReference } from '../../../src/station/ids.ts';
import { businessDayStartMs, issuerDateTime, kstDate, kstDateTime } from '../../../src/station/kst.ts';

const random = { bytes: (count: number) => randomBytes(count), fraction: () => 0.5 };

describe('ids', () => {
  it('are 26 characters of Crockford base 32 and sort by time', () => {
    fc.assert(
      fc.property(fc.nat({ max: 4_000_000_000 }), fc.integer({ min: 1, max: 1_000_000 }), (ms, more) => {
        const make = createIds(random);
        const first = make(ms);
        const second = make(ms + more);
        expect(first).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
        expect(second > first).toBe(true);
      }),
    );
  });

  it('carry 80 random bits: every one of them reaches the text', () => {
    const texts = new Set<string>();
    for (let bit = 0; bit < 80; bit += 1) {
      const bytes = new Uint8Array(10);
      bytes[bit >> 3] = 1 << (bit & 7);
      texts.add(createIds({ bytes: () => bytes, fraction: () => 0 })(0));
    }
    expect(texts.size).toBe(80);
  });

  it('do not go back in time with the wall clock', () => {
    const make = createIds(random);
    const before = make(1_000_000_000_000);
    expect(make(0).slice(0, 10)).toBe(before.slice(0, 10));
  });

  it('are read aloud by their last eight characters', () => {
    expect(writtenReference('01K0V3M8Q4ZT6W5R2N7QK29XMD')).toBe('7QK2-9XMD');
  });
});

describe('Korean time', () => {
  it('is nine hours ahead', () => {
    expect(kstDateTime(Date.UTC(2026, 6, 23, 5, 32, 5))).toBe('2026-07-23 14:32:05');
    expect(kstDate(Date.UTC(2026, 6, 23, 15, 0, 0))).toBe('20260724');
    expect(issuerDateTime('20260723143205123')).toBe('2026-07-23 14:32:05');
    expect(issuerDateTime('nonsense')).toBeNull();
  });

  it('begins a business day at its cut-over hour', () => {
    const start = businessDayStartMs(Date.UTC(2026, 6, 23, 5, 32, 5), 6);
    expect(kstDateTime(start)).toBe('2026-07-23 06:00:00');
    expect(kstDateTime(businessDayStartMs(Date.UTC(2026, 6, 22, 20, 0, 0), 6))).toBe('2026-07-22 06:00:00');
  });
});

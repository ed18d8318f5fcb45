import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/barcode/diagnose.ts';
import { refusedByDiagnosis, UnreadableCount } from '../../../src/station/refused.ts';
import { REFUSED_CAUSES } from '../../../src/station/snapshot.ts';

const GOOD = 'CHARGE9491330000000016123010000';

function cause(text: string, symbology: string | null = null): string | null {
  const found = refusedByDiagnosis(diagnose(text, undefined, symbology));
  if (found !== null) expect(REFUSED_CAUSES).toContain(found.cause);
  return found?.cause ?? null;
}

describe('a damaged payment barcode', () => {
  it('gets the row of screens 1.6 that says what to do', () => {
    expect(cause(GOOD.slice(0, 25))).toBe('CUT');
    expect(cause(GOOD + GOOD)).toBe('MERGED');
    expect(cause(GOOD.replace('CHARGE', 'charge'))).toBe('CAPS');
    expect(cause(` ${GOOD}`)).toBe('EXTRA');
    expect(cause(GOOD, ']C1')).toBe('SYMBOLOGY');
    expect(cause(GOOD.replace('16123', '1612X'))).toBe('MISREAD');
  });

  it('is none when the scan is not ours', () => {
    expect(cause('8801234567893')).toBeNull();
    expect(cause('')).toBeNull();
  });
});

describe('unreadable scans', () => {
  it('ask for a new barcode at the third within a minute', () => {
    const count = new UnreadableCount(60_000);
    expect(count.add('CUT', {}, 0).repeated).toBe(false);
    expect(count.add('MISREAD', {}, 20_000).repeated).toBe(false);
    expect(count.add('CUT', {}, 40_000).repeated).toBe(true);
  });

  it('are forgotten after a minute, and after a good scan', () => {
    const count = new UnreadableCount(60_000);
    count.add('CUT', {}, 0);
    count.add('CUT', {}, 1_000);
    expect(count.add('CUT', {}, 61_500).repeated).toBe(false);
    count.add('CUT', {}, 62_000);
    count.clear();
    expect(count.add('CUT', {}, 62_500).repeated).toBe(false);
  });

  it('are not counted for a scanner that is set up wrongly: a new barcode would not help', () => {
    const count = new UnreadableCount(60_000);
    for (let time = 0; time < 5; time += 1) expect(count.add('CAPS', {}, time).repeated).toBe(false);
  });
});

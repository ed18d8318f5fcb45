import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyGuard } from '../../../src/screens/cashier/keyboard.ts';

/** Types the keys with one gap, settles long after, and says what got through. */
function type(keys: readonly string[], gapMs: number): { typed: string[]; bursts: number } {
  const guard = new KeyGuard();
  const typed: string[] = [];
  let bursts = 0;
  let now = 10_000;
  for (const key of keys) {
    // The page settles every 20 ms while a key is held.
    for (let at = now - gapMs; at < now; at += 20) {
      const key_ = guard.settle(at);
      if (key_ !== null) typed.push(key_);
    }
    const seen = guard.press(key, now);
    if (seen.kind === 'burst') bursts += 1;
    now += gapMs;
  }
  const last = guard.settle(now + 1_000);
  if (last !== null) typed.push(last);
  return { typed, bursts };
}

const BARCODE = 'CHARGE9410000000000005123010000';

describe('the wedge-safe keyboard', () => {
  it('lets nothing of a scanned barcode through, and reports one burst', () => {
    for (const gapMs of [1, 5, 12, 29]) {
      expect(type([...BARCODE, 'Enter'], gapMs)).toEqual({ typed: [], bursts: 1 });
    }
  });

  it('lets nothing through from a slow scanner either', () => {
    expect(type([...BARCODE, 'Enter'], 45).typed).toEqual([]);
  });

  it('drops whatever a scanner sends, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('1', 'C', 'Tab', 'Enter', ' ', 'ArrowDown'), {
          minLength: 2,
          maxLength: 60,
        }),
        fc.integer({ min: 1, max: 29 }),
        (keys, gapMs) => {
          expect(type(keys, gapMs).typed).toEqual([]);
        },
      ),
    );
  });

  it('takes digits at human speed', () => {
    expect(type(['4', '8', '2', '9'], 150)).toEqual({ typed: ['4', '8', '2', '9'], bursts: 0 });
  });

  it('takes Enter and Space only out of silence on both sides', () => {
    expect(type(['Enter'], 150).typed).toEqual(['Enter']);
    expect(type(['5', 'Enter'], 200).typed).toEqual(['5']);
    expect(type(['Enter', '5'], 200).typed).not.toContain('Enter');
    expect(type(['5', 'Enter'], 400).typed).toEqual(['5', 'Enter']);
  });

  it('passes function keys at once and never holds them', () => {
    const guard = new KeyGuard();
    expect(guard.press('F6', 0)).toEqual({ kind: 'function', key: 'F6' });
    expect(guard.settle(5_000)).toBeNull();
  });

  it('reports a second burst after a pause', () => {
    const guard = new KeyGuard();
    let bursts = 0;
    for (const start of [0, 5_000]) {
      for (let index = 0; index < 31; index += 1) {
        if (guard.press('1', start + index * 5).kind === 'burst') bursts += 1;
      }
    }
    expect(bursts).toBe(2);
  });
});

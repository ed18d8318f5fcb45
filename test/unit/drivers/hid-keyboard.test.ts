import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseReportDescriptor } from '../../../drivers/hid/descriptor.ts';
import { bootReport, KeyboardDecoder, keyReaderOf } from '../../../drivers/hid/keyboard-decoder.ts';
import { characterOf, KEYBOARD_LAYOUTS, type KeyboardLayout } from '../../../drivers/hid/layouts.ts';
import { diagnose } from '../../../src/barcode/diagnose.ts';
import { KEY_ROWS, retype } from '../../../src/barcode/layouts.ts';
import { altTyped, KEYBOARD_DESCRIPTOR, report, typed } from './hid-reports.ts';

const VALID = 'CHARGE9410000000000005123010000';
const decoded = (layout: KeyboardLayout, reports: readonly Uint8Array[]): string => {
  const decoder = new KeyboardDecoder(layout, keyReaderOf(parseReportDescriptor(KEYBOARD_DESCRIPTOR)));
  return reports.map((each) => decoder.push(each)).join('');
};

describe('the keyboard decoder', () => {
  it.each([...KEYBOARD_LAYOUTS])(
    'reads a payment, its identifier and the suffix under the layout %s',
    (layout) => {
      expect(decoded(layout, typed(`]C0${VALID}\r\t`, layout))).toBe(`]C0${VALID}\r\t`);
    },
  );

  it('reads every character that its layout can type', () => {
    for (const layout of KEYBOARD_LAYOUTS) {
      const { plain, shifted } = KEY_ROWS[layout === 'KR' ? 'US' : layout];
      const characters = [...new Set(plain + shifted)].filter((c) => !'^´`¨'.includes(c) || layout !== 'DE');
      const text = characters.filter((c) => !'^¨'.includes(c) || layout !== 'FR').join('');
      const sent = layout === 'KR' ? text.replace('\\', '₩') : text;
      expect(decoded(layout, typed(sent, layout))).toBe(sent);
    }
  });

  it('gives a dead key its sign when a blank follows, as scanners send it', () => {
    expect(decoded('DE', typed('^ a', 'DE'))).toBe('^a');
    expect(decoded('FR', [report(0, 0x2f), report(0), ...typed(' A', 'FR')])).toBe('^A');
    expect(decoded('DE', typed('^a', 'DE'))).toBe('^a');
  });

  it('understands ALT and numbers of two, three and four digits under any layout', () => {
    for (const layout of KEYBOARD_LAYOUTS) {
      for (const width of [2, 3, 4]) expect(decoded(layout, altTyped(VALID, width))).toBe(VALID);
    }
  });

  it('takes a key once while it is held, and again after it was let go', () => {
    const nine = 0x26;
    expect(decoded('US', [report(0, nine), report(0, nine), report(0), report(0, nine)])).toBe('99');
    expect(
      decoded('US', [report(0, 0x1e), report(0, 0x1e, 0x1f), report(0, 0x1f), report(0, 0x1f, 0x1e)]),
    ).toBe('121');
  });

  it('forgets nothing over a roll-over report', () => {
    const rollOver = report(0, 1, 1, 1, 1, 1, 1);
    expect(decoded('US', [report(0, 0x1e), rollOver, report(0, 0x1e), report(0)])).toBe('1');
  });

  it('follows a Caps Lock that the scanner presses itself', () => {
    const caps = [report(0, 0x39), report(0)];
    expect(decoded('US', [...caps, ...typed('ab1', 'US'), ...caps, ...typed('ab', 'US')])).toBe('AB1ab');
  });

  it('reads a bitmap keyboard with report ids by its descriptor', () => {
    // report id 3, eight modifier bits, 120 key bits
    const descriptor = Buffer.from(
      '05010906a10185030507 19e029e7 15002501 75019508 8102 1900 2977 9578 8102 c0'.replaceAll(' ', ''),
      'hex',
    );
    const read = keyReaderOf(parseReportDescriptor(descriptor));
    const press = (modifiers: number, key: number) => {
      const bytes = Buffer.alloc(17);
      bytes[0] = 3;
      bytes[1] = modifiers;
      if (key > 0) bytes[2 + (key >> 3)] = 1 << (key & 7);
      return bytes;
    };
    const decoder = new KeyboardDecoder('US', read);
    const text = [press(2, 6), press(0, 0), press(0, 0x26), press(0, 0)]
      .map((each) => decoder.push(each))
      .join('');
    expect(text).toBe('C9');
    expect(decoder.push(Buffer.from([9, 0, 0]))).toBe('');
  });

  it('never throws, whatever arrives', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...KEYBOARD_LAYOUTS),
        fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 30 }),
        (layout, reports) => {
          expect(decoded(layout, reports).length).toBeLessThanOrEqual(reports.length * 8);
          const decoder = new KeyboardDecoder(layout, bootReport);
          for (const each of reports) decoder.push(each);
        },
      ),
    );
  });
});

describe('the layouts of driver and diagnosis', () => {
  it('name the same characters on the same keys', () => {
    for (const layout of ['US', 'UK', 'DE', 'FR'] as const) {
      const usages = [...KEY_ROWS.US.plain].map((c) => {
        for (let usage = 4; usage < 0x54; usage += 1) {
          if (characterOf('US', usage, { shift: false, altGr: false }) === c) return usage;
        }
        throw new RangeError(c);
      });
      const row = (shift: boolean) =>
        usages.map((u) => characterOf(layout, u, { shift, altGr: false })).join('');
      expect(row(false)).toBe(KEY_ROWS[layout].plain);
      expect(row(true)).toBe(KEY_ROWS[layout].shifted);
    }
  });

  it('agree on what a wrong layout does to a payment: the diagnosis names what the driver reads', () => {
    for (const [scanner, till] of [
      ['FR', 'US'],
      ['US', 'FR'],
    ] as const) {
      const wrong = decoded(till, typed(VALID, scanner));
      expect(wrong).toBe(retype(VALID, scanner, till));
      expect(diagnose(wrong)).toMatchObject({ cause: 'LAYOUT', detail: scanner, till });
    }
  });
});

import { characterOf, type KeyboardLayout } from '../../../drivers/hid/layouts.ts';

/** The descriptor of a HID-POS scanner with a 64-byte report, id 2 (hardware-lab). */
export const POS_DESCRIPTOR = Buffer.from(
  '058c0902a10185020912a102150026ff00750895010501093b81029503058c09fb09fc09fd8102953809fe8202019501' +
    '0600ff090181028103058c09ff25017501810275078103c085040914a10215002501750195020960095f9102750695019103c0c0',
  'hex',
);

/** The boot keyboard of HID 1.11, appendix B.1. */
export const KEYBOARD_DESCRIPTOR = Buffer.from(
  '05010906a101050719e029e71500250175019508810295017508810395057501050819012905910295017503910395067508150025650507190029658100c0',
  'hex',
);

/** The reports of one read, 56 bytes of data each. */
export function posReports(text: string, identifier = ']C0'): Buffer[] {
  const data = Buffer.from(text, 'latin1');
  const reports: Buffer[] = [];
  for (let at = 0; at === 0 || at < data.length; at += 56) {
    const piece = data.subarray(at, at + 56);
    const report = Buffer.alloc(64);
    report[0] = 2;
    report[1] = piece.length;
    report.write(identifier, 2, 'latin1');
    piece.copy(report, 5);
    report[63] = at + 56 < data.length ? 1 : 0;
    reports.push(report);
  }
  return reports;
}

const RELEASED = Buffer.alloc(8);
const SHIFT = 0x02;
const ALT_GR = 0x40;

/** What a keyboard scanner set to `layout` sends for a text: press and release per character. */
export function typed(text: string, layout: KeyboardLayout): Buffer[] {
  return [...text].flatMap((character) => [keyFor(character, layout), RELEASED]);
}

function keyFor(character: string, layout: KeyboardLayout): Buffer {
  for (let usage = 4; usage <= 0x64; usage += 1) {
    if (usage >= 0x54 && usage <= 0x63) continue; // the keypad types the same under every layout
    for (const modifiers of [0, SHIFT, ALT_GR]) {
      const state = { shift: modifiers === SHIFT, altGr: modifiers === ALT_GR };
      if (characterOf(layout, usage, state) === character) return report(modifiers, usage);
    }
  }
  throw new RangeError(`${layout} has no key for ${character}`);
}

export function report(modifiers: number, ...keys: number[]): Buffer {
  const bytes = Buffer.alloc(8);
  bytes[0] = modifiers;
  keys.forEach((key, at) => {
    bytes[2 + at] = key;
  });
  return bytes;
}

/** ALT held, the number on the keypad, ALT let go: per character, as in the scanners' ALT mode. */
export function altTyped(text: string, width: number): Buffer[] {
  const LEFT_ALT = 0x04;
  return [...text].flatMap((character) => {
    const digits = String(character.charCodeAt(0)).padStart(width, '0');
    const presses = [...digits].flatMap((digit) => [
      report(LEFT_ALT, digit === '0' ? 98 : 88 + Number(digit)),
      report(LEFT_ALT),
    ]);
    return [report(LEFT_ALT), ...presses, RELEASED];
  });
}

/**
 * Reports of a keyboard scanner to text. Takes what is newly pressed by comparing with the report before; the modifiers
 * stand in each report, so the desktop's own Caps Lock does not matter.
 */
import { bitsAt, type ReportDescriptor } from './descriptor.ts';
import { characterOf, isDead, type KeyboardLayout, keypadDigit } from './layouts.ts';

export const KEYBOARD_USAGE_PAGE = 0x07;
const MODIFIER_FIRST = 0xe0;
const MODIFIER_LAST = 0xe7;
const KEY_CAPS_LOCK = 0x39;
/** Roll-over and self-test codes, no keys. */
const KEY_FIRST = 0x04;
const SHIFT_BITS = 0b0010_0010;
const LEFT_ALT_BIT = 0b0000_0100;
const ALT_GR_BIT = 0b0100_0000;
/** ALT and a number is at most 255, written with up to four digits. */
const ALT_DIGITS_MAX = 5;

/** Modifiers and keys that are down, out of one report; null: not a keyboard report. */
export type KeyReader = (report: Uint8Array) => { modifiers: number; keys: readonly number[] } | null;

/** The reader for a device's reports; boot reports of eight bytes when the descriptor does not say more. */
export function keyReaderOf(descriptor: ReportDescriptor): KeyReader {
  const fields = descriptor.fields.filter(({ usagePage }) => usagePage === KEYBOARD_USAGE_PAGE);
  const keys = fields.filter(
    ({ isArray, usage }) => isArray || usage < MODIFIER_FIRST || usage > MODIFIER_LAST,
  );
  const first = keys[0];
  if (first === undefined) return bootReport;
  const { reportId } = first;
  const modifiers = fields.filter(
    ({ isArray, usage, reportId: id }) =>
      !isArray && id === reportId && usage >= MODIFIER_FIRST && usage <= MODIFIER_LAST,
  );
  return (report) => {
    if (descriptor.numbered && report[0] !== reportId) return null;
    const data = descriptor.numbered ? report.subarray(1) : report;
    let bits = 0;
    for (const { usage, bitOffset } of modifiers) {
      if (bitsAt(data, bitOffset, 1) === 1) bits |= 1 << (usage - MODIFIER_FIRST);
    }
    const down: number[] = [];
    for (const field of keys) {
      if (field.reportId !== reportId) continue;
      for (let i = 0; i < field.count; i += 1) {
        const value = bitsAt(data, field.bitOffset + i * field.bitSize, field.bitSize);
        if (field.isArray) down.push(value);
        else if (value === 1) down.push(field.usage + i);
      }
    }
    return { modifiers: bits, keys: down };
  };
}

/** `modifiers 00 k1..k6`, the report of the boot protocol (HID 1.11, appendix B.1). */
export const bootReport: KeyReader = (report) =>
  report.length < 8 ? null : { modifiers: report[0] ?? 0, keys: [...report.subarray(2, 8)] };

/** One per connection: keys that were down when it ended are forgotten. */
export class KeyboardDecoder {
  readonly #layout: KeyboardLayout;
  readonly #read: KeyReader;
  #down: readonly number[] = [];
  #capsLock = false;
  #altHeld = false;
  #altDigits = '';
  /** A dead key that waits for the next one. */
  #dead: string | null = null;

  constructor(layout: KeyboardLayout, read: KeyReader) {
    this.#layout = layout;
    this.#read = read;
  }

  /** The text that this report types: usually nothing or one character; Enter is CR, Tab is TAB. */
  push(report: Uint8Array): string {
    const pressed = this.#read(report);
    if (pressed === null) return '';
    const keys = pressed.keys.filter((key) => key >= KEY_FIRST);
    // Roll-over: the device says that it cannot tell the keys; what was down stays down.
    if (keys.length === 0 && pressed.keys.includes(1)) return '';
    let text = this.#altEnds(pressed.modifiers);
    for (const key of keys) if (!this.#down.includes(key)) text += this.#press(key, pressed.modifiers);
    this.#down = keys;
    return text;
  }

  /** ALT is let go: the number typed on the keypad becomes its character. */
  #altEnds(modifiers: number): string {
    const held = (modifiers & LEFT_ALT_BIT) !== 0;
    const typed = this.#altHeld && !held && this.#altDigits !== '' ? codeCharacter(this.#altDigits) : '';
    if (!held || !this.#altHeld) this.#altDigits = '';
    this.#altHeld = held;
    return typed;
  }

  #press(key: number, modifiers: number): string {
    if ((modifiers & LEFT_ALT_BIT) !== 0) {
      const digit = keypadDigit(key);
      if (digit !== null && this.#altDigits.length < ALT_DIGITS_MAX) this.#altDigits += digit;
      return '';
    }
    if (key === KEY_CAPS_LOCK) {
      this.#capsLock = !this.#capsLock;
      return '';
    }
    const shift = (modifiers & SHIFT_BITS) !== 0;
    const altGr = (modifiers & ALT_GR_BIT) !== 0;
    const character = characterOf(this.#layout, key, { shift, altGr });
    if (character === null) return '';
    return this.#afterDead(this.#capsLock ? swapped(character) : character, altGr);
  }

  #afterDead(character: string, altGr: boolean): string {
    const before = this.#dead;
    this.#dead = null;
    if (before !== null) return character === ' ' ? before : before + character;
    if (!altGr && isDead(this.#layout, character)) {
      this.#dead = character;
      return '';
    }
    return character;
  }
}

function swapped(letter: string): string {
  const upper = letter.toUpperCase();
  if (upper.length !== 1) return letter;
  return upper === letter ? letter.toLowerCase() : upper;
}

/** What ALT and a number type: one byte; scanners use it for ASCII and Latin-1. */
function codeCharacter(digits: string): string {
  const code = Number(digits) % 256;
  return code === 0 ? '' : String.fromCharCode(code);
}

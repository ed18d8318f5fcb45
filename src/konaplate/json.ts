import { WireFault } from './fault.ts';

/** Deeper nesting than any call of the platform has. */
const DEPTH_MAX = 16;
const WHITE = new Set([0x20, 0x09, 0x0a, 0x0d]);
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const PLAIN_NUMBER = /^(?:0|-?[1-9][0-9]*)(?:\.[0-9]*[1-9])?$/;

export interface StrictJson {
  readonly value: unknown;
  /**
   * Names of the members whose number is not written plainly (1e4, 10000.0, -0): JSON.parse makes them equal to the
   * plain one, the platform's number fields do not take them. Bounded to ten.
   */
  readonly oddNumbers: readonly string[];
}

/**
 * JSON with the holes of JSON.parse closed: one object, no duplicate member names (two readers could disagree about what
 * was signed), bounded depth. Throws WireFault JSON_FORM, never with the text.
 */
export function parseStrictJson(text: string): StrictJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WireFault('JSON_FORM');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new WireFault('JSON_FORM');
  return { value, oddNumbers: inspect(text) };
}

interface Frame {
  /** Member names seen so far; null in an array. */
  readonly names: Set<string> | null;
  name: string;
  expectsName: boolean;
}

/** One walk over a text that JSON.parse has already accepted, so only structure needs to be looked at. */
function inspect(text: string): string[] {
  const stack: Frame[] = [];
  const odd: string[] = [];
  let at = 0;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    const top = stack.at(-1);
    if (unit === QUOTE) {
      const end = stringEnd(text, at);
      if (top?.expectsName === true) addName(top, text.slice(at, end));
      at = end;
    } else if (unit === OPEN_OBJECT || unit === OPEN_ARRAY) {
      if (stack.length >= DEPTH_MAX) throw new WireFault('JSON_FORM');
      const object = unit === OPEN_OBJECT;
      stack.push({ names: object ? new Set() : null, name: top?.name ?? '', expectsName: object });
      at += 1;
    } else if (unit === CLOSE_OBJECT || unit === CLOSE_ARRAY) {
      stack.pop();
      at += 1;
    } else if (unit === COMMA) {
      if (top?.names) top.expectsName = true;
      at += 1;
    } else if (unit === 0x2d || (unit >= 0x30 && unit <= 0x39)) {
      const end = numberEnd(text, at);
      if (odd.length < 10 && !PLAIN_NUMBER.test(text.slice(at, end))) odd.push(top?.name ?? '');
      at = end;
    } else {
      // White space, the colon and the letters of true, false, null carry no structure.
      at += 1;
    }
  }
  return odd;
}

function addName(frame: Frame, quoted: string): void {
  const name: unknown = quoted.includes('\\') ? JSON.parse(quoted) : quoted.slice(1, -1);
  if (typeof name !== 'string' || frame.names === null || frame.names.has(name))
    throw new WireFault('JSON_FORM');
  frame.names.add(name);
  frame.name = name;
  frame.expectsName = false;
}

/** Behind the closing quote: the next one with an even number of backslashes before it. */
function stringEnd(text: string, from: number): number {
  let quote = text.indexOf('"', from + 1);
  while (isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  return quote + 1;
}

function isEscaped(text: string, quote: number): boolean {
  let at = quote;
  while (text.charCodeAt(at - 1) === BACKSLASH) at -= 1;
  return (quote - at) % 2 === 1;
}

function numberEnd(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if (unit === COMMA || unit === CLOSE_OBJECT || unit === CLOSE_ARRAY || WHITE.has(unit)) break;
    at += 1;
  }
  return at;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The bytes as text; throws WireFault UTF8 for anything that is not well-formed UTF-8 instead of replacing it. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new WireFault('UTF8');
  }
}

/**
 * What the keys of a keyboard scanner mean under its layout (HID Usage Tables, page 0x07). A scanner types one layout
 * only; the same key positions mean other characters under another.
 */

export const KEYBOARD_LAYOUTS = ['US', 'UK', 'DE', 'FR', 'KR'] as const;
export type KeyboardLayout = (typeof KEYBOARD_LAYOUTS)[number];

interface Keys {
  readonly plain: string;
  readonly shifted: string;
  /** Characters under AltGr, by the character that the key types alone. */
  readonly altGr: Readonly<Record<string, string>>;
  /** Keys that wait for the next one: scanners send a blank after them to get the sign itself. */
  readonly dead: string;
}

/** Usages of the 47 keys in the order of the rows below: number, Q, A and Z row. */
const USAGES = [
  0x35, 0x1e, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x2d, 0x2e, 0x14, 0x1a, 0x08, 0x15, 0x17,
  0x1c, 0x18, 0x0c, 0x12, 0x13, 0x2f, 0x30, 0x31, 0x04, 0x16, 0x07, 0x09, 0x0a, 0x0b, 0x0d, 0x0e, 0x0f, 0x33,
  0x34, 0x1d, 0x1b, 0x06, 0x19, 0x05, 0x11, 0x10, 0x36, 0x37, 0x38,
] as const;
/** Europe's key beside Enter has a usage of its own, though it stands where US keyboards have the backslash. */
const USAGE_NON_US_HASH = 0x32;
const USAGE_BACKSLASH = 0x31;
const USAGE_NON_US_BACKSLASH = 0x64;

const US: Keys = {
  plain: `\`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./`,
  shifted: `~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?`,
  altGr: {},
  dead: '',
};

const LAYOUTS: Readonly<Record<KeyboardLayout, Keys>> = {
  US,
  KR: { ...US, plain: US.plain.replace('\\', '₩') },
  UK: {
    plain: `\`1234567890-=qwertyuiop[]#asdfghjkl;'zxcvbnm,./`,
    shifted: `¬!"£$%^&*()_+QWERTYUIOP{}~ASDFGHJKL:@ZXCVBNM<>?`,
    altGr: { '`': '¦', '4': '€' },
    dead: '',
  },
  DE: {
    plain: `^1234567890ß´qwertzuiopü+#asdfghjklöäyxcvbnm,.-`,
    shifted: `°!"§$%&/()=?\`QWERTZUIOPÜ*'ASDFGHJKLÖÄYXCVBNM;:_`,
    altGr: { '2': '²', '3': '³', '7': '{', '8': '[', '9': ']', '0': '}', ß: '\\', q: '@', e: '€', '+': '~' },
    dead: '^´`',
  },
  FR: {
    plain: `²&é"'(-è_çà)=azertyuiop^$*qsdfghjklmùwxcvbn,;:!`,
    shifted: `~1234567890°+AZERTYUIOP¨£µQSDFGHJKLM%WXCVBN?./§`,
    altGr: {
      é: '~',
      '"': '#',
      "'": '{',
      '(': '[',
      '-': '|',
      è: '`',
      _: '\\',
      ç: '^',
      à: '@',
      ')': ']',
      '=': '}',
    },
    dead: '^¨',
  },
};

/** The extra key beside the left Shift, without and with Shift, and its AltGr. */
const EXTRA_KEY: Readonly<Record<KeyboardLayout, readonly [string, string, string]>> = {
  US: ['\\', '|', ''],
  KR: ['\\', '|', ''],
  UK: ['\\', '|', ''],
  DE: ['<', '>', '|'],
  FR: ['<', '>', ''],
};

/** Keypad keys and what they type, whatever the layout. */
const KEYPAD: Readonly<Record<number, string>> = {
  84: '/',
  85: '*',
  86: '-',
  87: '+',
  88: '\r',
  89: '1',
  90: '2',
  91: '3',
  92: '4',
  93: '5',
  94: '6',
  95: '7',
  96: '8',
  97: '9',
  98: '0',
  99: '.',
};

export interface KeyState {
  readonly shift: boolean;
  readonly altGr: boolean;
}

/** The character of a key, or null for one that types nothing. Enter is CR, Tab is TAB. */
export function characterOf(layout: KeyboardLayout, usage: number, state: KeyState): string | null {
  if (usage === 0x28) return '\r';
  if (usage === 0x2b) return '\t';
  if (usage === 0x2c) return ' ';
  const keypad = KEYPAD[usage];
  if (keypad !== undefined) return keypad;
  if (usage === USAGE_NON_US_BACKSLASH) {
    const [plain, shifted, altGr] = EXTRA_KEY[layout];
    return state.altGr ? altGr || null : state.shift ? shifted : plain;
  }
  const place = USAGES.findIndex((each) => each === (usage === USAGE_NON_US_HASH ? USAGE_BACKSLASH : usage));
  if (place < 0) return null;
  const keys = LAYOUTS[layout];
  const plain = keys.plain[place] ?? null;
  if (state.altGr) return plain === null ? null : (keys.altGr[plain] ?? null);
  return state.shift ? (keys.shifted[place] ?? null) : plain;
}

export function isDead(layout: KeyboardLayout, character: string): boolean {
  return LAYOUTS[layout].dead.includes(character);
}

/** The digit of a keypad key, for ALT and a number; null for every other key. */
export function keypadDigit(usage: number): string | null {
  const character = KEYPAD[usage];
  return character !== undefined && /^[0-9]$/.test(character) ? character : null;
}

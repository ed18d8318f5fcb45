/**
 * The 31 characters of a payment barcode: transaction code (6), card number (16), one-time token (3), amount (6).
 * Parsing is total and knows no policy: amount 0 and a card number that fails Luhn both parse.
 */

export type BarcodeType = 'CHARGE' | 'REFUND';

/** What a valid barcode says. The token and the full card number are secrets: never logged, never shown. */
export interface BarcodeSpec {
  readonly type: BarcodeType;
  /** 16 digits. */
  readonly cardNumber: string;
  /** 3 digits; never passes Luhn on purpose, never check it. */
  readonly token: string;
  /** Integer won, 0 to 999999. */
  readonly amount: number;
}

/** Transaction codes by type, each exactly six UTF-16 units. The first of a type is the one that is drawn. */
export type CodeTable = Readonly<Record<BarcodeType, readonly string[]>>;

export const DEFAULT_CODE_TABLE: CodeTable = { CHARGE: ['CHARGE'], REFUND: ['REFUND'] };

export const BARCODE_LENGTH = 31;
export const CODE_LENGTH = 6;
const CARD_END = 22;
const TOKEN_END = 25;
/** The AIM identifier of plain Code 128, the only symbology of a payment barcode. */
export const CODE_128 = ']C0';

/** Why a scan is no payment, in the order in which the reasons are tried. The set is closed. */
export const PARSE_REASONS = [
  'EMPTY',
  'SYMBOLOGY',
  'LENGTH',
  'TRANSACTION_CODE',
  'CARD_NUMBER',
  'TOKEN',
  'AMOUNT',
] as const;
export type ParseReason = (typeof PARSE_REASONS)[number];

export type ParseResult =
  | {
      readonly ok: true;
      readonly spec: BarcodeSpec;
      /** `]C0` when the scanner said so, in-band or out of band; null when it said nothing. */
      readonly symbology: string | null;
    }
  | {
      readonly ok: false;
      readonly reason: ParseReason;
      /** True: a damaged payment barcode, for the cashier. False: something else, for the POS program. */
      readonly looksLikeOurs: boolean;
    };

/**
 * Reads one frame (prefix and suffix already removed by the driver; nothing is trimmed here). Never throws, for any
 * string. `symbology` is the AIM identifier when the device reports it out of band.
 */
export function parseBarcode(
  raw: string,
  codeTable: CodeTable = DEFAULT_CODE_TABLE,
  symbology: string | null = null,
): ParseResult {
  let at = 0;
  let seen = symbology;
  if (hasIdentifier(raw)) {
    if (!raw.startsWith(CODE_128)) return refuse('SYMBOLOGY', raw, codeTable);
    at = 3;
    seen ??= CODE_128;
  }
  if (raw.length === at) return refuse('EMPTY', raw, codeTable);
  if (seen !== null && seen !== CODE_128) return refuse('SYMBOLOGY', raw, codeTable);
  if (raw.length - at !== BARCODE_LENGTH) return refuse('LENGTH', raw, codeTable);
  const type = typeAt(raw, at, codeTable);
  if (type === null) return refuse('TRANSACTION_CODE', raw, codeTable);
  if (!digitsBetween(raw, at + CODE_LENGTH, at + CARD_END)) return DAMAGED_CARD_NUMBER;
  if (!digitsBetween(raw, at + CARD_END, at + TOKEN_END)) return DAMAGED_TOKEN;
  let amount = 0;
  for (let i = at + TOKEN_END; i < at + BARCODE_LENGTH; i += 1) {
    const digit = raw.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return DAMAGED_AMOUNT;
    amount = amount * 10 + digit;
  }
  return {
    ok: true,
    spec: {
      type,
      cardNumber: raw.slice(at + CODE_LENGTH, at + CARD_END),
      token: raw.slice(at + CARD_END, at + TOKEN_END),
      amount,
    },
    symbology: seen,
  };
}

/** Past the transaction code a scan is ours beyond doubt: it begins with a code and is 31 characters long. */
const DAMAGED_CARD_NUMBER: ParseResult = Object.freeze({
  ok: false,
  reason: 'CARD_NUMBER',
  looksLikeOurs: true,
});
const DAMAGED_TOKEN: ParseResult = Object.freeze({ ok: false, reason: 'TOKEN', looksLikeOurs: true });
const DAMAGED_AMOUNT: ParseResult = Object.freeze({ ok: false, reason: 'AMOUNT', looksLikeOurs: true });

function refuse(reason: ParseReason, raw: string, codeTable: CodeTable): ParseResult {
  return { ok: false, reason, looksLikeOurs: looksLikeOurs(raw, codeTable) };
}

function typeAt(raw: string, at: number, codeTable: CodeTable): BarcodeType | null {
  if (hasCode(raw, at, codeTable.CHARGE)) return 'CHARGE';
  return hasCode(raw, at, codeTable.REFUND) ? 'REFUND' : null;
}

function hasCode(raw: string, at: number, codes: readonly string[]): boolean {
  for (let i = 0; i < codes.length; i += 1) {
    const code = codes[i] ?? '';
    if (code.length !== CODE_LENGTH) continue;
    let same = 0;
    while (same < CODE_LENGTH && raw.charCodeAt(at + same) === code.charCodeAt(same)) same += 1;
    if (same === CODE_LENGTH) return true;
  }
  return false;
}

function digitsBetween(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit < 48 || unit > 57) return false;
  }
  return true;
}

/** An AIM identifier is `]`, a letter, a letter or digit. */
function hasIdentifier(text: string, at = 0): boolean {
  return (
    text.charCodeAt(at) === 93 &&
    isLetter(text.charCodeAt(at + 1)) &&
    (isLetter(text.charCodeAt(at + 2)) || isDigit(text.charCodeAt(at + 2)))
  );
}

function isLetter(unit: number): boolean {
  return (unit >= 65 && unit <= 90) || (unit >= 97 && unit <= 122);
}

function isDigit(unit: number): boolean {
  return unit >= 48 && unit <= 57;
}

function isBlank(unit: number): boolean {
  return unit <= 32 || unit === 0xa0 || unit === 0x3000 || unit === 0xfeff;
}

/** The AIM identifier at the head of a frame, leading blanks set aside; null when there is none. */
export function identifierOf(raw: string): string | null {
  const at = skipBlanks(raw, 0);
  return hasIdentifier(raw, at) ? raw.slice(at, at + 3) : null;
}

/** The frame without leading blanks and AIM identifier. */
export function payloadOf(raw: string): string {
  return raw.slice(payloadStart(raw));
}

function payloadStart(raw: string): number {
  const at = skipBlanks(raw, 0);
  return hasIdentifier(raw, at) ? skipBlanks(raw, at + 3) : at;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && isBlank(text.charCodeAt(at))) at += 1;
  return at;
}

const LOOKS_LENGTH_MIN = 20;
const LOOKS_DIGITS_MIN = 10;
const LOOKS_MISREADS_MAX = 1;

/**
 * Is this a damaged payment barcode rather than a product's? Identifier and leading blanks set aside, case ignored: it
 * has at least 20 characters and its first six differ from a code in at most one place; or a code stands anywhere in
 * it with at least ten digits after it.
 */
export function looksLikeOurs(raw: string, codeTable: CodeTable = DEFAULT_CODE_TABLE): boolean {
  if (raw.length < CODE_LENGTH + LOOKS_DIGITS_MIN) return false;
  const from = payloadStart(raw);
  if (raw.length - from < CODE_LENGTH + LOOKS_DIGITS_MIN) return false;
  if (raw.length - from >= LOOKS_LENGTH_MIN) {
    if (startsLike(raw, from, codeTable.CHARGE) || startsLike(raw, from, codeTable.REFUND)) return true;
  }
  return standsIn(raw, from, codeTable.CHARGE) || standsIn(raw, from, codeTable.REFUND);
}

function startsLike(raw: string, from: number, codes: readonly string[]): boolean {
  for (const code of codes) {
    if (code.length === CODE_LENGTH && differsAtMost(raw, from, code, LOOKS_MISREADS_MAX)) return true;
  }
  return false;
}

function standsIn(raw: string, from: number, codes: readonly string[]): boolean {
  for (const code of codes) {
    if (code.length === CODE_LENGTH && codeWithDigits(raw, from, code)) return true;
  }
  return false;
}

/** True when the six characters at `at` differ from the code in at most `max` places, case ignored. */
function differsAtMost(text: string, at: number, code: string, max: number): boolean {
  let misreads = 0;
  for (let i = 0; i < CODE_LENGTH; i += 1) {
    const unit = text.charCodeAt(at + i);
    const wanted = code.charCodeAt(i);
    if (unit !== wanted && upper(unit) !== upper(wanted)) {
      misreads += 1;
      if (misreads > max) return false;
    }
  }
  return true;
}

function upper(unit: number): number {
  return unit >= 97 && unit <= 122 ? unit - 32 : unit;
}

function codeWithDigits(raw: string, from: number, code: string): boolean {
  for (let at = from; at + CODE_LENGTH + LOOKS_DIGITS_MIN <= raw.length; at += 1) {
    if (!differsAtMost(raw, at, code, 0)) continue;
    // The first place leaves the most digits after it: when these are too few, so are all later ones.
    return digitsAfter(raw, at + CODE_LENGTH) >= LOOKS_DIGITS_MIN;
  }
  return false;
}

function digitsAfter(text: string, from: number): number {
  let digits = 0;
  for (let i = from; i < text.length && digits < LOOKS_DIGITS_MIN; i += 1) {
    if (isDigit(text.charCodeAt(i))) digits += 1;
  }
  return digits;
}

/** Places (indices) at which a code of the table stands in the text, case ignored; at most `max` of them. */
export function codePlaces(text: string, codeTable: CodeTable, max: number): number[] {
  const places: number[] = [];
  const codes = [...codeTable.CHARGE, ...codeTable.REFUND].filter((code) => code.length === CODE_LENGTH);
  for (let at = 0; at + CODE_LENGTH <= text.length && places.length < max; at += 1) {
    if (codes.some((code) => differsAtMost(text, at, code, 0))) places.push(at);
  }
  return places;
}

/** True when the first six characters differ from a code of the table in at most one place, case ignored. */
export function startsLikeCode(text: string, codeTable: CodeTable): boolean {
  if (text.length < CODE_LENGTH) return false;
  return startsLike(text, 0, codeTable.CHARGE) || startsLike(text, 0, codeTable.REFUND);
}

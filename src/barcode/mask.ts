/**
 * Frames as they may be kept or shown: the card's BIN and last four at most, never the token. Works on damaged frames
 * too, where nothing says which characters are the secret ones.
 */
import {
  BARCODE_LENGTH,
  CODE_LENGTH,
  type CodeTable,
  DEFAULT_CODE_TABLE,
  parseBarcode,
  payloadOf,
} from './parse.ts';

/**
 * The frame with everything secret replaced. A valid barcode keeps code, BIN, last four and amount; a product code with
 * a right check digit is kept; anything else keeps its shape only, behind the transaction code if it begins with one: digits
 * become `9`, letters `A` or `a`, the rest `#` (a wrong keyboard layout turns digits into signs), so that it still shows
 * length and structure. At most 256 characters of the frame come back.
 */
export function maskFrame(raw: string, codeTable: CodeTable = DEFAULT_CODE_TABLE): string {
  const parsed = parseBarcode(raw, codeTable);
  if (parsed.ok) {
    const text = raw.slice(raw.length - BARCODE_LENGTH);
    const head = raw.slice(0, raw.length - BARCODE_LENGTH) + text.slice(0, CODE_LENGTH + 6);
    return `${head}******${text.slice(18, 22)}***${text.slice(25)}`;
  }
  const payload = payloadOf(raw);
  if (isProductCode(payload)) return raw;
  const codes: readonly string[] = [...codeTable.CHARGE, ...codeTable.REFUND];
  const kept = codes.includes(payload.slice(0, CODE_LENGTH)) ? raw.length - payload.length + CODE_LENGTH : 0;
  return raw.slice(0, kept) + shapeOf(raw.slice(kept, 256));
}

/** The text with every digit, letter and sign replaced by its class; control characters by their code point. */
export function shapeOf(text: string): string {
  let shape = '';
  for (const character of text) {
    if (/^[0-9]$/.test(character)) shape += '9';
    else if (/^[A-Z]$/.test(character)) shape += 'A';
    else if (/^[a-z]$/.test(character)) shape += 'a';
    else if (character === ' ') shape += ' ';
    else if (character < ' ') shape += `<${character.charCodeAt(0).toString(16).padStart(2, '0')}>`;
    else shape += '#';
  }
  return shape;
}

/** EAN-8, UPC-A, EAN-13 or GTIN-14 with a right check digit: the code of goods, nobody's secret. */
function isProductCode(text: string): boolean {
  if (!/^(?:[0-9]{8}|[0-9]{12,14})$/.test(text)) return false;
  let sum = 0;
  for (let i = 0; i < text.length; i += 1) {
    const digit = text.charCodeAt(text.length - 1 - i) - 48;
    sum += i % 2 === 0 ? digit : digit * 3;
  }
  return sum % 10 === 0;
}

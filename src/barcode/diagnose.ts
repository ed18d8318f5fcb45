/**
 * Why a scan did not parse, and what to do about it. Each usual cause is tried as a hypothesis: undo it and see whether
 * a payment barcode would stand there. The answer names cause and cure only; a payment is never made out of it.
 */
import { LAYOUT_NAMES, type LayoutName, retype } from './layouts.ts';
import {
  BARCODE_LENGTH,
  CODE_128,
  type CodeTable,
  codePlaces,
  DEFAULT_CODE_TABLE,
  identifierOf,
  type ParseReason,
  parseBarcode,
  payloadOf,
  startsLikeCode,
} from './parse.ts';

export const DIAGNOSIS_CAUSES = [
  'NONE', // it parses
  'EMPTY',
  'NOT_OURS',
  'SYMBOLOGY',
  'CAPS',
  'LAYOUT',
  'MERGED',
  'EXTRA',
  'NO_SUFFIX',
  'CUT',
  'MISREAD',
] as const;
export type DiagnosisCause = (typeof DIAGNOSIS_CAUSES)[number];

export interface Diagnosis {
  readonly cause: DiagnosisCause;
  /**
   * SYMBOLOGY: name of the symbology. LAYOUT: what the scanner sends (`US` `UK` `DE` `FR` `KR` `ALT-numpad`). MISREAD:
   * the parser's reason. EXTRA: where and what, such as `blank before`. NO_SUFFIX: what ends the read instead, such as `TAB` or `nothing`. Otherwise null. Never a character of the scan
   * that could belong to a card number or a token.
   */
  readonly detail: string | null;
  /** LAYOUT: what the till reads it as. Otherwise null. */
  readonly till: LayoutName | null;
  /** A payment barcode, damaged or not: never to be passed to the POS program. */
  readonly ours: boolean;
  /** Page of the printed setup sheet that mends it; null when the scanner's settings are not the cause. */
  readonly sheetPage: number | null;
  /** One English sentence each; the screens have their own texts. */
  readonly explanation: string;
  readonly cure: string;
}

/** Longer frames are judged by their head: no barcode of ours, merged or prefixed, needs more. */
const DIAGNOSE_LENGTH_MAX = 512;
/** So many foreign letters or digits beside a whole barcode are another scan, not a configured prefix. */
const MERGED_EXTRA_MIN = 8;
const SHEET_PAGE_LAYOUT = 2;
const SHEET_PAGE_PREFIX = 3;
const SHEET_PAGE_SYMBOLOGY = 4;

/** Total and pure: every string gets a diagnosis, none throws. */
export function diagnose(
  raw: string,
  codeTable: CodeTable = DEFAULT_CODE_TABLE,
  symbology: string | null = null,
): Diagnosis {
  const parsed = parseBarcode(raw, codeTable, symbology);
  if (parsed.ok) return finding('NONE', null, true, 'This is a payment barcode.', 'Nothing to mend.');
  const text = raw.slice(0, DIAGNOSE_LENGTH_MAX);
  if (parsed.reason === 'EMPTY') {
    return finding(
      'EMPTY',
      null,
      false,
      'The scan is empty.',
      'Scan again; check the prefix and suffix settings.',
    );
  }
  return (
    bySymbology(text, codeTable, symbology, parsed.looksLikeOurs) ??
    byCaps(text, codeTable) ??
    byLayout(text, codeTable) ??
    byMerge(text, codeTable) ??
    byExtra(text, codeTable) ??
    byDamage(text, codeTable, parsed.reason, parsed.looksLikeOurs)
  );
}

/** Why a read arrived that never ended as the configuration says (`ScannerListener.unended`). Total and pure. */
export function diagnoseUnended(raw: string, codeTable: CodeTable = DEFAULT_CODE_TABLE): Diagnosis {
  const text = raw.replace(/[\t\r\n]+$/, '');
  const { cause, ours, ...other } = diagnose(text, codeTable);
  if (cause !== 'NONE' && cause !== 'NOT_OURS') return { cause, ours, ...other };
  const ending = [...raw.slice(text.length)].map((character) => ENDINGS[character]).join(' ');
  return finding(
    'NO_SUFFIX',
    ending === '' ? 'nothing' : ending,
    ours,
    ending === ''
      ? 'The read arrived without an end.'
      : `The read ended with ${ending}, which is not the configured suffix.`,
    'Let the scanner send CR after each read, or set "suffix" in the configuration to what it sends ("none": nothing).',
    SHEET_PAGE_PREFIX,
  );
}

const ENDINGS: Readonly<Record<string, string>> = { '\t': 'TAB', '\r': 'CR', '\n': 'LF' };

function finding(
  cause: DiagnosisCause,
  detail: string | null,
  ours: boolean,
  explanation: string,
  cure: string,
  sheetPage: number | null = null,
  till: LayoutName | null = null,
): Diagnosis {
  return { cause, detail, till, ours, sheetPage, explanation, cure };
}

/** AIM symbology names by the identifier's letter (ISO/IEC 15424). */
const SYMBOLOGIES: Readonly<Record<string, string>> = {
  A: 'Code 39',
  B: 'Telepen',
  C: 'Code 128',
  D: 'Code One',
  E: 'EAN/UPC',
  F: 'Codabar',
  G: 'Code 93',
  H: 'Code 11',
  I: 'Interleaved 2 of 5',
  K: 'Code 16K',
  L: 'PDF417',
  M: 'MSI',
  N: 'Anker',
  O: 'Codablock',
  P: 'Plessey',
  Q: 'QR Code',
  R: 'Straight 2 of 5',
  S: 'Straight 2 of 5',
  U: 'MaxiCode',
  d: 'Data Matrix',
  e: 'GS1 DataBar',
  z: 'Aztec Code',
};

/** The name of an AIM identifier such as `]C1`; unknown ones are named by themselves. */
export function symbologyName(identifier: string): string {
  if (identifier === ']C1') return 'GS1-128';
  if (identifier === ']d2') return 'GS1 DataMatrix';
  if (identifier === ']Q3') return 'GS1 QR Code';
  return SYMBOLOGIES[identifier[1] ?? ''] ?? identifier;
}

function bySymbology(
  text: string,
  codeTable: CodeTable,
  symbology: string | null,
  looksLikeOurs: boolean,
): Diagnosis | null {
  const identifier = identifierOf(text) ?? symbology;
  const gs1 = identifier === null && text.includes('\u001d') && looksLikeOurs;
  if (gs1) return wrongSymbology('GS1-128', true);
  if (identifier === null || identifier === CODE_128) return null;
  // Caps lock turns the identifier of Code 128 into ]c0, which names nothing else.
  if (identifier === ']c0') return null;
  const ours = looksLikeOurs || parses(payloadOf(text), codeTable);
  return ours ? wrongSymbology(symbologyName(identifier), true) : notOurs();
}

function wrongSymbology(name: string, ours: boolean): Diagnosis {
  return finding(
    'SYMBOLOGY',
    name,
    ours,
    `The barcode was drawn as ${name}; a payment barcode is Code 128.`,
    'Ask for a new barcode; if it stays, the app draws it wrongly or the scanner sends a wrong identifier.',
    SHEET_PAGE_SYMBOLOGY,
  );
}

function notOurs(): Diagnosis {
  return finding('NOT_OURS', null, false, 'This is not a payment barcode.', 'It goes to the POS program.');
}

function byCaps(text: string, codeTable: CodeTable): Diagnosis | null {
  if (!parses(swapCase(text), codeTable)) return null;
  return finding(
    'CAPS',
    null,
    true,
    'Upper and lower case are swapped.',
    'Turn Caps Lock off, and set the scanner to send letters as they are.',
    SHEET_PAGE_LAYOUT,
  );
}

/** Every pair of layouts, the likeliest first: a till reads US unless it was told otherwise, and most scanners send it. */
const LAYOUT_PAIRS: readonly (readonly [scanner: LayoutName, till: LayoutName])[] = LAYOUT_NAMES.filter(
  (scanner) => scanner !== 'KR', // a Korean keyboard has the keys of a US one; its letters come from the till's input method
)
  .flatMap((scanner) =>
    LAYOUT_NAMES.filter((till) => till !== scanner).map((till) => [scanner, till] as const),
  )
  .sort((left, right) => foreignness(left) - foreignness(right));

function foreignness([scanner, till]: readonly [LayoutName, LayoutName]): number {
  return till === 'US' ? 0 : scanner === 'US' ? 1 : 2;
}

/** An identifier before it makes a payment barcode this long; a Korean input method makes any text shorter. */
const LENGTHS: readonly [number, number] = [BARCODE_LENGTH, BARCODE_LENGTH + CODE_128.length];

function byLayout(text: string, codeTable: CodeTable): Diagnosis | null {
  for (const [scanner, till] of LAYOUT_PAIRS) {
    // One character for each key: products, which are every other scan of a shop, are not retyped at all.
    if (till === 'KR' ? text.length > LENGTHS[1] : !LENGTHS.includes(text.length)) continue;
    if (parsesInAnyCase(retype(text, till, scanner), codeTable)) return wrongLayout(scanner, till);
  }
  if (decimalCodes(text).some((decoded) => parses(decoded, codeTable)))
    return wrongLayout('ALT-numpad', 'US');
  return null;
}

function wrongLayout(scanner: LayoutName | 'ALT-numpad', till: LayoutName): Diagnosis {
  const explanation =
    scanner === 'ALT-numpad'
      ? 'The scanner sends each character as ALT and numbers of the keypad.'
      : `The scanner sends the keys of the layout ${scanner}, the till reads them as ${till}.`;
  const cure =
    till === 'KR'
      ? 'Switch the input method to Latin letters, or change the scanner to serial or HID-POS.'
      : `Set the scanner's keyboard country to that of the till (${till}), or change it to serial or HID-POS.`;
  return finding('LAYOUT', scanner, true, explanation, cure, SHEET_PAGE_LAYOUT, till);
}

/** What a scanner's ALT-numpad mode means when only the digits of the keypad were understood. */
function decimalCodes(text: string): string[] {
  if (!/^[0-9]{20,}$/.test(text)) return [];
  const readings: string[] = [];
  for (const width of [2, 3, 4]) {
    if (text.length % width !== 0) continue;
    let decoded = '';
    for (let at = 0; at < text.length; at += width) {
      decoded += String.fromCharCode(Number(text.slice(at, at + width)));
    }
    readings.push(decoded);
  }
  return readings;
}

function byMerge(text: string, codeTable: CodeTable): Diagnosis | null {
  if (text.length <= BARCODE_LENGTH) return null;
  const merged =
    codePlaces(text, codeTable, 2).length >= 2 || foreignBeside(text, codeTable) >= MERGED_EXTRA_MIN;
  if (!merged) return null;
  return finding(
    'MERGED',
    null,
    true,
    'Two scans ran together.',
    'Scan once; if it stays, give the scanner a suffix such as CR.',
    SHEET_PAGE_PREFIX,
  );
}

/** How many letters and digits stand beside a whole payment barcode; 0 when there is none. */
function foreignBeside(text: string, codeTable: CodeTable): number {
  const at = windowAt(text, codeTable);
  if (at < 0) return 0;
  return (payloadOf(text.slice(0, at)) + text.slice(at + BARCODE_LENGTH)).replace(/[^0-9A-Za-z]/g, '').length;
}

function windowAt(text: string, codeTable: CodeTable): number {
  for (let at = 0; at + BARCODE_LENGTH <= text.length; at += 1) {
    if (parses(text.slice(at, at + BARCODE_LENGTH), codeTable)) return at;
  }
  return -1;
}

function byExtra(text: string, codeTable: CodeTable): Diagnosis | null {
  const at = windowAt(text, codeTable);
  if (at < 0) return null;
  const parts = [
    describeExtra(text.slice(0, at).replace(/\][A-Za-z][0-9A-Za-z]$/, ''), 'before'),
    describeExtra(text.slice(at + BARCODE_LENGTH), 'after'),
  ];
  const detail = parts.filter((part) => part !== null).join(', ');
  return finding(
    'EXTRA',
    detail === '' ? 'identifier twice' : detail,
    true,
    `The scanner adds characters (${detail === '' ? 'identifier twice' : detail}).`,
    'Take prefix and suffix away in the scanner, or name them in the configuration.',
    SHEET_PAGE_PREFIX,
  );
}

/** Names what was added without repeating it: it could be a piece of another card's number. */
function describeExtra(added: string, where: 'before' | 'after'): string | null {
  if (added === '') return null;
  const kinds = new Set<string>();
  for (const character of added) {
    if (character === '\t') kinds.add('TAB');
    else if (character === '\r') kinds.add('CR');
    else if (character === '\n') kinds.add('LF');
    else if (character === ' ') kinds.add('blank');
    else if (character < ' ' || character === '\u007f') kinds.add('control character');
    else if (/[0-9]/.test(character)) kinds.add('digit');
    else if (/[A-Za-z]/.test(character)) kinds.add('letter');
    else kinds.add('sign');
  }
  return `${[...kinds].join(' and ')} ${where}`;
}

function byDamage(
  text: string,
  codeTable: CodeTable,
  reason: ParseReason,
  looksLikeOurs: boolean,
): Diagnosis {
  if (!looksLikeOurs) return notOurs();
  const payload = payloadOf(text);
  if (payload.length < BARCODE_LENGTH && (startsLikeCode(payload, codeTable) || reason === 'LENGTH')) {
    return finding(
      'CUT',
      null,
      true,
      'The barcode was cut off.',
      'Show the whole barcode, with its white margins, and scan again.',
    );
  }
  return finding(
    'MISREAD',
    reason,
    true,
    `Part of the barcode was misread (${reason}).`,
    'Wipe the screen, turn its brightness up and scan again.',
  );
}

function parses(text: string, codeTable: CodeTable): boolean {
  return parseBarcode(text, codeTable).ok;
}

function parsesInAnyCase(text: string, codeTable: CodeTable): boolean {
  return parses(text, codeTable) || parses(swapCase(text), codeTable);
}

function swapCase(text: string): string {
  return text.replace(/[A-Za-z]/g, (letter) => {
    const raised = letter.toUpperCase();
    return raised === letter ? letter.toLowerCase() : raised;
  });
}

/** Papers as bytes for an ESC/POS printer with a Korean font (EUC-KR, KS X 1001). */
import ReceiptPrinterEncoder from '@point-of-sale/receipt-printer-encoder';
import iconv from 'iconv-lite';
import type { PaperLine } from '../settlement/sheet.ts';

/** FS &: two bytes are one Hangul from here on; the encoder's own start switches it off. */
const KOREAN_ON = [0x1c, 0x26];
/** Between the last line and the knife of usual printers. */
const FEED_LINES = 5;
const FIRST_KSX1001 = 0xa1;

/** The bytes of one paper, cut at its end. Characters that the printer's font lacks become `?`. */
export function escPos(lines: readonly PaperLine[], columns: number): Uint8Array {
  const encoder = new ReceiptPrinterEncoder({
    language: 'esc-pos',
    columns: Math.max(columns, 32),
    newline: '\n',
    feedBeforeCut: FEED_LINES,
  });
  encoder.initialize().raw(KOREAN_ON);
  for (const { text, big = false } of lines) {
    if (big) encoder.size(2, 2);
    encoder.raw([...eucKr(text)]).newline();
    if (big) encoder.size(1, 1);
  }
  return encoder.cut('partial').encode();
}

/** A character keeps its columns when it is replaced, so that what follows stays in place. */
function eucKr(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const [first = 0, second] = iconv.encode(character, 'euc-kr');
    const isKnown =
      second === undefined
        ? first < 0x7f && first >= 0x20 && character === String.fromCharCode(first)
        : first >= FIRST_KSX1001 && second >= FIRST_KSX1001;
    if (isKnown) bytes.push(first, ...(second === undefined ? [] : [second]));
    else bytes.push(...(character.charCodeAt(0) < 0x80 ? [0x3f] : [0x3f, 0x3f]));
  }
  return Uint8Array.from(bytes);
}

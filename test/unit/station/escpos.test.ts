import { describe, expect, it } from 'vitest';
import { escPos } from '../../../src/station/escpos.ts';

const decode = (bytes: Uint8Array): string => new TextDecoder('euc-kr').decode(bytes);

describe('a paper as bytes for the printer', () => {
  it('starts afresh with the Korean font on, and ends with the cut', () => {
    const bytes = Buffer.from(escPos([{ text: 'A' }], 42));
    expect(bytes.subarray(0, 2).toString('latin1')).toBe('\x1b@');
    const koreanOn = bytes.indexOf(Buffer.from([0x1c, 0x26]));
    expect(koreanOn).toBeGreaterThan(0);
    // The encoder's own start switches the Korean font off: ours must come after it.
    expect(bytes.lastIndexOf(Buffer.from([0x1c, 0x2e]))).toBeLessThan(koreanOn);
    expect(bytes.includes(Buffer.from([0x1d, 0x56]))).toBe(true);
  });

  it('writes Hangul in EUC-KR, line for line as the page shows it', () => {
    const lines = ['충전 영수증  CHARGE RECEIPT', '받은 현금 Cash received           10,000원'];
    const text = decode(
      escPos(
        lines.map((text) => ({ text })),
        42,
      ),
    );
    for (const line of lines) expect(text).toContain(`${line}\n`);
    expect(text).not.toContain('\r');
  });

  it('prints a big line in double size and the next one in normal size', () => {
    const bytes = Buffer.from(escPos([{ text: '5HW1-6KPA', big: true }, { text: 'next' }], 42)).toString(
      'latin1',
    );
    expect(bytes).toContain('\x1d!\x115HW1-6KPA\x1d!\x00\nnext');
  });

  it('replaces what the font lacks without moving the line, and never passes a command on', () => {
    const text = decode(escPos([{ text: '똠☃|\x1b@\x10|가' }], 42));
    expect(text).toContain('????|?@?|가\n');
  });
});

/**
 * Lines of a paper: plain characters of KS X 1001 only, every one outside ASCII takes two columns, as on a printer in
 * EUC-KR. The day's report is laid out with it, and so are the station's receipts and slips.
 */
export interface PaperLine {
  readonly text: string;
  /** Printed in double size, on a line of its own. */
  readonly big?: boolean;
}

/** Columns that a text takes on the paper. */
export function paperWidth(text: string): number {
  let width = 0;
  for (const character of text) width += character.charCodeAt(0) < 0x80 ? 1 : 2;
  return width;
}

/** `10,000원`. */
export function won(amount: number): string {
  return `${String(amount).replace(/\B(?=(\d{3})+$)/g, ',')}원`;
}

/** Lines of one paper, each within the columns. */
export class Sheet {
  readonly lines: PaperLine[] = [];
  readonly #columns: number;

  constructor(columns: number) {
    this.#columns = columns;
  }

  rule(character: '=' | '-'): void {
    this.plain(character.repeat(this.#columns));
  }

  blank(): void {
    this.plain('');
  }

  plain(text: string): void {
    for (const part of wrap(text, this.#columns)) this.lines.push({ text: part });
  }

  /** A line in double size; it must be short. */
  big(text: string): void {
    this.lines.push({ text, big: true });
  }

  centre(text: string): void {
    for (const part of wrap(text, this.#columns)) {
      const room = this.#columns - paperWidth(part);
      this.lines.push({ text: ' '.repeat(Math.floor(room / 2)) + part });
    }
  }

  /** Label left, value right; on two lines when the paper is narrow. */
  pair(label: string, value: string): void {
    const gap = this.#columns - paperWidth(label) - paperWidth(value);
    if (this.#columns > 32 && gap >= 1) {
      this.lines.push({ text: label + ' '.repeat(gap) + value });
      return;
    }
    this.plain(label);
    for (const part of wrap(value, this.#columns)) {
      this.lines.push({ text: ' '.repeat(this.#columns - paperWidth(part)) + part });
    }
  }

  box(korean: string, english: string): void {
    this.rule('-');
    this.centre(`** ${korean} **`);
    this.centre(`** ${english} **`);
    this.rule('-');
  }
}

/** Breaks at blanks; a word that alone is too wide is cut. */
function wrap(text: string, columns: number): readonly string[] {
  if (paperWidth(text) <= columns) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((whole) => cut(whole, columns))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (paperWidth(longer) <= columns) {
      line = longer;
    } else {
      lines.push(line.trimEnd());
      line = word;
    }
  }
  lines.push(line.trimEnd());
  return lines;
}

function cut(word: string, columns: number): readonly string[] {
  const parts: string[] = [];
  let part = '';
  for (const character of word) {
    if (paperWidth(part + character) > columns) {
      parts.push(part);
      part = '';
    }
    part += character;
  }
  parts.push(part);
  return parts;
}

/**
 * Code 128 of a payment barcode as modules, SVG and terminal text. Letters are in code set B, digits in set C (an odd
 * digit stays in B): six letters and 25 digits make 255 modules, 275 with the quiet zones of ten modules each side.
 */
import { code128 } from 'bwip-js/generic';

export const QUIET_MODULES = 10;
/** Below this the narrowest bar is lost on phone screens and cheap scanners (ISO/IEC 15417, field experience). */
export const MODULE_MM_MIN = 0.25;

/** Dark and light modules of one drawn barcode, quiet zones included. */
export interface BarcodeDrawing {
  /** Total width in modules, both quiet zones included. */
  readonly modules: number;
  /** Dark bars: first module and width, from the left edge of the quiet zone. */
  readonly bars: readonly { readonly at: number; readonly width: number }[];
}

/** Lays out the bars of any text of printable ASCII. Throws RangeError for other texts; the text is not in the error. */
export function drawBarcode(text: string): BarcodeDrawing {
  if (!/^[\x20-\x7e]{1,80}$/.test(text))
    throw new RangeError('only 1 to 80 printable ASCII characters can be drawn');
  const bars: { at: number; width: number }[] = [];
  let encoded = 0;
  const drawn = code128<boolean>(
    { bcid: 'code128', text, scale: 1, padding: 0 },
    {
      scale: () => null,
      measure: () => ({ width: 0, ascent: 0, descent: 0 }),
      init: (width) => {
        encoded = width;
      },
      // The encoder gives the middle of each bar, rounded up to a whole module.
      line: (x, _y0, _x1, _y1, width) => {
        bars.push({ at: QUIET_MODULES + x - Math.ceil(width / 2), width });
      },
      polygon: () => undefined,
      hexagon: () => undefined,
      ellipse: () => undefined,
      fill: () => undefined,
      text: () => undefined,
      end: () => true,
    },
  );
  if (!drawn || bars.length === 0) throw new RangeError('nothing was drawn');
  return { modules: encoded + 2 * QUIET_MODULES, bars };
}

/** One boolean per module, quiet zones included: true is dark. */
export function modulesOf(drawing: BarcodeDrawing): boolean[] {
  const dark = new Array<boolean>(drawing.modules).fill(false);
  for (const bar of drawing.bars) dark.fill(true, bar.at, bar.at + bar.width);
  return dark;
}

/** An SVG with crisp edges, `moduleMm` wide per module; black on white, no text under it. */
export function barcodeSvg(text: string, moduleMm = 0.33, heightMm = 20): string {
  const drawing = drawBarcode(text);
  const path = drawing.bars.map((bar) => `M${bar.at} 0h${bar.width}v1h-${bar.width}z`).join('');
  const widthMm = (drawing.modules * moduleMm).toFixed(2);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${widthMm}mm" height="${heightMm}mm" ` +
    `viewBox="0 0 ${drawing.modules} 1" preserveAspectRatio="none" shape-rendering="crispEdges">` +
    `<path fill="#fff" d="M0 0h${drawing.modules}v1H0z"/><path fill="#000" d="${path}"/></svg>\n`
  );
}

/**
 * The barcode for a terminal, two modules per column (138 columns for a payment), black on white whatever the
 * terminal's colours are. Null when `columns` are too few: a barcode that is wrapped or cut cannot be read.
 */
export function barcodeTerminal(text: string, columns: number, rows = 10): string | null {
  const dark = modulesOf(drawBarcode(text));
  const width = Math.ceil(dark.length / 2);
  if (width > columns) return null;
  let line = '';
  for (let column = 0; column < width; column += 1) {
    const left = dark[column * 2] === true;
    const right = dark[column * 2 + 1] === true;
    line += left ? (right ? '\u2588' : '\u258c') : right ? '\u2590' : ' ';
  }
  const painted = `\u001b[38;5;16;48;5;231m${line}\u001b[0m`;
  return `${new Array<string>(rows).fill(painted).join('\n')}\n`;
}

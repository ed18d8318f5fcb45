import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { barcodeSvg, barcodeTerminal, drawBarcode, modulesOf } from '../../../src/barcode/draw.ts';
import { barcodePng } from '../../../src/barcode/png.ts';
import { decodePicture } from '../../../src/demo/scanner.ts';

const VALID = 'CHARGE9410000000000005123010000';

interface Grey {
  readonly width: number;
  readonly height: number;
  /** 0 black to 255 white. */
  readonly pixels: Float64Array;
}

/** The picture as a camera sees it: sampled at any scale, turned by any angle, then blurred. */
function photograph(text: string, pixelsPerModule: number, degrees: number, blur: number): Grey {
  const dark = modulesOf(drawBarcode(text));
  const margin = 12;
  const width0 = dark.length * pixelsPerModule;
  const radians = (degrees * Math.PI) / 180;
  // A line of sight that crosses every bar must exist; a phone's screen is about as tall as the barcode is long.
  const slope = degrees % 90 === 0 ? 0 : Math.abs(Math.tan(radians));
  const barHeight = Math.ceil(60 + slope * width0);
  const cos = Math.cos(radians);
  const sin = Math.sin(radians);
  const width = Math.ceil(Math.abs(width0 * cos) + Math.abs(barHeight * sin)) + 2 * margin;
  const height = Math.ceil(Math.abs(width0 * sin) + Math.abs(barHeight * cos)) + 2 * margin;
  const pixels = new Float64Array(width * height).fill(255);
  const samples = 3;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let black = 0;
      for (let s = 0; s < samples * samples; s += 1) {
        const dx = x + ((s % samples) + 0.5) / samples - width / 2;
        const dy = y + (Math.floor(s / samples) + 0.5) / samples - height / 2;
        const u = dx * cos + dy * sin + width0 / 2;
        const v = -dx * sin + dy * cos + barHeight / 2;
        if (v >= 0 && v < barHeight && dark[Math.floor(u / pixelsPerModule)] === true) black += 1;
      }
      pixels[y * width + x] = 255 * (1 - black / (samples * samples));
    }
  }
  const picture = { width, height, pixels };
  return blur === 0 ? picture : blurred(blurred(picture, blur, 1), blur, width);
}

/** A Gaussian blur along one axis; `stride` is the distance of neighbours. */
function blurred(picture: Grey, sigma: number, stride: number): Grey {
  const reach = Math.ceil(sigma * 3);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const pixels = new Float64Array(picture.pixels.length);
  for (let at = 0; at < pixels.length; at += 1) {
    let sum = 0;
    for (let k = -reach; k <= reach; k += 1) {
      sum += (picture.pixels[at + k * stride] ?? 255) * ((weights[k + reach] ?? 0) / total);
    }
    pixels[at] = sum;
  }
  return { ...picture, pixels };
}

function toPng(picture: Grey): Buffer {
  const png = new PNG({ width: picture.width, height: picture.height });
  picture.pixels.forEach((grey, at) => {
    png.data.fill(Math.round(grey), at * 4, at * 4 + 3);
    png.data[at * 4 + 3] = 255;
  });
  return PNG.sync.write(png);
}

/**
 * Pixels per module, degrees, blur in pixels: phone screens near and far, held askew, out of focus. Upright from one pixel
 * per module on, sharp and as blurred as half a module; turned at two sizes, in and out of focus.
 */
const VIEWS: readonly (readonly [number, number, number])[] = [
  [1, 0, 0],
  [1, 90, 0],
  [1.5, 0, 0],
  [1.5, 0, 0.4],
  ...[2, 2.5, 3, 4, 6].flatMap((scale) =>
    [0, 0.2 * scale, 0.4 * scale].map((blur) => [scale, 0, blur] as const),
  ),
  ...[3, 8, 12, 20, 45, 90, 135, 180, 270].flatMap((turned) => [
    [2, turned, 0.4] as const,
    [3, turned, 1.2] as const,
  ]),
];

/** Bar and space widths of the code words, for a reading of our own: 11 modules each, the stop 13 (ISO/IEC 15417). */
function codeWords(text: string): string[] {
  const dark = modulesOf(drawBarcode(text)).slice(10, -10);
  const words: string[] = [];
  for (let at = 0; at + 11 <= dark.length - 2; at += 11) {
    words.push(
      dark
        .slice(at, at + 11)
        .map((bit) => (bit ? '1' : '0'))
        .join(''),
    );
  }
  return words;
}
/** Black on white in a terminal, and back. */
const PAINT = '\u001b[38;5;16;48;5;231m';
const PLAIN = '\u001b[0m';
const START_B = '11010010000';
const START_C = '11010011100';
const SWITCH_TO_C = '10111011110';

describe('the drawing', () => {
  it('is 275 modules wide for a payment, ten of them quiet on each side', () => {
    const dark = modulesOf(drawBarcode(VALID));
    expect(dark).toHaveLength(275);
    expect(dark.slice(0, 10)).not.toContain(true);
    expect(dark.slice(-10)).not.toContain(true);
    expect([dark[10], dark[264]]).toEqual([true, true]);
  });

  it('has the letters and the odd digit in set B and the other 24 digits in set C', () => {
    const words = codeWords(VALID);
    expect(words[0]).toBe(START_B);
    expect(words.indexOf(SWITCH_TO_C)).toBe(1 + 6 + 1);
    expect(words).toHaveLength(1 + 6 + 1 + 1 + 12 + 1 + 1); // start, letters, digit, switch, pairs, check, stop
  });

  it('uses set C from the start when the transaction code is digits', () => {
    expect(codeWords('1000109410000000000005123010000')[0]).toBe(START_C);
    expect(drawBarcode('1000109410000000000005123010000').modules).toBeLessThan(250);
  });

  it('refuses what Code 128 of this project cannot carry', () => {
    for (const text of ['', 'CHARGÉ', '\n', 'x'.repeat(81)])
      expect(() => drawBarcode(text)).toThrow(RangeError);
  });

  it('is an SVG of rectangles only, and two modules per column in a terminal that is wide enough', () => {
    expect(barcodeSvg(VALID)).toMatch(/^<svg [^>]*viewBox="0 0 275 1"[^>]*>(<path [^>]*\/>){2}<\/svg>\n$/);
    expect(barcodeTerminal(VALID, 80)).toBeNull();
    const drawn = barcodeTerminal(VALID, 138, 4) ?? '';
    expect(drawn.trimEnd().split('\n')).toHaveLength(4);
  });

  it('has every module of the drawing in every line of a terminal', async () => {
    const halves: Readonly<Record<string, [boolean, boolean]>> = {
      ' ': [false, false],
      '\u258c': [true, false],
      '\u2590': [false, true],
      '\u2588': [true, true],
    };
    for (const line of (barcodeTerminal(VALID, 138, 3) ?? '').trimEnd().split('\n')) {
      expect([line.startsWith(PAINT), line.endsWith(PLAIN)]).toEqual([true, true]);
      const cells = line.slice(PAINT.length, -PLAIN.length);
      const shown = [...cells].flatMap((cell) => halves[cell] ?? []);
      expect(shown).toHaveLength(276);
      expect(shown.slice(0, 275)).toEqual(modulesOf(drawBarcode(VALID)));
      expect(shown[275]).toBe(false);
    }
  });
});

describe('zxing reads the drawing', () => {
  it.each(VIEWS)(
    '%s pixels per module, turned by %s degrees, blurred by %s',
    async (scale, degrees, blur) => {
      expect(await decodePicture(toPng(photograph(VALID, scale, degrees, blur)))).toEqual({
        text: VALID,
        identifier: ']C0',
      });
    },
  );

  it('whatever the digits are', async () => {
    const texts = fc
      .tuple(fc.constantFrom('CHARGE', 'REFUND', '100010'), fc.bigInt({ min: 0n, max: 10n ** 25n - 1n }))
      .map(([code, digits]) => code + digits.toString().padStart(25, '0'));
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 5 }), async (text, scale) => {
        expect((await decodePicture(barcodePng(text, scale, 40)))?.text).toBe(text);
      }),
      { numRuns: 60 },
    );
  });

  it('and finds nothing in a blank picture or in bytes that are no picture', async () => {
    const pixels = new Float64Array(100 * 40).fill(255);
    expect(await decodePicture(toPng({ width: 100, height: 40, pixels }))).toBeNull();
    expect(await decodePicture(Buffer.from('no picture'))).toBeNull();
    expect(await decodePicture(new Uint8Array(0))).toBeNull();
  });
});

describe('zbar reads the drawing', () => {
  let directory = '';
  beforeAll(() => {
    if (spawnSync('zbarimg', ['--version']).error !== undefined) {
      throw new Error("these tests need Debian's zbar-tools: node scripts/test-tools.ts installs it");
    }
    directory = mkdtempSync(join(tmpdir(), 'kona-zbar-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  function read(png: Uint8Array): string {
    const file = join(directory, 'view.png');
    writeFileSync(file, png);
    return execFileSync('zbarimg', ['-q', '--raw', '--nodbus', file], { encoding: 'utf8' }).trim();
  }

  it.each(VIEWS)('%s pixels per module, turned by %s degrees, blurred by %s', (scale, degrees, blur) => {
    expect(read(toPng(photograph(VALID, scale, degrees, blur)))).toBe(VALID);
  });

  it('as the command writes it, for each type, also with codes of digits', () => {
    for (const code of ['CHARGE', 'REFUND', '100010', '200020']) {
      const text = `${code}9410000000000005123010000`;
      for (const scale of [2, 4]) expect(read(barcodePng(text, scale, 60))).toBe(text);
    }
  });
});

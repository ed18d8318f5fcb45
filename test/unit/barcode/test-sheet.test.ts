import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { judgeTest, rereadTime } from '../../../src/barcode/judge-test.ts';
import { retype } from '../../../src/barcode/layouts.ts';
import { looksLikeOurs, parseBarcode } from '../../../src/barcode/parse.ts';
import {
  TEST_CODES,
  TEST_SHEET_STYLE_HASH,
  testCodeSvg,
  testSheetHtml,
} from '../../../src/barcode/test-sheet.ts';
import { decodePicture } from '../../../src/demo/scanner.ts';
import { anyText } from './any-text.ts';

const codeOf = (id: string) => {
  const code = TEST_CODES.find((each) => each.id === id);
  if (code === undefined) throw new RangeError(id);
  return code;
};

/** Paints the rectangles and strokes that the drawings consist of; enough of SVG for barcodes. */
function rasterised(svg: string): Buffer {
  const [, width = 0, height = 0] = (/viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? []).map(Number);
  const png = new PNG({ width, height });
  png.data.fill(255);
  const paint = (x0: number, y0: number, x1: number, y1: number): void => {
    for (let y = Math.max(0, Math.floor(y0)); y < Math.min(height, y1); y += 1) {
      for (let x = Math.max(0, Math.floor(x0)); x < Math.min(width, x1); x += 1) {
        png.data.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3);
      }
    }
  };
  for (const [, stroke = '1', d = ''] of svg.matchAll(
    /<path stroke="#000000" stroke-width="([\d.]+)" d="([^"]*)"/g,
  )) {
    const half = Number(stroke) / 2;
    for (const [, x = '0', y = '0', x2 = '0', y2 = '0'] of d.matchAll(
      /M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)/g,
    )) {
      paint(
        Number(x) - half,
        Math.min(Number(y), Number(y2)),
        Number(x2) + half,
        Math.max(Number(y), Number(y2)),
      );
    }
  }
  for (const [, d = ''] of svg.matchAll(/<path d="([^"]*)"/g)) fillEvenOdd(d, paint);
  return PNG.sync.write(png);
}

/** Fills a path of upright and level edges by the even-odd rule, all its parts together: inner ones are holes. */
function fillEvenOdd(d: string, paint: (x0: number, y0: number, x1: number, y1: number) => void): void {
  const uprights: { x: number; top: number; bottom: number }[] = [];
  for (const part of d.split('Z')) {
    const points = [...part.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(
      ([, x, y]) => [Number(x), Number(y)] as const,
    );
    points.forEach(([x, y], at) => {
      const [nextX, nextY] = points[(at + 1) % points.length] ?? [x, y];
      if (x === nextX && y !== nextY)
        uprights.push({ x, top: Math.min(y, nextY), bottom: Math.max(y, nextY) });
    });
  }
  const levels = [...new Set(uprights.flatMap(({ top, bottom }) => [top, bottom]))].sort((m, n) => m - n);
  levels.slice(1).forEach((bottom, i) => {
    const top = levels[i] ?? 0;
    const crossed = uprights.filter((edge) => edge.top <= top && edge.bottom >= bottom).map(({ x }) => x);
    crossed.sort((m, n) => m - n);
    for (let c = 0; c + 1 < crossed.length; c += 2) paint(crossed[c] ?? 0, top, crossed[c + 1] ?? 0, bottom);
  });
}

describe('the test sheet', () => {
  it('holds no payment and nothing that looks like one', () => {
    for (const { text } of TEST_CODES) {
      expect(parseBarcode(text).ok).toBe(false);
      expect(looksLikeOurs(text)).toBe(false);
    }
  });

  it.each(TEST_CODES.map((code) => [code.id, code] as const))(
    '%s is what a decoder reads off its drawing',
    async (_id, code) => {
      const read = await decodePicture(rasterised(testCodeSvg(code)));
      expect(read?.text.replaceAll(/[()]/g, '')).toBe(code.text.replaceAll(/[()]/g, ''));
      expect(judgeTest(code.text, read?.identifier).findings.every(({ ok }) => ok)).toBe(true);
    },
  );

  it('is one document that fetches and runs nothing, its style named by its hash', () => {
    const html = testSheetHtml();
    expect(html).not.toMatch(/<script|\son\w+=|style=|src=|<link|<a /i);
    const style = /<style>([^<]*)<\/style>/.exec(html)?.[1] ?? '';
    expect(TEST_SHEET_STYLE_HASH).toBe(`sha256-${createHash('sha256').update(style).digest('base64')}`);
    expect(html.match(/<section>/g)).toHaveLength(4);
    expect(html.match(/<svg /g)).toHaveLength(TEST_CODES.length);
  });
});

describe('judgeTest', () => {
  const length = codeOf('length');
  it.each([
    ['as it should be', length.text, true, null],
    ['with its identifier in-band', `]C0${length.text}`, true, null],
    ['with a wrong identifier', `]C1${length.text}`, false, 4],
    ['with a suffix left over', `${length.text}\t`, false, 3],
    ['with a prefix', `j${length.text}`, false, 3],
    ['twice', length.text + length.text, false, 3],
    ['cut', length.text.slice(0, 20), false, 3],
    ['with swapped case', length.text.toLowerCase(), false, 2],
    ['under a French layout', retype(codeOf('signs').text, 'FR', 'US'), false, 2],
    ['under a German layout', retype(codeOf('letters').text, 'DE', 'US'), false, 2],
    ['under a British layout', retype(codeOf('signs').text, 'UK', 'US'), false, 2],
    ['something else', 'hello', false, null],
  ])('a code %s', (_name, raw, ok, page) => {
    const { findings } = judgeTest(raw);
    expect(findings.every((finding) => finding.ok)).toBe(ok);
    if (!ok) expect(findings.find((finding) => !finding.ok)?.sheetPage).toBe(page);
  });

  it('answers every text', () => {
    fc.assert(
      fc.property(anyText(60), (raw) => {
        expect(judgeTest(raw).findings.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('rereadTime', () => {
  it('is the shortest pause of at least two', () => {
    expect(rereadTime([0, 500])).toBeNull();
    expect(rereadTime([0, 520, 1030])).toMatchObject({ ok: false, ms: 510 });
    expect(rereadTime([0, 2000, 4000])).toMatchObject({ ok: true, ms: 2000 });
  });
});

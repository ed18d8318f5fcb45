import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contrast, distance, seenBy, tokensOf, VISIONS } from './colour.ts';

const SHEET = readFileSync(new URL('../../../src/screens/tokens.css', import.meta.url), 'utf8');
const THEMES = { light: tokensOf(SHEET, 'light'), dark: tokensOf(SHEET, 'dark') } as const;
type Theme = keyof typeof THEMES;

function token(theme: Theme, name: string): string {
  const value = THEMES[theme].get(`--${name}`);
  if (value === undefined) throw new Error(`no --${name} in ${theme}`);
  return value;
}

/** text : fill and frame : page, as section 7 lists them. */
const FACES: Readonly<Record<string, Readonly<Record<Theme, readonly [number, number]>>>> = {
  'cash-in': { light: [9.5, 8.6], dark: [6.3, 9.1] },
  'cash-out': { light: [7.1, 6.5], dark: [6.3, 9.0] },
  stop: { light: [17.8, 16.1], dark: [21.0, 18.9] },
  done: { light: [10.0, 5.8], dark: [10.6, 12.5] },
  wait: { light: [11.4, 5.7], dark: [11.1, 13.6] },
  ask: { light: [11.5, 6.7], dark: [11.0, 12.2] },
  refuse: { light: [5.7, 5.2], dark: [15.0, 6.2] },
};
/** On page / on surface. */
const GROUND: Readonly<Record<string, Readonly<Record<Theme, readonly [number, number]>>>> = {
  text: { light: [15.0, 16.5], dark: [15.9, 14.2] },
  muted: { light: [6.3, 7.0], dark: [8.4, 7.5] },
  link: { light: [6.2, 6.9], dark: [9.1, 8.2] },
  good: { light: [5.8, 6.4], dark: [12.5, 11.2] },
  warning: { light: [5.7, 6.3], dark: [13.6, 12.2] },
  fault: { light: [6.8, 7.5], dark: [8.2, 7.4] },
  border: { light: [3.4, 3.7], dark: [4.0, 3.6] },
  focus: { light: [6.7, 7.4], dark: [10.6, 9.5] },
};
const PAIRS: readonly (readonly [string, string, number, number])[] = [
  ['key-text', 'key-received', 9.5, 6.3],
  ['key-text', 'key-handed', 7.1, 6.3],
  ['key-text', 'key-request', 7.4, 6.0],
  ['dead-text', 'dead-fill', 5.3, 5.8],
  ['chart-charge', 'surface', 9.5, 8.2],
  ['chart-withdrawal', 'surface', 7.1, 8.0],
  ['chart-reversal', 'surface', 5.0, 5.6],
];

describe.each(['light', 'dark'] as const)('the tokens of the %s theme', (theme) => {
  // The law cuts its ratios off after one digit, so that a listed ratio is always reached.
  const round = (value: number): number => Math.floor(value * 10 + 1e-9) / 10;

  it('have the contrast of text and frame that the law lists, and at least 5.7 and 3', () => {
    for (const [name, ratios] of Object.entries(FACES)) {
      const [text, frame] = ratios[theme];
      const onFill = contrast(token(theme, `${name}-text`), token(theme, `${name}-fill`));
      const onPage = contrast(token(theme, `${name}-frame`), token(theme, 'page'));
      expect(round(onFill), name).toBeCloseTo(text, 1);
      expect(round(onPage), name).toBeCloseTo(frame, 1);
      expect(round(onFill)).toBeGreaterThanOrEqual(5.7);
      expect(onPage).toBeGreaterThanOrEqual(3);
    }
  });

  it('have the contrast on page and surface that the law lists', () => {
    for (const [name, ratios] of Object.entries(GROUND)) {
      const [onPage, onSurface] = ratios[theme];
      expect(round(contrast(token(theme, name), token(theme, 'page'))), name).toBeCloseTo(onPage, 1);
      expect(round(contrast(token(theme, name), token(theme, 'surface'))), name).toBeCloseTo(onSurface, 1);
    }
  });

  it('have keys, dead keys and charts as the law lists them', () => {
    for (const [ink, ground, light, dark] of PAIRS) {
      const ratio = round(contrast(token(theme, ink), token(theme, ground)));
      expect(ratio, `${ink} on ${ground}`).toBeCloseTo(theme === 'light' ? light : dark, 1);
    }
  });

  it('keep the seven faces apart for every kind of colour vision', () => {
    const listed = {
      light: { normal: 24.3, protan: 20.7, deutan: 21.9, tritan: 19.1 },
      dark: { normal: 21.7, protan: 18.9, deutan: 19.1, tritan: 19.2 },
    }[theme];
    const byFill = theme === 'light' ? Object.keys(FACES) : ['cash-in', 'cash-out', 'stop'];
    const colours = Object.keys(FACES).map((name) =>
      token(theme, `${name}-${byFill.includes(name) ? 'fill' : 'frame'}`),
    );
    for (const vision of VISIONS) {
      let smallest = Number.POSITIVE_INFINITY;
      colours.forEach((first, index) => {
        for (const second of colours.slice(index + 1)) {
          smallest = Math.min(smallest, distance(seenBy(first, vision), seenBy(second, vision)));
        }
      });
      expect(Math.abs(smallest - listed[vision]), `${vision} ${smallest}`).toBeLessThan(0.15);
    }
  });
});

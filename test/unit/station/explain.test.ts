/**
 * A scanner that is set up wrongly, or a barcode that was read badly: the cashier gets the cause in a sentence, the installer
 * the cause, the cure and the page of the setup sheet, the POS program nothing, and no payment is ever guessed.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Diagnosis, diagnose } from '../../../src/barcode/diagnose.ts';
import { LAYOUT_NAMES, type LayoutName, retype } from '../../../src/barcode/layouts.ts';
import { DEFAULT_CODE_TABLE, parseBarcode } from '../../../src/barcode/parse.ts';
import { TEST_CODES, testSheetHtml } from '../../../src/barcode/test-sheet.ts';
import { diagnosisText } from '../../../src/screens/text/diagnoses.ts';
import { causeId, REFUSALS, refusalText, refusalValues } from '../../../src/screens/text/refusals.ts';
import { say } from '../../../src/screens/text/words.ts';
import { ScannerBench, type ScanReport } from '../../../src/station/scanners.ts';
import { Lab, PAGE } from './desk-lab.ts';

let lab: Lab;
let good: string;
beforeEach(() => {
  lab = new Lab();
  good = lab.barcode('CHARGE', 10_000);
});
afterEach(() => lab.close());

const alt = (text: string, width: number): string =>
  [...text].map((character) => String(character.charCodeAt(0)).padStart(width, '0')).join('');

interface Damage {
  readonly name: string;
  readonly make: (barcode: string) => string;
  readonly symbology?: string;
  readonly cause: Diagnosis['cause'];
  readonly sheetPage: number | null;
}

const typedAs = (scanner: LayoutName, till: LayoutName): Damage => ({
  name: `a scanner set to ${scanner} on a till that reads ${till}`,
  make: (barcode) => retype(barcode, scanner, till),
  cause: 'LAYOUT',
  sheetPage: 2,
});

const DAMAGES: readonly Damage[] = [
  typedAs('FR', 'US'),
  typedAs('US', 'FR'),
  typedAs('US', 'KR'),
  ...[2, 3, 4].map(
    (width): Damage => ({
      name: `ALT and ${width} digits`,
      make: (barcode) => alt(barcode, width),
      cause: 'LAYOUT',
      sheetPage: 2,
    }),
  ),
  { name: 'caps lock', make: (barcode) => barcode.toLowerCase(), cause: 'CAPS', sheetPage: 2 },
  { name: 'a doubled suffix', make: (barcode) => `${barcode}\r`, cause: 'EXTRA', sheetPage: 3 },
  { name: 'a prefix', make: (barcode) => `\u0002${barcode}`, cause: 'EXTRA', sheetPage: 3 },
  { name: 'a missing suffix', make: (barcode) => barcode + barcode, cause: 'MERGED', sheetPage: 3 },
  {
    name: 'a product before it',
    make: (barcode) => `8801234567893${barcode}`,
    cause: 'MERGED',
    sheetPage: 3,
  },
  { name: 'a cut end', make: (barcode) => barcode.slice(0, 27), cause: 'CUT', sheetPage: null },
  {
    name: 'a wrong character',
    make: (barcode) => `${barcode.slice(0, 12)}X${barcode.slice(13)}`,
    cause: 'MISREAD',
    sheetPage: null,
  },
  { name: 'GS1-128', make: (barcode) => `]C1${barcode}`, cause: 'SYMBOLOGY', sheetPage: 4 },
  {
    name: 'a QR code of the same text',
    make: (barcode) => barcode,
    symbology: ']Q1',
    cause: 'SYMBOLOGY',
    sheetPage: 4,
  },
  {
    name: 'a Data Matrix of the same text',
    make: (barcode) => `]d1${barcode}`,
    cause: 'SYMBOLOGY',
    sheetPage: 4,
  },
];

function scan(text: string, symbology?: string) {
  lab.station.pages.seen(PAGE, lab.clock.now().monoMs);
  const frame = { source: 'counter', text, monoMs: lab.clock.now().monoMs };
  return lab.station.scan(symbology === undefined ? frame : { ...frame, symbology });
}

const intents = () => lab.ledger.list({ limit: 10 }).intents;

describe('the cause and the cure of a scan that does not parse', () => {
  it.each(DAMAGES)('$name', ({ make, symbology, cause, sheetPage }) => {
    const text = make(good);
    expect(scan(text, symbology)).toBe('unreadable');
    expect(intents()).toEqual([]);
    expect(lab.forwarded).toEqual([]);

    const refused = lab.see().face.refused;
    if (refused === null) throw new Error('the cashier is told nothing');
    expect(refused.cause).toBe(cause);
    expect(causeId(refused.cause, refused.values)).toBe(cause);
    for (const language of ['ko', 'en'] as const) {
      const values = refusalValues(refused.cause, refused.values, 0, language);
      const { h, i } = refusalText(refused.cause, refused.values, false);
      const sentence = `${say(h, language, values)} ${say(i, language, values)}`;
      expect(sentence).not.toMatch(/[{}]|undefined/);
      expect(sentence).not.toBe(say(REFUSALS.OTHER.h, language, values));
      expect(sentence, 'nothing of a card').not.toMatch(/\d{4}/);
    }

    const told = diagnose(text, undefined, symbology ?? null);
    expect(told).toMatchObject({ cause, sheetPage, ours: true });
    for (const sentence of [told.explanation, told.cure]) expect(sentence).toMatch(/^[A-Z].*\.$/);
    if (sheetPage !== null) expect(testSheetHtml()).toContain(`<h2>${sheetPage}. `);
  });

  it('is the same under every pair of layouts that changes the barcode at all', () => {
    // A Korean keyboard has the keys of a US one: its letters come from the till's input method.
    for (const scanner of LAYOUT_NAMES.filter((name) => name !== 'KR')) {
      for (const till of LAYOUT_NAMES) {
        const text = retype(good, scanner, till);
        // UK, DE and US type these letters and digits alike: the scan is right and is taken.
        if (parseBarcode(text).ok) expect(diagnose(text).cause).toBe('NONE');
        else {
          const { ours, cause, detail, till: reads } = diagnose(text);
          expect([ours, cause], `${scanner} on ${till}`).toEqual([true, 'LAYOUT']);
          // Two pairs may make the same text of a barcode; the one that is named explains it.
          expect(retype(text, reads ?? 'US', detail as LayoutName).toUpperCase()).toBe(good);
        }
      }
    }
  });
});

describe("the installer's page", () => {
  let bench: ScannerBench;
  const read = (text: string) => bench.frame({ source: 'counter', text, monoMs: lab.clock.now().monoMs });
  const row = () => bench.list()[0];
  beforeEach(() => {
    bench = new ScannerBench(lab.clock, DEFAULT_CODE_TABLE);
    bench.add('counter', 'serial', lab.station);
    lab.station.pages.seen(PAGE, lab.clock.now().monoMs);
  });

  it.each(DAMAGES.filter(({ symbology }) => symbology === undefined))(
    'keeps the newest scan that was not understood, masked, with cause and cure: $name',
    ({ make, cause, sheetPage }) => {
      read(make(good));
      const last = row()?.lastUnreadable;
      if (last === null || last === undefined) throw new Error('nothing is kept');
      expect(last).toMatchObject({ ok: false, hint: cause, sheetPage });
      expect(JSON.stringify(last)).not.toMatch(/9491330000000016|330000000016|1{2}0{2}/);
      for (const language of ['ko', 'en'] as const) {
        const text = diagnosisText(last, language) ?? '';
        expect(text).toMatch(/\. /);
        expect(text).not.toMatch(/[{}]|undefined|null|-\)/);
        if (language === 'ko') expect(text).not.toMatch(/numpad|before|after|[A-Z]_[A-Z]/);
        if (sheetPage !== null) expect(text).toContain(String(sheetPage));
      }
    },
  );

  it.each([
    ['nothing', '', 'NO_SUFFIX', 'nothing', 3],
    ['a TAB', '\t', 'NO_SUFFIX', 'TAB', 3],
    ['CR and LF', '\r\n', 'NO_SUFFIX', 'CR LF', 3],
  ])(
    'keeps, and tells the cashier, that reads end with %s instead of the suffix',
    (_n, ending, hint, detail, page) => {
      bench.unended({ source: 'counter', text: good + ending, monoMs: lab.clock.now().monoMs });
      expect(lab.see().face.refused?.cause).toBe('NO_SUFFIX');
      expect(intents()).toEqual([]);
      expect(row()?.lastUnreadable).toMatchObject({ ok: false, hint, detail, sheetPage: page });
      expect(row()).toMatchObject({ framesToday: 0, results: { accepted: 0, unreadable: 0 } });
      for (const language of ['ko', 'en'] as const) {
        const last = row()?.lastUnreadable;
        const text = last === null || last === undefined ? '' : (diagnosisText(last, language) ?? '');
        expect(text).toMatch(/CR/);
        expect(text).not.toMatch(/[{}]|undefined|null|-\)/);
      }
    },
  );

  it('names a cut read that never ended as cut, and says nothing of a piece of a product code', () => {
    bench.unended({ source: 'counter', text: good.slice(0, 20), monoMs: lab.clock.now().monoMs });
    expect(row()?.lastUnreadable?.hint).toBe('CUT');
    expect(lab.see().face.refused?.cause).toBe('CUT');
    lab.clock.pass(8_000);
    bench.unended({ source: 'counter', text: '8801115', monoMs: lab.clock.now().monoMs });
    expect(lab.see().face.refused).toBeNull();
    expect(lab.forwarded).toEqual([]);
  });

  it('shows a read without its end in test mode, whatever it is', () => {
    const reports: ScanReport[] = [];
    bench.onTest((report) => reports.push(report));
    bench.setTest('counter', true);
    for (const text of [good, '8801115114154']) {
      bench.unended({ source: 'counter', text, monoMs: lab.clock.now().monoMs });
    }
    expect(reports).toMatchObject([
      { ok: false, hint: 'NO_SUFFIX', sheetPage: 3 },
      { ok: false, hint: 'NO_SUFFIX', sheetPage: 3 },
    ]);
    expect(row()?.lastUnreadable).toBeNull();
    expect(lab.see().face.refused).toBeNull();
  });

  it('forgets it at the next good one, and product codes leave it alone', () => {
    read(good.toLowerCase());
    read('8801234567893');
    expect(row()?.lastUnreadable?.hint).toBe('CAPS');
    read(good);
    expect(row()?.lastUnreadable).toBeNull();
  });

  it('judges the codes of the setup sheet in test mode, and opens nothing then', () => {
    const reports: ScanReport[] = [];
    bench.onTest((report) => reports.push(report));
    bench.setTest('counter', true);
    for (const { text } of TEST_CODES) read(text);
    read(`${TEST_CODES[0]?.text ?? ''}\t`);
    read(good);
    expect(reports.map(({ sheet }) => sheet?.ok)).toEqual([...TEST_CODES.map(() => true), false, undefined]);
    expect(reports[TEST_CODES.length]?.sheet?.text.ko).toContain('뒤');
    expect(intents()).toEqual([]);
  });
});

describe('a damaged scan', () => {
  const edit = fc.oneof(
    fc.record({ kind: fc.constant('drop' as const), at: fc.nat({ max: 60 }) }),
    fc.record({
      kind: fc.constant('put' as const),
      at: fc.nat({ max: 60 }),
      text: fc.string({ maxLength: 3, unit: 'binary-ascii' }),
    }),
    fc.record({ kind: fc.constant('cut' as const), at: fc.nat({ max: 60 }) }),
    fc.record({ kind: fc.constant('swapCase' as const), at: fc.nat({ max: 60 }) }),
    fc.record({ kind: fc.constant('double' as const), at: fc.nat({ max: 31 }) }),
    fc.record({
      kind: fc.constant('retype' as const),
      at: fc.constant(0),
      from: fc.constantFrom(...LAYOUT_NAMES),
      to: fc.constantFrom(...LAYOUT_NAMES),
    }),
  );

  function damaged(text: string, step: typeof edit extends fc.Arbitrary<infer T> ? T : never): string {
    const { at } = step;
    switch (step.kind) {
      case 'drop':
        return text.slice(0, at) + text.slice(at + 1);
      case 'put':
        return text.slice(0, at) + step.text + text.slice(at);
      case 'cut':
        return text.slice(at);
      case 'swapCase':
        return text.slice(0, at) + text.slice(at).toLowerCase();
      case 'double':
        return text + text.slice(at);
      case 'retype':
        return retype(text, step.from, step.to);
    }
  }

  it('opens a payment only when it is one, letter by letter: none is guessed, none is put together', () => {
    const symbologies = fc.option(fc.constantFrom(']C0', ']C1', ']Q1', ']E0'), { nil: undefined });
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 4 }), symbologies, (steps, symbology) => {
        const before = intents().map(({ sequenceId }) => sequenceId);
        const barcode = lab.barcode('CHARGE', 10_000);
        const text = steps.reduce(damaged, barcode);
        const result = scan(text, symbology);
        const opened = intents().filter(({ sequenceId }) => !before.includes(sequenceId));
        const parsed = parseBarcode(text, undefined, symbology ?? null);
        if (!parsed.ok) expect([result, opened]).toEqual([expect.stringMatching(/unreadable|notOurs/), []]);
        for (const intent of opened) {
          expect(
            text.endsWith(`${parsed.ok ? parsed.spec.token : ''}${String(intent.amount).padStart(6, '0')}`),
          ).toBe(true);
          // What stands before the 31 characters is an identifier of Code 128 or nothing.
          expect(text.slice(0, -31)).toMatch(/^(?:\]C0)?$/);
          expect(text.slice(-31, -25)).toBe(intent.type);
        }
        for (const key of ['STOP', 'STOP', 'CLOSE'] as const) lab.press(key);
      }),
      { numRuns: 400 },
    );
  });
});

/** Judges what a scanner made of a code of the test sheet: each character, what was added, identifier, re-read time. */
import { LAYOUT_NAMES, retype } from './layouts.ts';
import { CODE_128, identifierOf } from './parse.ts';
import { TEST_CODES, type TestCode } from './test-sheet.ts';

export interface TestFinding {
  readonly ok: boolean;
  /** One English sentence. */
  readonly text: string;
  /** Page of the setup sheet that mends it; null when there is nothing to mend. */
  readonly sheetPage: number | null;
}

export interface TestJudgement {
  /** Null: this is no code of the sheet. */
  readonly code: TestCode | null;
  readonly findings: readonly TestFinding[];
}

/** Frames as the driver gives them; `symbology` is the identifier reported out of band. Never throws. */
export function judgeTest(raw: string, symbology: string | null = null): TestJudgement {
  const identifier = symbology ?? identifierOf(raw);
  const text = symbology === null && identifier !== null && raw.startsWith(identifier) ? raw.slice(3) : raw;
  // GS1 and QR repeat texts of other codes: the identifier decides where there is one.
  const exact = TEST_CODES.filter((code) => code.text === text);
  const code = exact.find((each) => sameKind(each.identifier, identifier)) ?? exact[0];
  if (code !== undefined)
    return { code, findings: [fine('every character is right'), ofIdentifier(code, identifier)] };
  for (const each of TEST_CODES) {
    const finding = explain(text, each);
    if (finding !== null) return { code: each, findings: [finding] };
  }
  const finding = {
    ok: false,
    text: 'this is not a barcode of the test sheet, or it is badly misread',
    sheetPage: null,
  };
  return { code: null, findings: [finding] };
}

function fine(text: string): TestFinding {
  return { ok: true, text, sheetPage: null };
}

function sameKind(expected: string, seen: string | null): boolean {
  return (
    seen !== null && expected.slice(0, 2) === seen.slice(0, 2) && (expected[1] !== 'C' || expected === seen)
  );
}

function ofIdentifier(code: TestCode, seen: string | null): TestFinding {
  if (seen === null) {
    const text = 'no identifier is sent: the till cannot tell a QR code from a Code 128 of the same text';
    return { ok: true, text, sheetPage: code.identifier === CODE_128 ? 4 : null };
  }
  return sameKind(code.identifier, seen)
    ? fine(`the identifier ${seen} is right`)
    : { ok: false, text: `the identifier is ${seen} instead of ${code.identifier}`, sheetPage: 4 };
}

function explain(text: string, code: TestCode): TestFinding | null {
  const at = text.indexOf(code.text);
  if (at >= 0) return added(text.slice(0, at), text.slice(at + code.text.length), code);
  if (swapCase(text) === code.text) return { ok: false, text: 'letter case is swapped', sheetPage: 2 };
  for (const other of LAYOUT_NAMES) {
    if (other === 'US') continue;
    if (retype(code.text, other, 'US') === text) return layout(other, 'US');
    if (retype(code.text, 'US', other) === text) return layout('US', other);
  }
  if (text.length >= 8 && (code.text.startsWith(text) || code.text.endsWith(text))) {
    return { ok: false, text: `${code.text.length - text.length} characters are missing`, sheetPage: 3 };
  }
  return null;
}

function layout(scanner: string, till: string): TestFinding {
  return { ok: false, text: `the scanner sends the layout ${scanner}, the till reads ${till}`, sheetPage: 2 };
}

function added(before: string, after: string, code: TestCode): TestFinding {
  if (after === code.text || before === code.text) {
    return { ok: false, text: 'two reads ran together: the suffix is missing', sheetPage: 3 };
  }
  const name = (text: string): string => JSON.stringify(text.slice(0, 16));
  const parts = [before === '' ? '' : `${name(before)} before`, after === '' ? '' : `${name(after)} after`];
  return { ok: false, text: `the scanner adds ${parts.filter(Boolean).join(' and ')}`, sheetPage: 3 };
}

function swapCase(text: string): string {
  return text.replace(/[A-Za-z]/g, (letter) =>
    letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
  );
}

/** Below this a hands-free scanner reads the same phone twice before the cashier can take it away. */
const REREAD_MS_MIN = 1000;

/**
 * The time after which the scanner reads the same code again, from reads of one code held still. Null with fewer than
 * three reads: one pause proves nothing.
 */
export function rereadTime(readsMonoMs: readonly number[]): (TestFinding & { readonly ms: number }) | null {
  if (readsMonoMs.length < 3) return null;
  const pauses = readsMonoMs.slice(1).map((atMs, i) => atMs - (readsMonoMs[i] ?? atMs));
  const ms = Math.round(Math.min(...pauses));
  return ms < REREAD_MS_MIN
    ? {
        ok: false,
        ms,
        text: `the same barcode is read again after ${ms} ms: set it to 1 s or more`,
        sheetPage: 3,
      }
    : { ok: true, ms, text: `the same barcode is read again after ${ms} ms`, sheetPage: null };
}

/** Judges what a scanner made of a code of the test sheet: each character, what was added, identifier, re-read time. */
import { LAYOUT_NAMES, retype } from './layouts.ts';
import { CODE_128, identifierOf } from './parse.ts';
import { TEST_CODES, type TestCode } from './test-sheet.ts';

export interface TestFinding {
  readonly ok: boolean;
  /** One sentence each. */
  readonly ko: string;
  readonly en: string;
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
    return {
      code,
      findings: [fine('모든 글자가 맞습니다', 'every character is right'), ofIdentifier(code, identifier)],
    };
  for (const each of TEST_CODES) {
    const finding = explain(text, each);
    if (finding !== null) return { code: each, findings: [finding] };
  }
  const finding = wrong(
    '설정 시트의 바코드가 아니거나 많이 잘못 읽혔습니다',
    'this is not a barcode of the test sheet, or it is badly misread',
    null,
  );
  return { code: null, findings: [finding] };
}

function fine(ko: string, en: string, sheetPage: number | null = null): TestFinding {
  return { ok: true, ko, en, sheetPage };
}

function wrong(ko: string, en: string, sheetPage: number | null): TestFinding {
  return { ok: false, ko, en, sheetPage };
}

function sameKind(expected: string, seen: string | null): boolean {
  return (
    seen !== null && expected.slice(0, 2) === seen.slice(0, 2) && (expected[1] !== 'C' || expected === seen)
  );
}

function ofIdentifier(code: TestCode, seen: string | null): TestFinding {
  if (seen === null) {
    return fine(
      '식별자가 오지 않습니다: 같은 글자의 QR 코드와 Code 128을 구별할 수 없습니다',
      'no identifier is sent: the till cannot tell a QR code from a Code 128 of the same text',
      code.identifier === CODE_128 ? 4 : null,
    );
  }
  return sameKind(code.identifier, seen)
    ? fine(`식별자 ${seen}가 맞습니다`, `the identifier ${seen} is right`)
    : wrong(
        `식별자가 ${code.identifier} 대신 ${seen}입니다`,
        `the identifier is ${seen} instead of ${code.identifier}`,
        4,
      );
}

function explain(text: string, code: TestCode): TestFinding | null {
  const at = text.indexOf(code.text);
  if (at >= 0) return added(text.slice(0, at), text.slice(at + code.text.length), code);
  if (swapCase(text) === code.text)
    return wrong('대문자와 소문자가 바뀌었습니다', 'letter case is swapped', 2);
  for (const other of LAYOUT_NAMES) {
    if (other === 'US') continue;
    if (retype(code.text, other, 'US') === text) return layout(other, 'US');
    if (retype(code.text, 'US', other) === text) return layout('US', other);
  }
  if (text.length >= 8 && (code.text.startsWith(text) || code.text.endsWith(text))) {
    const missing = code.text.length - text.length;
    return wrong(`${missing}자가 없습니다`, `${missing} characters are missing`, 3);
  }
  return null;
}

function layout(scanner: string, till: string): TestFinding {
  return wrong(
    `스캐너는 ${scanner} 자판으로 보내고 단말기는 ${till} 자판으로 읽습니다`,
    `the scanner sends the layout ${scanner}, the till reads ${till}`,
    2,
  );
}

function added(before: string, after: string, code: TestCode): TestFinding {
  if (after === code.text || before === code.text) {
    return wrong(
      '두 번 읽은 것이 붙었습니다: 뒤에 CR이 없습니다',
      'two reads ran together: the suffix is missing',
      3,
    );
  }
  const name = (text: string): string => JSON.stringify(text.slice(0, 16));
  const parts = (words: readonly [string, string]): string[] => [
    ...(before === '' ? [] : [`${name(before)} ${words[0]}`]),
    ...(after === '' ? [] : [`${name(after)} ${words[1]}`]),
  ];
  return wrong(
    `스캐너가 글자를 붙입니다: ${parts(['앞', '뒤']).join(', ')}`,
    `the scanner adds ${parts(['before', 'after']).join(' and ')}`,
    3,
  );
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
  const known = `같은 바코드를 ${ms} ms 뒤에 다시 읽습니다`;
  const words = `the same barcode is read again after ${ms} ms`;
  const finding =
    ms < REREAD_MS_MIN
      ? wrong(`${known}: 1초 이상으로 하세요`, `${words}: set it to 1 s or more`, 3)
      : fine(known, words);
  return { ...finding, ms };
}

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testNames } from './titles.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Each quoted test of a table "promise | tests" with the file named before it. */
function citations(text: string): { readonly file: string; readonly name: string }[] {
  const rows = text.split('\n').filter((line) => line.startsWith('| '));
  return rows.flatMap((row) => {
    const cells = row.split('|')[2] ?? '';
    return cells.split(' · ').flatMap((part) => {
      const file = /`([a-z/-]+(?:\.test)?\.ts)`/.exec(part)?.[1];
      const names = [...part.matchAll(/"((?:[^"\\]|\\.)+)"/g)].map(([, name]) => name ?? '');
      return file === undefined ? [] : names.map((name) => ({ file, name: name.replaceAll('\\"', '"') }));
    });
  });
}

function holds(file: string, name: string): boolean {
  return testNames(readFileSync(join(ROOT, 'test', file), 'utf8')).some((title) => title.includes(name));
}

describe("delivery's promises", () => {
  const cited = citations(readFileSync(join(ROOT, 'docs/delivery.md'), 'utf8'));

  it('name tests that are there', () => {
    expect(cited.length).toBeGreaterThan(60);
    expect(cited.filter(({ file, name }) => !holds(file, name))).toEqual([]);
  });

  it('would be found out with a test that is gone', () => {
    const [only] = citations('| a promise | `guards/promises.test.ts`: "is \\"nowhere" |');
    expect(only).toEqual({ file: 'guards/promises.test.ts', name: 'is "nowhere' });
    expect(holds('guards/promises.test.ts', `${only?.name} at all`)).toBe(false);
  });

  it('is not kept by a comment, nor by a text within a test that is no title', () => {
    const source = "/* old title */ it.each([['a row', 'a value']])('that %s', () => read('a text'));";
    expect(testNames(source)).toEqual(['that %s', 'a row']);
  });
});

interface LedgerCitation {
  readonly file: string;
  readonly name: string | null;
}

/** Ledger's table: a file in backticks or by its bare name in integration/ledger, then the tests quoted from it. */
function ledgerCitations(text: string): LedgerCitation[] {
  const rows = text.split('\n').filter((line) => line.startsWith('| '));
  return rows.flatMap((row) => {
    let file = '';
    const cell = row.split(' | ')[1] ?? '';
    return [...cell.matchAll(/"([^"]+)"|`((?:unit|integration|browser)\/[a-z/-]+)`|\b([a-z]+)\b/g)].flatMap(
      ([, name, path, word]): LedgerCitation[] => {
        if (name !== undefined) return [{ file, name: name.split('...')[0] ?? '' }];
        if (path === undefined && !existsSync(testFile(`integration/ledger/${word}`))) return [];
        file = path ?? `integration/ledger/${word}`;
        return [{ file, name: null }];
      },
    );
  });
}

function testFile(file: string): string {
  return join(ROOT, 'test', `${file}.test.ts`);
}

/** A folder of tests is named as a whole. */
function isThere(file: string, name: string | null): boolean {
  if (!existsSync(testFile(file))) return name === null && existsSync(join(ROOT, 'test', file));
  return name === null || holds(`${file}.test.ts`, name);
}

describe("the ledger's promises", () => {
  const [, table = ''] = readFileSync(join(ROOT, 'docs/ledger.md'), 'utf8').split(
    "### The ledger's promises",
  );
  const cited = ledgerCitations(table);

  it('name tests that are there', () => {
    expect(cited.filter(({ name }) => name !== null).length).toBeGreaterThan(40);
    expect(cited.filter(({ file, name }) => !isThere(file, name))).toEqual([]);
  });

  it('would be found out with a test that is gone', () => {
    const [file, named] = ledgerCitations('| a promise | tamper "nowhere at all" |');
    expect([file, named].map((each) => isThere(each?.file ?? '', each?.name ?? null))).toEqual([true, false]);
  });
});

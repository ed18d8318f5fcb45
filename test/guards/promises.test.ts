import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

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

/** Names as they stand in the source: quotes may be escaped there. */
function holds(file: string, name: string): boolean {
  const source = readFileSync(join(ROOT, 'test', file), 'utf8')
    .replaceAll("\\'", "'")
    .replaceAll('\\"', '"');
  return source.includes(name);
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
});

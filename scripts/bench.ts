/**
 * `npm run bench -- NAME`: runs one benchmark of bench/ and prints product, floor and ratio of the same run. `--rows N` is for
 * those that also compare sizes (ledger).
 */
import { globSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { BenchRow } from '../bench/parts/row.ts';

interface Bench {
  run(options: { readonly rows?: number }): Promise<readonly BenchRow[]>;
}

const FOLDER = resolve(import.meta.dirname, '../bench');
const names = globSync('*.ts', { cwd: FOLDER })
  .map((file) => basename(file, '.ts'))
  .sort();

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals: wanted } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { rows: { type: 'string' } },
  });
  const rows = values.rows === undefined ? undefined : Number(values.rows);
  const isSize = rows === undefined || (Number.isSafeInteger(rows) && rows >= 10_000);
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0 || wanted.length === 0 || !isSize) {
    process.stderr.write(
      `use: npm run bench -- NAME... [--rows N, 10000 or more]\nNAME is one of: ${names.join(', ')}\n`,
    );
    return 2;
  }
  for (const name of wanted) {
    const bench = (await import(pathToFileURL(join(FOLDER, `${name}.ts`)).href)) as Bench;
    for (const row of await bench.run(rows === undefined ? {} : { rows })) {
      process.stdout.write(
        `${row.name}\n  ${row.product}\n  beside ${row.floor}\n  ratio ${row.ratio.toFixed(2)} (target ${row.target})\n`,
      );
    }
  }
  return 0;
}

process.exitCode = await main(process.argv.slice(2));

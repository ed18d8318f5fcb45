/** `npm run check`: the guards alone, for the time between two test runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkDeadCode, checkLayers, checkStyle, checkTypes, ROOT } from './checks.ts';
import { checkLockFile, checkTexts, checkVersions, projectFiles } from './text-checks.ts';

function report(name: string, ok: boolean, output: string): void {
  process.stdout.write(`${ok ? 'ok    ' : 'WRONG '} ${name}\n${ok ? '' : `${output.trimEnd()}\n`}`);
  if (!ok) process.exitCode = 1;
}

for (const [name, check] of [
  ['types', checkTypes],
  ['format and lint', checkStyle],
  ['layers', checkLayers],
  ['dead code', checkDeadCode],
] as const) {
  const { ok, output } = await check(ROOT);
  report(name, ok, output);
}
const texts = checkTexts(projectFiles(ROOT));
report('texts', texts.length === 0, texts.join('\n'));
const versions = checkVersions(readFileSync(join(ROOT, 'package.json'), 'utf8'));
report('exact versions', versions.length === 0, versions.join('\n'));
const lock = checkLockFile(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
report('lock file', lock.length === 0, lock.join('\n'));

/** The guards that are tools of their own: types, format and lint, layers, dead code. Each can be pointed at any folder. */
import { execFile } from 'node:child_process';
import { delimiter, join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '..');
const BIN = join(ROOT, 'node_modules', '.bin');
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
// On a machine that is busy with other things the types alone take minutes.
const CHECK_MS = 600_000;

export interface CheckResult {
  readonly ok: boolean;
  readonly output: string;
}

function run(folder: string, tool: string, args: readonly string[]): Promise<CheckResult> {
  return new Promise((done) => {
    execFile(
      join(BIN, tool),
      args,
      {
        cwd: folder,
        maxBuffer: MAX_OUTPUT_BYTES,
        timeout: CHECK_MS,
        env: {
          ...process.env,
          PATH: `${BIN}${delimiter}${process.env.PATH ?? ''}`,
          NO_COLOR: '1',
          FORCE_COLOR: '0',
        },
      },
      (error, stdout, stderr) => done({ ok: error === null, output: `${stdout}${stderr}` }),
    );
  });
}

export function checkTypes(folder: string): Promise<CheckResult> {
  return run(folder, 'tsc', ['--noEmit', '-p', folder]);
}

export function checkStyle(folder: string): Promise<CheckResult> {
  return run(folder, 'biome', ['ci', '--colors=off', '--error-on-warnings', folder]);
}

export function checkDeadCode(folder: string): Promise<CheckResult> {
  return run(folder, 'knip', ['--no-progress', '--directory', folder]);
}

interface CruiseReport {
  readonly modules: readonly { readonly source: string; readonly dependencies: readonly unknown[] }[];
  readonly summary: {
    readonly violations: readonly {
      readonly rule: { readonly name: string };
      readonly from: string;
      readonly to: string;
    }[];
  };
}

export interface LayerResult extends CheckResult {
  /** Our own modules that were read, and the imports seen in them: a check that reads nothing proves nothing. */
  readonly modules: readonly string[];
  readonly imports: number;
  readonly violations: readonly string[];
}

export async function checkLayers(folder: string): Promise<LayerResult> {
  const args = ['--config', '.dependency-cruiser.mjs', '--output-type', 'json', 'src', 'drivers'];
  const { output } = await run(folder, 'depcruise', args);
  if (!output.includes('{')) throw new Error(`dependency-cruiser did not run: ${output}`);
  const report = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1)) as CruiseReport;
  const ours = report.modules.filter(({ source }) => /^(src|drivers)\//.test(source));
  const violations = report.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
  return {
    ok: violations.length === 0,
    output: violations.join('\n'),
    modules: ours.map(({ source }) => source),
    imports: ours.reduce((sum, { dependencies }) => sum + dependencies.length, 0),
    violations,
  };
}

/**
 * `npm run prove [-- NAME...]`: the long runs of what `npm test` runs a few times only. Without a name all of them. Each
 * is a set of test files with its numbers turned up.
 */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');

interface Proof {
  readonly files: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly says: string;
}

const PROOFS: Readonly<Record<string, Proof>> = {
  kill: {
    files: ['test/integration/kill'],
    env: { KONA_TILL_KILL_ROUNDS: '50' },
    says: 'kill -9 of the agent, 50 times at each of four points, for both types',
  },
};

function run({ files, env }: Proof): Promise<number> {
  return new Promise((done) => {
    const args = [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', ...files];
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: 'inherit',
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => child.kill(signal));
    child.once('error', () => done(3));
    child.once('exit', (status) => done(status ?? 3));
  });
}

async function main(wanted: readonly string[]): Promise<number> {
  const names = wanted.length === 0 ? Object.keys(PROOFS) : wanted;
  let worst = 0;
  for (const name of names) {
    const proof = PROOFS[name];
    if (proof === undefined) {
      process.stderr.write(
        `use: npm run prove -- NAME...\nNAME is one of: ${Object.keys(PROOFS).join(', ')}\n`,
      );
      return 2;
    }
    process.stdout.write(`${name}: ${proof.says}\n`);
    worst = Math.max(worst, await run(proof));
  }
  return worst;
}

process.exitCode = await main(process.argv.slice(2));

/**
 * `npm run prove [-- NAME...] [--seconds N]`: the long runs of what `npm test` runs a few times only. Without a name, the
 * proofs of the rules and of the ledger, which share `--seconds` (default 60) and print their figures. `kill`, `rounds`,
 * `plugs` and `issuer` drive real processes, are bounded by their counts and run when they are named. `issuer` can be run
 * in parts: `--storage pglite` or `postgres`, `--calls N` (default 100,000), and with `--seconds` it begins no payment
 * after that time; `rounds` too: `--rounds N` (default 500) from seed `--from N`, `--lanes N` side by side (default 2).
 */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const ROOT = resolve(import.meta.dirname, '..');
const DEFAULT_SECONDS = 60;
/** Bounds by count: far more than fits into any time given. */
const ROUNDS_MAX = 1_000_000;

/** Runs for about `budgetMs` and gives its figures; throws at the first thing that is wrong. */
type Proof = (budgetMs: number) => Promise<Readonly<Record<string, unknown>>>;

async function walk(budgetMs: number) {
  const { explore } = await import('../test/unit/intent/explorer/explore.ts');
  const { states, steps, ends, tuples, isComplete, wrong } = explore({ budgetMs });
  if (wrong !== null) throw new Error(`${wrong.kind}: ${wrong.what}\n${wrong.story.join('\n')}`);
  return { states, steps, ends, tuples: tuples.length, isComplete };
}

async function rulesOut(budgetMs: number) {
  const { explore } = await import('../test/unit/intent/explorer/explore.ts');
  const { STARRED_RULES } = await import('../test/unit/intent/explorer/without.ts');
  const rules = Object.keys(STARRED_RULES) as (keyof typeof STARRED_RULES)[];
  const found: Record<string, string> = {};
  const endMs = performance.now() + budgetMs;
  for (const rule of rules) {
    // Most rules show within a moment: the slow ones may have what the others left.
    const leftMs = Math.max(endMs - performance.now(), budgetMs / rules.length);
    const { wrong, isComplete } = explore({ budgetMs: leftMs, rulesOut: [rule], onlyLosses: true });
    if (wrong === null) {
      throw new Error(
        isComplete
          ? `without the rule "${rule}" nothing goes wrong: the rule or the walk is at fault`
          : `the time ran out before the walk without the rule "${rule}" came to what goes wrong: give it more --seconds`,
      );
    }
    found[rule] = wrong.kind;
  }
  return found;
}

async function crashes(budgetMs: number) {
  const { crashRounds } = await import('../test/integration/ledger/crash-rounds.ts');
  return { ...(await crashRounds({ rounds: ROUNDS_MAX, timeMs: budgetMs, seed: Date.now() })) };
}

async function power(budgetMs: number) {
  const { powerRounds } = await import('../test/integration/ledger/power-rounds.ts');
  return { ...powerRounds({ commits: 60, images: 20, seed: Date.now(), timeMs: budgetMs }) };
}

async function syncs(budgetMs: number) {
  const { syncRounds } = await import('../test/integration/ledger/sync-rounds.ts');
  const report = syncRounds({ steps: 40, images: 400, seed: Date.now(), timeMs: budgetMs });
  return report === null ? { skipped: 'strace is missing: apt-get install strace' } : { ...report };
}

async function tampering(budgetMs: number) {
  const { tamperRounds } = await import('../test/integration/ledger/tamper-rounds.ts');
  return { ...tamperRounds({ rounds: ROUNDS_MAX, timeMs: budgetMs, seed: Date.now() }) };
}

interface Part {
  readonly calls: string;
  readonly storage: string | undefined;
  /** Undefined: no bound but the calls. */
  readonly seconds: string | undefined;
  readonly rounds: string;
  readonly from: string;
  readonly lanes: string;
}

function issuerLoad({ calls, storage, seconds }: Part): Proof {
  return tests(['test/integration/issuer/load.test.ts'], {
    KONA_TILL_ISSUER_CALLS: calls,
    ...(storage === undefined ? {} : { KONA_TILL_ISSUER_STORAGE: storage }),
    ...(seconds === undefined ? {} : { KONA_TILL_ISSUER_SECONDS: seconds }),
  });
}

function tests(files: readonly string[], env: Readonly<Record<string, string>>): Proof {
  return async () => {
    const args = [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', ...files];
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: 'inherit',
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => child.kill(signal));
    const status = await new Promise<number>((done) => {
      child.once('error', () => done(3));
      child.once('exit', (code) => done(code ?? 3));
    });
    if (status !== 0) throw new Error(`vitest ended with ${status}`);
    return { files: files.join(' '), ...env };
  };
}

interface Entry {
  readonly says: string;
  readonly run: Proof;
  /** Part of the run without names, with this share of the time. */
  readonly share?: number;
}

const proofs = (part: Part): Readonly<Record<string, Entry>> => ({
  walk: {
    says: 'every reachable state of one intent, crashes and people acting in the dark included',
    run: walk,
    share: 0.25,
  },
  rules: { says: 'each starred rule taken out loses money or ends nowhere', run: rulesOut, share: 0.25 },
  crash: { says: 'kill -9 of a process that writes the ledger', run: crashes, share: 0.3 },
  power: {
    says: 'power cut: torn and dropped unsynced writes between any two commits',
    run: power,
    share: 0.08,
  },
  sync: { says: 'power cut: the traced writes replayed up to every sync', run: syncs, share: 0.06 },
  tamper: { says: 'edited, deleted, swapped and truncated by hand', run: tampering, share: 0.06 },
  counter: {
    says: 'a cashier at a real counter in a real browser, the agent killed in every state',
    run: tests(['test/browser/cashier/real-till.test.ts'], { KONA_TILL_COUNTER: 'full' }),
  },
  kill: {
    says: 'kill -9 of the agent, 50 times at each of four points, for both types',
    run: tests(['test/integration/kill'], { KONA_TILL_KILL_ROUNDS: '50' }),
  },
  rounds: {
    says: 'kill -9 of a till that sells and closes days with a faulty issuer, one of the two put back or the disk copied in some; both compared',
    run: tests(['test/integration/sync/rounds.test.ts'], {
      KONA_TILL_ROUNDS: part.rounds,
      KONA_TILL_ROUNDS_FROM: part.from,
      KONA_TILL_ROUNDS_LANES: part.lanes,
    }),
  },
  plugs: {
    says: 'a thousand plugs of a scanner of each driver leave no descriptor, listener or memory behind',
    // The service's young generation: with the runtime's own, resident memory says nothing about what was left behind.
    run: tests(['test/integration/drivers/plugs.test.ts'], {
      KONA_TILL_PLUG_CYCLES: '1000',
      NODE_OPTIONS: '--max-semi-space-size=2',
    }),
  },
  issuer: {
    says: 'approvals, net cancels and inquiries at concurrency 64 with random faults, both storages',
    run: issuerLoad(part),
  },
});

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: 'string' },
      calls: { type: 'string', default: '100000' },
      storage: { type: 'string' },
      rounds: { type: 'string', default: '500' },
      from: { type: 'string', default: '1' },
      lanes: { type: 'string', default: '2' },
    },
  });
  const { calls, storage, rounds, from, lanes } = values;
  const seconds = Number(values.seconds ?? DEFAULT_SECONDS);
  const all = proofs({ calls, storage, seconds: values.seconds, rounds, from, lanes });
  const unknown = positionals.filter((name) => all[name] === undefined);
  const isPart = storage === undefined || storage === 'pglite' || storage === 'postgres';
  const areCounts = [calls, rounds, from, lanes].every((count) => /^[1-9][0-9]{0,8}$/.test(count));
  if (unknown.length > 0 || !(seconds > 0) || !areCounts || !isPart) {
    process.stderr.write(
      `use: npm run prove -- [NAME...] [--seconds N]; issuer: [--storage pglite|postgres] [--calls N]; rounds: [--rounds N] [--from N] [--lanes N]\nNAME is one of: ${Object.keys(all).join(', ')}\n`,
    );
    return 2;
  }
  const chosen = Object.entries(all).filter(([name, { share }]) =>
    positionals.length === 0 ? share !== undefined : positionals.includes(name),
  );
  let worst = 0;
  for (const [name, { says, run, share }] of chosen) {
    const budgetMs = seconds * 1000 * (positionals.length === 0 ? (share ?? 1) : 1 / chosen.length);
    const startMs = performance.now();
    try {
      const figures = await run(budgetMs);
      const took = ((performance.now() - startMs) / 1000).toFixed(1);
      process.stdout.write(`ok     ${name}: ${says}\n       ${JSON.stringify(figures)} in ${took} s\n`);
    } catch (error) {
      worst = 1;
      process.stdout.write(
        `WRONG  ${name}: ${says}\n${error instanceof Error ? error.message : String(error)}\n`,
      );
    }
  }
  return worst;
}

process.exitCode = await main();

/**
 * Crash rounds: a process under load is killed (SIGKILL) at a random moment, the ledger is opened again, and everything
 * that the process had acknowledged must stand in it, unchanged, in a chain that verifies. The ledger lives through all
 * the rounds. This shows that a killed process loses nothing; what a power cut may lose is another test.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JournalHead } from '../../../src/ledger/types.ts';
import { createChance } from './load.ts';
import type { LoadOrder } from './load-child.ts';
import { createShop, type Shop } from './shop.ts';

export interface CrashRoundsOptions {
  readonly rounds: number;
  /** No new round is begun after this time. */
  readonly timeMs: number;
  readonly seed: number;
  readonly log?: (line: string) => void;
}

export interface CrashRoundsReport {
  readonly rounds: number;
  /** Commits that a killed process had acknowledged, all found again. */
  readonly acknowledged: number;
  /** Commits that were on disk before their process could say so. */
  readonly unsaid: number;
  readonly entries: number;
  readonly millis: number;
}

const CHILD = fileURLToPath(new URL('./load-child.ts', import.meta.url));
const STEPS_MAX = 100_000;
const LIFE_MS_MAX = 120;
const STUCK_MS = 30_000;

interface Killed {
  readonly said: readonly {
    readonly head: JournalHead;
    readonly sequenceId: string;
    readonly version: number;
  }[];
}

function parseSaid(output: string): Killed['said'] {
  // The last line may be cut by the kill: what was not wholly said was not acknowledged.
  const lines = output.slice(0, output.lastIndexOf('\n') + 1).split('\n');
  return lines
    .filter((line) => line.startsWith('ok '))
    .map((line) => {
      const [, index, hash, sequenceId, version] = line.split(' ');
      return {
        head: { index: Number(index), hash: hash ?? '' },
        sequenceId: sequenceId ?? '',
        version: Number(version),
      };
    });
}

/** Runs the child and kills it `lifeMs` after it is ready. */
function runAndKill(order: LoadOrder, lifeMs: number, cache: string): Promise<Killed> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CHILD, JSON.stringify(order)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Most of a round is the start of a process: what it compiles is kept for the next one.
      env: { ...process.env, NODE_COMPILE_CACHE: cache },
    });
    let output = '';
    let errors = '';
    let kill: NodeJS.Timeout | null = null;
    const stuck = setTimeout(() => child.kill('SIGKILL'), STUCK_MS);
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (kill === null && output.includes('ready\n')) kill = setTimeout(() => child.kill('SIGKILL'), lifeMs);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', (_code, signal) => {
      clearTimeout(stuck);
      if (kill !== null) clearTimeout(kill);
      if (signal === 'SIGKILL' && kill !== null) resolve({ said: parseSaid(output) });
      else reject(new Error(`the load ended by itself: ${errors || output.slice(-200)}`));
    });
  });
}

/** Opens the ledger after a kill and throws unless everything said is in it. Returns its head. */
function check(shop: Shop, killed: Killed, from: number): JournalHead {
  const ledger = shop.open();
  try {
    const last = killed.said.at(-1);
    const report = ledger.verify({
      fromIndex: from,
      ...(last === undefined ? {} : { knownHead: last.head }),
    });
    if (!report.ok) throw new Error(`after a kill: ${JSON.stringify(report.faults)}`);
    for (const { sequenceId, version } of killed.said) {
      const intent = ledger.get(sequenceId);
      if (intent === null || intent.version < version) throw new Error(`${sequenceId} v${version} is lost`);
    }
    return report.head;
  } finally {
    ledger.close();
  }
}

/** Runs rounds until their number or the time is used up; throws at the first loss. */
export async function crashRounds(options: CrashRoundsOptions): Promise<CrashRoundsReport> {
  const chance = createChance(options.seed);
  const shop = createShop({ ballastBytes: 0 });
  const start = performance.now();
  let rounds = 0;
  let acknowledged = 0;
  let unsaid = 0;
  let head: JournalHead = { index: 0, hash: '' };
  try {
    while (rounds < options.rounds && performance.now() - start < options.timeMs) {
      const order: LoadOrder = {
        file: shop.file,
        key: String(shop.options.key),
        seed: Math.floor(chance() * 2 ** 32),
        steps: STEPS_MAX,
        ballastBytes: 0,
      };
      const killed = await runAndKill(order, chance() * LIFE_MS_MAX, join(shop.directory, 'compiled'));
      const next = check(shop, killed, Math.max(1, head.index));
      acknowledged += killed.said.length;
      unsaid += next.index - (killed.said.at(-1)?.head.index ?? next.index);
      head = next;
      rounds += 1;
      if (rounds % 50 === 0)
        options.log?.(`${rounds} rounds, ${acknowledged} commits acknowledged, none lost`);
    }
    const whole = shop.open();
    const report = whole.verify();
    whole.close();
    if (!report.ok) throw new Error(`the whole ledger: ${JSON.stringify(report.faults)}`);
    return { rounds, acknowledged, unsaid, entries: report.entries, millis: performance.now() - start };
  } finally {
    rmSync(shop.directory, { recursive: true, force: true });
  }
}

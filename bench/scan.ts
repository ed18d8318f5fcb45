/**
 * From the scanner's tty to the disk and to the screen, beside a minimal chain in the same run: both are processes of their
 * own with a pty and a page (an event stream); this process writes the lines and reads the streams. In turns, five rounds.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startIssuer } from '../src/issuer/issuer.ts';
import { burstRow } from './ledger.ts';
import type { BenchRow } from './parts/row.ts';
import type { ToParent } from './parts/scan-child.ts';
import { openTty } from './parts/tty.ts';

const ROUNDS = 5;
const WARM_UP_ROUNDS = 3;
const LINES_PER_ROUND = 100;
/** Product and rival take turns, so that both see the same machine. */
const STEP = 20;
const PACE_MS = 4;
const WAIT_MS = 10_000;
const HEARTBEAT_MS = 3_000;
const PAGE = 'bench-page-0001';

interface Sample {
  readonly durableUs: number;
  readonly screenUs: number;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** One side: a program with a scanner and a page. */
class Side {
  readonly #child: ChildProcess;
  readonly #near: number;
  readonly #stream: IncomingMessage;
  readonly #isShown: (text: string) => boolean;
  readonly #url: string;
  #seen: ((atNs: bigint) => void) | null = null;
  #made = 0;

  private constructor(
    child: ChildProcess,
    near: number,
    url: string,
    stream: IncomingMessage,
    isShown: (text: string) => boolean,
  ) {
    this.#child = child;
    this.#near = near;
    this.#url = url;
    this.#stream = stream;
    this.#isShown = isShown;
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      const atNs = process.hrtime.bigint();
      if (this.#isShown(text)) this.#seen?.(atNs);
    });
  }

  static async start(
    program: string,
    near: number,
    args: readonly string[],
    path: string,
    isShown: (text: string) => boolean,
  ): Promise<Side> {
    const child = fork(join(import.meta.dirname, 'parts', program), args, {
      execArgv: ['--no-warnings'],
      serialization: 'advanced',
    });
    const [message] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => Promise.reject(new Error(`${program} ended at its start`))),
    ])) as [ToParent];
    if (message.kind !== 'ready') throw new Error(`${program} said ${message.kind}`);
    const request = get(new URL(path, message.url), { agent: false });
    const [stream] = (await once(request, 'response')) as [IncomingMessage];
    return new Side(child, near, message.url, stream, isShown);
  }

  heartbeat(): void {
    const body = JSON.stringify({ page: PAGE });
    const headers = { 'content-type': 'application/json' };
    fetch(new URL('heartbeat', this.#url), { method: 'POST', body, headers }).catch(() => undefined);
  }

  /** One line written, seen on the screen, its durable moment asked for, and the payment ended. */
  async scan(): Promise<Sample> {
    this.#made += 1;
    const line = Buffer.from(`CHARGE941000${String(this.#made).padStart(10, '0')}123010000\r`, 'latin1');
    const shown = new Promise<bigint>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`scan ${this.#made} was not shown`)), WAIT_MS);
      this.#seen = (atNs) => {
        clearTimeout(timer);
        this.#seen = null;
        resolve(atNs);
      };
    });
    const startNs = process.hrtime.bigint();
    writeSync(this.#near, line);
    const shownNs = await shown;
    this.#child.send('end');
    const [message] = (await once(this.#child, 'message')) as [ToParent];
    if (message.kind !== 'ended') throw new Error(`a program said ${message.kind}`);
    return {
      durableUs: Number(BigInt(message.durableNs) - startNs) / 1_000,
      screenUs: Number(shownNs - startNs) / 1_000,
    };
  }

  async close(): Promise<void> {
    this.#stream.destroy();
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}

async function round(sides: readonly Side[]): Promise<Sample[][]> {
  const samples: Sample[][] = sides.map(() => []);
  for (let done = 0; done < LINES_PER_ROUND; done += STEP) {
    for (const [at, side] of sides.entries()) {
      for (let turn = 0; turn < STEP; turn += 1) {
        await pause(PACE_MS);
        samples[at]?.push(await side.scan());
      }
    }
  }
  return samples;
}

function row(name: string, rounds: readonly Sample[][][], key: keyof Sample, target: string): BenchRow {
  const medians = (side: number) =>
    rounds.map((samples) => median((samples[side] ?? []).map((sample) => sample[key])));
  const [product, rival] = [medians(0), medians(1)];
  return {
    name,
    product: `${median(product).toFixed(0)} us`,
    floor: `${median(rival).toFixed(0)} us`,
    ratio: median(product.map((value, at) => value / (rival[at] ?? Number.NaN))),
    target,
  };
}

/** Runs every comparison; takes about half a minute on a quiet machine. */
export async function run(): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'kona-bench-scan-'));
  const folders = ['till', 'minimal'].map((name) => join(folder, name));
  for (const each of folders) mkdirSync(each, { mode: 0o700 });
  const [tillFolder = '', minimalFolder = ''] = folders;
  const issuer = await startIssuer({ storage: { memory: true } });
  const ttys = [await openTty(tillFolder), await openTty(minimalFolder)];
  const sides: Side[] = [];
  let heartbeat: NodeJS.Timeout | undefined;
  try {
    const [first, second] = ttys;
    if (first === undefined || second === undefined) throw new Error('no ttys');
    const till = await Side.start(
      'scan-till.ts',
      first.near,
      [first.path, tillFolder, JSON.stringify(issuer.credentials)],
      `events?page=${PAGE}`,
      // The face that asks for the notes; what follows it is the end of the payment.
      (text) => text.includes('"id":"TAKE"'),
    );
    sides.push(till);
    heartbeat = setInterval(() => till.heartbeat(), HEARTBEAT_MS);
    sides.push(
      await Side.start('scan-minimal.ts', second.near, [second.path, minimalFolder], '', (text) =>
        text.includes('event: scan'),
      ),
    );
    await pause(2_000); // the agent's scanner opens and its line comes up
    const rounds: Sample[][][] = [];
    for (let warmUp = 0; warmUp < WARM_UP_ROUNDS; warmUp += 1) await round(sides);
    for (let each = 0; each < ROUNDS; each += 1) rounds.push(await round(sides));
    return [
      row('tty -> durable intent, one line every 4 ms / the minimal chain', rounds, 'durableUs', '<= 0.8'),
      row('tty -> screen, one line every 4 ms / the minimal chain', rounds, 'screenUs', '<= 0.85'),
      burstRow(),
    ];
  } finally {
    clearInterval(heartbeat);
    await Promise.all(sides.map((side) => side.close()));
    for (const tty of ttys) tty.close();
    await issuer.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

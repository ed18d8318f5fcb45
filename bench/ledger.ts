/**
 * The ledger beside its floor, in one run: a scanned frame until it is a durable intent against the bare cost of
 * durability (24 KiB overwritten + fdatasync), and a burst with group commit against one-row commits. Only ratios
 * inside one run mean anything; absolute times move from machine to machine.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, fdatasyncSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { createPostgresRow, createQueue, type Rival } from './parts/ledger-rivals.ts';
import { sizeRows } from './parts/ledger-size.ts';
import { now, Till } from './parts/ledger-till.ts';
import type { BenchRow } from './parts/row.ts';

const ROUNDS = 5;
const WARM_UP_ROUNDS = 4;
const PER_ROUND = 600;
const STEP = 20;
const BURST = 32;
const BURSTS_PER_ROUND = 20;
const PACED_PER_ROUND = 60;
const PACE_MS = 4;
const FLOOR_BYTES = 24 * 1024;

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((left, right) => left - right);
}

function median(values: readonly number[]): number {
  return percentile(ascending(values), 0.5);
}

/** Overwrites the same bytes of one file and waits for the disk. */
function createFloor(directory: string): { run(): void; close(): void } {
  const handle = openSync(join(directory, 'floor'), 'w');
  const bytes = randomBytes(FLOOR_BYTES);
  writeSync(handle, bytes, 0, FLOOR_BYTES, 0);
  fsyncSync(handle);
  return {
    run: () => {
      writeSync(handle, bytes, 0, FLOOR_BYTES, 0);
      fdatasyncSync(handle);
    },
    close: () => closeSync(handle),
  };
}

/** One plain row per commit, WAL, FULL: what a queue without any rule would do. */
function createPlain(directory: string): { run(): void; close(): void } {
  const database = new Database(join(directory, 'plain.db'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('CREATE TABLE jobs (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT');
  const insert = database.prepare('INSERT INTO jobs (body) VALUES (?)');
  const body = JSON.stringify({ text: 'x'.repeat(200) });
  return { run: () => insert.run(body), close: () => database.close() };
}

function timed(work: () => void): number {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start) / 1_000;
}

interface Pair {
  readonly product: number[];
  readonly floor: number[];
}

/** Product and floor in turns of STEP, so that both see the same machine. */
function tightRound(till: Till, floor: { run(): void }): Pair {
  const pair: Pair = { product: [], floor: [] };
  for (let done = 0; done < PER_ROUND; done += STEP) {
    const ids: string[] = [];
    const frames = Array.from({ length: STEP }, () => till.frame());
    for (let turn = 0; turn < STEP; turn += 1) pair.floor.push(timed(() => floor.run()));
    for (const frame of frames) pair.product.push(timed(() => ids.push(till.accept(frame))));
    for (const id of ids) till.end(id);
    till.ledger.sweep(now());
  }
  return pair;
}

async function pacedRound(till: Till, floor: { run(): void }): Promise<Pair> {
  const pair: Pair = { product: [], floor: [] };
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, PACE_MS));
  for (let turn = 0; turn < PACED_PER_ROUND; turn += 1) {
    const frame = till.frame();
    await pause();
    pair.floor.push(timed(() => floor.run()));
    await pause();
    let id = '';
    pair.product.push(
      timed(() => {
        id = till.accept(frame);
      }),
    );
    till.end(id);
  }
  return pair;
}

/** Intents per second in bursts of 32 against one-row commits per second. */
function burstRound(till: Till, plain: { run(): void }): { product: number; floor: number } {
  let productUs = 0;
  let plainUs = 0;
  for (let turn = 0; turn < BURSTS_PER_ROUND; turn += 1) {
    const frames = Array.from({ length: BURST }, () => till.frame());
    let ids: readonly string[] = [];
    productUs += timed(() => {
      ids = till.burst(frames);
    });
    for (let row = 0; row < BURST; row += 1) plainUs += timed(() => plain.run());
    for (const id of ids) till.end(id);
    till.ledger.sweep(now());
  }
  const count = BURSTS_PER_ROUND * BURST;
  return { product: count / (productUs / 1e6), floor: count / (plainUs / 1e6) };
}

function latencyRow(name: string, rounds: readonly Pair[], share: number, target: string): BenchRow {
  const at = (side: keyof Pair) => rounds.map((round) => percentile(ascending(round[side]), share));
  const product = at('product');
  const floor = at('floor');
  return {
    name,
    product: `${median(product).toFixed(0)} us`,
    floor: `${median(floor).toFixed(0)} us`,
    ratio: median(product.map((value, round) => value / (floor[round] ?? Number.NaN))),
    target,
  };
}

function burstSummary(bursts: readonly { product: number; floor: number }[]): BenchRow {
  return {
    name: 'burst: intents/s in commits of 32 / one-row commits/s (WAL, FULL)',
    product: `${median(bursts.map((burst) => burst.product)).toFixed(0)}/s`,
    floor: `${median(bursts.map((burst) => burst.floor)).toFixed(0)}/s`,
    ratio: median(bursts.map((burst) => burst.product / burst.floor)),
    target: '>= 8',
  };
}

/** The figure of a burst of frames alone, for `bench -- scan`. */
export function burstRow(): BenchRow {
  const directory = mkdtempSync(join(tmpdir(), 'kona-bench-'));
  const plain = createPlain(directory);
  const till = new Till(directory);
  try {
    for (let warmUp = 0; warmUp < WARM_UP_ROUNDS; warmUp += 1) burstRound(till, plain);
    return burstSummary(Array.from({ length: ROUNDS }, () => burstRound(till, plain)));
  } finally {
    till.ledger.close();
    plain.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Product and a rival in turns of STEP. */
async function rivalRound(till: Till, rival: Rival): Promise<Pair> {
  const pair: Pair = { product: [], floor: [] };
  for (let done = 0; done < PER_ROUND / 2; done += STEP) {
    const frames = Array.from({ length: STEP }, () => till.frame());
    for (const frame of frames) {
      const start = process.hrtime.bigint();
      const ended = rival.run(frame);
      if (ended !== undefined) await ended;
      pair.floor.push(Number(process.hrtime.bigint() - start) / 1_000);
    }
    const ids: string[] = [];
    for (const frame of frames) pair.product.push(timed(() => ids.push(till.accept(frame))));
    for (const id of ids) till.end(id);
    till.ledger.sweep(now());
  }
  return pair;
}

async function rivalRow(till: Till, name: string, rival: Rival | null, target: string): Promise<BenchRow> {
  if (rival === null) return { name, product: '-', floor: 'not installed', ratio: Number.NaN, target };
  const rounds: Pair[] = [];
  try {
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await rivalRound(till, rival));
  } finally {
    await rival.close();
  }
  return latencyRow(name, rounds, 0.5, target);
}

export interface LedgerBenchOptions {
  /** Also compares a ledger of so many payments with one of 10,000. */
  readonly rows?: number;
}

/** Runs every comparison; takes about half a minute on a quiet machine, with `rows` about a minute per million more. */
export async function run(options: LedgerBenchOptions = {}): Promise<readonly BenchRow[]> {
  const directory = mkdtempSync(join(tmpdir(), 'kona-bench-'));
  const floor = createFloor(directory);
  const plain = createPlain(directory);
  const till = new Till(directory);
  try {
    // A till runs for days: what is measured is compiled code.
    for (let warmUp = 0; warmUp < WARM_UP_ROUNDS; warmUp += 1) tightRound(till, floor);
    const tight: Pair[] = [];
    const paced: Pair[] = [];
    const bursts: { product: number; floor: number }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      tight.push(tightRound(till, floor));
      paced.push(await pacedRound(till, floor));
      bursts.push(burstRound(till, plain));
    }
    const rivals = [
      await rivalRow(
        till,
        'frame -> durable intent / a job queue on SQLite (like plainjob, FULL), p50',
        createQueue(directory),
        '<= 0.85',
      ),
      await rivalRow(
        till,
        'frame -> durable intent / one row in PostgreSQL over a unix socket, p50',
        await createPostgresRow(),
        '<= 0.6',
      ),
    ];
    const report = till.ledger.verify();
    if (!report.ok) throw new Error('the ledger of the benchmark does not verify');
    return [
      latencyRow(
        'frame -> durable intent, tight loop, p50 / (24 KiB overwrite + fdatasync)',
        tight,
        0.5,
        '<= 1.6',
      ),
      latencyRow('frame -> durable intent, tight loop, p99 / the floor p99', tight, 0.99, '<= 3'),
      latencyRow('frame -> durable intent, one every 4 ms, p50 / the floor, paced', paced, 0.5, '-'),
      burstSummary(bursts),
      ...rivals,
      ...(options.rows === undefined ? [] : sizeRows(join(directory, 'size'), options.rows)),
    ];
  } finally {
    till.ledger.close();
    plain.close();
    floor.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const row of await run()) {
    process.stdout.write(
      `${row.name}\n  ${row.product} beside ${row.floor}: ${row.ratio.toFixed(2)} (target ${row.target})\n`,
    );
  }
}

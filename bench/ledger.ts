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
import { parseBarcode } from '../src/barcode/parse.ts';
import type { Now } from '../src/intent/model.ts';
import { admit, DEFAULT_POLICY, policyHash } from '../src/intent/policy.ts';
import { DEFAULT_TIMES } from '../src/intent/rules.ts';
import { openLedger } from '../src/ledger/ledger.ts';
import type { Ledger } from '../src/ledger/types.ts';
import { createIds } from '../src/station/ids.ts';

export interface BenchRow {
  readonly name: string;
  readonly product: string;
  readonly floor: string;
  readonly ratio: number;
  readonly target: string;
}

const ROUNDS = 5;
const WARM_UP_ROUNDS = 4;
const PER_ROUND = 600;
const STEP = 20;
const BURST = 32;
const BURSTS_PER_ROUND = 20;
const PACED_PER_ROUND = 60;
const PACE_MS = 4;
const FLOOR_BYTES = 24 * 1024;

const RANDOM = { bytes: (count: number) => randomBytes(count), fraction: () => Math.random() };
const CONTEXT = {
  stationId: '1',
  line: 'online',
  clockConfirmed: true,
  answeredSinceStart: true,
  issuerEnabled: { CHARGE: true, REFUND: true },
  recent: { outcomes: 0, reversed: 0 },
} as const;

function now(): Now {
  return { wallMs: Date.now(), monoMs: performance.now() };
}

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

class Till {
  readonly ledger: Ledger;
  readonly #ids = createIds(RANDOM);
  #made = 0;

  constructor(directory: string) {
    this.ledger = openLedger({
      file: join(directory, 'ledger', 'till.db'),
      environment: 'bench',
      merchantId: 'M00000000000001',
      terminalId: 'T0000001',
      key: join(directory, 'key'),
      times: DEFAULT_TIMES,
      policyHash: policyHash(DEFAULT_POLICY),
      random: RANDOM,
      now: now(),
      ballastBytes: 0,
    });
  }

  frame(): string {
    this.#made += 1;
    return `]C0CHARGE941000${String(this.#made).padStart(10, '0')}123010000`;
  }

  /** Frame to durable intent, as a station does it: parse, facts, policy, commit. */
  accept(frame: string): string {
    const parsed = parseBarcode(frame);
    if (!parsed.ok) throw new Error(parsed.reason);
    const { type, amount, cardNumber } = parsed.spec;
    const barcodeSpec = frame.slice(3);
    const moment = now();
    const facts = this.ledger.facts(barcodeSpec, cardNumber, moment);
    const admission = admit(parsed.spec, facts, { ...CONTEXT, wallMs: moment.wallMs }, DEFAULT_POLICY);
    if (!admission.ok) throw new Error(admission.cause);
    const sequenceId = this.#ids(moment.wallMs);
    const { managerNeeded } = admission;
    const scan = { sequenceId, stationId: '1', type, amount, cardNumber, barcodeSpec, managerNeeded };
    return this.ledger.accept(scan, moment).intent.sequenceId;
  }

  burst(frames: readonly string[]): readonly string[] {
    const moment = now();
    const scans = frames.map((frame) => {
      const parsed = parseBarcode(frame);
      if (!parsed.ok) throw new Error(parsed.reason);
      const { type, amount, cardNumber } = parsed.spec;
      const sequenceId = this.#ids(moment.wallMs);
      const barcodeSpec = frame.slice(3);
      return { sequenceId, stationId: '1', type, amount, cardNumber, barcodeSpec, managerNeeded: false };
    });
    return this.ledger.acceptMany(scans, moment).map((committed) => committed.intent.sequenceId);
  }

  /** Ends an accepted scan, outside the clock: a till has a handful of open intents, not thousands. */
  end(sequenceId: string): void {
    const actor = { role: 'cashier', id: 'bench' } as const;
    this.ledger.record(sequenceId, { kind: 'stop' }, now(), { actor });
    this.ledger.record(sequenceId, { kind: 'answer', answer: 'notTaken' }, now(), { actor });
    this.ledger.record(sequenceId, { kind: 'acknowledge' }, now(), { actor });
  }
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

/** Runs every comparison; takes about twenty seconds on a quiet machine. */
export async function run(): Promise<readonly BenchRow[]> {
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

/**
 * Power cuts at the system calls themselves: the load runs under strace, every write, truncation and sync of database and
 * WAL is recorded with its bytes, and the disk is rebuilt as it may be found after a cut at any of these calls: what was
 * synced is there, of the later writes any sectors. Unlike power-rounds.ts this sees whether the syncs really happen.
 * Needs strace and the right to trace; without them there is no report.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openLedger } from '../../../src/ledger/ledger.ts';
import type { JournalHead } from '../../../src/ledger/types.ts';
import { createChance } from './load.ts';
import type { LoadOrder } from './load-child.ts';
import { createShop, type Shop } from './shop.ts';

const SECTOR_BYTES = 512;
const CHILD = fileURLToPath(new URL('./load-child.ts', import.meta.url));
const TRACE_BYTES_MAX = 512 * 1024 * 1024;

type Call =
  | { readonly kind: 'write'; readonly file: string; readonly bytes: Buffer; readonly at: number }
  | { readonly kind: 'truncate'; readonly file: string; readonly length: number }
  | { readonly kind: 'sync'; readonly file: string }
  | { readonly kind: 'said'; readonly head: JournalHead };

export interface SyncRoundsOptions {
  readonly steps: number;
  readonly images: number;
  readonly seed: number;
  readonly timeMs: number;
  /** Pretends that syncs of the WAL never happened: the negative control. */
  readonly ignoreWalSyncs?: boolean;
}

export interface SyncRoundsReport {
  readonly calls: number;
  readonly syncs: number;
  readonly acknowledged: number;
  readonly images: number;
}

const LINE = /^\d+ +(pwrite64|write|ftruncate|fsync|fdatasync)\((\d+)<([^>]*)>(?:, )?(.*)\) += (-?\d+)/;

function bytesOf(text: string): Buffer {
  const quoted = /^"((?:\\x[0-9a-f]{2})*)"/.exec(text);
  if (quoted === null) throw new Error('a traced write without its bytes');
  return Buffer.from((quoted[1] ?? '').replaceAll('\\x', ''), 'hex');
}

function saidIn(bytes: Buffer): Call | null {
  const [word, index, hash] = bytes.toString().trim().split(' ');
  return word === 'ok' ? { kind: 'said', head: { index: Number(index), hash: hash ?? '' } } : null;
}

function parseCall(line: string): Call | null {
  const match = LINE.exec(line);
  if (match === null) return null;
  const [, name, handle, file = '', rest = '', result] = match;
  if (handle === '1' && name === 'write') return saidIn(bytesOf(rest));
  if (Number(result) < 0 || !/till\.db(-wal)?$/.test(file)) return null;
  if (name === 'ftruncate') return { kind: 'truncate', file, length: Number(rest) };
  if (name === 'pwrite64') {
    return { kind: 'write', file, bytes: bytesOf(rest), at: Number(rest.slice(rest.lastIndexOf(',') + 1)) };
  }
  // The layout of an emptied WAL is one plain write from its start.
  if (name === 'write') return { kind: 'write', file, bytes: bytesOf(rest), at: 0 };
  return { kind: 'sync', file };
}

/** The calls of a load, in order; null when tracing is not possible here. */
function trace(shop: Shop, options: SyncRoundsOptions): Call[] | null {
  const order: LoadOrder = {
    file: shop.file,
    key: String(shop.options.key),
    seed: options.seed,
    steps: options.steps,
    ballastBytes: 0,
  };
  const output = join(shop.directory, 'trace');
  const wanted = 'trace=pwrite64,write,ftruncate,fsync,fdatasync';
  const flags = ['-f', '-y', '-xx', '-s', '2000000', '-e', wanted, '-e', 'signal=none', '-o', output];
  const command = [...flags, process.execPath, CHILD, JSON.stringify(order)];
  const run = spawnSync('strace', command, { encoding: 'utf8', maxBuffer: TRACE_BYTES_MAX });
  if (run.error !== undefined || !run.stdout.includes('end\n')) return null;
  const lines = readFileSync(output, 'latin1').split('\n');
  return lines.map((line) => parseCall(unhex(line))).filter((call) => call !== null);
}

/** With -xx strace writes paths in hex too. */
function unhex(line: string): string {
  return line.replace(/<((?:\\x[0-9a-f]{2})+)>/, (_all, hex: string) => {
    return `<${Buffer.from(hex.replaceAll('\\x', ''), 'hex').toString()}>`;
  });
}

function applyWrite(content: Buffer, bytes: Buffer, at: number): Buffer {
  const length = Math.max(content.length, at + bytes.length);
  const grown =
    length === content.length ? content : Buffer.concat([content, Buffer.alloc(length - content.length)]);
  bytes.copy(grown, at);
  return grown;
}

/** One file of the simulated disk: what is certain, and what is still in the air. */
class DiskFile {
  #synced: Buffer;
  #pending: Call[] = [];

  constructor(content: Buffer) {
    this.#synced = Buffer.from(content);
  }

  add(call: Call): void {
    this.#pending.push(call);
  }

  sync(): void {
    this.#synced = this.found(() => 0);
    this.#pending = [];
  }

  /** What a cut may leave; `chance` always 0: everything arrived. A truncation that did not arrive takes all after it along. */
  found(chance: () => number): Buffer {
    let content: Buffer = Buffer.from(this.#synced);
    const share = 1 - chance();
    for (const call of this.#pending) {
      if (call.kind === 'truncate') {
        if (chance() > 0.5) return content;
        content = Buffer.concat([content.subarray(0, call.length)]);
      } else if (call.kind === 'write') {
        for (let at = 0; at < call.bytes.length; at += SECTOR_BYTES) {
          const sector = call.bytes.subarray(at, at + SECTOR_BYTES);
          if (chance() < share) content = applyWrite(content, sector, call.at + at);
        }
      }
    }
    return content;
  }
}

function examine(shop: Shop, database: Buffer, wal: Buffer, knownHead: JournalHead): void {
  const directory = join(shop.directory, 'image');
  mkdirSync(directory);
  try {
    const file = join(directory, 'till.db');
    writeFileSync(file, database);
    writeFileSync(`${file}-wal`, wal);
    copyFileSync(String(shop.options.key), join(directory, 'key'));
    const ledger = openLedger({ ...shop.options, file, key: join(directory, 'key'), ballastBytes: 0 });
    const report = ledger.verify({ knownHead });
    ledger.close();
    if (!report.ok) throw new Error(`after a power cut: ${JSON.stringify(report.faults)}`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Replays the calls and examines images between them; throws at the first that lost something acknowledged. */
export function syncRounds(options: SyncRoundsOptions): SyncRoundsReport | null {
  const shop = createShop({ ballastBytes: 0 });
  try {
    shop.open().close();
    const files = new Map([
      [shop.file, new DiskFile(readFileSync(shop.file))],
      [`${shop.file}-wal`, new DiskFile(Buffer.alloc(0))],
    ]);
    const calls = trace(shop, options);
    if (calls === null) return null;
    return replay(shop, calls, files, options);
  } finally {
    shop.remove();
  }
}

function replay(
  shop: Shop,
  calls: readonly Call[],
  files: ReadonlyMap<string, DiskFile>,
  options: SyncRoundsOptions,
): SyncRoundsReport {
  const chance = createChance(options.seed);
  const start = performance.now();
  const each = options.images / calls.length;
  let head: JournalHead = { index: 0, hash: '' };
  let images = 0;
  let syncs = 0;
  let acknowledged = 0;
  for (const call of calls) {
    if (call.kind === 'said') {
      head = call.head;
      acknowledged += 1;
    } else if (call.kind === 'sync') {
      const isIgnored = options.ignoreWalSyncs === true && call.file.endsWith('-wal');
      if (!isIgnored) files.get(call.file)?.sync();
      syncs += 1;
    } else files.get(call.file)?.add(call);
    const isMoment = call.kind === 'said' || chance() < each;
    if (!isMoment || images >= options.images || performance.now() - start > options.timeMs) continue;
    const database = files.get(shop.file)?.found(chance) ?? Buffer.alloc(0);
    const wal = files.get(`${shop.file}-wal`)?.found(chance) ?? Buffer.alloc(0);
    examine(shop, database, wal, head);
    images += 1;
  }
  return { calls: calls.length, syncs, acknowledged, images };
}

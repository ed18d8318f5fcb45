/**
 * Power cuts, simulated by files: the bytes of database and WAL are recorded at every commit and checkpoint boundary.
 * A cut between two boundaries leaves everything of the earlier one (it was synced) and any part of the later writes:
 * sectors of 512 bytes that arrived, others that did not, a file that grew or not. Each such image is opened as a ledger.
 * The recorder relies on SQLite's order of syncs (WAL before acknowledgement, database before the WAL is reused); it
 * does not watch the syncs themselves, and a disk that lies about a sync is outside it.
 */
import {
  closeSync,
  copyFileSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openLedger } from '../../../src/ledger/ledger.ts';
import type { JournalHead, VerifyReport } from '../../../src/ledger/types.ts';
import { createChance, loadStep } from './load.ts';
import { createShop, later, SCAN_TIME, type Shop } from './shop.ts';

const SECTOR_BYTES = 512;

interface Files {
  readonly database: Buffer;
  readonly wal: Buffer;
}

interface Boundary {
  readonly files: Files;
  /** What had been acknowledged by then. */
  readonly head: JournalHead;
  /** `idle`: a sweep, which commits and checkpoints in one; only its end is a state to go on from. */
  readonly kind: 'commit' | 'checkpoint' | 'idle';
}

export interface PowerRoundsOptions {
  readonly commits: number;
  /** Images per boundary. */
  readonly images: number;
  readonly seed: number;
  readonly timeMs: number;
}

export interface PowerRoundsReport {
  readonly boundaries: number;
  readonly images: number;
  /** Images that also held the commit that was not acknowledged yet. */
  readonly ahead: number;
}

/** Reads through descriptors that stay open: closing one would drop the process's own locks on that file. */
class Recorder {
  readonly #handles: readonly number[];

  constructor(file: string) {
    this.#handles = [file, `${file}-wal`].map((path) => openSync(path, 'r'));
  }

  read(): Files {
    const [database, wal] = this.#handles.map((handle) => {
      const bytes = Buffer.alloc(fstatSync(handle).size);
      readSync(handle, bytes, 0, bytes.length, 0);
      return bytes;
    });
    return { database: database ?? Buffer.alloc(0), wal: wal ?? Buffer.alloc(0) };
  }

  close(): void {
    for (const handle of this.#handles) closeSync(handle);
  }
}

function record(shop: Shop, options: PowerRoundsOptions): Boundary[] {
  const chance = createChance(options.seed);
  const ledger = shop.open();
  const recorder = new Recorder(shop.file);
  // A connection of its own checkpoints, so that a boundary holds a commit or a checkpoint, never both.
  const keeper = new Database(shop.file);
  const boundaries: Boundary[] = [{ files: recorder.read(), head: ledger.head(), kind: 'commit' }];
  try {
    for (let step = 0; boundaries.length < options.commits && step < 10 * options.commits; step += 1) {
      const now = later(SCAN_TIME, step * 50);
      const isCheckpoint = step % 25 === 24;
      const isIdle = step % 25 === 12;
      if (isIdle) ledger.sweep(now);
      else if (isCheckpoint) keeper.pragma(`wal_checkpoint(${chance() < 0.5 ? 'TRUNCATE' : 'RESTART'})`);
      else if (loadStep(ledger, chance, now) === null) continue;
      boundaries.push({
        files: recorder.read(),
        head: ledger.head(),
        kind: isIdle ? 'idle' : isCheckpoint ? 'checkpoint' : 'commit',
      });
    }
    return boundaries;
  } finally {
    recorder.close();
    keeper.close();
    ledger.close();
  }
}

/** `before`, with a random part of what changed until `after`. */
function torn(before: Buffer, after: Buffer, chance: () => number): Buffer {
  const share = chance();
  const isGrown = chance() < 0.5;
  const length = isGrown ? Math.max(before.length, after.length) : before.length;
  const image = Buffer.alloc(length);
  before.copy(image);
  for (let at = 0; at < Math.min(length, after.length); at += SECTOR_BYTES) {
    const sector = after.subarray(at, at + SECTOR_BYTES);
    if (chance() < share) sector.copy(image, at);
  }
  return image;
}

function imageBetween(before: Boundary, after: Boundary, chance: () => number): Files {
  if (after.kind === 'commit') {
    return { database: before.files.database, wal: torn(before.files.wal, after.files.wal, chance) };
  }
  // A checkpoint first brings the pages home, syncs them, and only then gives the WAL up, at one stroke.
  if (chance() < 0.7) {
    return {
      database: torn(before.files.database, after.files.database, chance),
      wal: before.files.wal,
    };
  }
  return { database: after.files.database, wal: chance() < 0.5 ? before.files.wal : after.files.wal };
}

/** Opens an image as a restarted agent would, and verifies it against what had been acknowledged. */
function examine(shop: Shop, files: Files, place: number, knownHead: JournalHead): VerifyReport {
  const directory = join(shop.directory, `image-${place}`);
  mkdirSync(directory);
  try {
    const file = join(directory, 'till.db');
    writeFileSync(file, files.database);
    writeFileSync(`${file}-wal`, files.wal);
    copyFileSync(String(shop.options.key), join(directory, 'key'));
    const ledger = openLedger({ ...shop.options, file, key: join(directory, 'key'), ballastBytes: 0 });
    try {
      return ledger.verify({ knownHead });
    } finally {
      ledger.close();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Throws at the first image that lost an acknowledged commit, does not verify or holds more than one commit ahead. */
export function powerRounds(options: PowerRoundsOptions): PowerRoundsReport {
  const shop = createShop({ ballastBytes: 0 });
  const chance = createChance(options.seed + 1);
  const start = performance.now();
  let images = 0;
  let ahead = 0;
  try {
    const boundaries = record(shop, options);
    for (const [place, before] of boundaries.entries()) {
      const after = boundaries[place + 1];
      if (after === undefined || performance.now() - start > options.timeMs) break;
      if (after.kind === 'idle') continue;
      for (let turn = 0; turn < options.images; turn += 1) {
        const report = examine(shop, imageBetween(before, after, chance), images, before.head);
        if (!report.ok)
          throw new Error(`boundary ${place} (${after.kind}): ${JSON.stringify(report.faults)}`);
        if (report.head.index > after.head.index) throw new Error(`boundary ${place}: more than was written`);
        if (report.head.index > before.head.index) ahead += 1;
        images += 1;
      }
    }
    return { boundaries: boundaries.length, images, ahead };
  } finally {
    shop.remove();
  }
}

/** The negative control: a disk that loses synced WAL writes. The head of three commits later must be missed. */
export function lossIsSeen(seed: number): VerifyReport {
  const shop = createShop({ ballastBytes: 0 });
  try {
    const boundaries = record(shop, { commits: 8, images: 0, seed, timeMs: 0 });
    const early = boundaries[4];
    const known = boundaries[7];
    if (early === undefined || known === undefined) throw new Error('eight boundaries');
    return examine(shop, early.files, 0, known.head);
  } finally {
    shop.remove();
  }
}

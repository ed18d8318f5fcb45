import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { assertThat, guarded, LedgerFault } from './fault.ts';
import { createPrivate } from './owner.ts';

const BUSY_MS = 2_000;
/** Pages in the WAL after which a commit checkpoints by itself; idle checkpoints keep it from ever getting there. */
const AUTOCHECKPOINT_PAGES = 2_000;
const QUICK_CHECK_BYTES_MAX = 32 * 1024 * 1024;

// better-sqlite3 reads this when its first database is opened; without it `?immutable=1` (below) is part of the name.
process.env.SQLITE_USE_URI ??= '1';

export type Connection = Database.Database;

/** Settings that a promise rests on: set on every open and read back, because SQLite ignores what it does not like. */
const ASSERTED: readonly (readonly [string, number])[] = [
  ['synchronous', 2],
  ['foreign_keys', 1],
  ['secure_delete', 1],
  ['trusted_schema', 0],
  ['recursive_triggers', 1],
  ['cell_size_check', 1],
];

/** Sets the pragmas of every connection and reads them back. `synchronous = FULL` (2): a commit is on disk. */
export function configure(database: Connection): void {
  for (const [name, value] of ASSERTED) {
    database.pragma(`${name} = ${value}`);
    const actual = Number(database.pragma(name, { simple: true }));
    assertThat(actual === value, `SQLite refused ${name} = ${value}`);
  }
  database.pragma('temp_store = MEMORY');
  database.pragma(`mmap_size = ${256 * 1024 * 1024}`);
}

function prepareFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  createPrivate(file);
}

function quickCheck(database: Connection, file: string): void {
  if (statSync(file).size > QUICK_CHECK_BYTES_MAX) return;
  const answer = database.pragma('quick_check(1)', { simple: true });
  if (answer !== 'ok') throw new LedgerFault('CORRUPT', 'quick check');
}

function closing<T>(database: Connection, work: () => T): T {
  try {
    return work();
  } catch (error) {
    database.close();
    throw error;
  }
}

/** What belongs to a database file, itself first. */
export const FILE_PARTS = ['', '-wal', '-shm', '-journal'] as const;

/**
 * Takes away a half-made copy, and what SQLite laid beside it: a journal that a crash left there would be played into the
 * next copy of that name.
 */
export function removeCopy(file: string): void {
  for (const part of FILE_PARTS) rmSync(file + part, { force: true });
}

/** Makes a file's bytes durable. */
export function syncFile(file: string): void {
  const handle = openSync(file, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Opens a ledger file for its one writer: WAL, synchronous FULL, checked. Hold the lock before calling it. */
export function openWriting(file: string, maxPages?: number): Connection {
  return guarded(() => {
    prepareFile(file);
    const database = new Database(file, { timeout: BUSY_MS });
    return closing(database, () => {
      const mode = database.pragma('journal_mode = WAL', { simple: true });
      if (mode !== 'wal') throw new LedgerFault('READ_ONLY', 'no WAL');
      configure(database);
      database.pragma(`wal_autocheckpoint = ${AUTOCHECKPOINT_PAGES}`);
      if (maxPages !== undefined) database.pragma(`max_page_count = ${maxPages}`);
      quickCheck(database, file);
      return database;
    });
  });
}

function connectReading(name: string): Connection {
  return guarded(() => {
    const database = new Database(name, { readonly: true, fileMustExist: true, timeout: BUSY_MS });
    return closing(database, () => {
      configure(database);
      // WAL files are opened with the first read, not with the database.
      database.pragma('user_version');
      return database;
    });
  });
}

/** No commits wait in a WAL: the database file alone is the whole ledger. */
function isAllHome(file: string): boolean {
  return !existsSync(`${file}-wal`) || statSync(`${file}-wal`).size === 0;
}

/**
 * Opens a ledger file for reading, beside an agent that writes. On a file system that became read-only SQLite cannot make
 * its shared memory; a ledger that was closed properly is then read as the unchanging file that it is.
 */
export function openReading(file: string): Connection {
  if (!existsSync(file)) throw new LedgerFault('IO', 'no such ledger');
  try {
    return connectReading(file);
  } catch (error) {
    const isBarred = error instanceof LedgerFault && (error.code === 'IO' || error.code === 'READ_ONLY');
    if (!isBarred || !isAllHome(file)) throw error;
    return connectReading(`${pathToFileURL(file).href}?immutable=1`);
  }
}

import { closeSync, existsSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { type Connection, configure, removeCopy, syncFile } from './connection.ts';
import { assertThat, faultOf } from './fault.ts';
import { prepareJournal, readHead } from './journal.ts';
import { syncDirectory } from './keys.ts';
import { writeMeta } from './meta.ts';
import { eraseSecrets } from './pending.ts';
import { schemaVersion } from './schema.ts';
import type { BackupReport, JournalHead } from './types.ts';

/** The schema since which barcodes and hashes stand in `pending`. */
const PENDING_SINCE = 3;

/** Takes every secret out of a copy: vault rows, sealed keys, and the bytes where they stood. */
function strip(file: string): JournalHead {
  const copy = new Database(file);
  try {
    copy.pragma('journal_mode = DELETE');
    configure(copy);
    const head = readHead(prepareJournal(copy));
    copy.transaction(() => {
      // Before an upgrade the copy is of the schema that comes before.
      if (schemaVersion(copy) < PENDING_SINCE) copy.exec('DELETE FROM vault');
      else eraseSecrets(copy);
      copy.exec('DELETE FROM hash_keys');
      writeMeta(copy, 'vault_from', String(head.index));
      writeMeta(copy, 'key_id', null);
    })();
    // Not in memory: a kiosk's may be smaller than a ledger of years.
    copy.pragma('temp_store = FILE');
    copy.exec('VACUUM');
    return head;
  } finally {
    copy.close();
  }
}

/** Takes the secrets out of a complete copy, makes it durable and gives it its name. */
function finish(partial: string, file: string): BackupReport {
  const head = strip(partial);
  syncFile(partial);
  renameSync(partial, file);
  syncDirectory(dirname(file));
  return { file, bytes: statSync(file).size, head };
}

/**
 * Commits of another connection make SQLite begin a copy anew, on a busy till for ever: a reader copies the one moment that
 * it holds.
 */
async function copyInto(partial: string, database: Connection): Promise<void> {
  assertThat(database.readonly, 'a copy is made by a reader');
  database.exec('BEGIN; SELECT count(*) FROM sqlite_schema');
  try {
    await database.backup(partial);
  } finally {
    database.exec('COMMIT');
  }
}

/**
 * Copies the ledger while it is in use, without the vault, into a new file (0600). The name appears only when the copy
 * is complete and synced; a crash leaves a `.partial` file, which the next backup of that name replaces.
 */
export async function writeBackup(database: Connection, file: string): Promise<BackupReport> {
  assertThat(!existsSync(file), 'a backup never replaces another one');
  const partial = `${file}.partial`;
  try {
    removeCopy(partial);
    closeSync(openSync(partial, 'wx', 0o600));
    await copyInto(partial, database);
    return finish(partial, file);
  } catch (error) {
    removeCopy(partial);
    throw faultOf(error);
  }
}

/**
 * The backup before an upgrade, made beside the ledger while nobody else has it. A second try of the same upgrade finds the
 * first one's. Throws (FULL, IO, READ_ONLY) when it cannot be made; then nothing is to be migrated.
 */
export function backUpBeforeMigration(database: Connection, ledgerFile: string, version: number): string {
  const { index } = readHead(prepareJournal(database));
  const file = `${ledgerFile}.schema-${version}-head-${index}.backup`;
  if (existsSync(file)) return file;
  const partial = `${file}.partial`;
  try {
    removeCopy(partial);
    // SQLite writes into an empty file that is there, so the mode is ours from the first byte on.
    closeSync(openSync(partial, 'wx', 0o600));
    database.prepare('VACUUM INTO ?').run(partial);
    return finish(partial, file).file;
  } catch (error) {
    removeCopy(partial);
    throw faultOf(error);
  }
}

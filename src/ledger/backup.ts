import { chmodSync, closeSync, existsSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { type Connection, configure, syncFile } from './connection.ts';
import { assertThat, faultOf } from './fault.ts';
import { prepareJournal, readHead } from './journal.ts';
import { syncDirectory } from './keys.ts';
import { writeMeta } from './meta.ts';
import type { BackupReport, JournalHead } from './types.ts';

/** Takes every secret out of a copy: vault rows, sealed keys, and the bytes where they stood. */
function strip(file: string): JournalHead {
  const copy = new Database(file);
  try {
    copy.pragma('journal_mode = DELETE');
    configure(copy);
    const head = readHead(prepareJournal(copy));
    copy.transaction(() => {
      copy.exec('DELETE FROM vault; DELETE FROM hash_keys;');
      writeMeta(copy, 'vault_from', String(head.index));
      writeMeta(copy, 'key_id', null);
    })();
    copy.exec('VACUUM');
    return head;
  } finally {
    copy.close();
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
    rmSync(partial, { force: true });
    closeSync(openSync(partial, 'wx', 0o600));
    await database.backup(partial);
    chmodSync(partial, 0o600);
    const head = strip(partial);
    syncFile(partial);
    renameSync(partial, file);
    syncDirectory(dirname(file));
    return { file, bytes: statSync(file).size, head };
  } catch (error) {
    rmSync(partial, { force: true });
    throw faultOf(error);
  }
}

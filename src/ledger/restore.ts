import { existsSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import type { Now } from '../intent/model.ts';
import { configure, openReading, removeCopy, syncFile } from './connection.ts';
import { faultOf, guarded, LedgerFault } from './fault.ts';
import { prepareJournal, readHead } from './journal.ts';
import { syncDirectory } from './keys.ts';
import { takeLock } from './lock.ts';
import { readMeta, writeMeta } from './meta.ts';
import { copyPrivate } from './owner.ts';
import { placeOf } from './place.ts';
import { setAside } from './quarantine.ts';
import { migrate, schemaVersion } from './schema.ts';
import type { RestoreMark, VerifyReport } from './types.ts';
import { verifyLedger } from './verify.ts';

export interface RestoreOptions {
  /** A file that `backup` wrote. */
  readonly backup: string;
  /** Where the ledger belongs. */
  readonly file: string;
  readonly now: Now;
}

export interface RestoreReport {
  readonly mark: RestoreMark;
  readonly verified: VerifyReport;
  /** Where the ledger that stood there lies now; null when none did. */
  readonly quarantined: string | null;
}

/** Marks a copy: the terminal must become `recovering`, and rows of the vault are missing up to its head. */
function mark(file: string, now: Now): { mark: RestoreMark; verified: VerifyReport } {
  const copy = new Database(file);
  try {
    configure(copy);
    migrate(copy);
    const verified = verifyLedger(copy, {});
    const head = readHead(prepareJournal(copy));
    const restored: RestoreMark = { atMs: now.wallMs, head };
    copy.transaction(() => {
      writeMeta(copy, 'restored', JSON.stringify(restored));
      writeMeta(copy, 'vault_from', String(head.index));
    })();
    return { mark: restored, verified };
  } finally {
    copy.close();
  }
}

function refuseWhatIsNoBackup(file: string): void {
  const database = openReading(file);
  try {
    schemaVersion(database);
    // Only `backup` writes it: a live ledger's copy may lack its WAL and hold a vault.
    if (readMeta(database, 'vault_from') === null) throw new LedgerFault('CORRUPT', 'this file is no backup');
  } finally {
    database.close();
  }
}

/**
 * Puts a backup in the ledger's place, verified first. What stood there is quarantined, not deleted. Refuses (LOCKED)
 * while an agent runs, and (CORRUPT) a backup that does not verify; then nothing has changed. The restored ledger
 * carries a mark: it is older than what the issuer knows, and its terminal must not move money before `recovered`.
 */
export function restoreLedger(options: RestoreOptions): RestoreReport {
  const { backup, now } = options;
  if (!existsSync(backup)) throw new LedgerFault('IO', 'no such backup');
  const file = placeOf(options.file);
  const lock = takeLock(file);
  const copy = `${file}.restoring`;
  try {
    guarded(() => refuseWhatIsNoBackup(backup));
    removeCopy(copy);
    copyPrivate(backup, copy);
    const { mark: restored, verified } = mark(copy, now);
    const [first] = verified.faults;
    if (first !== undefined) throw new LedgerFault('CORRUPT', `the backup does not verify: ${first.text}`);
    syncFile(copy);
    const quarantined = setAside(file, now.wallMs);
    renameSync(copy, file);
    syncDirectory(dirname(file));
    return { mark: restored, verified, quarantined };
  } catch (error) {
    removeCopy(copy);
    throw faultOf(error);
  } finally {
    lock.release();
  }
}

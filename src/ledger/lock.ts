import Database from 'better-sqlite3';
import { faultOf, LedgerFault } from './fault.ts';
import { createPrivate } from './owner.ts';

/** One agent per ledger: held from opening to closing, and by the operating system only while the process lives. */
export interface LedgerLock {
  release(): void;
}

export function lockFileOf(ledgerFile: string): string {
  return `${ledgerFile}.lock`;
}

/**
 * Takes the ledger's lock or throws LOCKED at once. The lock is SQLite's own exclusive lock on a side database: a lock
 * of the operating system that dies with its process, so a crashed agent never leaves one behind, and a reused process
 * number cannot pretend to hold it.
 */
export function takeLock(ledgerFile: string): LedgerLock {
  const file = lockFileOf(ledgerFile);
  try {
    createPrivate(file);
    const database = new Database(file, { timeout: 0 });
    try {
      database.pragma('journal_mode = DELETE');
      database.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      throw error;
    }
    return {
      release: () => {
        if (database.open) database.close();
      },
    };
  } catch (error) {
    const fault = faultOf(error);
    if (fault instanceof LedgerFault && fault.code === 'LOCKED') {
      throw new LedgerFault('LOCKED', 'stop the agent first');
    }
    throw fault;
  }
}

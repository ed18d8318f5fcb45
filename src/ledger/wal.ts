import { closeSync, existsSync, fsyncSync, openSync, statSync, writeSync } from 'node:fs';
import type { Connection } from './connection.ts';
import { faultOf, LedgerFault } from './fault.ts';

const BUSY_MS = 2_000;
const ROOM_BYTES_MIN = 256 * 1024;
const ROOM_BYTES_MAX = 1024 * 1024;

/**
 * Fills an emptied WAL with zeros to about the length it had. A commit that overwrites is twice as quick as one that
 * makes its file grow. To SQLite zeros are no frames: it has just started its log anew and never reads what it did not
 * write; the writer is this process, and it is here.
 */
function layOut(file: string, bytes: number): void {
  const zeros = Buffer.alloc(Math.min(Math.max(bytes, ROOM_BYTES_MIN), ROOM_BYTES_MAX));
  const handle = openSync(file, 'r+');
  try {
    writeSync(handle, zeros, 0, zeros.length, 0);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function isHarmless(fault: unknown): boolean {
  return fault instanceof LedgerFault && (fault.code === 'LOCKED' || fault.code === 'FULL');
}

/**
 * Moves the WAL's pages home. `mustErase`: also takes every old frame out of the WAL. Never waits for a reader: true
 * when all is done, false when somebody stood in the way and it should be tried again. Throws on an I/O error.
 */
export function tidyWal(database: Connection, file: string, mustErase: boolean): boolean {
  const wal = `${file}-wal`;
  database.pragma('busy_timeout = 0');
  try {
    const before = existsSync(wal) ? statSync(wal).size : 0;
    const mode = mustErase ? 'TRUNCATE' : 'PASSIVE';
    const busy = database.pragma(`wal_checkpoint(${mode})`, { simple: true });
    if (busy !== 0) return false;
    if (mustErase && existsSync(wal) && statSync(wal).size === 0) layOut(wal, before);
    return true;
  } catch (error) {
    const fault = faultOf(error);
    if (isHarmless(fault)) return false;
    throw fault;
  } finally {
    database.pragma(`busy_timeout = ${BUSY_MS}`);
  }
}

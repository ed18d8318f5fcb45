import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  statfsSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Connection } from './connection.ts';
import { faultOf, guarded, LedgerFault } from './fault.ts';

const PAGE_BYTES = 4096;
const CHUNK_BYTES = 64 * 1024;

/**
 * A file of real bytes beside the ledger that keeps room for the end of every open intent. While it is gone no new scan
 * is accepted; it comes back by itself when there is room again.
 */
export interface Ballast {
  isThere(): boolean;
  /** Gives the room away; false when there is none left to give, or it cannot be given. */
  release(): boolean;
  /** Puts it back where there is room; never throws for a full disk. Throws LedgerFault. */
  restore(): void;
}

export function ballastFileOf(ledgerFile: string): string {
  return `${ledgerFile}.ballast`;
}

function writeFile(file: string, bytes: number): void {
  const handle = openSync(file, 'w', 0o600);
  try {
    // Not zeros: a file system may store a hole, or compress it, and keep no room at all.
    const chunk = Buffer.alloc(CHUNK_BYTES, 'kona-till keeps this room for the end of open intents. ');
    for (let at = 0; at < bytes; at += CHUNK_BYTES)
      writeSync(handle, chunk, 0, Math.min(CHUNK_BYTES, bytes - at));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function isRoomFor(file: string, bytes: number): boolean {
  const { bavail, bsize } = statfsSync(dirname(file));
  return bavail * bsize > 2 * bytes;
}

/** A limit on pages (`maxPages`) is a small disk: there the ballast is a share of the limit. */
function pageBallast(database: Connection, maxPages: number, bytes: number): Ballast {
  const reserve = Math.ceil(bytes / PAGE_BYTES);
  let isThere = true;
  return {
    isThere: () => isThere,
    release: () => {
      if (!isThere) return false;
      database.pragma(`max_page_count = ${maxPages + reserve}`);
      isThere = false;
      return true;
    },
    restore: () => undefined,
  };
}

/** Makes the ballast where it is missing and there is room. 0 bytes: no ballast, always "there". */
export function createBallast(
  database: Connection,
  ledgerFile: string,
  bytes: number,
  maxPages: number | undefined,
): Ballast {
  if (maxPages !== undefined) return pageBallast(database, maxPages, bytes);
  const file = ballastFileOf(ledgerFile);
  const isWhole = (): boolean => existsSync(file) && statSync(file).size >= bytes;
  let isThere = bytes === 0 || isWhole();
  const putBack = (): void => {
    if (!isRoomFor(file, bytes)) return;
    try {
      writeFile(file, bytes);
      isThere = true;
    } catch (error) {
      const fault = faultOf(error);
      if (existsSync(file)) unlinkSync(file);
      if (!(fault instanceof LedgerFault && fault.code === 'FULL')) throw fault;
    }
  };
  const ballast: Ballast = {
    isThere: () => isThere,
    release: () => {
      if (bytes === 0 || !existsSync(file)) return false;
      try {
        unlinkSync(file);
      } catch {
        return false; // the full disk is what is told
      }
      isThere = false;
      return true;
    },
    restore: () => {
      if (!isThere) guarded(putBack);
    },
  };
  ballast.restore();
  return ballast;
}

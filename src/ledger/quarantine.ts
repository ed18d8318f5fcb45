import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { FILE_PARTS } from './connection.ts';
import { guarded, LedgerFault } from './fault.ts';
import { syncDirectory } from './keys.ts';
import { takeLock } from './lock.ts';
import { ownDirectoryLike } from './owner.ts';
import { placeOf } from './place.ts';

/** `20260723T053205Z`: names of set-aside ledgers sort by time. */
function stamp(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').concat('Z');
}

function freeName(wish: string): string {
  for (let turn = 1; turn < 1_000; turn += 1) {
    const name = turn === 1 ? wish : `${wish}-${turn}`;
    if (!existsSync(name)) return name;
  }
  throw new LedgerFault('IO', 'a thousand quarantined ledgers of one second');
}

/** Moves a ledger's files, as they are, into a directory beside it (0700). Nothing is deleted. The lock must be held. */
export function setAside(file: string, wallMs: number): string | null {
  return guarded(() => {
    const parts = FILE_PARTS.filter((suffix) => existsSync(file + suffix));
    if (parts.length === 0) return null;
    const directory = freeName(`${file}.quarantine-${stamp(wallMs)}`);
    mkdirSync(directory, { mode: 0o700 });
    ownDirectoryLike(directory, dirname(file));
    for (const suffix of parts) renameSync(file + suffix, join(directory, basename(file) + suffix));
    syncDirectory(directory);
    syncDirectory(dirname(file));
    return directory;
  });
}

/**
 * Sets a damaged ledger aside for people who can look into it. Refuses (LOCKED) while an agent holds it. Returns the
 * directory that it lies in now; null when there was no ledger.
 */
export function quarantineLedger(given: string, wallMs: number): string | null {
  const file = placeOf(given);
  const lock = takeLock(file);
  try {
    return setAside(file, wallMs);
  } finally {
    lock.release();
  }
}

/** What a till keeps in files besides its ledger. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Remembered, SyncMemory } from '../../../src/sync/memory.ts';

/** The worker's memory in a file, whole or as it was: a process that is killed while it writes leaves the old one. */
export function memoryIn(file: string): SyncMemory {
  return {
    read: (): Remembered | null => {
      try {
        return JSON.parse(readFileSync(file, 'utf8'));
      } catch {
        return null;
      }
    },
    write: (remembered) => {
      writeFileSync(`${file}.new`, JSON.stringify(remembered), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
  };
}

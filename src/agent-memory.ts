/** What the sync worker remembers of its former runs, in one small file beside the ledger. */
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { FENCE_REASONS, type Remembered, type SyncMemory } from './sync/memory.ts';
import type { SyncLog } from './sync/options.ts';
import { writeWhole } from './web/whole-file.ts';

const remembered = z.object({
  epoch: z.int().min(0),
  issuerEpoch: z.string().nullable(),
  knownIndex: z.int().min(0).default(0),
  pause: z
    .object({
      by: z.enum(['manager', 'alarm']),
      reason: z.string(),
      code: z.string().nullable(),
      atMs: z.number(),
      actor: z.object({
        role: z.enum(['cashier', 'manager', 'terminal']),
        id: z.string().exactOptional(),
        reason: z.string().exactOptional(),
      }),
      stops: z.enum(['deferred', 'approvals']),
    })
    .nullable(),
  fenced: z.enum(FENCE_REASONS).nullable().default(null),
  found: z
    .object({ index: z.int().min(0), hash: z.string() })
    .nullable()
    .default(null),
  undecided: z.array(z.string()).exactOptional(),
  undecidedSinceMs: z.record(z.string(), z.number()).exactOptional(),
  unreadLists: z.object({ dates: z.array(z.string()), tries: z.int().min(0) }).exactOptional(),
});

/**
 * The worker's memory in one small file. An unreadable one is as if there were none: the issuer then says the epoch. The log
 * says so, since a manager's pause goes with it.
 */
export function fileMemory(file: string, log?: SyncLog): SyncMemory {
  return {
    read: (): Remembered | null => {
      if (!existsSync(file)) return null;
      try {
        return remembered.parse(JSON.parse(readFileSync(file, 'utf8')));
      } catch {
        log?.({ level: 'error', event: 'memoryUnreadable', file: basename(file) });
        return null;
      }
    },
    write: (value) => writeWhole(file, `${JSON.stringify(value)}\n`),
  };
}

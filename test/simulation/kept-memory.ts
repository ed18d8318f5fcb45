/** The small file that the worker keeps beside its ledger (`agent-memory.ts`): written whole or not at all, on a disk that fails. */
import type { Remembered, SyncMemory } from '../../src/sync/memory.ts';

/** What becomes of one write: `told`: it is there, and the call fails all the same. */
export type WriteFate = 'kept' | 'failed' | 'told';

export class KeptMemory implements SyncMemory {
  #kept: Remembered | null = null;
  readonly #fate: () => WriteFate;

  /** `fate` may be the end of the process, before anything is kept. */
  constructor(fate: () => WriteFate) {
    this.#fate = fate;
  }

  read(): Remembered | null {
    return this.#kept;
  }

  write(remembered: Remembered): void {
    const fate = this.#fate();
    if (fate !== 'failed') this.#kept = remembered;
    if (fate !== 'kept') throw new Error('ENOSPC: the file beside the ledger');
  }

  /** The file of another disk is in its place. */
  isCopyOf(remembered: Remembered | null): void {
    this.#kept = remembered;
  }

  /** It cannot be read any more: as if there were none. */
  isLost(): void {
    this.#kept = null;
  }
}

import type { SyncPause } from './types.ts';

/** What the worker must know of its former runs. No secret, no money. */
export interface Remembered {
  /** The terminal's epoch as the issuer gave it. */
  readonly epoch: number;
  readonly issuerEpoch: string | null;
  /** A manager's pause outlives a restart; an alarm does not. */
  readonly pause: SyncPause | null;
}

/** Where it is kept: small, synchronous, durable when `write` returns. */
export interface SyncMemory {
  read(): Remembered | null;
  write(remembered: Remembered): void;
}

/** Forgets with the process: for tests, and for an agent that keeps nothing. */
export function volatileMemory(): SyncMemory {
  let kept: Remembered | null = null;
  return {
    read: () => kept,
    write: (remembered) => {
      kept = remembered;
    },
  };
}

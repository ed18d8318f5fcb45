import type { SyncStatus } from '../sync/types.ts';

/** What a station needs of the sync worker. */
export interface StationWorker {
  status(): SyncStatus;
  /** Keeps the fresh barcode of the same card in memory for one void attempt that is recorded, until its answer is. */
  holdProof(cancelId: string, barcodeSpec: string): void;
  /** Won after the booking, from the live answer of this run; never stored. */
  balanceOf(sequenceId: string): number | null;
}

/** `paused`: a manager has stopped approvals, and the line is not down besides. */
export function lineNow({ line, paused }: SyncStatus): 'online' | 'down' | 'paused' {
  if (line.state === 'down') return 'down';
  return paused?.stops === 'approvals' ? 'paused' : 'online';
}

/** Who has laid `paused` over a line that is up; null: nobody, though a terminal that is recovering shows as that too. */
export function pausedBy(status: SyncStatus): 'manager' | 'alarm' | null {
  if (status.line.state !== 'paused' || isAlarmCovered(status)) return null;
  return status.paused?.by ?? null;
}

/** Why the line is as it is: the issuer's code, where there is one, or what `named` says. */
export function lineReason(status: SyncStatus, named: string | null): string | null {
  const { state, code } = status.line;
  return state === 'paused' && isAlarmCovered(status) ? 'RECOVERING' : (code ?? named);
}

/** While a terminal is recovering no payment goes on: an alarm, which holds back a part only, is not what to say of it. */
function isAlarmCovered({ recovering, paused }: SyncStatus): boolean {
  return recovering && paused?.by === 'alarm';
}

/** An approval can be asked for now: otherwise charges may be credited later, withdrawals wait. */
export function lineUp(status: SyncStatus): boolean {
  return lineNow(status) === 'online';
}

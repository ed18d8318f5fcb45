/** When a till has nothing more to do: a round compares both sides only then, and a till that is not waits for it. */
import type { Intent } from '../../../src/intent/model.ts';
import { ended, isCase } from '../../../src/intent/state.ts';
import type { SyncStatus } from '../../../src/sync/types.ts';

export interface Rest {
  /** What a page would show: `Ledger.attention`. */
  readonly attention: readonly Intent[];
  readonly status: Pick<SyncStatus, 'due' | 'issuerEpoch' | 'onlineSinceStart'> & {
    readonly counts: Pick<SyncStatus['counts'], 'inFlight'>;
  };
  /** The issuer's history about which everything was asked; undefined: the till remembers nothing. */
  readonly askedEpoch: string | null | undefined;
  /** Somebody has a key to press for it. */
  readonly isPressed: (intent: Intent) => boolean;
}

/** No payment is open, and a restored issuer has been asked again about all that it is to be asked about. */
export function isAtRest({ attention, status, askedEpoch, isPressed }: Rest): boolean {
  if (attention.some((intent) => isUnended(intent) || isPressed(intent))) return false;
  const denied = new Set(attention.filter(isDenied).map(({ sequenceId }) => sequenceId));
  const { due, counts, issuerEpoch, onlineSinceStart } = status;
  const isDue = due.some(({ sequenceId }) => !denied.has(sequenceId));
  if (!onlineSinceStart || isDue || counts.inFlight > 0) return false;
  return issuerEpoch !== null && askedEpoch === issuerEpoch;
}

/** It goes on by itself; a case may stay as it is. */
function isUnended(intent: Intent): boolean {
  return !ended(intent) && !isCase(intent);
}

/**
 * A person's case, though delivery goes on: a restored issuer has lost what is to be voided, and says so each time, or it
 * has what is to be undone in a day that a till agreed before its disk was put back.
 */
function isDenied({ host, cases }: Intent): boolean {
  if (host === 'reversing') return cases.includes('NET_CANCEL_REFUSED');
  return host === 'voiding' && cases.includes('VOID_CONFLICT') && cases.includes('BUDGET_SPENT');
}

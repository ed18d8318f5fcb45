/** Why a terminal that is recovering was not taken on, as far as the worker's figures before and after tell it. */
import type { SyncCounts, SyncStatus } from '../sync/types.ts';
import type { ClaimRefusal } from './api/terminal.ts';
import { ApiFault } from './fault.ts';

const TEXTS: Readonly<Record<ClaimRefusal, string>> = {
  CLAIM_LINE_DOWN: 'the line is down',
  CLAIM_NOT_GRANTED: 'the issuer did not grant it',
  CLAIM_NOT_RECORDED: 'the ledger could not be read or written',
  CLAIM_NO_ANSWER: 'a list of the issuer, or its answer, did not come',
};

export function claimFault(before: SyncCounts, after: Pick<SyncStatus, 'line' | 'counts'>): ApiFault {
  const refusal = refusalOf(before, after);
  return new ApiFault(409, 'REFUSED', TEXTS[refusal], { refusal });
}

function refusalOf(before: SyncCounts, { line, counts }: Pick<SyncStatus, 'line' | 'counts'>): ClaimRefusal {
  // Also where the refusal is what took it down: the line names the issuer's code then.
  if (line.state === 'down') return 'CLAIM_LINE_DOWN';
  if (refusedHellos(counts) > refusedHellos(before)) return 'CLAIM_NOT_GRANTED';
  return counts.faults > before.faults ? 'CLAIM_NOT_RECORDED' : 'CLAIM_NO_ANSWER';
}

function refusedHellos({ outcomes }: SyncCounts): number {
  const { declined, notProcessed, refused } = outcomes.hello;
  return declined + notProcessed + refused;
}

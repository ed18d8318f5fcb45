import type { Now } from '../intent/model.ts';
import { needsRestart } from '../intent/state.ts';
import type { TillLedger } from '../ledger/types.ts';

/**
 * The first thing of every run, before any scan and any request: every intent that has not ended, and every ended one
 * about which nobody may have been told, hears of the restart (intent-rules 4). Returns how many.
 */
export function startRecovery(ledger: Pick<TillLedger, 'attention' | 'record'>, now: Now): number {
  let told = 0;
  for (const intent of ledger.attention()) {
    if (!needsRestart(intent)) continue;
    ledger.record(intent.sequenceId, { kind: 'restart' }, now, { actor: { role: 'terminal' } });
    told += 1;
  }
  return told;
}

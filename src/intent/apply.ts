import type { DecisionRecord, Intent } from './model.ts';
import { assertLegal, IntentFault } from './positions.ts';

/** What never changes once the scan is accepted. */
const FIXED = [
  'sequenceId',
  'environment',
  'merchantId',
  'terminalId',
  'stationId',
  'type',
  'amount',
  'bin',
  'last4',
  'scannedAtMs',
] as const satisfies readonly (keyof Intent)[];

/**
 * Folds one record into the intent; `intent` is null exactly for `scanAccepted`. Decides nothing, so a ledger written
 * by an older program folds the same under a newer one. Throws IntentFault when the result is not one of the 38 states.
 */
export function apply(intent: Intent | null, record: DecisionRecord): Intent {
  if (record.event === 'scanAccepted') {
    if (intent !== null) throw new IntentFault('an intent begins only once');
    const begun = { ...record.set, version: 1 } as Intent;
    assertLegal(begun);
    return begun;
  }
  if (intent === null) throw new IntentFault('an intent begins with scanAccepted');
  if (record.sequenceId !== intent.sequenceId) throw new IntentFault('a record belongs to another intent');
  for (const field of FIXED) {
    if (field in record.set) throw new IntentFault(`${field} of an intent never changes`);
  }
  const after: Intent = { ...intent, ...record.set, version: intent.version + 1 };
  assertLegal(after);
  return after;
}

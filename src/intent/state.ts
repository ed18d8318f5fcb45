import type { Intent } from './model.ts';

/** Nothing is owed, asked or still to be sent. A case may still be open on an ended intent. */
export function ended(intent: Intent): boolean {
  if (intent.question !== null) return false;
  const { host, cash } = intent;
  if (cash === 'return_due' || cash === 'payout_due') return false;
  return (
    host === 'approved' ||
    host === 'declined' ||
    host === 'reversed' ||
    host === 'voided' ||
    host === 'closed'
  );
}

/** A customer stands there: everything but a deferred charge. */
export function attended(intent: Intent): boolean {
  return !intent.deferred;
}

/**
 * The station's next customer must wait for this intent (intent-rules 5): it is attended, not left to the manager, and
 * the cashier still has something to do or to learn for it. A reversal that only the worker still owes does not count.
 */
export function occupiesStation(intent: Intent): boolean {
  if (intent.left) return false;
  if (intent.question !== null) return true;
  if (intent.deferred || ended(intent)) return false;
  return !(intent.host === 'reversing' && (intent.cash === 'none' || intent.cash === 'returned'));
}

/** A person must look at it. */
export function isCase(intent: Intent): boolean {
  return intent.cases.length > 0;
}

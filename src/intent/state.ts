import type { Intent } from './model.ts';

/** A confirmed void that the issuer denies is sent again: the last attempt is open. */
function voidsAgain(intent: Intent): boolean {
  const last = intent.voids.at(-1);
  return intent.host === 'voided' && last !== undefined && last.outcome === undefined;
}

/** A return that nobody came for: by a voucher it is on `unclaimed` and no longer owed by the counter. */
export function isUnclaimed(intent: Pick<Intent, 'cash' | 'vouchers'>): boolean {
  return intent.cash === 'return_due' && intent.vouchers?.includes('returnUnclaimed') === true;
}

/** The counter owes this cash to a customer who may come for it. */
export function isReturnDue(intent: Pick<Intent, 'cash' | 'vouchers'>): boolean {
  return intent.cash === 'return_due' && !isUnclaimed(intent);
}

/**
 * A voucher has booked what a void would move: the customer has the cash already, or the dispute has the charge that the
 * issuer denies.
 */
export function isVoidBarred(intent: Pick<Intent, 'vouchers'>): boolean {
  return intent.vouchers?.some((kind) => kind === 'notesReturned' || kind === 'issuerDenies') === true;
}

/** A voucher has booked to the store that its day is sealed. */
export function hasSealedVoucher(intent: Pick<Intent, 'vouchers'>): boolean {
  return intent.vouchers?.includes('daySealed') === true;
}

/**
 * The issuer refuses to undo it, because its day is sealed, and a voucher has booked the loss to the store: nobody has
 * anything to decide any more. It stays `reversing`, for only the issuer's evidence moves the host, and is asked for again
 * now and then; but it is no open reversal that stops new payments, and keeps no card busy.
 */
export function isBorneByStore(intent: Pick<Intent, 'host' | 'vouchers'>): boolean {
  return intent.host === 'reversing' && hasSealedVoucher(intent);
}

/** A reversal that is still to be had from the issuer: what the caps on open reversals count. */
export function isOpenReversal(intent: Pick<Intent, 'host' | 'vouchers'>): boolean {
  return intent.host === 'reversing' && !isBorneByStore(intent);
}

/** Nothing is owed, asked or still to be sent. A case may still be open on an ended intent. */
export function ended(intent: Intent): boolean {
  if (intent.question !== null) return false;
  const { host, cash } = intent;
  if (isReturnDue(intent) || cash === 'payout_due' || voidsAgain(intent)) return false;
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

/** A void was refused, and nobody has been shown yet that the charge stands: "keep the cash" is a new sentence. */
function isRefusalUntold({ host, question, acknowledged, voids }: Intent): boolean {
  return host === 'approved' && question === null && !acknowledged && voids.at(-1)?.outcome === 'refused';
}

/**
 * The station's next customer must wait for this intent (intent-rules 5): it is attended, not left to the manager, and
 * the cashier still has something to do or to learn for it. A reversal that only the worker still owes does not count.
 */
export function occupiesStation(intent: Intent): boolean {
  if (intent.left) return false;
  if (intent.question !== null) return true;
  if (intent.deferred || ended(intent)) return isRefusalUntold(intent);
  const isCashDone = intent.cash === 'none' || intent.cash === 'returned';
  return !(isCashDone && (intent.host === 'reversing' || intent.host === 'voided'));
}

/**
 * The business day cannot be sealed over this intent without naming it (intent-rules 6, closing rule 8): it has not
 * ended, or it is approved and no page confirmed that a person was told. "Paid out" was said by a person.
 */
export function keepsDayOpen(intent: Intent): boolean {
  if (!ended(intent)) return true;
  return intent.host === 'approved' && intent.cash !== 'paid_out' && !intent.acknowledged;
}

/** A person must look at it. */
export function isCase(intent: Intent): boolean {
  return intent.cases.length > 0;
}

/**
 * A restart concerns this intent: before the next scan the agent gives it the event `restart`, which may ask where its
 * cash is (intent-rules 4). Intents that have not ended, and ended ones whose sentence no page confirmed.
 */
export function needsRestart(intent: Intent): boolean {
  if (!ended(intent)) return true;
  const isUnclear = intent.host === 'approved' ? intent.cash !== 'paid_out' : intent.type === 'REFUND';
  return isUnclear && !intent.acknowledged;
}

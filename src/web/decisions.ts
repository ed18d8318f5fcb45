/**
 * What a manager may decide about a payment (screens 3.3): people move cash and cases, the issuer's evidence moves the
 * host. A decision that is not offered for a state does not exist for it.
 */
import { openVoid } from '../intent/external.ts';
import type { CaseReason, Intent, OwnCommand, VoucherKind } from '../intent/model.ts';
import { ended, isUnclaimed, isVoidBarred } from '../intent/state.ts';
import type { LossAccount } from '../intent/vouchers.ts';
import { FIRST_DATE } from '../ledger/days.ts';
import { kstDate } from '../station/kst.ts';
import type { DecisionId, OfferedDecision } from './api/payments.ts';

/** What one decision does, in order; each step is a commit of its own and repeats safely, because it names its version. */
export type DecisionStep =
  | { readonly kind: 'command'; readonly command: OwnCommand }
  | { readonly kind: 'voucher'; readonly voucher: VoucherKind; readonly loss: LossAccount }
  /** A void attempt on this manager's word: a new one, or the one under way. */
  | { readonly kind: 'void' }
  /** Closes the case with the voucher's number and kind. */
  | { readonly kind: 'close'; readonly reason: CaseReason; readonly voucher?: VoucherKind };

interface Offer {
  readonly decision: DecisionId;
  readonly caseReason: CaseReason | null;
  readonly steps: readonly DecisionStep[];
}

/** What decisions depend on besides the state. */
export interface DecisionTerms {
  readonly wallMs: number;
  readonly voidWindowMs: number;
  /** yyyyMMdd that the issuer says is open. */
  readonly openBusinessDate: string | null;
  /** So long after the scan a return may be written off as unclaimed. */
  readonly unclaimedAfterMs: number;
  /** UTC ms since when this payment is known, by a clock that may be believed; null: none has dated it yet. */
  datedMs(intent: Intent): number | null;
}

/** A day on which this could have been: not before this program, as a clock without its battery says, nor after now. */
export function isDated(atMs: number, wallMs: number): boolean {
  return atMs <= wallMs && kstDate(atMs) >= FIRST_DATE;
}

/** The decisions that the state allows, without the PIN question. */
export function offersFor(intent: Intent, terms: DecisionTerms): readonly Offer[] {
  if (intent.host === 'sending') return []; // in flight: none until the answer
  if (intent.question !== null) return questionOffers(intent);
  return [...cashOffers(intent, terms), ...voidOffers(intent, terms), ...caseOffers(intent)];
}

export function offeredDecisions(
  intent: Intent,
  terms: DecisionTerms,
  pinAbove: number,
): readonly OfferedDecision[] {
  return offersFor(intent, terms).map(({ decision, caseReason, steps }) => ({
    decision,
    caseReason,
    pinNeeded: intent.amount > pinAbove || steps.some(({ kind }) => kind === 'voucher' || kind === 'void'),
  }));
}

export function findOffer(
  intent: Intent,
  terms: DecisionTerms,
  decision: DecisionId,
  caseReason: CaseReason | null,
): Offer | null {
  return (
    offersFor(intent, terms).find(
      (offer) => offer.decision === decision && (caseReason === null || offer.caseReason === caseReason),
    ) ?? null
  );
}

function offer(decision: DecisionId, ...steps: readonly DecisionStep[]): Offer {
  return { decision, caseReason: null, steps };
}

function command(own: OwnCommand): DecisionStep {
  return { kind: 'command', command: own };
}

function answer(said: Extract<OwnCommand, { kind: 'answer' }>['answer']): DecisionStep {
  return command({ kind: 'answer', answer: said });
}

function questionOffers(intent: Intent): readonly Offer[] {
  switch (intent.question) {
    case 'RE_IN':
      if (intent.host !== 'unsent' || intent.deferred) {
        return [offer('inDrawer', answer('inDrawer')), offer('givenBack', answer('withCustomer'))];
      }
      return [
        offer('inDrawerGoneLater', answer('inDrawer'), answer('customerGoneLater')),
        offer('inDrawerGoneBack', answer('inDrawer'), answer('customerGone')),
        offer('givenBack', answer('withCustomer')),
      ];
    case 'RE_HERE':
      return [
        offer('inDrawerGoneLater', answer('customerGoneLater')),
        offer('inDrawerGoneBack', answer('customerGone')),
      ];
    case 'RE_BACK':
      return [offer('givenBack', answer('withCustomer')), offer('inDrawer', answer('inDrawer'))];
    case 'RE_CLOSED':
      return [
        offer('notTaken', answer('notTaken')),
        offer('inDrawer', answer('inDrawer')),
        offer('givenBack', answer('withCustomer')),
      ];
    case 'RE_OUT':
      return [
        offer('paidOut', answer('withCustomer')),
        offer('notPaid', answer('inDrawer'), command({ kind: 'notPaid' })),
      ];
    case 'RE_OUT_EARLY':
      return [offer('notPaid', answer('inDrawer')), offer('paidOut', answer('withCustomer'))];
    default:
      return [];
  }
}

/** A voucher of the payment itself: booked in the commit of the command. */
function voucherOffer(decision: DecisionId, voucher: VoucherKind, own: OwnCommand): Offer {
  return offer(decision, { kind: 'voucher', voucher, loss: 'store' }, command(own));
}

function returnOffers(intent: Intent, terms: DecisionTerms): readonly Offer[] {
  if (isUnclaimed(intent)) return [voucherOffer('laterGivenBack', 'unclaimedPaid', { kind: 'claimed' })];
  const givenBack = offer('givenBack', command({ kind: 'givenBack' }));
  const sinceMs = terms.datedMs(intent);
  if (sinceMs === null || terms.wallMs - sinceMs < terms.unclaimedAfterMs) return [givenBack];
  return [givenBack, voucherOffer('voucherUnclaimed', 'returnUnclaimed', { kind: 'unclaimed' })];
}

function cashOffers(intent: Intent, terms: DecisionTerms): readonly Offer[] {
  if (intent.cash === 'payout_due') {
    return [offer('paidOut', command({ kind: 'paidOut' })), offer('notPaid', command({ kind: 'notPaid' }))];
  }
  if (intent.cash === 'return_due') return returnOffers(intent, terms);
  if (!intent.deferred || intent.cash !== 'received') return [];
  if (intent.host === 'unsent') return [offer('stopLater', command({ kind: 'payBack' }))];
  return intent.host === 'unknown' ? [offer('payBack', command({ kind: 'payBack' }))] : [];
}

/**
 * An attended charge whose customer asks within the minutes and the day (intent-rules 4, Void). A void under way on a
 * card's barcode may be proven anew: the barcode dies with the agent's memory, and nothing could be sent any more.
 */
function voidOffers(intent: Intent, terms: DecisionTerms): readonly Offer[] {
  if (openVoid(intent)?.proof === 'card') return [offer('void', { kind: 'void' })];
  const isCharge = intent.type === 'CHARGE' && intent.host === 'approved' && !intent.deferred;
  if (isVoidBarred(intent)) return [];
  if (!isCharge || !intent.acknowledged || intent.businessDate !== terms.openBusinessDate) return [];
  const ageMs = terms.wallMs - intent.scannedAtMs;
  return ageMs >= 0 && ageMs <= terms.voidWindowMs ? [offer('void', { kind: 'void' })] : [];
}

function caseOffers(intent: Intent): readonly Offer[] {
  return intent.cases.flatMap((reason) =>
    offersOfCase(intent, reason).map((each) => ({ ...each, caseReason: reason })),
  );
}

function offersOfCase(intent: Intent, reason: CaseReason): readonly Offer[] {
  const close: DecisionStep = { kind: 'close', reason };
  // Each kind once about one payment: a case that opens again must not book it again.
  const voucher = (decision: DecisionId, kind: VoucherKind, loss: LossAccount): readonly Offer[] =>
    intent.vouchers?.includes(kind) === true
      ? []
      : [offer(decision, { kind: 'voucher', voucher: kind, loss }, { ...close, voucher: kind })];
  const seen = offer('seen', command({ kind: 'seen', reason }));
  // The voucher of an earlier time holds what the case is about: there is nothing to book, only to look at.
  const orClose = (offers: readonly Offer[]): readonly Offer[] =>
    offers.length > 0 ? offers : [offer('seen', close)];
  switch (reason) {
    case 'LEFT_AT_COUNTER':
      // Closes by itself once the cash is settled.
      return [];
    case 'PAID_WITHOUT_APPROVAL':
      if (intent.type !== 'REFUND' || intent.cash !== 'none' || !ended(intent)) return [];
      return orClose([
        ...voucher('voucherStore', 'notesPaid', 'store'),
        ...voucher('voucherDispute', 'notesPaid', 'dispute'),
      ]);
    case 'ISSUER_CONTRADICTS':
    case 'REVERSED_ELSEWHERE':
      if (intent.host !== 'approved') return [seen];
      // "Not paid" would undo the withdrawal and leave the voucher behind: first the cash is settled.
      if (intent.cash === 'payout_due') return [];
      return [
        ...voucher('voucherDispute', 'issuerDenies', 'dispute'),
        ...(intent.type === 'CHARGE' ? voucher('voucherReturned', 'notesReturned', 'dispute') : []),
        seen,
      ];
    case 'APPROVED_NEVER_SENT':
      // Not sent yet: the same id may still be approved here, and the voucher would book it twice.
      if (['unsent', 'sending', 'unknown'].includes(intent.host)) return [];
      if (intent.host !== 'closed') return [offer('seen', close)];
      return orClose([
        ...voucher('voucherDispute', 'issuerItemMissingHere', 'dispute'),
        ...voucher('voucherStore', 'issuerItemMissingHere', 'store'),
      ]);
    case 'LATE_APPROVAL':
      return intent.host === 'reversed' || intent.host === 'voided' ? [seen] : [];
    case 'NET_CANCEL_REFUSED':
      if (intent.host !== 'reversing') return [];
      return orClose(voucher('voucherStore', 'daySealed', 'store'));
    case 'VOID_LATE':
    case 'VOID_CONFLICT':
      return intent.host === 'voiding' ? [] : [seen];
    case 'CONTENT_CONFLICT':
    case 'NOT_PROCESSED':
    case 'BOOKED_AFTER_SEAL':
    case 'BUDGET_SPENT':
    case 'OVERDUE':
      return [seen];
    case 'RECOVERING':
      // Its cash may have gone back in what the journal lost: then the drawer lacks it, and only a person knows.
      if (intent.type !== 'CHARGE' || intent.host !== 'approved') return [seen];
      return [...voucher('voucherReturned', 'notesReturned', 'dispute'), seen];
  }
}

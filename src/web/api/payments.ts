/** Payments as the manager and a POS program see them: lists, details, decisions, changes. */
import type { CaseReason, Cash, Host, IntentType, Question } from '../../intent/model.ts';
import type { FaceId, PaperKind } from '../../station/snapshot.ts';
import type { Language } from './common.ts';

/** One row of the payments list. Masked: BIN and last four only. */
export interface PaymentRow {
  readonly sequenceId: string;
  readonly reference: string;
  readonly version: number;
  readonly scannedAtMs: number;
  readonly type: IntentType;
  readonly amount: number;
  readonly host: Host;
  readonly cash: Cash;
  readonly deferred: boolean;
  readonly bin: string;
  readonly last4: string;
  readonly approvalCode: string | null;
  readonly nrNumber: string | null;
  readonly stationId: string;
  /** Number of the cashier who served it; null: nobody was signed in. */
  readonly cashier: string | null;
  readonly businessDate: string | null;
  readonly cases: readonly CaseReason[];
  /** Nobody came for this return: by a voucher it is no longer owed by the counter. */
  readonly unclaimed: boolean;
  readonly question: Question | null;
  readonly declineCode: string | null;
  /** What the machine does next by itself, and when (UTC ms); null: nothing. */
  readonly next: { readonly what: string; readonly atMs: number } | null;
}

/** A payment whose row in the ledger cannot be read. */
export interface UnreadPayment {
  readonly sequenceId: string;
  readonly reference: string;
  /** What was known of it last, or what the journal says of it; null: its entries cannot be read either. */
  readonly known: Pick<
    PaymentRow,
    'type' | 'amount' | 'scannedAtMs' | 'bin' | 'last4' | 'host' | 'cash' | 'deferred'
  > | null;
}

/**
 * `GET /api/v1/manager/payments?limit=50&before=&after=&from=20260723&to=20260723&type=CHARGE&group=case&later=1
 * &station=1&amountFrom=&amountTo=&text=`; everything optional, limit 1 to 200. `before` and `after` are the answer's
 * `older` and `newer`. A card number never stands in an address: POST .../payments/card.
 */
export interface PaymentsAnswer {
  readonly rows: readonly PaymentRow[];
  readonly older: string | null;
  readonly newer: string | null;
  /** Payments whose row cannot be read: those that the page has no row for, and open ones in any case. */
  readonly unread: readonly UnreadPayment[];
}

/** Search by card number: 16 digits and the PIN again, in the body. */
export interface CardSearchBody {
  readonly cardNumber: string;
  readonly pin: string;
}

/** One step of a payment, from one journal entry. */
export interface TimelineStep {
  readonly index: number;
  readonly atMs: number;
  /** Milliseconds since the step before; 0 for the first. */
  readonly gapMs: number;
  readonly by: 'cashier' | 'manager' | 'terminal' | 'issuer';
  /** Manager's name or cashier's number. */
  readonly who: string | null;
  readonly reason: string | null;
  /** The event's kind, as in the journal: scanAccepted, received, send, approved, ... */
  readonly event: string;
  readonly code: string | null;
  readonly host: Host | null;
  readonly cash: Cash | null;
  readonly attempt: number | null;
  readonly answerClass: string | null;
  readonly bytesWritten: number | null;
  /** First 8 hex digits of the entry's hash. */
  readonly hash: string;
  /** The entry matches its hash. False: it was changed; nothing may be decided on it. */
  readonly verified: boolean;
}

/**
 * One journal entry of a payment. `host` and `cash` are what this entry changed them to (null: it did not); `payment` is the
 * payment as it is now, so a program that reads late never acts on a state that is over.
 */
export interface PaymentChange
  extends Pick<TimelineStep, 'index' | 'atMs' | 'by' | 'who' | 'event' | 'code' | 'host' | 'cash'> {
  readonly payment: PaymentRow;
}

/**
 * `GET /api/v1/payments/changes?after=INDEX&limit=200`: what happened after a journal index, oldest first. Ask again with
 * `after=next`. 409 STALE: this journal is shorter than the cursor.
 *
 * `GET /api/v1/payments/events?after=INDEX` (text/event-stream) gives the same as it happens: `event: cursor` at once with the
 * index it begins after, then `event: payment`, `id: INDEX`, data `PaymentChange`, none left out, none twice.
 * `Last-Event-ID` goes before `after`; without either it begins now.
 */
export interface ChangesAnswer {
  readonly changes: readonly PaymentChange[];
  readonly next: number;
}

export const DECISIONS = [
  'inDrawer', // the cash is in the drawer (restart question)
  'inDrawerGoneLater', // in the drawer, customer gone: credit later
  'inDrawerGoneBack', // in the drawer, customer gone: becomes cash to give back
  'givenBack',
  'notTaken',
  'paidOut',
  'notPaid',
  'payBack', // deferred: the cash goes back, a net cancel makes sure
  'stopLater', // deferred and never sent: nothing is sent, the cash goes back
  'void',
  'seen', // closes a case that needs no more; `caseReason` names it
  'voucherDispute',
  'voucherUnclaimed',
  'voucherStore',
  'voucherReturned', // a charge that the issuer denies: the customer got the cash back
  'laterGivenBack', // after voucherUnclaimed: given back after all
] as const;

export type DecisionId = (typeof DECISIONS)[number];

export const DECISION_REASONS = [
  'CUSTOMER_ASKED',
  'CUSTOMER_GONE',
  'LINE_FAULT',
  'WRONG_AMOUNT',
  'OTHER',
] as const;

export type DecisionReason = (typeof DECISION_REASONS)[number];

/** A decision that the rules allow now; the page offers these and no others. */
export interface OfferedDecision {
  readonly decision: DecisionId;
  readonly caseReason: CaseReason | null;
  /** The PIN must be given again: over the limit, vouchers. */
  readonly pinNeeded: boolean;
}

export interface PaymentDetail extends PaymentRow {
  /** Its row cannot be read: this is what was known of it last, or what the journal says; nothing may be decided on it. */
  readonly unread: boolean;
  /** The face a cashier would see for it. */
  readonly face: FaceId;
  readonly left: boolean;
  readonly managerNeeded: boolean;
  readonly closedByRestart: boolean;
  readonly acknowledged: boolean;
  readonly notProcessedCode: string | null;
  readonly sends: number;
  readonly inquiries: number;
  readonly netCancels: number;
  readonly voids: readonly {
    readonly cancelId: string;
    readonly outcome: string | null;
    readonly code: string | null;
  }[];
  readonly steps: readonly TimelineStep[];
  /** Sums to 0. */
  readonly postings: readonly { readonly account: string; readonly amount: number }[];
  readonly decisions: readonly OfferedDecision[];
  /** Result inquiry: possible once a byte may have left. It changes nothing by itself. */
  readonly canInquire: boolean;
  /** Only while reversing. */
  readonly canNetCancelAgain: boolean;
  /** Papers that can be printed again, marked as copies. */
  readonly receipt: PaperKind | null;
}

/** `GET /api/v1/manager/cases`: all open cases, by money owed to customers, then age. At most 500. */
export interface CasesAnswer {
  readonly asOfMs: number;
  readonly rows: readonly (PaymentRow & { readonly decisions: readonly OfferedDecision[] })[];
}

/** A changed payment answers 409 STALE with the present detail; a decision the rules refuse 409 REFUSED. */
export interface DecideBody {
  readonly decision: DecisionId;
  readonly version: number;
  readonly reason: DecisionReason;
  /** For OTHER: at least 10 characters. At most 200. */
  readonly note?: string;
  readonly caseReason?: CaseReason;
  readonly pin?: string;
}

export interface PaymentAnswer {
  readonly payment: PaymentDetail;
}

export interface ManagerReceiptBody {
  readonly language: Language;
  readonly columns: 32 | 42 | 48;
}

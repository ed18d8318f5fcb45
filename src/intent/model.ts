/**
 * The words of an intent: its two axes, its flags, what may happen to it and what it may ask for.
 * Types and closed lists only; the rules that move them are in decide.ts, apply.ts and due.ts.
 */

export const INTENT_TYPES = ['CHARGE', 'REFUND'] as const;
export type IntentType = (typeof INTENT_TYPES)[number];

/** What the issuer may know of the intent. */
export const HOSTS = [
  'unsent',
  'sending',
  'unknown',
  'approved',
  'declined',
  'reversing',
  'reversed',
  'voiding',
  'voided',
  'closed',
] as const;
export type Host = (typeof HOSTS)[number];

/** What the drawer has done for the intent. */
export const CASHES = ['none', 'received', 'return_due', 'returned', 'payout_due', 'paid_out'] as const;
export type Cash = (typeof CASHES)[number];

/**
 * One reading of both clocks. `monoMs` orders waits and deadlines inside one run of the agent (it starts anywhere and
 * never goes back); `wallMs` (UTC) is for people and papers only.
 */
export interface Now {
  readonly wallMs: number;
  readonly monoMs: number;
}

/** The restart question that is open, by the face that asks it (screens 1.5). */
export type Question = 'RE_IN' | 'RE_HERE' | 'RE_BACK' | 'RE_CLOSED' | 'RE_OUT' | 'RE_OUT_EARLY';

/** Why a person must look at an intent. A case is open while its reason is in `cases`. */
export const CASE_REASONS = [
  'LEFT_AT_COUNTER', // a key or 180 s at "give back", "pay out" or a question
  'PAID_WITHOUT_APPROVAL', // "paid out" was said of a withdrawal that is not approved
  'LATE_APPROVAL', // approved after declined, reversed; undone again by itself
  'ISSUER_CONTRADICTS', // the issuer denies what it approved or voided before
  'APPROVED_NEVER_SENT', // an approval for an unsent or closed intent
  'REVERSED_ELSEWHERE', // REVERSED or VOIDED that this terminal did not ask for
  'CONTENT_CONFLICT', // 006_021: the id stands with other content (clone, old copy, configuration)
  'NET_CANCEL_REFUSED', // sealed day, type or amount differ
  'BOOKED_AFTER_SEAL', // the issuer moved it on a day that both sides had sealed
  'VOID_CONFLICT', // evidence contradicts a void under way
  'VOID_LATE', // a void without an answer
  'NOT_PROCESSED', // deferred: authentic "not processed" stops delivery until somebody mends it
  'BUDGET_SPENT', // an attempt budget ended
  'OVERDUE', // not credited by the time on its slip, or a net cancel not acknowledged for an hour; once of each
  'RECOVERING', // the terminal was fenced while this was open
] as const;
export type CaseReason = (typeof CASE_REASONS)[number];

/**
 * What a manager books by hand with a case number (intent-rules 6). Positions follow from the states; a voucher is for
 * what no state can say.
 */
export const VOUCHER_KINDS = [
  'issuerItemMissingHere', // the issuer's final list has an item that this ledger does not
  'issuerDenies', // this ledger has an approved item that the issuer denies
  'notesReturned', // notes were given back although the machine says they were not
  'notesPaid', // notes were paid out although the machine says they were not
  'countOver',
  'countShort',
  'returnUnclaimed', // nobody came for a return
  'unclaimedPaid', // and somebody did after all
  'daySealed', // a net cancel was refused because its day is sealed: both sides to `store`
] as const;
export type VoucherKind = (typeof VOUCHER_KINDS)[number];

export type NetCancelReason = 'TIMEOUT' | 'BAD_ANSWER' | 'NOT_PAID' | 'RESTART' | 'MANAGER';

/** What the issuer said when it approved; stored with the id and given again for ever. The balance is never here. */
export interface Approval {
  readonly nrNumber: string;
  readonly approvalCode: string;
  /** yyyyMMddHHmmssSSS, Korean time, as the issuer wrote it. */
  readonly approvedAt: string;
  /** yyyyMMdd, the date on both sides. */
  readonly businessDate: string;
}

/** One void attempt; its answer never changes. */
export interface VoidAttempt {
  readonly cancelId: string;
  /** undefined: no final answer yet. */
  readonly outcome?: 'done' | 'refused';
  readonly code?: string;
  readonly cancelNrNumber?: string;
  /** Who allowed it: a fresh scan of the same card, or a manager. */
  readonly proof: 'card' | 'manager';
  readonly managerId?: string;
}

/** The state of one intent. Immutable: `apply` returns a new one. All times marked mono belong to the present run. */
export interface Intent {
  readonly sequenceId: string;
  readonly environment: string;
  readonly merchantId: string;
  readonly terminalId: string;
  readonly stationId: string;
  readonly type: IntentType;
  /** Integer won, 0 to 999999. */
  readonly amount: number;
  readonly bin: string;
  readonly last4: string;
  /** UTC ms of the scan; a deferred charge's token is judged at this moment. */
  readonly scannedAtMs: number;

  readonly host: Host;
  readonly cash: Cash;
  readonly deferred: boolean;

  /** Number of journal records of this intent: what a page shows and every press must name. */
  readonly version: number;
  /** Grows only when `host` moves: an inquiry's answer counts only for the value it was sent under. */
  readonly hostVersion: number;

  /** REFUND: the cashier pressed [Request]. */
  readonly confirmed: boolean;
  /** A manager's PIN is still needed before the cashier may go on (amount over a limit). */
  readonly managerNeeded: boolean;
  /** The choice "credit later / cash back" is open: nothing is sent meanwhile. */
  readonly choosing: boolean;
  /** `unsent`/`none`: the customer chose to be credited later, before the cash (LATER-TAKE). */
  readonly laterChosen?: boolean;
  /** `unsent`: an attempt left no byte, or none was made in time; the page says "not sent". */
  readonly notSent?: boolean;
  readonly question: Question | null;
  /** A page confirmed that it showed the sentence for the state as last entered. */
  readonly acknowledged: boolean;
  /** Left to the manager: the station is free, the intent lives in the rail and among the cases. */
  readonly left: boolean;
  readonly closedByRestart: boolean;
  readonly cases: readonly CaseReason[];
  /** Vouchers that a manager wrote about it, each kind once. */
  readonly vouchers?: readonly VoucherKind[];

  /** Approve requests whose `sending` is on disk. 1 = the first attempt. */
  readonly sends: number;
  readonly inquiries: number;
  readonly netCancels: number;
  /** True once a byte of any attempt may have left. */
  readonly bytesMayHaveLeft: boolean;
  readonly netCancelReason: NetCancelReason | null;
  /** UTC ms at which it last became `reversing`; absent: never, or before this was kept. */
  readonly reversingAtMs?: number;
  /** Its time was over, and that became the case OVERDUE: once while it waits to be credited, and once while it is undone. */
  readonly overdue?: boolean;
  /** Backends without tombstones: when (mono) the first NOT_FOUND acknowledged the net cancel; the second one counts. */
  readonly quietSinceMs: number | null;
  readonly voids: readonly VoidAttempt[];

  readonly approval: Approval | null;
  readonly declineCode: string | null;
  /** The last "not processed" code, for the sentence and the pause. */
  readonly notProcessedCode: string | null;
  /** yyyyMMdd of the answer that ended it (the issuer's date), once known. */
  readonly businessDate: string | null;

  /** Mono ms at which the present (host, cash, question, choosing) was entered. */
  readonly enteredMs: number;
  /** Mono ms: end of the barcode's life for an unconfirmed scan. */
  readonly expiresMs: number | null;
  /** Mono ms of the first byte's `sending` in this run; the 2 s and the decision deadline count from here. */
  readonly firstSendMs: number | null;
  readonly deadlineMs: number | null;
  /** Mono ms before which nothing is repeated (inquiry interval, backoff). */
  readonly notBeforeMs: number;
  /** Attempts of the present kind of request since this state was entered: the exponent of the backoff. */
  readonly misses?: number;
}

export type InquiryResult = 'COMPLETED' | 'FAILED' | 'PENDING' | 'REVERSED' | 'VOIDED' | 'NOT_FOUND';

/** External events: they never throw and are never refused; the table of intent-rules 3 decides. */
export type ExternalEvent =
  | { readonly kind: 'approved'; readonly approval: Approval }
  | { readonly kind: 'declined'; readonly code: string; readonly businessDate: string | null }
  | { readonly kind: 'notProcessed'; readonly code: string }
  | { readonly kind: 'ambiguous'; readonly code: string | null }
  | { readonly kind: 'nothingLeft' }
  | {
      readonly kind: 'inquiry';
      readonly result: InquiryResult;
      /** `hostVersion` when the inquiry was sent. */
      readonly sentUnder: number;
      readonly approval?: Approval;
      readonly declineCode?: string;
      /** Void attempts the issuer knows: they confirm, never deny. */
      readonly voids?: readonly { cancelId: string; done: boolean; code?: string }[];
    }
  | {
      readonly kind: 'netCancelAcknowledged';
      readonly result: 'REVERSED' | 'NOT_APPROVED' | 'NOT_FOUND';
      /** False: the backend leaves no tombstone, NOT_FOUND needs 60 s of quiet and a second one. */
      readonly tombstone: boolean;
      readonly businessDate: string | null;
    }
  | { readonly kind: 'netCancelRefused'; readonly code: string }
  | { readonly kind: 'netCancelUnanswered'; readonly code: string | null }
  | {
      readonly kind: 'voidDone';
      readonly cancelId: string;
      readonly cancelNrNumber: string;
      readonly businessDate: string | null;
    }
  | { readonly kind: 'voidRefused'; readonly cancelId: string; readonly code: string }
  | { readonly kind: 'voidUnanswered'; readonly cancelId: string; readonly code: string | null }
  | { readonly kind: 'restart' };

/** Who did it, for the journal: a person's name or number never is a card datum. */
export interface Actor {
  readonly role: 'cashier' | 'manager' | 'terminal';
  readonly id?: string;
  readonly reason?: string;
}

/** Answers to a restart question, by the dock's keys (screens 1.5). */
export type QuestionAnswer =
  | 'inDrawer' // key 4: RE_IN yes, RE_BACK no, RE_CLOSED taken, RE_OUT / RE_OUT_EARLY not paid
  | 'withCustomer' // key 6: RE_IN given back, RE_BACK given back, RE_CLOSED taken and given back, RE_OUT(_EARLY) paid
  | 'notTaken' // key 1: RE_CLOSED not taken
  | 'customerHere' // key 5 on RE_HERE: send
  | 'customerGoneLater' // key 3 on RE_HERE: defer
  | 'customerGone'; // key 1 on RE_HERE: give the cash back

/** The terminal's own commands (intent-rules 3b): the only events that may be refused. */
export type OwnCommand =
  | { readonly kind: 'received'; readonly creditLater?: boolean }
  | { readonly kind: 'managerAllowed' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'expire' }
  | { readonly kind: 'cashBack' } // wrong scan, cash back, or 60 s without a choice
  | { readonly kind: 'chooseLater' } // the line failed before the first byte: ask the customer (REFUND: ask again)
  | { readonly kind: 'creditLater' }
  | { readonly kind: 'chooseSend' } // the line came back while the choice was open
  | { readonly kind: 'request' }
  | { readonly kind: 'send' }
  | { readonly kind: 'inquire' } // an attempt is persisted before it is sent
  | { readonly kind: 'netCancel' }
  | { readonly kind: 'unanswered' } // 2 s without an answer
  | { readonly kind: 'deadline' }
  | { readonly kind: 'givenBack' }
  | { readonly kind: 'paidOut' }
  | { readonly kind: 'notPaid' }
  /** Opens a void; with the `cancelId` of the one under way: proves it anew, after its proof died with the last run. */
  | {
      readonly kind: 'void';
      readonly cancelId: string;
      readonly proof: 'card' | 'manager';
      readonly managerId?: string;
    }
  | { readonly kind: 'voidSend' } // one more attempt of the open cancelId
  | { readonly kind: 'payBack' } // manager: a deferred charge is not credited, the cash goes back
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'answer'; readonly answer: QuestionAnswer }
  | { readonly kind: 'leave' }
  /** A manager: nobody comes for a return; its voucher is in the same commit. */
  | { readonly kind: 'unclaimed' }
  /** And somebody did after all: the cash is given back, with its voucher. */
  | { readonly kind: 'claimed' }
  /** A manager closes a case that needs no more; `caseNumber` and kind of the voucher where money stays open. */
  | {
      readonly kind: 'seen';
      readonly reason: CaseReason;
      readonly caseNumber?: string;
      readonly voucher?: VoucherKind;
    }
  | { readonly kind: 'openCase'; readonly reason: CaseReason };

export type IntentEvent = ExternalEvent | OwnCommand;

/**
 * What the journal stores of one decision: the new axes and flags, never a rule. `apply` folds it without deciding
 * again, so a ledger written by an older program verifies under a newer one.
 */
export interface DecisionRecord {
  readonly sequenceId: string;
  readonly event: IntentEvent['kind'] | 'scanAccepted';
  /** Everything of the event worth keeping; no card datum. */
  readonly detail: Readonly<Record<string, unknown>>;
  /** The fields of the intent that change, with their new values. */
  readonly set: Readonly<Partial<Intent>>;
  readonly actor: Actor;
  readonly atMs: number;
  readonly policyHash: string;
}

/** Why an own command was refused. Nothing was recorded; the caller shows the present state. */
export type RefusalCode =
  | 'NOT_IN_THIS_STATE'
  | 'QUESTION_OPEN'
  | 'CHOICE_OPEN'
  | 'MANAGER_NEEDED'
  | 'VOID_WINDOW'
  | 'VOID_DAY'
  | 'VOID_PROOF'
  | 'LATER_LIMIT'
  | 'STALE';

export type Decision =
  | { readonly ok: true; readonly record: DecisionRecord }
  | { readonly ok: false; readonly refusal: RefusalCode };

/** What an intent needs next. `at` is mono ms; a due item with `at <= now` runs at once. */
export type Due =
  | {
      readonly kind: 'request';
      readonly request: 'approve' | 'inquiry' | 'netCancel' | 'void';
      readonly atMs: number;
    }
  | {
      readonly kind: 'command';
      readonly command: 'unanswered' | 'deadline' | 'expire' | 'cashBack' | 'chooseLater' | 'leave';
      readonly atMs: number;
    }
  | { readonly kind: 'nothing' };

/** Balances, integer won; debit positive. */
export const ACCOUNTS = [
  'cash_drawer',
  'issuer_payable',
  'customer_due',
  'suspense',
  'deferred',
  'dispute',
  'unclaimed',
  'store',
] as const;
export type Account = (typeof ACCOUNTS)[number];
export type Posting = Readonly<Partial<Record<Account, number>>>;

/** The times and limits that `decide` and `due` need. Defaults: screens 2 rule 9. */
export interface IntentTimes {
  readonly barcodeLifeMs: number; // 300_000
  readonly unansweredMs: number; // 2_000
  readonly deadlineMs: number; // 15_000
  readonly inquiryMs: number; // 3_000
  readonly choiceMs: number; // 60_000
  readonly leaveMs: number; // 180_000
  /** unsent/received with no byte out for this long: the choice opens. */
  readonly unsentMs: number; // 3_000
  readonly voidWindowMs: number; // 1_800_000
  readonly retryBaseMs: number; // 1_000, full jitter
  readonly retryMaxMs: number; // 60_000
  readonly quietMs: number; // 60_000
}

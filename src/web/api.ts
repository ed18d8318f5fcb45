/**
 * Every HTTP call of the cashier's and the manager's pages: paths, bodies, answers. Types only, shared with the browser
 * code. A POS program in place of our pages uses the same calls; `GET /api/v1/openapi.json` describes them.
 *
 * Rules for all of them: JSON both ways, `content-type: application/json` on every POST, same origin only. A refusal is a
 * 4xx or 5xx with an `ApiError`; a press that came too late is no error: it is a 200 with `done: false` and the present
 * snapshot. Times named ...AtMs are UTC milliseconds; ...Ms without At are lengths. Money is integer won.
 */
import type { ScannerProblem } from '../../drivers/scanner.ts';
import type { CaseReason, Cash, Host, IntentType, Question } from '../intent/model.ts';
import type { FaceId, PaperKind, PressAnswer, PressBody, RailItem, Snapshot } from '../station/snapshot.ts';

export type { PaperKind, PressAnswer, PressBody, Snapshot } from '../station/snapshot.ts';

export type Language = 'ko' | 'en';

/** Why a call was refused. The page picks its sentence by the code, never by the text. */
export type ApiErrorCode =
  | 'BAD_REQUEST' // body or query does not fit its schema
  | 'NOT_FOUND'
  | 'FORBIDDEN' // Host, Origin, Sec-Fetch-Site, or not this page's station
  | 'NOT_JSON' // 415
  | 'TOO_LARGE'
  | 'TOO_MANY' // rate limit or too many open event streams; `leftMs` says how long
  | 'SIGNED_OUT' // manager calls without a session
  | 'WRONG_PIN' // `triesLeft`
  | 'LOCKED_OUT' // `leftMs`
  | 'WRONG_CODE' // the installer's code
  | 'ALREADY_SET_UP'
  | 'WEAK_PIN' // 4 to 8 digits, not all equal, not a run
  | 'STALE' // the payment changed meanwhile; `payment` shows the present state
  | 'REFUSED' // the rules do not allow it; `refusal` says which
  | 'REASON_NEEDED'
  | 'PIN_NEEDED'
  | 'NOT_READY' // starting, or the part that answers this is missing on this terminal
  | 'LEDGER' // the ledger cannot record; nothing was done
  | 'FAULT';

export interface ApiError {
  readonly error: ApiErrorCode;
  /** For installers and POS programmers, in English; never a card datum. */
  readonly text: string;
  readonly triesLeft?: number;
  readonly leftMs?: number;
  readonly refusal?: string;
  readonly payment?: PaymentDetail;
}

// ---------------------------------------------------------------------------------------------- cashier page

/**
 * `GET /api/v1/stations/:station/events?page=PAGE` (text/event-stream).
 *
 * `page` is 8 to 40 characters of [A-Za-z0-9_-], made by the page at random and kept in sessionStorage, so that a reload
 * keeps control of the station. The first page of a station gets control; later ones see VIEW-ONLY.
 * - `event: snapshot`, `id: RUN.SEQUENCE`, data `Snapshot`: at once on connecting (also with Last-Event-ID) and on every change.
 * - `event: ping`, data `Ping`: every second. Nothing at all for `times.heartbeatMs` (2 s) means NOT-READY.
 * Streams are bounded per station; a page that does not read is dropped and connects again.
 */
export interface Ping {
  readonly run: string;
  readonly sequence: number;
  readonly wallMs: number;
}

/** `GET /api/v1/stations`. */
export interface StationsAnswer {
  readonly terminalId: string;
  readonly run: string;
  readonly version: string;
  readonly stations: readonly { readonly stationId: string; readonly hasPage: boolean }[];
}

/**
 * Press: the six keys, `CLOSE` (F9), `VOID` (rail, with rail.last's sequenceId and version) and `OPEN` (a rail item, with
 * that item's sequenceId and version). `face` is always the face on the screen.
 */
export type StationPress = PressBody;
export type StationPressAnswer = PressAnswer;

/** The page showed this face for this version (send once per face with `acknowledge: true`). */
export interface ShownBody {
  readonly page: string;
  readonly sequenceId: string;
  readonly version: number;
  readonly face: FaceId;
}
/** Every 5 s while the page is visible and awake. 15 s without one and without a stream: the page is gone. */
export interface PageBody {
  readonly page: string;
}
export interface HeartbeatAnswer {
  readonly run: string;
  readonly sequence: number;
  readonly control: Snapshot['control'];
}
/** The manager's PIN on MANAGER, VOID-ASK, LATER-BACK, or to unlock. 4 to 8 digits. Wrong: 401 WRONG_PIN, LOCKED_OUT. */
export interface StationPinBody {
  readonly page: string;
  readonly pin: string;
  readonly sequenceId: string | null;
  readonly version: number | null;
  readonly face: FaceId;
}
/** Cashier's number for the journal and the strip, 1 to 12 of [A-Za-z0-9]; null signs off. */
export interface CashierBody {
  readonly page: string;
  readonly cashier: string | null;
}
/**
 * Find in the rail: reference (8, with or without the hyphen), approval code or last four. At most 20, newest first. The
 * issuer is asked again about the newest one, which changes nothing by itself; the answer waits for it at most 4 s.
 */
export interface FindBody {
  readonly page: string;
  readonly text: string;
}
export interface FindAnswer {
  readonly items: readonly FoundPayment[];
  /** What became of the question to the issuer; `not`: there was nothing to ask. */
  readonly asked: 'answered' | 'noAnswer' | 'not';
}
export interface FoundPayment extends RailItem {
  /** `OPEN` shows its face: it has not ended, or is a case. */
  readonly open: boolean;
  readonly host: Host;
  readonly cash: Cash;
  readonly deferred: boolean;
}

/** One paper as lines of text, Hangul counted 2. `big` lines are printed in double size. */
export interface PaperLine {
  readonly text: string;
  readonly big?: boolean;
}
export interface ReceiptBody {
  readonly page: string;
  readonly sequenceId: string;
  readonly language: Language;
  readonly columns: 32 | 42 | 48;
  /** The card's last four: a slip of a charge that is credited later is given again only against them (403 REFUSED, LAST4). */
  readonly last4?: string;
}
export interface ReceiptAnswer {
  readonly kind: PaperKind;
  readonly columns: number;
  readonly lines: readonly PaperLine[];
  /** The store's copy with a line for the signature, where the paper has one. */
  readonly storeCopy: readonly PaperLine[] | null;
  readonly copy: boolean;
}

export interface PrintBody {
  readonly page: string;
  readonly sequenceId: string;
  readonly language: Language;
  readonly last4?: string;
}
/** `fault`: what was wrong with the printer at its last paper; the paper waits for it all the same. */
export interface PrintAnswer {
  readonly queued: boolean;
  readonly fault: string | null;
}

/** Not-ours scans for a POS program: `GET /api/v1/stations/:station/scans` (SSE), `event: scan`, data `ForwardedScan`. */
export interface ForwardedScan {
  readonly stationId: string;
  readonly scanner: string;
  readonly text: string;
  readonly symbology: string | null;
  readonly atMs: number;
}

/** All calls of the cashier page, by method and path. `:station` is the station id. The server is checked against it. */
export interface CashierCalls {
  'GET /api/v1/stations': { answer: StationsAnswer };
  'GET /api/v1/stations/:station/snapshot': { answer: Snapshot }; // ?page=
  'POST /api/v1/stations/:station/press': { body: StationPress; answer: StationPressAnswer };
  'POST /api/v1/stations/:station/shown': { body: ShownBody; answer: PressAnswer };
  'POST /api/v1/stations/:station/heartbeat': { body: PageBody; answer: HeartbeatAnswer };
  'POST /api/v1/stations/:station/take-over': { body: PageBody; answer: PressAnswer };
  'POST /api/v1/stations/:station/lock': { body: PageBody; answer: PressAnswer };
  'POST /api/v1/stations/:station/unlock': { body: StationPinBody; answer: PressAnswer };
  'POST /api/v1/stations/:station/pin': { body: StationPinBody; answer: PressAnswer };
  'POST /api/v1/stations/:station/cashier': { body: CashierBody; answer: PressAnswer };
  'POST /api/v1/stations/:station/find': { body: FindBody; answer: FindAnswer };
  'POST /api/v1/stations/:station/receipt': { body: ReceiptBody; answer: ReceiptAnswer };
  'POST /api/v1/stations/:station/print': { body: PrintBody; answer: PrintAnswer };
}

// ---------------------------------------------------------------------------------------------- manager pages

/** `first`: no manager yet, the installer's code makes one. */
export interface SessionAnswer {
  readonly state: 'first' | 'signedOut' | 'signedIn';
  readonly name: string | null;
  /** Until the session ends without another call. */
  readonly idleLeftMs: number | null;
  readonly terminalId: string;
  readonly version: string;
}
export interface FirstManagerBody {
  readonly code: string;
  readonly name: string;
  readonly pin: string;
}
export interface SignInBody {
  readonly name: string;
  readonly pin: string;
}
/** One more manager, by a signed-in one with the own PIN. */
export interface AddManagerBody {
  readonly name: string;
  readonly pin: string;
  readonly ownPin: string;
}

/**
 * `GET /api/v1/manager/events` (SSE, session needed): `event: state`, data `ManagerState`, on connecting, after every
 * change (at most twice a second) and every 2 s. The page reads what it shows again when `journalIndex` or `changes` moved,
 * the Scanners page also when `scans` did.
 * `event: scan`, data `ScanTest`, while a scan test is on.
 */
export interface ManagerState {
  readonly run: string;
  readonly asOfMs: number;
  readonly terminalId: string;
  readonly businessDate: string | null;
  readonly journalIndex: number;
  /** Grows with every change of scanners, line or worker. */
  readonly changes: number;
  /** Complete reads of all scanners since the program's start, product codes too. */
  readonly scans: number;
  readonly cases: number;
  readonly line: Snapshot['strip']['line'];
}

export interface CountSum {
  readonly count: number;
  readonly sum: number;
}

export interface TodayAnswer {
  readonly asOfMs: number;
  readonly businessDate: string;
  readonly chargesApproved: CountSum;
  readonly refundsApproved: CountSum;
  readonly reversedOrVoided: CountSum;
  readonly later: CountSum & { readonly limit: number; readonly oldestAtMs: number | null };
  readonly payoutDue: CountSum;
  readonly returnDue: CountSum;
  readonly reversing: CountSum & { readonly oldestAtMs: number | null };
  readonly cases: number;
  /** This program's cash that the drawer should hold; null until the day's count is in. */
  readonly expectedCash: number | null;
  /** The five oldest cases. */
  readonly oldestCases: readonly PaymentRow[];
  readonly line: Snapshot['strip']['line'];
  readonly clockConfirmed: boolean;
  readonly scannersReady: number;
  readonly scanners: number;
  /** From the cut-over hour on, one entry an hour, up to the present hour. `atMs` is the hour's start. */
  readonly hours: readonly {
    readonly atMs: number;
    readonly charges: number;
    readonly refunds: number;
    readonly reversed: number;
  }[];
}

// ---- the business day (screens 3.4)

export const DAY_CATEGORIES = [
  'matched',
  'missingHere',
  'missingThere',
  'amountDiffers',
  'typeDiffers',
  'dateDiffers',
  'duplicate',
  'reversedButCaptured',
  'notYetSent',
] as const;
export type DayCategory = (typeof DAY_CATEGORIES)[number];
/** `wanted`: closed by a person, the issuer has not answered yet ("cannot confirm" once `unanswered` is set). */
export type DayPhase = 'open' | 'wanted' | 'notAgreed' | 'agreed';

export interface DayFigure extends CountSum {
  readonly type: IntentType;
  readonly state: 'APPROVED' | 'REVERSED' | 'VOIDED';
}
export interface DayCount {
  readonly atMs: number;
  readonly who: string | null;
  readonly mode: 'separate' | 'drawer';
  readonly counted: number;
  readonly safe: number;
  readonly float: number;
  readonly expected: number;
  /** Above 0: over. Below 0: short. */
  readonly difference: number;
}
export interface DayItem {
  readonly sequenceId: string;
  readonly reference: string;
  readonly type: IntentType;
  readonly amount: number;
  readonly host: Host;
  readonly cash: Cash;
  readonly deferred: boolean;
}
export interface DayDifference {
  readonly category: Exclude<DayCategory, 'matched'>;
  readonly sequenceId: string;
  readonly reference: string;
  /** Whether this ledger has a payment under it. */
  readonly isKnown: boolean;
  readonly ours: {
    readonly type: IntentType;
    readonly amount: number;
    readonly host: Host;
    readonly cash: Cash;
  } | null;
  readonly theirs: {
    readonly type: IntentType;
    readonly amount: number;
    readonly state: string;
    readonly businessDate: string;
    readonly approvalCode: string;
    readonly bin: string;
    readonly last4: string;
  } | null;
}
export interface DayRule {
  readonly rule: number;
  readonly ok: boolean;
  /** null: it speaks of none, or the drawer has not been counted yet. */
  readonly amount: number | null;
  /** Payments behind it; `#4213` is a journal entry. */
  readonly items: readonly string[];
}
export interface DayReconciled {
  readonly atMs: number;
  readonly who: string | null;
  /** False: the issuer's list may still grow. */
  readonly final: boolean;
  readonly categories: Readonly<
    Record<DayCategory, { readonly count: number; readonly ours: CountSum; readonly theirs: CountSum }>
  >;
  readonly differences: readonly DayDifference[];
  /** Differences beyond those listed. */
  readonly more: number;
  readonly rules: readonly DayRule[];
}
/** An item of the issuer's list that this ledger lost, and the voucher that took it over. */
export interface DayMissingItem {
  readonly sequenceId: string;
  readonly reference: string;
  readonly type: IntentType;
  readonly amount: number;
  readonly state: DayFigure['state'];
  /** Account of the other side; null: undone there, so nothing was booked. */
  readonly loss: 'dispute' | 'store' | null;
  readonly caseNumber: string;
  readonly who: string | null;
  readonly atMs: number;
}
/** One line of the list of days. */
export interface DayRow {
  readonly date: string;
  readonly phase: DayPhase;
  readonly unanswered: boolean;
  /** null: not compared yet. */
  readonly differences: number | null;
  readonly named: number;
  readonly late: number;
}
/**
 * `GET /api/v1/manager/day?date=20260723`; without a date the open day. `?at=` of the report is a journal index: the same
 * one gives the same bytes. 404 NOT_FOUND for a date that has not begun.
 */
export interface DayAnswer {
  readonly asOfMs: number;
  readonly date: string;
  /** The issuer's open date; null: not known yet. */
  readonly openDate: string | null;
  readonly cutOverHour: number | null;
  readonly phase: DayPhase;
  /** Grows with every count, reason, voucher, close and answer: what a press should name. */
  readonly version: number;
  readonly days: readonly DayRow[];
  readonly counts: readonly DayCount[];
  readonly explained: {
    readonly reason: DecisionReason;
    readonly note: string;
    readonly who: string | null;
  } | null;
  readonly reconciled: DayReconciled | null;
  /** At most 200. */
  readonly missingItems: readonly DayMissingItem[];
  /** What a close would carry over by name, at most 200. */
  readonly openItems: readonly DayItem[];
  readonly carried: CountSum;
  /** Approved payments of the day so far. */
  readonly charges: CountSum;
  readonly refunds: CountSum;
  /** Why it cannot be closed now; null: it can. */
  readonly obstacle: 'SEALED' | 'COUNT_NEEDED' | 'REASON_NEEDED' | 'UNDER_WAY' | null;
  readonly wanted: { readonly atMs: number; readonly who: string | null } | null;
  readonly unanswered: { readonly atMs: number; readonly why: string } | null;
  readonly answered: {
    readonly atMs: number;
    readonly closeNo: number;
    readonly result: 'AGREED' | 'NOT_AGREED';
    readonly code: string | null;
    readonly ours: readonly DayFigure[];
    readonly theirs: readonly DayFigure[];
  } | null;
  readonly sealed: { readonly atMs: number; readonly index: number } | null;
  /** Payments that keep the sealed day open by name, and those that the issuer booked after the close. */
  readonly named: readonly DayItem[];
  readonly late: readonly string[];
  /** Reports made of it, newest last. */
  readonly reports: readonly { readonly at: number; readonly sha256: string; readonly atMs: number }[];
}
export interface DayDateBody {
  readonly date: string;
}
/** A press on a day. With a `version` that is not the present one it is refused (409 STALE). */
export interface DayPressBody extends DayDateBody {
  readonly version?: number;
}
export interface DayCountBody extends DayPressBody {
  readonly mode: 'separate' | 'drawer';
  /** Pieces by denomination: 50000, 10000, 5000, 1000, 500, 100, 50, 10. */
  readonly pieces: Readonly<Record<string, number>>;
  readonly safe: number;
  readonly float: number;
  readonly posExpected: number;
}
export interface DayExplainBody extends DayPressBody {
  readonly reason: DecisionReason;
  /** For OTHER: at least 10 characters. At most 200. */
  readonly note?: string;
  readonly pin: string;
}
/** Takes over an item that the last comparison lists as `missingHere` and nobody here knows. */
export interface DayMissingBody extends DayPressBody {
  readonly sequenceId: string;
  readonly loss: 'dispute' | 'store';
  readonly reason: DecisionReason;
  /** For OTHER: at least 10 characters. At most 200. */
  readonly note?: string;
  readonly pin: string;
}
export interface DayCloseBody extends DayPressBody {
  readonly pin: string;
}
export interface DayReportAnswer {
  readonly date: string;
  readonly at: number;
  readonly lines: readonly string[];
  readonly sha256: string;
  /** It was made before with other bytes. */
  readonly differs: boolean;
}

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

/**
 * `GET /api/v1/manager/payments?limit=50&before=&after=&from=20260723&to=20260723&type=CHARGE&group=case&later=1
 * &station=1&amountFrom=&amountTo=&text=`; everything optional, limit 1 to 200. `before` and `after` are the answer's
 * `older` and `newer`. A card number never stands in an address: POST .../payments/card.
 */
export interface PaymentsAnswer {
  readonly rows: readonly PaymentRow[];
  readonly older: string | null;
  readonly newer: string | null;
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

// ---------------------------------------------------------------------------------------------- POS program

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

export interface SyncAnswer {
  readonly asOfMs: number;
  readonly line: Snapshot['strip']['line'];
  readonly paused: boolean;
  readonly pauseReason: string | null;
  readonly recovering: boolean;
  readonly epoch: number | null;
  readonly issuerEpoch: string | null;
  readonly clockOffsetMs: number | null;
  readonly clockConfirmed: boolean;
  readonly lastAnsweredAtMs: number | null;
  readonly businessDate: string | null;
  /** Counts and won by state, such as "sending", "unknown", "reversing", "deferred". */
  readonly byState: Readonly<Record<string, CountSum>>;
  readonly oldestAtMs: number | null;
  /** Due items, next first, at most 200. */
  readonly due: readonly PaymentRow[];
}
export interface PinBody {
  readonly pin: string;
}
export interface PauseBody extends PinBody {
  /** At least 3 characters, at most 200. */
  readonly reason: string;
}
/** Go on with this terminal after recovering: a new epoch. */
export interface ClaimBody extends PinBody {
  readonly reason: string;
}

export interface ScannerRow {
  readonly name: string;
  readonly stationId: string;
  /** hid-pos, hid-keyboard, serial or tcp; auto while nothing was found for it. */
  readonly connection: string;
  /** USB vendor and product, such as `0c2e:0b81`; null: it is no USB device, or not plugged in. */
  readonly usb: string | null;
  readonly state: 'connecting' | 'ready' | 'unplugged' | 'fault' | 'closed';
  readonly sinceAtMs: number;
  readonly device: string | null;
  /** A keyboard scanner: whether what it reads is also typed into the focused page. null: it is no keyboard. */
  readonly typesIntoPages: boolean | null;
  readonly problem: ScannerTrouble | null;
  /** Reads since midnight in Korea; refused, unreadable and notOurs are parts of them. */
  readonly framesToday: number;
  readonly refused: number;
  readonly unreadable: number;
  readonly notOurs: number;
  /** Of this run of the agent; so is `dropped`. */
  readonly reconnects: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly lastFrameAtMs: number | null;
  /** The newest payment barcode that could not be read, with its cause; null since the start, or since a good one. */
  readonly lastUnreadable: ScanTest | null;
  /** Test mode is on until then: scans are shown here and open nothing. */
  readonly testUntilMs: number | null;
}
/** What keeps a scanner from reading; the values are those that a sentence about the code names (`Problem` of the drivers). */
export interface ScannerTrouble {
  readonly code: ScannerProblem;
  readonly values: Readonly<Record<string, string>>;
}
/** A device that could be a scanner and is not in use. */
export interface PluggedScanner {
  readonly connection: string;
  readonly device: string;
  readonly usb: string | null;
  readonly product: string | null;
  /** The driver `auto` would open it if it were the only one. */
  readonly likely: boolean;
  readonly problem: ScannerTrouble | null;
}
export interface ScannersAnswer {
  readonly asOfMs: number;
  readonly scanners: readonly ScannerRow[];
  readonly plugged: readonly PluggedScanner[];
  /** Virtual serial ports and local sockets for POS programs; empty when none is configured. */
  readonly posPorts: readonly {
    readonly stationId: string;
    readonly kind: 'serial' | 'socket';
    readonly path: string;
    readonly state: 'waiting' | 'open' | 'unavailable' | 'closed';
    readonly sent: number;
    /** Scanned while the POS program did not have it open. */
    readonly dropped: number;
    /** POS programs that were sent away: they did not read, or there were too many. */
    readonly cut: number;
  }[];
}
/** What was read in test mode, or could not be read: masked. */
export interface ScanTest {
  readonly scanner: string;
  readonly atMs: number;
  readonly length: number;
  readonly symbology: string | null;
  readonly ok: boolean;
  readonly reason: string | null;
  /** Why it does not parse (`Diagnosis.cause`), with its detail, and what the till reads for a layout. */
  readonly hint: string | null;
  readonly detail: string | null;
  readonly till: string | null;
  /** Page of the setup sheet that mends it. */
  readonly sheetPage: number | null;
  /** A code of the setup sheet, and what is wrong with this read of it; null: it is none. */
  readonly sheet: {
    readonly title: { readonly ko: string; readonly en: string };
    readonly ok: boolean;
    readonly text: { readonly ko: string; readonly en: string };
  } | null;
  readonly looksLikeOurs: boolean;
  readonly masked: string;
}

/** Why a value is unsafe. */
export type SettingWarning = 'NOT_ENCRYPTED' | 'OPEN_TO_NETWORK' | 'NO_BACKUPS' | 'SAME_DISK';
export interface SettingRow {
  readonly path: string;
  readonly value: string;
  readonly source: 'default' | 'set';
  readonly warning: SettingWarning | null;
  /** Of a certificate: its last moment. */
  readonly endsAtMs: number | null;
}
export interface Settings {
  readonly file: string | null;
  /** When the file was last changed. */
  readonly fileAtMs: number | null;
  readonly rows: readonly SettingRow[];
}
export interface SettingsAnswer extends Settings {
  readonly version: string;
  readonly policyHash: string;
}

export interface VerifyAnswer {
  readonly ok: boolean;
  readonly entries: number;
  readonly intents: number;
  readonly index: number;
  readonly head: string;
  readonly faults: readonly {
    readonly code: string;
    readonly text: string;
    readonly index?: number;
    readonly sequenceId?: string;
  }[];
  readonly elapsedMs: number;
}

export interface ManagerReceiptBody {
  readonly language: Language;
  readonly columns: 32 | 42 | 48;
}
export interface DoneAnswer {
  readonly done: true;
}

/**
 * A GET with the header `x-kona-till-refresh: 1` does not count as a sign of life of the person: send it when the page
 * reads again by itself, or the session never ends.
 *
 * All calls of the manager pages. All but `session`, `first` and `sign-in` need the session cookie (HttpOnly,
 * SameSite=Strict), else 401 SIGNED_OUT. `GET /api/v1/manager/export.csv?...` takes the list's filters and answers
 * text/csv as an attachment, masked, oldest last, at most 100,000 rows; `export.xlsx` the same as a workbook of at most 50,000.
 */
export interface ManagerCalls {
  'GET /api/v1/manager/session': { answer: SessionAnswer };
  'POST /api/v1/manager/first': { body: FirstManagerBody; answer: SessionAnswer };
  'POST /api/v1/manager/sign-in': { body: SignInBody; answer: SessionAnswer };
  'POST /api/v1/manager/sign-out': { body: Record<string, never>; answer: SessionAnswer };
  'POST /api/v1/manager/managers': { body: AddManagerBody; answer: DoneAnswer };
  'GET /api/v1/manager/today': { answer: TodayAnswer };
  'GET /api/v1/manager/payments': { answer: PaymentsAnswer };
  'POST /api/v1/manager/payments/card': { body: CardSearchBody; answer: PaymentsAnswer };
  'GET /api/v1/manager/payments/:sequenceId': { answer: PaymentDetail };
  'POST /api/v1/manager/payments/:sequenceId/inquire': { body: Record<string, never>; answer: PaymentAnswer };
  'POST /api/v1/manager/payments/:sequenceId/net-cancel': {
    body: Record<string, never>;
    answer: PaymentAnswer;
  };
  'POST /api/v1/manager/payments/:sequenceId/decide': { body: DecideBody; answer: PaymentAnswer };
  'POST /api/v1/manager/payments/:sequenceId/receipt': { body: ManagerReceiptBody; answer: ReceiptAnswer };
  'GET /api/v1/manager/cases': { answer: CasesAnswer };
  'GET /api/v1/manager/day': { answer: DayAnswer };
  'POST /api/v1/manager/day/count': { body: DayCountBody; answer: DayAnswer };
  'POST /api/v1/manager/day/explain': { body: DayExplainBody; answer: DayAnswer };
  'POST /api/v1/manager/day/reconcile': { body: DayDateBody; answer: DayAnswer };
  'POST /api/v1/manager/day/missing': { body: DayMissingBody; answer: DayAnswer };
  'POST /api/v1/manager/day/close': { body: DayCloseBody; answer: DayAnswer };
  'GET /api/v1/manager/day/report': { answer: DayReportAnswer };
  'GET /api/v1/manager/sync': { answer: SyncAnswer };
  'POST /api/v1/manager/sync/now': { body: Record<string, never>; answer: SyncAnswer };
  'POST /api/v1/manager/sync/pause': { body: PauseBody; answer: SyncAnswer };
  'POST /api/v1/manager/sync/resume': { body: PinBody; answer: SyncAnswer };
  'POST /api/v1/manager/sync/claim': { body: ClaimBody; answer: SyncAnswer };
  'GET /api/v1/manager/scanners': { answer: ScannersAnswer };
  'POST /api/v1/manager/scanners/:scanner/test': { body: { readonly on: boolean }; answer: ScannersAnswer };
  'GET /api/v1/manager/settings': { answer: SettingsAnswer };
  'POST /api/v1/manager/verify': { body: Record<string, never>; answer: VerifyAnswer };
}

/**
 * What one cashier page renders: the agent's snapshot and nothing else. The page adds no state of its own; a reload
 * shows the same face, version and countdown. Types only, shared with the browser code.
 */
import type { ScannerProblem } from '../../drivers/scanner.ts';

export const FACES = [
  'IDLE',
  'TAKE',
  'MANAGER',
  'EXPIRED',
  'SENDING',
  'WAIT-OUT',
  'CHECK',
  'CHECK-OUT',
  'DONE-IN',
  'BACK',
  'BACK-REV',
  'BACK-STOP',
  'BACK-VOID',
  'END',
  'END-REV',
  'END-STOP',
  'LATER-ASK',
  'LATER-TAKE',
  'LATER-FAIL',
  'LATER-OK',
  'LATER-DONE',
  'LATER-BACK',
  'ASK-OUT',
  'PAY',
  'DONE-OUT',
  'NO-OUT',
  'NO-OUT-REV',
  'VOID-ASK',
  'VOID-WAIT',
  'VOID-NO',
  'RE-IN',
  'RE-HERE',
  'RE-BACK',
  'RE-CLOSED',
  'RE-OUT',
  'RE-OUT-EARLY',
  'REFUSED',
  'NOT-RECORDED',
  'NOT-RECORDED-OUT',
  'STARTING',
  'NO-ROOM',
  'LEDGER',
  'RECOVERING',
  'LINE',
  'SLOW',
  'SCANNER',
  'VIEW-ONLY',
  'LOCKED',
] as const; // NOT-READY is drawn by the page itself
export type FaceId = (typeof FACES)[number];

/** The six keys of the dock by their fixed place, and F9 Close. */
export const KEYS = ['STOP', 'LEAVE', 'LATER', 'RECEIVED', 'REQUEST', 'HANDED'] as const;
export type KeyId = (typeof KEYS)[number];

/**
 * Why a scan opened nothing (screens 1.6), with the names of the values that its sentence may use. Amounts and limits are
 * won, ...AtMs is UTC ms.
 */
export const REFUSED_CAUSES = [
  'CUT',
  'MERGED',
  'MISREAD', // code: TRANSACTION_CODE, CARD_NUMBER, TOKEN or AMOUNT
  'CAPS',
  'LAYOUT', // layout
  'EXTRA',
  'NO_SUFFIX',
  'SYMBOLOGY', // symbology
  'DUP_OPEN',
  'DUP_OTHER', // stationId, type, amount, atMs
  'DUP_DONE', // type, amount, atMs
  'DUP_NEW', // host, atMs
  'MIN_AMOUNT', // amount, limit
  'MAX_AMOUNT', // amount, limit
  'AMOUNT_UNIT', // amount, limit
  'CARD_PREFIX',
  'CARD_CHECK',
  'TYPE_OFF', // type, by: store or issuer
  'PAYOUT_LIMIT', // amount, limit
  'CARD_DAY_LIMIT', // amount, count?, limit?
  'TERMINAL_DAY_LIMIT', // amount, count?, limit?
  'CARD_BUSY', // scannedAtMs
  'STATION_BUSY',
  'RESTART_OPEN',
  'LINE_DOWN', // type, or VOID
  'PAUSED', // type
  // With `paused` = 1: under a pause, not on a line that is down.
  'LATER_EACH', // limit
  'LATER_SUM', // limit, sum
  'LATER_COUNT', // limit, count
  'LATER_CARD', // limit, count: of this card
  'LATER_AGE', // limitMs, oldestAtMs
  'CLOCK_UNSURE',
  'NOT_ONLINE_YET',
  'REVERSALS_COUNT', // count, sum, oldestAtMs
  'REVERSALS_SUM',
  'REVERSAL_RATE',
  'VOID_WINDOW', // limit: minutes
  'VOID_DAY',
  'VOID_PROOF',
  'NO_ROOM',
  'LEDGER',
  'RECOVERING',
  'STARTING',
  'LOCKED',
  'NO_PAGE',
] as const;
export type RefusedCause = (typeof REFUSED_CAUSES)[number];

/** A scan that opened nothing: the row of screens 1.6, with the values its sentence needs. */
export interface RefusedScan {
  readonly cause: RefusedCause;
  readonly values: Readonly<Record<string, string | number>>;
  /** Third unreadable scan within a minute: ask for a new barcode. */
  readonly repeated: boolean;
}

export interface FaceIntent {
  readonly sequenceId: string;
  readonly version: number;
  readonly type: 'CHARGE' | 'REFUND';
  readonly amount: number;
  readonly bin: string;
  readonly last4: string;
  /** Last 8 characters of the sequence id, written 4-4. */
  readonly reference: string;
  readonly scannedAtMs: number;
  readonly approvalCode: string | null;
  /** Live answer only; never stored, gone after a restart. */
  readonly balance: number | null;
}

export interface Countdown {
  /** Milliseconds left when the snapshot was made; the page counts down from there and decides nothing. */
  readonly leftMs: number;
  readonly totalMs: number;
  readonly kind: 'barcodeLife' | 'decision' | 'choice' | 'close' | 'leave';
}

export interface Face {
  readonly id: FaceId;
  readonly intent: FaceIntent | null;
  readonly keys: readonly KeyId[];
  readonly closable: boolean;
  readonly pinPad: boolean;
  readonly countdown: Countdown | null;
  /** Code of the issuer or of the policy behind {reason}; shown small. */
  readonly reason: string | null;
  readonly refused: RefusedScan | null;
  /** "question 1 of 3" after a restart; null for the one question after Stop or an expiry. */
  readonly question: { readonly number: number; readonly of: number } | null;
  /**
   * Values for {placeholders} of the sentence: `late` = 1 on VOID-WAIT after its time, `proof` = 1 on VOID-ASK once the
   * card or the PIN was given, `notSent` = 1 on ASK-OUT after nothing left, `limitCause` on BACK-STOP when credit later was not
   * allowed, `closedHere` = 1 on RE-CLOSED after Stop or an expiry and not after a restart, `step`, `of`, `elapsedMs` on STARTING, `code` on LEDGER, `cause`, `count`, `oldestAtMs` on LINE and SLOW,
   * `paused` = 1 where a manager has stopped approvals and the line is not down, on LINE, LATER-ASK, LATER-FAIL and LATER-OK.
   */
  readonly values: Readonly<Record<string, string | number>>;
  /** The page must confirm that it showed this face (POST shown) for this intent version. */
  readonly acknowledge: boolean;
}

export interface LineStrip {
  readonly state: 'online' | 'down' | 'slow' | 'paused';
  readonly sinceMs: number;
  readonly nextTryMs: number | null;
  readonly reason: string | null;
  /**
   * Where `paused` is a person's or an alarm's. An alarm holds back what is credited later and ends by itself: payments at the
   * counter go on; it is not told where they do not, as the terminal is recovering.
   */
  readonly pausedBy: 'manager' | 'alarm' | null;
}

export interface Snapshot {
  /** Grows by one with every change in this run of the agent; with `run` it names a snapshot. */
  readonly sequence: number;
  /** Random id of the agent's run: another one means it restarted. */
  readonly run: string;
  readonly wallMs: number;
  readonly stationId: string;
  readonly terminalId: string;
  readonly control: 'here' | 'viewOnly' | 'locked';
  readonly strip: {
    readonly line: LineStrip;
    readonly scanner: {
      /** `checkSetup` reads; `notOpen` is plugged in and does not. */
      readonly state: 'ready' | 'checkSetup' | 'notOpen' | 'unplugged' | 'none';
      readonly name: string | null;
      readonly problem: ScannerProblem | null;
    };
    readonly later: {
      readonly count: number;
      readonly sum: number;
      readonly limit: number;
      readonly oldestMs: number | null;
    };
    readonly payoutDue: number;
    readonly returnDue: number;
    readonly cases: number;
    readonly businessDate: string | null;
    readonly clockConfirmed: boolean;
    readonly cashier: string | null;
  };
  readonly face: Face;
  /** A refused scan while an attended face is up: shown on it for 3 s. */
  readonly band: {
    readonly cause: RefusedCause;
    readonly values: Readonly<Record<string, string | number>>;
    readonly leftMs: number;
  } | null;
  readonly rail: {
    readonly last:
      | (FaceIntent & {
          readonly face: FaceId;
          readonly atMs: number;
          readonly voidable: boolean;
          readonly receipt: boolean;
        })
      | null;
    /** off: there is none, papers are only shown. failed: the last paper did not come out. */
    readonly printer: 'off' | 'ready' | 'failed';
    readonly payoutDue: readonly RailItem[];
    readonly returnDue: readonly RailItem[];
    readonly later: readonly RailItem[];
    readonly cases: readonly RailItem[];
    /** Their rows in the ledger cannot be read: as they were known last. Nobody opens them; a manager finds their cash. */
    readonly aside: readonly FaceIntent[];
    /** A line of news for 10 s, such as LATER-DONE or "reversal done". */
    readonly news: { readonly kind: 'LATER-DONE' | 'REVERSED'; readonly intent: FaceIntent } | null;
  };
  /** The store's times that the page needs (screens 2 rule 9). */
  readonly times: {
    readonly deadMs: number;
    readonly heartbeatMs: number;
    readonly darkHours: { readonly from: number; readonly until: number } | null;
  };
}

export interface RailItem extends FaceIntent {
  readonly face: FaceId;
  /** The paper of its present state; null: nobody gets one. */
  readonly paper: PaperKind | null;
}

export type PaperKind = 'charge' | 'withdrawal' | 'later' | 'reversal' | 'return';

/** Bodies of the cashier page's calls; each names the intent and the version that was on the screen. */
export interface PressBody {
  readonly page: string;
  readonly key: KeyId | 'CLOSE' | 'VOID' | 'OPEN';
  readonly sequenceId: string | null;
  readonly version: number | null;
  /** The face the person saw; the same key means another command on another face. */
  readonly face: FaceId;
}
export interface PressAnswer {
  readonly done: boolean;
  readonly refusal: string | null;
  readonly snapshot: Snapshot;
}

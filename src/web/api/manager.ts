/** The manager's session and first page, and all calls of the manager's pages. */
import type { Snapshot } from '../../station/snapshot.ts';
import type { CountSum, DoneAnswer, PinBody, ReceiptAnswer } from './common.ts';
import type {
  DayAnswer,
  DayCloseBody,
  DayCountBody,
  DayDateBody,
  DayExplainBody,
  DayMissingBody,
  DayReportAnswer,
} from './day.ts';
import type {
  CardSearchBody,
  CasesAnswer,
  DecideBody,
  ManagerReceiptBody,
  PaymentAnswer,
  PaymentDetail,
  PaymentRow,
  PaymentsAnswer,
  UnreadPayment,
} from './payments.ts';
import type {
  ClaimBody,
  PauseBody,
  ScannersAnswer,
  SettingsAnswer,
  SyncAnswer,
  VerifyAnswer,
} from './terminal.ts';

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
  /** Payments whose row in the ledger cannot be read: their cash is to be found, and a backup to be restored. */
  readonly unread: readonly UnreadPayment[];
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

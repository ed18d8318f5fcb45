/** The calls of the cashier's page and of a POS program at a station. */
import type { Cash, Host } from '../../intent/model.ts';
import type { FaceId, PressAnswer, PressBody, RailItem, Snapshot } from '../../station/snapshot.ts';
import type { Language, ReceiptAnswer } from './common.ts';
import type { UnreadPayment } from './payments.ts';

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
  /** Found too, and their rows cannot be read: a manager finds their cash. */
  readonly unread: readonly UnreadPayment[];
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

export interface ReceiptBody {
  readonly page: string;
  readonly sequenceId: string;
  readonly language: Language;
  readonly columns: 32 | 42 | 48;
  /** The card's last four: a slip of a charge that is credited later is given again only against them (403 REFUSED, LAST4). */
  readonly last4?: string;
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

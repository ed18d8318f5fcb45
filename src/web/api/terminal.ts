/** The terminal's own state: line and delivery, scanners, settings, the ledger's verification. */

import type { ScannerProblem } from '../../../drivers/scanner.ts';
import type { VerifyFaultCode } from '../../ledger/types.ts';
import type { ScanReport } from '../../station/scanners.ts';
import type { Snapshot } from '../../station/snapshot.ts';
import type { CountSum, PinBody } from './common.ts';
import type { PaymentRow, UnreadPayment } from './payments.ts';

/** What keeps everything that can wait away from an issuer that does not answer. */
export interface Breaker {
  /** `open`: only a present customer's requests and tries of the line go out; `halfOpen`: such a try is under way. */
  readonly state: 'closed' | 'open' | 'halfOpen';
  /** Calls in a row without an answer that can be trusted. */
  readonly failures: number;
}

export interface SyncAnswer {
  readonly asOfMs: number;
  readonly line: Snapshot['strip']['line'];
  readonly paused: boolean;
  /** An alarm holds back charges left for later only, and ends by itself: a manager may pause over it. null: nothing is paused. */
  readonly pausedBy: 'manager' | 'alarm' | null;
  readonly pauseReason: string | null;
  /** False: the last pause or resume holds, but is not on disk yet; a restart goes back to what was before it. */
  readonly pauseKept: boolean;
  readonly recovering: boolean;
  readonly breaker: Breaker;
  /** Charges left for later that may go to the issuer in a minute, as it said itself; 0: it takes none now; null: it has said nothing yet. */
  readonly drainPerMinute: number | null;
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
  /** Open payments whose row in the ledger cannot be read: nothing of them is sent. */
  readonly unread: readonly UnreadPayment[];
}

export interface PauseBody extends PinBody {
  /** At least 3 characters, at most 200. */
  readonly reason: string;
}

/** Go on with this terminal after recovering: a new epoch. */
export interface ClaimBody extends PinBody {
  readonly reason: string;
}

/** Why it was not taken on (`ApiError.refusal`); it may be tried again. */
export type ClaimRefusal =
  | 'CLAIM_LINE_DOWN'
  | 'CLAIM_NO_ANSWER' // a list of the issuer that it needs, or the answer to the claim, did not come
  | 'CLAIM_NOT_GRANTED'
  | 'CLAIM_NOT_RECORDED'; // the ledger could not be read, or take what is open as cases

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
export type ScanTest = ScanReport;

/** Why a value is unsafe (screens.md section 3, Settings); the page has the sentences. */
export type SettingWarning = 'NOT_ENCRYPTED' | 'OPEN_TO_NETWORK' | 'NO_BACKUPS' | 'SAME_DISK';

export interface SettingRow {
  readonly path: string;
  readonly value: string;
  readonly source: 'default' | 'set';
  readonly warning: SettingWarning | null;
  /** A certificate's last moment, UTC ms; null for everything else, and for one that cannot be read. */
  readonly endsAtMs: number | null;
}

export interface Settings {
  readonly file: string | null;
  /** When the file was last changed, UTC ms: what is set there applies since then at the earliest. */
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
    /** The page has a sentence for each. */
    readonly code: VerifyFaultCode;
    /** For installers, in English, with the figures. */
    readonly text: string;
    readonly index?: number;
    readonly sequenceId?: string;
  }[];
  readonly elapsedMs: number;
}

/**
 * What the worker shows of itself: read by the station (line, exposure, clock), the pages, the command line and the
 * metrics. Plain values only, no card datum. Times ending in `AtMs` or `sinceMs` are UTC ms (wall); nothing here is
 * used for a decision about money.
 */
import type { Actor, Host } from '../intent/model.ts';

export type LineStateName = 'online' | 'down' | 'slow' | 'paused';

/**
 * Why the line is as it is. Closed, so a page can translate it:
 * `START` no answered call yet, `NOT_SENT` nothing left the machine (no network, refused connection), `NO_ANSWER` time-outs
 * and broken answers, `NOT_TRUSTED` answers came but not from the issuer (portal, proxy, wrong key), `NOT_PROCESSED` the
 * issuer says that it does nothing now, `SLOW` answers take too long or too many had to be reversed, `CLOCK` our clock is
 * outside the issuer's tolerance, `PAUSED` a person or an alarm stopped delivery, `RECOVERING` the terminal is fenced.
 */
export const LINE_REASONS = [
  'START',
  'NOT_SENT',
  'NO_ANSWER',
  'NOT_TRUSTED',
  'NOT_PROCESSED',
  'SLOW',
  'CLOCK',
  'PAUSED',
  'RECOVERING',
] as const;
export type LineReason = (typeof LINE_REASONS)[number];

export interface SyncLine {
  /** `paused` only while the line itself is not down; what stops delivery stands in `paused` and `recovering` always. */
  readonly state: LineStateName;
  /** UTC ms since when it is so. */
  readonly sinceMs: number;
  /** UTC ms of the next try while it is down, or the breaker is not closed: also under a pause. */
  readonly nextTryMs: number | null;
  readonly reason: LineReason | null;
  /** The issuer's code behind the reason, when it gave one. */
  readonly code: string | null;
}

/** Delivery is stopped: by a manager, or by an alarm ("not processed" for a deferred charge). */
export interface SyncPause {
  readonly by: 'manager' | 'alarm';
  readonly reason: string;
  readonly code: string | null;
  readonly atMs: number;
  readonly actor: Actor;
  /** An alarm stops deferred delivery only; a manager stops all approvals. Net cancels and inquiries never stop. */
  readonly stops: 'deferred' | 'approvals';
}

export type RequestKind = 'approve' | 'inquiry' | 'netCancel' | 'void';

export interface DueItem {
  readonly sequenceId: string;
  readonly request: RequestKind;
  readonly deferred: boolean;
  /** UTC ms at which it may go out. */
  readonly atMs: number;
  /** Attempts of this request recorded so far. */
  readonly attempts: number;
  readonly inFlight: boolean;
}

/** A latency histogram with fixed upper bounds in ms; the last bucket has no bound. Counts are not cumulative. */
export interface Histogram {
  readonly boundsMs: readonly number[];
  readonly counts: readonly number[];
  readonly sumMs: number;
  readonly count: number;
}

export const CALL_KINDS = [
  'probe',
  'hello',
  'approve',
  'inquiry',
  'netCancel',
  'void',
  'transactions',
  'close',
] as const;
export type CallKind = (typeof CALL_KINDS)[number];

export const OUTCOMES = [
  'answered',
  'declined',
  'notProcessed',
  'refused',
  'ambiguous',
  'nothingLeft',
] as const;
export type OutcomeClass = (typeof OUTCOMES)[number];

/** Plain counters since the start of this run. */
export interface SyncCounts {
  /** Items that need the issuer, by the request that is due or waited for; not what the store bears. */
  readonly depth: Readonly<Record<RequestKind, number>>;
  /** The same items, and those whose request is under way, by what the issuer may know of them. */
  readonly depthByHost: Readonly<Record<Host, number>>;
  /** Deferred charges not yet credited. */
  readonly deferred: number;
  readonly inFlight: number;
  /** UTC ms of the oldest open item's scan. */
  readonly oldestAtMs: number | null;
  readonly attempts: Readonly<Record<CallKind, number>>;
  readonly outcomes: Readonly<Record<CallKind, Readonly<Record<OutcomeClass, number>>>>;
  readonly latency: Readonly<Record<CallKind, Histogram>>;
  readonly commands: number;
  readonly lateAnswers: number;
  readonly faults: number;
}

export interface SyncStatus {
  readonly line: SyncLine;
  readonly paused: SyncPause | null;
  /** False: the manager's last pause or resume is not on disk yet, and a restart goes back to what was before it. */
  readonly pauseKept: boolean;
  /** The circuit breaker in front of deferred deliveries and probes. */
  readonly breaker: { readonly state: 'closed' | 'open' | 'halfOpen'; readonly failures: number };
  readonly lastAnsweredAtMs: number | null;
  /** The issuer's clock minus ours, from the last answered call. */
  readonly clockOffsetMs: number | null;
  /**
   * The clock was compared with the issuer's (or NTP) since the start, was within the limit, and stands not before the last
   * journal entry that the start found.
   */
  readonly clockConfirmed: boolean;
  /** An authenticated call was answered since the start of this run. */
  readonly onlineSinceStart: boolean;
  readonly epoch: number;
  readonly issuerEpoch: string | null;
  /** Fenced: only inquiries, hello and transactions go out; no cash advice may be given. */
  readonly recovering: boolean;
  /** yyyyMMdd, the issuer's open date, once known. */
  readonly businessDate: string | null;
  readonly cutOverHour: number | null;
  readonly enabled: { readonly CHARGE: boolean; readonly REFUND: boolean };
  readonly limits: Readonly<Record<string, number>>;
  /** Charges left for later that may go out in a minute; null: the issuer has not said so in this run. */
  readonly drainPerMinute: number | null;
  /** At most 100, most urgent first. */
  readonly due: readonly DueItem[];
  readonly counts: SyncCounts;
}

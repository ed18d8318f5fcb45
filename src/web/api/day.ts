/** The calls of the business day (screens 3.4). */
import type { Cash, Host, IntentType } from '../../intent/model.ts';
import type { DayGlance } from '../../settlement/glance.ts';
import type { Category } from '../../settlement/matching.ts';
import type { CountSum } from './common.ts';
import type { DecisionReason } from './payments.ts';

export type DayCategory = Category;

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
  /** This ledger lost payments of the day, or all of it: what the issuer's list had when it was read. */
  readonly listed: { readonly atMs: number; readonly totals: readonly DayFigure[] } | null;
  readonly days: readonly DayGlance[];
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
  /** Not agreed, and the terminal makes the close anew by itself, as soon as it has the issuer's list, unless a person turns to the day. */
  readonly isMadeAnew: boolean;
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

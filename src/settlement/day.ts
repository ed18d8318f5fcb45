/**
 * A business day as its journal entries tell it: the fold that pages, the command line, the report and the engine share.
 * Pure. The same entries give the same day, for ever: a report that is made again folds the same ones.
 */
import type { Actor } from '../intent/model.ts';
import type { SettlementTotal } from '../konaplate/settlement.ts';
import type { LateBooking, VoucherOfDay } from '../ledger/days.ts';
import type { DayKind, DayPosition } from '../ledger/types.ts';
import type { Count } from './count.ts';
import type { Category, CategorySums, Difference } from './matching.ts';
import type { MissingItem } from './missing.ts';
import type { RuleResult } from './rules.ts';

/** What each kind of entry holds; the names are the journal's, so none is ever renamed. */
export interface DayDetails {
  /** What the issuer had of the date then. */
  readonly dayListed: { readonly totals: readonly SettlementTotal[] };
  readonly dayCounted: Count;
  readonly dayExplained: { readonly reason: string; readonly note: string; readonly difference: number };
  readonly dayReconciled: Reconciliation;
  readonly dayCloseWanted: {
    readonly version: string;
    /** What the store was called; entries of older programs do not hold it. */
    readonly store?: string;
    /** Journal index after which the report's range begins. */
    readonly rangeFrom: number;
    /** Its report lists the vouchers of its own chain; entries of older programs do not hold it: all of the range. */
    readonly byDay?: true;
    /** Only without a count. */
    readonly uncounted: string | null;
    /** Sum of what is carried over by name, and how many. */
    readonly carried: { readonly count: number; readonly sum: number };
  };
  readonly dayCloseSent: CloseContent;
  readonly dayCloseAnswered: CloseOutcome;
  readonly dayCloseUnanswered: { readonly closeNo: number | null; readonly why: string };
  readonly daySealed: {
    readonly closeNo: number;
    readonly openItems: readonly string[];
    readonly version: string;
  };
  readonly dayVoucher: VoucherOfDay;
  readonly dayMissingItem: MissingItem;
  readonly dayItemEnded: { readonly sequenceId: string; readonly host: string };
  readonly dayLateBooking: LateBooking;
  readonly daySigned: {
    readonly at: number;
    readonly sha256: string;
    readonly keyId: string;
    readonly mac: string;
    /** As in `dayCloseWanted`, which says it of a closed day. */
    readonly byDay?: true;
  };
}

export interface Reconciliation {
  readonly final: boolean;
  /** The issuer's time of the list, `yyyyMMddHHmmssSSS`. */
  readonly asOf: string;
  readonly categories: Readonly<Record<Category, CategorySums>>;
  /** The first of them; `more` counts those left out. */
  readonly differences: readonly Difference[];
  readonly more: number;
  readonly ours: readonly SettlementTotal[];
  readonly theirs: readonly SettlementTotal[];
  readonly rules: readonly RuleResult[];
  readonly items: number;
  /** Of what a close would have said then, item by item; entries of older programs do not hold it. */
  readonly contentDigest?: string;
}

export interface CloseContent {
  readonly closeNo: number;
  readonly totals: readonly SettlementTotal[];
  readonly openItems: readonly string[];
  readonly itemsDigest: string;
  /**
   * What of the totals is in no payment's states but in the vouchers about payments here, won, as a credit; the issuer is
   * not told. Absent: nothing.
   */
  readonly owedByVouchers?: number;
}

export interface CloseOutcome {
  readonly closeNo: number;
  readonly result: 'AGREED' | 'NOT_AGREED';
  /** The issuer's figures; empty when it refused the close instead of answering it. */
  readonly totals: readonly SettlementTotal[];
  /**
   * Why it is not agreed although the issuer's words may be others: `CONTRADICTS` (it agreed beside other figures, or to
   * ones that are no longer this ledger's), `RULES` (nothing was sent: the ledger's own figures do not add up),
   * `LIST_BROKEN`, `REQUEST_TOO_LARGE`, or its code. With AGREED: 006_907, sealed there before.
   */
  readonly code: string | null;
}

/** One entry of a day, its body read. */
export interface DayFact<Kind extends DayKind = DayKind> {
  readonly index: number;
  readonly atMs: number;
  readonly kind: Kind;
  readonly actor: Actor;
  readonly detail: DayDetails[Kind];
}

export interface Said<Detail> {
  readonly index: number;
  readonly atMs: number;
  readonly actor: Actor;
  readonly detail: Detail;
}

/** `wanted`: a person closed it and the issuer has not answered yet ("cannot confirm" once it did not answer). */
export type DayPhase = 'open' | 'wanted' | 'notAgreed' | 'agreed';

export interface DayState {
  readonly date: string;
  readonly phase: DayPhase;
  /** The issuer's list had payments of it that this ledger lost, before anything was said of it here. */
  readonly listed: Said<DayDetails['dayListed']> | null;
  readonly counts: readonly Said<Count>[];
  readonly explained: Said<DayDetails['dayExplained']> | null;
  /** What explained counts put onto the drawer of this day, won. */
  readonly countPostings: number;
  /** What vouchers put onto the two accounts of this day, won. */
  readonly vouchers: DayPosition;
  /** Items of the issuer's list that this ledger lost and a manager took over by a voucher, once each. */
  readonly missingItems: readonly Said<MissingItem>[];
  readonly reconciled: Said<Reconciliation> | null;
  readonly wanted: Said<DayDetails['dayCloseWanted']> | null;
  /** The request that is on disk and has no answer yet. */
  readonly sent: Said<CloseContent> | null;
  /** The last answer, and the request that it is about; content null: refused here, nothing was sent. */
  readonly answered: { readonly content: CloseContent | null; readonly outcome: Said<CloseOutcome> } | null;
  /** The present want had no answer so far, and the last why that was told. */
  readonly unanswered: Said<DayDetails['dayCloseUnanswered']> | null;
  /** Every such why of the present want, oldest first. */
  readonly whys: readonly string[];
  /** The last number used; the next close takes the one after it. */
  readonly closeNo: number;
  readonly rounds: number;
  readonly sealed: Said<DayDetails['daySealed']> | null;
  /** Items that keep the sealed day open by name. */
  readonly named: readonly string[];
  /** Booked by the issuer after the seal. */
  readonly late: readonly string[];
  /** What the day took to `store` of a late one before it moved, by sequence id. */
  readonly swept: Readonly<Record<string, DayPosition>>;
  readonly signed: readonly Said<DayDetails['daySigned']>[];
}

type Draft = { -readonly [Key in keyof DayState]: DayState[Key] };

type Folds = { readonly [Kind in DayKind]: (day: Draft, said: Said<DayDetails[Kind]>) => void };

const FOLDS: Folds = {
  dayListed: (day, said) => {
    day.listed = said;
  },
  dayCounted: (day, said) => {
    day.counts = [...day.counts, said];
    day.explained = null; // it spoke of the count before
  },
  dayExplained: (day, said) => {
    day.explained = said;
    if (day.counts.at(-1)?.detail.mode === 'separate') day.countPostings += said.detail.difference;
  },
  dayReconciled: (day, said) => {
    day.reconciled = said;
  },
  dayCloseWanted: (day, said) => {
    day.wanted = said;
    day.phase = 'wanted';
    day.unanswered = null;
    day.whys = [];
    day.rounds = 0;
  },
  dayCloseSent: (day, said) => {
    day.sent = said;
    day.phase = 'wanted';
    day.closeNo = Math.max(day.closeNo, said.detail.closeNo);
    day.rounds += 1;
  },
  dayCloseAnswered: (day, said) => {
    // Agreed to, and then found to be no longer this ledger's: it is about what the issuer agreed to.
    const agreed = day.phase === 'agreed' ? day.answered?.content : null;
    day.answered = { content: day.sent?.detail ?? agreed ?? null, outcome: said };
    day.sent = null;
    day.unanswered = null;
    day.whys = [];
    day.phase = said.detail.result === 'AGREED' ? 'agreed' : 'notAgreed';
  },
  dayCloseUnanswered: (day, said) => {
    day.unanswered = said;
    day.whys = [...day.whys, said.detail.why];
  },
  daySealed: (day, said) => {
    day.sealed = said;
    day.phase = 'agreed';
    day.named = [...new Set([...day.named, ...said.detail.openItems])];
  },
  dayVoucher: (day, { detail }) => {
    day.vouchers = {
      issuerPayable: day.vouchers.issuerPayable + detail.issuerPayable,
      cashDrawer: day.vouchers.cashDrawer + detail.cashDrawer,
    };
  },
  dayMissingItem: (day, said) => {
    day.missingItems = [...day.missingItems, said];
  },
  dayItemEnded: (day, said) => {
    day.named = day.named.filter((id) => id !== said.detail.sequenceId);
  },
  dayLateBooking: (day, said) => {
    const { sequenceId, swept } = said.detail;
    day.named = [...new Set([...day.named, sequenceId])];
    if (swept !== undefined) day.swept = { ...day.swept, [sequenceId]: swept };
    day.late = [...day.late, sequenceId];
  },
  daySigned: (day, said) => {
    day.signed = [...day.signed, said];
  },
};

function newDay(date: string): DayState {
  return {
    date,
    phase: 'open',
    listed: null,
    counts: [],
    explained: null,
    countPostings: 0,
    vouchers: { issuerPayable: 0, cashDrawer: 0 },
    missingItems: [],
    reconciled: null,
    wanted: null,
    sent: null,
    answered: null,
    unanswered: null,
    whys: [],
    closeNo: 0,
    rounds: 0,
    sealed: null,
    named: [],
    late: [],
    swept: {},
    signed: [],
  };
}

/** The day after these entries, oldest first; `before`: as it was before the first of them. */
export function foldDay(date: string, facts: Iterable<DayFact>, before: DayState | null = null): DayState {
  const day: Draft = { ...(before ?? newDay(date)) };
  for (const { kind, index, atMs, actor, detail } of facts) {
    const fold = FOLDS[kind] as (day: Draft, said: Said<unknown>) => void;
    fold(day, { index, atMs, actor, detail });
  }
  return day;
}

/**
 * What a press on this day names: the journal index of the last thing that people or the issuer's answer did to it. A
 * comparison or a signed report changes nothing that a press is about.
 */
export function versionOf(day: DayState): number {
  const { counts, explained, missingItems, wanted, answered, sealed } = day;
  const said = [counts.at(-1), explained, missingItems.at(-1), wanted, answered?.outcome, sealed];
  return Math.max(0, ...said.map((each) => each?.index ?? 0));
}

/** What still stands before a close by a person; the issuer's word comes after it. */
export type CloseObstacle = 'SEALED' | 'COUNT_NEEDED' | 'REASON_NEEDED' | 'UNDER_WAY';

export function closeObstacle(day: DayState): CloseObstacle | null {
  if (day.sealed !== null) return 'SEALED';
  if (day.phase === 'wanted') return 'UNDER_WAY';
  const count = day.counts.at(-1);
  if (count === undefined) return 'COUNT_NEEDED';
  return count.detail.difference !== 0 && day.explained === null ? 'REASON_NEEDED' : null;
}

import { createHash } from 'node:crypto';
import type { Intent, IntentTimes, IntentType } from './model.ts';
import { DEFAULT_TIMES } from './rules.ts';

/** Limits of one day, counted in admitted scans that moved or may still move money. null: no limit. */
export interface DayLimit {
  readonly count: number | null;
  readonly sum: number | null;
}

/** Which amounts of one type are accepted, in won. */
export interface AmountRule {
  readonly minimum: number;
  readonly maximum: number;
  /** The amount must be a multiple of it. */
  readonly unit: number;
  /** Above it a manager's PIN is needed before the cash. null: never. */
  readonly managerAbove: number | null;
  readonly cardDay: DayLimit;
  readonly terminalDay: DayLimit;
}

/**
 * Exposure limits of charges that are credited later: all of them, then small ones only, then none; the refusal says
 * which limit it was.
 */
export interface LaterRule {
  readonly enabled: boolean;
  readonly each: number;
  readonly sum: number;
  readonly count: number;
  /** The oldest one still unsent or unknown may be this old. */
  readonly ageMs: number;
  /** Open ones of one card. Absent or null: no limit of its own. */
  readonly perCard?: number | null;
  /** From this open sum on only charges up to `each` are taken. Absent or null: all up to the full sum. */
  readonly smallOnly?: { readonly fromSum: number; readonly each: number } | null;
}

/** Caps on open reversals: beyond one of them the issuer counts as slow and no new intent is opened. */
export interface ReversalRule {
  readonly count: number;
  readonly sum: number;
  /**
   * Share of those reversed by what the issuer did among the recent intents, 0 to 1, judged from `rateMinimum` intents on,
   * which is no more than RECENT_MAX.
   */
  readonly rate: number;
  readonly rateMinimum: number;
}

/** So many recent intents are kept for the rate of reversals. */
export const RECENT_MAX = 50;

/** What the store allows. Everything that a scan may be refused for is here, nothing in code. */
export interface Policy {
  readonly amounts: Readonly<Record<IntentType, AmountRule>>;
  /** The store's own switches; the issuer's come in the context. */
  readonly enabled: Readonly<Record<IntentType, boolean>>;
  /** Accepted beginnings of the card number; empty: all. */
  readonly cardPrefixes: readonly string[];
  /** Luhn check of the card number. */
  readonly cardCheck: 'off' | 'warn' | 'reject';
  /**
   * A payout may not exceed this program's cash plus this float, less what others were promised or may get back. null: the
   * drawer sets no limit.
   */
  readonly drawerFloat: number | null;
  readonly later: LaterRule;
  readonly reversals: ReversalRule;
  readonly times: IntentTimes;
}

const NO_DAY_LIMIT: DayLimit = { count: null, sum: null };

export const DEFAULT_POLICY: Policy = {
  amounts: {
    CHARGE: {
      minimum: 1_000,
      maximum: 500_000,
      unit: 1_000,
      managerAbove: 200_000,
      cardDay: NO_DAY_LIMIT,
      terminalDay: NO_DAY_LIMIT,
    },
    REFUND: {
      minimum: 1_000,
      maximum: 300_000,
      unit: 1_000,
      managerAbove: 100_000,
      cardDay: NO_DAY_LIMIT,
      terminalDay: NO_DAY_LIMIT,
    },
  },
  enabled: { CHARGE: true, REFUND: true },
  cardPrefixes: [],
  cardCheck: 'off',
  drawerFloat: null,
  later: {
    enabled: true,
    each: 50_000,
    sum: 300_000,
    count: 20,
    ageMs: 24 * 3_600_000,
    perCard: null,
    smallOnly: null,
  },
  reversals: { count: 5, sum: 500_000, rate: 0.3, rateMinimum: 10 },
  times: DEFAULT_TIMES,
};

/** What the barcode said, as far as the policy needs it. The card number is looked at and kept nowhere. */
export interface AdmitSpec {
  readonly type: IntentType;
  readonly amount: number;
  readonly cardNumber: string;
}

/** What the ledger knows about a scan (its `ScanFacts`). */
export interface AdmitFacts {
  /** The intent of the same barcode: open ones always, ended ones inside their window. */
  readonly same: Intent | null;
  /** An intent of the same card in `unknown` or `reversing`. */
  readonly cardBusy: Intent | null;
  readonly openReversals: {
    readonly count: number;
    readonly sum: number;
    readonly oldestAtMs: number | null;
  };
  readonly deferredOpen: { readonly count: number; readonly sum: number; readonly oldestAtMs: number | null };
  /** Open deferred charges of this card. */
  readonly deferredOfCard?: number;
  readonly drawer: number;
  /** Sums and counts of this card today, by keyed hash. */
  readonly cardToday: Readonly<Record<IntentType, { readonly count: number; readonly sum: number }>>;
  readonly terminalToday: Readonly<Record<IntentType, { readonly count: number; readonly sum: number }>>;
}

/** What the terminal knows of the moment. */
export interface AdmitContext {
  /** Wall clock, UTC ms: ages only. */
  readonly wallMs: number;
  readonly stationId: string;
  /** `paused`: the line is up, and a manager has stopped approvals. */
  readonly line: 'online' | 'down' | 'paused';
  /** Confirmed since boot by server or NTP, and not before the last journal entry. */
  readonly clockConfirmed: boolean;
  /** A call was answered since the agent started. */
  readonly answeredSinceStart: boolean;
  /** The issuer's switches (hello). */
  readonly issuerEnabled: Readonly<Record<IntentType, boolean>>;
  /** Won in the drawer that other customers may still walk out with. */
  readonly spokenFor: number;
  /** Recent intents with an outcome, and how many of them were reversed. */
  readonly recent: { readonly outcomes: number; readonly reversed: number };
}

/** Why a scan opened nothing (screens 1.6). */
export type RefusalCause =
  | 'DUP_OPEN'
  | 'DUP_OTHER'
  | 'DUP_DONE'
  | 'DUP_NEW'
  | 'TYPE_OFF'
  | 'CARD_PREFIX'
  | 'CARD_CHECK'
  | 'MIN_AMOUNT'
  | 'MAX_AMOUNT'
  | 'AMOUNT_UNIT'
  | 'PAYOUT_LIMIT'
  | 'CARD_DAY_LIMIT'
  | 'TERMINAL_DAY_LIMIT'
  | 'CARD_BUSY'
  | 'REVERSALS_COUNT'
  | 'REVERSALS_SUM'
  | 'REVERSAL_RATE'
  | LaterCause;

/** Why a charge cannot be credited later. */
export type LaterCause =
  | 'LINE_DOWN'
  | 'PAUSED'
  | 'LATER_EACH'
  | 'LATER_SUM'
  | 'LATER_COUNT'
  | 'LATER_CARD'
  | 'LATER_AGE'
  | 'CLOCK_UNSURE'
  | 'NOT_ONLINE_YET';

export type Values = Readonly<Record<string, string | number>>;

export type Admission =
  | {
      readonly ok: true;
      readonly managerNeeded: boolean;
      /** The line is known to be down, or paused: ask "credit later?" before the cash (LATER-ASK). */
      readonly askLater: boolean;
      /** The number does not add up, and the policy only warns. */
      readonly cardWarning: boolean;
    }
  | { readonly ok: false; readonly cause: RefusalCause; readonly values: Values };

export type LaterAnswer =
  | { readonly ok: true }
  | { readonly ok: false; readonly cause: LaterCause; readonly values: Values };

type Refused<C> = { readonly ok: false; readonly cause: C; readonly values: Values };

function refuse<C extends RefusalCause>(cause: C, values: Values = {}): Refused<C> {
  return { ok: false, cause, values };
}

/** Luhn (mod 10) over a string of digits. */
export function luhnHolds(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - place) - 48;
    const doubled = place % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/**
 * Whether this barcode was already used here (intent-rules 5): an open intent always, an ended one while the ledger
 * still returns it. `closed` never blocks a rescan. null: a new intent may be opened.
 */
export function duplicateOf(same: Intent | null, stationId: string): Refused<RefusalCause> | null {
  if (same === null) return null;
  const values = {
    scannedAtMs: same.scannedAtMs,
    amount: same.amount,
    host: same.host,
    stationId: same.stationId,
  };
  if (same.host === 'closed') return null; // nothing was sent, whatever its cash still waits for
  const isOver = same.question === null && same.cash !== 'return_due' && same.cash !== 'payout_due';
  if (isOver && same.host === 'approved') return refuse('DUP_DONE', values);
  const isRefused = same.host === 'declined' || same.host === 'reversed' || same.host === 'voided';
  if (isOver && isRefused) return refuse('DUP_NEW', values);
  return refuse(same.stationId === stationId ? 'DUP_OPEN' : 'DUP_OTHER', values);
}

/**
 * Whether one more charge of this amount may be credited later now (intent-rules 4, Deferred): inside the exposure
 * limits, with a clock confirmed since boot, after the first answered call since start.
 */
export function mayDefer(
  amount: number,
  facts: Pick<AdmitFacts, 'deferredOpen' | 'deferredOfCard'>,
  context: Pick<AdmitContext, 'line' | 'wallMs' | 'clockConfirmed' | 'answeredSinceStart'>,
  policy: Pick<Policy, 'later'>,
): LaterAnswer {
  const answer = laterFault(amount, facts, context, policy);
  return answer.ok ? answer : told(answer, context);
}

/** The store's own pause is told as such: neither it nor a limit under it is a line that is down. */
function told(
  { cause, values }: Refused<LaterCause>,
  { line }: Pick<AdmitContext, 'line'>,
): Refused<LaterCause> {
  if (line !== 'paused') return refuse(cause, values);
  return refuse(cause === 'LINE_DOWN' ? 'PAUSED' : cause, { ...values, paused: 1 });
}

function laterFault(
  amount: number,
  facts: Pick<AdmitFacts, 'deferredOpen' | 'deferredOfCard'>,
  context: Pick<AdmitContext, 'wallMs' | 'clockConfirmed' | 'answeredSinceStart'>,
  { later }: Pick<Policy, 'later'>,
): LaterAnswer {
  const open = facts.deferredOpen;
  if (!later.enabled) return refuse('LINE_DOWN', { type: 'CHARGE' });
  if (!context.answeredSinceStart) return refuse('NOT_ONLINE_YET');
  if (!context.clockConfirmed) return refuse('CLOCK_UNSURE');
  const { smallOnly = null, perCard = null } = later;
  const isDegraded = smallOnly !== null && open.sum >= smallOnly.fromSum;
  const each = isDegraded ? Math.min(later.each, smallOnly.each) : later.each;
  if (amount > each) return refuse('LATER_EACH', { limit: each });
  if (open.sum + amount > later.sum) return refuse('LATER_SUM', { limit: later.sum, sum: open.sum });
  if (open.count + 1 > later.count) return refuse('LATER_COUNT', { limit: later.count, count: open.count });
  if (open.oldestAtMs !== null && context.wallMs - open.oldestAtMs > later.ageMs) {
    return refuse('LATER_AGE', { limitMs: later.ageMs, oldestAtMs: open.oldestAtMs });
  }
  // Last: whom this stops may send another customer, whom none of the limits above may stop then.
  const ofCard = facts.deferredOfCard ?? 0;
  if (perCard !== null && ofCard + 1 > perCard)
    return refuse('LATER_CARD', { limit: perCard, count: ofCard });
  return { ok: true };
}

function cardFault(spec: AdmitSpec, policy: Policy): Refused<RefusalCause> | null {
  const { cardPrefixes } = policy;
  const isOurs =
    cardPrefixes.length === 0 || cardPrefixes.some((prefix) => spec.cardNumber.startsWith(prefix));
  if (!isOurs) return refuse('CARD_PREFIX');
  if (policy.cardCheck === 'reject' && !luhnHolds(spec.cardNumber)) return refuse('CARD_CHECK');
  return null;
}

/** Both may switch a type off; the sentence must not blame the issuer for what the store chose. */
function typeFault(spec: AdmitSpec, context: AdmitContext, policy: Policy): Refused<RefusalCause> | null {
  const { type } = spec;
  if (!policy.enabled[type]) return refuse('TYPE_OFF', { type, by: 'store' });
  return context.issuerEnabled[type] ? null : refuse('TYPE_OFF', { type, by: 'issuer' });
}

function amountFault(
  spec: AdmitSpec,
  facts: AdmitFacts,
  context: AdmitContext,
  policy: Policy,
): Refused<RefusalCause> | null {
  const rule = policy.amounts[spec.type];
  const values = { amount: spec.amount };
  if (spec.amount < rule.minimum) return refuse('MIN_AMOUNT', { ...values, limit: rule.minimum });
  if (spec.amount > rule.maximum) return refuse('MAX_AMOUNT', { ...values, limit: rule.maximum });
  if (rule.unit > 0 && spec.amount % rule.unit !== 0)
    return refuse('AMOUNT_UNIT', { ...values, limit: rule.unit });
  if (spec.type === 'REFUND' && policy.drawerFloat !== null) {
    const possible = Math.max(0, facts.drawer + policy.drawerFloat - context.spokenFor);
    if (spec.amount > possible) return refuse('PAYOUT_LIMIT', { ...values, limit: possible });
  }
  return null;
}

function dayFault(spec: AdmitSpec, facts: AdmitFacts, policy: Policy): Refused<RefusalCause> | null {
  const rule = policy.amounts[spec.type];
  const isOver = (limit: DayLimit, today: { count: number; sum: number }): boolean =>
    (limit.count !== null && today.count + 1 > limit.count) ||
    (limit.sum !== null && today.sum + spec.amount > limit.sum);
  const values = (limit: DayLimit): Values => ({
    amount: spec.amount,
    ...(limit.count === null ? {} : { count: limit.count }),
    ...(limit.sum === null ? {} : { limit: limit.sum }),
  });
  if (isOver(rule.cardDay, facts.cardToday[spec.type])) return refuse('CARD_DAY_LIMIT', values(rule.cardDay));
  if (isOver(rule.terminalDay, facts.terminalToday[spec.type])) {
    return refuse('TERMINAL_DAY_LIMIT', values(rule.terminalDay));
  }
  return null;
}

function reversalFault(
  facts: AdmitFacts,
  context: AdmitContext,
  policy: Policy,
): Refused<RefusalCause> | null {
  const rule = policy.reversals;
  const open = facts.openReversals;
  const values: Values = {
    count: open.count,
    sum: open.sum,
    ...(open.oldestAtMs === null ? {} : { oldestAtMs: open.oldestAtMs }),
  };
  if (open.count >= rule.count) return refuse('REVERSALS_COUNT', values);
  if (open.sum >= rule.sum) return refuse('REVERSALS_SUM', values);
  const { outcomes, reversed } = context.recent;
  if (outcomes >= rule.rateMinimum && reversed > rule.rate * outcomes) return refuse('REVERSAL_RATE', values);
  return null;
}

/**
 * Whether a well-formed scan may become an intent. Pure; the first refusal in the order of screens 1.6 is the answer.
 * Nothing was opened when it refuses, so the cash stays where it is.
 */
export function admit(spec: AdmitSpec, facts: AdmitFacts, context: AdmitContext, policy: Policy): Admission {
  const fault =
    duplicateOf(facts.same, context.stationId) ??
    cardFault(spec, policy) ??
    typeFault(spec, context, policy) ??
    amountFault(spec, facts, context, policy) ??
    dayFault(spec, facts, policy) ??
    (facts.cardBusy === null ? null : refuse('CARD_BUSY', { scannedAtMs: facts.cardBusy.scannedAtMs })) ??
    reversalFault(facts, context, policy);
  if (fault !== null) return fault;
  const mustWait = context.line !== 'online';
  if (mustWait && spec.type === 'REFUND') return told(refuse('LINE_DOWN', { type: spec.type }), context);
  if (mustWait) {
    const later = mayDefer(spec.amount, facts, context, policy);
    if (!later.ok) return later;
  }
  const { managerAbove } = policy.amounts[spec.type];
  return {
    ok: true,
    managerNeeded: managerAbove !== null && spec.amount > managerAbove,
    askLater: mustWait,
    cardWarning: policy.cardCheck === 'warn' && !luhnHolds(spec.cardNumber),
  };
}

/** What a manager's decision asks for where the store says nothing else; no part of the policy. */
export const DEFAULT_DECISIONS = {
  /** Won: over more than this it needs the PIN again. */
  pinAbove: 50_000,
  /** So long after its scan a return that nobody came for may be written off. */
  unclaimedAfterMs: 14 * 86_400_000,
} as const;

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

/** SHA-256, hex, of the policy as JSON with sorted keys: every decision names the policy it was taken under. */
export function policyHash(policy: Policy): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(policy)))
    .digest('hex');
}

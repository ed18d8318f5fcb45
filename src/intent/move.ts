import { silencesAdvice } from './advice.ts';
import type { CaseReason, Cash, Host, Intent, IntentTimes, IntentType, NetCancelReason } from './model.ts';
import { questionFor } from './questions.ts';
import type { DecideContext } from './rules.ts';
import { isOpenReversal, isReturnDue } from './state.ts';

/** The fields of an intent that one decision changes. */
export type Changes = Partial<{ -readonly [Field in keyof Intent]: Intent[Field] }>;

const NOT_KEPT: readonly Host[] = ['declined', 'reversing', 'reversed', 'voided', 'closed'];

/**
 * Where the cash stands once the host has moved. The drawer keeps what it holds; only what is owed changes: a charge
 * that will not be credited owes its cash back, an approved withdrawal owes its payout, an undone one owes nothing.
 */
export function cashUnder(type: IntentType, host: Host, cash: Cash): Cash {
  if (type === 'CHARGE') return cash === 'received' && NOT_KEPT.includes(host) ? 'return_due' : cash;
  if (host === 'approved') return cash === 'none' ? 'payout_due' : cash;
  return cash === 'payout_due' ? 'none' : cash;
}

/** Moves the host axis; the cash axis follows, waits of the former state end. */
export function moveHost(intent: Intent, host: Host, context: DecideContext): Changes {
  const { monoMs } = context.now;
  const changes: Changes = {
    host,
    hostVersion: intent.hostVersion + 1,
    cash: cashUnder(intent.type, host, intent.cash),
    notBeforeMs: monoMs,
    quietSinceMs: null,
    notSent: false,
    laterChosen: false,
  };
  if (host !== 'sending' && host !== 'unknown') {
    changes.firstSendMs = null;
    changes.deadlineMs = null;
  }
  if (intent.host === 'sending' && host === 'unknown' && intent.deferred) {
    changes.notBeforeMs = monoMs + backoffMs(intent, context); // the same id again, no sooner
  } else if (host !== 'sending') {
    changes.misses = 0;
  }
  return changes;
}

/** To `reversing`: from here the net cancel is owed until it is acknowledged, whatever comes. */
export function reverse(intent: Intent, reason: NetCancelReason, context: DecideContext): Changes {
  return {
    ...moveHost(intent, 'reversing', context),
    netCancelReason: reason,
    reversingAtMs: context.now.wallMs,
    ...(intent.overdue === true ? { overdue: false } : {}),
  };
}

export function withCase(intent: Intent, changes: Changes, reason: CaseReason): Changes {
  const cases = changes.cases ?? intent.cases;
  return cases.includes(reason) ? changes : { ...changes, cases: [...cases, reason] };
}

/** Uniform in [0, 1) out of the sequence id, whose 80 random bits differ on every terminal, and the version. */
function spread(intent: Intent): number {
  let hash = 2_166_136_261 ^ intent.version;
  for (let place = 0; place < intent.sequenceId.length; place += 1) {
    hash = Math.imul(hash ^ intent.sequenceId.charCodeAt(place), 16_777_619);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_507);
  return ((hash ^ (hash >>> 13)) >>> 0) / 4_294_967_296;
}

/** How long the next repeat waits: full jitter over an exponentially growing, bounded span. */
export function backoffMs(intent: Intent, context: DecideContext): number {
  const { retryBaseMs, retryMaxMs } = context.times;
  const exponent = Math.min(intent.misses ?? 0, 30);
  const fraction = context.fraction ?? spread(intent);
  return Math.floor(fraction * Math.min(retryMaxMs, retryBaseMs * 2 ** exponent));
}

/** What the store bears is asked for so rarely: nothing but another issuer, or another past of it, takes it after all. */
export const BORNE_WAIT_MS = 3_600_000;

/** The wait between two inquiries: steady while a customer waits for the result, growing while a question is open. */
export function inquiryWaitMs(intent: Intent, times: IntentTimes): number {
  if (intent.question === null) return times.inquiryMs;
  const grown = times.inquiryMs * 2 ** Math.min(intent.misses ?? 0, 30);
  return Math.max(times.inquiryMs, Math.min(times.retryMaxMs, grown));
}

/** True while a person owes an act or an answer for this intent. */
export function owesPerson(intent: Pick<Intent, 'cash' | 'question' | 'vouchers'>): boolean {
  return intent.question !== null || isReturnDue(intent) || intent.cash === 'payout_due';
}

/** Something is still to be had from the issuer: a credit or its refusal, or the end of a reversal. */
function isAwaited(intent: Intent): boolean {
  return ['unsent', 'sending', 'unknown'].includes(intent.host) || isOpenReversal(intent);
}

function caseIsOver(reason: CaseReason, after: Intent): boolean {
  switch (reason) {
    case 'LEFT_AT_COUNTER':
      return !owesPerson(after) && !['unsent', 'sending', 'unknown', 'voiding'].includes(after.host);
    case 'VOID_LATE':
      return after.host === 'voided'; // refused: the manager learns that the charge stands
    case 'NET_CANCEL_REFUSED':
      return after.host === 'reversed';
    case 'NOT_PROCESSED':
      return !['unsent', 'sending', 'unknown'].includes(after.host);
    case 'OVERDUE':
      return after.overdue !== true || !isAwaited(after);
    case 'PAID_WITHOUT_APPROVAL':
      return after.cash === 'paid_out';
    default:
      return false; // a manager closes it: seen
  }
}

function settleCases(intent: Intent, after: Intent): readonly CaseReason[] {
  const cases = after.cases.filter((reason) => !caseIsOver(reason, after));
  const isNewDuty =
    intent.host !== after.host || intent.cash !== after.cash || intent.question !== after.question;
  // The last case that a manager saw stood in its place: the question would be on nobody's list.
  const isLaidBare = intent.cases.length > 0 && after.question !== null;
  const isLeftOpen = after.left && owesPerson(after) && cases.length === 0;
  if (isLeftOpen && (isNewDuty || isLaidBare)) cases.push('LEFT_AT_COUNTER');
  return cases.length === after.cases.length && cases.every((reason) => after.cases.includes(reason))
    ? after.cases
    : cases;
}

/**
 * A payout that a case puts in doubt is not told to a cashier. Who said "paid" before the approval is asked again
 * instead of being told to pay; what the issuer takes back is the manager's.
 */
function doubtPayout(intent: Intent, after: Intent): Changes | null {
  if (after.cash !== 'payout_due' || after.question !== null) return null;
  const isNewDuty = intent.cash !== 'payout_due';
  if (isNewDuty && after.cases.includes('PAID_WITHOUT_APPROVAL')) return { question: 'RE_OUT' };
  return after.cases.some(silencesAdvice) ? { left: true } : null;
}

/**
 * The sentence that a page showed still holds: the slip of a deferred charge, and "pay nothing" or "given back" while the
 * reversal behind it gets through.
 */
function keepsSentence(before: Intent, after: Intent): boolean {
  if (before.deferred && after.deferred) return true;
  const isThrough = before.host === 'reversing' && after.host === 'reversed';
  return isThrough && after.cash === before.cash && after.question === before.question;
}

/**
 * What follows from every change, whoever made it: the open question is the one of the new state, a new sentence is not
 * yet acknowledged, the clock of the state starts, cases that are over close. Leaves out what did not change.
 */
export function finish(intent: Intent, changes: Changes, context: DecideContext): Changes {
  const moved: Intent = { ...intent, ...changes };
  const doubt = doubtPayout(intent, moved);
  const settled: Changes = { ...changes, ...doubt };
  const isAsked = intent.question !== null && settled.question === undefined;
  if (isAsked) settled.question = questionFor(moved);
  const after: Intent = doubt === null && !isAsked ? moved : { ...moved, ...settled };
  const isNewSentence =
    after.host !== intent.host ||
    after.cash !== intent.cash ||
    after.question !== intent.question ||
    after.choosing !== intent.choosing;
  if (isNewSentence) {
    settled.enteredMs ??= context.now.monoMs;
    settled.acknowledged ??= intent.acknowledged && keepsSentence(intent, after);
  }
  settled.cases = settleCases(intent, after);
  const changed: Record<string, unknown> = {};
  for (const field of Object.keys(settled) as (keyof Intent)[]) {
    if (settled[field] !== intent[field]) changed[field] = settled[field];
  }
  return changed;
}

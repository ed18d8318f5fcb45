/** The starred rules of intent-rules.md, each of which the explorer can take out to see what it is good for. */

import type { Advice } from '../../../../src/intent/advice.ts';
import { adviceOf } from '../../../../src/intent/advice.ts';
import { decide } from '../../../../src/intent/decide.ts';
import { openVoid } from '../../../../src/intent/external.ts';
import type { Decision, Intent, IntentEvent } from '../../../../src/intent/model.ts';
import type { DecideContext } from '../../../../src/intent/rules.ts';

export const STARRED_RULES = {
  unsentMeansNoByte: 'unsent = no byte of any attempt has left',
  reversingIsSticky: 'reversing only ever becomes reversed',
  voidIsNeverDenied: 'a void has an id per attempt, and an inquiry may confirm it, never deny it',
  notProcessedIsNoDecline: 'not processed speaks for one copy of the request only',
  ambiguousIsNoDecline: 'whatever is not listed is ambiguous',
  answersAreStored: 'an approval or a decline is stored with the id and given again for ever',
  staleInquiriesCountNothing: 'an inquiry counts only if the host has not moved since it was sent',
  stopAsksForTheCash: 'a charge that ends unconfirmed asks "was the cash taken?"',
  cashStaysUntilTheDeadline: 'until the deadline the cash stays where it is',
  netCancelLeavesTombstone: 'a net cancel leaves a tombstone',
  netCancelSucceedsWhenSpent: 'a net cancel succeeds also when the balance is spent',
  restartAsks: 'after a restart the cash is asked for before anything is sent',
  unacknowledgedKeepsTheDayOpen: 'an approval whose sentence nobody saw keeps its day open',
} as const;

/** Rules that the exploration itself asked for; the text of section 4 implies the first two. */
export const FOUND_RULES = {
  deferredReturnIsAsked: 'a restart asks about a deferred charge whose cash is due back, slip or not',
  unseenPayNothingIsAsked: 'a restart asks about a withdrawal whose last sentence nobody saw',
  paidEarlyIsAskedAgain: 'an approval of what was said to be paid asks, it does not say "pay out"',
  voidIsProvenAgain: 'a void whose proof died with the run can be proven again under its id',
} as const;

export type Rule = keyof typeof STARRED_RULES | keyof typeof FOUND_RULES;
export type RulesOut = ReadonlySet<Rule>;

type Decide = (intent: Intent, event: IntentEvent, context: DecideContext) => Decision;

/** Without one rule an event is taken for another. */
function mistaken(intent: Intent, event: IntentEvent, out: RulesOut): IntentEvent {
  if (event.kind === 'notProcessed' && out.has('notProcessedIsNoDecline')) {
    return { kind: 'declined', code: event.code, businessDate: null };
  }
  if (event.kind === 'ambiguous' && out.has('ambiguousIsNoDecline')) {
    return { kind: 'declined', code: '006_021', businessDate: null };
  }
  if (event.kind === 'inquiry' && out.has('staleInquiriesCountNothing')) {
    return { ...event, sentUnder: intent.hostVersion };
  }
  const attempt = intent.host === 'voiding' ? openVoid(intent) : null;
  if (event.kind === 'inquiry' && attempt !== null && out.has('voidIsNeverDenied')) {
    // "It stands as completed" is taken for a refusal of the attempt that may still arrive.
    if (event.result === 'COMPLETED')
      return { kind: 'voidRefused', cancelId: attempt.cancelId, code: '007_030' };
  }
  return event;
}

function withSet(decision: Decision, change: (set: Partial<Intent>) => Partial<Intent>): Decision {
  if (!decision.ok) return decision;
  return { ok: true, record: { ...decision.record, set: change(decision.record.set) } };
}

function withoutQuestion(set: Partial<Intent>): Partial<Intent> {
  const { question: _question, ...rest } = set;
  return rest;
}

/** A late approval while reversing is believed. */
function believeLateApproval(intent: Intent, event: IntentEvent, context: DecideContext): Decision {
  const cash = intent.type === 'CHARGE' ? 'received' : 'none';
  const decision = decide({ ...intent, host: 'unknown', cash }, event, context);
  return withSet(decision, (set) => (intent.type === 'CHARGE' ? { ...set, cash } : set));
}

/** Which restart question is not asked. */
function isUnasked(intent: Intent, out: RulesOut): boolean {
  if (out.has('restartAsks')) return true;
  const isDeferredReturn = intent.deferred && intent.acknowledged && intent.cash === 'return_due';
  if (isDeferredReturn && out.has('deferredReturnIsAsked')) return true;
  const isUnseen =
    intent.type === 'REFUND' && ['declined', 'reversing', 'reversed', 'closed'].includes(intent.host);
  return isUnseen && out.has('unseenPayNothingIsAsked');
}

/** The real `decide` with some rules taken out; with none out it is `decide` itself. */
export function decideWithout(out: RulesOut): Decide {
  if (out.size === 0) return decide;
  return (intent, given, context) => {
    const event = mistaken(intent, given, out);
    const isLate = intent.host === 'reversing' && event.kind === 'approved' && intent.cash !== 'returned';
    if (isLate && out.has('reversingIsSticky')) return believeLateApproval(intent, event, context);
    if (event.kind === 'nothingLeft' && out.has('unsentMeansNoByte')) {
      return decide({ ...intent, sends: Math.min(intent.sends, 1) }, event, context);
    }
    const decision = decide(intent, event, context);
    const isEnd = event.kind === 'stop' || event.kind === 'expire';
    if (isEnd && out.has('stopAsksForTheCash')) return withSet(decision, withoutQuestion);
    if (event.kind === 'void' && intent.host === 'voiding' && out.has('voidIsProvenAgain')) {
      return { ok: false, refusal: 'NOT_IN_THIS_STATE' };
    }
    const isPaidEarly = intent.cases.includes('PAID_WITHOUT_APPROVAL');
    if (isPaidEarly && intent.question === null && out.has('paidEarlyIsAskedAgain')) {
      return withSet(decision, withoutQuestion);
    }
    if (event.kind === 'restart' && isUnasked(intent, out)) {
      return withSet(decision, (set) => ({ ...withoutQuestion(set), deadlineMs: context.times.deadlineMs }));
    }
    return decision;
  };
}

/** What the page says; without the waiting rule it gives the cash back as soon as the line is silent. */
export function adviceWithout(out: RulesOut): (intent: Intent) => Advice {
  if (out.has('paidEarlyIsAskedAgain')) return (intent) => adviceOf({ ...intent, cases: [] });
  if (!out.has('cashStaysUntilTheDeadline')) return adviceOf;
  return (intent) => {
    const isWaiting = intent.host === 'unknown' && intent.question === null && !intent.deferred;
    return isWaiting && intent.cash === 'received' ? 'giveBack' : adviceOf(intent);
  };
}

import type { CaseReason, Intent } from './model.ts';

/** What a page tells people to do with this payment's cash; every face of screens 1.3 gives exactly one of these. */
export type Advice =
  | 'take' // take the amount, then [Received]
  | 'hold' // nothing moves yet: wait, choose, confirm; cash taken stays in the drawer
  | 'keep' // the charge stands, or is owed and will be credited: the cash stays for good
  | 'giveBack' // hand the amount back, then [Given back]
  | 'payOut' // count the amount out, then [Paid out]
  | 'payNothing' // no withdrawal: the cash stays
  | 'done' // ended, nothing to do
  | 'question' // where is the cash? (after a restart, after Stop)
  | 'manager'; // a case: the manager decides

/** Cases in which the state alone no longer says where the cash belongs; what is owed to the customer stays owed. */
const SILENT: readonly CaseReason[] = [
  'PAID_WITHOUT_APPROVAL',
  'ISSUER_CONTRADICTS',
  'REVERSED_ELSEWHERE',
  'APPROVED_NEVER_SENT',
  'VOID_CONFLICT',
  'CONTENT_CONFLICT',
  'RECOVERING',
];

/** The case is about where this cash belongs: the page may no longer tell a cashier to hand it out. */
export function silencesAdvice(reason: CaseReason): boolean {
  return SILENT.includes(reason);
}

function isSilenced(intent: Intent): boolean {
  return intent.cash !== 'return_due' && intent.cases.some(silencesAdvice);
}

function chargeAdvice(intent: Intent): Advice {
  switch (intent.cash) {
    case 'none':
      if (intent.host === 'closed') return 'done';
      return intent.choosing || intent.managerNeeded ? 'hold' : 'take';
    case 'received':
      return intent.host === 'approved' || intent.deferred ? 'keep' : 'hold';
    case 'return_due':
      return 'giveBack';
    default:
      return 'done';
  }
}

function refundAdvice(intent: Intent): Advice {
  if (intent.cash === 'payout_due') return 'payOut';
  if (intent.cash === 'paid_out') return 'done';
  const isOpen = intent.host === 'unsent' || intent.host === 'sending' || intent.host === 'unknown';
  return isOpen ? 'hold' : 'payNothing';
}

/** A payout that a case puts in doubt: no cashier's screen may say "pay out", the manager decides. */
export function isDoubtedPayout(intent: Intent): boolean {
  return intent.question === null && intent.cash === 'payout_due' && isSilenced(intent);
}

/** The one thing to do with the cash in this state. Total over all legal states. */
export function adviceOf(intent: Intent): Advice {
  if (intent.question !== null) return 'question';
  if (isSilenced(intent)) return 'manager';
  return intent.type === 'CHARGE' ? chargeAdvice(intent) : refundAdvice(intent);
}

/** What may never be: wrong ends, wrong sentences, cases without a cause, cash that moved twice. */
import { position } from '../../../../src/intent/positions.ts';
import type { Known } from './intents.ts';
import type { World } from './world.ts';
import { itemOf, notesOf } from './world.ts';

const EXPECTED_NOTES = {
  none: 0,
  received: 1,
  return_due: 1,
  returned: 0,
  payout_due: 0,
  paid_out: -1,
} as const;

/** With an honest issuer and one terminal these never open; each would make a manager doubt what is right. */
const WITHOUT_CAUSE = [
  'LATE_APPROVAL',
  'ISSUER_CONTRADICTS',
  'APPROVED_NEVER_SENT',
  'REVERSED_ELSEWHERE',
  'CONTENT_CONFLICT',
  'NET_CANCEL_REFUSED',
  'VOID_CONFLICT',
] as const;

/** "Paid" was said of a withdrawal that is not approved: the one loss that people, not rules, can cause; a voucher's. */
function isPaidEarly(known: Known): boolean {
  return known.intent.cases.includes('PAID_WITHOUT_APPROVAL');
}

function wrongNotes(world: World, known: Known): string | null {
  const notes = notesOf(world);
  const isCharge = known.intent.type === 'CHARGE';
  const isPossible = isCharge ? notes === 0 || notes === 1 : notes === 0 || notes === -1;
  return isPossible ? null : `the cash of one payment moved twice (${notes})`;
}

function wrongEnd(world: World, known: Known): string | null {
  if (!known.isEnded || world.isDown === 1 || isPaidEarly(known)) return null;
  const { intent } = known;
  const isBooked = itemOf(world) === 'approved';
  const isMoved = intent.cash === 'received' || intent.cash === 'paid_out';
  if (isBooked !== isMoved) return `ended ${intent.host}/${intent.cash}, the issuer has it ${itemOf(world)}`;
  if (notesOf(world) !== EXPECTED_NOTES[intent.cash]) {
    return `ended ${intent.host}/${intent.cash}, the notes moved ${notesOf(world)} times`;
  }
  const held = position(intent.type, intent.host, intent.cash, intent.deferred, intent.amount);
  if ((held.cash_drawer ?? 0) !== notesOf(world) * intent.amount) return 'the books show other cash';
  return null;
}

/** The sentence of the present state, read by somebody who knows what the issuer has. */
function wrongAdvice(world: World, known: Known): string | null {
  const isApproved = itemOf(world) === 'approved';
  const { advice, intent } = known;
  const isUndone = intent.host === 'reversing';
  switch (advice) {
    case 'take':
      return world.approveSent === 1 ? 'told to take cash for what was sent before' : null;
    case 'payOut':
      return isApproved ? null : 'told to pay out what the issuer does not approve';
    case 'giveBack':
      return isApproved && !isUndone ? 'told to give back what the issuer keeps approved' : null;
    case 'payNothing':
      return isApproved && !isUndone ? 'told to pay nothing for what the issuer keeps approved' : null;
    case 'hold':
      return known.isEnded ? 'told to wait for what has ended' : null;
    case 'done':
      return known.isEnded || intent.cash === 'returned'
        ? null
        : 'told that all is done while something is owed';
    case 'question':
      return intent.question === null ? 'asked what no question asks' : null;
    case 'manager':
      return intent.cases.length === 0 ? 'sent to a manager who has no case' : null;
    case 'keep':
      return intent.host === 'approved' && !isApproved ? 'told to keep cash that was not charged' : null;
    default:
      return null;
  }
}

/** What costs somebody money, whatever was shown on the way. */
export function lossIn(world: World, known: Known): string | null {
  return wrongNotes(world, known) ?? wrongEnd(world, known);
}

/** The first thing that is wrong with a state, in words; null when all is well. */
export function wrongIn(world: World, known: Known): string | null {
  const needless = known.intent.cases.find((reason) => WITHOUT_CAUSE.some((other) => other === reason));
  if (needless !== undefined) return `a case without a cause: ${needless}`;
  return lossIn(world, known) ?? wrongAdvice(world, known);
}

/**
 * The screens once more, as the tables of screens 1.3 to 1.7 and intent-rules 3 and 4 have them: which face may stand for
 * which state, which keys it has, what a key does. Nothing here asks the program what it means.
 */
import type { CaseReason, Intent, Question } from '../../src/intent/model.ts';
import type { TillLedger } from '../../src/ledger/types.ts';
import type { Face, FaceId, KeyId, Snapshot } from '../../src/station/snapshot.ts';
import type { Violation } from './check.ts';

/** Screens 1.3, with what 1.4 says besides: EXPIRED for `closed`, and LATER-OK, which stays for its seconds. */
const FACES_OF: Readonly<Record<string, readonly FaceId[]>> = {
  'CHARGE unsent/none': ['TAKE', 'MANAGER', 'LATER-ASK', 'LATER-TAKE'],
  'CHARGE unsent/received': ['SENDING', 'LATER-FAIL'],
  'CHARGE sending/received': ['SENDING'],
  'CHARGE unknown/received': ['CHECK'],
  'CHARGE approved/received': ['DONE-IN', 'VOID-ASK', 'VOID-NO'],
  'CHARGE declined/return_due': ['BACK'],
  'CHARGE declined/returned': ['END'],
  'CHARGE reversing/return_due': ['BACK-REV'],
  'CHARGE reversing/returned': ['END-REV'],
  'CHARGE reversed/return_due': ['BACK-REV'],
  'CHARGE reversed/returned': ['END'],
  'CHARGE voiding/received': ['VOID-WAIT'],
  'CHARGE voided/return_due': ['BACK-VOID'],
  'CHARGE voided/returned': ['END'],
  'CHARGE closed/none': ['END-STOP', 'EXPIRED'],
  'CHARGE closed/return_due': ['BACK-STOP'],
  'CHARGE closed/returned': ['END'],
  'CHARGE unsent/received deferred': ['LATER-OK'],
  'CHARGE sending/received deferred': ['LATER-OK'],
  'CHARGE unknown/received deferred': ['LATER-OK'],
  'CHARGE approved/received deferred': ['LATER-DONE', 'LATER-OK'],
  'CHARGE declined/return_due deferred': ['LATER-BACK', 'LATER-OK'],
  'CHARGE declined/returned deferred': ['END'],
  'CHARGE reversing/return_due deferred': ['LATER-BACK', 'LATER-OK'],
  'CHARGE reversing/returned deferred': ['END-REV'],
  'CHARGE reversed/return_due deferred': ['LATER-BACK', 'LATER-OK'],
  'CHARGE reversed/returned deferred': ['END'],
  'CHARGE closed/return_due deferred': ['LATER-BACK', 'LATER-OK'],
  'CHARGE closed/returned deferred': ['END'],
  'REFUND unsent/none': ['ASK-OUT', 'MANAGER', 'WAIT-OUT'],
  'REFUND sending/none': ['WAIT-OUT'],
  'REFUND unknown/none': ['CHECK-OUT'],
  'REFUND declined/none': ['NO-OUT'],
  'REFUND reversing/none': ['NO-OUT-REV'],
  'REFUND reversed/none': ['NO-OUT-REV'],
  'REFUND closed/none': ['END-STOP', 'EXPIRED'],
  'REFUND approved/payout_due': ['PAY'],
  'REFUND approved/paid_out': ['DONE-OUT'],
};

/** Where one state has several faces: which of them it is. */
const ONLY_IF: Readonly<Partial<Record<FaceId, (intent: Intent) => boolean>>> = {
  TAKE: ({ managerNeeded, choosing }) => !managerNeeded && !choosing,
  'LATER-TAKE': ({ managerNeeded, choosing, laterChosen }) =>
    !managerNeeded && !choosing && laterChosen === true,
  MANAGER: ({ managerNeeded }) => managerNeeded,
  'LATER-ASK': ({ choosing }) => choosing,
  'LATER-FAIL': ({ choosing }) => choosing,
  SENDING: ({ choosing }) => !choosing,
  'ASK-OUT': ({ confirmed }) => !confirmed,
  'WAIT-OUT': ({ confirmed }) => confirmed,
  'VOID-NO': ({ voids }) => voids.at(-1)?.outcome === 'refused',
  'DONE-IN': ({ voids }) => voids.at(-1)?.outcome !== 'refused',
};

/** Screens 1.5: what each question is about. A deferred charge is asked like another one (intent-rules 4). */
const ASKED_OF: Readonly<Record<Question, (intent: Intent) => boolean>> = {
  RE_IN: ({ cash, host }) =>
    cash === 'received' && ['unsent', 'unknown', 'voiding', 'approved'].includes(host),
  RE_HERE: ({ cash, host }) => cash === 'received' && host === 'unsent',
  RE_BACK: ({ cash }) => cash === 'return_due',
  RE_CLOSED: ({ type, cash, host }) => type === 'CHARGE' && cash === 'none' && host === 'closed',
  RE_OUT: ({ cash }) => cash === 'payout_due',
  RE_OUT_EARLY: ({ type, cash, host }) => type === 'REFUND' && cash === 'none' && host !== 'approved',
};

/**
 * The issuer took it back or denies it (intent-rules 3, C: automatic cash advice stops), a fenced terminal waits for a
 * manager's word, or "paid" was said of it before: no screen says "pay out" then.
 */
export const NO_PAYOUT: readonly CaseReason[] = [
  'PAID_WITHOUT_APPROVAL',
  'ISSUER_CONTRADICTS',
  'REVERSED_ELSEWHERE',
  'APPROVED_NEVER_SENT',
  'CONTENT_CONFLICT',
  'RECOVERING',
];

/** Screens 1.4 and 1.5, "keys", in the order of the dock; several: by what else the face says. Not here: none. */
const KEYS_OF: Readonly<Partial<Record<FaceId, readonly string[]>>> = {
  TAKE: ['STOP RECEIVED'],
  MANAGER: ['STOP'],
  BACK: ['LEAVE HANDED'],
  'BACK-REV': ['LEAVE HANDED'],
  'BACK-STOP': ['LEAVE HANDED'],
  'BACK-VOID': ['LEAVE HANDED'],
  'LATER-ASK': ['STOP LATER'],
  'LATER-TAKE': ['STOP RECEIVED'],
  'LATER-FAIL': ['STOP LATER', 'STOP LATER REQUEST'],
  'LATER-BACK': ['LEAVE', 'LEAVE HANDED'],
  'ASK-OUT': ['STOP REQUEST'],
  PAY: ['STOP LEAVE HANDED'],
  'VOID-ASK': ['STOP', 'STOP REQUEST'],
  'VOID-WAIT': ['', 'LEAVE'],
  'RE-IN': ['LEAVE RECEIVED HANDED'],
  'RE-HERE': ['STOP LEAVE', 'STOP LEAVE LATER', 'STOP LEAVE REQUEST', 'STOP LEAVE LATER REQUEST'],
  'RE-BACK': ['LEAVE RECEIVED HANDED'],
  'RE-CLOSED': ['STOP LEAVE RECEIVED HANDED'],
  'RE-OUT': ['LEAVE RECEIVED HANDED'],
  'RE-OUT-EARLY': ['LEAVE RECEIVED HANDED'],
};
/** Screens 1.4, F9: what owes nothing. */
const CLOSABLE: readonly FaceId[] = [
  'EXPIRED',
  'DONE-IN',
  'END',
  'END-REV',
  'END-STOP',
  'LATER-OK',
  'LATER-DONE',
  'DONE-OUT',
  'NO-OUT',
  'NO-OUT-REV',
  'VOID-NO',
  'REFUSED',
];
/** Screens 1.7: nobody is told what to do with a payment by these, and they may stand over one. */
export const COVERING: readonly FaceId[] = ['STARTING', 'RECOVERING', 'LOCKED', 'VIEW-ONLY'];

/** `CHARGE unsent/received deferred`. */
export function stateOf({ type, host, cash, deferred }: Intent): string {
  return `${type} ${host}/${cash}${deferred ? ' deferred' : ''}`;
}

/** Invariant 3: what the screen says is on disk, is the sentence of that state, and has its keys. null: it is right. */
export function screenFault(snapshot: Snapshot, ledger: Pick<TillLedger, 'get'>): Violation | null {
  const { face } = snapshot;
  const wrongKey = keysFault(snapshot);
  if (face.intent === null) return wrongKey;
  const intent = ledger.get(face.intent.sequenceId);
  if (intent === null) return { code: 'SCREEN_NOT_ON_DISK', text: `${face.id} shows an unknown payment` };
  const isDoubtful = face.id === 'NOT-RECORDED' || face.id === 'NOT-RECORDED-OUT';
  // A disk that failed may have taken the commit all the same: the screen says so little as it knows, and the till ends.
  if (face.intent.version !== intent.version && !isDoubtful) {
    return {
      code: 'SCREEN_NOT_ON_DISK',
      text: `${face.id} shows version ${face.intent.version} of ${intent.version}`,
    };
  }
  const isRight = isDoubtful ? isNotRecorded(face.id, intent) : isSentenceOf(face.id, intent);
  if (!isRight) return { code: 'SCREEN_WRONG', text: `${face.id} for ${told(intent)}` };
  if (!isDoubtful && face.acknowledge !== (face.closable && !intent.acknowledged))
    return {
      code: 'SHOWING_WRONG',
      text: `${face.id} ${face.acknowledge ? 'asks' : 'does not ask'} to be confirmed`,
    };
  if (face.id === 'RE-HERE' && face.keys.includes('REQUEST') === intent.left)
    return { code: 'KEYS_WRONG', text: `RE-HERE ${intent.left ? 'sends what was left' : 'cannot be sent'}` };
  return wrongKey;
}

function told(intent: Intent): string {
  const { question, cases, choosing, managerNeeded, confirmed } = intent;
  const flags = Object.entries({ choosing, managerNeeded, confirmed }).flatMap(([name, is]) =>
    is ? [name] : [],
  );
  return `${stateOf(intent)}, question ${question}, cases [${cases.join(' ')}] ${flags.join(' ')}`;
}

function isSentenceOf(id: FaceId, intent: Intent): boolean {
  const { question, cases } = intent;
  if (question !== null) return id === question.replaceAll('_', '-') && ASKED_OF[question](intent);
  if (id === 'PAY' && cases.some((reason) => NO_PAYOUT.includes(reason))) return false;
  return (FACES_OF[stateOf(intent)] ?? []).includes(id) && ONLY_IF[id]?.(intent) !== false;
}

/**
 * Screens 1.7. "Give A back, nothing was sent": not a byte is out. "The cash is with the customer": it was theirs to be
 * asked about or handed over; on a disk that failed the commit may have been taken.
 */
function isNotRecorded(id: FaceId, { host, cash, type, question, cases }: Intent): boolean {
  if (id === 'NOT-RECORDED') return type === 'CHARGE' && (host === 'unsent' || host === 'closed');
  const isOver = cash === 'returned' || cash === 'paid_out' || cases.includes('PAID_WITHOUT_APPROVAL');
  return question !== null || cash === 'return_due' || cash === 'payout_due' || isOver;
}

/** The keys, F9 and the PIN pad, by what the face itself says. */
function keysFault({ face, strip }: Snapshot): Violation | null {
  const { id, keys, closable, pinPad, values } = face;
  const shown = keys.join(' ');
  const wrong = (text: string): Violation => ({ code: 'KEYS_WRONG', text: `${id} with [${shown}]: ${text}` });
  if (!(KEYS_OF[id] ?? ['']).includes(shown)) return wrong('not its keys');
  if (closable !== CLOSABLE.includes(id)) return wrong(closable ? 'F9 closes it' : 'F9 does not close it');
  if (id === 'LATER-FAIL' && keys.includes('REQUEST') && strip.line.state === 'down')
    return wrong('the line is down');
  if (id === 'VOID-WAIT' && keys.includes('LEAVE') !== (values.late === 1)) return wrong('late or not');
  if (id === 'VOID-ASK' && keys.includes('REQUEST') !== (values.proof === 1)) return wrong('proven or not');
  return pinPad === hasPinPad(face) ? null : wrong(pinPad ? 'a PIN pad' : 'no PIN pad');
}

function hasPinPad({ id, keys, values }: Face): boolean {
  if (id === 'VOID-ASK') return values.proof !== 1;
  if (id === 'LATER-BACK') return !keys.includes('HANDED');
  return id === 'MANAGER' || id === 'LOCKED';
}

/** This face says nothing about any payment, and nothing stands over them. */
export function isIdle({ face }: Snapshot): boolean {
  return face.intent === null && !COVERING.includes(face.id);
}

/**
 * The next customer waits for it (intent-rules 5, screens 2 rule 7): cash is owed, a question is open, or a customer stands
 * there without an answer; what is reversing, deferred or left to the manager lives in the rail.
 */
export function occupies({ left, question, deferred, cash, host }: Intent): boolean {
  if (left) return false;
  if (question !== null) return true;
  if (deferred) return false;
  const isOwed = cash === 'return_due' || cash === 'payout_due';
  return isOwed || host === 'unsent' || host === 'sending' || host === 'unknown' || host === 'voiding';
}

/**
 * The last column of intent-rules 3: what must be asked once a till has come up. Not asked is a deferred charge whose slip
 * was acknowledged, unless its cash is due back, and what a person said to be given back or paid out.
 */
export function mustBeAsked(intent: Intent): boolean {
  const { host, cash, type, deferred, acknowledged, closedByRestart, vouchers } = intent;
  if (cash === 'return_due') return vouchers?.includes('returnUnclaimed') !== true;
  if (cash === 'payout_due') return true;
  if (cash === 'returned' || cash === 'paid_out' || (deferred && acknowledged)) return false;
  if (host === 'approved') return !acknowledged;
  if (host === 'closed') return type === 'CHARGE' && closedByRestart;
  return host === 'unsent' || host === 'sending' || host === 'unknown' || host === 'voiding';
}

/**
 * Who said "paid" before the approval is asked again once it is there, and nobody is told to pay (intent-rules 3 and 4: a case
 * stops the advice, no answer is a guess). null: it is so.
 */
export function askedAgainFault(
  before: Intent | null,
  { sequenceId, cash, cases, question }: Intent,
): Violation | null {
  const isNewlyDue = before !== null && before.cash !== 'payout_due' && cash === 'payout_due';
  if (!isNewlyDue || !cases.includes('PAID_WITHOUT_APPROVAL') || question === 'RE_OUT') return null;
  return {
    code: 'NOT_ASKED',
    text: `${sequenceId} was said to be paid, is approved now, and nobody is asked`,
  };
}

/** What is on the disk once a key was taken, by "keys" and "next" of screens 1.4 and 1.5. */
const DOES: Readonly<Record<string, (intent: Intent) => boolean>> = {
  STOP: ({ host, cash, type, question }) =>
    host === 'closed' && cash === 'none' && question === (type === 'CHARGE' ? 'RE_CLOSED' : null),
  RECEIVED: ({ cash }) => cash === 'received' || cash === 'return_due',
  HANDED: ({ cash, question }) => (cash === 'returned' || cash === 'paid_out') && question === null,
  LEAVE: ({ left, cases }) => left && cases.length > 0,
  'LATER-ASK LATER': ({ host, laterChosen }) => host === 'unsent' && laterChosen === true,
  'LATER-FAIL STOP': ({ host, cash }) => host === 'closed' && cash === 'return_due',
  'LATER-FAIL LATER': ({ deferred, cash }) => deferred && cash === 'received',
  'LATER-FAIL REQUEST': ({ cash, deferred }) => cash === 'received' && !deferred,
  'ASK-OUT REQUEST': ({ host, confirmed, notSent }) => host !== 'closed' && (confirmed || notSent === true),
  'PAY STOP': ({ host, cash }) => host === 'reversing' && cash === 'none',
  'VOID-ASK STOP': ({ host }) => host === 'approved',
  'VOID-ASK REQUEST': ({ host }) => host === 'voiding',
  'RE-IN RECEIVED': ({ host, deferred, question, cash }) =>
    cash === 'received' && question === (host === 'unsent' && !deferred ? 'RE_HERE' : null),
  'RE-HERE STOP': ({ host, cash, question }) =>
    host === 'closed' && cash === 'return_due' && question === null,
  'RE-HERE LATER': ({ deferred, cash, question }) => deferred && cash === 'received' && question === null,
  'RE-HERE REQUEST': ({ deferred, cash, question }) => !deferred && cash === 'received' && question === null,
  'RE-BACK RECEIVED': ({ cash, question }) => cash === 'return_due' && question === null,
  'RE-CLOSED STOP': ({ cash, question }) => cash === 'none' && question === null,
  'RE-CLOSED RECEIVED': ({ cash, question }) => cash === 'return_due' && question === null,
  'RE-OUT RECEIVED': ({ cash, question }) => cash === 'payout_due' && question === null,
  'RE-OUT-EARLY RECEIVED': ({ cash, question }) => cash === 'none' && question === null,
  'RE-OUT-EARLY HANDED': ({ cases, question }) =>
    cases.includes('PAID_WITHOUT_APPROVAL') && question === null,
};

/** null: the key did what it says. */
export function keyFault(face: FaceId, key: KeyId, after: Intent): Violation | null {
  const isDone = (DOES[`${face} ${key}`] ?? DOES[key])?.(after) === true;
  return isDone ? null : { code: 'KEY_WRONG', text: `${key} on ${face} led to ${told(after)}` };
}

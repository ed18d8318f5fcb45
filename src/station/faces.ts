/**
 * Which face stands for which state (screens 1.3 to 1.5). Pure and total: every one of the 38 legal tuples has a face.
 */
import type { Intent, IntentTimes, Now } from '../intent/model.ts';
import { writtenReference } from './ids.ts';
import type { Countdown, Face, FaceId, FaceIntent, KeyId } from './snapshot.ts';
import type { StationTimes } from './times.ts';

/** What a face needs besides the intent: things that the station holds in memory and the ledger does not. */
export interface FaceContext {
  readonly now: Now;
  readonly intentTimes: IntentTimes;
  readonly stationTimes: StationTimes;
  readonly lineUp: boolean;
  /** A manager has stopped approvals, and the line is not down. */
  readonly paused: boolean;
  /** A charge of this amount may be credited later now. */
  readonly laterAllowed: boolean;
  /** Mono ms at which an unanswered VOID-ASK ends. */
  readonly choiceEndsMs: number | null;
  /** A void is being asked for; `proof` once the card or the PIN was given. */
  readonly voidAsk: { readonly proof: boolean } | null;
  /** It was closed because the barcode's life ended. */
  readonly expired: boolean;
  /** Why credit later was not offered when the line failed. */
  readonly limitCause: string | null;
  readonly balance: number | null;
  /** LATER-OK is on the screen: it stays for its time, whatever the issuer says meanwhile. */
  readonly holdLater: boolean;
  /** The manager's PIN was given for LATER-BACK. */
  readonly pinGiven: boolean;
  readonly question: { readonly number: number; readonly of: number } | null;
  /** Mono ms at which an ended face, or one that was left to the manager, closes by itself. */
  readonly closesMs: number | null;
}

export function faceIntent(intent: Intent, balance: number | null = null): FaceIntent {
  return {
    sequenceId: intent.sequenceId,
    version: intent.version,
    type: intent.type,
    amount: intent.amount,
    bin: intent.bin,
    last4: intent.last4,
    reference: writtenReference(intent.sequenceId),
    scannedAtMs: intent.scannedAtMs,
    approvalCode: intent.approval?.approvalCode ?? null,
    balance,
  };
}

/** The name of the face, with everything that decides it. Total over the legal tuples; throws for any other. */
export function faceIdOf(intent: Intent, context: FaceContext): FaceId {
  if (intent.question !== null) return QUESTION_FACES[intent.question];
  if (intent.type === 'REFUND') return withdrawalFace(intent, context);
  return intent.deferred ? laterFace(intent, context) : chargeFace(intent, context);
}

/** The whole face of an intent. */
export function faceOf(intent: Intent, context: FaceContext): Face {
  const id = faceIdOf(intent, context);
  return {
    id,
    intent: faceIntent(intent, context.balance),
    keys: keysOf(id, intent, context),
    closable: CLOSABLE.has(id),
    pinPad: pinPadOf(id, context),
    countdown: countdownOf(id, intent, context),
    reason: reasonOf(id, intent),
    refused: null,
    question: context.question,
    values: valuesOf(id, intent, context),
    acknowledge: !intent.acknowledged && ACKNOWLEDGED.has(id),
  };
}

/** A face without an intent. */
export function plainFace(id: FaceId, more: Partial<Face> = {}): Face {
  return {
    id,
    intent: null,
    keys: [],
    closable: CLOSABLE.has(id),
    pinPad: false,
    countdown: null,
    reason: null,
    refused: null,
    question: null,
    values: {},
    acknowledge: false,
    ...more,
  };
}

/** How long an ended face stays without a scan or F9; null: it does not close by itself. */
export function closesAfterMs(id: FaceId, times: StationTimes): number | null {
  switch (id) {
    case 'END':
    case 'END-STOP':
      return times.endMs;
    case 'END-REV':
      return times.endReversalMs;
    case 'EXPIRED':
    case 'REFUSED':
      return times.refusedMs;
    case 'LATER-DONE':
      return times.newsMs;
    case 'DONE-IN':
    case 'DONE-OUT':
    case 'LATER-OK':
    case 'NO-OUT':
    case 'NO-OUT-REV':
    case 'VOID-NO':
      return times.doneMs;
    default:
      return null;
  }
}

const QUESTION_FACES: Readonly<Record<NonNullable<Intent['question']>, FaceId>> = {
  RE_IN: 'RE-IN',
  RE_HERE: 'RE-HERE',
  RE_BACK: 'RE-BACK',
  RE_CLOSED: 'RE-CLOSED',
  RE_OUT: 'RE-OUT',
  RE_OUT_EARLY: 'RE-OUT-EARLY',
};

/** Faces that owe nothing: F9 closes them, the next scan replaces them. */
export const CLOSABLE: ReadonlySet<FaceId> = new Set<FaceId>([
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
]);

/** Sentences that end a payment for the customer, and the slip of a deferred charge: their showing is recorded. */
const ACKNOWLEDGED: ReadonlySet<FaceId> = new Set<FaceId>([...CLOSABLE].filter((id) => id !== 'REFUSED'));

function chargeFace(intent: Intent, context: FaceContext): FaceId {
  const { host, cash } = intent;
  switch (cash) {
    case 'none':
      if (host === 'unsent') return openingFace(intent);
      if (host === 'closed') return context.expired ? 'EXPIRED' : 'END-STOP';
      break;
    case 'received':
      return receivedFace(intent, context);
    case 'return_due':
      return returnFace(intent);
    case 'returned':
      if (host === 'reversing') return 'END-REV';
      if (host === 'declined' || host === 'reversed' || host === 'voided' || host === 'closed') return 'END';
      break;
    default:
  }
  throw noFace(intent);
}

function openingFace(intent: Intent): FaceId {
  if (intent.managerNeeded) return 'MANAGER';
  if (intent.choosing) return 'LATER-ASK';
  return intent.laterChosen === true ? 'LATER-TAKE' : 'TAKE';
}

function receivedFace(intent: Intent, context: FaceContext): FaceId {
  switch (intent.host) {
    case 'unsent':
      return intent.choosing ? 'LATER-FAIL' : 'SENDING';
    case 'sending':
      return 'SENDING';
    case 'unknown':
      return 'CHECK';
    case 'approved':
      if (context.voidAsk !== null) return 'VOID-ASK';
      return intent.voids.at(-1)?.outcome === 'refused' ? 'VOID-NO' : 'DONE-IN';
    case 'voiding':
      return 'VOID-WAIT';
    default:
      throw noFace(intent);
  }
}

function returnFace(intent: Intent): FaceId {
  switch (intent.host) {
    case 'declined':
      return 'BACK';
    case 'reversing':
    case 'reversed':
      return 'BACK-REV';
    case 'voided':
      return 'BACK-VOID';
    case 'closed':
      return 'BACK-STOP';
    default:
      throw noFace(intent);
  }
}

function laterFace(intent: Intent, context: FaceContext): FaceId {
  if (context.holdLater) return 'LATER-OK';
  if (intent.cash === 'return_due') return 'LATER-BACK';
  if (intent.cash === 'returned') return intent.host === 'reversing' ? 'END-REV' : 'END';
  if (intent.cash !== 'received') throw noFace(intent);
  return intent.host === 'approved' ? 'LATER-DONE' : 'LATER-OK';
}

function withdrawalFace(intent: Intent, context: FaceContext): FaceId {
  if (intent.cash === 'payout_due') return 'PAY';
  if (intent.cash === 'paid_out') return 'DONE-OUT';
  switch (intent.host) {
    case 'unsent':
      if (intent.managerNeeded) return 'MANAGER';
      return intent.confirmed ? 'WAIT-OUT' : 'ASK-OUT';
    case 'sending':
      return 'WAIT-OUT';
    case 'unknown':
      return 'CHECK-OUT';
    case 'declined':
      return 'NO-OUT';
    case 'reversing':
    case 'reversed':
      return 'NO-OUT-REV';
    case 'closed':
      return context.expired ? 'EXPIRED' : 'END-STOP';
    default:
      throw noFace(intent);
  }
}

function keysOf(id: FaceId, intent: Intent, context: FaceContext): readonly KeyId[] {
  switch (id) {
    case 'LATER-FAIL':
      return context.lineUp ? ['STOP', 'LATER', 'REQUEST'] : ['STOP', 'LATER'];
    case 'VOID-ASK':
      return context.voidAsk?.proof === true ? ['STOP', 'REQUEST'] : ['STOP'];
    case 'VOID-WAIT':
      return voidLate(intent, context) ? ['LEAVE'] : [];
    case 'LATER-BACK':
      return context.pinGiven ? ['LEAVE', 'HANDED'] : ['LEAVE'];
    case 'RE-HERE':
      return hereKeys(intent, context);
    default:
      return FIXED_KEYS[id] ?? [];
  }
}

/** What was left to the manager is not sent any more: its customer has gone. */
function hereKeys({ left }: Intent, { laterAllowed }: FaceContext): readonly KeyId[] {
  return [
    'STOP',
    'LEAVE',
    ...(laterAllowed ? (['LATER'] as const) : []),
    ...(left ? [] : (['REQUEST'] as const)),
  ];
}

const FIXED_KEYS: Readonly<Partial<Record<FaceId, readonly KeyId[]>>> = {
  TAKE: ['STOP', 'RECEIVED'],
  MANAGER: ['STOP'],
  BACK: ['LEAVE', 'HANDED'],
  'BACK-REV': ['LEAVE', 'HANDED'],
  'BACK-STOP': ['LEAVE', 'HANDED'],
  'BACK-VOID': ['LEAVE', 'HANDED'],
  'LATER-ASK': ['STOP', 'LATER'],
  'LATER-TAKE': ['STOP', 'RECEIVED'],
  'ASK-OUT': ['STOP', 'REQUEST'],
  PAY: ['STOP', 'LEAVE', 'HANDED'],
  'RE-IN': ['LEAVE', 'RECEIVED', 'HANDED'],
  'RE-BACK': ['LEAVE', 'RECEIVED', 'HANDED'],
  'RE-CLOSED': ['STOP', 'LEAVE', 'RECEIVED', 'HANDED'],
  'RE-OUT': ['LEAVE', 'RECEIVED', 'HANDED'],
  'RE-OUT-EARLY': ['LEAVE', 'RECEIVED', 'HANDED'],
};

function pinPadOf(id: FaceId, context: FaceContext): boolean {
  if (id === 'MANAGER') return true;
  if (id === 'VOID-ASK') return context.voidAsk?.proof !== true;
  return id === 'LATER-BACK' && !context.pinGiven;
}

function voidLate(intent: Intent, context: FaceContext): boolean {
  return context.now.monoMs - intent.enteredMs >= context.stationTimes.voidLateMs;
}

function countdownOf(id: FaceId, intent: Intent, context: FaceContext): Countdown | null {
  const { now, intentTimes, stationTimes } = context;
  const until = (endMs: number, totalMs: number, kind: Countdown['kind']): Countdown => ({
    leftMs: Math.min(Math.max(endMs - now.monoMs, 0), totalMs),
    totalMs,
    kind,
  });
  switch (id) {
    case 'TAKE':
    case 'MANAGER':
    case 'LATER-TAKE':
    case 'ASK-OUT':
      return intent.expiresMs === null
        ? null
        : until(intent.expiresMs, intentTimes.barcodeLifeMs, 'barcodeLife');
    case 'SENDING':
    case 'WAIT-OUT':
    case 'CHECK':
    case 'CHECK-OUT':
      return until(
        intent.deadlineMs ?? now.monoMs + intentTimes.deadlineMs,
        intentTimes.deadlineMs,
        'decision',
      );
    case 'VOID-WAIT':
      return voidLate(intent, context)
        ? null
        : until(intent.enteredMs + stationTimes.voidLateMs, stationTimes.voidLateMs, 'decision');
    case 'LATER-ASK':
    case 'LATER-FAIL':
      return until(intent.enteredMs + intentTimes.choiceMs, intentTimes.choiceMs, 'choice');
    case 'VOID-ASK':
      return context.choiceEndsMs === null
        ? null
        : until(context.choiceEndsMs, stationTimes.choiceMs, 'choice');
    default:
      return closeOrLeave(id, intent, context, until);
  }
}

function closeOrLeave(
  id: FaceId,
  intent: Intent,
  context: FaceContext,
  until: (endMs: number, totalMs: number, kind: Countdown['kind']) => Countdown,
): Countdown | null {
  const closeMs = closesAfterMs(id, context.stationTimes);
  if (closeMs !== null) return context.closesMs === null ? null : until(context.closesMs, closeMs, 'close');
  const waits = id === 'PAY' || id.startsWith('BACK') || intent.question !== null;
  if (!waits) return null;
  if (intent.left) {
    return context.closesMs === null ? null : until(context.closesMs, context.intentTimes.leaveMs, 'leave');
  }
  return until(intent.enteredMs + context.intentTimes.leaveMs, context.intentTimes.leaveMs, 'leave');
}

function reasonOf(id: FaceId, intent: Intent): string | null {
  if (id === 'VOID-NO') return intent.voids.at(-1)?.code ?? null;
  if (intent.host === 'declined') return intent.declineCode;
  return intent.notProcessedCode ?? intent.declineCode;
}

function valuesOf(
  id: FaceId,
  intent: Intent,
  context: FaceContext,
): Readonly<Record<string, string | number>> {
  if (id === 'VOID-WAIT' && voidLate(intent, context)) return { late: 1 };
  if (id === 'VOID-ASK' && context.voidAsk?.proof === true) return { proof: 1 };
  if (id === 'ASK-OUT' && intent.notSent === true) return { notSent: 1 };
  if (id === 'LATER-ASK' || id === 'LATER-FAIL' || id === 'LATER-OK') return underPause(context.paused);
  if (isClosedHere(intent)) return { closedHere: 1 };
  if (id === 'BACK-STOP' && context.limitCause !== null) return { limitCause: context.limitCause };
  return {};
}

/** Its question was opened by Stop or an expiry: no restart has closed it. */
export function isClosedHere({ question, closedByRestart }: Intent): boolean {
  return question === 'RE_CLOSED' && !closedByRestart;
}

/** The word of the store's own pause, for the sentences that would speak of the line. */
export function underPause(paused: boolean): { readonly paused?: 1 } {
  return paused ? { paused: 1 } : {};
}

function noFace(intent: Intent): Error {
  return new RangeError(`no face for ${intent.type} ${intent.host}/${intent.cash}`);
}

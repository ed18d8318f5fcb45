import { describe, expect, it } from 'vitest';
import type { Intent, Question } from '../../../src/intent/model.ts';
import { LEGAL_TUPLES } from '../../../src/intent/positions.ts';
import { CLOSABLE, faceIdOf, faceOf } from '../../../src/station/faces.ts';
import { keyMeaning } from '../../../src/station/keys.ts';
import { FACES, type FaceId, KEYS } from '../../../src/station/snapshot.ts';
import { context, intent } from './intents.ts';

/** The table of screens 1.3, cell by cell: the faces that a tuple may have without a question. */
const TABLE: Readonly<Record<string, readonly FaceId[]>> = {
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
  'CHARGE approved/received deferred': ['LATER-DONE'],
  'CHARGE declined/return_due deferred': ['LATER-BACK'],
  'CHARGE declined/returned deferred': ['END'],
  'CHARGE reversing/return_due deferred': ['LATER-BACK'],
  'CHARGE reversing/returned deferred': ['END-REV'],
  'CHARGE reversed/return_due deferred': ['LATER-BACK'],
  'CHARGE reversed/returned deferred': ['END'],
  'CHARGE closed/return_due deferred': ['LATER-BACK'],
  'CHARGE closed/returned deferred': ['END'],
  'REFUND unsent/none': ['ASK-OUT', 'MANAGER', 'WAIT-OUT'],
  'REFUND sending/none': ['WAIT-OUT'],
  'REFUND unknown/none': ['CHECK-OUT'],
  'REFUND approved/payout_due': ['PAY'],
  'REFUND approved/paid_out': ['DONE-OUT'],
  'REFUND declined/none': ['NO-OUT'],
  'REFUND reversing/none': ['NO-OUT-REV'],
  'REFUND reversed/none': ['NO-OUT-REV'],
  'REFUND closed/none': ['END-STOP', 'EXPIRED'],
};

const VARIANTS: readonly Partial<Intent>[] = [
  {},
  { managerNeeded: true },
  { choosing: true },
  { laterChosen: true },
  { confirmed: true },
  { voids: [{ cancelId: 'c', proof: 'card', outcome: 'refused', code: '007_030' }] },
];
const CONTEXTS = [context(), context({ voidAsk: { proof: false } }), context({ expired: true })];

function name(tuple: Pick<Intent, 'type' | 'host' | 'cash' | 'deferred'>): string {
  return `${tuple.type} ${tuple.host}/${tuple.cash}${tuple.deferred ? ' deferred' : ''}`;
}

describe('the face of a state', () => {
  it('exists for each of the 38 tuples, and is one that screens 1.3 names for it', () => {
    expect(LEGAL_TUPLES).toHaveLength(38);
    expect(LEGAL_TUPLES.map(name).sort()).toEqual(Object.keys(TABLE).sort());
    for (const tuple of LEGAL_TUPLES) {
      const seen = new Set<FaceId>();
      for (const variant of VARIANTS) {
        for (const each of CONTEXTS) seen.add(faceIdOf(intent({ ...tuple, ...variant }), each));
      }
      expect([...seen].sort(), name(tuple)).toEqual([...(TABLE[name(tuple)] ?? [])].sort());
    }
  });

  it('is refused for a tuple that cannot be', () => {
    expect(() => faceIdOf(intent({ host: 'approved', cash: 'none' }), context())).toThrow(RangeError);
    expect(() => faceIdOf(intent({ host: 'sending', cash: 'none' }), context())).toThrow(RangeError);
    expect(() => faceIdOf(intent({ deferred: true, cash: 'none' }), context())).toThrow(RangeError);
  });

  it('is the question while one is open, whatever the state', () => {
    const questions: Record<Question, FaceId> = {
      RE_IN: 'RE-IN',
      RE_HERE: 'RE-HERE',
      RE_BACK: 'RE-BACK',
      RE_CLOSED: 'RE-CLOSED',
      RE_OUT: 'RE-OUT',
      RE_OUT_EARLY: 'RE-OUT-EARLY',
    };
    for (const [question, face] of Object.entries(questions)) {
      expect(faceIdOf(intent({ question: question as Question }), context())).toBe(face);
    }
  });

  it('stays LATER-OK for its time, also when the charge is credited or refused meanwhile', () => {
    const held = context({ holdLater: true });
    const later = intent({ deferred: true, host: 'approved', cash: 'received' });
    expect(faceIdOf(later, held)).toBe('LATER-OK');
    expect(faceIdOf(later, context())).toBe('LATER-DONE');
  });
});

describe('the keys of a face', () => {
  /** screens 1.4 and 1.5: keys by face, in the order of their places. */
  const KEYS_OF: Readonly<Record<string, string>> = {
    TAKE: 'STOP RECEIVED',
    MANAGER: 'STOP',
    SENDING: '',
    'WAIT-OUT': '',
    CHECK: '',
    'CHECK-OUT': '',
    'DONE-IN': '',
    BACK: 'LEAVE HANDED',
    'BACK-REV': 'LEAVE HANDED',
    'BACK-STOP': 'LEAVE HANDED',
    'BACK-VOID': 'LEAVE HANDED',
    'LATER-ASK': 'STOP LATER',
    'LATER-TAKE': 'STOP RECEIVED',
    'ASK-OUT': 'STOP REQUEST',
    PAY: 'STOP LEAVE HANDED',
    'RE-IN': 'LEAVE RECEIVED HANDED',
    'RE-BACK': 'LEAVE RECEIVED HANDED',
    'RE-CLOSED': 'STOP LEAVE RECEIVED HANDED',
    'RE-OUT': 'LEAVE RECEIVED HANDED',
    'RE-OUT-EARLY': 'LEAVE RECEIVED HANDED',
  };
  const faces = LEGAL_TUPLES.flatMap((tuple) =>
    [...VARIANTS, { question: 'RE_IN' as const }, { question: 'RE_CLOSED' as const }].map((variant) =>
      faceOf(intent({ ...tuple, ...variant }), context()),
    ),
  );

  it('are those of screens 1.4 and 1.5, and stand in the order of their places', () => {
    for (const face of faces) {
      const wanted = KEYS_OF[face.id];
      if (wanted !== undefined) expect(face.keys.join(' '), face.id).toBe(wanted);
      const places = face.keys.map((key) => KEYS.indexOf(key));
      expect(places).toEqual([...places].sort((left, right) => left - right));
    }
  });

  it('all mean something, and no key means something on a face that does not show it', () => {
    for (const face of faces) {
      for (const key of face.keys) expect(keyMeaning(face.id, key), `${face.id} ${key}`).not.toBeNull();
    }
    for (const id of CLOSABLE) for (const key of KEYS) expect(keyMeaning(id, key), id).toBeNull();
  });

  it('never let a habitual [Received] act on a withdrawal that is not a question', () => {
    for (const id of FACES) {
      if (!['ASK-OUT', 'WAIT-OUT', 'CHECK-OUT', 'PAY', 'DONE-OUT', 'NO-OUT', 'NO-OUT-REV'].includes(id))
        continue;
      expect(keyMeaning(id, 'RECEIVED')).toBeNull();
    }
  });

  it('offer the void only after the proof, and [Leave] on a void only when it is late', () => {
    const approved = intent({ host: 'approved', cash: 'received', acknowledged: true });
    expect(faceOf(approved, context({ voidAsk: { proof: false } }))).toMatchObject({
      keys: ['STOP'],
      pinPad: true,
    });
    expect(faceOf(approved, context({ voidAsk: { proof: true } }))).toMatchObject({
      keys: ['STOP', 'REQUEST'],
      pinPad: false,
      values: { proof: 1 },
    });
    const voiding = intent({ host: 'voiding', cash: 'received', enteredMs: 1_000 });
    expect(faceOf(voiding, context()).keys).toEqual([]);
    const late = context({ now: { wallMs: 0, monoMs: 16_000 } });
    expect(faceOf(voiding, late)).toMatchObject({ keys: ['LEAVE'], values: { late: 1 }, countdown: null });
  });

  it('give a deferred return only against the PIN', () => {
    const owed = intent({ deferred: true, host: 'declined', cash: 'return_due' });
    expect(faceOf(owed, context())).toMatchObject({ id: 'LATER-BACK', keys: ['LEAVE'], pinPad: true });
    expect(faceOf(owed, context({ pinGiven: true }))).toMatchObject({
      keys: ['LEAVE', 'HANDED'],
      pinPad: false,
    });
  });
});

describe('countdowns', () => {
  it('count the barcode life, the decision, the choice and the time until the manager gets it', () => {
    const take = faceOf(intent(), context());
    expect(take.countdown).toEqual({ leftMs: 299_000, totalMs: 300_000, kind: 'barcodeLife' });
    const sending = faceOf(
      intent({ host: 'sending', cash: 'received', firstSendMs: 1_500, deadlineMs: 16_500 }),
      context(),
    );
    expect(sending.countdown).toEqual({ leftMs: 14_500, totalMs: 15_000, kind: 'decision' });
    const choice = faceOf(intent({ choosing: true, cash: 'received' }), context());
    expect(choice.countdown).toEqual({ leftMs: 59_000, totalMs: 60_000, kind: 'choice' });
    const back = faceOf(intent({ host: 'declined', cash: 'return_due' }), context());
    expect(back.countdown).toEqual({ leftMs: 179_000, totalMs: 180_000, kind: 'leave' });
  });

  it('never show less than nothing', () => {
    const late = context({ now: { wallMs: 0, monoMs: 999_999 } });
    expect(faceOf(intent(), late).countdown?.leftMs).toBe(0);
  });
});

describe('what is recorded as shown', () => {
  it('is every ended face and the slip, once', () => {
    const done = intent({ host: 'approved', cash: 'received' });
    expect(faceOf(done, context()).acknowledge).toBe(true);
    expect(faceOf({ ...done, acknowledged: true }, context()).acknowledge).toBe(false);
    expect(faceOf(intent({ deferred: true, cash: 'received' }), context()).acknowledge).toBe(true);
    expect(faceOf(intent(), context()).acknowledge).toBe(false);
  });
});

/** Snapshots as the agent would make them, one for every face, with amounts that fill the screen. */
import type { ScannerProblem } from '../../../drivers/scanner.ts';
import {
  type Face,
  type FaceId,
  type FaceIntent,
  type KeyId,
  REFUSED_CAUSES,
  type Snapshot,
} from '../../../src/station/snapshot.ts';

export const NOW_MS = Date.UTC(2026, 6, 23, 5, 32, 5);

export function intentOf(change: Partial<FaceIntent> = {}): FaceIntent {
  return {
    sequenceId: '01K0V3M8Q4ZT6W5R2N7QK29XMD',
    version: 3,
    type: 'CHARGE',
    amount: 999_999,
    bin: '941000',
    last4: '0005',
    reference: '7QK2-9XMD',
    scannedAtMs: NOW_MS - 60_000,
    approvalCode: 'A1B2C3',
    balance: null,
    ...change,
  };
}

export function faceOf(id: FaceId, change: Partial<Face> = {}): Face {
  return {
    id,
    intent: null,
    keys: [],
    closable: false,
    pinPad: false,
    countdown: null,
    reason: null,
    refused: null,
    question: null,
    values: {},
    acknowledge: false,
    ...change,
  };
}

export function snapshotOf(face: Face, change: Partial<Snapshot> = {}): Snapshot {
  return {
    sequence: 1,
    run: 'run-1',
    wallMs: NOW_MS,
    stationId: '1',
    terminalId: 'T0000001',
    control: 'here',
    strip: {
      line: { state: 'online', sinceMs: NOW_MS - 3_600_000, nextTryMs: null, reason: null, pausedBy: null },
      scanner: { state: 'ready', name: 'counter', problem: null },
      later: { count: 0, sum: 0, limit: 300_000, oldestMs: null },
      payoutDue: 0,
      returnDue: 0,
      cases: 0,
      businessDate: '20260723',
      clockConfirmed: true,
      cashier: '0007',
    },
    face,
    band: null,
    rail: {
      ...{ last: null, printer: 'off', news: null },
      ...{ payoutDue: [], returnDue: [], later: [], cases: [], aside: [] },
    },
    times: { deadMs: 700, heartbeatMs: 2_000, darkHours: null },
    ...change,
  };
}

/** Everything at once on strip and rail: the widest they get. */
export function crowded(snapshot: Snapshot): Snapshot {
  const item = { ...intentOf({ amount: 50_000 }), face: 'BACK' as const, paper: null };
  return {
    ...snapshot,
    strip: {
      ...snapshot.strip,
      line: {
        state: 'down',
        sinceMs: NOW_MS - 192_000,
        nextTryMs: NOW_MS + 5_000,
        reason: 'NO_ANSWER',
        pausedBy: null,
      },
      scanner: { state: 'checkSetup', name: 'counter', problem: null },
      later: { count: 13, sum: 245_000, limit: 300_000, oldestMs: NOW_MS - 2_460_000 },
      payoutDue: 1,
      returnDue: 2,
      cases: 2,
      clockConfirmed: false,
    },
    rail: {
      ...snapshot.rail,
      last: { ...intentOf(), face: 'DONE-IN', atMs: NOW_MS - 30_000, voidable: true, receipt: true },
      payoutDue: [item],
      returnDue: [item, { ...item, sequenceId: `${item.sequenceId}2` }],
      later: [item],
      cases: [item, { ...item, sequenceId: `${item.sequenceId}2` }],
    },
  };
}

/** The station's one scanner is plugged in and cannot be opened. */
export function scannerNotOpen(snapshot: Snapshot, problem: ScannerProblem): Snapshot {
  return {
    ...snapshot,
    strip: { ...snapshot.strip, scanner: { state: 'notOpen', name: 'counter', problem } },
  };
}

const charge = intentOf();
const withdrawal = intentOf({ type: 'REFUND' });
const life = { leftMs: 299_000, totalMs: 300_000, kind: 'barcodeLife' } as const;
const decision = { leftMs: 12_000, totalMs: 15_000, kind: 'decision' } as const;
const choice = { leftMs: 45_000, totalMs: 60_000, kind: 'choice' } as const;
const leave = { leftMs: 170_000, totalMs: 180_000, kind: 'leave' } as const;
const close = { leftMs: 19_000, totalMs: 20_000, kind: 'close' } as const;

function owed(id: FaceId, intent: FaceIntent, keys: readonly KeyId[], change: Partial<Face> = {}): Face {
  return faceOf(id, { intent, keys, countdown: leave, ...change });
}
function ended(id: FaceId, intent: FaceIntent, change: Partial<Face> = {}): Face {
  return faceOf(id, { intent, closable: true, countdown: close, ...change });
}
function asked(id: FaceId, intent: FaceIntent, keys: readonly KeyId[]): Face {
  return owed(id, intent, keys, { question: { number: 1, of: 3 } });
}
function refused(
  cause: NonNullable<Face['refused']>['cause'],
  values: Record<string, string | number>,
): Face {
  return faceOf('REFUSED', {
    closable: true,
    countdown: { leftMs: 8_000, totalMs: 8_000, kind: 'close' },
    refused: { cause, values, repeated: false },
  });
}

/** Every face with its keys, as screens 1.4 to 1.7 list them; long variants stand beside the plain ones. */
export const ALL_FACES: Readonly<Record<string, Face>> = {
  IDLE: faceOf('IDLE'),
  TAKE: faceOf('TAKE', { intent: charge, keys: ['STOP', 'RECEIVED'], countdown: life }),
  'TAKE-LAST': faceOf('TAKE', {
    intent: charge,
    keys: ['STOP', 'RECEIVED'],
    countdown: { ...life, leftMs: 28_000 },
  }),
  MANAGER: faceOf('MANAGER', { intent: withdrawal, keys: ['STOP'], pinPad: true, countdown: life }),
  EXPIRED: ended('EXPIRED', charge),
  SENDING: faceOf('SENDING', { intent: charge, countdown: decision }),
  'WAIT-OUT': faceOf('WAIT-OUT', { intent: withdrawal, countdown: decision }),
  CHECK: faceOf('CHECK', { intent: charge, countdown: decision }),
  'CHECK-OUT': faceOf('CHECK-OUT', { intent: withdrawal, countdown: decision }),
  'DONE-IN': ended('DONE-IN', intentOf({ balance: 1_999_999 })),
  BACK: owed('BACK', charge, ['LEAVE', 'HANDED'], { reason: '003_012' }),
  'BACK-REV': owed('BACK-REV', charge, ['LEAVE', 'HANDED']),
  'BACK-REV-REASON': owed('BACK-REV', charge, ['LEAVE', 'HANDED'], { reason: '000_908' }),
  'BACK-STOP': owed('BACK-STOP', charge, ['LEAVE', 'HANDED']),
  'BACK-STOP-LIMIT': owed('BACK-STOP', charge, ['LEAVE', 'HANDED'], { values: { limitCause: 'LATER_CARD' } }),
  'BACK-VOID': owed('BACK-VOID', charge, ['LEAVE', 'HANDED']),
  END: ended('END', charge),
  'END-REV': ended('END-REV', charge),
  'END-STOP': ended('END-STOP', charge),
  'LATER-ASK': faceOf('LATER-ASK', { intent: charge, keys: ['STOP', 'LATER'], countdown: choice }),
  'LATER-ASK-PAUSED': faceOf('LATER-ASK', {
    intent: charge,
    keys: ['STOP', 'LATER'],
    countdown: choice,
    values: { paused: 1 },
  }),
  'LATER-FAIL-PAUSED': faceOf('LATER-FAIL', {
    intent: charge,
    keys: ['STOP', 'LATER'],
    countdown: choice,
    values: { paused: 1 },
  }),
  'LATER-TAKE': faceOf('LATER-TAKE', { intent: charge, keys: ['STOP', 'RECEIVED'], countdown: life }),
  'LATER-FAIL': faceOf('LATER-FAIL', {
    intent: charge,
    keys: ['STOP', 'LATER', 'REQUEST'],
    countdown: choice,
  }),
  'LATER-OK': ended('LATER-OK', charge),
  'LATER-DONE': ended('LATER-DONE', charge),
  'LATER-BACK': owed('LATER-BACK', charge, ['LEAVE'], { pinPad: true }),
  'LATER-BACK-PIN': owed('LATER-BACK', charge, ['LEAVE', 'HANDED']),
  'ASK-OUT': faceOf('ASK-OUT', { intent: withdrawal, keys: ['STOP', 'REQUEST'], countdown: life }),
  'ASK-OUT-NOT-SENT': faceOf('ASK-OUT', {
    intent: withdrawal,
    keys: ['STOP', 'REQUEST'],
    countdown: life,
    values: { notSent: 1 },
  }),
  PAY: owed('PAY', withdrawal, ['STOP', 'LEAVE', 'HANDED']),
  'DONE-OUT': ended('DONE-OUT', intentOf({ type: 'REFUND', balance: 1_999_999 })),
  'NO-OUT': ended('NO-OUT', withdrawal, { reason: '009_002' }),
  'NO-OUT-REV': ended('NO-OUT-REV', withdrawal),
  'NO-OUT-REV-REASON': ended('NO-OUT-REV', withdrawal, { reason: '000_908' }),
  'VOID-ASK': faceOf('VOID-ASK', { intent: charge, keys: ['STOP'], pinPad: true, countdown: choice }),
  'VOID-ASK-PROOF': faceOf('VOID-ASK', {
    intent: charge,
    keys: ['STOP', 'REQUEST'],
    countdown: choice,
    values: { proof: 1 },
  }),
  'VOID-WAIT': faceOf('VOID-WAIT', { intent: charge, countdown: decision }),
  'VOID-WAIT-LATE': faceOf('VOID-WAIT', { intent: charge, keys: ['LEAVE'], values: { late: 1 } }),
  'VOID-NO': ended('VOID-NO', charge, { reason: '007_030' }),
  'RE-IN': asked('RE-IN', charge, ['LEAVE', 'RECEIVED', 'HANDED']),
  'RE-HERE': asked('RE-HERE', charge, ['STOP', 'LEAVE', 'LATER', 'REQUEST']),
  'RE-BACK': asked('RE-BACK', charge, ['LEAVE', 'RECEIVED', 'HANDED']),
  'RE-CLOSED': asked('RE-CLOSED', charge, ['STOP', 'LEAVE', 'RECEIVED', 'HANDED']),
  'RE-CLOSED-HERE': owed('RE-CLOSED', charge, ['STOP', 'LEAVE', 'RECEIVED', 'HANDED'], {
    values: { closedHere: 1 },
  }),
  'RE-OUT': asked('RE-OUT', withdrawal, ['LEAVE', 'RECEIVED', 'HANDED']),
  'RE-OUT-EARLY': asked('RE-OUT-EARLY', withdrawal, ['LEAVE', 'RECEIVED', 'HANDED']),
  'REFUSED-CUT': refused('CUT', {}),
  'REFUSED-LAYOUT': refused('LAYOUT', { layout: 'ALT-numpad' }),
  'REFUSED-SYMBOLOGY': refused('SYMBOLOGY', { symbology: 'Interleaved 2 of 5' }),
  'REFUSED-DUP-DONE': refused('DUP_DONE', { type: 'REFUND', amount: 999_999, atMs: NOW_MS }),
  'REFUSED-MAX': refused('MAX_AMOUNT', { amount: 999_999, limit: 500_000 }),
  'REFUSED-PAYOUT': refused('PAYOUT_LIMIT', { amount: 999_999, limit: 50_000 }),
  'REFUSED-BUSY': refused('CARD_BUSY', { scannedAtMs: NOW_MS }),
  'REFUSED-REVERSALS': refused('REVERSALS_COUNT', { count: 5, sum: 50_000, oldestAtMs: NOW_MS - 130_000 }),
  'NOT-RECORDED': faceOf('NOT-RECORDED', { intent: charge }),
  'NOT-RECORDED-OUT': faceOf('NOT-RECORDED-OUT', { intent: withdrawal }),
  STARTING: faceOf('STARTING', { values: { step: 2, of: 4, elapsedMs: 3_000 } }),
  'NO-ROOM': faceOf('NO-ROOM'),
  LEDGER: faceOf('LEDGER', { values: { code: 'L-03' } }),
  RECOVERING: faceOf('RECOVERING', { values: { open: 3 } }),
  LINE: faceOf('LINE'),
  'LINE-PAUSED': faceOf('LINE', { values: { paused: 1 } }),
  'LINE-PAUSED-OFF': faceOf('LINE', { values: { cause: 'PAUSED', paused: 1 } }),
  'LINE-OFF': faceOf('LINE', { values: { cause: 'LATER_SUM' } }),
  SLOW: faceOf('SLOW', { values: { cause: 'REVERSALS_COUNT', count: 5, oldestAtMs: NOW_MS - 130_000 } }),
  'SLOW-RATE': faceOf('SLOW', { values: { cause: 'REVERSAL_RATE', count: 0 } }),
  SCANNER: faceOf('SCANNER'),
  'VIEW-ONLY': faceOf('VIEW-ONLY'),
  LOCKED: faceOf('LOCKED', { pinPad: true }),
};

/** Every value that a refused scan's sentence may use, as long as it gets. */
const WIDEST = {
  code: 'TRANSACTION_CODE',
  layout: 'ALT-numpad',
  symbology: 'Interleaved 2 of 5',
  stationId: '12',
  type: 'CHARGE',
  amount: 999_999,
  atMs: NOW_MS,
  scannedAtMs: NOW_MS,
  host: 'reversed',
  limit: 999_999,
  count: 20,
  oldestAtMs: NOW_MS - 7_330_000,
};

/** A refused scan for every cause of screens 1.6, and the repeated one. */
export const REFUSED_FACES: Readonly<Record<string, Face>> = {
  ...Object.fromEntries(REFUSED_CAUSES.map((cause) => [cause, refused(cause, WIDEST)])),
  'CUT-REPEATED': faceOf('REFUSED', {
    closable: true,
    countdown: { leftMs: 8_000, totalMs: 8_000, kind: 'close' },
    refused: { cause: 'CUT', values: {}, repeated: true },
  }),
};

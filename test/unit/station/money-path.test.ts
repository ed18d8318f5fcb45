/** What a second look at the money path found: each of these once was a wrong sentence, or a station that stood still. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CaseReason } from '../../../src/intent/model.ts';
import { DEFAULT_POLICY } from '../../../src/intent/policy.ts';
import { LedgerFault } from '../../../src/ledger/fault.ts';
import { APPROVAL, Lab, ONLINE, OTHER_CARD } from './desk-lab.ts';

let lab: Lab;

beforeEach(() => {
  lab = new Lab();
});

afterEach(() => lab.close());

const DOWN = { ...ONLINE, line: { ...ONLINE.line, state: 'down' as const } };

/** A charge that is credited later; its slip was shown unless `shown` is false. */
function later({ shown = true } = {}): void {
  lab.status = DOWN;
  lab.scan(lab.barcode('CHARGE', 10_000));
  lab.press('LATER');
  lab.press('RECEIVED');
  if (shown) lab.shown();
  lab.status = ONLINE;
}

function credited(): void {
  lab.event({ kind: 'send' });
  lab.event({ kind: 'approved', approval: APPROVAL });
}

/** A withdrawal that is approved. */
function payout(): void {
  lab.scan(lab.barcode('REFUND', 10_000));
  lab.press('REQUEST');
  lab.event({ kind: 'send' });
  lab.event({ kind: 'approved', approval: APPROVAL });
}

function openFromRail(): ReturnType<Lab['press']> {
  const { rail } = lab.see();
  const item = [...rail.payoutDue, ...rail.returnDue, ...rail.cases, ...rail.later][0];
  if (item === undefined) throw new Error('nothing in the rail');
  return lab.press('OPEN', { sequenceId: item.sequenceId, version: item.version });
}

/** A charge without any answer, to its end: reversed, cash given back. */
function slowCharge(): void {
  lab.scan(lab.barcode('CHARGE', 10_000));
  lab.press('RECEIVED');
  lab.event({ kind: 'send' });
  lab.event({ kind: 'ambiguous', code: null });
  lab.clock.pass(15_000);
  lab.event({ kind: 'deadline' });
  lab.press('HANDED');
  lab.event({ kind: 'netCancelAcknowledged', result: 'NOT_FOUND', tombstone: true, businessDate: null });
  lab.clock.pass(8_000);
}

function declined(): void {
  lab.scan(lab.barcode('CHARGE', 10_000));
  lab.press('RECEIVED');
  lab.event({ kind: 'send' });
  lab.event({ kind: 'declined', code: '006_010', businessDate: null });
  lab.press('HANDED');
  lab.clock.pass(8_000);
}

/** A withdrawal that was approved and not paid. */
function undone(): void {
  payout();
  lab.press('STOP');
  lab.event({ kind: 'netCancelAcknowledged', result: 'REVERSED', tombstone: true, businessDate: null });
  lab.clock.pass(20_000);
}

/** A charge to be credited later, without an answer, whose cash a manager gives back. */
function paidBack(): void {
  later();
  lab.press('CLOSE');
  lab.event({ kind: 'send' });
  lab.event({ kind: 'ambiguous', code: null });
  const { sequenceId } = lab.newest();
  const options = { actor: { role: 'manager', id: 'Kim' } } as const;
  lab.ledger.record(sequenceId, { kind: 'payBack' }, lab.clock.now(), options);
  lab.ledger.record(sequenceId, { kind: 'givenBack' }, lab.clock.now(), options);
  reversed();
}

/** A charge whose power goes as it is sent. */
function brokenOff(): void {
  lab.scan(lab.barcode('CHARGE', 10_000));
  lab.press('RECEIVED');
  lab.event({ kind: 'send' });
  lab.restart();
  expect(lab.face()).toBe('RE-IN');
}

function handedInTheDark(): void {
  brokenOff();
  lab.press('HANDED');
  reversed();
}

function keptInTheDark(): void {
  brokenOff();
  lab.press('RECEIVED');
  lab.event({ kind: 'inquiry', result: 'NOT_FOUND', sentUnder: lab.newest().hostVersion });
  lab.clock.pass(15_000);
  lab.event({ kind: 'deadline' });
  lab.press('HANDED');
  reversed();
}

/** The net cancel of the newest payment is through, and the counter was told. */
function reversed(): void {
  lab.event({ kind: 'netCancelAcknowledged', result: 'NOT_FOUND', tombstone: true, businessDate: null });
  expect(lab.newest()).toMatchObject({ host: 'reversed', cash: 'returned' });
  lab.shown();
  lab.clock.pass(21_000);
}

/** Neither in this run nor by what the next start reads. */
function expectNothingCounted(): void {
  expect(lab.recent).toEqual({ outcomes: 0, reversed: 0 });
  expect(lab.face()).toBe('IDLE');
  lab.restart();
  expect(lab.recent).toEqual({ outcomes: 0, reversed: 0 });
  expect(lab.scan(lab.barcode('CHARGE', 10_000))).toBe('accepted');
}

describe('too many reversals lately', () => {
  beforeEach(() => {
    lab.close();
    lab = new Lab({ reversals: { ...DEFAULT_POLICY.reversals, count: 100, sum: 100_000_000 } });
  });

  it('stop new payments for a while, and time alone lets them in again', () => {
    const { rateMinimum } = DEFAULT_POLICY.reversals;
    for (let times = 0; times < rateMinimum; times += 1) slowCharge();
    expect(lab.see().face).toMatchObject({ id: 'SLOW', values: { cause: 'REVERSAL_RATE' } });
    expect(lab.scan(lab.barcode('CHARGE', 10_000))).toBe('refused');
    lab.clock.pass(600_000);
    expect(lab.face()).toBe('IDLE');
    expect(lab.scan(lab.barcode('CHARGE', 10_000))).toBe('accepted');
  });

  it('stop them also after a start: it forgets nothing of the last ten minutes, and lets them in when those are over', () => {
    const { rateMinimum } = DEFAULT_POLICY.reversals;
    for (let times = 0; times < rateMinimum; times += 1) slowCharge();
    const untilMs = lab.recentChangesMs() ?? 0;
    lab.restart();
    expect(lab.see().face).toMatchObject({ id: 'SLOW', values: { cause: 'REVERSAL_RATE' } });
    expect(lab.scan(lab.barcode('CHARGE', 10_000))).toBe('refused');
    expect(lab.recentChangesMs()).toBe(untilMs);
    lab.clock.pass(untilMs - lab.clock.now().monoMs);
    expect(lab.face()).toBe('IDLE');
  });

  it('are counted after a start as they were in the run: by what the issuer did, not by what people undid', () => {
    lab.charge();
    for (let times = 0; times < 3; times += 1) slowCharge();
    declined();
    undone();
    later();
    credited();
    const { recent } = lab;
    expect(recent).toEqual({ outcomes: 7, reversed: 3 });
    lab.restart();
    expect(lab.recent).toEqual(recent);
    lab.restart(); // what a start itself writes changes nothing of it
    expect(lab.recent).toEqual(recent);
  });

  it.each([
    ['whose clock has lost its battery', 0],
    ['long after, by its clock', Date.UTC(2031, 0, 1)],
  ])('are counted by a start %s no further back than anybody knows', (_, wallMs) => {
    for (let times = 0; times < DEFAULT_POLICY.reversals.rateMinimum; times += 1) slowCharge();
    lab.clock.setWall(wallMs);
    lab.restart();
    expect(lab.face()).toBe(wallMs === 0 ? 'SLOW' : 'IDLE');
    lab.clock.pass(600_000);
    expect(lab.face()).toBe('IDLE');
  });

  it('are not what a manager paid back of what an outage left without an answer', () => {
    for (let times = 0; times < DEFAULT_POLICY.reversals.rateMinimum; times += 1) paidBack();
    expectNothingCounted();
  });

  it.each([
    ['whose cash the customer has back', handedInTheDark],
    ['whose cash is in the drawer, and which never reached the issuer', keptInTheDark],
  ])('are not charges that a power cut broke off, %s', (_, brokenOff) => {
    for (let times = 0; times < DEFAULT_POLICY.reversals.rateMinimum; times += 1) brokenOff();
    expectNothingCounted();
  });

  it('are not what the store itself undid', () => {
    for (let times = 0; times < DEFAULT_POLICY.reversals.rateMinimum; times += 1) {
      payout();
      lab.press('STOP');
      expect(lab.face()).toBe('NO-OUT-REV');
      lab.event({ kind: 'netCancelAcknowledged', result: 'REVERSED', tombstone: true, businessDate: null });
      lab.clock.pass(20_000);
    }
    expect(lab.face()).toBe('IDLE');
  });
});

describe('a charge that was credited later', () => {
  it('opened from the rail, gives the station free when the issuer credits it meanwhile', () => {
    later();
    lab.press('CLOSE');
    expect(openFromRail().done).toBe(true);
    credited();
    expect(lab.see().face).toMatchObject({ id: 'LATER-DONE', closable: true });
    expect(lab.scan(lab.barcode('CHARGE', 5_000, OTHER_CARD))).toBe('accepted');
  });

  it('and has a case, closes by itself', () => {
    later();
    lab.press('CLOSE');
    lab.event({ kind: 'openCase', reason: 'BUDGET_SPENT' });
    credited();
    expect(openFromRail().done).toBe(true);
    expect(lab.face()).toBe('LATER-DONE');
    lab.clock.pass(10_000);
    expect(lab.face()).toBe('IDLE');
  });

  it('and is found in the drawer after a restart, does not stand on the screen for ever', () => {
    later({ shown: false });
    lab.event({ kind: 'send' });
    lab.restart();
    expect(lab.face()).toBe('RE-IN');
    lab.event({ kind: 'approved', approval: APPROVAL });
    lab.press('RECEIVED');
    expect(lab.see().face).toMatchObject({ id: 'LATER-DONE', acknowledge: true });
    lab.clock.pass(10_000);
    expect(lab.face()).toBe('IDLE');
  });
});

describe('a payout that the issuer puts in doubt', () => {
  const DOUBTS: readonly CaseReason[] = ['REVERSED_ELSEWHERE', 'ISSUER_CONTRADICTS', 'RECOVERING'];

  it.each(DOUBTS)('is no longer on the screen, and the rail does not bring it back: %s', (reason) => {
    payout();
    expect(lab.face()).toBe('PAY');
    lab.event({ kind: 'openCase', reason });
    expect(lab.face()).not.toBe('PAY');
    expect(openFromRail().done).toBe(false);
    expect(lab.face()).not.toBe('PAY');
  });

  it('is the manager’s also when the doubt came before the approval', () => {
    lab.scan(lab.barcode('REFUND', 10_000));
    lab.press('REQUEST');
    lab.event({ kind: 'send' });
    lab.event({ kind: 'ambiguous', code: '006_021' });
    expect(lab.newest().cases).toEqual(['CONTENT_CONFLICT']);
    lab.event({ kind: 'approved', approval: APPROVAL });
    expect(lab.newest()).toMatchObject({ cash: 'payout_due', left: true });
    expect(lab.face()).toBe('IDLE');
  });
});

describe('a payment that was left to the manager', () => {
  it('and is opened from the rail, gives the station free after 180 s', () => {
    payout();
    lab.press('LEAVE');
    expect(lab.face()).toBe('IDLE');
    expect(openFromRail().done).toBe(true);
    expect(lab.see().face).toMatchObject({ id: 'PAY', countdown: { leftMs: 180_000, kind: 'leave' } });
    lab.clock.pass(180_000);
    expect(lab.face()).toBe('IDLE');
    expect(lab.newest()).toMatchObject({ cash: 'payout_due', left: true, cases: ['LEFT_AT_COUNTER'] });
  });
});

describe('a void on a card whose barcode died with the last run', () => {
  function lateVoid(): string {
    lab.charge();
    lab.shown();
    const { last } = lab.see().rail;
    lab.press('VOID', { sequenceId: last?.sequenceId ?? '', version: last?.version ?? 0 });
    lab.scan(lab.barcode('CHARGE', 1_000));
    lab.press('REQUEST');
    lab.proofs.clear();
    lab.restart();
    lab.press('RECEIVED');
    expect(lab.face()).toBe('VOID-WAIT');
    return lab.newest().voids[0]?.cancelId ?? '';
  }

  it('goes on under its own id with a fresh barcode of the same card', () => {
    const cancelId = lateVoid();
    expect(lab.scan(lab.barcode('CHARGE', 2_000))).toBe('refused');
    lab.clock.pass(15_000);
    const fresh = lab.barcode('CHARGE', 2_000);
    expect(lab.scan(fresh)).toBe('accepted');
    expect([...lab.proofs]).toEqual([[cancelId, fresh]]);
    expect(lab.newest().voids).toMatchObject([{ cancelId, proof: 'card' }]);
    expect(lab.newest().host).toBe('voiding');
  });

  it('keeps the barcode that proved it so far when the ledger takes no record of a fresh one', () => {
    const cancelId = lateVoid();
    lab.clock.pass(15_000);
    const first = lab.barcode('CHARGE', 2_000);
    lab.scan(first);
    lab.failing = new LedgerFault('LOCKED');
    lab.clock.pass(15_000);
    expect(lab.scan(lab.barcode('CHARGE', 3_000))).toBe('refused');
    expect([...lab.proofs]).toEqual([[cancelId, first]]);
  });

  it('takes no barcode of another card', () => {
    lateVoid();
    lab.clock.pass(15_000);
    expect(lab.scan(lab.barcode('CHARGE', 2_000, OTHER_CARD))).toBe('refused');
    expect(lab.see().band?.cause).toBe('VOID_PROOF');
    expect(lab.proofs.size).toBe(0);
  });
});

describe('a fault of our own while the line changes', () => {
  it('does not freeze the screen: the next event is shown', () => {
    lab.scan(lab.barcode('CHARGE', 10_000));
    lab.status = DOWN;
    lab.failing = new Error('an assertion that does not hold');
    expect(() => lab.station.refresh()).toThrow('assertion');
    lab.failing = null;
    lab.station.refresh();
    expect(lab.face()).toBe('LATER-ASK');
  });
});

/** What a second look at the money path found: each of these once was a wrong sentence, or a station that stood still. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../src/intent/policy.ts';
import { APPROVAL, Lab } from './desk-lab.ts';

let lab: Lab;

beforeEach(() => {
  lab = new Lab();
});

afterEach(() => lab.close());

/** A withdrawal that is approved. */
function payout(): void {
  lab.scan(lab.barcode('REFUND', 10_000));
  lab.press('REQUEST');
  lab.event({ kind: 'send' });
  lab.event({ kind: 'approved', approval: APPROVAL });
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

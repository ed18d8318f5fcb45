/** A payment whose row cannot be read any more: what its station shows of it, and that it holds up no other. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { APPROVAL, Lab, OTHER_CARD, PAGE } from './desk-lab.ts';

const LEAVE_MS = 180_000;

let lab: Lab;
beforeEach(() => {
  lab = new Lab();
});
afterEach(() => lab.close());

/** A charge that was declined and whose cash the customer did not wait for. */
function leaveReturn(amount: number, card?: string): ReturnType<Lab['newest']> {
  lab.scan(lab.barcode('CHARGE', amount, card));
  lab.press('RECEIVED');
  lab.event({ kind: 'send' });
  lab.event({ kind: 'declined', code: '006_007', businessDate: null });
  lab.event({ kind: 'leave' });
  return lab.newest();
}

function pass(ms: number): void {
  lab.clock.pass(ms);
  lab.station.pages.seen(PAGE, lab.clock.now().monoMs);
}

describe('a payment that was set aside', () => {
  it('is not opened from the rail, where others that wait still are', () => {
    const damaged = leaveReturn(10_000);
    const other = leaveReturn(7_000, OTHER_CARD);
    lab.damage(damaged.sequenceId);
    lab.setAside(damaged.sequenceId);
    expect(lab.press('OPEN', damaged).refusal).toBe('MANAGER_NEEDED');
    expect(lab.face()).toBe('LEDGER');
    expect(lab.press('OPEN', other).refusal).toBeNull();
    expect(lab.press('HANDED').refusal).toBeNull();
    expect(lab.ledger.get(other.sequenceId)?.cash).toBe('returned');
  });

  it('is named in the rail as it was known last, in a list of its own, for somebody must find its cash', () => {
    const other = leaveReturn(7_000, OTHER_CARD);
    lab.scan(lab.barcode('CHARGE', 12_000));
    lab.press('RECEIVED');
    lab.event({ kind: 'send' });
    lab.event({ kind: 'ambiguous', code: null });
    expect(lab.see().face).toMatchObject({ id: 'CHECK', refused: null });
    const { sequenceId } = lab.newest();
    expect(lab.see().rail.aside).toEqual([]);
    lab.damage(sequenceId);
    lab.setAside(sequenceId);
    const { face, rail } = lab.see();
    expect([face.id, face.intent]).toEqual(['LEDGER', null]);
    expect(rail.aside).toMatchObject([{ sequenceId, type: 'CHARGE', amount: 12_000 }]);
    lab.setAside(other.sequenceId);
    expect(lab.see()).toMatchObject({ strip: { returnDue: 0 }, rail: { returnDue: [] } });
    expect(lab.see().rail.aside.map(({ amount }) => amount)).toEqual([12_000, 7_000]);
  });

  it('is not voided either', () => {
    lab.charge();
    lab.shown();
    lab.press('CLOSE');
    expect(lab.see().rail.last?.voidable).toBe(true);
    const damaged = lab.newest();
    lab.damage(damaged.sequenceId);
    lab.setAside(damaged.sequenceId);
    expect(lab.see().rail.last?.voidable).toBe(false);
    expect(lab.press('VOID', damaged).refusal).toBe('MANAGER_NEEDED');
    expect(damaged.approval?.approvalCode).toBe(APPROVAL.approvalCode);
  });

  it('of which the cash could not be recorded says so as long as other cash waits for a person, and then leaves the station free', () => {
    const other = leaveReturn(7_000, OTHER_CARD);
    lab.scan(lab.barcode('CHARGE', 10_000));
    const { sequenceId } = lab.newest();
    lab.damage(sequenceId);
    lab.press('RECEIVED');
    pass(10_000);
    expect(lab.see().face).toMatchObject({ id: 'NOT-RECORDED', countdown: null });
    lab.setAside(sequenceId);
    const { face } = lab.see();
    expect(face).toMatchObject({ id: 'NOT-RECORDED', intent: { sequenceId } });
    expect(face.countdown).toEqual({ leftMs: LEAVE_MS, totalMs: LEAVE_MS, kind: 'leave' });
    const failed = lab.faults.length;
    pass(LEAVE_MS - 1);
    expect(lab.face()).toBe('NOT-RECORDED');
    expect(lab.faults).toHaveLength(failed); // it is not tried again in vain
    pass(1);
    expect(lab.face()).toBe('LEDGER');
    expect(lab.press('OPEN', other).refusal).toBeNull();
  });
});

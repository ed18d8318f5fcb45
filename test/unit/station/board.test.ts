/** The open matters of the terminal and their order. */
import { describe, expect, it } from 'vitest';
import type { Intent } from '../../../src/intent/model.ts';
import { RECENT_MAX } from '../../../src/intent/policy.ts';
import { Board } from '../../../src/station/board.ts';
import { APPROVAL, Lab } from './desk-lab.ts';
import { intent } from './intents.ts';

const EARLY = intent({ sequenceId: '01K0V3M8Q4ZT6W5R2N7QK29XMD', question: 'RE_IN', left: false });
/** Accepted after it, while the wall clock was set back: its id is the smaller one. */
const SET_BACK = intent({ sequenceId: '01J0V3M8Q4ZT6W5R2N7QK29XMD', question: 'RE_IN', left: false });

describe('restart questions', () => {
  it('are asked newest first by the journal, also when the clock was set back between them', () => {
    const board = new Board({ attention: () => [EARLY, SET_BACK] });
    expect(board.questions(() => true).map(({ sequenceId }) => sequenceId)).toEqual([
      SET_BACK.sequenceId,
      EARLY.sequenceId,
    ]);
    const later = new Board({ attention: () => [EARLY] });
    later.update({ intent: SET_BACK });
    later.update({ intent: { ...EARLY, version: EARLY.version + 1 } });
    expect(later.questions(() => true)[0]?.sequenceId).toBe(SET_BACK.sequenceId);
  });
});

describe('open reversals', () => {
  it('are those that the issuer is still to undo, not those that a voucher booked to the store', () => {
    const open = intent({ sequenceId: EARLY.sequenceId, host: 'reversing', cash: 'returned', amount: 3_000 });
    const borne: Intent = { ...open, sequenceId: SET_BACK.sequenceId, vouchers: ['daySealed'] };
    const board = new Board({ attention: () => [open, borne] });
    expect(board.totals().reversing).toMatchObject({ count: 1, sum: 3_000 });
    board.update({ intent: { ...open, version: open.version + 1, vouchers: ['daySealed'] } });
    expect(board.totals().reversing).toMatchObject({ count: 0, sum: 0, oldestAtMs: null });
  });
});

describe('the rate of reversals', () => {
  it('is judged by the newest payments, as many as its minimum may ask for', () => {
    const board = new Board({ attention: () => [] });
    for (let number = 0; number < 2 * RECENT_MAX; number += 1) {
      const one = intent({ sequenceId: `P${number}`, host: 'sending', cash: 'received' });
      board.update({ intent: one });
      board.update({
        intent: { ...one, host: 'reversing', cash: 'return_due', netCancelReason: 'BAD_ANSWER' },
      });
    }
    expect(board.recent(EARLY.enteredMs)).toEqual({ outcomes: RECENT_MAX, reversed: RECENT_MAX });
  });
});

describe('the drawer', () => {
  it('pays nobody what another withdrawal was promised: one under way, or one that waits for its customer', () => {
    const lab = new Lab({ drawerFloat: 10_000 });
    try {
      lab.scan(lab.barcode('REFUND', 8_000));
      expect(lab.press('REQUEST').done).toBe(true);
      lab.event({ kind: 'send' });
      lab.event({ kind: 'approved', approval: APPROVAL });
      lab.press('LEAVE');
      expect(lab.newest()).toMatchObject({ cash: 'payout_due', left: true });
      const second = '9410001122334455';
      expect(lab.scan(lab.barcode('REFUND', 3_000, second))).toBe('refused');
      expect(lab.see().face.refused).toMatchObject({ cause: 'PAYOUT_LIMIT', values: { limit: 2_000 } });
      lab.clock.pass(60_000);
      expect(lab.scan(lab.barcode('REFUND', 2_000, second))).toBe('accepted');
      lab.press('STOP');
      const first = lab.ledger.open()[0];
      if (first === undefined) throw new Error('it waits for its customer');
      lab.ledger.record(first.sequenceId, { kind: 'notPaid' }, lab.clock.now(), {
        actor: { role: 'manager', id: 'Kim' },
      });
      lab.clock.pass(60_000);
      expect(lab.scan(lab.barcode('REFUND', 3_000, second))).toBe('accepted');
    } finally {
      lab.close();
    }
  });

  const SECOND = '9410001122334455';
  const THIRD = '9410001122334463';

  it('pays nobody what another customer gets back: one who was refused, or who has no answer yet', () => {
    const lab = new Lab({ drawerFloat: 0 });
    const isPaid = (amount: number): boolean => {
      lab.clock.pass(60_000);
      const isAccepted = lab.scan(lab.barcode('REFUND', amount, THIRD)) === 'accepted';
      if (isAccepted) lab.press('STOP');
      return isAccepted;
    };
    try {
      lab.charge(5_000);
      lab.shown();
      lab.clock.pass(60_000);
      lab.scan(lab.barcode('CHARGE', 50_000, SECOND));
      lab.press('RECEIVED');
      lab.event({ kind: 'send' });
      lab.event({ kind: 'declined', code: '006_005', businessDate: null });
      expect(lab.newest()).toMatchObject({ cash: 'return_due' });
      expect(lab.press('LEAVE').done).toBe(true);
      const { sequenceId } = lab.newest();
      expect(isPaid(6_000)).toBe(false);
      expect(lab.see().face.refused).toMatchObject({ cause: 'PAYOUT_LIMIT', values: { limit: 5_000 } });
      expect(isPaid(5_000)).toBe(true);
      const actor = { role: 'manager', id: 'Kim' } as const;
      lab.ledger.record(sequenceId, { kind: 'givenBack' }, lab.clock.now(), { actor });
      expect(isPaid(5_000)).toBe(true);
      expect(isPaid(6_000)).toBe(false);
    } finally {
      lab.close();
    }
  });

  it.each([
    ['of a charge under way', { host: 'sending', cash: 'received' }, 10_000],
    ['of a charge without an answer', { host: 'unknown', cash: 'received' }, 10_000],
    ['of a charge that is not sent yet', { host: 'unsent', cash: 'received' }, 10_000],
    ['of a charge whose void is under way', { host: 'voiding', cash: 'received' }, 10_000],
    ['of a return', { host: 'reversing', cash: 'return_due' }, 10_000],
    ['of a withdrawal under way', { type: 'REFUND', host: 'sending', cash: 'none' }, 10_000],
    ['of no charge that is to be credited later', { host: 'unknown', cash: 'received', deferred: true }, 0],
    ['of no charge before its cash', { host: 'unsent', cash: 'none' }, 0],
    ['of no withdrawal that is undone', { type: 'REFUND', host: 'reversing', cash: 'none' }, 0],
    [
      'of no return that was written off',
      { host: 'declined', cash: 'return_due', vouchers: ['returnUnclaimed'] },
      0,
    ],
    [
      'of no void whose cash a voucher took',
      { host: 'voiding', cash: 'received', vouchers: ['notesReturned'] },
      0,
    ],
  ] as const)('keeps the cash %s', (_name, changes, kept) => {
    const one = intent({ amount: 10_000, question: 'RE_IN', left: true, ...changes });
    expect(new Board({ attention: () => [one] }).totals().spokenFor.sum).toBe(kept);
  });
});

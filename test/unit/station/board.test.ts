/** The open matters of the terminal and their order. */
import { describe, expect, it } from 'vitest';
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
});

/** The open matters of the terminal and their order. */
import { describe, expect, it } from 'vitest';
import { Board } from '../../../src/station/board.ts';
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

import { describe, expect, it } from 'vitest';
import type { Advice } from '../../../src/intent/advice.ts';
import { adviceOf } from '../../../src/intent/advice.ts';
import { faceIdOf } from '../../../src/station/faces.ts';
import type { FaceId } from '../../../src/station/snapshot.ts';
import { context } from '../station/intents.ts';
import { contextAt, everyIntent } from './make.ts';

/** What the headline of each face of an intent says about the cash (screens 1.4, 1.5). */
const SAYS: Readonly<Partial<Record<FaceId, Advice>>> = {
  TAKE: 'take',
  'LATER-TAKE': 'take',
  MANAGER: 'hold',
  'LATER-ASK': 'hold',
  'LATER-FAIL': 'hold',
  'ASK-OUT': 'hold',
  SENDING: 'hold',
  'WAIT-OUT': 'hold',
  CHECK: 'hold',
  'CHECK-OUT': 'hold',
  'VOID-WAIT': 'hold',
  'DONE-IN': 'keep',
  'VOID-NO': 'keep',
  'LATER-OK': 'keep',
  'LATER-DONE': 'keep',
  BACK: 'giveBack',
  'BACK-REV': 'giveBack',
  'BACK-STOP': 'giveBack',
  'BACK-VOID': 'giveBack',
  'LATER-BACK': 'giveBack',
  PAY: 'payOut',
  'NO-OUT': 'payNothing',
  'NO-OUT-REV': 'payNothing',
  END: 'done',
  'END-REV': 'done',
  'END-STOP': 'done',
  'DONE-OUT': 'done',
  'RE-IN': 'question',
  'RE-HERE': 'question',
  'RE-BACK': 'question',
  'RE-CLOSED': 'question',
  'RE-OUT': 'question',
  'RE-OUT-EARLY': 'question',
};

const CONTEXT = context({ now: contextAt(0).now });

describe('the cashier reads what the exploration proved right', () => {
  it('the face of every state says of the cash what adviceOf says', () => {
    const differing = new Set<string>();
    const faces = new Set<FaceId>();
    for (const intent of everyIntent()) {
      const face = faceIdOf(intent, CONTEXT);
      faces.add(face);
      const advice = adviceOf(intent);
      // END-STOP of a withdrawal: nothing was sent, the cash stays.
      const isSame = SAYS[face] === advice || (face === 'END-STOP' && advice === 'payNothing');
      if (!isSame) {
        differing.add(
          `${intent.type} ${intent.host}/${intent.cash} deferred ${intent.deferred}: ${face}, ${advice}`,
        );
      }
    }
    expect([...differing]).toEqual([]);
    expect(faces.size).toBeGreaterThan(25);
  });
});

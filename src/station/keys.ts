/**
 * What a key means on a face (screens 1.1, 1.4, 1.5): a command for the ledger, or something that only the station's view
 * does. A verb keeps its meaning on all faces; a key that a face does not show means nothing.
 */
import type { OwnCommand, QuestionAnswer } from '../intent/model.ts';
import type { FaceId, KeyId } from './snapshot.ts';

export type KeyMeaning =
  | { readonly kind: 'command'; readonly command: OwnCommand }
  /** VOID-ASK: back to the approved charge. */
  | { readonly kind: 'dropVoid' }
  /** VOID-ASK with the proof: the station adds the void's id and the proof. */
  | { readonly kind: 'void' };

/** The meaning of a key on a face; null when the face has no such key. */
export function keyMeaning(face: FaceId, key: KeyId): KeyMeaning | null {
  return MEANINGS[face]?.[key] ?? null;
}

/** The commit of this command is where cash changes hands in the direction that the face asked for. */
export function cashOf(command: OwnCommand): 'in' | 'out' | null {
  switch (command.kind) {
    case 'received':
      return 'in';
    case 'givenBack':
    case 'paidOut':
      return 'out';
    case 'answer':
      return command.answer === 'withCustomer' ? 'out' : null;
    default:
      return null;
  }
}

const STOP = own({ kind: 'stop' });
const LEAVE = own({ kind: 'leave' });
const GIVEN_BACK = own({ kind: 'givenBack' });
const BACK = { LEAVE, HANDED: GIVEN_BACK };
const IN_DRAWER = answer('inDrawer');
const WITH_CUSTOMER = answer('withCustomer');
const WHERE = { LEAVE, RECEIVED: IN_DRAWER, HANDED: WITH_CUSTOMER };

const MEANINGS: Readonly<Partial<Record<FaceId, Readonly<Partial<Record<KeyId, KeyMeaning>>>>>> = {
  TAKE: { STOP, RECEIVED: own({ kind: 'received' }) },
  MANAGER: { STOP },
  'LATER-ASK': { STOP, LATER: own({ kind: 'creditLater' }) },
  'LATER-TAKE': { STOP, RECEIVED: own({ kind: 'received', creditLater: true }) }, // said twice: the flag is on disk too
  'LATER-FAIL': {
    STOP: own({ kind: 'cashBack' }),
    LATER: own({ kind: 'creditLater' }),
    REQUEST: own({ kind: 'chooseSend' }),
  },
  BACK,
  'BACK-REV': BACK,
  'BACK-STOP': BACK,
  'BACK-VOID': BACK,
  'LATER-BACK': BACK,
  'ASK-OUT': { STOP, REQUEST: own({ kind: 'request' }) },
  PAY: { STOP: own({ kind: 'notPaid' }), LEAVE, HANDED: own({ kind: 'paidOut' }) },
  'VOID-ASK': { STOP: { kind: 'dropVoid' }, REQUEST: { kind: 'void' } },
  'VOID-WAIT': { LEAVE },
  'RE-IN': WHERE,
  'RE-BACK': WHERE,
  'RE-OUT': WHERE,
  'RE-OUT-EARLY': WHERE,
  'RE-CLOSED': { ...WHERE, STOP: answer('notTaken') },
  'RE-HERE': {
    STOP: answer('customerGone'),
    LEAVE,
    LATER: answer('customerGoneLater'),
    REQUEST: answer('customerHere'),
  },
};

function own(command: OwnCommand): KeyMeaning {
  return { kind: 'command', command };
}

function answer(word: QuestionAnswer): KeyMeaning {
  return own({ kind: 'answer', answer: word });
}

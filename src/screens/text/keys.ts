/** The six keys of the dock: place, F key, verb and consequence (screens 1.1). */
import type { FaceId, KeyId } from '../../station/snapshot.ts';
import type { Words } from './words.ts';

/** F key of each place; F5 is the browser's reload and no key of ours. */
export const KEY_CAPS: Readonly<Record<KeyId | 'CLOSE', string>> = {
  STOP: 'F2',
  LEAVE: 'F3',
  LATER: 'F4',
  RECEIVED: 'F6',
  REQUEST: 'F7',
  HANDED: 'F8',
  CLOSE: 'F9',
};

const VERBS: Readonly<Record<KeyId | 'CLOSE', Words>> = {
  STOP: { ko: '그만두기', en: 'Stop' },
  LEAVE: { ko: '미결로 넘기기', en: 'Leave to manager' },
  LATER: { ko: '나중 충전', en: 'Credit later' },
  RECEIVED: { ko: '받았음', en: 'Received' },
  REQUEST: { ko: '승인 요청', en: 'Request' },
  HANDED: { ko: '돌려줬음', en: 'Given back' },
  CLOSE: { ko: '닫기', en: 'Close' },
};
const NOT_PAID: Words = { ko: '안 내줌', en: 'Not paid' };
const NOT_TAKEN: Words = { ko: '안 받았음', en: 'Not taken' };
const IN_THE_DRAWER: Words = { ko: '돈통에 있음', en: 'In the drawer' };
const PAID_OUT: Words = { ko: '내줬음', en: 'Paid out' };

/** The verb of a key on a face. A key keeps its meaning; only three words fit the question that is asked. */
export function keyVerb(key: KeyId | 'CLOSE', face: FaceId, type: 'CHARGE' | 'REFUND' | null): Words {
  if (key === 'STOP' && face === 'PAY') return NOT_PAID;
  if (key === 'STOP' && face === 'RE-CLOSED') return NOT_TAKEN;
  if (key === 'RECEIVED' && face.startsWith('RE-')) return IN_THE_DRAWER;
  if (key === 'HANDED' && type === 'REFUND') return PAID_OUT;
  return VERBS[key];
}

const NO_CHARGE: Words = { ko: '충전하지 않음', en: 'no charge' };
const NO_WITHDRAWAL: Words = { ko: '출금하지 않음', en: 'no withdrawal' };
const CASH_BACK: Words = { ko: '현금을 돌려줌', en: 'cash goes back' };
const LEFT: Words = { ko: '점장이 정함', en: 'manager decides' };
const GONE_LATER: Words = { ko: '손님 없음, 나중에', en: 'customer gone' };
const SENDS: Words = { ko: '충전을 요청함', en: 'asks the issuer' };
const ENDS: Words = { ko: '거래를 끝냄', en: 'ends the payment' };
const NOT_YET: Words = { ko: '아직 안 돌려줌', en: 'not given back' };

/** What follows from a key, by face; faces that are not listed have only the common consequence of the key. */
const CONSEQUENCES: Readonly<Record<KeyId, Readonly<Partial<Record<FaceId, Words>>> & { other: Words }>> = {
  STOP: {
    other: { ko: '아무것도 안 보냄', en: 'nothing is sent' },
    TAKE: NO_CHARGE,
    'LATER-ASK': NO_CHARGE,
    'LATER-TAKE': NO_CHARGE,
    'LATER-FAIL': CASH_BACK,
    'ASK-OUT': NO_WITHDRAWAL,
    PAY: { ko: '출금을 되돌림', en: 'undoes the withdrawal' },
    'VOID-ASK': { ko: '충전 그대로', en: 'charge stands' },
    'RE-HERE': CASH_BACK,
    'RE-CLOSED': { ko: '현금 없음, 끝', en: 'no cash, ends' },
  },
  LEAVE: { other: LEFT },
  LATER: {
    other: { ko: '통신이 되면 충전', en: 'when the line is back' },
    'LATER-FAIL': { ko: '확인증을 드림', en: 'gives the slip' },
    'RE-HERE': GONE_LATER,
  },
  RECEIVED: {
    other: SENDS,
    'LATER-TAKE': { ko: '나중 충전 접수', en: 'credited later' },
    'RE-IN': { ko: '거래를 이어 감', en: 'the payment goes on' },
    'RE-BACK': NOT_YET,
    'RE-CLOSED': { ko: '받았으니 돌려줌', en: 'then it goes back' },
    'RE-OUT': { ko: '안 내줬음', en: 'not paid out' },
    'RE-OUT-EARLY': { ko: '안 내줬음', en: 'not paid out' },
  },
  REQUEST: {
    other: SENDS,
    'ASK-OUT': { ko: '출금을 요청함', en: 'asks the issuer' },
    'VOID-ASK': { ko: '취소를 요청함', en: 'asks for the void' },
  },
  HANDED: {
    other: ENDS,
    'RE-IN': { ko: '이미 돌려줌, 끝', en: 'cash is back, ends' },
    'RE-CLOSED': { ko: '받았다 돌려줌', en: 'taken, given back' },
    'RE-OUT': { ko: '출금 끝', en: 'withdrawal ends' },
    'RE-OUT-EARLY': LEFT,
  },
};

const BY_ITSELF: Words = { ko: '나중에 자동 충전', en: 'credited by itself' };

/** The second line of a key: what pressing it does. Under the store's own pause it waits for no line. */
export function keyConsequence(key: KeyId, face: FaceId, isPaused = false): Words {
  if (key === 'LATER' && face === 'LATER-ASK' && isPaused) return BY_ITSELF;
  const words = CONSEQUENCES[key];
  return words[face] ?? words.other;
}

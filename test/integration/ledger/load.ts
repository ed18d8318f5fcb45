/** A till's day from a seed: scans, cash, answers, restarts, in any order that the rules admit. */
import type { Intent, IntentEvent, Now } from '../../../src/intent/model.ts';
import type { Committed, Ledger } from '../../../src/ledger/types.ts';
import { approvalOf, scanOf, TERMINAL } from './shop.ts';

/** Mulberry32: small, seeded, good enough to choose what happens next. */
export function createChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function pick<T>(chance: () => number, values: readonly T[]): T {
  const value = values[Math.floor(chance() * values.length)];
  if (value === undefined) throw new Error('nothing to pick from');
  return value;
}

const STEPS: readonly IntentEvent[] = [
  { kind: 'received' },
  { kind: 'received', creditLater: true },
  { kind: 'request' },
  { kind: 'send' },
  { kind: 'send' },
  { kind: 'stop' },
  { kind: 'unanswered' },
  { kind: 'deadline' },
  { kind: 'givenBack' },
  { kind: 'paidOut' },
  { kind: 'acknowledge' },
  { kind: 'acknowledge' },
  { kind: 'answer', answer: 'inDrawer' },
  { kind: 'answer', answer: 'notTaken' },
  { kind: 'answer', answer: 'withCustomer' },
  { kind: 'answer', answer: 'customerHere' },
  { kind: 'declined', code: '006_005', businessDate: '20260723' },
  { kind: 'ambiguous', code: null },
  { kind: 'approved', approval: approvalOf(1) },
  { kind: 'approved', approval: approvalOf(2) },
  { kind: 'netCancelAcknowledged', result: 'REVERSED', tombstone: true, businessDate: '20260723' },
];
const OPEN_MAX = 6;

/** One commit of the load, or null when the chosen command was refused. */
export function loadStep(ledger: Ledger, chance: () => number, now: Now): Committed | null {
  const open = ledger.attention();
  const isNew = open.length === 0 || (open.length < OPEN_MAX && chance() < 0.3);
  if (isNew) {
    const cardNumber = `941000${String(Math.floor(chance() * 1e10)).padStart(10, '0')}`;
    return ledger.accept(scanOf({ type: chance() < 0.7 ? 'CHARGE' : 'REFUND', cardNumber }), now);
  }
  const intent: Intent = pick(chance, open);
  const event = pick(chance, STEPS);
  const outcome = ledger.record(intent.sequenceId, event, now, { actor: TERMINAL, canDefer: true });
  return outcome.ok ? outcome : null;
}

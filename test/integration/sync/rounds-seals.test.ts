/** The rounds' own rule of what may be a case when an issuer that was put back has lost the seal of a day. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CaseReason } from '../../../src/intent/model.ts';
import { volatileMemory } from '../../../src/sync/memory.ts';
import { MANAGER, TERMINAL } from '../ledger/shop.ts';
import { Counter } from './counter.ts';
import { isBookedOn, sealedByClosesOf } from './rounds-seals.ts';

const [EARLIER, DAY] = ['20261120', '20261121'];

let counter: Counter;
beforeEach(async () => {
  counter = await new Counter({ memory: volatileMemory() }).start();
});
afterEach(() => counter.end());

function nowMs(): number {
  return counter.clock.now().wallMs;
}

async function closeSent(businessDate: string): Promise<void> {
  const detail = { closeNo: 1, itemsDigest: '', openItems: [], totals: [] };
  counter.ledger.recordDay({ kind: 'dayCloseSent', businessDate, detail }, counter.clock.now(), TERMINAL);
  await counter.clock.advance(1_000);
}

async function sealed(businessDate: string): Promise<void> {
  const detail = { closeNo: 1, openItems: [], version: 'test' };
  const posting = { issuer_payable: 0, cash_drawer: 0, store: 0 };
  counter.ledger.recordDay(
    { kind: 'daySealed', businessDate, detail, posting },
    counter.clock.now(),
    TERMINAL,
  );
  await counter.clock.advance(1_000);
}

it('a seal that the issuer may have forgotten is one whose close was sent before, also when its answer was heard later', async () => {
  await closeSent(EARLIER);
  const fromMs = nowMs();
  await sealed(EARLIER);
  await closeSent(DAY);
  await sealed(DAY);
  expect([...sealedByClosesOf(counter.ledger, fromMs)]).toEqual([EARLIER]);
  expect([...sealedByClosesOf(counter.ledger, nowMs())]).toEqual([EARLIER, DAY]);
});

it('a close that was not agreed to has sealed nothing', async () => {
  await closeSent(DAY);
  expect([...sealedByClosesOf(counter.ledger, nowMs())]).toEqual([]);
});

it('what is booked on such a day may be a case for that alone, and nothing of another day', async () => {
  const { sequenceId } = counter.charge();
  await counter.clock.advance(1_000);
  const on = (date: string): boolean => {
    const intent = counter.ledger.get(sequenceId);
    if (intent === null) throw new Error('it is gone');
    return isBookedOn(new Set([date]), intent);
  };
  const opened = (reason: CaseReason) =>
    counter.ledger.record(sequenceId, { kind: 'openCase', reason }, counter.clock.now(), { actor: MANAGER });
  const date = counter.ledger.get(sequenceId)?.businessDate ?? '';
  opened('BOOKED_AFTER_SEAL');
  expect([on(date), on(DAY)]).toEqual([true, false]);
  opened('RECOVERING');
  expect(on(date)).toBe(false);
});

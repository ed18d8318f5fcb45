/** An ended face that nobody was told of comes back after its time: it does not stand there for ever once somebody was. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Actor, IntentEvent } from '../../../src/intent/model.ts';
import { APPROVAL, Lab, PAGE } from './desk-lab.ts';

const MANAGER: Actor = { role: 'manager', id: 'M1' };
const DONE_MS = 20_000;

let lab: Lab;
beforeEach(() => {
  lab = new Lab();
});
afterEach(() => lab.close());

/** Time in which no page is there, until one comes back. */
function unseen(ms: number): void {
  lab.clock.pass(ms);
  lab.station.pages.seen(PAGE, lab.clock.now().monoMs);
}

/** A charge that was over, and whose void by a manager was refused: its cash stays, which is to be shown anew. */
function refuseVoid(): void {
  lab.charge();
  lab.shown();
  lab.press('CLOSE');
  const { sequenceId } = lab.newest();
  const record = (event: IntentEvent): void => {
    const options = { actor: MANAGER, openBusinessDate: APPROVAL.businessDate };
    lab.ledger.record(sequenceId, event, lab.clock.now(), options);
  };
  record({ kind: 'void', cancelId: 'V1', proof: 'manager', managerId: 'M1' });
  record({ kind: 'voidRefused', cancelId: 'V1', code: '007_030' });
  expect(lab.face()).toBe('VOID-NO');
}

it('a refused void closes by its time, though no page was there the first time', () => {
  refuseVoid();
  unseen(DONE_MS + 5_000);
  expect(lab.see().face).toMatchObject({
    id: 'VOID-NO',
    countdown: { leftMs: DONE_MS - 5_000, kind: 'close' },
  });
  expect(lab.shown().refusal).toBeNull();
  unseen(DONE_MS);
  expect(lab.face()).toBe('IDLE');
});

it('a refused void that was closed before anybody was told has its time anew', () => {
  refuseVoid();
  lab.clock.pass(5_000);
  lab.press('CLOSE');
  expect(lab.see().face).toMatchObject({ id: 'VOID-NO', countdown: { leftMs: DONE_MS, kind: 'close' } });
});

/**
 * One round: a payment is brought to a point, the agent is killed, people go on in the dark, the agent starts again, its
 * question is answered truthfully, the payment is brought to its end. Then notes, issuer and ledger are compared.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaceId } from '../../../src/station/snapshot.ts';
import { Counter, type PaymentType, until } from './counter.ts';

export const POINTS = [
  'after the scan',
  'after the confirmation',
  'while the request is out',
  'after the answer',
] as const;
export type Point = (typeof POINTS)[number];

/** Small: fifty withdrawals must not empty the card. */
export const AMOUNT = 1_000;
/** Rounds per point: few in `npm test`, 50 in `npm run prove`. */
const ROUNDS = Number(process.env.KONA_TILL_KILL_ROUNDS ?? 3);
const ROUND_MS = 60_000;

/** Where this customer's notes are, and what the person at the counter decides in this round. */
export interface Case {
  readonly type: PaymentType;
  readonly point: Point;
  /** In the dark the cashier moved the cash that the screen had asked for, or undid it. */
  readonly movedInTheDark: boolean;
  /** The issuer had booked the request before the agent was killed. */
  readonly booked: boolean;
  /** CHARGE: this customer's notes lie in the drawer. REFUND: the customer has been paid. */
  moved: boolean;
  sequenceId: string;
}

async function bringToPoint(counter: Counter, round: Case): Promise<void> {
  const { page, issuer } = counter;
  round.sequenceId = await counter.scan(round.type, AMOUNT);
  if (round.point === 'after the scan') {
    round.moved = round.type === 'CHARGE' && round.movedInTheDark;
    return;
  }
  if (round.point === 'while the request is out') {
    issuer.faults?.set({
      call: 'approve',
      kind: round.booked ? 'delay' : 'dropBefore',
      times: 1,
      ms: 10_000,
    });
  }
  const before = await counter.balance();
  round.moved = round.type === 'CHARGE';
  await page.press(round.type === 'CHARGE' ? 'RECEIVED' : 'REQUEST');
  if (round.point === 'after the confirmation') return;
  if (round.point === 'while the request is out') {
    await until('the request at the issuer', () => (issuer.faults?.list().length === 0 ? true : null));
    if (round.booked)
      await until('the booking', async () => ((await counter.balance()) === before ? null : true));
    return;
  }
  await counter.face(round.type === 'CHARGE' ? 'DONE-IN' : 'PAY');
  if (round.type === 'REFUND') round.moved = round.movedInTheDark;
}

/** In the dark a cashier may have given notes back that he had taken. */
function actInTheDark(round: Case): void {
  if (round.type === 'CHARGE' && round.point !== 'after the scan' && round.movedInTheDark)
    round.moved = false;
}

/** The true answer to each question, and the obedient press on each face. Null: nothing to press, wait. */
async function step(counter: Counter, round: Case, face: FaceId): Promise<'ended' | 'pressed' | 'waiting'> {
  const { page } = counter;
  // A payment that ended earlier may be asked about once more; its notes went back long ago.
  const moved = page.snapshot?.face.intent?.sequenceId === round.sequenceId && round.moved;
  switch (face) {
    case 'RE-IN':
    case 'RE-BACK':
      await page.press(moved ? 'RECEIVED' : 'HANDED');
      return 'pressed';
    case 'RE-CLOSED':
      await page.press(moved ? 'RECEIVED' : 'STOP');
      return 'pressed';
    case 'RE-HERE':
      await page.press('REQUEST');
      return 'pressed';
    case 'RE-OUT':
      await page.press(moved ? 'HANDED' : 'RECEIVED');
      return 'pressed';
    case 'RE-OUT-EARLY':
      await page.press('RECEIVED');
      return 'pressed';
    case 'BACK':
    case 'BACK-REV':
    case 'BACK-STOP':
      round.moved = false;
      await page.press('HANDED');
      return 'pressed';
    case 'LATER-FAIL':
      // Not a byte left, on a busy machine: the customer wants the cash back.
      await page.press('STOP');
      return 'pressed';
    case 'PAY':
      round.moved = true;
      await page.press('HANDED');
      return 'pressed';
    case 'TAKE':
    case 'ASK-OUT':
      throw new Error('a restart must never ask for new cash');
    case 'IDLE':
      return 'ended';
    default:
      if (page.snapshot?.face.closable === true) await page.press('CLOSE');
      return 'waiting';
  }
}

/** Follows the screen to the end of the payment: answers, presses, and confirms what was shown. */
export async function bringToEnd(counter: Counter, round: Case): Promise<readonly FaceId[]> {
  const seen: FaceId[] = [];
  const what = (): string => {
    const open = counter.ledger((ledger) => ledger.attention());
    return `the end of the payment: ${JSON.stringify({ round, seen, open, snapshot: counter.page.snapshot }, null, 1)}`;
  };
  await until(what, async () => {
    const { snapshot } = counter.page;
    if (snapshot === null) return null;
    const { id, acknowledge } = snapshot.face;
    if (seen.at(-1) !== id) seen.push(id);
    if (acknowledge) await counter.page.shown();
    if ((await step(counter, round, id)) !== 'ended') return null;
    return counter.ledger((ledger) => ledger.open()).length === 0 ? true : null;
  });
  return seen;
}

/** Kills at that point again and again, by charge and by withdrawal: nothing is lost, nothing happens twice. */
export function killsAgainAndAgain(point: Point): void {
  describe(`a kill ${point}`, () => {
    let counter: Counter;
    beforeAll(async () => {
      counter = await Counter.open();
    });
    afterAll(() => counter.close());

    it.each(['CHARGE', 'REFUND'] as const)(
      '%s: the question is asked, answered either way, and notes, issuer and ledger agree',
      async (type) => {
        for (let round = 0; round < ROUNDS; round += 1) await killAndCompare(counter, point, type, round);
      },
      ROUNDS * ROUND_MS,
    );
  });
}

/** Runs one round and compares notes, issuer and ledger. */
async function killAndCompare(
  counter: Counter,
  point: Point,
  type: PaymentType,
  number: number,
): Promise<void> {
  const round: Case = {
    type,
    point,
    movedInTheDark: number % 2 === 1,
    booked: number % 4 < 2,
    moved: false,
    sequenceId: '',
  };
  const before = await counter.balance();
  await bringToPoint(counter, round);
  await counter.kill();
  actInTheDark(round);
  counter.issuer.faults?.clear();
  expect(counter.ledger((ledger) => ledger.verify()).faults).toEqual([]);
  await counter.start();
  const seen = await bringToEnd(counter, round);
  expect(seen[0], `${type} ${point}: the first face after the restart`).toMatch(/^RE-/);
  const difference = (await counter.balance()) - before;
  const sign = type === 'CHARGE' ? 1 : -1;
  const where = `${type} ${point}, round ${number}, ${JSON.stringify(round)}, faces ${seen.join(' ')}`;
  expect(difference, where).toBe(round.moved ? sign * AMOUNT : 0);
  counter.drawer += difference;
  const { faults, balances } = counter.ledger((ledger) => ledger.verify());
  expect(faults, where).toEqual([]);
  expect(balances.cash_drawer, where).toBe(counter.drawer);
  expect({ ...balances, cash_drawer: 0, issuer_payable: 0 }, where).toEqual({
    cash_drawer: 0,
    issuer_payable: 0,
    customer_due: 0,
    suspense: 0,
    deferred: 0,
    dispute: 0,
    unclaimed: 0,
    store: 0,
  });
  expect(balances.issuer_payable + balances.cash_drawer, where).toBe(0);
}

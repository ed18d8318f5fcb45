/**
 * The power goes while a payment is in each of its states: after the reboot the ledger verifies, what the page had shown
 * is there, the cashier is asked where the cash is, and with the true answer notes, issuer and ledger agree.
 * `npm test` cuts the power once, `npm run test:hardware` in every state.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../../src/issuer/issuer.ts';
import type { FaceId } from '../../src/station/snapshot.ts';
import { FULL, openLab } from './lab/lab.ts';
import { TillInMachine } from './lab/till.ts';

type Type = 'CHARGE' | 'REFUND';
type Point = 'after the scan' | 'after the confirmation' | 'while the request is out' | 'after the answer';

const AMOUNT = 10_000;
const START_MS = 1_200_000;
const ROUND_MS = 1_800_000;
/** What may stand on the disk when the power goes at a point: what the page had shown, or a step further. */
const ON_DISK: Readonly<Record<Type, Readonly<Record<Point, readonly string[]>>>> = {
  CHARGE: {
    'after the scan': ['unsent/none'],
    'after the confirmation': [
      'unsent/received',
      'sending/received',
      'unknown/received',
      'approved/received',
    ],
    'while the request is out': ['sending/received', 'unknown/received'],
    'after the answer': ['approved/received'],
  },
  REFUND: {
    'after the scan': ['unsent/none'],
    'after the confirmation': ['unsent/none', 'sending/none', 'unknown/none', 'approved/payout_due'],
    'while the request is out': ['sending/none', 'unknown/none'],
    'after the answer': ['approved/payout_due'],
  },
};
const CASES: readonly (readonly [Type, Point])[] = FULL
  ? (['CHARGE', 'REFUND'] as const).flatMap((type) =>
      (Object.keys(ON_DISK[type]) as Point[]).map((point) => [type, point] as const),
    )
  : [['CHARGE', 'while the request is out']];

const lab = await openLab();

if (typeof lab === 'string') {
  it('a power cut in every state of a payment: NOT RUN on this machine', (context) => context.skip(lab));
} else {
  describe('the power goes', () => {
    let issuer: Issuer;
    let till: TillInMachine;

    beforeAll(async () => {
      issuer = await startIssuer({ storage: { memory: true } });
      till = new TillInMachine(lab, issuer);
      await till.switchOn();
      await till.startAgent(true);
    }, START_MS);
    afterAll(async () => {
      await till?.cutPower();
      await issuer?.close();
      lab.close();
    });

    /** Answers whether this customer's notes have moved: taken for a CHARGE, paid for a REFUND. */
    async function bringTo(type: Type, point: Point): Promise<{ sequenceId: string; moved: boolean }> {
      await till.face('IDLE');
      const before = await till.balance();
      const sequenceId = await till.scan(type, AMOUNT);
      if (point === 'after the scan') return { sequenceId, moved: false };
      // The issuer books and keeps its answer for longer than the power stays on.
      if (point === 'while the request is out')
        issuer.faults?.set({ call: 'approve', kind: 'delay', times: 1, ms: 60_000 });
      await till.press(type === 'CHARGE' ? 'RECEIVED' : 'REQUEST');
      if (point === 'while the request is out')
        await expect.poll(() => till.balance(), { timeout: 60_000 }).not.toBe(before);
      if (point === 'after the answer') await till.face(type === 'CHARGE' ? 'DONE-IN' : 'PAY');
      return { sequenceId, moved: type === 'CHARGE' };
    }

    /** The true answer to each question, and the obedient press on each face, to the end. */
    async function bringToEnd(moved: boolean): Promise<{ faces: FaceId[]; moved: boolean }> {
      const faces: FaceId[] = [];
      const state = { moved };
      for (let step = 0; step < 40; step += 1) {
        const last = faces.at(-1);
        const shown = await till.until(
          `the next face after ${last}`,
          ({ face, acknowledge, closable }) =>
            face !== last || acknowledge || closable || ANSWERS[face] !== undefined,
        );
        if (shown.face !== last) faces.push(shown.face);
        if (shown.face === 'IDLE') return { faces, moved: state.moved };
        if (shown.acknowledge) await till.press('shown');
        const answer = ANSWERS[shown.face]?.(state);
        if (answer !== undefined) await till.press(answer);
        else if (shown.closable) await till.press('CLOSE');
      }
      throw new Error(`no end: ${faces.join(' ')}`);
    }

    it.each(CASES)(
      '%s, %s: nothing that was shown is lost, the question is asked, and both sides agree',
      async (type, point) => {
        const before = await till.balance();
        const { sequenceId, moved } = await bringTo(type, point);
        await till.cutPower();
        issuer.faults?.clear();
        await till.switchOn();
        expect(await till.wrongInLedger()).toBeNull();
        const row = (await till.payments()).find((each) => each.sequenceId === sequenceId);
        expect(ON_DISK[type][point], `on the disk: ${JSON.stringify(row)}`).toContain(
          `${row?.host}/${row?.cash}`,
        );
        await till.startAgent(false);
        const end = await bringToEnd(moved);
        expect(end.faces[0], 'the first face after the reboot').toMatch(/^RE-/);
        const difference = (await till.balance()) - before;
        expect(difference, end.faces.join(' ')).toBe(end.moved ? (type === 'CHARGE' ? AMOUNT : -AMOUNT) : 0);
        expect(await till.wrongInLedger()).toBeNull();
        process.stdout.write(
          `power cut, ${type} ${point}: ${row?.host}/${row?.cash} on the disk, ${end.faces.join(' ')}\n`,
        );
      },
      ROUND_MS,
    );
  });
}

type Press = (state: { moved: boolean }) => 'RECEIVED' | 'REQUEST' | 'HANDED' | 'STOP';
const back: Press = (state) => {
  state.moved = false;
  return 'HANDED';
};
const ANSWERS: Readonly<Partial<Record<FaceId, Press>>> = {
  'RE-IN': ({ moved }) => (moved ? 'RECEIVED' : 'HANDED'),
  'RE-BACK': ({ moved }) => (moved ? 'RECEIVED' : 'HANDED'),
  'RE-CLOSED': ({ moved }) => (moved ? 'RECEIVED' : 'STOP'),
  'RE-HERE': () => 'REQUEST',
  'RE-OUT': ({ moved }) => (moved ? 'HANDED' : 'RECEIVED'),
  'RE-OUT-EARLY': () => 'RECEIVED',
  BACK: back,
  'BACK-REV': back,
  'BACK-STOP': back,
  PAY: (state) => {
    state.moved = true;
    return 'HANDED';
  },
};

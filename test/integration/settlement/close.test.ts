import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { voucherPosting } from '../../../src/intent/vouchers.ts';
import type { TransactionsAnswer } from '../../../src/konaplate/settlement.ts';
import { until } from '../agent/harness.ts';
import { BOSS, counted, type DayLab, found, startDay } from './day-lab.ts';

let lab: DayLab;
/** An issuer's keys and database are made first; the machine may be busy. */
const START_MS = 120_000;

/** One till for each group: a closed day is followed by the next one, up to a week ahead. */
function sameTill(): void {
  beforeAll(async () => {
    lab = await startDay();
  }, START_MS);
  afterEach(() => {
    for (const name of Object.keys(lab.lie)) delete lab.lie[name as keyof typeof lab.lie];
    expect(lab.till.faults).toEqual([]);
  });
  afterAll(async () => {
    await lab.end();
  });
}

const NOW = () => ({ wallMs: Date.now(), monoMs: performance.now() });

function context() {
  const { index, hash } = lab.till.agent.ledger.head();
  return { epoch: 0, journalIndex: index, journalHead: hash };
}

/** The issuer's list with something changed. */
function changeList(change: (value: TransactionsAnswer) => TransactionsAnswer): void {
  lab.lie.transactions = async (request, callContext, signal) => {
    const answer = await lab.honest.transactions(request, callContext, signal);
    return answer.class === 'answered' ? { ...answer, value: change(answer.value) } : answer;
  };
}

describe('a day that both sides have alike', () => {
  sameTill();

  it('is agreed and sealed on both, and holds nothing on its two accounts', async () => {
    await lab.charge(10_000);
    await lab.charge(25_000);
    await lab.withdraw(5_000);
    const date = lab.date();
    const state = await lab.close();
    expect(state.phase).toBe('agreed');
    expect(state.sealed).not.toBeNull();
    expect(found(state)).toEqual({ matched: 3 });
    expect(state.reconciled?.detail.rules.filter(({ ok }) => !ok)).toEqual([]);
    const { ledger } = lab.till.agent;
    expect(ledger.balances()).toMatchObject({ issuer_payable: 0, cash_drawer: 0, store: 0 });
    expect(ledger.verify().faults).toEqual([]);
    const list = await lab.honest.transactions(
      { businessDate: date, terminalId: lab.till.issuer.credentials.terminalId, limit: 10 },
      context(),
    );
    expect(list).toMatchObject({ class: 'answered', value: { final: true } });
  });

  it('takes no more bookings: the next payment is one of the next day', async () => {
    await lab.charge(10_000);
    const date = lab.date();
    await lab.close();
    const next = await lab.charge(3_000);
    const { ledger, settlement } = lab.till.agent;
    expect(ledger.get(next)?.businessDate).not.toBe(date);
    expect(ledger.dayEntries(date).map(({ kind }) => kind)).not.toContain('dayLateBooking');
    expect(() => settlement.close(date, BOSS)).toThrow(/cannot be closed/);
    expect(() => settlement.count(date, counted(0), BOSS)).toThrow(/closed and agreed/);
    expect(ledger.verify().faults).toEqual([]);
  });
});

describe('a day with vouchers', () => {
  sameTill();

  function paidWithoutApproval(amount: number): void {
    const entries = voucherPosting({
      kind: 'notesPaid',
      type: 'REFUND',
      amount,
      loss: 'store',
      caseNumber: 'C-1',
    });
    const voucher = { caseNumber: 'C-1', sequenceId: null, reason: 'OTHER', entries };
    lab.till.agent.ledger.voucher(voucher, NOW(), BOSS, lab.date());
  }

  it('takes their cash along when it is sealed: the next count does not miss it again', async () => {
    await lab.charge(10_000);
    paidWithoutApproval(4_000);
    const date = lab.date();
    const { ledger, settlement } = lab.till.agent;
    const state = settlement.count(date, counted(6_000), BOSS);
    expect(state.counts.at(-1)?.detail.difference).toBe(0);
    expect((await lab.close()).sealed).not.toBeNull();
    expect(ledger.balances()).toMatchObject({ cash_drawer: 0, issuer_payable: 0 });
    expect(ledger.dayPosition(date)).toEqual({ issuerPayable: 0, cashDrawer: 0 });
    expect(ledger.verify().faults).toEqual([]);
  });

  it('passes one that was written after the seal on to the next day', async () => {
    await lab.charge(10_000);
    const sealed = lab.date();
    await lab.close();
    paidWithoutApproval(3_000);
    const { ledger } = lab.till.agent;
    expect(ledger.dayPosition(sealed)).toEqual({ issuerPayable: 0, cashDrawer: 0 });
    expect(ledger.verify().faults).toEqual([]);
    await lab.charge(5_000);
    expect(lab.date()).not.toBe(sealed);
    expect((await lab.close()).sealed).not.toBeNull();
    expect(ledger.balances()).toMatchObject({ cash_drawer: 0, issuer_payable: 0 });
    expect(ledger.verify().faults).toEqual([]);
  });
});

describe('an issuer that does not answer', () => {
  sameTill();

  it('leaves the day as "cannot confirm", once in the journal, and is asked again by itself', async () => {
    await lab.charge(10_000);
    const date = lab.date();
    lab.lie.close = async () => ({ class: 'ambiguous', why: 'TIMEOUT', code: null, bytesWritten: 900 });
    const state = await lab.close();
    expect(state.phase).toBe('wanted');
    expect(state.unanswered?.detail).toEqual({ closeNo: 1, why: 'TIMEOUT' });
    const { settlement, ledger } = lab.till.agent;
    let asked = 0;
    lab.lie.close = async () => {
      asked += 1;
      return { class: 'nothingLeft', why: 'ECONNREFUSED' };
    };
    await until('it was asked again', () => asked > 0);
    delete lab.lie.close;
    await until('agreed', () => settlement.day(date).phase === 'agreed');
    const kinds = ledger.dayEntries(date).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'dayCloseUnanswered')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'dayCloseSent')).toHaveLength(1);
  });

  it('whose answer is lost after it sealed is asked again word for word, and agrees', async () => {
    await lab.charge(10_000);
    const date = lab.date();
    lab.lie.close = async (request, callContext, signal) => {
      const answer = await lab.honest.close(request, callContext, signal);
      expect(answer).toMatchObject({ class: 'answered', value: { result: 'AGREED' } });
      delete lab.lie.close;
      return { class: 'ambiguous', why: 'RESET', code: null, bytesWritten: 900 };
    };
    await lab.close();
    const { settlement } = lab.till.agent;
    await until('agreed', () => settlement.day(date).sealed !== null);
    expect(settlement.day(date).closeNo).toBe(1);
    expect(lab.till.agent.ledger.verify().faults).toEqual([]);
  });

  it('has its list read first: without it nothing is sent, and it is tried again', async () => {
    await lab.charge(10_000);
    const date = lab.date();
    lab.lie.transactions = async () => ({ class: 'nothingLeft', why: 'ECONNREFUSED' });
    const state = await lab.close();
    expect(state).toMatchObject({
      phase: 'wanted',
      sent: null,
      unanswered: { detail: { why: 'ECONNREFUSED' } },
    });
    delete lab.lie.transactions;
    await until('agreed', () => lab.till.agent.settlement.day(date).phase === 'agreed');
  });

  it('goes on being asked by the next run', async () => {
    await lab.charge(10_000);
    const date = lab.date();
    lab.lie.close = async () => ({ class: 'ambiguous', why: 'TIMEOUT', code: null, bytesWritten: 900 });
    await lab.close();
    delete lab.lie.close;
    await lab.restart();
    await until('agreed', () => lab.till.agent.settlement.day(date).sealed !== null);
    expect(lab.till.agent.settlement.day(date).closeNo).toBe(1);
    expect(lab.till.agent.ledger.verify().faults).toEqual([]);
  });
});

describe('a close while payments go on', () => {
  sameTill();

  it('is made anew when a payment came between, and agrees', async () => {
    await lab.charge(10_000);
    const date = lab.date();
    lab.lie.close = async (request, callContext, signal) => {
      delete lab.lie.close;
      await lab.charge(2_000); // booked after the content was written down
      return lab.honest.close(request, callContext, signal);
    };
    const state = await lab.close();
    expect(state.phase).toBe('agreed');
    expect(state.answered?.content?.closeNo).toBe(2);
    expect(state.answered?.content?.totals).toEqual([
      { type: 'CHARGE', state: 'APPROVED', count: 2, sum: 12_000 },
    ]);
    expect(state.date).toBe(date);
    expect(lab.till.agent.ledger.verify().faults).toEqual([]);
  });

  it('is made anew when a void came between, and agrees on the voided item', async () => {
    const id = await lab.charge(10_000);
    await lab.charge(3_000);
    const { agent } = lab.till;
    lab.lie.close = async (request, callContext, signal) => {
      delete lab.lie.close;
      const { ledger } = agent;
      const intent = ledger.get(id);
      const outcome = ledger.record(
        id,
        { kind: 'void', cancelId: `V${Date.now()}ABCDEFGHIJ`, proof: 'manager', managerId: 'Kim' },
        NOW(),
        { actor: BOSS, openBusinessDate: intent?.businessDate ?? null },
      );
      expect(outcome.ok).toBe(true);
      await until('voided', () => ledger.get(id)?.host === 'voided');
      return lab.honest.close(request, callContext, signal);
    };
    const state = await lab.close();
    expect(state.phase).toBe('agreed');
    expect(state.answered?.content?.openItems).toEqual([id]); // its cash is still to be given back
    agent.ledger.record(id, { kind: 'givenBack' }, NOW(), { actor: BOSS });
    await until('the day let it go', () => agent.settlement.day(state.date).named.length === 0);
    expect(agent.ledger.verify().faults).toEqual([]);
  });

  it('names an approval that no page acknowledged, and lets the day go when it ends', async () => {
    await lab.charge(10_000);
    const date = lab.date();
    const unseen = await lab.charge(6_000, false);
    const state = await lab.close();
    expect(state.phase).toBe('agreed');
    expect(state.named).toEqual([unseen]);
    const { ledger, settlement } = lab.till.agent;
    expect(ledger.balances().issuer_payable).toBe(-6_000);
    expect(ledger.verify().faults).toEqual([]);
    await lab.page.shown();
    await until('the day let it go', () => settlement.day(date).named.length === 0);
    expect(ledger.dayPosition(date)).toEqual({ issuerPayable: 0, cashDrawer: 0 });
    expect(ledger.verify().faults).toEqual([]);
  });
});

describe('a day that they have differently', () => {
  sameTill();

  it('is not agreed over an item that is missing here, and names it', async () => {
    await lab.charge(10_000);
    await lab.strange(7_000);
    const state = await lab.close();
    expect(state.phase).toBe('notAgreed');
    const theirs = { type: 'CHARGE', state: 'APPROVED', count: 2, sum: 17_000 };
    expect(state.answered?.outcome.detail.totals).toContainEqual(theirs);
    expect(found(state)).toEqual({ matched: 1, missingHere: 1 });
    expect(state.reconciled?.detail.differences).toMatchObject([
      { category: 'missingHere', ours: null, theirs: { amount: 7_000 } },
    ]);
    const six = state.reconciled?.detail.rules.find(({ rule }) => rule === 6);
    expect(six).toMatchObject({ ok: false, amount: -7_000 });
    expect(lab.till.agent.ledger.day(lab.date())?.sealedIndex).toBeNull();
  });

  it('is not agreed over an item that is undone there, and names it', async () => {
    await lab.charge(10_000);
    const undone = await lab.charge(4_000);
    const { agent } = lab.till;
    const request = { sequenceId: undone, type: 'CHARGE', amount: 4_000, reason: 'MANAGER' } as const;
    await until('the page told', () => agent.ledger.get(undone)?.acknowledged);
    expect(await lab.honest.netCancel(request, context())).toMatchObject({ class: 'answered' });
    const state = await lab.close();
    expect(state.phase).toBe('notAgreed');
    expect(found(state)).toEqual({ matched: 2, missingHere: 1, missingThere: 1 });
    const difference = state.reconciled?.detail.differences.find(
      ({ category }) => category === 'missingThere',
    );
    expect(difference).toMatchObject({ sequenceId: undone, theirs: { state: 'REVERSED' } });
  });
});

describe('an issuer that lies', () => {
  sameTill();

  it.each([
    [
      'figures that its items do not add up to',
      (value: TransactionsAnswer) => ({ ...value, totals: [], final: true }),
    ],
    [
      'an item of another day',
      (value: TransactionsAnswer) => ({
        ...value,
        items: value.items.map((item) => ({ ...item, businessDate: '20010101' })),
      }),
    ],
    ['a list without an end', (value: TransactionsAnswer) => ({ ...value, nextCursor: 'again' })],
  ])('by a list with %s is not compared with', async (_name, change) => {
    await lab.charge(10_000);
    changeList(change);
    const { settlement } = lab.till.agent;
    await expect(settlement.reconcile(lab.date(), BOSS)).rejects.toMatchObject({ code: 'LIST_BROKEN' });
    expect(settlement.day(lab.date()).reconciled).toBeNull();
  });

  it('by a list with an item twice is told by name', async () => {
    const twice = await lab.charge(10_000);
    changeList((value) => ({
      ...value,
      items: [...value.items, ...value.items],
      totals: value.totals.map((total) => ({ ...total, count: 2 * total.count, sum: 2 * total.sum })),
    }));
    const state = await lab.till.agent.settlement.reconcile(lab.date(), BOSS);
    expect(found(state)).toEqual({ matched: 4, duplicate: 4 });
    expect(state.reconciled?.detail.differences.map(({ sequenceId }) => sequenceId)).toContain(twice);
  });

  it('by saying agreed beside figures that are not ours is not believed', async () => {
    await lab.charge(10_000);
    lab.lie.close = async (request, callContext, signal) => {
      const answer = await lab.honest.close(request, callContext, signal);
      if (answer.class !== 'answered') return answer;
      const totals = [{ type: 'CHARGE', state: 'APPROVED', count: 1, sum: 9_000 }] as const;
      return { ...answer, value: { result: 'AGREED', totals } };
    };
    const state = await lab.close();
    expect(state.phase).toBe('notAgreed');
    expect(state.answered?.outcome.detail).toMatchObject({ result: 'NOT_AGREED', code: 'CONTRADICTS' });
    expect(state.sealed).toBeNull();
  });
});

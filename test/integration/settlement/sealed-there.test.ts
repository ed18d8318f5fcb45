import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TransactionsAnswer } from '../../../src/konaplate/settlement.ts';
import { until } from '../agent/harness.ts';
import { changeList, type DayLab, found, startDay } from './day-lab.ts';

let lab: DayLab;

beforeAll(async () => {
  lab = await startDay();
}, 120_000);
afterEach(() => {
  for (const name of Object.keys(lab.lie)) delete lab.lie[name as keyof typeof lab.lie];
  expect(lab.till.faults).toEqual([]);
});
afterAll(async () => {
  await lab.end();
});

const outcome = (date: string) => lab.till.agent.settlement.day(date).answered?.outcome.detail;

describe('a day that the issuer has agreed with another content, as after a restored ledger', () => {
  /** Seals it there under an item that was open then. */
  function sealThereFirst(): void {
    lab.lie.close = async (request, ...call) => {
      delete lab.lie.close;
      const before = { ...request, closeNo: 900, openItems: ['01WASOPENTHEN00000000000001'] };
      expect(await lab.honest.close(before, ...call)).toMatchObject({ value: { result: 'AGREED' } });
      return lab.honest.close(request, ...call);
    };
  }

  it('is sealed here as well when every item of its final list is the one here', async () => {
    await lab.charge(10_000);
    const date = lab.date();
    sealThereFirst();
    const state = await lab.close();
    expect(state.sealed).not.toBeNull();
    expect(state.answered?.outcome.detail).toMatchObject({ result: 'AGREED', code: '006_907' });
    const { ledger } = lab.till.agent;
    expect(ledger.dayPosition(date)).toEqual({ issuerPayable: 0, cashDrawer: 0 });
    expect(ledger.verify().faults).toEqual([]);
  });

  it.each<[string, (value: TransactionsAnswer) => TransactionsAnswer | null]>([
    ['is not final yet', (value) => ({ ...value, final: false })],
    ['is not answered', () => null],
  ])('is sealed here by itself a little later when its list %s', async (_name, first) => {
    await lab.charge(10_000);
    sealThereFirst();
    let lists = 0;
    lab.lie.transactions = async (...call) => {
      const answer = await lab.honest.transactions(...call);
      const isSealed = lab.lie.close === undefined;
      if (!isSealed || answer.class !== 'answered') return answer;
      lists += 1;
      const value = lists === 1 ? first(answer.value) : answer.value;
      return value === null ? { class: 'nothingLeft', why: 'CONNECT_FAILED' } : { ...answer, value };
    };
    const { settlement } = lab.till.agent;
    expect((await lab.close()).phase).toBe('wanted');
    await until('sealed', () => settlement.day(lab.date()).sealed !== null);
    expect(outcome(lab.date())).toMatchObject({ result: 'AGREED', code: '006_907' });
  });

  it('stays open while an item differs, and can be closed again', async () => {
    await lab.charge(10_000);
    await lab.charge(4_000);
    sealThereFirst();
    changeList(lab, (value) => {
      const isSealed = lab.lie.close === undefined;
      const items = isSealed ? value.items.filter(({ amount }) => amount !== 4_000) : value.items;
      const totals = [{ type: 'CHARGE', state: 'APPROVED', count: 1, sum: 10_000 }] as const;
      return isSealed ? { ...value, items, totals } : value;
    });
    const state = await lab.close();
    expect(state.phase).toBe('notAgreed');
    expect(outcome(lab.date())).toMatchObject({ code: '006_907' });
    expect(found(state)).toEqual({ matched: 1, missingThere: 1 });
    delete lab.lie.transactions;
    expect((await lab.close()).sealed).not.toBeNull();
    expect(lab.till.agent.ledger.verify().faults).toEqual([]);
  });
});

describe('a day whose close is agreed after a payment came that was not in it, as by an issuer that was put back', () => {
  it('is not sealed over that payment: it is compared anew, and closed again once a person has looked', async () => {
    await lab.charge(10_000);
    const date = lab.date();
    lab.lie.close = async () => ({ class: 'nothingLeft', why: 'CONNECT_FAILED' });
    expect((await lab.close()).phase).toBe('wanted');
    const more = await lab.charge(6_000);
    changeList(lab, (value) => ({
      ...value,
      items: value.items.filter(({ sequenceId }) => sequenceId !== more),
      totals: [{ type: 'CHARGE', state: 'APPROVED', count: 1, sum: 10_000 }],
    }));
    lab.lie.close = async (request, context) => {
      const { businessDate, totals } = request;
      const list = await lab.honest.transactions({ businessDate, limit: 1 }, context);
      if (list.class !== 'answered') throw new Error(list.class);
      return { class: 'answered', value: { result: 'AGREED', totals }, meta: list.meta };
    };
    const { settlement, ledger } = lab.till.agent;
    await until('answered', () => settlement.day(date).phase !== 'wanted');
    await until('compared anew', () => found(settlement.day(date)).missingThere === 1);
    const state = settlement.day(date);
    expect(state.sealed).toBeNull();
    expect(outcome(date)).toMatchObject({ result: 'NOT_AGREED', code: 'CONTRADICTS' });
    expect(found(state)).toEqual({ matched: 1, missingThere: 1 });
    expect(ledger.verify().faults).toEqual([]);
    for (const name of ['close', 'transactions'] as const) delete lab.lie[name];
    expect((await lab.close()).sealed).not.toBeNull();
    expect(ledger.dayPosition(date)).toEqual({ issuerPayable: 0, cashDrawer: 0 });
    expect(ledger.verify().faults).toEqual([]);
  });
});

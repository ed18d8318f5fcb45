/** Closes that cannot come to an agreement by themselves: each ends within a bound, says why, and can be made again. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CARD, until } from '../agent/harness.ts';
import { BOSS, changeList, type DayLab, startDay } from './day-lab.ts';

let lab: DayLab;

beforeAll(async () => {
  lab = await startDay();
}, 120_000);
afterEach(() => {
  vi.restoreAllMocks();
  for (const name of Object.keys(lab.lie)) delete lab.lie[name as keyof typeof lab.lie];
  expect(lab.till.faults).toEqual([]);
});
afterAll(async () => {
  await lab.end();
});

function outcome() {
  return lab.till.agent.settlement.day(lab.date()).answered?.outcome.detail;
}

async function closesAfterAll(): Promise<void> {
  expect((await lab.close()).sealed).not.toBeNull();
  expect(lab.till.agent.ledger.verify().faults).toEqual([]);
}

describe('a close', () => {
  it('that the issuer does not take is given back after a few tries, with its code', async () => {
    await lab.charge(10_000);
    let asked = 0;
    lab.lie.close = async (...call) => {
      asked += 1;
      const answer = await lab.honest.transactions({ businessDate: lab.date(), limit: 1 }, call[1]);
      if (answer.class !== 'answered') throw new Error(answer.class);
      return { class: 'notProcessed', code: '000_002', meta: answer.meta };
    };
    const { settlement } = lab.till.agent;
    expect((await lab.close()).phase).toBe('wanted');
    await until('given back', () => settlement.day(lab.date()).phase === 'notAgreed');
    expect(outcome()).toMatchObject({ result: 'NOT_AGREED', code: '000_002', totals: [] });
    expect(asked).toBe(3);
    delete lab.lie.close;
    await closesAfterAll();
  });

  it('whose agreement was lost and that is not taken afterwards is sent once more, and seals the day', async () => {
    await lab.charge(10_000);
    const { settlement, ledger } = lab.till.agent;
    const date = lab.date();
    const numbers: number[] = [];
    lab.lie.close = async (request, ...call) => {
      numbers.push(request.closeNo);
      const answer = await lab.honest.close(request, ...call);
      if (answer.class !== 'answered') throw new Error(answer.class);
      expect(answer.value.result).toBe('AGREED');
      if (request.closeNo > 1) return answer;
      return numbers.length === 1
        ? { class: 'ambiguous', why: 'RESET', code: null, bytesWritten: 1 }
        : { class: 'notProcessed', code: '006_009', meta: answer.meta };
    };
    expect((await lab.close()).phase).toBe('wanted');
    await until('sealed', () => settlement.day(date).sealed !== null);
    expect(numbers).toEqual([1, 1, 1, 1, 2]);
    expect(ledger.verify().faults).toEqual([]);
  });

  it('under maintenance goes on being asked for by itself: that passes', async () => {
    await lab.charge(10_000);
    let asked = 0;
    lab.lie.close = async (...call) => {
      asked += 1;
      if (asked > 3) return lab.honest.close(...call);
      const answer = await lab.honest.transactions({ businessDate: lab.date(), limit: 1 }, call[1]);
      if (answer.class !== 'answered') throw new Error(answer.class);
      return { class: 'notProcessed', code: '000_908', meta: answer.meta };
    };
    const date = lab.date();
    await lab.close();
    await until('agreed', () => lab.till.agent.settlement.day(date).sealed !== null);
    expect(asked).toBe(4);
  });

  it('over a list that contradicts itself is given back, unsent', async () => {
    await lab.charge(10_000);
    changeList(lab, (value) => ({ ...value, nextCursor: 'again' }));
    const { settlement } = lab.till.agent;
    await lab.close();
    await until('given back', () => settlement.day(lab.date()).phase === 'notAgreed');
    expect(outcome()).toMatchObject({ code: 'LIST_BROKEN', totals: [] });
    delete lab.lie.transactions;
    await closesAfterAll();
  });

  it('over a ledger whose own sums do not add up is given back, unsent', async () => {
    await lab.charge(10_000);
    const { ledger } = lab.till.agent;
    const { balances } = ledger;
    const spied = vi.spyOn(ledger, 'balances').mockImplementation(() => {
      const { suspense, store, ...rest } = balances();
      return { ...rest, suspense: suspense - 1, store: store + 1 };
    });
    let asked = 0;
    lab.lie.close = async (...call) => {
      asked += 1;
      return lab.honest.close(...call);
    };
    const state = await lab.close();
    expect(state.phase).toBe('notAgreed');
    expect(outcome()).toMatchObject({ code: 'RULES', totals: [] });
    expect(asked).toBe(0);
    spied.mockRestore();
    await closesAfterAll();
  });

  it('that names thousands of open items is answered', async () => {
    await lab.charge(10_000);
    const openItems = Array.from(
      { length: 10_000 },
      (_, place) => `01OPEN${String(place).padStart(24, '0')}`,
    );
    let answered = '';
    lab.lie.close = async (request, ...call) => {
      delete lab.lie.close;
      const answer = await lab.honest.close({ ...request, openItems }, ...call);
      answered = answer.class;
      return answer;
    };
    await lab.close();
    expect(answered).toBe('answered');
  });
});

describe("an item of the issuer's list whose id looks like a card number", () => {
  it('is compared and named, masked: the till goes on', async () => {
    await lab.charge(10_000);
    changeList(lab, (value) => {
      const [item] = value.items;
      if (item === undefined) return value;
      const totals = value.totals.map((total) => ({ ...total, count: total.count + 1, sum: 2 * total.sum }));
      return { ...value, items: [...value.items, { ...item, sequenceId: CARD }], totals };
    });
    const { settlement, ledger } = lab.till.agent;
    const state = await settlement.reconcile(lab.date(), BOSS);
    expect(state.reconciled?.detail.differences.map(({ sequenceId }) => sequenceId)).toEqual([
      `****${CARD.slice(-4)}`,
    ]);
    expect(ledger.dayEntries(lab.date()).some(({ body }) => body.includes(CARD))).toBe(false);
  });
});

/** Closes that are not agreed only because a payment came between: made anew, whatever keeps the till from that at first. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { LedgerFault } from '../../../src/ledger/fault.ts';
import { until } from '../agent/harness.ts';
import { BOSS, counted, type DayLab, found, startDay } from './day-lab.ts';

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

/** A payment comes while the next close is on its way. From the answer on no list is to be had. */
function paysMeanwhile(): void {
  lab.lie.close = async (...call) => {
    delete lab.lie.close;
    await lab.charge(6_000);
    lab.lie.transactions = async () => ({ class: 'ambiguous', why: 'RESET', code: null, bytesWritten: 1 });
    return lab.honest.close(...call);
  };
}

/** A payment comes when the next list has been read, and before this side's payments are. */
function paysBehindTheList(): void {
  lab.lie.transactions = async (...call) => {
    delete lab.lie.transactions;
    const list = await lab.honest.transactions(...call);
    await lab.charge(2_000);
    return list;
  };
}

async function sealedAnew(date: string): Promise<void> {
  const { till } = lab;
  await until('sealed', () => till.agent.settlement.day(date).sealed !== null);
  expect(till.agent.settlement.day(date)).toMatchObject({ closeNo: 2, late: [], named: [] });
  expect(till.agent.ledger.dayPosition(date)).toEqual({ issuerPayable: 0, cashDrawer: 0 });
  expect(till.agent.ledger.verify().faults).toEqual([]);
}

describe('a close that is not agreed because a payment came between', () => {
  it('is made anew once the list that shows it is to be had', async () => {
    await lab.charge(10_000);
    const date = lab.date();
    paysMeanwhile();
    expect((await lab.close()).phase).toBe('notAgreed');
    delete lab.lie.transactions;
    await sealedAnew(date);
  });

  it('is made anew by the next run, when this one ended before', async () => {
    await lab.charge(10_000);
    const date = lab.date();
    paysMeanwhile();
    expect((await lab.close()).phase).toBe('notAgreed');
    await lab.restart();
    expect(lab.till.agent.settlement.day(date).phase).toBe('notAgreed');
    delete lab.lie.transactions;
    await sealedAnew(date);
  });

  it('is made anew also when the disk had no room for it at first', async () => {
    await lab.charge(10_000);
    const date = lab.date();
    const { ledger } = lab.till.agent;
    const { recordDay } = ledger;
    let made = 0;
    vi.spyOn(ledger, 'recordDay').mockImplementation((...call) => {
      if (call[0].kind === 'dayCloseSent') made += 1;
      if (call[0].kind === 'dayCloseSent' && made === 2) throw new LedgerFault('FULL', 'no room');
      return recordDay(...call);
    });
    paysMeanwhile();
    const closing = lab.close();
    await until('no list', () => lab.lie.transactions !== undefined);
    delete lab.lie.transactions;
    await closing;
    await sealedAnew(date);
    expect(made).toBe(3);
  });

  it('is made anew also when the answer that comes after the payment agrees to what the ledger was before', async () => {
    await lab.charge(10_000);
    const date = lab.date();
    const { settlement } = lab.till.agent;
    lab.lie.close = async () => ({ class: 'nothingLeft', why: 'CONNECT_FAILED' });
    expect((await lab.close()).phase).toBe('wanted');
    await lab.charge(6_000);
    lab.lie.close = async ({ businessDate, totals }, context) => {
      delete lab.lie.close;
      const list = await lab.honest.transactions({ businessDate, limit: 1 }, context);
      if (list.class !== 'answered') throw new Error(list.class);
      lab.lie.transactions = async () => ({ class: 'ambiguous', why: 'RESET', code: null, bytesWritten: 1 });
      return { class: 'answered', value: { result: 'AGREED', totals }, meta: list.meta };
    };
    await until('answered', () => settlement.day(date).phase === 'notAgreed');
    expect(settlement.day(date).answered?.outcome.detail).toMatchObject({ code: 'CONTRADICTS' });
    delete lab.lie.transactions;
    await sealedAnew(date);
  });

  it('leaves the day to people as long as it waits: one who counts again closes it again', async () => {
    await lab.charge(10_000);
    const date = lab.date();
    const { settlement, ledger } = lab.till.agent;
    paysMeanwhile();
    expect((await lab.close()).phase).toBe('notAgreed');
    settlement.count(date, counted(ledger.balances().cash_drawer + 10), BOSS);
    settlement.explain(date, 'OTHER', 'miscounted', BOSS);
    delete lab.lie.transactions;
    settlement.close(date, BOSS);
    await sealedAnew(date);
  });
});

describe('a payment that is booked when the list has been read', () => {
  it('is missing nowhere: the day is compared again', async () => {
    await lab.charge(10_000);
    const { settlement } = lab.till.agent;
    paysBehindTheList();
    expect(found(await settlement.reconcile(lab.date(), BOSS))).toEqual({ matched: 2 });
  });

  it('leaves no close to a person that is made anew for another payment', async () => {
    await lab.charge(10_000);
    const date = lab.date();
    paysMeanwhile();
    expect((await lab.close()).phase).toBe('notAgreed');
    paysBehindTheList();
    await sealedAnew(date);
  });
});

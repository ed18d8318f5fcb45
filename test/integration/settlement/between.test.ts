/** What may come between while a day is closed: payments, a second press, a disk without room. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { LedgerFault } from '../../../src/ledger/fault.ts';
import { SystemClock } from '../../../src/ops/clock.ts';
import { SettlementFault } from '../../../src/settlement/fault.ts';
import { Settlement } from '../../../src/settlement/settlement.ts';
import { until } from '../agent/harness.ts';
import { BOSS, counted, type DayLab, startDay } from './day-lab.ts';

let lab: DayLab;

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (fault) {
    if (fault instanceof SettlementFault) return fault.code;
    throw fault;
  }
}

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

describe('while a day is being closed', () => {
  it('an approval that nobody has seen and that came during the comparison is named, not sealed', async () => {
    await lab.charge(10_000);
    const date = lab.date();
    let unseen = '';
    lab.lie.transactions = async (...call) => {
      delete lab.lie.transactions;
      unseen = await lab.charge(6_000, false);
      return lab.honest.transactions(...call);
    };
    const state = await lab.close();
    expect(state.phase).toBe('agreed');
    expect(state.named).toEqual([unseen]);
    await lab.page.shown();
    await lab.page.press('CLOSE');
    const { ledger, settlement } = lab.till.agent;
    await until('the day let it go', () => settlement.day(date).named.length === 0);
    expect(ledger.dayPosition(date)).toEqual({ issuerPayable: 0, cashDrawer: 0 });
    expect(ledger.verify().faults).toEqual([]);
  });

  it('a second press while it is compared anew after "not agreed" is answered as well; a count is not taken', async () => {
    await lab.charge(10_000);
    const date = lab.date();
    await lab.strange(7_000);
    const { settlement } = lab.till.agent;
    let pressed = false;
    const refused: string[] = [];
    lab.lie.transactions = async (...call) => {
      if (settlement.day(date).phase === 'notAgreed' && !pressed) {
        pressed = true;
        refused.push(
          codeOf(() => settlement.count(date, counted(1_000), BOSS)),
          codeOf(() => settlement.explain(date, 'OTHER', 'nobody knows', BOSS)),
        );
        settlement.close(date, BOSS);
      }
      return lab.honest.transactions(...call);
    };
    await lab.close();
    expect(pressed).toBe(true);
    expect(refused).toEqual(['UNDER_WAY', 'UNDER_WAY']);
    await until('the second close is answered', () => settlement.day(date).phase === 'notAgreed');
    expect(settlement.day(date).closeNo).toBe(2);
  });
});

describe('a check of the ledger that ends without a word', () => {
  it('leaves the day without a comparison, and the till goes on', async () => {
    const { ledger } = lab.till.agent;
    const date = '20260724';
    const faults: unknown[] = [];
    const { merchantId, terminalId } = lab.till.issuer.credentials;
    const meta = { issuerEpoch: 'a', businessDate: date, correlationId: 'a' };
    const settlement = new Settlement({
      ledger,
      clock: new SystemClock(),
      version: '0',
      store: '가나편의점',
      merchantId,
      terminalId,
      verify: () => Promise.reject(new Error('verify ended without a report')),
      onFault: (fault) => faults.push(fault),
      issuer: {
        transactions: async () => ({
          class: 'answered',
          value: { asOf: `${date}120000000`, final: false, totals: [], items: [] },
          meta: { ...meta, clockOffsetMs: null, bytesWritten: 1, elapsedMs: 1 },
        }),
        close: async () => ({ class: 'nothingLeft', why: 'NOT_ASKED' }),
        businessDate: () => date,
        cutOverHour: () => null,
        onChange: () => () => undefined,
      },
    });
    const { index } = ledger.head();
    await expect(settlement.reconcile(date, BOSS)).rejects.toMatchObject({ code: 'NO_ANSWER' });
    expect(ledger.head().index).toBe(index);
    expect(faults).toEqual([]);
  });
});

describe('a disk without room', () => {
  it('does not end the till: the close goes on when there is room again', async () => {
    const { settlement, ledger } = lab.till.agent;
    const date = lab.date();
    const { recordDay } = ledger;
    let refused = 0;
    vi.spyOn(ledger, 'recordDay').mockImplementation((...call) => {
      if (call[0].kind === 'dayCloseAnswered' && refused === 0) {
        refused += 1;
        throw new LedgerFault('FULL', 'no room');
      }
      return recordDay(...call);
    });
    await lab.close();
    expect(refused).toBe(1);
    await until('answered', () => settlement.day(date).phase !== 'wanted');
  });
});

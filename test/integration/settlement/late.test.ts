/** What the issuer does to a payment after its day was sealed on both sides. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../agent/harness.ts';
import { BOSS, type DayLab, startDay } from './day-lab.ts';

const NOW = () => ({ wallMs: Date.now(), monoMs: performance.now() });

let lab: DayLab;

beforeAll(async () => {
  lab = await startDay();
}, 120_000);
afterAll(async () => {
  await lab.end();
});

describe('a payment that the issuer moves on a day that both sides sealed', () => {
  it('is a case, and its day lets it go once a manager has seen it', async () => {
    await lab.charge(10_000);
    const moved = await lab.charge(6_000);
    const date = lab.date();
    expect((await lab.close()).sealed).not.toBeNull();
    const { ledger, settlement } = lab.till.agent;
    // The issuer says of a charge of the sealed day that it is undone.
    const cancelId = 'V01ABCDEFGHIJKLMNOPQRSTUV';
    const voiding = { kind: 'void', cancelId, proof: 'manager', managerId: 'Kim' } as const;
    ledger.record(moved, voiding, NOW(), { actor: BOSS, openBusinessDate: date });
    ledger.record(
      moved,
      { kind: 'voidDone', cancelId, cancelNrNumber: 'KMN260723000000999', businessDate: date },
      NOW(),
      {
        actor: { role: 'terminal' },
      },
    );
    await until('a case', () => ledger.get(moved)?.cases.includes('BOOKED_AFTER_SEAL'));
    expect(settlement.day(date).late).toEqual([moved]);
    expect(ledger.verify().faults).toEqual([]);
    ledger.record(moved, { kind: 'givenBack' }, NOW(), { actor: BOSS });
    expect(settlement.day(date).named).toEqual([moved]);
    ledger.record(moved, { kind: 'seen', reason: 'BOOKED_AFTER_SEAL' }, NOW(), { actor: BOSS });
    await until('the day let it go', () => settlement.day(date).named.length === 0);
    expect(ledger.dayPosition(date)).toEqual({ issuerPayable: 0, cashDrawer: 0 });
    expect(ledger.balances()).toMatchObject({ issuer_payable: 0, cash_drawer: 0 });
    expect(ledger.verify().faults).toEqual([]);
  });
});

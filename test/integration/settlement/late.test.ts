/** What the issuer does to a payment after its day was sealed on both sides. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../agent/harness.ts';
import { approvalOf, must, scanOf, TERMINAL } from '../ledger/shop.ts';
import { BOSS, type DayLab, startDay } from './day-lab.ts';
import { startHandDay, TODAY, YESTERDAY } from './hand-day.ts';

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
    const { ledger, settlement } = lab.till.agent;
    // A void is begun while the issuer agrees, and it says of the charge of the sealed day that it is undone.
    const cancelId = 'V01ABCDEFGHIJKLMNOPQRSTUV';
    const voiding = { kind: 'void', cancelId, proof: 'manager', managerId: 'Kim' } as const;
    lab.lie.cancel = async () => ({ class: 'ambiguous', why: 'TIMEOUT', code: null, bytesWritten: 900 });
    lab.lie.close = async (...call) => {
      const answer = await lab.honest.close(...call);
      ledger.record(moved, voiding, NOW(), { actor: BOSS, openBusinessDate: date });
      return answer;
    };
    expect((await lab.close()).sealed).not.toBeNull();
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

describe('a charge credited later that the issuer books on a day sealed here meanwhile', () => {
  it('keeps the day until a manager has seen it', async () => {
    let id = '';
    const day = await startHandDay(TODAY, (ledger, clock) => {
      const scan = scanOf();
      id = scan.sequenceId;
      ledger.accept(scan, clock.now());
      must(ledger, scan, { kind: 'received', creditLater: true }, clock.now(), { canDefer: true });
      must(ledger, scan, { kind: 'acknowledge' }, clock.now());
      must(ledger, scan, { kind: 'send' }, clock.now(), { actor: TERMINAL });
      const detail = { closeNo: 1, openItems: [], version: '1' };
      const posting = { issuer_payable: 10_000, cash_drawer: -10_000 };
      ledger.recordDay(
        { kind: 'daySealed', businessDate: YESTERDAY, detail, posting },
        clock.now(),
        TERMINAL,
      );
    });
    const { ledger, clock, settlement } = day;
    must(ledger, { sequenceId: id }, { kind: 'approved', approval: approvalOf(2) }, clock.now());
    await expect.poll(() => ledger.get(id)?.cases).toContain('BOOKED_AFTER_SEAL');
    await clock.advance(0);
    expect(settlement.day(YESTERDAY).named).toEqual([id]);
    const seen = { kind: 'seen', reason: 'BOOKED_AFTER_SEAL' } as const;
    must(ledger, { sequenceId: id }, seen, clock.now(), { actor: BOSS });
    await expect.poll(() => settlement.day(YESTERDAY).named).toEqual([]);
    expect(ledger.dayPosition(YESTERDAY)).toEqual({ issuerPayable: 0, cashDrawer: 0 });
    expect(ledger.verify().faults).toEqual([]);
    await day.end();
  });
});

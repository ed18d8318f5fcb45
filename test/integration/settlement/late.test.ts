/** What the issuer does to a payment after its day was sealed on both sides. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../../src/ledger/types.ts';
import { Seals } from '../../../src/settlement/seals.ts';
import { until } from '../agent/harness.ts';
import { approvalOf, must, scanOf, TERMINAL } from '../ledger/shop.ts';
import { BOSS, type DayLab, startDay } from './day-lab.ts';
import { type HandDay, startHandDay, TODAY, YESTERDAY } from './hand-day.ts';

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

describe('a void that was begun before a seal and is done after it', () => {
  const cancelId = 'V01ABCDEFGHIJKLMNOPQRSTUV';
  const voiding = { kind: 'void', cancelId, proof: 'manager', managerId: 'Kim' } as const;
  const seen = { kind: 'seen', reason: 'BOOKED_AFTER_SEAL' } as const;
  const isCase = (day: HandDay, id: string) => day.ledger.get(id)?.cases.includes('BOOKED_AFTER_SEAL');

  /** Yesterday's charge, being voided; yesterday is sealed over it. */
  async function sealedOver(): Promise<{ readonly day: HandDay; readonly id: string }> {
    let id = '';
    const day = await startHandDay(TODAY, (ledger, clock) => {
      id = ledger.pageOfDay(YESTERDAY, 0, 1)[0]?.intent.sequenceId ?? '';
      must(ledger, { sequenceId: id }, voiding, clock.now(), { openBusinessDate: YESTERDAY });
      const detail = { closeNo: 1, openItems: [], version: '1' };
      const posting = { issuer_payable: 10_000, cash_drawer: -10_000 };
      ledger.recordDay(
        { kind: 'daySealed', businessDate: YESTERDAY, detail, posting },
        clock.now(),
        TERMINAL,
      );
    });
    return { day, id };
  }

  it.each([YESTERDAY, TODAY])(
    'is a case at once, dated %s by the issuer, and kept until it is seen',
    async (businessDate) => {
      const { day, id } = await sealedOver();
      const { ledger, clock, settlement } = day;
      const done = {
        kind: 'voidDone',
        cancelId,
        cancelNrNumber: 'KMN260724000000001',
        businessDate,
      } as const;
      must(ledger, { sequenceId: id }, done, clock.now(), { actor: TERMINAL });
      await clock.advance(0);
      expect(isCase(day, id)).toBe(true);
      must(ledger, { sequenceId: id }, { kind: 'givenBack' }, clock.now(), { actor: BOSS });
      await clock.advance(0);
      expect(settlement.day(YESTERDAY).named).toEqual([id]);
      must(ledger, { sequenceId: id }, seen, clock.now(), { actor: BOSS });
      await clock.advance(0);
      expect(settlement.day(YESTERDAY).named).toEqual([]);
      expect(ledger.dayPosition(YESTERDAY)).toEqual({ issuerPayable: 0, cashDrawer: 0 });
      expect(ledger.verify().faults).toEqual([]);
      await day.end();
    },
  );

  it('and named by its day once more after it was seen is a case anew at the next start, once', async () => {
    const { day, id } = await sealedOver();
    const { ledger, clock, settlement } = day;
    const done = {
      kind: 'voidDone',
      cancelId,
      cancelNrNumber: 'KMN260724000000001',
      businessDate: TODAY,
    } as const;
    must(ledger, { sequenceId: id }, done, clock.now(), { actor: TERMINAL });
    await clock.advance(0);
    must(ledger, { sequenceId: id }, { kind: 'givenBack' }, clock.now(), { actor: BOSS });
    must(ledger, { sequenceId: id }, seen, clock.now(), { actor: BOSS });
    await clock.advance(0);
    expect(settlement.day(YESTERDAY).named).toEqual([]);
    await settlement.stop();
    const detail = { sequenceId: id, host: 'voided', swept: { issuerPayable: 0, cashDrawer: 0 } };
    const again = { kind: 'dayLateBooking', businessDate: YESTERDAY, detail } as const;
    ledger.recordDay(again, clock.now(), TERMINAL);
    expect(settlement.day(YESTERDAY).named).toEqual([id]);
    expect(isCase(day, id)).toBe(false);
    for (let starts = 0; starts < 2; starts += 1) {
      const seals = new Seals(
        ledger,
        clock,
        () => expect.unreachable('it has not ended'),
        (work) => work(),
      );
      seals.start();
      seals.stop();
    }
    const isOpened = ({ kind, body }: JournalEntry): boolean =>
      kind === 'openCase' && body.includes('BOOKED_AFTER_SEAL');
    expect(isCase(day, id)).toBe(true);
    expect(ledger.timeline(id).filter(isOpened)).toHaveLength(2);
    await day.end();
  });
});

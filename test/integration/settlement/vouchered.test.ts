/** Payments that this till knows and the issuer has otherwise: a manager's voucher says so, and their day is agreed. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CaseReason, ExternalEvent, VoucherKind } from '../../../src/intent/model.ts';
import { voucherPosting } from '../../../src/intent/vouchers.ts';
import { nextDate } from '../../../src/ledger/days.ts';
import { payable } from '../../../src/settlement/items.ts';
import { CARD, until } from '../agent/harness.ts';
import { BOSS, counted, type DayLab, found, startDay } from './day-lab.ts';

const NOW = () => ({ wallMs: Date.now(), monoMs: performance.now() });

let lab: DayLab;

beforeAll(async () => {
  lab = await startDay();
}, 120_000);
afterEach(() => expect(lab.till.faults).toEqual([]));
afterAll(async () => {
  await lab.end();
});

function journal() {
  const { index, hash } = lab.till.agent.ledger.head();
  return { epoch: 0, journalIndex: index, journalHead: hash };
}

/** Scanned and stopped before anything left. */
async function closed(
  type: 'CHARGE' | 'REFUND',
  amount: number,
): Promise<{ id: string; barcodeSpec: string }> {
  const { till, page } = lab;
  const barcodeSpec = await till.barcode(type, amount);
  await till.scanner.send(barcodeSpec);
  const asked = await page.sees(
    type === 'CHARGE' ? 'TAKE' : 'ASK-OUT',
    ({ face }) => face.intent?.amount === amount,
  );
  const id = asked.face.intent?.sequenceId ?? '';
  await page.press('STOP');
  if (type === 'CHARGE') {
    await page.sees('RE-CLOSED');
    await page.press('STOP');
  }
  await until('closed', () => {
    const intent = till.agent.ledger.get(id);
    return intent?.host === 'closed' && intent.question === null;
  });
  return { id, barcodeSpec };
}

/** The issuer books it all the same, and its answer to an inquiry says so. */
async function approveThere(
  { id, barcodeSpec }: { id: string; barcodeSpec: string },
  type: 'CHARGE' | 'REFUND',
  amount: number,
): Promise<void> {
  const { till } = lab;
  const answer = await till.client.approve(
    {
      sequenceId: id,
      type,
      amount,
      barcodeSpec,
      bin: CARD.slice(0, 6),
      last4: CARD.slice(-4),
      scannedAtMs: Date.now(),
      deferred: false,
    },
    journal(),
  );
  expect(answer.class).toBe('answered');
  const approval = {
    nrNumber: 'KMN260723000000123',
    approvalCode: 'A1B2C3',
    approvedAt: '20260723143205123',
    businessDate: till.agent.worker.status().businessDate ?? '',
  };
  hear(id, { kind: 'inquiry', result: 'COMPLETED', approval });
}

async function reverseThere(id: string, type: 'CHARGE' | 'REFUND', amount: number): Promise<void> {
  const answer = await lab.till.client.netCancel(
    { sequenceId: id, type, amount, reason: 'MANAGER' },
    journal(),
  );
  expect(answer.class).toBe('answered');
  hear(id, { kind: 'inquiry', result: 'REVERSED' });
}

function hear(id: string, event: Omit<Extract<ExternalEvent, { kind: 'inquiry' }>, 'sentUnder'>): void {
  const { ledger } = lab.till.agent;
  const sentUnder = ledger.get(id)?.hostVersion ?? -1;
  ledger.record(id, { ...event, sentUnder }, NOW(), { actor: { role: 'terminal' } });
}

/** The manager's decision on the case, in one commit with its voucher, at a time when `openDate` is open. */
function decide(id: string, reason: CaseReason, kind: VoucherKind, openDate: string): void {
  const { ledger } = lab.till.agent;
  const intent = ledger.get(id);
  if (intent === null) throw new Error('unknown');
  expect(intent.cases).toEqual([reason]);
  const caseNumber = `C-${ledger.head().index + 1}`;
  const { type, amount } = intent;
  const entries = voucherPosting({ kind, type, amount, loss: 'dispute', caseNumber });
  const outcome = ledger.record(id, { kind: 'seen', reason, caseNumber, voucher: kind }, NOW(), {
    actor: BOSS,
    openBusinessDate: openDate,
    voucher: { caseNumber, sequenceId: id, reason: 'OTHER: asked the issuer', entries },
  });
  expect(outcome.ok).toBe(true);
}

/** What the day owes the issuer so far. */
function owed(day: string): number {
  return 0 - lab.till.agent.ledger.dayPosition(day).issuerPayable;
}

/** Compared, agreed, sealed; nothing is left on the day or on the two accounts. */
async function seals(day: string, issuersFigure: number, matched: number): Promise<void> {
  const { settlement, ledger } = lab.till.agent;
  const state = await lab.close();
  expect(state.date).toBe(day);
  expect(found(state)).toEqual({ matched });
  expect(state.phase).toBe('agreed');
  expect(state.sealed).not.toBeNull();
  expect(payable(state.reconciled?.detail.theirs ?? [])).toBe(issuersFigure);
  expect(settlement.day(day).reconciled?.detail.rules.filter(({ ok }) => !ok)).toEqual([]);
  expect(ledger.dayPosition(day)).toEqual({ issuerPayable: 0, cashDrawer: 0 });
  expect(ledger.balances()).toMatchObject({ issuer_payable: 0, cash_drawer: 0 });
  expect(ledger.verify().faults).toEqual([]);
}

/** `dispute` and `store` grew by so much. */
async function grows(change: { dispute: number; store: number }, work: () => Promise<void>): Promise<void> {
  const before = lab.till.agent.ledger.balances();
  await work();
  const after = lab.till.agent.ledger.balances();
  expect({ dispute: after.dispute - before.dispute, store: after.store - before.store }).toEqual(change);
}

describe('a day with a payment that the issuer has otherwise', () => {
  it('is agreed over a charge that was closed here and approved there', () =>
    // Nobody's cash stands against what the store owes for it.
    grows({ dispute: 10_000, store: -10_000 }, async () => {
      await lab.charge(20_000);
      const day = lab.date();
      const stopped = await closed('CHARGE', 10_000);
      await approveThere(stopped, 'CHARGE', 10_000);
      expect((await lab.close()).phase).toBe('notAgreed');
      decide(stopped.id, 'APPROVED_NEVER_SENT', 'issuerItemMissingHere', day);
      expect(owed(day)).toBe(30_000);
      await seals(day, 30_000, 2);
    }));

  it('is agreed over charges that were closed here and are undone there by now, with a voucher or without', () =>
    // The claim against the issuer and what the seal kept of its figure are each other's opposite.
    grows({ dispute: 10_000, store: -10_000 }, async () => {
      await lab.charge(20_000);
      const day = lab.date();
      for (const [amount, isBooked] of [
        [10_000, true],
        [7_000, false],
      ] as const) {
        const stopped = await closed('CHARGE', amount);
        await approveThere(stopped, 'CHARGE', amount);
        if (isBooked) decide(stopped.id, 'APPROVED_NEVER_SENT', 'issuerItemMissingHere', day);
        await reverseThere(stopped.id, 'CHARGE', amount);
      }
      expect(owed(day)).toBe(30_000);
      await seals(day, 20_000, 3);
    }));

  it('is agreed over a charge that is approved here and reversed there, its voucher on its own day', () =>
    grows({ dispute: -10_000, store: 10_000 }, async () => {
      const denied = await lab.charge(10_000);
      await lab.charge(20_000);
      const day = lab.date();
      await reverseThere(denied, 'CHARGE', 10_000);
      expect((await lab.close()).phase).toBe('notAgreed');
      decide(denied, 'REVERSED_ELSEWHERE', 'issuerDenies', nextDate(day));
      expect(owed(day)).toBe(20_000);
      await seals(day, 20_000, 2);
    }));

  it('is agreed over withdrawals of both kinds', () =>
    grows({ dispute: 5_000 - 4_000, store: 4_000 - 5_000 }, async () => {
      const { ledger } = lab.till.agent;
      await lab.charge(20_000);
      await lab.withdraw(5_000);
      const denied = ledger.list({ limit: 1 }).intents[0]?.sequenceId ?? '';
      const day = lab.date();
      const stopped = await closed('REFUND', 4_000);
      await approveThere(stopped, 'REFUND', 4_000);
      await reverseThere(denied, 'REFUND', 5_000);
      decide(denied, 'REVERSED_ELSEWHERE', 'issuerDenies', day);
      decide(stopped.id, 'APPROVED_NEVER_SENT', 'issuerItemMissingHere', day);
      expect(owed(day)).toBe(16_000);
      await seals(day, 16_000, 3);
    }));

  it('passes on what vouchers put on the next day: by the date that was open, or because its own day is sealed', () =>
    grows({ dispute: 10_000 - 20_000, store: 20_000 - 10_000 }, async () => {
      const denied = await lab.charge(20_000);
      const day = lab.date();
      const next = nextDate(day);
      const stopped = await closed('CHARGE', 10_000);
      await approveThere(stopped, 'CHARGE', 10_000);
      decide(stopped.id, 'APPROVED_NEVER_SENT', 'issuerItemMissingHere', next);
      expect(owed(next)).toBe(10_000);
      const { settlement, ledger } = lab.till.agent;
      settlement.count(day, counted(20_000), BOSS);
      expect((await settlement.close(day, BOSS).settled).sealed).not.toBeNull();
      expect(ledger.dayPosition(day)).toEqual({ issuerPayable: 0, cashDrawer: 0 });
      hear(denied, { kind: 'inquiry', result: 'NOT_FOUND' });
      decide(denied, 'ISSUER_CONTRADICTS', 'issuerDenies', day);
      expect(ledger.dayPosition(day)).toEqual({ issuerPayable: 0, cashDrawer: 0 });
      expect(owed(next)).toBe(10_000 - 20_000);
      expect(ledger.verify().faults).toEqual([]);
      await lab.charge(3_000);
      expect(lab.date()).toBe(next);
      await seals(next, 3_000, 1);
    }));
});

describe('a payment whose voucher says that the issuer denies it', () => {
  it('counts as what it is when the issuer has it after all', () =>
    grows({ dispute: -10_000, store: 10_000 }, async () => {
      const denied = await lab.charge(10_000);
      const day = lab.date();
      hear(denied, { kind: 'inquiry', result: 'NOT_FOUND' });
      decide(denied, 'ISSUER_CONTRADICTS', 'issuerDenies', day);
      await seals(day, 10_000, 1);
    }));
});

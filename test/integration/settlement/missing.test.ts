/** A till put back from a backup lost payments that the issuer has: a manager takes them over, and the day is agreed. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restoreLedger } from '../../../src/ledger/restore.ts';
import { SettlementFault } from '../../../src/settlement/fault.ts';
import { Page, until } from '../agent/harness.ts';
import { BOSS, counted, type DayLab, found, startDay } from './day-lab.ts';

let lab: DayLab;
let day = '';
let charge = '';
let withdrawal = '';

const NOW = () => ({ wallMs: Date.now(), monoMs: performance.now() });

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (fault) {
    if (fault instanceof SettlementFault) return fault.code;
    throw fault;
  }
  return 'none';
}

function missing() {
  const differences = lab.till.agent.settlement.day(day).reconciled?.detail.differences ?? [];
  return differences.filter(({ category }) => category === 'missingHere');
}

beforeAll(async () => {
  lab = await startDay();
  await lab.charge(10_000);
  day = lab.date();
  const { till } = lab;
  const backup = join(till.directory, 'backup.db');
  await till.agent.ledger.backup(backup);
  charge = await lab.charge(20_000);
  await lab.withdraw(5_000);
  withdrawal = till.agent.ledger.list({ limit: 1 }).intents[0]?.sequenceId ?? '';
  // One that ended without money: the issuer's list has it all the same.
  const undone = await lab.charge(3_000);
  const { ledger } = till.agent;
  await until('shown', () => ledger.get(undone)?.acknowledged === true);
  const command = { kind: 'void', cancelId: `${undone}V`, proof: 'manager', managerId: 'Kim' } as const;
  const outcome = ledger.record(undone, command, NOW(), { actor: BOSS, openBusinessDate: day });
  expect(outcome.ok).toBe(true);
  await until('voided', () => ledger.get(undone)?.host === 'voided');
  await till.agent.close();
  restoreLedger({ backup, file: join(till.directory, 'ledger', 'ledger.db'), now: NOW() });
  lab.page.close();
  await till.restart(); // its line is not online before a manager takes it on
  lab.page = new Page(till.agent.address);
}, 120_000);
afterAll(async () => {
  expect(lab.till.faults).toEqual([]);
  await lab.end();
});

describe('a till put back from a backup', () => {
  it('takes nothing over while it is recovering: its lost double could still move an item', async () => {
    const { agent } = lab.till;
    await until('greeted', () => agent.worker.status().businessDate !== null);
    expect(agent.worker.status().recovering).toBe(true);
    await agent.settlement.reconcile(day, BOSS);
    expect(missing()).toHaveLength(3);
    expect(refusal(() => agent.settlement.bookMissing(day, charge, 'dispute', BOSS))).toBe('RECOVERING');
    expect(await agent.worker.claimEpoch('lee')).toBe(true);
  });

  it('is not agreed with over what it lost, and takes over only what the comparison named', async () => {
    const { settlement, ledger } = lab.till.agent;
    expect((await lab.close()).phase).toBe('notAgreed');
    const known = ledger.list({ limit: 1 }).intents[0]?.sequenceId ?? '';
    expect(refusal(() => settlement.bookMissing(day, known, 'dispute', BOSS))).toBe('NOT_MISSING');
    expect(refusal(() => settlement.bookMissing(day, 'NEVERHEARDOF', 'store', BOSS))).toBe('NOT_MISSING');
  });

  it('books each by type and amount of the issuer, once, with who, why and a case number', async () => {
    const { settlement, ledger } = lab.till.agent;
    const by = { ...BOSS, reason: 'OTHER: the disk was changed' };
    const state = settlement.bookMissing(day, charge, 'dispute', by);
    expect(state.missingItems).toMatchObject([
      {
        actor: by,
        detail: {
          sequenceId: charge,
          amount: 20_000,
          loss: 'dispute',
          caseNumber: `C-${ledger.head().index}`,
        },
      },
    ]);
    expect(ledger.balances()).toMatchObject({ dispute: 20_000, issuer_payable: -30_000 });
    settlement.bookMissing(day, withdrawal, 'store', by);
    expect(ledger.balances()).toMatchObject({ dispute: 20_000, store: -5_000, issuer_payable: -25_000 });
    expect(refusal(() => settlement.bookMissing(day, charge, 'store', by))).toBe('ALREADY_BOOKED');
    expect(ledger.balances().dispute).toBe(20_000);
    expect(ledger.verify().faults).toEqual([]);
  });

  it('follows the issuer that undoes one of them afterwards: what a dispute asks for', async () => {
    const { agent, client } = lab.till;
    const { index, hash } = agent.ledger.head();
    const answer = await client.netCancel(
      { sequenceId: charge, type: 'CHARGE', amount: 20_000, reason: 'MANAGER' },
      { epoch: agent.worker.status().epoch, journalIndex: index, journalHead: hash },
    );
    expect(answer.class).toBe('answered');
    const state = await agent.settlement.reconcile(day, BOSS);
    expect(found(state)).toEqual({ matched: 3, missingHere: 1 });
  });

  it('still differs by what is left, and is matched and agreed once everything is taken over', async () => {
    const { settlement, ledger } = lab.till.agent;
    await settlement.reconcile(day, BOSS);
    const [left, ...more] = missing();
    expect(more).toEqual([]);
    expect(left?.theirs).toMatchObject({ amount: 3_000, state: 'VOIDED' });
    const before = ledger.balances();
    settlement.bookMissing(day, left?.sequenceId ?? '', 'dispute', BOSS);
    expect(ledger.balances()).toEqual(before);
    const state = await lab.close();
    expect(found(state)).toEqual({ matched: 4 });
    expect(state.reconciled?.detail.rules.filter(({ ok }) => !ok)).toEqual([]);
    expect(state.phase).toBe('agreed');
    expect(state.sealed).not.toBeNull();
    expect(refusal(() => settlement.bookMissing(day, charge, 'store', BOSS))).toBe('SEALED');
  });

  it('holds nothing on the sealed day, verifies, and counts the next day from nothing', async () => {
    const { settlement, ledger } = lab.till.agent;
    expect(ledger.dayPosition(day)).toEqual({ issuerPayable: 0, cashDrawer: 0 });
    expect(ledger.balances()).toMatchObject({
      issuer_payable: 0,
      cash_drawer: 0,
      dispute: 20_000,
      store: -20_000,
    });
    expect(ledger.verify().faults).toEqual([]);
    await lab.charge(4_000);
    const next = settlement.count(lab.date(), counted(4_000), BOSS);
    expect(next.counts.at(-1)?.detail.difference).toBe(0);
  });

  it('says so in the report: the vouchers with account, person and reason', () => {
    const { text, csv } = lab.till.agent.settlement.report(day);
    expect(text).toContain('VOUCHERS 3');
    expect(text).toContain('dispute');
    expect(text).toContain('OTHER: the disk was changed');
    expect(csv).toMatch(/voucher,C-\d+ dispute,,20000,/);
  });

  it('keeps all of it over a restart', async () => {
    await lab.restart();
    const { settlement, ledger } = lab.till.agent;
    expect(settlement.day(day).missingItems).toHaveLength(3);
    expect(ledger.verify().faults).toEqual([]);
  });
});

/** A till put back from a backup of before whole business days: the issuer's lists bring them back, and each comes to an end. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datePlus } from '../../../src/ledger/days.ts';
import { restoreLedger } from '../../../src/ledger/restore.ts';
import { Page, until } from '../agent/harness.ts';
import { BOSS, counted, type DayLab, found, startDay } from './day-lab.ts';

let lab: DayLab;
/** Agreed with the issuer before the ledger was lost; the one after it was still open then. */
let agreedDay = '';
let openDay = '';
let lost = '';

const NOW = () => ({ wallMs: Date.now(), monoMs: performance.now() });
const settlement = () => lab.till.agent.settlement;
const journalled = (kind: string) =>
  lab.till.agent.ledger.entries(1, 1_000).filter((entry) => entry.kind === kind);

beforeAll(async () => {
  lab = await startDay();
  const { till } = lab;
  const backup = join(till.directory, 'backup.db');
  await till.agent.ledger.backup(backup);
  await lab.charge(10_000);
  await lab.withdraw(4_000);
  agreedDay = lab.date();
  expect((await lab.close()).sealed).not.toBeNull();
  lost = await lab.charge(20_000);
  openDay = lab.date();
  expect(openDay).toBe(datePlus(agreedDay, 1));
  await till.agent.close();
  restoreLedger({ backup, file: join(till.directory, 'ledger', 'ledger.db'), now: NOW() });
  lab.page.close();
  await till.restart(); // its line is not online before a manager takes it on
  lab.page = new Page(till.agent.address);
  const { agent } = till;
  await until('recovering', () => agent.worker.status().recovering);
  await until('greeted', () => agent.worker.status().businessDate !== null);
}, 120_000);
afterAll(async () => {
  expect(lab.till.faults).toEqual([]);
  await lab.end();
});

describe('a business day that the ledger lost whole', () => {
  it('stands among the days once its list is imported, with the figures of the issuer, before the terminal goes on', async () => {
    expect(settlement().days()).toEqual([]);
    expect(await lab.till.agent.worker.claimEpoch('lee')).toBe(true);
    const days = settlement().days();
    expect(days.map(({ date, state }) => [date, state.phase])).toEqual([
      [openDay, 'open'],
      [agreedDay, 'open'],
    ]);
    expect(days.map(({ state }) => state.listed?.detail.totals)).toEqual([
      [{ type: 'CHARGE', state: 'APPROVED', count: 1, sum: 20_000 }],
      [
        { type: 'CHARGE', state: 'APPROVED', count: 1, sum: 10_000 },
        { type: 'REFUND', state: 'APPROVED', count: 1, sum: 4_000 },
      ],
    ]);
    expect(journalled('issuerItemMissingHere')).toHaveLength(3);
    const [mark] = journalled('recovered');
    for (const { index } of journalled('dayListed')) expect(index).toBeLessThan(mark?.index ?? 0);
  });

  it('is listed once: the import behind the claim finds it known, and so does the next start', async () => {
    await lab.restart();
    expect(journalled('dayListed')).toHaveLength(2);
    expect(settlement().days()).toHaveLength(2);
    expect(lab.till.agent.ledger.verify().faults).toEqual([]);
  });

  it('is compared, taken over item by item and closed like any other while it is open at the issuer', async () => {
    const state = await settlement().reconcile(openDay, BOSS);
    expect(found(state)).toEqual({ missingHere: 1 });
    settlement().bookMissing(openDay, lost, 'store', BOSS);
    settlement().count(openDay, counted(0), BOSS);
    const closed = await settlement().close(openDay, BOSS).settled;
    expect(closed.sealed).not.toBeNull();
    expect(lab.till.agent.ledger.verify().faults).toEqual([]);
  });

  it('ends with its close, with the figures of the issuer, where the issuer has it agreed: nothing is taken over', async () => {
    settlement().count(agreedDay, counted(0), BOSS);
    const state = await settlement().close(agreedDay, BOSS).settled;
    expect(state.sealed).not.toBeNull();
    expect(state.missingItems).toEqual([]);
    expect(state.answered?.outcome.detail).toMatchObject({
      result: 'AGREED',
      code: '006_907',
      lostHere: 2,
      totals: [
        { type: 'CHARGE', state: 'APPROVED', count: 1, sum: 10_000 },
        { type: 'REFUND', state: 'APPROVED', count: 1, sum: 4_000 },
      ],
    });
    const { ledger } = lab.till.agent;
    expect(ledger.dayPosition(agreedDay)).toEqual({ issuerPayable: 0, cashDrawer: 0 });
    expect(ledger.balances()).toMatchObject({ issuer_payable: 0, cash_drawer: 0, dispute: 0 });
    expect(ledger.verify().faults).toEqual([]);
  });

  it('says in its report that these figures are the issuer’s alone', () => {
    const { text } = settlement().report(agreedDay);
    expect(text).toContain('여기 없음 Lost here');
    expect(text).toMatch(/발행사 합계 ISSUER\n충전 승인 Charges +1건 10,000원/);
  });

  it('differs in nothing that a person should look at any more', () => {
    expect(
      settlement()
        .glances()
        .map(({ date, differences }) => [date, differences]),
    ).toEqual([
      [openDay, 0],
      [agreedDay, 0],
    ]);
  });
});

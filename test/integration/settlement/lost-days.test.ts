/** A till put back from a backup of before business days, or parts of them: the issuer's lists bring them back, and each comes to an end. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { datePlus } from '../../../src/ledger/days.ts';
import { restoreLedger } from '../../../src/ledger/restore.ts';
import { Page, until } from '../agent/harness.ts';
import { BOSS, counted, type DayLab, found, startDay } from './day-lab.ts';

let lab: DayLab;
/** Agreed with the issuer before the ledger was lost; the one after it was still open then. */
let agreedDay = '';
let openDay = '';
let lost = '';
/** Booked there in the agreed day, its answer lost; its customer had the cash back, and the close named it as open. */
let unanswered = '';

/** A card whose payment is not ended takes no other one. */
const OTHER_CARD = '9491330000000024';

const NOW = () => ({ wallMs: Date.now(), monoMs: performance.now() });
const settlement = () => lab.till.agent.settlement;
const journalled = (kind: string) =>
  lab.till.agent.ledger.entries(1, 1_000).filter((entry) => entry.kind === kind);

/** The issuer books it, or never had it, and takes no net cancel; the till hears of neither. */
async function chargeGivenBack(amount: number, isBooked: boolean): Promise<string> {
  const { page, till, lie, honest } = lab;
  lie.approve = async (...call) => {
    delete lie.approve;
    const answer = await (isBooked ? honest.approve(...call) : honest.inquiry(...call));
    if (answer.class !== 'answered') throw new Error(answer.class);
    return { class: 'notProcessed', code: '000_908', meta: answer.meta };
  };
  lie.netCancel = async () => ({ class: 'ambiguous', why: 'RESET', code: null, bytesWritten: 1 });
  await till.scanner.send(await till.barcode('CHARGE', amount, OTHER_CARD));
  await page.sees('TAKE', ({ face }) => face.intent?.amount === amount);
  await page.press('RECEIVED');
  const { face } = await page.sees('BACK-REV');
  await page.shown();
  await page.press('HANDED');
  const { sequenceId } = face.intent ?? { sequenceId: '' };
  await until('given back', () => till.agent.ledger.get(sequenceId)?.cash === 'returned');
  expect(till.agent.ledger.get(sequenceId)).toMatchObject({ host: 'reversing', cash: 'returned' });
  return sequenceId;
}

async function backedUp(): Promise<string> {
  const { till } = lab;
  const backup = join(till.directory, 'backup.db');
  await till.agent.ledger.backup(backup);
  return backup;
}

/** The till on the ledger of the backup, and its issuer takes net cancels again. */
async function putBack(backup: string): Promise<void> {
  const { till } = lab;
  await till.agent.close();
  delete lab.lie.netCancel;
  restoreLedger({ backup, file: join(till.directory, 'ledger', 'ledger.db'), now: NOW() });
  lab.page.close();
  await till.restart(); // its line is not online before a manager takes it on
  lab.page = new Page(till.agent.address);
  const { agent } = till;
  await until('recovering', () => agent.worker.status().recovering);
  await until('greeted', () => agent.worker.status().businessDate !== null);
}

async function loseDays(): Promise<void> {
  lab = await startDay();
  const backup = await backedUp();
  await lab.charge(10_000);
  await lab.withdraw(4_000);
  agreedDay = lab.date();
  unanswered = await chargeGivenBack(6_000, true);
  await lab.close();
  const { named } = await until('sealed', () => {
    const day = settlement().day(agreedDay);
    return day.sealed === null ? null : day;
  });
  expect(named).toEqual([unanswered]);
  lost = await lab.charge(20_000);
  openDay = lab.date();
  expect(openDay).toBe(datePlus(agreedDay, 1));
  await putBack(backup);
}

async function end(): Promise<void> {
  expect(lab.till.faults).toEqual([]);
  await lab.end();
}

describe('a business day that the ledger lost whole', () => {
  beforeAll(loseDays, 120_000);
  afterAll(end);

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
        { type: 'CHARGE', state: 'APPROVED', count: 2, sum: 16_000 },
        { type: 'REFUND', state: 'APPROVED', count: 1, sum: 4_000 },
      ],
    ]);
    expect(journalled('issuerItemMissingHere')).toHaveLength(4);
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

  it('is not agreed over what is missing here where the issuer has it agreed: one of these was still open then', async () => {
    settlement().count(agreedDay, counted(0), BOSS);
    const state = await settlement().close(agreedDay, BOSS).settled;
    expect(state.phase).toBe('notAgreed');
    expect(state.sealed).toBeNull();
    expect(found(state)).toEqual({ missingHere: 3 });
    expect(state.reconciled?.detail.differences.map(({ sequenceId }) => sequenceId)).toContain(unanswered);
  });

  it('is taken over by a manager, item by item, each with a case number', () => {
    for (const { sequenceId, theirs } of settlement().day(agreedDay).reconciled?.detail.differences ?? []) {
      const isOpenLoss = sequenceId === unanswered;
      expect(theirs?.state).toBe('APPROVED');
      settlement().bookMissing(agreedDay, sequenceId, isOpenLoss ? 'dispute' : 'store', BOSS);
    }
    const { missingItems } = settlement().day(agreedDay);
    expect(new Set(missingItems.map(({ detail }) => detail.caseNumber)).size).toBe(3);
    expect(missingItems.find(({ detail }) => detail.sequenceId === unanswered)?.detail).toMatchObject({
      type: 'CHARGE',
      amount: 6_000,
      loss: 'dispute',
    });
  });

  it('ends with its next close, by the seal of the issuer, with nothing left to explain', async () => {
    const state = await settlement().close(agreedDay, BOSS).settled;
    expect(state.sealed).not.toBeNull();
    expect(state.answered?.outcome.detail).toMatchObject({ result: 'AGREED', code: '006_907' });
    const { ledger } = lab.till.agent;
    expect(ledger.dayPosition(agreedDay)).toEqual({ issuerPayable: 0, cashDrawer: 0 });
    expect(ledger.balances()).toMatchObject({ issuer_payable: 0, cash_drawer: 0, dispute: 6_000 });
    expect(ledger.verify().faults).toEqual([]);
    const differences = settlement()
      .glances()
      .map((glance) => [glance.date, glance.differences]);
    expect(differences).toEqual([
      [openDay, 0],
      [agreedDay, 0],
    ]);
  });
});

describe('a business day of which the ledger lost a part', () => {
  afterEach(end);

  it('stays one of its days when the only payment left on it goes to the day on which its net cancel was answered', async () => {
    lab = await startDay();
    const left = await chargeGivenBack(6_000, false);
    const backup = await backedUp();
    lost = await lab.charge(20_000);
    const date = lab.date();
    await lab.close();
    await until('sealed', () => settlement().day(date).sealed);
    await putBack(backup);
    expect(settlement().days()).toMatchObject([{ date, state: { listed: null } }]);

    expect(await lab.till.agent.worker.claimEpoch('lee')).toBe(true);
    await until('reversed', () => lab.till.agent.ledger.get(left)?.host === 'reversed');
    expect(lab.till.agent.ledger.get(left)?.businessDate).toBe(datePlus(date, 1));
    const day = settlement()
      .days()
      .find((each) => each.date === date);
    const totals = [{ type: 'CHARGE', state: 'APPROVED', count: 1, sum: 20_000 }];
    expect(day).toMatchObject({ state: { listed: { detail: { totals } } } });
    const state = await settlement().reconcile(date, BOSS);
    expect(state.reconciled?.detail.differences).toMatchObject([
      { category: 'missingHere', sequenceId: lost },
    ]);
  }, 60_000);
});

/** One entry or row of a ledger is damaged: whoever reads it is told so, and the till goes on, or says why it cannot start. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeByHand } from '../agent/by-hand.ts';
import { type Answer, askedToEnd, call, EventReader, Page, until } from '../agent/harness.ts';
import { BOSS, counted, type DayLab, startDay } from '../settlement/day-lab.ts';

/** What stands here is no JSON any more. */
const cut = (column: string): string => `${column} = substr(${column}, 1, length(${column}) - 1)`;
const FIRST = "(SELECT min(idx) FROM journal WHERE sequence_id <> '')";

let lab: DayLab;
beforeEach(async () => {
  lab = await startDay();
  await lab.charge(10_000); // ended, and its sentence acknowledged
}, 60_000);
afterEach(() => lab.end());

/** Starts the till again on a ledger that somebody changed meanwhile. */
async function restartAfter(sql: string): Promise<void> {
  lab.page.close();
  await lab.till.agent.close();
  changeByHand(join(lab.till.directory, 'ledger', 'ledger.db'), sql);
  await lab.till.restart();
  lab.page = new Page(lab.till.agent.address);
}
const get = (path: string): Promise<Answer> => call(lab.till.agent.address, `/api/v1/payments/${path}`);

describe('a POS program that comes to a damaged entry', () => {
  it.each([
    ['that is no JSON', `UPDATE journal SET ${cut('body')} WHERE idx = ${FIRST}`],
    ['of no payment', `UPDATE journal SET sequence_id = 'XXXXXXXXXXXXXXXXXXXXXXXXXX' WHERE idx = ${FIRST}`],
  ])('%s is told so as often as it asks: the till goes on', async (_name, sql) => {
    await restartAfter(sql);
    await lab.page.sees('LEDGER');
    for (let time = 0; time < 3; time += 1) {
      const answer = await get('changes?after=0');
      expect([answer.status, answer.json<{ error: string }>().error]).toEqual([503, 'LEDGER']);
    }
    const events = new EventReader(lab.till.agent.address, '/api/v1/payments/events?after=0');
    await until('the stream ends', () => events.ended);
    expect((await get('changes?after=999999')).status).toBe(409);
    expect(await askedToEnd(lab.till)).toBeNull();
  });
});

describe('a payment at the counter whose row is no JSON any more', () => {
  it('leaves the screen to what the manager must know, and the till goes on; the next start knows it too', async () => {
    const { till, page } = lab;
    till.issuer.faults?.set({ call: 'approve', kind: 'dropAfter' });
    till.issuer.faults?.set({ call: 'inquiry', kind: 'dropBefore' });
    await till.scanner.send(await till.barcode('CHARGE', 30_000));
    await page.sees('TAKE');
    await page.press('RECEIVED');
    await page.sees('CHECK');
    changeByHand(
      join(till.directory, 'ledger', 'ledger.db'),
      `UPDATE intents SET ${cut('state')} WHERE amount = 30000`,
    );
    await page.sees('LEDGER', ({ face }) => face.values.code === 'CORRUPT');
    await till.scanner.send(await till.barcode('CHARGE', 40_000));
    await page.untilSeen('the refusal', ({ band }) => band?.cause === 'LEDGER');
    const kept: unknown = JSON.parse(readFileSync(join(till.directory, 'ledger-check.json'), 'utf8'));
    expect(kept).toEqual({ last: 'wrong', code: 'CORRUPT' });
    expect(await askedToEnd(till)).toBeNull();
  });
});

describe('a payment whose row is found damaged by [Received]', () => {
  it('says NOT RECORDED for a time that is told, and the till knows at once what it has', async () => {
    const { till, page } = lab;
    await till.scanner.send(await till.barcode('CHARGE', 30_000));
    await page.sees('TAKE');
    changeByHand(
      join(till.directory, 'ledger', 'ledger.db'),
      `UPDATE intents SET ${cut('state')} WHERE amount = 30000`,
    );
    await page.press('RECEIVED');
    const { face } = await page.sees('NOT-RECORDED', (shown) => shown.face.countdown?.kind === 'leave');
    expect(face.intent?.amount).toBe(30_000);
    const kept: unknown = JSON.parse(readFileSync(join(till.directory, 'ledger-check.json'), 'utf8'));
    expect(kept).toEqual({ last: 'wrong', code: 'CORRUPT' });
    expect(await askedToEnd(till)).toBeNull();
  });
});

describe('a start on a ledger in which', () => {
  it('the row of an open payment is no JSON says that the ledger is damaged', async () => {
    await lab.charge(20_000, false);
    const sql = `UPDATE intents SET ${cut('state')} WHERE amount = 20000`;
    await expect(restartAfter(sql)).rejects.toMatchObject({ name: 'LedgerFault', code: 'CORRUPT' });
  });

  it.each([
    ['the row of an ended payment is no JSON', `UPDATE intents SET ${cut('state')}`],
    ['an account has no balance', "DELETE FROM balances WHERE account = 'dispute'"],
    ['a mark is no JSON', "INSERT INTO meta (name, value) VALUES ('recovering', '{')"],
  ])('%s says that the ledger is damaged', async (_name, sql) => {
    await expect(restartAfter(sql)).rejects.toMatchObject({ name: 'LedgerFault', code: 'CORRUPT' });
  });

  it('an entry of a business day is no JSON says that the ledger is damaged', async () => {
    lab.till.agent.settlement.count(lab.date(), counted(10_000), BOSS);
    const sql = `UPDATE journal SET ${cut('body')} WHERE kind = 'dayCounted'`;
    await expect(restartAfter(sql)).rejects.toMatchObject({ name: 'LedgerFault', code: 'CORRUPT' });
  });
});

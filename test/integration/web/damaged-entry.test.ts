/** One entry or row of a ledger is damaged: whoever reads it is told so, and the till goes on, or says why it cannot start. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FindAnswer } from '../../../src/web/api/cashier.ts';
import type { DayAnswer } from '../../../src/web/api/day.ts';
import type { ApiError } from '../../../src/web/api/error.ts';
import type { PaymentDetail, PaymentsAnswer } from '../../../src/web/api/payments.ts';
import { changeByHand } from '../agent/by-hand.ts';
import { type Answer, askedToEnd, call, EventReader, Page, until } from '../agent/harness.ts';
import { BOSS, counted, type DayLab, startDay } from '../settlement/day-lab.ts';

/** What stands here is no JSON any more. */
const cut = (column: string): string => `${column} = substr(${column}, 1, length(${column}) - 1)`;
const FIRST = "(SELECT min(idx) FROM journal WHERE sequence_id <> '')";

/** Whoever reads the row finds the first; a check of the whole that the start still makes, on a slow machine, the second. */
const DAMAGE = /^(CORRUPT|INTENT)$/;

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
/** The row of the payment of this amount is no JSON any more, while the till has it open. */
function damage(amount: number): void {
  const file = join(lab.till.directory, 'ledger', 'ledger.db');
  changeByHand(file, `UPDATE intents SET ${cut('state')} WHERE amount = ${amount}`);
}
/** A charge that stands at CHECK: it was sent, and nothing is heard of it. Gives its id. */
async function chargeWithoutAnswer(amount: number): Promise<string> {
  const { till, page } = lab;
  till.issuer.faults?.set({ call: 'approve', kind: 'dropAfter' });
  till.issuer.faults?.set({ call: 'inquiry', kind: 'dropBefore' });
  await till.scanner.send(await till.barcode('CHARGE', amount));
  await page.sees('TAKE');
  await page.press('RECEIVED');
  const { face } = await page.sees('CHECK');
  return face.intent?.sequenceId ?? '';
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
    await chargeWithoutAnswer(30_000);
    damage(30_000);
    await page.sees('LEDGER', ({ face }) => face.values.code === 'CORRUPT');
    await till.scanner.send(await till.barcode('CHARGE', 40_000));
    await page.untilSeen('the refusal', ({ band }) => band?.cause === 'LEDGER');
    const kept: unknown = JSON.parse(readFileSync(join(till.directory, 'ledger-check.json'), 'utf8'));
    expect(kept).toEqual({ last: 'wrong', code: expect.stringMatching(DAMAGE) });
    expect(await askedToEnd(till)).toBeNull();
  });
});

describe('a manager of a till with a payment whose row is no JSON any more', () => {
  let cookie = '';
  const manager = (path: string, body?: unknown): Promise<Answer> =>
    call(lab.till.agent.address, `/api/v1/manager/${path}`, {
      headers: cookie === '' ? {} : { cookie },
      ...(body === undefined ? {} : { body }),
    });
  beforeEach(async () => {
    cookie = '';
    const code = readFileSync(lab.till.agent.installerCodeFile() ?? '', 'utf8').trim();
    const made = await manager('first', { code, name: 'Kim', pin: '739155' });
    cookie = String(made.headers['set-cookie']).split(';', 1)[0] ?? '';
  });
  afterEach(async () => expect(await askedToEnd(lab.till)).toBeNull());

  it('is told which it is by every page: what was known of it last, and nothing to decide', async () => {
    const { page } = lab;
    const sequenceId = await chargeWithoutAnswer(30_000);
    damage(30_000);
    const { rail } = await page.sees('LEDGER', (shown) => shown.face.values.code === 'CORRUPT');
    expect(rail.aside).toMatchObject([{ sequenceId, amount: 30_000 }]);
    for (const path of ['today', 'payments', 'sync']) {
      const answer = await manager(path);
      const { unread } = answer.json<Pick<PaymentsAnswer, 'unread'>>();
      expect([path, answer.status, unread]).toMatchObject([
        path,
        200,
        [{ sequenceId, known: { type: 'CHARGE', amount: 30_000, cash: 'received' } }],
      ]);
    }
    const detail = await manager(`payments/${sequenceId}`);
    expect(detail.status).toBe(200);
    expect(detail.json<PaymentDetail>()).toMatchObject({
      ...{ unread: true, amount: 30_000, decisions: [] },
      ...{ canInquire: false, canNetCancelAgain: false, receipt: null },
    });
    expect(detail.json<PaymentDetail>().steps.map(({ event }) => event)).toContain('received');
    const day = await manager('day');
    expect(day.json<DayAnswer>().openItems).toMatchObject([{ sequenceId, amount: 30_000 }]);
    const decided = { decision: 'givenBack', version: 1, reason: 'CUSTOMER_ASKED' };
    expect((await manager(`payments/${sequenceId}/decide`, decided)).status).toBe(503);
  });

  it('is given no close and no export in which it is left out', async () => {
    await lab.charge(20_000, false);
    damage(20_000);
    const { settlement } = lab.till.agent;
    expect((await manager('day')).status).toBe(200);
    settlement.count(lab.date(), counted(30_000), BOSS);
    expect(() => settlement.close(lab.date(), BOSS)).toThrow(expect.objectContaining({ code: 'CORRUPT' }));
    await expect(manager('export.csv')).rejects.toThrow('aborted'); // never one without it
  });

  it('sees all others in the list, and what the journal says of one that had ended, also on a page of its own', async () => {
    const ended = await lab.charge(20_000);
    damage(20_000);
    const answer = await manager('payments');
    const { rows, unread } = answer.json<PaymentsAnswer>();
    expect(rows.map(({ amount }) => amount)).toEqual([10_000]);
    const known = { type: 'CHARGE', amount: 20_000, host: 'approved', cash: 'received' };
    expect(unread).toMatchObject([{ sequenceId: ended, known }]);
    const detail = await manager(`payments/${ended}`);
    expect(detail.status).toBe(200);
    expect(detail.json<PaymentDetail>()).toMatchObject({
      ...{ ...known, unread: true, decisions: [], canInquire: false, receipt: null },
    });
    expect(detail.json<PaymentDetail>().steps.map(({ event }) => event)).toContain('approved');
    const decided = { decision: 'seen', version: 1, reason: 'CUSTOMER_ASKED' };
    expect((await manager(`payments/${ended}/decide`, decided)).status).toBe(503);
    expect((await manager('today')).status).toBe(200);
  });

  it('is told by its page that nothing is known of one whose entries are damaged too', async () => {
    const ended = await lab.charge(20_000);
    damage(20_000);
    const own = `sequence_id = '${ended}' AND kind = 'approved'`;
    const file = join(lab.till.directory, 'ledger', 'ledger.db');
    changeByHand(file, `UPDATE journal SET body = replace(body, '20261', '20262') WHERE ${own}`);
    expect((await manager('payments')).json<PaymentsAnswer>().unread).toMatchObject([{ known: null }]);
    const detail = await manager(`payments/${ended}`);
    expect([detail.status, detail.json<ApiError>().refusal]).toEqual([503, 'UNREAD']);
  });
});

describe('[Find] at the counter', () => {
  it('names a payment whose row is no JSON any more beside those that can be read', async () => {
    const ended = await lab.charge(20_000);
    damage(20_000);
    const { last4 = '' } = lab.till.agent.ledger.list({ limit: 2, readableOnly: true }).intents[0] ?? {};
    const { items, unread } = (await lab.page.post('find', { text: last4 })).json<FindAnswer>();
    expect(items.map(({ amount }) => amount)).toEqual([10_000]);
    expect(unread).toMatchObject([{ sequenceId: ended, known: { type: 'CHARGE', amount: 20_000 } }]);
    const byReference = await lab.page.post('find', { text: ended.slice(-8) });
    expect(byReference.json<FindAnswer>()).toMatchObject({ items: [], asked: 'not', unread: [{}] });
  });

  it('names no payment that it was not asked for', async () => {
    const sequenceId = await chargeWithoutAnswer(30_000);
    damage(30_000);
    await lab.page.sees('LEDGER', ({ face }) => face.values.code === 'CORRUPT');
    const found = await lab.page.post('find', { text: '0000-0000' });
    expect(found.json<FindAnswer>()).toMatchObject({ items: [], unread: [] });
    const itself = await lab.page.post('find', { text: sequenceId.slice(-8) });
    expect(itself.json<FindAnswer>().unread).toMatchObject([{ sequenceId, known: { amount: 30_000 } }]);
  });
});

describe('a payment whose row is found damaged by [Received]', () => {
  it('says NOT RECORDED for a time that is told, and the till knows at once what it has', async () => {
    const { till, page } = lab;
    await till.scanner.send(await till.barcode('CHARGE', 30_000));
    await page.sees('TAKE');
    damage(30_000);
    await page.press('RECEIVED');
    const { face } = await page.sees('NOT-RECORDED', (shown) => shown.face.countdown?.kind === 'leave');
    expect(face.intent?.amount).toBe(30_000);
    const kept: unknown = JSON.parse(readFileSync(join(till.directory, 'ledger-check.json'), 'utf8'));
    expect(kept).toEqual({ last: 'wrong', code: expect.stringMatching(DAMAGE) });
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

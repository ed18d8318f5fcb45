/** The business day over HTTP: who may, what a count hides and keeps, what a close needs, and the report's bytes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DayAnswer, DayReportAnswer } from '../../../src/web/api/day.ts';
import type { ApiError } from '../../../src/web/api/error.ts';
import type { PaymentDetail } from '../../../src/web/api/payments.ts';
import { type Answer, call, until } from '../agent/harness.ts';
import { type DayLab, startDay } from '../settlement/day-lab.ts';

const PIN = '739155';
const NO_PIECES = { 50000: 0, 10000: 0, 5000: 0, 1000: 0, 500: 0, 100: 0, 50: 0, 10: 0 };
let lab: DayLab;
let cookie = '';
let day = '';

function manager(path: string, body?: unknown): Promise<Answer> {
  return call(lab.till.agent.address, `/api/v1/manager/${path}`, {
    headers: cookie === '' ? {} : { cookie },
    ...(body === undefined ? {} : { body }),
  });
}

function count(tenThousands: number, change: object = {}): Promise<Answer> {
  const pieces = { ...NO_PIECES, 10000: tenThousands };
  return manager('day/count', {
    date: day,
    mode: 'separate',
    pieces,
    safe: 0,
    float: 0,
    posExpected: 0,
    ...change,
  });
}

async function signIn(path: string, body: object): Promise<void> {
  const answer = await manager(path, body);
  expect(answer.status).toBe(200);
  cookie = String(answer.headers['set-cookie']).split(';', 1)[0] ?? '';
}

beforeAll(async () => {
  lab = await startDay();
  await lab.charge(10_000);
  await lab.charge(20_000);
  day = lab.date();
}, 120_000);
afterAll(async () => {
  expect(lab.till.faults).toEqual([]);
  await lab.end();
});

describe('without a session', () => {
  it('nothing of a day is read or written', async () => {
    for (const path of [
      'day',
      `day/report?date=${day}`,
      `day/report.txt?date=${day}`,
      `day/report.csv?date=${day}`,
    ])
      expect((await manager(path)).status, path).toBe(401);
    for (const path of ['day/count', 'day/explain', 'day/missing', 'day/reconcile', 'day/close'])
      expect((await manager(path, { date: day, pin: PIN })).status, path).toBe(401);
    const control = (path: string, body?: object): Promise<Answer> =>
      call(lab.till.agent.address, `/api/v1/control/${path}`, body === undefined ? {} : { body });
    expect((await control('day')).status).toBe(401);
    expect((await control(`day/report?date=${day}`)).status).toBe(401);
    expect((await control('day/reconcile', { date: day })).status).toBe(401);
    expect((await control('day/missing', { date: day })).status).toBe(401);
    expect((await control('day/close', { date: day, uncounted: 'no reason' })).status).toBe(401);
    expect(lab.till.agent.ledger.dayEntries(day)).toEqual([]);
    const code = readFileSync(lab.till.agent.installerCodeFile() ?? '', 'utf8').trim();
    await signIn('first', { code, name: 'Kim', pin: PIN });
  });
});

describe('a count', () => {
  it('is blind: the expected cash is told only once it is recorded', async () => {
    await manager('day/reconcile', { date: day });
    const before = await manager('day');
    expect(before.json<DayAnswer>()).toMatchObject({ date: day, counts: [], obstacle: 'COUNT_NEEDED' });
    const seven = before.json<DayAnswer>().reconciled?.rules.find(({ rule }) => rule === 7);
    expect(seven).toMatchObject({ ok: true, amount: null });
    const after = (await count(2, { float: 5_000, safe: 12_000 })).json<DayAnswer>();
    expect(after.counts).toMatchObject([
      { who: 'Kim', counted: 20_000, safe: 12_000, float: 5_000, expected: 30_000, difference: -3_000 },
    ]);
    expect(after.obstacle).toBe('REASON_NEEDED');
  });

  it('that differs does not close without a reason, and its reason needs the PIN', async () => {
    const wish = { date: day, reason: 'WRONG_AMOUNT', note: '9410000000000005' };
    expect((await manager('day/close', { date: day, pin: PIN })).json<ApiError>()).toMatchObject({
      error: 'REFUSED',
      refusal: 'REASON_NEEDED',
    });
    expect((await manager('day/explain', { ...wish, pin: '111112' })).json<ApiError>().error).toBe(
      'WRONG_PIN',
    );
    expect((await manager('day/explain', wish)).status).toBe(400);
    const other = { ...wish, reason: 'OTHER', note: 'short', pin: PIN };
    expect((await manager('day/explain', other)).json<ApiError>().error).toBe('REASON_NEEDED');
    expect(lab.till.agent.ledger.balances().store).toBe(0);
    const done = (await manager('day/explain', { ...wish, pin: PIN })).json<DayAnswer>();
    expect(done.explained).toEqual({ reason: 'WRONG_AMOUNT', note: '*'.repeat(16), who: 'Kim' });
    expect(done.obstacle).toBeNull();
    expect(lab.till.agent.ledger.balances()).toMatchObject({ cash_drawer: 27_000, store: 3_000 });
  });

  it('is repeated once, both are kept, and the reason of the first does not speak for the second', async () => {
    const again = (await count(3, { float: 2_000 })).json<DayAnswer>();
    expect(again.counts.map(({ counted, difference }) => [counted, difference])).toEqual([
      [20_000, -3_000],
      [30_000, 1_000],
    ]);
    expect(again).toMatchObject({ explained: null, obstacle: 'REASON_NEEDED' });
    const { counts, version } = (await manager('day')).json<DayAnswer>();
    expect(counts).toHaveLength(2);
    const third = await count(3);
    expect(third.json<ApiError>()).toMatchObject({ error: 'REFUSED', refusal: 'COUNTED_TWICE' });
    const body = { date: day, reason: 'CUSTOMER_GONE', pin: PIN, version };
    // Whoever still sees the first count must not explain the second one, nor close over it.
    const stale = { ...body, version: version - 1 };
    expect((await manager('day/explain', stale)).json<ApiError>().error).toBe('STALE');
    expect((await manager('day/close', { date: day, pin: PIN, version: version - 1 })).status).toBe(409);
    expect((await count(3, { version: version - 1 })).json<ApiError>().error).toBe('STALE');
    expect((await manager('day/explain', body)).json<DayAnswer>().obstacle).toBeNull();
    expect((await manager('day/explain', body)).json<ApiError>().error).toBe('STALE');
    const unnamed = { date: day, reason: 'CUSTOMER_GONE', pin: PIN };
    expect((await manager('day/explain', unnamed)).json<ApiError>().refusal).toBe('NOTHING_TO_EXPLAIN');
    expect(lab.till.agent.ledger.balances()).toMatchObject({ cash_drawer: 28_000, store: 2_000 });
    expect(lab.till.agent.ledger.verify().faults).toEqual([]);
  });

  it.each([
    ['pieces of a note that does not exist', { pieces: { ...NO_PIECES, 20000: 1 } }],
    ['half a note', { pieces: { ...NO_PIECES, 1000: 0.5 } }],
    ['less than nothing', { safe: -1 }],
    ['a day that is no date', { date: '2026-07-23' }],
  ])('is refused with %s', async (_what, change) => {
    expect((await count(1, change)).status).toBe(400);
  });

  it('and everything else of a day that does not exist is not found', async () => {
    expect((await manager('day?date=20010101')).status).toBe(404);
    expect((await count(1, { date: '20010101' })).status).toBe(404);
    expect((await manager('day/report?date=20010101')).status).toBe(404);
    expect((await manager(`day/report?date=${day}&at=999999`)).status).toBe(404);
  });
});

describe('a close', () => {
  it('needs the PIN of the manager who is signed in, and seals what the issuer agrees to', async () => {
    expect((await manager('day/close', { date: day })).status).toBe(400);
    const wrong = await manager('day/close', { date: day, pin: '111112' });
    expect(wrong.json<ApiError>().error).toBe('WRONG_PIN');
    expect(lab.till.agent.settlement.day(day).wanted).toBeNull();
    const closed = (await manager('day/close', { date: day, pin: PIN })).json<DayAnswer>();
    expect(closed).toMatchObject({ phase: 'agreed', wanted: { who: 'Kim' }, answered: { result: 'AGREED' } });
    expect((await manager('day/close', { date: day, pin: PIN })).json<ApiError>().refusal).toBe('SEALED');
    expect((await count(3)).json<ApiError>().refusal).toBe('SEALED');
    const { ledger } = lab.till.agent;
    expect(ledger.dayPosition(day)).toEqual({ issuerPayable: 0, cashDrawer: 0 });
    expect(ledger.verify().faults).toEqual([]);
  });
});

describe('the report', () => {
  const text = (): Promise<Answer> => manager(`day/report.txt?date=${day}`);
  const csv = (): Promise<Answer> => manager(`day/report.csv?date=${day}`);
  let made = '';
  let table = '';

  it('is 42 columns of text that name the counts, the people and the issuer', async () => {
    const answer = await text();
    made = answer.text;
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(answer.headers['content-disposition']).toContain(`day-${day}.txt`);
    for (const part of [
      '일치 확정 AGREED',
      '다시 셈 Recount',
      '-3,000원',
      '충전 승인 Charges',
      'Kim',
      '서명 Signature',
    ])
      expect(made).toContain(part);
    expect(made).not.toContain('9410000000000005');
    const shown = (await manager(`day/report?date=${day}`)).json<DayReportAnswer>();
    expect(`${shown.lines.join('\n')}\n`).toBe(made);
  });

  it('is a CSV of the same figures, one column count throughout', async () => {
    const answer = await csv();
    table = answer.text;
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
    const rows = table
      .replace(/^\uFEFF/, '')
      .trimEnd()
      .split('\r\n');
    expect(rows[0]).toBe('section,name,count,won,time,who,text');
    expect(rows.filter((row) => row.split(',').length !== 7)).toEqual([]);
    expect(rows).toContain('store,CHARGE APPROVED,2,30000,,,');
    expect(rows).toContain('issuer,CHARGE APPROVED,2,30000,,,');
    expect(rows.filter((row) => /^rule,\d,\d+,-?\d*,,,ok$/.test(row))).toHaveLength(9);
  });
});

describe('an item that this ledger lost', () => {
  it('is taken over with reason and PIN, by what the comparison named, once', async () => {
    await lab.charge(2_000);
    await lab.strange(7_000);
    const date = lab.date();
    const compared = (await manager('day/reconcile', { date })).json<DayAnswer>();
    const [lost] = compared.reconciled?.differences ?? [];
    expect(lost).toMatchObject({ category: 'missingHere', isKnown: false });
    const wish = { date, sequenceId: lost?.sequenceId, loss: 'store', reason: 'CUSTOMER_GONE' };
    expect((await manager('day/missing', wish)).status).toBe(400);
    expect((await manager('day/missing', { ...wish, pin: PIN, loss: 'cash_drawer' })).status).toBe(400);
    const wrong = await manager('day/missing', { ...wish, pin: '111112' });
    expect(wrong.json<ApiError>().error).toBe('WRONG_PIN');
    const bare = await manager('day/missing', { ...wish, reason: 'OTHER', pin: PIN });
    expect(bare.json<ApiError>().error).toBe('REASON_NEEDED');
    expect(lab.till.agent.settlement.day(date).missingItems).toEqual([]);
    const press = { ...wish, pin: PIN, version: compared.version };
    const done = (await manager('day/missing', press)).json<DayAnswer>();
    expect(done.missingItems).toMatchObject([
      { sequenceId: lost?.sequenceId, amount: 7_000, state: 'APPROVED', loss: 'store', who: 'Kim' },
    ]);
    expect(done.version).toBeGreaterThan(compared.version);
    expect((await manager('day/missing', press)).json<ApiError>().error).toBe('STALE');
    const again = await manager('day/missing', { ...wish, pin: PIN });
    expect(again.json<ApiError>()).toMatchObject({ error: 'REFUSED', refusal: 'ALREADY_BOOKED' });
    const other = await manager('day/missing', { ...wish, sequenceId: 'NEVERHEARDOF', pin: PIN });
    expect(other.json<ApiError>().refusal).toBe('NOT_MISSING');
    expect(lab.till.agent.ledger.verify().faults).toEqual([]);
  });
});

describe('a payment whose journal entry fails its hash', () => {
  it('is shown as such, offers no decision and takes none', async () => {
    const id = await lab.charge(6_000);
    const void_ = { decision: 'void', reason: 'WRONG_AMOUNT', pin: PIN };
    const sound = (await manager(`payments/${id}`)).json<PaymentDetail>();
    expect(sound.decisions.map(({ decision }) => decision)).toEqual(['void']);
    const database = new Database(join(lab.till.directory, 'ledger', 'ledger.db'));
    database.exec('DROP TRIGGER journal_is_never_edited');
    const changed = database
      .prepare("UPDATE journal SET at_ms = at_ms + 1 WHERE sequence_id = ? AND kind = 'received'")
      .run(id);
    database.close();
    expect(changed.changes).toBe(1);
    const detail = (await manager(`payments/${id}`)).json<PaymentDetail>();
    expect(detail.decisions).toEqual([]);
    expect(detail.steps.filter(({ verified }) => !verified).map(({ event }) => event)).toEqual(['received']);
    const refused = await manager(`payments/${id}/decide`, { ...void_, version: detail.version });
    expect(refused.status).toBe(409);
    expect(refused.json<ApiError>()).toMatchObject({ error: 'REFUSED', refusal: 'NOT_VERIFIED' });
    expect(lab.till.agent.ledger.get(id)?.host).toBe('approved');
    await until(
      'nothing more happens to it',
      () => lab.till.agent.ledger.get(id)?.version === detail.version,
    );
  });
});

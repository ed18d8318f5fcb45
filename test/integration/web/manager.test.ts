import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_CODES } from '../../../src/barcode/test-sheet.ts';
import { DEFAULT_POLICY } from '../../../src/intent/policy.ts';
import { DEFAULT_TIMES } from '../../../src/intent/rules.ts';
import type { ReceiptAnswer } from '../../../src/web/api/common.ts';
import type { ApiError } from '../../../src/web/api/error.ts';
import type { SessionAnswer, TodayAnswer } from '../../../src/web/api/manager.ts';
import type {
  CasesAnswer,
  PaymentAnswer,
  PaymentDetail,
  PaymentsAnswer,
} from '../../../src/web/api/payments.ts';
import type { ScannersAnswer, SyncAnswer, VerifyAnswer } from '../../../src/web/api/terminal.ts';
import { type Answer, CARD, call, EventReader, Page, startTill, type Till, until } from '../agent/harness.ts';
import { unzip } from './unzip.ts';

const PIN = '739155';
let till: Till;
let page: Page;
let cookie = '';

beforeAll(async () => {
  till = await startTill({
    policy: {
      times: { ...DEFAULT_TIMES, unansweredMs: 1_500, inquiryMs: 500, deadlineMs: 3_000 },
      amounts: {
        ...DEFAULT_POLICY.amounts,
        CHARGE: { ...DEFAULT_POLICY.amounts.CHARGE, managerAbove: 100_000 },
      },
    },
  });
  page = await Page.online(till.agent.address);
});

afterAll(async () => {
  page.close();
  await till.close();
});

function manager(path: string, body?: unknown): Promise<Answer> {
  return call(till.agent.address, `/api/v1/manager/${path}`, {
    headers: cookie === '' ? {} : { cookie },
    ...(body === undefined ? {} : { body }),
  });
}

async function pay(amount: number, card = CARD): Promise<string> {
  await till.scanner.send(await till.barcode('CHARGE', amount, card));
  await page.sees('TAKE', ({ face }) => face.intent?.amount === amount);
  await page.press('RECEIVED');
  const done = await page.sees('DONE-IN', ({ face }) => face.intent?.amount === amount);
  await page.shown();
  await page.press('CLOSE');
  return done.face.intent?.sequenceId ?? '';
}

describe('signing in', () => {
  it('is needed for everything but the session', async () => {
    expect((await manager('session')).json<SessionAnswer>().state).toBe('first');
    for (const path of [
      'today',
      'payments',
      'cases',
      'sync',
      'scanners',
      'settings',
      'export.csv',
      'events',
    ]) {
      expect((await manager(path)).status, path).toBe(401);
    }
    expect((await manager('sync/now', {})).status).toBe(401);
    expect((await manager('verify', {})).status).toBe(401);
  });

  it("makes the first manager only with the installer's code, which dies with it", async () => {
    const file = till.agent.installerCodeFile() ?? '';
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const code = readFileSync(file, 'utf8').trim();
    expect((await manager('first', { code: '00000000', name: 'Kim', pin: PIN })).json<ApiError>().error).toBe(
      'WRONG_CODE',
    );
    expect((await manager('first', { code, name: 'Kim', pin: '1234' })).json<ApiError>().error).toBe(
      'WEAK_PIN',
    );
    const made = await manager('first', { code, name: 'Kim', pin: PIN });
    expect(made.json<SessionAnswer>()).toMatchObject({ state: 'signedIn', name: 'Kim' });
    const set = String(made.headers['set-cookie']);
    expect(set).toContain('HttpOnly');
    expect(set).toContain('SameSite=Strict');
    cookie = set.split(';', 1)[0] ?? '';
    expect(till.agent.installerCodeFile()).toBeNull();
    expect((await manager('first', { code, name: 'Lee', pin: PIN })).json<ApiError>().error).toBe(
      'ALREADY_SET_UP',
    );
  });

  it('ends with sign-out, and begins again with name and PIN', async () => {
    expect((await manager('sign-out', {})).json<SessionAnswer>().state).toBe('signedOut');
    expect((await manager('today')).status).toBe(401);
    const wrong = await manager('sign-in', { name: 'Kim', pin: '000001' });
    expect(wrong.json<ApiError>()).toMatchObject({ error: 'WRONG_PIN', triesLeft: 4 });
    const again = await manager('sign-in', { name: 'Kim', pin: PIN });
    cookie = String(again.headers['set-cookie']).split(';', 1)[0] ?? '';
    expect((await manager('today')).status).toBe(200);
  });

  it('keeps neither PIN nor session in the file', () => {
    const text = readFileSync(join(till.directory, 'managers.json'), 'utf8');
    expect(text).not.toContain(PIN);
    expect(text).not.toContain(cookie.split('=')[1] ?? '-');
    expect(statSync(join(till.directory, 'managers.json')).mode & 0o777).toBe(0o600);
  });
});

describe('payments', () => {
  it('are listed newest first, masked, paged by key, and found by reference, last four and card number', async () => {
    const ids: string[] = [];
    for (const amount of [1_000, 2_000, 3_000]) ids.push(await pay(amount));
    const first = (await manager('payments?limit=2')).json<PaymentsAnswer>();
    expect(first.rows.map(({ sequenceId }) => sequenceId)).toEqual([ids[2], ids[1]]);
    const older = (
      await manager(`payments?limit=2&before=${encodeURIComponent(first.older ?? '')}`)
    ).json<PaymentsAnswer>();
    expect(older.rows.map(({ sequenceId }) => sequenceId)).toEqual([ids[0]]);
    expect(older.older).toBeNull();
    const reference = first.rows[0]?.reference ?? '';
    expect((await manager(`payments?text=${reference}`)).json<PaymentsAnswer>().rows).toHaveLength(1);
    expect(
      (await manager('payments?amountFrom=2000&amountTo=2500')).json<PaymentsAnswer>().rows,
    ).toHaveLength(1);
    expect((await manager('payments?type=REFUND')).json<PaymentsAnswer>().rows).toHaveLength(0);
    const byCard = await manager('payments/card', { cardNumber: CARD, pin: PIN });
    expect(byCard.json<PaymentsAnswer>().rows).toHaveLength(3);
    expect((await manager('payments/card', { cardNumber: CARD, pin: '111112' })).status).toBe(401);
    expect(JSON.stringify(first)).not.toContain(CARD);
  });

  it('show their timeline, from scan to shown, with postings that sum to nothing', async () => {
    const { rows } = (await manager('payments?limit=1')).json<PaymentsAnswer>();
    const detail = (await manager(`payments/${rows[0]?.sequenceId}`)).json<PaymentDetail>();
    const steps = ['scanAccepted', 'received', 'send', 'approved', 'acknowledge'];
    // On a slow machine the answer may be asked for in between.
    const main = detail.steps.filter(({ event }) => steps.includes(event));
    expect(main.map(({ event }) => event)).toEqual(steps);
    expect(main[3]).toMatchObject({ by: 'issuer', host: 'approved', cash: 'received' });
    expect(detail.postings.reduce((sum, { amount }) => sum + amount, 0)).toBe(0);
    expect(detail.receipt).toBe('charge');
    expect((await manager('payments/01AAAAAAAAAAAAAAAAAAAAAAAA')).status).toBe(404);
  });

  it('give their paper again, marked as a copy', async () => {
    const { rows } = (await manager('payments?limit=1')).json<PaymentsAnswer>();
    const paper = await manager(`payments/${rows[0]?.sequenceId}/receipt`, { language: 'ko', columns: 42 });
    const { lines, copy } = paper.json<ReceiptAnswer>();
    expect(copy).toBe(true);
    expect(lines.map(({ text }) => text).join('\n')).toContain('재출력 COPY');
  });

  it('are exported as CSV without a card number', async () => {
    const csv = await manager('export.csv');
    expect(csv.headers['content-type']).toContain('text/csv');
    expect(csv.text.trim().split('\r\n')).toHaveLength(4);
    expect(csv.text).not.toContain(CARD);
    expect(csv.text).toContain('949133******0016');
  });

  it('are exported as a workbook of the same filter, masked, with amounts as numbers', async () => {
    const { rows } = (await manager('payments?limit=50')).json<PaymentsAnswer>();
    const amount = rows[0]?.amount ?? 0;
    const asked = `export.xlsx?amountFrom=${amount}&amountTo=${amount}`;
    const answer = await fetch(`${till.agent.address}/api/v1/manager/${asked}`, { headers: { cookie } });
    expect(answer.headers.get('content-type')).toContain('spreadsheetml');
    const files = unzip(new Uint8Array(await answer.arrayBuffer()));
    const sheet = [...files].find(([name]) => /worksheets\/sheet1\.xml$/.test(name))?.[1] ?? '';
    const texts = [...files.values()].join('');
    const wanted = rows.filter((row) => row.amount === amount).length;
    expect(sheet.match(/<row /g)).toHaveLength(1 + wanted);
    expect(sheet.match(new RegExp(`<v>${amount}</v>`, 'g'))).toHaveLength(wanted);
    expect(texts).toContain('949133******0016');
    expect(texts).not.toContain(CARD);
    expect((await fetch(`${till.agent.address}/api/v1/manager/${asked}`)).status).toBe(401);
  });

  it('may be asked about again: the inquiry changes nothing', async () => {
    const { rows } = (await manager('payments?limit=1')).json<PaymentsAnswer>();
    const asked = await manager(`payments/${rows[0]?.sequenceId}/inquire`, {});
    const { payment } = asked.json<PaymentAnswer>();
    expect(payment).toMatchObject({ host: 'approved', cash: 'received', cases: [] });
    expect(payment.inquiries).toBeGreaterThan(0);
  });
});

describe('a void by the manager', () => {
  it('needs the PIN, and owes the cash back only once the issuer has voided', async () => {
    const sequenceId = await pay(7_000, '9410000000000005');
    const { version } = (await manager(`payments/${sequenceId}`)).json<PaymentDetail>();
    const wish = { decision: 'void', version, reason: 'WRONG_AMOUNT' };
    const decide = (body: unknown): Promise<Answer> => manager(`payments/${sequenceId}/decide`, body);
    expect((await decide(wish)).json<ApiError>().error).toBe('PIN_NEEDED');
    expect((await decide({ ...wish, pin: PIN })).json<PaymentAnswer>().payment.host).toBe('voiding');
    const back = await page.sees('BACK-VOID');
    expect(back.face.intent?.amount).toBe(7_000);
    await page.press('HANDED');
    await page.sees('END');
    await page.press('CLOSE');
  });
});

describe('the day', () => {
  it('counts what was approved, by hour', async () => {
    const today = (await manager('today')).json<TodayAnswer>();
    expect(today.chargesApproved).toEqual({ count: 3, sum: 6_000 });
    expect(today.reversedOrVoided).toEqual({ count: 1, sum: 7_000 });
    expect(today.hours.reduce((sum, { charges, reversed }) => sum + charges - reversed, 0)).toBe(6_000);
    expect(today).toMatchObject({ scanners: 1, scannersReady: 1, cases: 0 });
  });
});

describe('a case', () => {
  it('is offered the decisions of its state, and a decision is recorded with who and why', async () => {
    till.issuer.faults?.set({ call: 'approve', kind: 'dropAfter' });
    till.issuer.faults?.set({ call: 'inquiry', kind: 'dropBefore' });
    await till.scanner.send(await till.barcode('CHARGE', 4_000, '9491330000000032'));
    await page.sees('TAKE');
    await page.press('RECEIVED');
    await page.sees('BACK-REV');
    expect((await page.press('LEAVE')).done).toBe(true);
    till.issuer.faults?.clear();
    till.agent.worker.now();
    const row = await until('reversed', () => {
      const [intent] = till.agent.ledger.list({ limit: 1 }).intents;
      return intent?.host === 'reversed' ? intent : null;
    });
    const { rows } = (await manager('cases')).json<CasesAnswer>();
    expect(rows[0]).toMatchObject({ sequenceId: row.sequenceId, cases: ['LEFT_AT_COUNTER'] });
    expect(rows[0]?.decisions.map(({ decision }) => decision)).toEqual(['givenBack']);
    const decide = (body: unknown): Promise<Answer> => manager(`payments/${row.sequenceId}/decide`, body);
    const wish = { decision: 'givenBack', version: row.version, reason: 'CUSTOMER_ASKED' };
    expect((await decide({ ...wish, version: row.version - 1 })).json<ApiError>().error).toBe('STALE');
    expect((await decide({ ...wish, decision: 'paidOut' })).json<ApiError>().error).toBe('REFUSED');
    expect((await decide({ ...wish, reason: 'OTHER', note: 'short' })).json<ApiError>().error).toBe(
      'REASON_NEEDED',
    );
    const done = (await decide(wish)).json<PaymentAnswer>();
    expect(done.payment).toMatchObject({ host: 'reversed', cash: 'returned', cases: [] });
    expect(done.payment.steps.at(-1)).toMatchObject({ by: 'manager', who: 'Kim', reason: 'CUSTOMER_ASKED' });
    expect((await decide(wish)).status).toBe(409);
    await until('nothing is owed', () => page.latest()?.rail.returnDue.length === 0);
    // While it is down a large charge is refused for its amount, and the screen is free again eight seconds later.
    await page.lineUp();
  });
});

describe('sync, scanners, settings, verify', () => {
  it('pauses approvals with the PIN, shows it, and goes on', async () => {
    expect((await manager('sync/pause', { pin: '111112', reason: 'maintenance' })).status).toBe(401);
    const paused = (await manager('sync/pause', { pin: PIN, reason: 'maintenance' })).json<SyncAnswer>();
    expect(paused).toMatchObject({ paused: true, pausedBy: 'manager', pauseReason: 'maintenance' });
    await until('the strip says so', () => page.latest()?.strip.line.state === 'paused');
    const resumed = (await manager('sync/resume', { pin: PIN })).json<SyncAnswer>();
    expect(resumed.paused).toBe(false);
    expect((await manager('sync/now', {})).status).toBe(200);
  });

  it('tests a scanner: the scan is shown masked, and opens nothing', async () => {
    const events = new EventReader(till.agent.address, '/api/v1/manager/events', { cookie });
    await until('state', () => events.events.some(({ event }) => event === 'state'));
    const before = till.agent.ledger.list({ limit: 1 }).intents[0]?.sequenceId;
    expect((await manager('scanners/counter/test', { on: true })).status).toBe(200);
    await till.scanner.send(await till.barcode('CHARGE', 1_000));
    const test = await until('the test', () => events.events.find(({ event }) => event === 'scan'));
    expect(test.data).toMatchObject({ scanner: 'counter', ok: true, length: 31 });
    expect(JSON.stringify(test.data)).not.toContain(CARD);
    await manager('scanners/counter/test', { on: false });
    expect(till.agent.ledger.list({ limit: 1 }).intents[0]?.sequenceId).toBe(before);
    events.close();
    const { scanners } = (await manager('scanners')).json<ScannersAnswer>();
    expect(scanners[0]).toMatchObject({ name: 'counter', state: 'ready', testUntilMs: null });
  });

  it('serves the setup sheet as a page with a policy of its own, to whoever follows the link', async () => {
    const sheet = await call(till.agent.address, '/scanner-sheet');
    expect(sheet.status).toBe(200);
    expect(sheet.headers['content-type']).toBe('text/html; charset=utf-8');
    const policy = String(sheet.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    const [, style = ''] = /<style>(.*?)<\/style>/s.exec(sheet.text) ?? [];
    const digest = createHash('sha256').update(style).digest('base64');
    expect(policy).toContain(`style-src 'sha256-${digest}'`);
    expect(sheet.text).not.toMatch(/<script|style="|src=|href=/);
    expect(sheet.text.match(/<svg/g)).toHaveLength(TEST_CODES.length);
  });

  it('gives local commands, and nobody else, the recording of the scanners, masked', async () => {
    const barcode = await till.barcode('CHARGE', 2_000);
    const scanned = till.agent.recorder.entries().length;
    await manager('scanners/counter/test', { on: true });
    await till.scanner.send(barcode);
    await until('recorded', () => till.agent.recorder.entries().length > scanned);
    await manager('scanners/counter/test', { on: false });
    const path = '/api/v1/control/scanners/recording';
    expect((await call(till.agent.address, path, { headers: { cookie } })).status).toBe(401);
    const token = readFileSync(join(till.directory, 'control-token'), 'utf8').trim();
    const answer = await call(till.agent.address, path, { headers: { authorization: `Bearer ${token}` } });
    const { entries } = answer.json<{ entries: { kind: string; masked?: string; length?: number }[] }>();
    const last = entries.findLast(({ kind }) => kind === 'frame');
    expect(last).toMatchObject({ source: 'counter', length: 31 });
    expect(last?.masked).toMatch(/^CHARGE\d{6}\*{6}\d{4}\*{3}002000$/);
    expect(entries[0]).toMatchObject({ kind: 'status', state: 'ready' });
    expect(answer.text).not.toContain(CARD);
    expect(answer.text).not.toContain(barcode.slice(22, 25) + barcode.slice(25));
  });

  it('verifies the ledger and shows its head', async () => {
    const report = (await manager('verify', {})).json<VerifyAnswer>();
    expect(report).toMatchObject({ ok: true, faults: [] });
    expect(report.head).toMatch(/^[0-9a-f]{64}$/);
    expect(report).not.toHaveProperty('balances'); // the drawer's would tell whoever still has to count it
    expect((await manager('settings')).json<{ policyHash: string }>().policyHash).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("the manager's PIN at the counter", () => {
  it('lets a large charge go on, and another PIN does not', async () => {
    await till.scanner.send(await till.barcode('CHARGE', 150_000));
    const asked = await page.sees('MANAGER');
    const body = {
      sequenceId: asked.face.intent?.sequenceId,
      version: asked.face.intent?.version,
      face: 'MANAGER',
    };
    expect((await page.post('pin', { ...body, pin: '222223' })).json<ApiError>().error).toBe('WRONG_PIN');
    expect((await page.press('RECEIVED')).refusal).toBe('NO_SUCH_KEY');
    expect((await page.post('pin', { ...body, pin: PIN })).status).toBe(200);
    await page.sees('TAKE');
    await page.press('STOP');
    await page.sees('RE-CLOSED');
    await page.press('STOP');
    await page.sees('END-STOP');
  });

  it('unlocks a locked station, on which nothing else can be pressed', async () => {
    await page.post('lock', {});
    await page.sees('LOCKED');
    expect((await page.press('CLOSE')).refusal).toBe('LOCKED');
    expect((await page.post('cashier', { cashier: '77' })).json<{ refusal: string }>().refusal).toBe(
      'LOCKED',
    );
    const found = await page.post('find', { text: CARD.slice(-4) });
    expect(found.json<ApiError>()).toMatchObject({ error: 'REFUSED', refusal: 'LOCKED' });
    const unlock = { sequenceId: null, version: null, face: 'LOCKED', pin: PIN };
    expect((await page.post('unlock', unlock)).status).toBe(200);
    await until('unlocked', () => page.latest()?.control === 'here');
  });
});

describe('two pages', () => {
  it('drive a station one at a time; taking over loses nothing', async () => {
    const other = new Page(till.agent.address, 'other-page-0002');
    const seen = await other.sees('VIEW-ONLY');
    expect(seen.control).toBe('viewOnly');
    expect((await other.press('CLOSE')).refusal).toBe('VIEW_ONLY');
    await other.post('take-over', {});
    await until('the other drives', () => other.latest()?.control === 'here');
    await page.sees('VIEW-ONLY');
    await page.post('take-over', {});
    await until('the first drives again', () => page.latest()?.control === 'here');
    other.close();
  });
});

describe('a POS program', () => {
  it('gets the scans that are not ours, and catches up with the last id', async () => {
    const first = new EventReader(till.agent.address, '/api/v1/stations/1/scans');
    await until('connected', () => first.status === 200);
    await till.scanner.send('8801234567893');
    const scan = await until('the scan', () => first.events[0]);
    expect(scan.data).toMatchObject({ scanner: 'counter', text: '8801234567893' });
    first.close();
    await till.scanner.send('8801056038861');
    await until('counted', () => till.agent.scanners.list()[0]?.results.notOurs === 2);
    const again = new EventReader(till.agent.address, '/api/v1/stations/1/scans', {
      'last-event-id': scan.id ?? '',
    });
    expect((await until('the missed one', () => again.events[0])).data).toMatchObject({
      text: '8801056038861',
    });
    again.close();
  });

  it('finds every call described', async () => {
    const api = (await call(till.agent.address, '/api/v1/openapi.json')).json<{
      paths: Record<string, unknown>;
    }>();
    expect(Object.keys(api.paths)).toContain('/api/v1/stations/{station}/press');
    expect(Object.keys(api.paths)).toContain('/api/v1/manager/payments/{sequenceId}/decide');
  });
});

describe('local commands', () => {
  it('need the token of the data directory, and are never for pages', async () => {
    const token = readFileSync(join(till.directory, 'control-token'), 'utf8').trim();
    expect(statSync(join(till.directory, 'control-token')).mode & 0o777).toBe(0o600);
    const control = (headers: Record<string, string>): Promise<Answer> =>
      call(till.agent.address, '/api/v1/control/sync/now', { headers, body: {} });
    expect((await control({})).status).toBe(401);
    expect((await control({ authorization: `Bearer ${'0'.repeat(64)}` })).status).toBe(401);
    expect((await control({ authorization: `Bearer ${token}`, origin: till.agent.address })).status).toBe(
      403,
    );
    expect((await control({ authorization: `Bearer ${token}` })).status).toBe(200);
    const file = join(till.directory, 'copy.db');
    const backup = await call(till.agent.address, '/api/v1/control/ledger/backup', {
      headers: { authorization: `Bearer ${token}` },
      body: { file },
    });
    expect(backup.status).toBe(200);
    expect(statSync(file).size).toBeGreaterThan(0);
  });

  it('see the health', async () => {
    const health = await call(till.agent.address, '/healthz');
    expect(health.json<{ ok: boolean }>()).toEqual({ ok: true, reasons: [] });
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DECISION_TEXT } from '../../../src/screens/text/decisions.ts';
import type { ManagerState } from '../../../src/web/api/manager.ts';
import type { PaymentRow } from '../../../src/web/api/payments.ts';
import { buildPages, startBrowser } from './browser.ts';
import { FixtureServer } from './fixture.ts';
import { axeFaults, layoutFaults } from './layout.ts';
import { BROKEN, DETAIL, PAYMENTS, rowOf, serveManager } from './manager-data.ts';
import { ALL_FACES, snapshotOf } from './snapshots.ts';

/** Set it to keep a picture of every page in that folder, which is there already. */
const SHOTS = process.env.SCREENS_SHOTS;
const API = '/api/v1/manager';
const PAGES = [
  'today',
  'payments',
  `payment/${DETAIL.sequenceId}`,
  'cases',
  'day',
  'scanners',
  'sync',
  'settings',
];

let folder: string;
let pages: string;
let browser: Browser;
let server: FixtureServer;
let context: BrowserContext;
let page: Page;
let session: { state: 'first' | 'signedOut' | 'signedIn' };
let faults: string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'screens-manager-'));
  pages = await buildPages(join(folder, 'dist'));
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  const idle = ALL_FACES.IDLE;
  if (idle === undefined) throw new Error('no IDLE');
  server = await FixtureServer.start(pages, snapshotOf(idle));
  session = { state: 'signedIn' };
  serveManager(server, session);
  await use('ko', 'light', { width: 1280, height: 800 });
});
afterEach(async () => {
  await context.close();
  await server.close();
  expect(faults).toEqual([]);
});

async function use(
  language: 'ko' | 'en',
  theme: 'light' | 'dark',
  viewport: { width: number; height: number },
): Promise<void> {
  await context?.close();
  context = await browser.newContext({ viewport, reducedMotion: 'reduce' });
  await context.addInitScript(
    (preferences) => localStorage.setItem('kona-till.preferences', preferences),
    JSON.stringify({ language, theme, sound: true }),
  );
  page = await context.newPage();
  faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('Failed to load resource'))
      faults.push(message.text());
  });
}
async function open(path: string): Promise<void> {
  await page.goto(`${server.url}/manager.html#/${path}`);
  await page.waitForSelector('h1');
}
function until<Value>(read: () => Value) {
  return expect.poll(read, { timeout: 10_000 });
}
const asked = (path: string): readonly Readonly<Record<string, unknown>>[] =>
  server.calls.filter((call) => call.path === `${API}/${path}`).map((call) => call.body);

describe('signing in', () => {
  it('says how many tries are left, then lets the manager in', async () => {
    session.state = 'signedOut';
    await open('today');
    await page.getByLabel('이름').fill('김점장');
    await page.getByLabel('비밀번호').pressSequentially('4829', { delay: 100 });
    await page.getByRole('button', { name: '로그인' }).click();
    await until(() => page.locator('.fault').innerText()).toContain('4번 남음');
    for (const digit of '482915') await page.locator('.digit-pad button', { hasText: digit }).click();
    await page.getByRole('button', { name: '로그인' }).click();
    await page.waitForSelector('nav');
    expect(page.url()).not.toContain('482915');
  });

  it('refuses what a scanner types into the PIN field, and says so', async () => {
    session.state = 'signedOut';
    await open('today');
    await page.getByLabel('비밀번호').focus();
    await page.keyboard.type('94100000', { delay: 3 });
    expect(await page.getByLabel('비밀번호').inputValue()).toBe('');
    expect(await page.locator('.field-note').innerText()).toContain('스캐너');
  });

  it('makes the first manager with the installer’s code', async () => {
    session.state = 'first';
    server.routes.set(`POST ${API}/first`, ({ body }) => {
      expect(body).toEqual({ code: 'ABCD-1234', name: '김점장', pin: '482915' });
      session.state = 'signedIn';
      return {
        status: 200,
        body: { state: 'signedIn', name: '김점장', idleLeftMs: 1, terminalId: 'T', version: '0' },
      };
    });
    await open('today');
    await page.getByLabel('설치 코드').fill('ABCD-1234');
    await page.getByLabel('이름').fill('김점장');
    for (const digit of '482915') await page.locator('.digit-pad button', { hasText: digit }).click();
    await page.getByRole('button', { name: '만들기' }).click();
    await page.waitForSelector('nav');
  });

  it('comes back to the sign-in when the session is over', async () => {
    await open('today');
    await page.waitForSelector('.tiles');
    session.state = 'signedOut';
    await page.getByRole('link', { name: '거래' }).click();
    await page.waitForSelector('.sign-in form');
  });
});

describe('leaving', () => {
  it('signs out after ten minutes without a touch or key, whatever the page reads by itself', async () => {
    await page.clock.install();
    await open('today');
    await page.waitForSelector('.tiles');
    await page.clock.fastForward(9 * 60_000);
    await page.mouse.click(600, 400);
    await page.clock.fastForward(9 * 60_000);
    expect(asked('sign-out')).toEqual([]);
    await page.clock.fastForward(61_000);
    await page.waitForSelector('.sign-in form');
    expect(asked('sign-out')).toHaveLength(1);
  });
});

describe('reading again by itself', () => {
  it('tells the agent that no person asked, so that the session still ends', async () => {
    await open('today');
    await page.waitForSelector('.tiles');
    const state = server.states.get(`${API}/events`) as object;
    const calls = () => server.calls.filter((call) => call.path === `${API}/today`);
    expect(calls()[0]?.byItself).toBe(false);
    server.states.set(`${API}/events`, { ...state, journalIndex: 5_000 });
    const known = calls().length;
    await until(() => calls().length).toBeGreaterThan(known);
    expect(calls().at(-1)?.byItself).toBe(true);
  });
});

/** New payments at the top of the list, and others as they are now, told by a next entry of the journal. */
function list(fresh: readonly number[], ...changed: readonly PaymentRow[]): void {
  const known = PAYMENTS.rows.map((row) => changed.find((each) => each.sequenceId === row.sequenceId) ?? row);
  const rows = [...fresh.map((number) => rowOf(number)), ...known].slice(0, 50);
  server.routes.set(`GET ${API}/payments`, () => ({ status: 200, body: { ...PAYMENTS, rows } }));
  const state = server.states.get(`${API}/events`) as ManagerState;
  server.states.set(`${API}/events`, { ...state, journalIndex: state.journalIndex + 1 });
}
const bar = () => page.locator('.news button');
const places = () =>
  page
    .locator('tbody tr')
    .evaluateAll((rows) =>
      rows.map((row) => ({ id: row.getAttribute('data-id'), top: row.getBoundingClientRect().top })),
    );
const isInSight = (): Promise<boolean> =>
  bar().evaluate((button) => {
    const { top, bottom } = button.getBoundingClientRect();
    return top >= 0 && bottom <= window.innerHeight;
  });

describe('the payments list', () => {
  it('shows masked rows with the state of host and cash', async () => {
    await open('payments');
    await page.waitForSelector('tbody tr');
    expect(await page.locator('tbody tr').count()).toBe(50);
    const row = await page.locator(`[data-id="${rowOf(3).sequenceId}"]`).innerText();
    expect(row).toContain('망취소 중 · 돌려줄 돈');
    expect(row).toContain('9410 00** **** 0005');
  });

  it('keeps filters and search in the address, and asks the agent with them', async () => {
    await open('payments');
    await page.getByLabel('종류').selectOption('REFUND');
    await until(() => page.url()).toContain('type=REFUND');
    await page.getByLabel('찾기').fill('7QK2-9XMD');
    await until(() => asked('payments').at(-1)).toMatchObject({
      type: 'REFUND',
      text: '7QK2-9XMD',
      limit: '50',
    });
    await page.reload();
    await page.waitForSelector('tbody tr');
    expect(await page.getByLabel('종류').inputValue()).toBe('REFUND');
    expect(await page.getByLabel('찾기').inputValue()).toBe('7QK2-9XMD');
  });

  it('never puts a card number into the address: it leaves the field and goes in a body, with the PIN', async () => {
    await open('payments');
    await page.getByLabel('찾기').fill('9410 0000 0000 0005');
    await page.waitForSelector('.inline-form');
    expect(await page.getByLabel('찾기').inputValue()).toBe('');
    expect(page.url()).not.toContain('9410');
    await page.getByLabel('PIN').pressSequentially('4829', { delay: 100 });
    await page.locator('.inline-form button').click();
    await until(() => asked('payments/card')).toEqual([{ cardNumber: '9410000000000005', pin: '4829' }]);
    await until(() => page.locator('tbody tr').count()).toBe(1);
    for (const body of asked('payments')) expect(JSON.stringify(body)).not.toContain('94100');
  });

  it('pages by cursor', async () => {
    await open('payments');
    await page.getByRole('link', { name: '더 이전' }).click();
    await until(() => asked('payments').at(-1)).toMatchObject({ before: 'cursor-older' });
    await page.getByRole('link', { name: '최근', exact: true }).click();
    await until(() => asked('payments').at(-1)).not.toHaveProperty('before');
  });

  it('moves no row while it is read, keeps each up to date, and says how many payments are new', async () => {
    await open('payments');
    await page.waitForSelector('tbody tr');
    const before = await places();
    // Something happened to a payment of the list, and none is new.
    list([], rowOf(3, { host: 'reversed', cash: 'returned' }));
    await until(() => page.locator('tbody tr').nth(3).innerText()).toContain('망취소 완료 · 돌려줌');
    expect(await bar().count()).toBe(0);
    list([-1]);
    await until(() => bar().innerText()).toBe('새 거래 1건 보기');
    list([-3, -2, -1]);
    await until(() => bar().innerText()).toBe('새 거래 3건 보기');
    expect(await places()).toEqual(before);
    expect(await isInSight()).toBe(true);
    await page.mouse.wheel(0, 600);
    await until(() => page.evaluate(() => window.scrollY)).toBeGreaterThan(100);
    expect(await isInSight()).toBe(true);
    await bar().click();
    await until(() => page.locator('tbody tr').first().getAttribute('data-id')).toBe(rowOf(-3).sequenceId);
    expect(await page.locator('tbody tr').count()).toBe(50);
    expect(await page.evaluate(() => window.scrollY)).toBe(0);
    expect(await bar().count()).toBe(0);
  });

  it('says in English too how many are new, up to a page of them', async () => {
    await use('en', 'light', { width: 1280, height: 800 });
    await open('payments');
    await page.waitForSelector('tbody tr');
    list([-1]);
    await until(() => bar().innerText()).toBe('Show 1 new payment');
    list([-2, -1]);
    await until(() => bar().innerText()).toBe('Show 2 new payments');
    list(Array.from({ length: 60 }, (_, at) => at - 60));
    await until(() => bar().innerText()).toBe('Show 50 new payments or more');
    expect(await axeFaults(page)).toEqual([]);
  });

  it('asks for the payments of one cashier, and says where to look on when there are none so far', async () => {
    server.routes.set(`GET ${API}/payments`, ({ body }) => ({
      status: 200,
      body: body.cashier === undefined ? PAYMENTS : { rows: [], older: '1234', newer: null },
    }));
    await open('payments');
    await page.getByLabel('근무자').fill('00-07');
    await until(() => asked('payments').at(-1)).toMatchObject({ cashier: '0007' });
    await until(() => page.url()).toContain('cashier=0007');
    await until(() => page.locator('.empty').innerText()).toContain('여기까지는 이 조건의 거래가 없습니다.');
    await page.getByRole('link', { name: '더 이전' }).click();
    await until(() => asked('payments').at(-1)).toMatchObject({ cashier: '0007', before: '1234' });
  });

  it('says so when nothing fits, and clears the filters', async () => {
    server.routes.set(`GET ${API}/payments`, ({ body }) => ({
      status: 200,
      body: body.type === 'REFUND' ? { rows: [], older: null, newer: null } : PAYMENTS,
    }));
    await open('payments?type=REFUND');
    await until(() => page.locator('.empty').innerText()).toContain('이 조건의 거래가 없습니다.');
    await page.locator('.empty a').click();
    await until(() => page.locator('tbody tr').count()).toBe(50);
  });

  it('keeps the old rows, dated, when the terminal is away', async () => {
    await open('payments');
    await page.waitForSelector('tbody tr');
    server.routes.set(`GET ${API}/payments`, () => ({ status: 500, body: { error: 'FAULT', text: 'x' } }));
    await page.getByLabel('종류').selectOption('CHARGE');
    await page.waitForSelector('.load-fault');
    server.routes.set(`GET ${API}/payments`, () => ({ status: 200, body: PAYMENTS }));
    await page.getByRole('button', { name: '다시 시도' }).click();
    await page.waitForSelector('.load-fault', { state: 'detached' });
  });
});

describe('one payment', () => {
  it('shows who did what, with the entry and its hash, and postings that sum to nothing', async () => {
    await open(`payment/${DETAIL.sequenceId}`);
    await page.waitForSelector('.timeline');
    const text = await page.locator('.timeline').innerText();
    expect(text).toContain('4202 9f3c1a7b');
    expect(text).toContain('근무자 0007');
    expect(text).toContain('1423바이트');
    expect(text).toContain('2초 동안 응답 없음 결과 모름');
    expect(text).toContain('기타: 손님이 급히 나감');
    expect(await page.locator('main').innerText()).toContain('합계 0원');
    expect(await page.locator('.facts').first().innerText()).toContain(
      '표시\n점장에게 넘김 · 아직 보여 주지 않음',
    );
  });

  it('decides with one sentence, a reason, and the PIN where it is asked', async () => {
    await open(`payment/${DETAIL.sequenceId}`);
    await page.getByRole('button', { name: /미수령 전표/ }).click();
    expect(await page.locator('.sentence').innerText()).toBe('13,000원을 미수령 전표로 옮깁니다.');
    const write = page.getByRole('button', { name: '전표 쓰기' });
    expect(await write.isDisabled()).toBe(true);
    await page.getByLabel('이유').selectOption('CUSTOMER_GONE');
    await page.locator('.confirm input[type=password]').pressSequentially('4829', { delay: 100 });
    await write.click();
    await until(() => asked(`payments/${DETAIL.sequenceId}/decide`)).toEqual([
      {
        decision: 'voucherUnclaimed',
        version: DETAIL.version,
        reason: 'CUSTOMER_GONE',
        pin: '4829',
      },
    ]);
  });

  it.each([
    [
      'ko',
      'laterGivenBack',
      true,
      '미수령',
      '찾아가지 않은 13,000원을 이제 손님께 돌려준 것으로 기록합니다.',
    ],
    [
      'en',
      'laterGivenBack',
      true,
      'unclaimed',
      'This records that the unclaimed 13,000 won was given back now.',
    ],
    [
      'ko',
      'voucherReturned',
      false,
      '돌려줄 돈',
      '13,000원을 손님께 이미 돌려준 것으로 기록하고 분쟁 전표로 옮깁니다.',
    ],
    [
      'en',
      'voucherReturned',
      false,
      'cash to give back',
      '13,000 won is recorded as already given back to the customer and moved to a dispute voucher.',
    ],
  ] as const)('offers a voucher in %s: %s', async (language, decision, unclaimed, state, sentence) => {
    const decisions = [{ decision, caseReason: null, pinNeeded: true }];
    server.routes.set(`GET ${API}/payments/${DETAIL.sequenceId}`, () => ({
      status: 200,
      body: { ...DETAIL, unclaimed, decisions },
    }));
    await use(language, 'light', { width: 1280, height: 800 });
    await open(`payment/${DETAIL.sequenceId}`);
    await page.getByRole('button', { name: DECISION_TEXT[decision].name[language], exact: true }).click();
    // Words stay beside their amount: the space between them is one that does not break.
    const said = (await page.locator('.sentence').innerText()).replaceAll('\u00a0', ' ');
    expect(said).toBe(sentence);
    expect(await page.locator('.facts').first().innerText()).toContain(state);
    expect(await page.locator('.confirm input[type=password]').count()).toBe(1);
  });

  it('shows the present state when the payment changed meanwhile', async () => {
    server.routes.set(`POST ${API}/payments/${DETAIL.sequenceId}/decide`, () => ({
      status: 409,
      body: { error: 'STALE', text: 'moved' },
    }));
    await open(`payment/${DETAIL.sequenceId}`);
    await page.getByRole('button', { name: '돌려줬음', exact: true }).click();
    const before = asked(`payments/${DETAIL.sequenceId}`).length;
    await page.getByRole('button', { name: '돌려준 것으로 기록' }).click();
    await until(() => asked(`payments/${DETAIL.sequenceId}`).length).toBe(before + 1);
    await until(() => page.locator('.confirm .fault').innerText()).toContain('그 사이 바뀌었습니다');
  });
});

describe('the other pages', () => {
  it('say when the figures are stale', async () => {
    await open('today');
    await page.waitForSelector('.tiles');
    server.silent = true;
    await page.waitForSelector('.stale', { timeout: 15_000 });
    expect(await page.locator('.stale').innerText()).toMatch(/화면이 \d+초 늦음/);
    server.silent = false;
    await page.waitForSelector('.stale', { state: 'detached' });
  });

  it('say which settings are unsafe, why, and how long certificates last', async () => {
    await open('settings');
    const row = (path: string) => page.locator('tbody tr', { hasText: path }).innerText();
    await until(() => row('platform.baseUrl')).toContain('▲ 줄이 암호화되지 않음');
    expect(await row('ledger.backup.directory')).toContain('▲ 백업이 장부와 같은 디스크에 있음');
    expect(await row('web.tls.certificateFile')).toContain('▲ 2026-08-05까지, 12일 남음');
    expect(await row('platform.tls.caFile')).toContain('· 2027-08-28까지, 400일 남음');
    expect(await row('policy.cardPrefixes')).not.toContain('▲');
    expect(await page.locator('.facts').first().innerText()).toContain('2026-07-20 14:32:05');
  });

  it('tell how a scanner is connected, what it may type, and what else the system sees', async () => {
    await open('scanners');
    await until(() => page.locator('.card').first().innerText()).toContain('키보드');
    const card = await page.locator('.card').first().innerText();
    for (const text of ['0c2e:0b81', '화면 입력 막힘\n예', '오늘 스캔\n1,203', '재연결\n0']) {
      expect(card).toContain(text);
    }
    const seen = await page.locator('.plugged').innerText();
    expect(seen).toContain('Symbol Bar Code Scanner 직렬 · 05e0:1701 · /dev/ttyACM0 · 스캐너로 보임');
    expect(seen).toContain('▲ 장치를 열 권한이 없습니다.');
  });

  it('tell of reversals under way beside those of the day', async () => {
    await open('today');
    await until(() => page.locator('.tiles').innerText()).toContain(
      '진행 중 1건 13,000원, 가장 오래된 02:10',
    );
  });

  it('verify the ledger with index and head', async () => {
    await open('payments');
    await page.getByRole('button', { name: '장부 검증' }).click();
    await until(() => page.locator('.title').innerText()).toContain('4240 · 0c77d2e6f1a8');
  });

  it.each([
    [
      'ko',
      '장부 검증',
      '장부 검증 실패: 장부의 기록이 빠졌거나 바뀌었습니다 (CHAIN, 기록 3,911). 그 밖에 1가지.',
    ],
    [
      'en',
      'Verify',
      'Verification failed: a journal entry is missing or was changed (CHAIN, entry 3,911). 1 more.',
    ],
  ] as const)(
    'say what a verification found in the language of the page: %s',
    async (language, button, text) => {
      server.routes.set(`POST ${API}/verify`, () => ({ status: 200, body: BROKEN }));
      await use(language, 'light', { width: 1280, height: 800 });
      await open('payments');
      await page.getByRole('button', { name: button }).click();
      await until(() => page.locator('.title [role=status]').innerText()).toBe(text);
      expect(await layoutFaults(page, '.title,nav,button')).toEqual([]);
      if (SHOTS !== undefined) await keep(`verify-${language}`);
    },
  );

  it('draw the day as a chart, and as a table on request', async () => {
    await open('today');
    await page.waitForSelector('.chart canvas');
    await page.getByRole('button', { name: '표로 보기' }).click();
    expect(await page.locator('.chart tbody tr').count()).toBe(14);
  });

  it('ask for PIN and reason before the worker is paused', async () => {
    server.routes.set(`POST ${API}/sync/pause`, () => ({
      status: 401,
      body: { error: 'WRONG_PIN', text: '', triesLeft: 3 },
    }));
    await open('sync');
    await page.getByRole('button', { name: '멈춤' }).click();
    await page.getByLabel('이유').fill('점검');
    await page.getByLabel('PIN').pressSequentially('4829', { delay: 100 });
    expect(await page.locator('.inline-form button').isDisabled()).toBe(true);
    await page.getByLabel('이유').fill('통신 점검');
    await page.locator('.inline-form button').click();
    await until(() => page.locator('.inline-form .fault').innerText()).toContain('3번 남음');
    expect(asked('sync/pause')).toEqual([{ pin: '4829', reason: '통신 점검' }]);
  });

  it.each([
    { language: 'ko', theme: 'light', width: 1280, height: 800 },
    { language: 'ko', theme: 'dark', width: 1366, height: 768 },
    { language: 'en', theme: 'dark', width: 1024, height: 768 },
    { language: 'en', theme: 'light', width: 512, height: 400 },
  ] as const)(
    'fit, and axe has no objection: $language $theme $width',
    async ({ language, theme, width, height }) => {
      await use(language, theme, { width, height });
      const judge = async (name: string): Promise<void> => {
        await page.waitForSelector('main h1');
        await until(async () => page.locator('.load-fault').count()).toBe(0);
        expect(await layoutFaults(page, '.tile,nav,button'), name).toEqual([]);
        expect(await axeFaults(page), name).toEqual([]);
        if (SHOTS !== undefined) await keep(`${name.split('/')[0]}-${language}-${theme}-${width}`);
      };
      for (const path of PAGES) {
        await open(path);
        await judge(path);
      }
      await open('payments');
      await page.waitForSelector('tbody tr');
      await page.locator('.search input').fill('9410000000000005');
      await page.waitForSelector('.inline-form');
      list([-2, -1]);
      await bar().waitFor();
      await judge('payments with a card search and news');
      await open('sync');
      await page.getByRole('button', { name: /멈춤|Pause/ }).click();
      await page.waitForSelector('.inline-form');
      await judge('sync with its PIN');
      for (const state of ['signedOut', 'first'] as const) {
        session.state = state;
        await page.reload();
        await page.waitForSelector('main.sign-in form');
        await judge(state);
      }
    },
  );
});

async function keep(name: string): Promise<void> {
  await page.screenshot({ path: join(SHOTS ?? folder, `${name}.png`), fullPage: true });
}

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLAIM_REFUSALS } from '../../../src/screens/text/claim.ts';
import { folder, page, typeAsScanner } from './browser-page.ts';
import { axeFaults, layoutFaults } from './layout.ts';
import { BROKEN, DETAIL, serveSync, serveToday } from './manager-data.ts';
import { API, asked, bar, list, open, server, session, startManager, until, use } from './manager-page.ts';

/** Set it to keep a picture of every page in that folder, which is there already. */
const SHOTS = process.env.SCREENS_SHOTS;
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

startManager();

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
    await typeAsScanner('94100000', 3);
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

  it('tell when the line is tried again while it is down', async () => {
    await open('sync');
    await until(() => page.locator('main').innerText()).toMatch(/다음 연결 시도\s+\d\d:\d\d:\d\d/);
  });

  it.each([
    [
      'ko',
      'open',
      '차단기\n열림: 기다릴 수 있는 것은 보내지 않음 · 연속 실패 4번',
      60,
      '나중 충전 속도\n1분에 60건',
    ],
    [
      'en',
      'open',
      'Breaker\nopen: what can wait is held back · 4 failures in a row',
      60,
      'Pace of credit later\n60 a minute',
    ],
    [
      'ko',
      'halfOpen',
      '차단기\n반열림: 연결을 시험하는 중 · 연속 실패 4번',
      0,
      '나중 충전 속도\n발행사가 지금은 받지 않음',
    ],
    [
      'en',
      'halfOpen',
      'Breaker\nhalf-open: a try of the line is under way · 4 failures in a row',
      0,
      'Pace of credit later\nthe issuer takes none now',
    ],
    ['ko', 'open', '차단기\n', null, '나중 충전 속도\n–'],
    ['en', 'open', 'Breaker\n', null, 'Pace of credit later\n–'],
    ['ko', 'closed', '차단기\n닫힘: 막는 것 없음', 60, '나중 충전 속도\n1분에 60건'],
    ['en', 'closed', 'Breaker\nclosed: nothing is held back', 60, 'Pace of credit later\n60 a minute'],
  ] as const)(
    'tell the breaker of the line, its failures in a row and the pace that the issuer sets: %s, %s',
    async (language, state, breaker, drainPerMinute, pace) => {
      serveSync(server, { breaker: { state, failures: state === 'closed' ? 0 : 4 }, drainPerMinute });
      await use(language, 'light', { width: 1280, height: 800 });
      await open('sync');
      await until(() => page.locator('.facts').innerText()).toContain(breaker);
      expect(await page.locator('.facts').innerText()).toContain(pace);
      expect(await layoutFaults(page, '.title,nav,button')).toEqual([]);
      expect(await axeFaults(page)).toEqual([]);
      if (SHOTS !== undefined) await keep(`breaker-${state}-${language}`);
    },
  );

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

  it.each([
    ['ko', 'alarm', '‖ 경보: 나중 충전만 보내지 않음 · 지금은 안 됨(단말기 인증), 점장을 부르세요'],
    ['en', 'alarm', "‖ Alarm: credit later is held back · not now (terminal's key), call the manager"],
    ['ko', 'manager', '‖ 멈춤 · 점장이 멈춤'],
    ['en', 'manager', '‖ paused · paused by the manager'],
  ] as const)(
    'tell on Today an alarm from a pause of the manager: %s %s',
    async (language, pausedBy, text) => {
      const reason = { alarm: '000_905', manager: 'PAUSED' }[pausedBy];
      serveToday(server, { line: { state: 'paused', sinceMs: 0, nextTryMs: null, reason, pausedBy } });
      await use(language, 'light', { width: 1024, height: 768 });
      await open('today');
      await until(() => page.locator('.tiles').innerText()).toContain(text);
      expect(await layoutFaults(page, '.tile,nav,button')).toEqual([]);
      if (SHOTS !== undefined) await keep(`today-paused-${pausedBy}-${language}`);
    },
  );

  it('draw the day as a chart, and as a table on request', async () => {
    await open('today');
    await page.waitForSelector('.chart canvas');
    await page.getByRole('button', { name: '표로 보기' }).click();
    expect(await page.locator('.chart tbody tr').count()).toBe(14);
  });

  it.each([
    ['ko', '아직 디스크에 저장되지 않았습니다'],
    ['en', 'is not on disk yet'],
  ] as const)(
    'say of a pause that the disk has not taken that a restart goes back to what was before: %s',
    async (language, words) => {
      serveSync(server, { paused: true, pausedBy: 'manager', pauseReason: '통신 점검', pauseKept: false });
      await use(language, 'light', { width: 1280, height: 800 });
      await open('sync');
      await until(() => page.locator('main [role=alert]').allInnerTexts()).toContainEqual(
        expect.stringContaining(words),
      );
      expect(await layoutFaults(page, '.title,nav,button')).toEqual([]);
      expect(await axeFaults(page)).toEqual([]);
      serveSync(server, { paused: true, pausedBy: 'manager', pauseReason: '통신 점검' });
      await page.reload();
      await until(() => page.locator('main').innerText()).toContain('통신 점검');
      expect(await page.locator('main').innerText()).not.toContain(words);
    },
  );

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
    ['ko', 'alarm', '‖ 경보: 나중 충전만 보내지 않음 · 발행사가 처리하지 않음', ['멈춤', '다시 시작']],
    ['en', 'alarm', '‖ Alarm: credit later is held back · issuer processes nothing', ['Pause', 'Resume']],
    ['ko', 'manager', '‖ 멈춤 · 통신 점검', ['다시 시작']],
    ['en', 'manager', '‖ Paused · 통신 점검', ['Resume']],
    ['en', null, 'Running', ['Pause']],
  ] as const)(
    'let the manager pause also while an alarm holds back what can wait: %s %s',
    async (language, pausedBy, delivery, switches) => {
      const pauseReason = { alarm: 'NOT_PROCESSED', manager: '통신 점검' }[pausedBy ?? 'alarm'];
      const line = { state: 'paused', sinceMs: 0, nextTryMs: null, reason: '006_006', pausedBy } as const;
      const paused = { paused: true, pausedBy, pauseReason, line };
      serveSync(server, pausedBy === null ? {} : paused);
      await use(language, 'light', { width: 1024, height: 768 });
      await open('sync');
      await until(() => page.locator('.facts').innerText()).toContain(delivery);
      const names = await page.locator('.title button').allInnerTexts();
      expect(names.slice(1)).toEqual(switches);
      expect(await layoutFaults(page, '.title,nav,button')).toEqual([]);
      if (SHOTS !== undefined) await keep(`sync-paused-${pausedBy}-${language}`);
    },
  );

  it.each(
    (['ko', 'en'] as const).flatMap((language) =>
      (['CLAIM_LINE_DOWN', 'CLAIM_NO_ANSWER', 'CLAIM_NOT_GRANTED', 'CLAIM_NOT_RECORDED'] as const).map(
        (refusal) => [language, refusal] as const,
      ),
    ),
  )('say why a terminal was not taken on, and what to do: %s %s', async (language, refusal) => {
    serveSync(server, { recovering: true });
    const text = 'why, for installers';
    const body = { error: 'REFUSED', text, refusal };
    server.routes.set(`POST ${API}/sync/claim`, () => ({ status: 409, body }));
    await use(language, 'light', { width: 1024, height: 768 });
    await open('sync');
    await page.locator('.title button.primary').click();
    await page.locator('.inline-form input').first().fill('새 디스크');
    await page.getByLabel('PIN').pressSequentially('4829', { delay: 100 });
    await page.locator('.inline-form button').click();
    await until(() => page.locator('.inline-form .fault').innerText()).toBe(
      CLAIM_REFUSALS[refusal][language],
    );
    expect(await layoutFaults(page, '.title,nav,button,.inline-form')).toEqual([]);
    expect(await axeFaults(page)).toEqual([]);
    if (SHOTS !== undefined) await keep(`${refusal}-${language}`);
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

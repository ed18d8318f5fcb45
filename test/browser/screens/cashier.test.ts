import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Face, Snapshot } from '../../../src/station/snapshot.ts';
import { buildPages, startBrowser } from './browser.ts';
import { FixtureServer } from './fixture.ts';
import { axeFaults, layoutFaults } from './layout.ts';
import { ALL_FACES, crowded, intentOf, snapshotOf } from './snapshots.ts';

const SCRIPT_GZIP_MAX = 100 * 1_024;
const PRESS = '/api/v1/stations/1/press';

let folder: string;
let pages: string;
let browser: Browser;
let server: FixtureServer;
let context: BrowserContext;
let page: Page;
let faults: string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'screens-cashier-'));
  pages = await buildPages(join(folder, 'dist'));
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  server = await FixtureServer.start(pages, snapshotOf(face('IDLE')));
  context = await browser.newContext({ viewport: { width: 1024, height: 768 } });
  page = await context.newPage();
  faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('Failed to load resource'))
      faults.push(message.text());
  });
});
afterEach(async () => {
  await context.close();
  await server.close();
  expect(faults).toEqual([]);
});

function face(name: string): Face {
  const found = ALL_FACES[name];
  if (found === undefined) throw new Error(`no face ${name}`);
  return found;
}
async function open(): Promise<void> {
  await page.goto(`${server.url}/cashier.html?station=1`);
  await drawn(page, server.snapshot);
}
async function drawn(of: Page, snapshot: Snapshot): Promise<void> {
  await of.waitForSelector(`.till[data-sequence="${snapshot.sequence}"]`);
}
async function show(name: string, change: Partial<Snapshot> = {}): Promise<void> {
  await drawn(page, server.show(snapshotOf(face(name), change)));
}
async function live(key: string): Promise<void> {
  await page.waitForSelector(`[data-key="${key}"][aria-disabled="false"]:not([disabled])`);
}
const headline = (): Promise<string> => page.locator('section.face h1').innerText();

/** The machine may be busy: a condition gets more than the usual second. */
function until<Value>(read: () => Value) {
  return expect.poll(read, { timeout: 10_000 });
}

describe('presses', () => {
  it('name page, key, intent, version and face', async () => {
    await open();
    await show('TAKE');
    await live('RECEIVED');
    await page.click('[data-key="RECEIVED"]');
    await until(() => server.callsOf('press').length).toBe(1);
    const { sequenceId, version } = intentOf();
    expect(server.callsOf('press')[0]?.body).toMatchObject({
      key: 'RECEIVED',
      sequenceId,
      version,
      face: 'TAKE',
    });
    expect(server.callsOf('press')[0]?.body.page).toMatch(/^[0-9a-f]{32}$/);
  });

  it('are ignored, not queued, for 700 ms after the sentence changed', async () => {
    await open();
    await show('PAY');
    await page.click('[data-key="HANDED"]', { force: true });
    await page.keyboard.press('F8');
    await live('HANDED');
    expect(server.callsOf('press')).toEqual([]);
    await page.keyboard.press('F8');
    await until(() => server.callsOf('press').length).toBe(1);
  });

  it('do not restart the dead time when only the version moved', async () => {
    await open();
    await show('TAKE');
    await live('RECEIVED');
    const moved = { ...face('TAKE'), intent: intentOf({ version: 4 }) };
    await drawn(page, server.show(snapshotOf(moved)));
    expect(await page.getAttribute('[data-key="RECEIVED"]', 'aria-disabled')).toBe('false');
  });

  it('work by F2 to F9, each only where the face has it', async () => {
    await open();
    await show('ASK-OUT');
    await live('REQUEST');
    for (const key of ['F3', 'F4', 'F6', 'F8', 'F9']) await page.keyboard.press(key);
    expect(server.callsOf('press')).toEqual([]);
    await page.keyboard.press('F7');
    await until(() => server.callsOf('press').map((call) => call.body.key)).toEqual(['REQUEST']);
    await show('END');
    await page.waitForTimeout(750);
    await page.keyboard.press('F9');
    await expect
      .poll(() => server.callsOf('press').map((call) => call.body.key))
      .toEqual(['REQUEST', 'CLOSE']);
  });

  it('go out once while the answer is awaited, and a finger that came down on another face does nothing', async () => {
    server.routes.set(`POST ${PRESS}`, () => null);
    await open();
    await show('TAKE');
    await live('RECEIVED');
    const box = await page.locator('[data-key="RECEIVED"]').boundingBox();
    if (box === null) throw new Error('no key');
    await page.mouse.move(box.x + 20, box.y + 20);
    await page.mouse.down();
    await show('LATER-TAKE');
    await live('RECEIVED');
    await page.mouse.up();
    expect(server.callsOf('press')).toEqual([]);
    await page.keyboard.press('F6');
    await page.keyboard.press('F6');
    await until(() => server.callsOf('press').length).toBe(1);
    expect(await page.locator('[data-key="RECEIVED"]').isDisabled()).toBe(true);
  });
});

describe('a keyboard scanner that nobody inhibited', () => {
  it('presses nothing, shows nothing, and is named on the strip', async () => {
    await open();
    await show('TAKE');
    await live('RECEIVED');
    await page.locator('[data-key="RECEIVED"]').focus();
    await page.keyboard.type('CHARGE9410000000000005123010000', { delay: 2 });
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-item="scanner"][data-state="fault"]');
    await page.waitForTimeout(400);
    expect(server.callsOf('press')).toEqual([]);
    expect(await page.content()).not.toContain('9410000000000005');
    expect(await page.locator('[data-item="scanner"]').innerText()).toContain('화면에 입력');
  });

  it('cannot reach the PIN pad, a hand can', async () => {
    await open();
    await show('MANAGER');
    await page.keyboard.type('9410000000000005', { delay: 3 });
    await page.waitForTimeout(400);
    expect(await page.locator('.pin-shown').innerText()).not.toContain('●');
    await page.keyboard.type('4829', { delay: 120 });
    await until(() => page.locator('.pin-shown').innerText()).toContain('●●●●');
    await page.locator('.pin-keys button', { hasText: '1' }).first().click();
    await page.click('.pin-keys .enter');
    await until(() => server.callsOf('pin').length).toBe(1);
    expect(server.callsOf('pin')[0]?.body).toMatchObject({ pin: '48291', face: 'MANAGER' });
  });

  it('finds nothing focused by default, and Enter alone presses a key that was focused on purpose', async () => {
    await open();
    await show('ASK-OUT');
    await live('REQUEST');
    expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true);
    await page.locator('[data-key="REQUEST"]').focus();
    await page.keyboard.press('Enter');
    await until(() => server.callsOf('press').length).toBe(1);
  });
});

describe('a page without its agent', () => {
  it('covers itself within about two seconds, and comes back with a fresh snapshot and dead keys', async () => {
    await open();
    await show('TAKE');
    server.silent = true;
    const started = Date.now();
    await page.waitForSelector('.cover[data-face="NOT-READY"]');
    expect(Date.now() - started).toBeLessThan(3_200);
    expect(await page.locator('.cover h1').innerText()).toMatch(/준비 안 됨:\s*현금 그대로/);
    server.silent = false;
    await page.waitForSelector('.cover', { state: 'detached' });
    expect(await page.getAttribute('[data-key="RECEIVED"]', 'aria-disabled')).toBe('true');
  });

  it('says to keep the cash apart while a [Received] has no answer', async () => {
    server.routes.set(`POST ${PRESS}`, () => null);
    await open();
    await show('TAKE');
    await live('RECEIVED');
    server.silent = true;
    await page.keyboard.press('F6');
    await page.waitForSelector('.cover[data-face="NOT-READY-HELD"]');
    expect(await page.locator('.cover h1').innerText()).toMatch(/999,999원 따로 두세요/);
  });

  it('is covered before the first snapshot', async () => {
    server.silent = true;
    await page.goto(`${server.url}/cashier.html?station=1`);
    await page.waitForSelector('.cover[data-face="NOT-READY"]');
  });

  it('connects again by itself when the agent drops the stream', async () => {
    await open();
    server.drop();
    const next = server.show(snapshotOf(face('PAY')));
    await drawn(page, next);
    expect(await headline()).toBe('999,999원 내주세요');
  });

  it('notices a snapshot that never arrived', async () => {
    await open();
    const lost = server.lose(snapshotOf(face('PAY')));
    await drawn(page, lost);
  });

  it('follows an agent that started again, and ignores what is older', async () => {
    await open();
    await show('TAKE');
    await drawn(page, server.restart(snapshotOf(face('RE-IN'))));
    expect(await page.locator('section.face').getAttribute('data-face')).toBe('RE-IN');
  });
});

describe('the cashier’s number', () => {
  it('is said again to an agent that started anew, and not after somebody signed off', async () => {
    await open();
    await show('TAKE');
    const nobody = (name: string): Snapshot => {
      const snapshot = snapshotOf(face(name));
      return { ...snapshot, strip: { ...snapshot.strip, cashier: null } };
    };
    await drawn(page, server.restart(nobody('RE-IN')));
    await until(() => server.callsOf('cashier').map(({ body }) => body.cashier)).toEqual(['0007']);
    await drawn(page, server.show(nobody('IDLE')));
    await drawn(page, server.restart(nobody('RE-BACK')));
    await page.locator('section.face[data-face="RE-BACK"]').waitFor();
    expect(server.callsOf('cashier')).toHaveLength(1);
  });
});

describe('what the agent hears of the page', () => {
  it('is that a face was shown, once, after it was painted', async () => {
    await open();
    const done = { ...face('DONE-IN'), acknowledge: true };
    await drawn(page, server.show(snapshotOf(done)));
    await until(() => server.callsOf('shown').length).toBe(1);
    const { sequenceId, version } = intentOf();
    expect(server.callsOf('shown')[0]?.body).toMatchObject({ sequenceId, version, face: 'DONE-IN' });
  });

  it('is nothing for a face that asks for no acknowledgement', async () => {
    await open();
    await show('DONE-IN');
    await page.waitForTimeout(300);
    expect(server.callsOf('shown')).toEqual([]);
  });

  it('is the same page name after a reload, another one from a second tab', async () => {
    await open();
    await until(() => server.callsOf('heartbeat').length).toBeGreaterThan(0);
    const first = server.callsOf('heartbeat')[0]?.body.page;
    await page.reload();
    await drawn(page, server.snapshot);
    await until(() => server.callsOf('heartbeat').length).toBeGreaterThan(1);
    expect(server.callsOf('heartbeat').at(-1)?.body.page).toBe(first);
    const other = await context.newPage();
    await other.goto(`${server.url}/cashier.html?station=1`);
    await until(() => new Set(server.callsOf('heartbeat').map((call) => call.body.page)).size).toBe(2);
  });
});

describe('a reload', () => {
  it.each(['TAKE', 'CHECK', 'PAY', 'BACK-REV', 'RE-CLOSED', 'END'])(
    'shows %s again, as it was',
    async (name) => {
      await open();
      await show(name);
      const before = await page.locator('section.face .words').innerText();
      await page.reload();
      await drawn(page, server.snapshot);
      expect(await page.locator('section.face .words').innerText()).toBe(before);
    },
  );
});

describe('the countdown', () => {
  it('goes on from the snapshot, second by second', async () => {
    await open();
    await show('CHECK');
    const left = async (): Promise<number> => Number(await page.locator('.time span').first().innerText());
    const first = await left();
    expect(first).toBeLessThanOrEqual(12);
    await until(left).toBeLessThan(first);
    const digits = await page.evaluate(() => [
      document.querySelector('.time span')?.textContent,
      /(\d+)초/.exec(document.querySelector('.instruction')?.textContent ?? '')?.[1],
    ]);
    expect(digits[0]).toBe(digits[1]);
  });

  it('is drawn larger, with a clock, in the last thirty seconds of a barcode', async () => {
    await open();
    await show('TAKE-LAST');
    expect(await page.locator('.time.last svg').count()).toBe(1);
  });
});

describe('rail and strip', () => {
  it('open their lists only while no payment is up', async () => {
    await open();
    await drawn(page, server.show(crowded(snapshotOf(face('TAKE')))));
    expect(await page.locator('[data-chip="returnDue"]').isDisabled()).toBe(true);
    await drawn(page, server.show(crowded(snapshotOf(face('IDLE')))));
    await page.click('[data-chip="returnDue"]');
    await page.waitForTimeout(750);
    await page.locator('.items button').first().click();
    await until(() => server.callsOf('press').map((call) => call.body.key)).toEqual(['OPEN']);
    expect(server.callsOf('press')[0]?.body).toMatchObject({ version: 3, face: 'IDLE' });
  });

  it('give way to a new sentence at once', async () => {
    await open();
    await drawn(page, server.show(crowded(snapshotOf(face('IDLE')))));
    await page.click('[data-chip="cases"]');
    await page.waitForSelector('.panel');
    await show('TAKE');
    expect(await page.locator('.panel').count()).toBe(0);
    expect(await headline()).toBe('999,999원 받으세요');
  });

  it('show a receipt as text', async () => {
    const lines = [{ text: '충전 영수증  CHARGE RECEIPT' }, { text: '조회번호 Reference  7QK2-9XMD' }];
    server.routes.set('POST /api/v1/stations/1/receipt', () => ({
      status: 200,
      body: { kind: 'charge', columns: 42, lines, storeCopy: null, copy: false },
    }));
    await open();
    await drawn(page, server.show(crowded(snapshotOf(face('DONE-IN')))));
    await page.locator('.last button').first().click();
    await until(() => page.locator('.paper').innerText()).toContain('7QK2-9XMD');
    // Hangul counts two columns on paper: whatever font the kiosk has, the last characters stand in one line.
    const widths = await page
      .locator('.paper .wide')
      .evaluateAll((runs) =>
        runs.map((run) => run.getBoundingClientRect().width / (run.textContent ?? '').length),
      );
    expect(new Set(widths.map((width) => width.toFixed(1))).size).toBe(1);
    await page.keyboard.press('F9');
    await page.waitForSelector('.panel', { state: 'detached' });
    expect(server.callsOf('press')).toEqual([]);
  });

  it('print a receipt where there is a printer, and say when it does not work', async () => {
    server.routes.set('POST /api/v1/stations/1/receipt', () => ({
      status: 200,
      body: { kind: 'charge', columns: 42, lines: [{ text: '충전 영수증' }], storeCopy: null, copy: false },
    }));
    server.routes.set('POST /api/v1/stations/1/print', () => ({
      status: 200,
      body: { queued: true, fault: null },
    }));
    const shown = crowded(snapshotOf(face('DONE-IN')));
    await open();
    await drawn(page, server.show({ ...shown, rail: { ...shown.rail, printer: 'ready' } }));
    await page.locator('.last button').first().click();
    await page.locator('.print button').click();
    await until(() => page.locator('.print').innerText()).toContain('프린터로 보냈습니다.');
    expect(server.callsOf('print')[0]?.body).toMatchObject({ language: 'ko' });
    await page.keyboard.press('F9');
    await page.waitForSelector('.panel', { state: 'detached' });
    await drawn(page, server.show({ ...shown, rail: { ...shown.rail, printer: 'failed' } }));
    await until(() => page.locator('.last').innerText()).toContain('프린터 안 됨');
    expect(await layoutFaults(page)).toEqual([]);
    expect(await axeFaults(page)).toEqual([]);
    await page.locator('.last button').first().click();
    await until(() => page.locator('.print').innerText()).toContain('프린터가 안 됩니다.');
    expect(await axeFaults(page)).toEqual([]);
  });

  it('explain each item of the strip in the rail, without covering the face', async () => {
    await open();
    await drawn(page, server.show(crowded(snapshotOf(face('TAKE')))));
    await page.click('[data-item="line"]');
    expect(await page.locator('.explained').innerText()).toContain('자동으로 다시 시도합니다');
    expect(await headline()).toBe('999,999원 받으세요');
  });

  it('show a refused scan as a band on the face in progress, for its time', async () => {
    await open();
    await show('TAKE', { band: { cause: 'STATION_BUSY', values: {}, leftMs: 3_000 } });
    expect(await page.locator('.band').innerText()).toBe('앞 손님 거래를 먼저 끝내세요.');
    await page.waitForSelector('.band', { state: 'detached' });
    expect(await headline()).toBe('999,999원 받으세요');
  });
});

describe('the switches', () => {
  it('change the language at once, over a reload too', async () => {
    await open();
    await show('PAY');
    await page.locator('.switch').first().click();
    await until(async () => (await headline()).replaceAll('\u00a0', ' ')).toBe('Pay out 999,999 won');
    await page.reload();
    await drawn(page, server.snapshot);
    expect((await headline()).replaceAll('\u00a0', ' ')).toBe('Pay out 999,999 won');
    expect(await page.getAttribute('html', 'lang')).toBe('en');
  });

  it('change the theme only when no payment is up', async () => {
    await open();
    await show('TAKE');
    await page.locator('.switch').nth(1).click();
    await page.waitForTimeout(300);
    expect(await page.getAttribute('html', 'data-theme')).toBe('light');
    await show('IDLE');
    await until(() => page.getAttribute('html', 'data-theme')).toBe('dark');
  });

  it('follow the store’s hours where it has some, until somebody chooses', async () => {
    await open();
    const idle = snapshotOf(face('IDLE'));
    // 14:32 in Korea.
    const dark = { ...idle, times: { ...idle.times, darkHours: { from: 14, until: 15 } } };
    await drawn(page, server.show(dark));
    await until(() => page.getAttribute('html', 'data-theme')).toBe('dark');
    const themes: (string | null)[] = [];
    for (const word of ['밝게', '어둡게', '시간대로']) {
      await page.locator('.switch', { hasText: word }).click();
      await page.locator('.switch', { hasText: word }).waitFor({ state: 'detached' });
      themes.push(await page.getAttribute('html', 'data-theme'));
    }
    expect(themes).toEqual(['light', 'dark', 'dark']);
  });

  it('follow neither the browser’s theme nor its motion: less motion shows digits only', async () => {
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await open();
    await show('CHECK');
    expect(await page.getAttribute('html', 'data-theme')).toBe('light');
    expect(await page.locator('.bar').isVisible()).toBe(false);
    expect(await page.locator('.time').isVisible()).toBe(true);
  });
});

describe('what is found', () => {
  const found = {
    ...intentOf({ amount: 50_000 }),
    face: 'LATER-OK',
    paper: 'later',
    open: true,
    host: 'unknown',
    cash: 'received',
    deferred: true,
  };
  const FIND = 'POST /api/v1/stations/1/find';
  const RECEIPT = 'POST /api/v1/stations/1/receipt';

  async function find(answer: unknown): Promise<void> {
    server.routes.set(FIND, () => ({ status: 200, body: answer }));
    await page.locator('.chips .chip:last-child').click();
    expect(await page.locator('.text-keys .enter').isDisabled()).toBe(true);
    for (const key of '0005') await page.locator('.text-keys button', { hasText: key }).first().click();
    await page.locator('.text-keys .enter').click();
  }

  it('says whether the issuer answered, and an ended payment has a paper but nothing to open', async () => {
    await open();
    const ended = { ...found, face: 'DONE-IN', paper: 'charge', open: false, host: 'approved' };
    await find({ items: [ended], asked: 'noAnswer' });
    await until(() => page.locator('.found').innerText()).toContain('발행사가 답하지 않았습니다');
    expect(server.callsOf('find')[0]?.body.text).toBe('0005');
    expect(await page.locator('.items button').allInnerTexts()).toEqual(['영수증']);
    expect(await axeFaults(page)).toEqual([]);
  });

  it('gives a slip again only against the last four of the card', async () => {
    server.routes.set(RECEIPT, ({ body }) =>
      body.last4 === '0005'
        ? {
            status: 200,
            body: { kind: 'later', columns: 42, lines: [{ text: '재출력 COPY' }], storeCopy: null },
          }
        : { status: 403, body: { error: 'REFUSED', text: '', refusal: 'LAST4' } },
    );
    await open();
    await find({ items: [found], asked: 'answered' });
    await page.locator('.items button', { hasText: '확인증' }).click();
    await until(() => page.locator('.panel .empty').innerText()).toContain('손님께 물어보세요');
    for (const given of ['9999', '0005']) {
      for (const digit of given) await page.locator('.text-keys button', { hasText: digit }).first().click();
      await page.locator('.text-keys .enter').click();
      if (given === '9999')
        await until(() => page.locator('.panel .empty').innerText()).toContain('다릅니다');
    }
    await until(() => page.locator('.paper').innerText()).toContain('재출력 COPY');
    expect(server.callsOf('receipt').map(({ body }) => body.last4)).toEqual([undefined, '9999', '0005']);
  });
});

describe('a press that did nothing', () => {
  it('says why in the rail, and then no more', async () => {
    const refused = { done: false, refusal: 'MANAGER_NEEDED' };
    server.routes.set(`POST ${PRESS}`, () => ({
      status: 200,
      body: { ...refused, snapshot: server.snapshot },
    }));
    await open();
    await drawn(page, server.show(crowded(snapshotOf(face('IDLE')))));
    await page.click('[data-chip="cases"]');
    await page.waitForTimeout(750);
    await page.locator('.items button').first().click();
    await until(() => page.locator('.notice').innerText()).toBe('점장이 정할 미결입니다.');
    await page.waitForSelector('.notice', { state: 'detached' });
  });
});

describe('another page on this station', () => {
  it('offers to take over, and locked stations ask for the PIN', async () => {
    await open();
    await show('VIEW-ONLY', { control: 'viewOnly' });
    await page.click('.key.wide');
    await until(() => server.callsOf('take-over').length).toBe(1);
    await show('LOCKED', { control: 'locked' });
    await page.keyboard.type('4829', { delay: 120 });
    await page.click('.pin-keys .enter');
    await until(() => server.callsOf('unlock').length).toBe(1);
  });

  it('is locked where the station explains itself, and told when nobody could unlock it', async () => {
    server.routes.set('POST /api/v1/stations/1/lock', () => ({
      status: 409,
      body: { error: 'NOT_READY', text: 'no manager' },
    }));
    await open();
    await page.click('[data-item="station"]');
    await page.locator('.explained button', { hasText: '잠그기' }).click();
    await until(() => server.callsOf('lock').length).toBe(1);
    await until(() => page.locator('.notice').innerText()).toContain('잠글 수 없습니다');
  });
});

describe('a kiosk that slept', () => {
  it('covers itself when it wakes and comes back with a fresh snapshot', async () => {
    await open();
    await show('TAKE');
    await page.evaluate(() => {
      const seen = new MutationObserver(() => {
        const cover = document.querySelector('.cover');
        if (cover !== null) document.body.dataset.covered = cover.getAttribute('data-face') ?? '';
      });
      seen.observe(document.body, { childList: true, subtree: true });
    });
    const streams = server.streams;
    // Asleep is what a page cannot tell from this: no timer ran for more than two seconds.
    await page.evaluate(() => {
      const wakesMs = performance.now() + 2_300;
      while (performance.now() < wakesMs);
    });
    await until(() => page.evaluate(() => document.body.dataset.covered)).toBe('NOT-READY');
    await page.waitForSelector('.cover', { state: 'detached' });
    expect(await headline()).toBe('999,999원 받으세요');
    expect(server.streams).toBe(streams);
  });
});

describe('the build', () => {
  it.each(['cashier', 'manager'])('keeps the script of the %s page under 100 KB', (name) => {
    const html = readFileSync(join(pages, `${name}.html`), 'utf8');
    const scripts = [...html.matchAll(/assets\/[^"]+\.js/g)].map(([path]) => path);
    expect(scripts.length).toBeGreaterThan(0);
    const bytes = scripts.reduce((sum, path) => sum + gzipSync(readFileSync(join(pages, path))).length, 0);
    expect(bytes).toBeLessThan(SCRIPT_GZIP_MAX);
    expect(html).not.toMatch(/<script(?![^>]*src=)|<style|style="|onclick=/);
  });

  it('has hashed assets, asks nobody else for anything, and ships its own fonts', () => {
    const assets = readdirSync(join(pages, 'assets'));
    for (const name of assets) expect(name).toMatch(/-[\w-]{8}\.\w+$/);
    expect(assets.filter((name) => name.endsWith('.woff2'))).toHaveLength(2);
    for (const name of assets.filter((each) => /\.(js|css)$/.test(each))) {
      const text = readFileSync(join(pages, 'assets', name), 'utf8').replaceAll('http://www.w3.org/', '');
      expect(text, name).not.toMatch(/https?:\/\/[a-z]/);
    }
  });
});

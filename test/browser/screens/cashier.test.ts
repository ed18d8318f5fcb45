import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../src/station/snapshot.ts';
import { context, page, pages, typeAsScanner } from './browser-page.ts';
import {
  drawn,
  face,
  headline,
  live,
  open,
  PRESS,
  server,
  show,
  startCashier,
  until,
} from './cashier-page.ts';
import { intentOf, snapshotOf } from './snapshots.ts';

const SCRIPT_GZIP_MAX = 100 * 1_024;

startCashier();

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
    await typeAsScanner('CHARGE9410000000000005123010000', 2);
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
    await typeAsScanner('9410000000000005', 3);
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

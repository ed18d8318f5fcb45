/** The cashier page over a network: only a browser that opened the installer's link may drive a station. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTill, type Till } from '../../integration/agent/harness.ts';
import { buildPages, startBrowser } from '../screens/browser.ts';

const CERTIFICATES = join(import.meta.dirname, '../../integration/konaplate/tls');
const SECRET = 'b7'.repeat(20);
let folder: string;
let till: Till;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let url: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'let-in-'));
  const pagesDirectory = await buildPages(join(folder, 'dist'));
  const tls = {
    cert: readFileSync(join(CERTIFICATES, 'server.pem')),
    key: readFileSync(join(CERTIFICATES, 'server.key')),
  };
  till = await startTill({
    agent: {
      web: { host: '0.0.0.0', port: 0, allowedHosts: [], tls, cashierSecret: SECRET, pagesDirectory },
    },
  });
  url = `https://localhost:${new URL(till.agent.address).port}`;
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await till?.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1024, height: 768 } });
  page = await context.newPage();
});
afterEach(() => context.close());

/** Everything of the browser in which a page of this origin, or whoever looks at the screen, could find the secret. */
function remembered(): Promise<string> {
  return page.evaluate(() =>
    JSON.stringify([
      location.href,
      document.referrer,
      document.cookie,
      { ...localStorage },
      { ...sessionStorage },
      performance.getEntries().map((entry) => entry.name),
      document.documentElement.outerHTML,
    ]),
  );
}

const instruction = () => page.locator('.cover .instruction').innerText();

describe('the cashier page over a network', () => {
  it.each(['/', '/?station=1'])('at %s says what to do to a browser that was not let in', async (path) => {
    await page.goto(`${url}${path}`);
    await expect.poll(instruction, { timeout: 20_000 }).toContain('설치한 사람에게 받은 링크');
    expect(await page.locator('.cover h1').innerText()).toMatch(/준비 안 됨:\s*현금 그대로/);
    expect(await page.locator('section.face').getAttribute('data-face')).not.toBe('IDLE');
  });

  it('works after the link was opened once, without the secret in the address or anywhere in the page', async () => {
    await page.goto(`${url}/let-in?secret=${SECRET}`);
    expect(page.url()).toBe(`${url}/`);
    await page.locator('section.face[data-face="IDLE"]').waitFor();
    await page.locator('.cover').waitFor({ state: 'detached' });
    expect(await remembered()).not.toContain(SECRET);
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict', path: '/' });
    expect(cookie?.value).not.toContain(SECRET);
    await page.goto('about:blank');
    await page.goto(`${url}/?station=1`);
    await page.locator('section.face[data-face="IDLE"]').waitFor();
  });

  it('comes to life by itself when the link is opened in another tab', async () => {
    await page.goto(`${url}/`);
    await expect.poll(instruction, { timeout: 20_000 }).toContain('설치한 사람에게 받은 링크');
    const other = await context.newPage();
    await other.goto(`${url}/let-in?secret=${SECRET}`);
    await page.locator('.cover').waitFor({ state: 'detached', timeout: 20_000 });
    expect(await page.locator('section.face').getAttribute('data-face')).toMatch(/^(IDLE|VIEW-ONLY)$/);
  });

  it('stays shut after a link with another secret', async () => {
    const answer = await page.goto(`${url}/let-in?secret=${'c'.repeat(40)}`);
    expect(answer?.status()).toBe(401);
    expect(await context.cookies()).toEqual([]);
  });
});

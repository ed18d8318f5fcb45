/** The page to try the calls, in a real browser under the agent's own policy. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTill, type Till } from '../../integration/agent/harness.ts';
import { startBrowser } from '../screens/browser.ts';

let till: Till;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const asked: string[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  till = await startTill();
  browser = await startBrowser();
  context = await browser.newContext({ locale: 'en' });
  page = await context.newPage();
  page.on('request', (request) => asked.push(request.url()));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${till.agent.address}/docs/api`);
  await page.getByText('/api/v1/stations/{station}/press').waitFor();
});

afterAll(async () => {
  await context?.close();
  await browser?.close();
  await till?.close();
});

describe('the page to try the calls', () => {
  it('lists them under a policy without anything inline', async () => {
    const answer = await page.request.get(`${till.agent.address}/docs/api`);
    expect(answer.headers()['content-security-policy']).toContain("script-src 'self';style-src 'self'");
    expect(await page.locator('.opblock').count()).toBeGreaterThan(30);
    expect(complaints).toEqual([]);
  });

  it('makes a call that the guards let through, and shows the answer', async () => {
    await page.locator('.opblock', { hasText: 'The stations of this terminal' }).click();
    await page.getByRole('button', { name: 'Try it out' }).click();
    const answered = page.waitForResponse((response) => response.url().endsWith('/api/v1/stations'));
    await page.getByRole('button', { name: 'Execute' }).click();
    expect((await answered).status()).toBe(200);
    await page.locator('.live-responses-table').getByText('"stationId"').first().waitFor();
  });

  it('asks nobody but the till', () => {
    const foreign = asked.filter((url) => !url.startsWith(till.agent.address) && !url.startsWith('data:'));
    expect(foreign).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

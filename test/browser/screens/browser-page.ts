/** The pages of this tree in a browser, for the tests of a file: one build, one browser, a page of its own for each test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { buildPages, faultsOf, type Preferences, prefer, startBrowser } from './browser.ts';

export let folder: string;
/** Where the built pages are. */
export let pages: string;
export let context: BrowserContext;
export let page: Page;
let browser: Browser;
let faults: readonly string[] = [];

/**
 * Builds the pages and starts the browser before the first test; after each one, nothing went wrong in its page. Hooks
 * that end what the page talks to are registered before this, so that they run when the page is gone.
 */
export function startBrowserPage(name: string): void {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), `screens-${name}-`));
    pages = await buildPages(join(folder, 'dist'));
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    await context?.close();
    expect(faults).toEqual([]);
  });
}

/** Begins anew with an empty page, of a browser that nobody has used but to set these preferences. */
export async function newPage(options: BrowserContextOptions, preferences?: Preferences): Promise<void> {
  await context?.close();
  context = await browser.newContext(options);
  if (preferences !== undefined) await prefer(context, preferences);
  page = await context.newPage();
  faults = faultsOf(page);
}

/**
 * Types as a keyboard scanner does: every key is on its way before the first is heard, and bears the moment at which the
 * scanner sent it, however slow this machine is.
 */
export async function typeAsScanner(text: string, gapMs: number): Promise<void> {
  const session = await context.newCDPSession(page);
  const startMs = Date.now();
  const keys = [...text].flatMap((key, place) => {
    const timestamp = (startMs + place * gapMs) / 1_000;
    const down = { type: 'keyDown', key, text: key, timestamp } as const;
    return [down, { type: 'keyUp', key, timestamp } as const];
  });
  await Promise.all(keys.map((key) => session.send('Input.dispatchKeyEvent', key)));
  await session.detach();
}

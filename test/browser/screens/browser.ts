/** One Chromium and one build of the pages for all browser tests of the screens. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { build } from 'vite';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Builds the pages from the present sources into `outDir`, which is outside of the tree. */
export async function buildPages(outDir: string): Promise<string> {
  await build({
    root: ROOT,
    configFile: `${ROOT}vite.config.ts`,
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true },
  });
  if (!existsSync(`${outDir}/cashier.html`)) throw new Error('the build made no cashier.html');
  return outDir;
}

export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
}

/** What goes wrong in a page from now on. A call that fails is told by the page itself. */
export function faultsOf(page: Page): readonly string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('Failed to load resource'))
      faults.push(message.text());
  });
  return faults;
}

export interface Preferences {
  readonly language: 'ko' | 'en';
  readonly theme: 'light' | 'dark';
  readonly sound: boolean;
}

/** Every page of the context finds these preferences set, as by somebody before. */
export async function prefer(context: BrowserContext, preferences: Preferences): Promise<void> {
  await context.addInitScript(
    (text) => localStorage.setItem('kona-till.preferences', text),
    JSON.stringify(preferences),
  );
}

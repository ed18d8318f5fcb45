/**
 * A counter with everything real: issuer with faults, a scanner on a socket, the agent as a process that is killed and
 * frozen, and the built cashier page in Chromium, which nobody reloads.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { ensurePages } from '../../../src/demo/pages.ts';
import { type DemoScanner, startDemoScanner } from '../../../src/demo/scanner.ts';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import type { CardsAnswer, MadeBarcode } from '../../../src/issuer/phone/api.ts';
import type { FaceId, KeyId } from '../../../src/station/snapshot.ts';
import { readyAddress, writeConfig } from '../../integration/kill/counter.ts';
import { startBrowser } from '../screens/browser.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
/** Generous: the machine may be busy with other tests. */
export const WAIT_MS = 30_000;
const TRIES_MAX = 5;
/** Set to a folder to keep a picture of every face that a test waited for. */
const PICTURES = process.env.KONA_TILL_PICTURES;
/** The rules are the same, only the waits are shorter. */
const TIMES = { unansweredMs: 500, inquiryMs: 500, deadlineMs: 8_000, unsentMs: 1_500, retryBaseMs: 100 };

const CAPS: Readonly<Record<KeyId | 'CLOSE', string>> = {
  STOP: 'F2',
  LEAVE: 'F3',
  LATER: 'F4',
  RECEIVED: 'F6',
  REQUEST: 'F7',
  HANDED: 'F8',
  CLOSE: 'F9',
};

export class BrowserCounter {
  readonly issuer: Issuer;
  readonly folder: string;
  readonly url: string;
  readonly browser: Browser;
  readonly context: BrowserContext;
  page: Page;
  readonly #scanner: DemoScanner;
  readonly #configFile: string;
  #child: ChildProcess | null = null;
  #pictures = 0;

  private constructor(parts: {
    issuer: Issuer;
    folder: string;
    url: string;
    browser: Browser;
    context: BrowserContext;
    page: Page;
    scanner: DemoScanner;
    configFile: string;
  }) {
    this.issuer = parts.issuer;
    this.folder = parts.folder;
    this.url = parts.url;
    this.browser = parts.browser;
    this.context = parts.context;
    this.page = parts.page;
    this.#scanner = parts.scanner;
    this.#configFile = parts.configFile;
  }

  /** `disk` puts the data into a folder of the caller's. */
  static async open(disk?: string): Promise<BrowserCounter> {
    await ensurePages(ROOT);
    const folder = mkdtempSync(join(tmpdir(), 'kona-counter-'));
    if (PICTURES !== undefined) mkdirSync(PICTURES, { recursive: true });
    const [issuer, scanner, port, browser] = await Promise.all([
      startIssuer({ storage: { memory: true }, admin: true }),
      startDemoScanner({ port: 0 }),
      freePort(),
      startBrowser(),
    ]);
    const change = {
      web: { port },
      ...(disk === undefined ? {} : { ledger: { directory: disk, vaultKeyFile: 'vault.key' } }),
    };
    const configFile = writeConfig(folder, issuer, scanner.port, TIMES, change);
    const context = await browser.newContext({ viewport: { width: 1024, height: 768 } });
    const url = `http://127.0.0.1:${port}/`;
    const page = await context.newPage();
    const counter = new BrowserCounter({ issuer, folder, url, browser, context, page, scanner, configFile });
    await counter.start();
    await page.goto(url);
    await counter.online();
    return counter;
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.kill();
    await this.#scanner.close();
    await this.issuer.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Starts the agent on what the last one left; resolves when it is ready. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, ['src/main.ts', 'run', '--config', this.#configFile], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    await readyAddress(child, []);
  }

  /** SIGKILL: no handler runs, nothing is flushed. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** The agent ended by itself, as after a fault of its ledger. */
  async ended(): Promise<void> {
    const child = this.#child;
    if (child !== null && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }

  /** The agent stands still, or goes on. */
  freeze(isFrozen: boolean): void {
    this.#child?.kill(isFrozen ? 'SIGSTOP' : 'SIGCONT');
  }

  async online(): Promise<void> {
    await this.page
      .locator('[data-item="line"]', { hasText: /연결됨|발행사 지연/ })
      .waitFor({ timeout: WAIT_MS });
    await this.page.locator('[data-item="scanner"][data-state="well"]').waitFor({ timeout: WAIT_MS });
  }

  /** Waits for one of these faces; the page covers none of them. */
  async face(...wanted: readonly FaceId[]): Promise<FaceId> {
    const selector = wanted.map((id) => `section.face[data-face="${id}"]`).join(',');
    const section = this.page.locator(selector);
    try {
      await section.waitFor({ timeout: WAIT_MS });
      await this.page.locator('.cover').waitFor({ state: 'detached', timeout: WAIT_MS });
    } catch (error) {
      const shown = await this.page.locator('section.face').getAttribute('data-face');
      throw new Error(`no face ${wanted.join(' or ')}, the page shows ${shown}`, { cause: error });
    }
    const found = (await section.getAttribute('data-face')) as FaceId;
    await this.picture(found);
    return found;
  }

  async picture(name: string): Promise<void> {
    if (PICTURES === undefined) return;
    this.#pictures += 1;
    const number = String(this.#pictures).padStart(3, '0');
    await this.page.screenshot({ path: join(PICTURES, `${number}-${name}.png`) });
  }

  /** Presses a key by its F key, as soon as it is alive. */
  async press(key: KeyId | 'CLOSE'): Promise<void> {
    if (key === 'CLOSE') await this.page.locator('.close:not([disabled])').waitFor({ timeout: WAIT_MS });
    else {
      const alive = `[data-key="${key}"][aria-disabled="false"]:not([disabled])`;
      await this.page.locator(alive).waitFor({ timeout: WAIT_MS });
    }
    await this.page.keyboard.press(CAPS[key]);
  }

  /** A barcode of the `card`th sample card under the scanner, until the page shows one of `wanted`. */
  async scan(type: 'CHARGE' | 'REFUND', amount: number, card: number, ...wanted: FaceId[]): Promise<FaceId> {
    const { cards } = await this.#phone<CardsAnswer>('/cards');
    for (let tries = 1; ; tries += 1) {
      // Three digits repeat: a barcode that is the same as one of the last minutes is refused, and the customer makes another.
      const body = { cardRef: cards[card]?.cardRef, type, amount };
      const made = await this.#phone<MadeBarcode>('/barcodes', body);
      this.#scanner.send(made.spec);
      const found = await this.face(...wanted, 'REFUSED');
      if (found !== 'REFUSED' || tries === TRIES_MAX) return found;
      await this.press('CLOSE');
    }
  }

  /** A text under the scanner. */
  read(text: string): void {
    this.#scanner.send(text);
  }

  async #phone<T>(path: string, body?: object): Promise<T> {
    const response = await fetch(`${this.issuer.url}/phone/api${path}`, {
      ...(body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** A disk of its own for a test, of so many bytes; null where this user may not mount one. */
export function smallDisk(folder: string, bytes: number): { release(): void } | null {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=700`, 'tmpfs', folder], {
      stdio: 'ignore',
    });
  } catch {
    return null;
  }
  return { release: () => execFileSync('umount', ['--lazy', folder], { stdio: 'ignore' }) };
}

/**
 * Draws the pictures of the guides in both languages, with the product's own pages in a real browser: every face of the
 * cashier's page in sheets by subject, and each page of the manager. `node scripts/guide-pictures.ts [FOLDER]`, by default docs/images.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { Face } from '../src/station/snapshot.ts';
import { buildPages, startBrowser } from '../test/browser/screens/browser.ts';
import { AGREED_DAY, DIFFERING_DAY, REPORT } from '../test/browser/screens/day-data.ts';
import { FixtureServer } from '../test/browser/screens/fixture.ts';
import { DETAIL, serveManager } from '../test/browser/screens/manager-data.ts';
import { ALL_FACES, scannerNotOpen, snapshotOf } from '../test/browser/screens/snapshots.ts';

const SHEETS: Readonly<Record<string, readonly string[]>> = {
  charge: ['IDLE', 'TAKE', 'TAKE-LAST', 'MANAGER', 'EXPIRED', 'SENDING', 'CHECK', 'DONE-IN', 'END-STOP'],
  back: ['BACK', 'BACK-REV', 'BACK-STOP', 'BACK-VOID', 'END', 'END-REV'],
  later: ['LATER-ASK', 'LATER-TAKE', 'LATER-FAIL', 'LATER-OK', 'LATER-DONE', 'LATER-BACK'],
  withdrawal: ['ASK-OUT', 'WAIT-OUT', 'CHECK-OUT', 'PAY', 'DONE-OUT', 'NO-OUT', 'NO-OUT-REV'],
  void: ['VOID-ASK', 'VOID-ASK-PROOF', 'VOID-WAIT', 'VOID-WAIT-LATE', 'BACK-VOID', 'VOID-NO'],
  restart: ['RE-IN', 'RE-HERE', 'RE-BACK', 'RE-CLOSED', 'RE-OUT', 'RE-OUT-EARLY'],
  refused: [
    ...['REFUSED-CUT', 'REFUSED-LAYOUT', 'REFUSED-SYMBOLOGY', 'REFUSED-DUP-DONE', 'REFUSED-MAX'],
    ...['REFUSED-PAYOUT', 'REFUSED-BUSY', 'REFUSED-REVERSALS', 'TAKE-BAND'],
  ],
  system: [
    ...['NOT-READY', 'NOT-READY-HELD', 'NOT-RECORDED', 'NOT-RECORDED-OUT', 'STARTING', 'NO-ROOM', 'LEDGER'],
    ...['RECOVERING', 'LINE', 'LINE-OFF', 'SLOW', 'SCANNER', 'SCANNER-NOT-OPEN', 'VIEW-ONLY', 'LOCKED'],
  ],
};
/** Pages of the manager by the name of their picture: the address, and what is there once the page has its figures. */
const MANAGER: Readonly<Record<string, readonly [string, string]>> = {
  today: ['today', '.chart [role=img]'],
  payments: ['payments', 'tbody tr'],
  payment: [`payment/${DETAIL.sequenceId}`, '.timeline tbody tr'],
  cases: ['cases', '.cases li'],
  day: ['day', '[data-step="4"]'],
  'day-agreed': ['day', '[data-step="4"] button'],
  scanners: ['scanners', '.plugged li'],
  settings: ['settings', 'td.value'],
};
const COLUMNS = 3;
const CELL_WIDTH = 400;
const GAP = 8;
const LANGUAGES = ['ko', 'en'] as const;
type Language = (typeof LANGUAGES)[number];

/** Pictures of a face among other things than usual. */
const VARIANTS: Readonly<Record<string, string>> = { 'TAKE-BAND': 'TAKE', 'SCANNER-NOT-OPEN': 'SCANNER' };

/** The faces of the guide speak of 10,000 won: what a reader meets first. */
function faceNamed(name: string): Face {
  const face = ALL_FACES[VARIANTS[name] ?? name];
  if (face === undefined) throw new Error(`no face ${name}`);
  return face.intent === null ? face : { ...face, intent: { ...face.intent, amount: 10_000 } };
}

class Guide {
  readonly #server: FixtureServer;
  readonly #page: Page;

  constructor(server: FixtureServer, page: Page) {
    this.#server = server;
    this.#page = page;
  }

  /** One face as a picture. */
  async picture(name: string): Promise<Buffer> {
    if (name === 'NOT-READY' || name === 'NOT-READY-HELD') return this.#covered(name);
    const shown = snapshotOf(faceNamed(name));
    const band = { cause: 'STATION_BUSY', values: {}, leftMs: 60_000 } as const;
    if (name === 'TAKE-BAND') await this.#show({ ...shown, band });
    else await this.#show(name === 'SCANNER-NOT-OPEN' ? scannerNotOpen(shown, 'PERMISSION') : shown);
    return this.#page.screenshot();
  }

  async #show(snapshot: ReturnType<typeof snapshotOf>): Promise<void> {
    const { sequence } = this.#server.show(snapshot);
    await this.#page.waitForSelector(`.till[data-sequence="${sequence}"]`);
    await this.#page.waitForFunction(() => document.querySelector('.key.dead') === null);
  }

  /** The page covers itself when it hears nothing. */
  async #covered(name: string): Promise<Buffer> {
    await this.#show(snapshotOf(faceNamed('TAKE')));
    const press = 'POST /api/v1/stations/1/press';
    this.#server.silent = true;
    if (name === 'NOT-READY-HELD') {
      this.#server.routes.set(press, () => null);
      await this.#page.keyboard.press('F6');
    }
    await this.#page.waitForSelector(`.cover[data-face="${name}"]`);
    const picture = await this.#page.screenshot();
    this.#server.silent = false;
    this.#server.routes.delete(press);
    await this.#page.waitForSelector('.cover', { state: 'detached' });
    return picture;
  }
}

interface Opened {
  readonly language: Language;
  readonly path: string;
  readonly viewport: { readonly width: number; readonly height: number };
}

async function openPage(browser: Browser, server: FixtureServer, opened: Opened): Promise<Page> {
  const { language, path, viewport } = opened;
  const context = await browser.newContext({ viewport });
  await context.addInitScript(
    (preferences) => localStorage.setItem('kona-till.preferences', preferences),
    JSON.stringify({ language, theme: 'light', sound: true }),
  );
  const page = await context.newPage();
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(`${server.url}/${path}`);
  await page.evaluate(() => document.fonts.ready);
  return page;
}

/** Pictures side by side, each with its name. */
async function sheet(browser: Browser, pictures: ReadonlyMap<string, Buffer>, file: string): Promise<void> {
  const width = COLUMNS * CELL_WIDTH + (COLUMNS + 1) * GAP;
  const page = await browser.newPage({ viewport: { width, height: 400 } });
  const cells = [...pictures].map(
    ([name, png]) =>
      `<figure><img src="data:image/png;base64,${png.toString('base64')}"><figcaption>${name}</figcaption></figure>`,
  );
  await page.setContent(
    `<style>body{margin:0;padding:${GAP}px;display:grid;grid-template-columns:repeat(${COLUMNS},1fr);gap:${GAP}px;
     background:#fff;font:14px sans-serif}figure{margin:0}img{width:100%;border:1px solid #7a8593}</style>${cells.join('')}`,
  );
  await page.waitForFunction(() => [...document.images].every((image) => image.complete));
  await page.screenshot({ path: file, fullPage: true });
  await page.close();
}

async function drawCashier(browser: Browser, server: FixtureServer, language: Language, target: string) {
  const opened = { language, path: 'cashier.html?station=1', viewport: { width: 1024, height: 768 } };
  const guide = new Guide(server, await openPage(browser, server, opened));
  for (const [subject, names] of Object.entries(SHEETS)) {
    const pictures = new Map<string, Buffer>();
    for (const name of names) pictures.set(name, await guide.picture(name));
    await sheet(browser, pictures, join(target, `cashier-${subject}.${language}.png`));
  }
}

async function drawManager(browser: Browser, server: FixtureServer, language: Language, target: string) {
  serveManager(server, { state: 'signedIn' });
  server.routes.set('GET /api/v1/manager/day/report', () => ({ status: 200, body: REPORT }));
  for (const [name, [route, ready]] of Object.entries(MANAGER)) {
    const day = name === 'day-agreed' ? AGREED_DAY : DIFFERING_DAY;
    server.routes.set('GET /api/v1/manager/day', () => ({ status: 200, body: day }));
    const opened = { language, path: `manager.html#/${route}`, viewport: { width: 1000, height: 625 } };
    const page = await openPage(browser, server, opened);
    await page.waitForSelector(ready);
    if (name === 'day-agreed') {
      await page.locator(ready).first().click();
      await page.waitForSelector('.report .paper');
      await page.evaluate(() => window.scrollTo(0, 0));
    }
    // The list says nothing more below the first screen.
    const fullPage = name !== 'payments';
    await page.screenshot({ path: join(target, `manager-${name}.${language}.png`), fullPage });
    await page.context().close();
  }
}

async function main(target: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kona-guide-'));
  const root = await buildPages(join(folder, 'dist'));
  const server = await FixtureServer.start(root, snapshotOf(faceNamed('IDLE')));
  const browser = await startBrowser();
  try {
    for (const language of LANGUAGES) {
      await drawCashier(browser, server, language, target);
      await drawManager(browser, server, language, target);
    }
  } finally {
    await browser.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main(resolve(process.argv[2] ?? join(import.meta.dirname, '../docs/images')));

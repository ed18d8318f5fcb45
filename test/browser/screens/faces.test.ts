import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCANNER_PROBLEMS } from '../../../drivers/scanner.ts';
import type { Face, Snapshot } from '../../../src/station/snapshot.ts';
import { buildPages, startBrowser } from './browser.ts';
import { FixtureServer } from './fixture.ts';
import { axeFaults, kioskFaults, layoutFaults } from './layout.ts';
import { ALL_FACES, crowded, REFUSED_FACES, scannerNotOpen, snapshotOf } from './snapshots.ts';

/** Set it to keep a picture of every face in that folder. */
const SHOTS = process.env.SCREENS_SHOTS;
const SIZES = [
  { width: 1024, height: 768 },
  { width: 1280, height: 800 },
  { width: 1366, height: 768 },
] as const;
let folder: string;
let pages: string;
let server: FixtureServer;
let browser: Browser;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'screens-faces-'));
  pages = await buildPages(join(folder, 'dist'));
  server = await FixtureServer.start(pages, snapshotOf(faceNamed('IDLE')));
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

function faceNamed(name: string): Face {
  const face = ALL_FACES[name];
  if (face === undefined) throw new Error(`no face ${name}`);
  return face;
}

async function open(
  language: 'ko' | 'en',
  theme: 'light' | 'dark',
  viewport: { width: number; height: number },
  agent = server,
): Promise<{ page: Page; faults: string[] }> {
  const context = await browser.newContext({ viewport });
  await context.addInitScript(
    (preferences) => localStorage.setItem('kona-till.preferences', preferences),
    JSON.stringify({ language, theme, sound: true }),
  );
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  await page.goto(`${agent.url}/cashier.html?station=1`);
  await page.evaluate(() => document.fonts.ready);
  return { page, faults };
}

async function show(page: Page, snapshot: Snapshot, agent = server): Promise<void> {
  const { sequence } = agent.show(snapshot);
  await page.waitForSelector(`.till[data-sequence="${sequence}"]`);
}

describe.each(['ko', 'en'] as const)('every face in %s', (language) => {
  it.each(SIZES)(
    'fits whole into $width x $height, with 999,999 won and everything else open',
    async (size) => {
      const { page, faults } = await open(language, 'light', size);
      for (const [name, face] of Object.entries(ALL_FACES)) {
        await show(page, crowded(snapshotOf(face)));
        const found = [...(await layoutFaults(page)), ...(await kioskFaults(page))];
        expect(found, name).toEqual([]);
        if (SHOTS !== undefined) await keep(page, name, `${language}-light-${size.width}`);
      }
      expect(faults).toEqual([]);
      await page.context().close();
    },
  );

  it('that refuses a scan fits whole, whatever the cause, also as the one line on a payment', async () => {
    const { page, faults } = await open(language, 'light', SIZES[0]);
    for (const [name, face] of Object.entries(REFUSED_FACES)) {
      await show(page, crowded(snapshotOf(face)));
      expect([...(await layoutFaults(page)), ...(await kioskFaults(page))], name).toEqual([]);
      if (SHOTS !== undefined) await keep(page, name, `${language}-refused-1024`);
      const { cause, values } = face.refused ?? { cause: 'CUT', values: {} };
      const band = { cause, values, leftMs: 60_000 };
      await show(page, { ...crowded(snapshotOf(faceNamed('TAKE'))), band });
      expect(await page.locator('.band').count(), name).toBe(1);
      expect(await layoutFaults(page, '.band'), `${name} as a band`).toEqual([]);
    }
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('that says why a scanner cannot be opened fits whole, whatever the problem', async () => {
    const { page, faults } = await open(language, 'light', SIZES[0]);
    for (const code of SCANNER_PROBLEMS) {
      await show(page, scannerNotOpen(crowded(snapshotOf(faceNamed('SCANNER'))), code));
      expect([...(await layoutFaults(page)), ...(await kioskFaults(page))], code).toEqual([]);
      expect(await page.locator('.item[data-item="scanner"]').getAttribute('data-state'), code).toBe('fault');
      if (SHOTS !== undefined) await keep(page, `SCANNER-${code}`, `${language}-light-1024`);
    }
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('needs no sideways scrolling at 200 % zoom', async () => {
    const { page, faults } = await open(language, 'light', { width: 512, height: 384 });
    for (const [name, face] of Object.entries(ALL_FACES)) {
      await show(page, crowded(snapshotOf(face)));
      expect(await layoutFaults(page, '.key,.chip,.headline'), name).toEqual([]);
    }
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it.each(['light', 'dark'] as const)(
    'has nothing that axe objects to in the %s theme',
    {
      timeout: 240_000,
    },
    async (theme) => {
      const { page } = await open(language, theme, SIZES[0]);
      // Contrast is judged on the finished colours, not in the dead time of a key or the fade of a chip.
      await page.emulateMedia({ reducedMotion: 'reduce' });
      for (const [name, face] of Object.entries(ALL_FACES)) {
        await show(page, crowded(snapshotOf(face)));
        // Strip and rail are the same on all of them: they are judged once.
        const parts = name === 'IDLE' ? ['html'] : ['.face', '.dock'];
        expect(await axeFaults(page, parts), name).toEqual([]);
        if (SHOTS !== undefined) await keep(page, name, `${language}-${theme}-axe`);
      }
      await page.context().close();
    },
  );
});

/** The faces dealt out to pages that live through a reload and a restart side by side: most of that time is waiting. */
const LANES = 4;

describe.each(['ko', 'en'] as const)('every face in %s', (language) => {
  it('is the same after a reload, and gives way to the face of the new run after a restart of the agent', {
    timeout: 240_000,
  }, async () => {
    const all = Object.entries(ALL_FACES);
    const lanes = Array.from({ length: LANES }, (_, lane) => all.filter((_, at) => at % LANES === lane));
    await Promise.all(lanes.map((faces) => reloadAndRestart(language, faces)));
  });
});

async function reloadAndRestart(
  language: 'ko' | 'en',
  faces: readonly (readonly [string, Face])[],
): Promise<void> {
  const agent = await FixtureServer.start(pages, snapshotOf(faceNamed('IDLE')));
  const { page, faults } = await open(language, 'light', SIZES[0], agent);
  // The seconds of a countdown and of a span (`00:41`) go on meanwhile.
  const words = async (): Promise<string> =>
    (await page.locator('section.face .words').innerText()).replace(
      /\d+(?=초| s\b)|\d+:\d\d(?::\d\d)?/g,
      '…',
    );
  for (const [name, face] of faces) {
    await show(page, snapshotOf(face), agent);
    const before = await words();
    await page.reload();
    await page.waitForSelector(`.till[data-sequence="${agent.snapshot.sequence}"]`);
    expect(await words(), name).toBe(before);
    const asked = faceNamed(face.id === 'RE-IN' ? 'IDLE' : 'RE-IN');
    agent.restart(snapshotOf(asked));
    await page.waitForSelector(`section.face[data-face="${asked.id}"]`);
  }
  expect(faults.filter((fault) => !fault.includes('Failed to load resource'))).toEqual([]);
  await page.context().close();
  await agent.close();
}

describe('what the rail opens', () => {
  it.each([
    ['a list', '[data-chip="returnDue"]'],
    ['the search', '.chips .chip:last-child'],
    ['the cashier’s number', '[data-item="cashier"]'],
  ])('%s fits and has nothing that axe objects to', async (_name, opener) => {
    const { page } = await open('ko', 'light', SIZES[0]);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await show(page, crowded(snapshotOf(faceNamed('IDLE'))));
    await page.click(opener);
    await page.waitForSelector('.panel');
    expect([...(await layoutFaults(page)), ...(await kioskFaults(page)), ...(await axeFaults(page))]).toEqual(
      [],
    );
    await page.context().close();
  });
});

describe('the zones', () => {
  it.each([
    {
      size: SIZES[0],
      zones: { strip: [0, 56], face: [56, 480], dock: [536, 136], rail: [672, 96] },
      place: 152,
    },
    {
      size: SIZES[1],
      zones: { strip: [0, 56], face: [56, 496], dock: [552, 136], rail: [688, 112] },
      place: 194,
    },
  ])('lie where the law puts them at $size.width', async ({ size, zones, place }) => {
    const { page } = await open('ko', 'light', size);
    const face = ALL_FACES.PAY;
    if (face === undefined) throw new Error('no PAY');
    await show(page, snapshotOf(face));
    for (const [name, [top, height]] of Object.entries(zones)) {
      const box = await page.locator(`.${name}`).first().boundingBox();
      expect([box?.y, box?.height], name).toEqual([top, height]);
    }
    for (const key of ['STOP', 'LEAVE', 'HANDED']) {
      const box = await page.locator(`[data-key="${key}"]`).boundingBox();
      expect([box?.width, box?.height], key).toEqual([place, 112]);
    }
    await page.context().close();
  });

  it('keep every key in its one place on all faces', async () => {
    const { page } = await open('ko', 'light', SIZES[0]);
    const places = new Map<string, number>();
    for (const face of Object.values(ALL_FACES)) {
      await show(page, snapshotOf(face));
      for (const key of await page.locator('[data-key]').all()) {
        const name = (await key.getAttribute('data-key')) ?? '';
        const left = (await key.boundingBox())?.x ?? -1;
        expect(places.get(name) ?? left, `${name} on ${face.id}`).toBe(left);
        places.set(name, left);
      }
    }
    expect(new Set(places.values()).size).toBe(6);
    await page.context().close();
  });
});

async function keep(page: Page, name: string, folderName: string): Promise<void> {
  const target = join(SHOTS ?? folder, folderName);
  mkdirSync(target, { recursive: true });
  await page.screenshot({ path: join(target, `${name}.png`) });
}

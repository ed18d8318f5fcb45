/**
 * The cashier page beside its floors, in one run of one browser: opening it against a page of one sentence in the same font
 * from the same server, and a new face against a bare page that writes one line for every event of the same stream.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { buildPages, startBrowser } from '../test/browser/screens/browser.ts';
import { FixtureServer } from '../test/browser/screens/fixture.ts';
import { ALL_FACES, crowded, snapshotOf } from '../test/browser/screens/snapshots.ts';
import type { BenchRow } from './parts/row.ts';

const LOADS = 20;
const UPDATES = 200;
const VIEWPORT = { width: 1024, height: 768 };
/** The longest that a person may take for a page that hangs. */
const FIRST_PAINT_MS_MAX = 1_000;
const UPDATE_MS_MAX = 100;

export async function run(): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'kona-bench-pages-'));
  const root = await buildPages(join(folder, 'dist'));
  writeBarePage(root);
  const server = await FixtureServer.start(root, snapshotOf(faceNamed('IDLE')));
  const browser = await startBrowser();
  try {
    return [...(await opening(browser, server)), await updating(browser, server)];
  } finally {
    await browser.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function faceNamed(name: string) {
  const face = ALL_FACES[name];
  if (face === undefined) throw new Error(`no face ${name}`);
  return face;
}

/** One sentence, one script, the same event stream: what no page can be quicker than. */
function writeBarePage(root: string): void {
  writeFileSync(
    join(root, 'bare.html'),
    '<!doctype html><meta charset="utf-8"><title>bare</title><h1>바코드를 찍으세요</h1><script src="/bare.js"></script>',
  );
  writeFileSync(
    join(root, 'bare.js'),
    `const line = document.querySelector('h1');
     new EventSource('/api/v1/stations/1/events?page=bare').addEventListener('snapshot', ({ data }) => {
       const { sequence } = JSON.parse(data);
       line.textContent = String(sequence);
       line.dataset.sequence = String(sequence);
     });`,
  );
}

/** First contentful paint, and the moment at which the face of the first snapshot has been painted. */
async function opening(browser: Browser, server: FixtureServer): Promise<BenchRow[]> {
  server.show(crowded(snapshotOf(faceNamed('TAKE'))));
  const paints: number[] = [];
  const faces: number[] = [];
  const bare: number[] = [];
  for (let load = 0; load < LOADS; load += 1) {
    bare.push((await open(browser, `${server.url}/bare.html`, 'h1')).paintMs);
    const page = await open(
      browser,
      `${server.url}/cashier.html?station=1`,
      'section.face[data-face="TAKE"]',
    );
    paints.push(page.paintMs);
    faces.push(page.drawnMs);
  }
  const floor = `a page of one sentence: first paint p50 ${median(bare).toFixed(0)} ms`;
  return [
    row('cashier page, first paint, empty cache', paints, floor, median(bare), FIRST_PAINT_MS_MAX),
    row('cashier page, face of the first snapshot painted', faces, floor, median(bare), FIRST_PAINT_MS_MAX),
  ];
}

/** A browser context of its own: nothing is cached. */
async function open(
  browser: Browser,
  url: string,
  selector: string,
): Promise<{ paintMs: number; drawnMs: number }> {
  const context = await browser.newContext({ viewport: VIEWPORT });
  const page = await context.newPage();
  await page.addInitScript((wanted) => {
    const look = (): void => {
      const [paint] = performance.getEntriesByName('first-contentful-paint');
      if (paint === undefined || document.querySelector(wanted) === null) requestAnimationFrame(look);
      else window.opened = { paintMs: paint.startTime, drawnMs: performance.now() };
    };
    requestAnimationFrame(look);
  }, selector);
  await page.goto(url);
  await page.waitForFunction(() => window.opened !== undefined);
  const times = await page.evaluate(() => window.opened);
  await context.close();
  return times;
}

/** From the event's bytes leaving the server to the frame after the new face was drawn. */
async function updating(browser: Browser, server: FixtureServer): Promise<BenchRow> {
  const names = ['TAKE', 'CHECK', 'DONE-IN', 'IDLE', 'ASK-OUT', 'PAY', 'DONE-OUT', 'BACK-REV'];
  const measure = async (path: string, selector: string): Promise<number[]> => {
    const context = await browser.newContext({ viewport: VIEWPORT });
    const page = await context.newPage();
    await page.goto(`${server.url}/${path}`);
    await page.waitForSelector(selector);
    await watch(page, selector);
    const times: number[] = [];
    for (let round = 0; round < UPDATES; round += 1) {
      const sentMs = performance.timeOrigin + performance.now();
      const face = faceNamed(names[round % names.length] ?? 'IDLE');
      const { sequence } = server.show(crowded(snapshotOf(face)));
      const paintedMs = await page.evaluate((wanted) => window.painted(wanted), String(sequence));
      times.push(paintedMs - sentMs);
    }
    await context.close();
    return times;
  };
  const bare = await measure('bare.html', 'h1[data-sequence]');
  const page = await measure('cashier.html?station=1', '.till[data-sequence]');
  const floor = `one line per event: p50 ${median(bare).toFixed(1)} ms`;
  return row('cashier page, event to painted face', page, floor, median(bare), UPDATE_MS_MAX);
}

declare global {
  interface Window {
    opened: { paintMs: number; drawnMs: number };
    painted: (sequence: string) => Promise<number>;
  }
}

/** Notes for every sequence the time of the frame in which it was on the screen. */
async function watch(page: Page, selector: string): Promise<void> {
  await page.evaluate((wanted) => {
    const times = new Map<string, number>();
    const waiting = new Map<string, (ms: number) => void>();
    const element = document.querySelector<HTMLElement>(wanted);
    if (element === null) throw new Error(wanted);
    new MutationObserver(() => {
      const sequence = element.dataset.sequence ?? '';
      requestAnimationFrame(() => {
        // A message of its own runs after the frame that was just made.
        const after = new MessageChannel();
        after.port1.onmessage = () => {
          const ms = performance.timeOrigin + performance.now();
          times.set(sequence, ms);
          waiting.get(sequence)?.(ms);
        };
        after.port2.postMessage(null);
      });
    }).observe(element, { attributes: true, attributeFilter: ['data-sequence'] });
    window.painted = (sequence) =>
      new Promise((resolve) => {
        const ms = times.get(sequence);
        if (ms === undefined) waiting.set(sequence, resolve);
        else resolve(ms);
      });
  }, selector);
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function row(
  name: string,
  values: readonly number[],
  floor: string,
  floorMs: number,
  maxMs: number,
): BenchRow {
  const p50 = quantile(values, 0.5);
  const p95 = quantile(values, 0.95);
  return {
    name,
    product: `p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms over ${values.length}`,
    floor,
    ratio: p50 / floorMs,
    target: `p95 under ${maxMs} ms on a quiet machine`,
  };
}

/** The cashier's page in a browser before a scripted agent, for the tests of what it does. */
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect } from 'vitest';
import type { Face, Snapshot } from '../../../src/station/snapshot.ts';
import { newPage, page, pages, startBrowserPage } from './browser-page.ts';
import { FixtureServer } from './fixture.ts';
import { ALL_FACES, snapshotOf } from './snapshots.ts';

export const PRESS = '/api/v1/stations/1/press';

export let server: FixtureServer;

/** Before each test of the file a page of its own on a fresh server; after it, nothing went wrong in the page. */
export function startCashier(): void {
  beforeEach(async () => {
    server = await FixtureServer.start(pages, snapshotOf(face('IDLE')));
    await newPage({ viewport: { width: 1024, height: 768 } });
  });
  afterEach(() => server.close());
  startBrowserPage('cashier');
}

/** One of the faces that the station can show. */
export function face(name: string): Face {
  const found = ALL_FACES[name];
  if (found === undefined) throw new Error(`no face ${name}`);
  return found;
}
/** Opens the page and waits until it is drawn. */
export async function open(): Promise<void> {
  await page.goto(`${server.url}/cashier.html?station=1`);
  await drawn(page, server.snapshot);
}
/** Waits until that snapshot is drawn. */
export async function drawn(of: Page, snapshot: Snapshot): Promise<void> {
  await of.waitForSelector(`.till[data-sequence="${snapshot.sequence}"]`);
}
/** The agent shows a face, and the page has drawn it. */
export async function show(name: string, change: Partial<Snapshot> = {}): Promise<void> {
  await drawn(page, server.show(snapshotOf(face(name), change)));
}
/** A key takes presses again. */
export async function live(key: string): Promise<void> {
  await page.waitForSelector(`[data-key="${key}"][aria-disabled="false"]:not([disabled])`);
}
/** The one sentence of the face. */
export const headline = (): Promise<string> => page.locator('section.face h1').innerText();

/** The machine may be busy: a condition gets more than the usual second. */
export function until<Value>(read: () => Value) {
  return expect.poll(read, { timeout: 10_000 });
}

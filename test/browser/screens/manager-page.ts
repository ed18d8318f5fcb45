/** The manager's pages in a browser before a scripted agent, for the tests of what they do. */
import { afterEach, beforeEach, expect } from 'vitest';
import type { ManagerState } from '../../../src/web/api/manager.ts';
import type { PaymentRow } from '../../../src/web/api/payments.ts';
import { newPage, page, pages, startBrowserPage } from './browser-page.ts';
import { FixtureServer } from './fixture.ts';
import { PAYMENTS, rowOf, serveManager } from './manager-data.ts';
import { ALL_FACES, snapshotOf } from './snapshots.ts';

export const API = '/api/v1/manager';

export let server: FixtureServer;
export let session: { state: 'first' | 'signedOut' | 'signedIn' };

/** Before each test of the file a page of its own on a fresh server; after it, nothing went wrong in the page. */
export function startManager(): void {
  beforeEach(async () => {
    const idle = ALL_FACES.IDLE;
    if (idle === undefined) throw new Error('no IDLE');
    server = await FixtureServer.start(pages, snapshotOf(idle));
    session = { state: 'signedIn' };
    serveManager(server, session);
    await use('ko', 'light', { width: 1280, height: 800 });
  });
  afterEach(() => server.close());
  startBrowserPage('manager');
}

/** Begins anew with that language, theme and size. */
export async function use(
  language: 'ko' | 'en',
  theme: 'light' | 'dark',
  viewport: { width: number; height: number },
): Promise<void> {
  await newPage({ viewport, reducedMotion: 'reduce' }, { language, theme, sound: true });
}
/** Opens one of the manager's pages. */
export async function open(path: string): Promise<void> {
  await page.goto(`${server.url}/manager.html#/${path}`);
  await page.waitForSelector('h1');
}
/** The machine may be busy: a condition gets more than the usual second. */
export function until<Value>(read: () => Value) {
  return expect.poll(read, { timeout: 10_000 });
}
/** What the page sent to that path, oldest first. */
export const asked = (path: string): readonly Readonly<Record<string, unknown>>[] =>
  server.calls.filter((call) => call.path === `${API}/${path}`).map((call) => call.body);

/** New payments at the top of the list, and others as they are now, told by a next entry of the journal. */
export function list(fresh: readonly number[], ...changed: readonly PaymentRow[]): void {
  const known = PAYMENTS.rows.map((row) => changed.find((each) => each.sequenceId === row.sequenceId) ?? row);
  const rows = [...fresh.map((number) => rowOf(number)), ...known].slice(0, 50);
  server.routes.set(`GET ${API}/payments`, () => ({ status: 200, body: { ...PAYMENTS, rows } }));
  const state = server.states.get(`${API}/events`) as ManagerState;
  server.states.set(`${API}/events`, { ...state, journalIndex: state.journalIndex + 1 });
}
/** The bar that says how many payments are new. */
export const bar = () => page.locator('.news button');

/** The manager's pages on a real agent that has one manager, for the tests of what only a real agent can show. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { Page as CashierPage, call, startTill, type Till } from '../../integration/agent/harness.ts';
import { folder, newPage, page, pages, startBrowserPage } from './browser-page.ts';

const NAME = '김점장';
const PIN = '739155';
const WORDS = {
  ko: { name: '이름', signIn: '로그인' },
  en: { name: 'Name', signIn: 'Sign in' },
} as const;
type Language = keyof typeof WORDS;
type AgentChange = NonNullable<NonNullable<Parameters<typeof startTill>[0]>['agent']>;

export let till: Till;
/** At the counter meanwhile. */
export let cashier: CashierPage;
let language: Language;

async function makeManager(): Promise<void> {
  const code = readFileSync(till.agent.installerCodeFile() ?? '', 'utf8').trim();
  const made = await call(till.agent.address, '/api/v1/manager/first', {
    body: { code, name: NAME, pin: PIN },
  });
  expect(made.status).toBe(200);
}

/** One agent for the file, online, and before each test a page of its own. `prepare` gets the folder before the start. */
export function startTillPage(name: string, of: Language, prepare?: (folder: string) => AgentChange): void {
  language = of;
  startBrowserPage(name);
  beforeAll(async () => {
    const web = { host: '127.0.0.1', port: 0, allowedHosts: [], tls: null, pagesDirectory: pages };
    till = await startTill({ agent: { ...prepare?.(folder), web } });
    await makeManager();
    cashier = await CashierPage.online(till.agent.address);
  });
  afterAll(async () => {
    cashier?.close();
    await till?.close();
  });
  beforeEach(() =>
    newPage(
      { viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' },
      { language, theme: 'light', sound: false },
    ),
  );
}

/** Signs the manager in and goes to one of the pages by its link. */
export async function signIn(link: string): Promise<void> {
  const words = WORDS[language];
  await page.goto(`${till.agent.address}/manager.html`);
  await page.getByLabel(words.name).fill(NAME);
  for (const digit of PIN) await page.locator('.digit-pad button', { hasText: digit }).click();
  await page.getByRole('button', { name: words.signIn }).click();
  await page.getByRole('link', { name: link, exact: true }).click();
}

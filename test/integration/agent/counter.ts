/** One till for the tests of a file, online, with a page at its counter. */
import { afterAll, beforeAll } from 'vitest';
import { Page, startTill, type Till } from './harness.ts';

export let till: Till;
export let page: Page;

/** Starts it before the first test of the file and ends it after the last. */
export function startCounter(): void {
  beforeAll(async () => {
    till = await startTill();
    page = await Page.online(till.agent.address);
  });
  afterAll(async () => {
    page.close();
    await till.close();
  });
}

/** The agent ends and starts again, and the page comes back. */
export async function restart(): Promise<void> {
  page.close();
  await till.restart();
  page = await Page.online(till.agent.address);
}

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UNREAD as UNREAD_WORDS } from '../../../src/screens/text/manager.ts';
import type { UnreadPayment } from '../../../src/web/api/payments.ts';
import { page } from './browser-page.ts';
import { axeFaults, layoutFaults } from './layout.ts';
import { DETAIL, rowOf } from './manager-data.ts';
import { API, open, server, startManager, until, use } from './manager-page.ts';

/** Set it to keep a picture of every page in that folder, which is there already. */
const SHOTS = process.env.SCREENS_SHOTS;

const KNOWN = rowOf(6, { host: 'unknown', amount: 30_000 });
const UNREAD: readonly UnreadPayment[] = [
  { sequenceId: KNOWN.sequenceId, reference: KNOWN.reference, known: KNOWN },
  { sequenceId: rowOf(9).sequenceId, reference: rowOf(9).reference, known: null },
];

/** The till answers as before, and adds which payments it cannot read. */
function cannotRead(path: string, more: object): void {
  const key = `GET ${API}/${path}`;
  const before = server.routes.get(key);
  if (before === undefined) throw new Error(`nobody answers ${key}`);
  server.routes.set(key, (call) => {
    const answer = before(call);
    return answer === null ? null : { ...answer, body: { ...(answer.body as object), ...more } };
  });
}

startManager();

describe('payments whose rows cannot be read', () => {
  it.each([
    {
      language: 'ko',
      theme: 'light',
      width: 1280,
      height: 800,
      what: '읽을 수 없는 거래 2건',
      todo: '마지막 백업을 복원하세요',
    },
    {
      language: 'en',
      theme: 'dark',
      width: 512,
      height: 400,
      what: 'cannot read: 2',
      todo: 'restore the last backup',
    },
  ] as const)(
    'are named with what was known of them, and what to do is said: $language $theme $width',
    async ({ language, theme, width, height, what, todo }) => {
      await use(language, theme, { width, height });
      for (const path of ['today', 'payments', 'sync']) {
        cannotRead(path, { unread: UNREAD });
        await open(path);
        const alarm = page.locator('.alarm[role=alert]').first();
        await until(() => alarm.innerText()).toContain(what);
        const text = await alarm.innerText();
        for (const part of [KNOWN.reference, '30,000', '9410 00** **** 0005', rowOf(9).reference, todo])
          expect(text, path).toContain(part);
        expect(await layoutFaults(page, '.alarm,nav,button'), path).toEqual([]);
        expect(await axeFaults(page), path).toEqual([]);
        await keep(`${path}-unread-${language}`);
      }
    },
  );

  it('have a page of their own on which nothing can be decided', async () => {
    cannotRead(`payments/${DETAIL.sequenceId}`, { unread: true, decisions: [] });
    await open(`payment/${DETAIL.sequenceId}`);
    await until(() => page.locator('.alarm[role=alert]').innerText()).toContain('결정할 수 없습니다');
    expect(await page.locator('.decide').count()).toBe(0);
    await keep('payment-unread');
  });

  it.each(['ko', 'en'] as const)(
    'say so where their entries are damaged too, and what to do: %s',
    async (language) => {
      await use(language, 'light', { width: 1280, height: 800 });
      const body = { error: 'LEDGER', text: 'x', refusal: 'UNREAD' };
      server.routes.set(`GET ${API}/payments/${DETAIL.sequenceId}`, () => ({ status: 503, body }));
      await page.goto(`${server.url}/manager.html#/payment/${DETAIL.sequenceId}`);
      const { none, todo } = UNREAD_WORDS;
      await until(() => page.locator('.alarm[role=alert]').innerText()).toContain(none[language]);
      expect(await page.locator('.alarm[role=alert]').innerText()).toContain(todo[language]);
      expect(await page.locator('.load-fault').count()).toBe(0);
      expect(await axeFaults(page)).toEqual([]);
      await keep(`payment-lost-${language}`);
    },
  );
});

async function keep(name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}

import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clockTimeSeconds } from '../../../src/screens/text/format.ts';
import type { DayAnswer } from '../../../src/web/api/day.ts';
import type { ManagerState } from '../../../src/web/api/manager.ts';
import { newPage, page, pages, startBrowserPage } from './browser-page.ts';
import {
  AGREED_DAY,
  DIFFERING_DAY,
  LISTED_DAY,
  LISTED_OPEN_DAY,
  LOST_DAY,
  MADE_ANEW_DAY,
  NOT_AGREED_DAY,
  OPEN_DAY,
  READY_DAY,
  REPORT,
  UNCONFIRMED_DAY,
} from './day-data.ts';
import { FixtureServer } from './fixture.ts';
import { axeFaults, layoutFaults } from './layout.ts';
import { DETAIL, serveManager } from './manager-data.ts';
import { ALL_FACES, snapshotOf } from './snapshots.ts';

const API = '/api/v1/manager';
const SHOTS = process.env.KONA_TILL_SHOTS ?? null;

let server: FixtureServer;

beforeEach(async () => {
  const idle = ALL_FACES.IDLE;
  if (idle === undefined) throw new Error('no IDLE');
  server = await FixtureServer.start(pages, snapshotOf(idle));
  serveManager(server, { state: 'signedIn' });
});
afterEach(() => server.close());
startBrowserPage('day');

function serve(day: DayAnswer, method = 'GET', path = 'day'): void {
  server.routes.set(`${method} ${API}/${path}`, () => ({ status: 200, body: day }));
}

async function open(
  language: 'ko' | 'en' = 'ko',
  theme: 'light' | 'dark' = 'light',
  width = 1280,
): Promise<void> {
  await newPage(
    { viewport: { width, height: 900 }, reducedMotion: 'reduce' },
    { language, theme, sound: true },
  );
  await page.goto(`${server.url}/manager.html#/day`);
  await page.waitForSelector('.step');
}

const step = (number: number) => page.locator(`[data-step="${number}"]`);
const bodies = (path: string) =>
  server.calls.filter((call) => call.path === `${API}/${path}`).map(({ body }) => body);

describe('the business day page', () => {
  it('counts blind: no expected figure before [Counted], then both counts and the difference', async () => {
    serve(OPEN_DAY);
    serve(DIFFERING_DAY, 'POST', 'day/count');
    await open();
    expect(await step(1).innerText()).not.toContain('과부족');
    await page.getByLabel('50,000원').fill('20');
    await page.getByLabel('1,000원 (장)').fill('19');
    await page.getByLabel('준비금').fill('30000');
    expect(await step(1).locator('.count-sum').innerText()).toContain('1,019,000원');
    await page.getByRole('button', { name: '세었음', exact: true }).click();
    await page.waitForSelector('[data-step="1"] table');
    expect(bodies('day/count')).toMatchObject([
      { date: '20260723', mode: 'separate', float: 30_000, pieces: { '50000': 20, '1000': 19, '10': 0 } },
    ]);
    expect(await step(1).innerText()).toContain('-1,000원');
    expect(await step(1).locator('.sentence').innerText()).toContain('이유를 적으면');
  });

  it('shows each category, its items on request, and the rule that does not hold', async () => {
    serve(DIFFERING_DAY);
    await open();
    expect(await step(2).innerText()).toContain('발행사 목록이 아직 확정되지 않음');
    await step(2).locator('[data-category="missingHere"] button').click();
    expect(await step(2).locator('.differences').innerText()).toContain('AB12-CD34');
    expect(await step(2).locator('.differences').innerText()).toContain('9410 00** **** 0013');
    expect(await step(2).locator('[data-rule="6"]').innerText()).toContain('틀림');
    expect(await step(3).innerText()).toContain('과부족의 이유를 먼저 적으세요.');
  });

  it.each([
    [
      'ko',
      0,
      '아직 맞춰 보지 않았습니다. 영업일이 끝나면 발행사 목록이 확정될 때까지 단말기가 스스로 맞춰 봅니다.',
    ],
    [
      'ko',
      7,
      '아직 맞춰 보지 않았습니다. 단말기가 스스로 맞춰 보는 것은 최근 7일뿐입니다. [대사하기]를 누르세요.',
    ],
    [
      'en',
      6,
      "Not compared yet. Once the day is over the terminal compares by itself, until the issuer's list is final.",
    ],
    [
      'en',
      7,
      'Not compared yet. By itself the terminal compares the newest seven days only: press [Reconcile].',
    ],
  ] as const)(
    'says of a day that was never compared who compares it: %s, day %i',
    async (language, place, text) => {
      const [open_] = OPEN_DAY.days;
      if (open_ === undefined) throw new Error('no day');
      const days = Array.from({ length: 9 }, (_each, back) => ({ ...open_, date: String(20260723 - back) }));
      serve({ ...OPEN_DAY, days, date: days[place]?.date ?? '' });
      await open(language);
      expect(await step(2).locator('[role=status]').innerText()).toBe(text);
      expect(await layoutFaults(page, '.step,nav,button')).toEqual([]);
      if (SHOTS !== null) await step(2).screenshot({ path: join(SHOTS, `never-${place}-${language}.png`) });
    },
  );

  it('takes over an item that is missing here: account, reason, PIN, and then the voucher stands there', async () => {
    const [lost] = DIFFERING_DAY.reconciled?.differences ?? [];
    const { sequenceId = '', reference = '' } = lost ?? {};
    const voucher = {
      sequenceId,
      reference,
      type: 'CHARGE',
      amount: 20_000,
      state: 'APPROVED',
      loss: 'store',
      caseNumber: 'C-4239',
      who: '김점장',
      atMs: DIFFERING_DAY.asOfMs,
    } as const;
    const later = DIFFERING_DAY.asOfMs + 1_000;
    serve(DIFFERING_DAY);
    serve({ ...DIFFERING_DAY, asOfMs: later, missingItems: [voucher] }, 'POST', 'day/missing');
    await open();
    await step(2).locator('[data-category="missingThere"] button').click();
    expect(await step(2).getByRole('button', { name: '전표 쓰기' }).count()).toBe(0);
    await step(2).locator('[data-category="missingHere"] button').click();
    await step(2).getByRole('button', { name: '전표 쓰기' }).click();
    expect(await step(2).locator('.sentence').innerText()).toContain('발행사에는 있고 이 장부에는 없습니다');
    await step(2).getByLabel('상대 계정').selectOption('store');
    const write = step(2).locator('form button[type=submit]');
    expect(await write.isDisabled()).toBe(true);
    await step(2).locator('input[type=password]').pressSequentially('4829', { delay: 100 });
    expect(await axeFaults(page)).toEqual([]);
    await write.click();
    await page.waitForSelector('.missing-items');
    expect(bodies('day/missing')).toEqual([
      { date: '20260723', version: 4200, sequenceId, loss: 'store', reason: 'WRONG_AMOUNT', pin: '4829' },
    ]);
    expect(await step(2).locator('.missing-items').innerText()).toContain('C-4239 · 매장 부담 · 김점장');
    expect(await step(2).locator('form').count()).toBe(0);
  });

  it('closes with one sentence and the PIN, and says the result in one word', async () => {
    serve(READY_DAY);
    serve(AGREED_DAY, 'POST', 'day/close');
    await open();
    expect(await step(3).locator('.sentence').innerText()).toBe(
      '영업일 2026-07-23을 마감합니다. 충전 41건 1,230,000원, 출금 6건 240,000원. 과부족 0원.',
    );
    expect(await step(3).innerText()).toContain('미결 2건 20,000원을 다음 날로 넘깁니다.');
    const button = step(3).getByRole('button', { name: '마감하기' });
    expect(await button.isDisabled()).toBe(true);
    await step(3).locator('input[type=password]').pressSequentially('4829', { delay: 100 });
    await button.click();
    await page.waitForSelector('.result.agreed');
    expect(bodies('day/close')).toEqual([{ date: '20260723', version: 4200, pin: '4829' }]);
    expect(await step(3).locator('.result-word').innerText()).toContain('일치 확정');
  });

  it.each([
    [
      'ko',
      '이 장부는 이 영업일의 거래를 잃었습니다',
      '한 건씩 전표로 올린 뒤 마감하세요',
      '한 건씩 전표로 올리고 다시 마감하세요',
    ],
    ['en', 'lost payments of this day', 'then close the day', 'take over by a voucher each item'],
  ] as const)(
    'says what to do with a day that the ledger lost, and offers each item where the issuer has it agreed: %s',
    async (language, why, before, after) => {
      serve(LISTED_DAY);
      serve(LOST_DAY, 'POST', 'day/close');
      await open(language);
      const listed = page.locator('[data-listed]');
      expect(await listed.innerText()).toContain(why);
      expect(await listed.innerText()).toContain(before);
      expect(await listed.innerText()).toContain('1,230,000');
      expect(await axeFaults(page)).toEqual([]);
      expect(await layoutFaults(page)).toEqual([]);
      if (SHOTS !== null)
        await page.screenshot({ path: join(SHOTS, `day-listed-${language}.png`), fullPage: true });
      await step(3).locator('input[type=password]').pressSequentially('4829', { delay: 100 });
      await step(3).locator('form button[type=submit]').click();
      await page.waitForSelector('.result.notAgreed');
      expect(await step(3).locator('.result').innerText()).toContain(after);
      expect(await step(2).locator('.mark').innerText()).toContain('▲');
      await step(2).locator('[data-category="missingHere"] button').click();
      expect(await step(2).locator('.differences button').count()).toBe(1);
      expect(await listed.count()).toBe(1);
      expect(await axeFaults(page)).toEqual([]);
      if (SHOTS !== null)
        await page.screenshot({ path: join(SHOTS, `day-lost-${language}.png`), fullPage: true });
    },
  );

  it.each([
    ['ko', '마감은 영업이 끝난 뒤에 하세요'],
    ['en', 'close it when the day is over'],
  ] as const)(
    'says of a day that still runs, whose first hours the ledger lost, to close it when it is over: %s',
    async (language, words) => {
      serve(LISTED_OPEN_DAY);
      await open(language);
      expect(await page.locator('[data-listed]').innerText()).toContain(words);
      expect(await layoutFaults(page)).toEqual([]);
    },
  );

  it.each([
    ['ko', '단말기가 스스로 다시 맞춰 보고', '다시 마감하세요'],
    ['en', 'the terminal compares by itself', 'then close again'],
  ] as const)(
    'says of a close that is not agreed that the terminal makes it anew by itself: %s',
    async (language, words, other) => {
      serve(MADE_ANEW_DAY);
      await open(language);
      const result = await step(3).locator('.result').innerText();
      expect(result).toContain(words);
      expect(result).not.toContain(other);
      serve(NOT_AGREED_DAY);
      await open(language);
      expect(await step(3).locator('.result').innerText()).toContain(other);
    },
  );

  it.each([
    ['RULES', '장부의 합계가 맞지 않아 발행사에 보내지 않았습니다'],
    ['006_907', '발행사는 이 영업일을 이미 확정했고'],
    ['006_021', '되돌리기 전의 장부가 보낸 이 영업일의 마감이 발행사에 있고'],
    ['000_002', '발행사가 마감 요청을 받지 않았습니다(000_002)'],
  ])('says why a close was given back: %s', async (code, sentence) => {
    const answered = {
      atMs: OPEN_DAY.asOfMs,
      closeNo: 1,
      result: 'NOT_AGREED',
      code,
      ours: [],
      theirs: [],
    } as const;
    const wanted = { atMs: OPEN_DAY.asOfMs, who: '김점장' };
    serve({ ...OPEN_DAY, phase: 'notAgreed', wanted, answered });
    await open();
    expect(await step(3).locator('.result').innerText()).toContain(sentence);
    expect(await step(3).locator('.result table').count()).toBe(0);
  });

  it.each([
    ['ko', '스스로 다시 묻습니다'],
    ['en', 'does so by itself at'],
  ] as const)(
    'says when a close is asked about again, also before the line counts as down: %s',
    async (language, words) => {
      const state = server.states.get(`${API}/events`) as ManagerState;
      const nextTryMs = state.asOfMs + 600_000;
      server.states.set(`${API}/events`, { ...state, line: { ...state.line, nextTryMs } });
      serve({ ...UNCONFIRMED_DAY, unanswered: { atMs: OPEN_DAY.asOfMs, why: 'ASKED_TO_WAIT' } });
      await open(language);
      const result = step(3).locator('.result');
      await expect.poll(() => result.innerText()).toContain(clockTimeSeconds(nextTryMs));
      expect(await result.innerText()).toContain(words);
      expect(await axeFaults(page)).toEqual([]);
      if (SHOTS !== null)
        await page.screenshot({ path: join(SHOTS, `day-asked-${language}.png`), fullPage: true });
    },
  );

  it.each([
    ['LEDGER', 'ko', '설치 담당자에게 알려 장부를 점검하세요'],
    ['LEDGER', 'en', 'Tell the installer, who has to check the ledger'],
    ['RECOVERING', 'ko', '전송 화면에서 [이 단말기로 계속]을 누르세요'],
    ['RECOVERING', 'en', 'press [Go on with this terminal] on the page Sync'],
  ] as const)(
    'says of a close without an answer what a person has to do, where the issuer is not the reason: %s %s',
    async (why, language, words) => {
      serve({ ...UNCONFIRMED_DAY, unanswered: { atMs: OPEN_DAY.asOfMs, why } });
      await open(language);
      const result = await step(3).locator('.result').innerText();
      expect(result).toContain(words);
      expect(result).not.toContain(why);
      expect(await layoutFaults(page, '.step,nav,button')).toEqual([]);
      expect(await axeFaults(page)).toEqual([]);
      if (SHOTS !== null)
        await page.screenshot({ path: join(SHOTS, `day-${why}-${language}.png`), fullPage: true });
    },
  );

  it('says why the issuer’s list could not be compared with', async () => {
    serve(OPEN_DAY);
    server.routes.set(`POST ${API}/day/reconcile`, () => ({
      status: 409,
      body: { error: 'REFUSED', text: 'x', refusal: 'NO_ANSWER' },
    }));
    await open();
    await page.getByRole('button', { name: '대사하기' }).click();
    await expect
      .poll(() => step(2).locator('.fault').first().innerText())
      .toContain('발행사 목록을 받지 못했습니다');
  });

  it('makes the report, and again with the same bytes', async () => {
    serve(AGREED_DAY);
    server.routes.set(`GET ${API}/day/report`, () => ({ status: 200, body: REPORT }));
    await open();
    await page.getByRole('button', { name: '보고서 만들기' }).click();
    await page.waitForSelector('.report .paper');
    await page.getByRole('button', { name: '똑같이 다시 만들기' }).click();
    await expect.poll(() => step(4).innerText()).toContain('같은 바이트 ✓');
    expect(bodies('day/report').at(-1)).toEqual({ date: '20260723', at: '4251' });
  });

  it('says so when no day is open', async () => {
    server.routes.set(`GET ${API}/day`, () => ({ status: 404, body: { error: 'NOT_FOUND', text: 'none' } }));
    await newPage({});
    await page.goto(`${server.url}/manager.html#/day`);
    await expect.poll(() => page.locator('.empty').innerText()).toContain('아직 열린 영업일이 없습니다.');
  });

  it.each([
    ['open', 'ko', 'light', 1280, OPEN_DAY],
    ['differing', 'ko', 'light', 1280, DIFFERING_DAY],
    ['ready', 'en', 'dark', 1024, READY_DAY],
    ['agreed', 'ko', 'light', 1280, AGREED_DAY],
    ['not-agreed', 'en', 'dark', 1024, NOT_AGREED_DAY],
    ['cannot-confirm', 'ko', 'light', 1280, UNCONFIRMED_DAY],
    ['differing', 'en', 'light', 512, DIFFERING_DAY],
    ['agreed', 'en', 'dark', 512, AGREED_DAY],
    ['differing', 'en', 'light', 1280, DIFFERING_DAY],
    ['agreed', 'en', 'light', 1280, AGREED_DAY],
  ] as const)('fits, and axe has no objection: %s %s %s %i', async (name, language, theme, width, day) => {
    serve(day);
    server.routes.set(`GET ${API}/day/report`, () => ({ status: 200, body: REPORT }));
    await open(language, theme, width);
    if (day === AGREED_DAY) {
      await step(4).locator('button').first().click();
      await page.waitForSelector('.report .paper');
    }
    expect(await layoutFaults(page, '.step,nav,button')).toEqual([]);
    expect(await axeFaults(page)).toEqual([]);
    const path = SHOTS === null ? null : join(SHOTS, `day-${name}-${language}-${width}.png`);
    if (path !== null) await page.screenshot({ path, fullPage: true });
  });
});

describe('a payment whose entry fails its hash', () => {
  it('has a red bar and offers no decision', async () => {
    const steps = DETAIL.steps.map((each, place) => (place === 2 ? { ...each, verified: false } : each));
    server.routes.set(`GET ${API}/payments/${DETAIL.sequenceId}`, () => ({
      status: 200,
      body: { ...DETAIL, steps, decisions: [] },
    }));
    await newPage({});
    await page.goto(`${server.url}/manager.html#/payment/${DETAIL.sequenceId}`);
    await page.waitForSelector('.broken');
    expect(await page.locator('.broken').innerText()).toContain('기록 4202 확인 실패');
    expect(await page.locator('.decide').count()).toBe(0);
  });
});

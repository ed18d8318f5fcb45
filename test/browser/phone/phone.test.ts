import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTcp } from '../../../drivers/tcp.ts';
import { parseBarcode } from '../../../src/barcode/parse.ts';
import { decodePicture, startDemoScanner } from '../../../src/demo/scanner.ts';
import { realClock } from '../../integration/drivers/listening.ts';
import { type StubIssuer, startStubIssuer } from './stub-issuer.ts';

let folder: string;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let issuer: StubIssuer;
/** Everything that must not happen: errors, policy violations, requests to elsewhere. */
let complaints: string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kona-phone-'));
  await build({
    configFile: 'src/issuer/phone/vite.config.ts',
    logLevel: 'error',
    build: { outDir: folder },
  });
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
}, 60_000);
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function openPage(
  width: number,
  height: number,
  deviceScaleFactor: number,
  locale = 'ko-KR',
): Promise<void> {
  context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor,
    locale,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  page = await context.newPage();
  page.on('console', (message) => {
    const expected = issuer.down && /Failed to load resource/.test(message.text());
    if (message.type() === 'error' && !expected) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith(issuer.url)) complaints.push(`asked elsewhere: ${request.url()}`);
  });
  await page.goto(issuer.url);
}

beforeEach(async () => {
  complaints = [];
  issuer = await startStubIssuer(folder);
});
afterEach(async () => {
  await context?.close();
  await issuer.close();
  expect(complaints).toEqual([]);
});

async function makeBarcode(chip: string): Promise<void> {
  await page.getByRole('button', { name: chip, exact: true }).click();
  await page.getByRole('button', { name: /^(바코드 만들기|Make barcode)$/ }).click();
  await page.getByTestId('barcode').waitFor();
}

describe('the phone page', () => {
  it('makes a barcode that the scanner reads off the very picture, over a socket, into a payment', async () => {
    const frames: string[] = [];
    const scanner = await startDemoScanner({ port: 0 });
    const till = openTcp({ name: 'demo', port: scanner.port }, realClock, {
      frame: ({ text }) => frames.push(text),
      status: () => undefined,
    });
    try {
      issuer.hold = (png) => scanner.hold(png);
      await openPage(390, 780, 3);
      await makeBarcode('1만');
      await expect.poll(() => scanner.connections()).toBe(1);
      await page.getByTestId('hold').click();
      await expect.poll(() => page.getByTestId('held').textContent()).toBe('스캐너가 읽었습니다');
      await expect.poll(() => frames.length).toBe(1);
      expect(parseBarcode(frames[0] ?? '')).toMatchObject({
        ok: true,
        spec: { type: 'CHARGE', amount: 10_000 },
      });
    } finally {
      await till.close();
      await scanner.close();
    }
  });

  it.each([
    [360, 640, 1],
    [412, 915, 2.625],
    [430, 932, 3],
  ])(
    'draws whole device pixels per module inside a screen of %i x %i at %f',
    async (width, height, ratio) => {
      await openPage(width, height, ratio);
      await makeBarcode('3만');
      const size = await page.getByTestId('barcode').evaluate((canvas) => {
        const { width: w, height: h } = canvas as HTMLCanvasElement;
        const box = canvas.getBoundingClientRect();
        return {
          w,
          h,
          cssHeight: box.height,
          bottom: box.bottom,
          sideways: document.documentElement.scrollWidth,
        };
      });
      expect(size.h % 275).toBe(0);
      expect(size.h / 275).toBeGreaterThanOrEqual(1);
      expect(size.cssHeight * ratio).toBeCloseTo(size.h, 1);
      expect(size.bottom).toBeLessThanOrEqual(height);
      expect(size.sideways).toBeLessThanOrEqual(width);
      // The whole screen as it is seen, read by two readers of different make.
      const screen = join(folder, 'screen.png');
      const png = await page.screenshot({ path: screen });
      expect((await decodePicture(png))?.text).toBe(issuer.made[0]?.spec);
      const zbar = execFileSync('zbarimg', ['-q', '--raw', '--nodbus', screen], { encoding: 'utf8' });
      expect(zbar.trim()).toBe(issuer.made[0]?.spec);
    },
  );

  it('tells by itself what became of the barcode', async () => {
    await openPage(390, 780, 2);
    await makeBarcode('1만');
    const outcome = page.getByTestId('outcome');
    const steps = [
      [{ state: 'approved', balance: 53_000 }, '10,000원 충전되었습니다잔액 53,000원'],
      [{ state: 'reversed', balance: 43_000 }, '자동으로 취소되었습니다. 현금을 돌려받으세요.잔액 43,000원'],
    ] as const;
    expect(await outcome.textContent()).toBe('매장에서 찍기를 기다립니다');
    for (const [view, text] of steps) {
      issuer.view = view;
      await expect.poll(() => outcome.textContent(), { timeout: 5000 }).toBe(text);
      expect(await page.getByTestId('barcode').count()).toBe(0);
    }
  });

  it('covers a barcode whose time is over and offers a new one', async () => {
    issuer.lifeMs = 600;
    await openPage(390, 780, 2);
    await makeBarcode('1만');
    await page.getByTestId('hatch').waitFor({ timeout: 5000 });
    expect(await page.getByTestId('hold').count()).toBe(0);
    issuer.lifeMs = 300_000;
    await page.getByRole('button', { name: '새 바코드' }).click();
    await expect.poll(() => page.getByTestId('left').textContent()).toMatch(/남은 시간 (5:00|4:5\d)/);
    expect(issuer.made).toHaveLength(2);
  });

  it('hides the balance until it is asked for, says limits first and takes no amount outside them', async () => {
    await openPage(390, 780, 2);
    await page.getByText('1,000원부터 500,000원까지, 1,000원 단위').waitFor();
    expect(await page.getByText('43,000원').count()).toBe(0);
    await page.getByRole('button', { name: '잔액 보기' }).click();
    expect(await page.getByTestId('balance').textContent()).toBe('잔액 43,000원');
    const make = page.getByRole('button', { name: '바코드 만들기' });
    expect(await make.isDisabled()).toBe(true);
    for (const digit of ['1', '5', '0', '0']) {
      await page.getByRole('button', { name: digit, exact: true }).click();
    }
    expect(await page.getByTestId('amount').textContent()).toBe('1,500원');
    expect(await make.isDisabled()).toBe(true);
    await page.getByRole('button', { name: '0', exact: true }).click();
    expect(await page.getByTestId('amount').textContent()).toBe('15,000원 (1만 5천원)');
    expect(await make.isEnabled()).toBe(true);
  });

  it('works by keyboard alone', async () => {
    await openPage(390, 780, 1);
    await page.getByRole('radio', { name: /0005/ }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.getByRole('radio', { name: /0013/ }).isChecked()).toBe(true);
    await page.getByRole('button', { name: '출금' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: '5만' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: '바코드 만들기' }).focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('barcode').waitFor();
    expect(issuer.made[0]).toMatchObject({ type: 'REFUND', amount: 50_000 });
  });

  it('says that no barcode was made when the issuer is away, and makes one when it is back', async () => {
    await openPage(390, 780, 1, 'en-US');
    await page.getByText('Charge', { exact: false }).first().waitFor();
    issuer.down = true;
    await page.getByRole('button', { name: '10k' }).click();
    await page.getByRole('button', { name: 'Make barcode' }).click();
    // The closed panel for developers may say the same, unseen.
    const said = page.getByText('The issuer cannot be reached. No barcode was made.');
    await said.filter({ visible: true }).waitFor();
    issuer.down = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByTestId('barcode').waitFor();
  });

  it('offers sample cards where there are none', async () => {
    issuer.cards = [];
    await openPage(390, 780, 1);
    await page.getByRole('button', { name: '예시 카드 만들기' }).click();
    await page.getByRole('radio', { name: /0005/ }).waitFor();
  });

  it('shows the history, reversals struck through with their time', async () => {
    const base = { type: 'CHARGE', amount: 10_000, declineCode: null } as const;
    issuer.history = [
      {
        ...base,
        barcodeRef: 'h1',
        state: 'reversed',
        atMs: Date.UTC(2026, 6, 23, 5, 32),
        endedAtMs: Date.UTC(2026, 6, 23, 5, 33),
      },
      { ...base, barcodeRef: 'h2', state: 'approved', atMs: Date.UTC(2026, 6, 23, 5, 0), endedAtMs: null },
    ];
    await openPage(390, 780, 1);
    const rows = page.locator('.history li');
    await expect.poll(() => rows.count()).toBe(2);
    expect(await rows.nth(0).locator('s').textContent()).toBe('충전+10,000원');
    expect(await rows.nth(0).textContent()).toContain('07-23 14:33 취소됨');
    expect(await rows.nth(1).locator('s').count()).toBe(0);
  });

  it('sets and takes away faults per call', async () => {
    await openPage(390, 780, 1);
    await page.getByText('발행사 장애 만들기').click();
    const row = page.locator('[data-call=approve]');
    await row.getByRole('combobox').selectOption('dropAfter');
    await row.getByRole('button').click();
    await expect.poll(() => issuer.faults).toEqual([{ call: 'approve', kind: 'dropAfter', times: 1 }]);
    await row.getByRole('combobox').selectOption('');
    await row.getByRole('button').click();
    await expect.poll(() => issuer.faults).toEqual([]);
  });

  it('copies the 31 characters only for developers and never shows them', async () => {
    await openPage(390, 780, 1);
    await makeBarcode('1만');
    expect(await page.content()).not.toContain('9410000000000005');
    await page.getByText('개발자용').click();
    await page.getByRole('button', { name: '바코드 31자 복사' }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(issuer.made[0]?.spec);
  });

  it.each(['light', 'dark'] as const)(
    'passes the accessibility rules of WCAG AA in the %s theme',
    async (colorScheme) => {
      await openPage(390, 780, 1);
      await page.emulateMedia({ colorScheme });
      await page.getByRole('radio', { name: /0005/ }).waitFor();
      const audit = async (): Promise<string[]> => {
        // Evaluated by the debugger, so the page's own policy stays as it is.
        await page.evaluate(axe.source);
        return page.evaluate(async () => {
          const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'],
          });
          return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
        });
      };
      expect(await audit()).toEqual([]);
      await makeBarcode('1만');
      expect(await audit()).toEqual([]);
    },
  );
});

/**
 * The main job as its users do it: `npm start`'s program, a real browser, the phone page's drawn barcode held under the demo
 * scanner, the cashier's keys, the manager's list, and the ledger on the command line.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser } from '../screens/browser.ts';

interface Addresses {
  readonly cashier: string;
  readonly manager: string;
  readonly phone: string;
  readonly config: string;
  readonly installerCode: string;
}

/** Set to a folder to keep the pictures that the README and the guides show. */
const PICTURES = process.env.KONA_TILL_PICTURES;
const WAIT_MS = 20_000;

let folder: string;
let demo: ChildProcess;
let addresses: Addresses;
let browser: Browser;
let phone: Page;
let cashier: Page;
let manager: Page;

async function startDemo(): Promise<Addresses> {
  demo = spawn(
    process.execPath,
    ['src/main.ts', 'demo', '--port', '0', '--data', folder, '--fresh', '--json'],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const errors: string[] = [];
  demo.stderr?.on('data', (text: Buffer) => errors.push(String(text)));
  const lines = createInterface({ input: demo.stdout as NodeJS.ReadableStream });
  const ended = once(demo, 'exit').then(() =>
    Promise.reject(new Error(`the demo ended: ${errors.join('')}`)),
  );
  const told = new Promise<Addresses>((resolve) => {
    const said: string[] = [];
    lines.on('line', (line) => {
      said.push(line);
      if (line === '}') resolve(JSON.parse(said.join('')) as Addresses);
    });
  });
  return await Promise.race([told, ended]);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kona-main-job-'));
  if (PICTURES !== undefined) mkdirSync(PICTURES, { recursive: true });
  addresses = await startDemo();
  browser = await startBrowser();
  phone = await (
    await browser.newContext({ viewport: { width: 390, height: 780 }, deviceScaleFactor: 2, locale: 'ko-KR' })
  ).newPage();
  cashier = await (await browser.newContext({ viewport: { width: 1024, height: 768 } })).newPage();
  manager = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  await Promise.all([
    phone.goto(addresses.phone),
    cashier.goto(addresses.cashier),
    manager.goto(addresses.manager),
  ]);
}, 90_000);

afterAll(async () => {
  await browser?.close();
  if (demo !== undefined && demo.exitCode === null) {
    demo.kill('SIGINT');
    await once(demo, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
});

async function face(id: string): Promise<void> {
  await cashier.locator(`section[data-face="${id}"]`).waitFor({ timeout: WAIT_MS });
}

/** Presses a dock key as soon as it is alive. */
async function press(key: string): Promise<void> {
  await cashier
    .locator(`[data-key="${key}"][aria-disabled="false"]:not([disabled])`)
    .click({ timeout: WAIT_MS });
}

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

function till(...args: string[]): string {
  return execFileSync(process.execPath, ['src/main.ts', ...args, '--config', addresses.config], {
    encoding: 'utf8',
  });
}

/** The published test card: the only one whose barcode may be in a picture. */
async function chooseCard(): Promise<void> {
  await phone.getByRole('radio', { name: /카드 끝 0005/ }).click();
}

async function balance(): Promise<number> {
  await chooseCard();
  const hidden = phone.getByRole('button', { name: '잔액 보기' });
  if (await hidden.isVisible()) await hidden.click();
  const text = (await phone.getByTestId('balance').textContent()) ?? '';
  return Number(text.replaceAll(/[^0-9]/g, ''));
}

/** On the phone: what, 10,000 won, barcode, hold it under the scanner. */
async function holdBarcode(what: string): Promise<void> {
  await chooseCard();
  await phone.getByRole('button', { name: what, exact: true }).click();
  await phone.getByRole('button', { name: '1만', exact: true }).click();
  await phone.getByRole('button', { name: '바코드 만들기' }).click();
  await phone.getByTestId('barcode').waitFor();
  await picture(phone, `phone-${what === '충전' ? 'charge' : 'withdrawal'}`);
  await phone.getByTestId('hold').click();
}

async function backToForm(): Promise<void> {
  await phone.reload();
  await phone.getByRole('button', { name: '바코드 만들기' }).waitFor();
}

describe('a scan becomes a settled payment', () => {
  it('asks the first start for a manager, with the installer’s code and no default PIN', async () => {
    await manager.getByLabel('설치 코드').fill(addresses.installerCode);
    await manager.getByLabel('이름').fill('김점장');
    for (const digit of '4826') await manager.getByRole('button', { name: digit, exact: true }).click();
    await picture(manager, 'manager-first');
    await manager.getByRole('button', { name: '만들기', exact: true }).click();
    await manager.getByRole('navigation').waitFor({ timeout: WAIT_MS });
  });

  it('charges 10,000 won: scanned, received, approved, on the manager’s list and in the ledger', async () => {
    await face('IDLE');
    await picture(cashier, 'cashier-idle');
    const before = await balance();
    await holdBarcode('충전');
    await face('TAKE');
    await picture(cashier, 'cashier-take');
    await press('RECEIVED');
    await face('DONE-IN');
    await picture(cashier, 'cashier-done-in');
    expect(await cashier.locator('section[data-face="DONE-IN"]').textContent()).toContain(
      '10,000원 충전 완료',
    );
    await expect
      .poll(() => phone.getByTestId('outcome').getAttribute('data-state'), { timeout: WAIT_MS })
      .toBe('approved');
    await picture(phone, 'phone-approved');
    await backToForm();
    expect(await balance()).toBe(before + 10_000);
  });

  it('shows the same face after a reload', async () => {
    await cashier.reload();
    await face('DONE-IN');
    await expect
      .poll(
        async () => {
          await cashier.keyboard.press('F9');
          return cashier.locator('section[data-face="IDLE"]').count();
        },
        { timeout: 10_000 },
      )
      .toBe(1);
  });

  it('pays out 10,000 won: asked, requested, approved, handed over', async () => {
    const before = await balance();
    await holdBarcode('출금');
    await face('ASK-OUT');
    await picture(cashier, 'cashier-ask-out');
    await press('REQUEST');
    await face('PAY');
    await picture(cashier, 'cashier-pay');
    await press('HANDED');
    await face('DONE-OUT');
    await picture(cashier, 'cashier-done-out');
    await backToForm();
    expect(await balance()).toBe(before - 10_000);
  });

  it('lists both on the manager’s page, live and masked, and the ledger verifies', async () => {
    await manager.getByRole('navigation').getByText('거래', { exact: true }).click();
    await expect.poll(() => manager.locator('tbody tr').count(), { timeout: WAIT_MS }).toBe(2);
    const text = (await manager.locator('tbody').textContent()) ?? '';
    expect(text).toContain('충전');
    expect(text).toContain('출금');
    expect(text).not.toMatch(/\d{13,}/);
    await picture(manager, 'manager-payments');
    const list = JSON.parse(till('ledger', 'list', '--json')) as { intents: readonly { host: string }[] };
    expect(list.intents.map(({ host }) => host)).toEqual(['approved', 'approved']);
    expect(JSON.parse(till('ledger', 'verify', '--json'))).toMatchObject({ ok: true });
  });
});

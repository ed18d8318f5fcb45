/** The payments page on a real agent whose ledger holds 10,000 payments, each written by the ledger's own commits. */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { IntentEvent } from '../../../src/intent/model.ts';
import { DEFAULT_TIMES } from '../../../src/intent/rules.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import type { AcceptedScan, Ledger } from '../../../src/ledger/types.ts';
import { SystemClock, SystemRandom } from '../../../src/ops/clock.ts';
import { approvalOf, CASHIER, must, scanOf, TERMINAL } from '../../integration/ledger/shop.ts';
import { page } from './browser-page.ts';
import { cashier, signIn, startTillPage, till } from './till-page.ts';

const PAYMENTS = 10_000;
const BURST = 250;
const PAGE = 50;
/** Every so many payments one is an approved charge, the others are withdrawals that were stopped. */
const CHARGE_EVERY = 99;
const SWEEPS_MAX = 40;
const TEST_MS = 30_000;
const KEY = Buffer.alloc(32, 7);

/** The one payment, in the middle of the list, that the searches look for. */
const NEEDLE = {
  number: 5_021,
  sequenceId: '01K0M9ZZZZZZZZZZZZ7QK29XMD',
  reference: '7QK2-9XMD',
  amount: 123_450,
};

/** Payments of this list as it shows them: newest first. */
let all: readonly string[];
let charges: readonly string[];

const isCharge = (number: number): boolean => number % CHARGE_EVERY === 0;

/** A card of its own for each, so that no two of the 10,000 end in the same four digits. */
function scanAt(number: number): AcceptedScan {
  const isNeedle = number === NEEDLE.number;
  return scanOf({
    type: isCharge(number) ? 'CHARGE' : 'REFUND',
    cardNumber: `941000${String(number).padStart(10, '0')}`,
    ...(isNeedle ? { amount: NEEDLE.amount, sequenceId: NEEDLE.sequenceId } : {}),
  });
}

function finish(ledger: Ledger, scan: AcceptedScan, number: number): void {
  const now = new SystemClock().now();
  const step = (event: IntentEvent, actor = TERMINAL) => must(ledger, scan, event, now, { actor });
  if (isCharge(number)) {
    const businessDate = new Date(now.wallMs + 9 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '');
    const approval = { ...approvalOf(number), approvedAt: `${businessDate}000000000`, businessDate };
    step({ kind: 'received' }, CASHIER);
    step({ kind: 'send' });
    step({ kind: 'approved', approval });
  } else step({ kind: 'stop' }, CASHIER);
  step({ kind: 'acknowledge' });
}

/** Fills the ledger: bursts of accepted scans, then each to its end. Gives the ids, oldest first. */
function fill(file: string): readonly string[] {
  const clock = new SystemClock();
  const ledger = openLedger({
    file,
    environment: 'test',
    merchantId: 'M00000000000001',
    terminalId: 'T000000001',
    key: KEY,
    times: DEFAULT_TIMES,
    policyHash: 'a'.repeat(64),
    random: new SystemRandom(),
    now: clock.now(),
    ballastBytes: 65_536,
  });
  const ids: string[] = [];
  for (let from = 1; from <= PAYMENTS; from += BURST) {
    const scans = Array.from({ length: BURST }, (_, at) => scanAt(from + at));
    ledger.acceptMany(scans, clock.now());
    scans.forEach((scan, at) => void finish(ledger, scan, from + at));
    ids.push(...scans.map(({ sequenceId }) => sequenceId));
  }
  // Most of the list is found by the search index, as on a till that had its idle moments; the rest row by row.
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep += 1) ledger.sweep(clock.now());
  const { ok, faults: found, intents } = ledger.verify();
  expect({ ok, found, intents }).toEqual({ ok: true, found: [], intents: PAYMENTS });
  expect(ledger.attention()).toEqual([]);
  ledger.close();
  return ids;
}

/** Twenty thousand commits want a file whose sync costs nothing; the agent then has a copy on the disk. */
function makeLedger(directory: string): readonly string[] {
  const memory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'kona-till-many-'));
  try {
    const ids = fill(join(memory, 'ledger', 'ledger.db'));
    cpSync(join(memory, 'ledger'), join(directory, 'ledger'), { recursive: true });
    return ids;
  } finally {
    rmSync(memory, { recursive: true, force: true });
  }
}

startTillPage('many', 'ko', (folder) => {
  const oldestFirst = makeLedger(folder);
  all = oldestFirst.toReversed();
  charges = oldestFirst.filter((_, at) => isCharge(at + 1)).reverse();
  return { ledger: { file: join(folder, 'ledger', 'ledger.db'), key: KEY, ballastBytes: 65_536 } };
});
beforeEach(async () => {
  await signIn('거래');
  await page.waitForSelector('tbody tr');
});

const rows = (): Promise<readonly (string | null)[]> =>
  page.locator('tbody tr').evaluateAll((found) => found.map((row) => row.getAttribute('data-id')));

async function shows(ids: readonly string[]): Promise<void> {
  await expect.poll(rows, { timeout: 10_000 }).toEqual(ids);
}

/** Scrolls down to read. */
async function scroll(): Promise<void> {
  await page.mouse.move(640, 600);
  await page.mouse.wheel(0, 600);
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBeGreaterThan(100);
}

const older = () => page.getByRole('link', { name: '더 이전' });

describe('the payments page of a terminal with 10,000 payments', () => {
  it(
    'begins with the newest fifty and pages to older ones: none twice, none left out, and back again',
    async () => {
      const pages = 8;
      await shows(all.slice(0, PAGE));
      for (let at = 1; at < pages; at += 1) {
        await older().click();
        await shows(all.slice(at * PAGE, (at + 1) * PAGE));
      }
      await page.getByRole('link', { name: '더 최근' }).click();
      await shows(all.slice((pages - 2) * PAGE, (pages - 1) * PAGE));
      await page.getByRole('link', { name: '최근', exact: true }).click();
      await shows(all.slice(0, PAGE));
    },
    TEST_MS,
  );

  it(
    'pages through a filter that reaches from the newest to the oldest payment, and ends there',
    async () => {
      expect(charges.length).toBe(101);
      await page.getByLabel('종류').selectOption('CHARGE');
      await shows(charges.slice(0, PAGE));
      await older().click();
      await shows(charges.slice(PAGE, 2 * PAGE));
      await older().click();
      await shows(charges.slice(2 * PAGE));
      expect(await older().count()).toBe(0);
    },
    TEST_MS,
  );

  it(
    'finds the one payment by its reference, by the last four of its card, and by its amount',
    async () => {
      const search = page.getByLabel('찾기');
      for (const text of [NEEDLE.reference, String(NEEDLE.number)]) {
        await search.fill(text);
        await shows([NEEDLE.sequenceId]);
        await search.fill('');
        await shows(all.slice(0, PAGE));
      }
      await page.getByLabel('금액부터').fill(String(NEEDLE.amount));
      await shows([NEEDLE.sequenceId]);
      await page
        .locator('input[type=text]')
        .and(page.getByLabel('까지', { exact: true }))
        .fill(String(NEEDLE.amount));
      await expect.poll(() => page.url()).toContain(`amountTo=${NEEDLE.amount}`);
      await shows([NEEDLE.sequenceId]);
      expect(await page.locator('tbody tr').innerText()).toContain('123,450원');
    },
    TEST_MS,
  );

  it(
    'moves no row when a payment comes while it is read, and shows it when the bar is pressed',
    async () => {
      await shows(all.slice(0, PAGE));
      const bar = page.getByRole('button', { name: '새 거래 1건 보기' });
      await scroll();
      const read = page.locator(`[data-id="${all[PAGE / 2]}"]`);
      const placeBefore = await read.boundingBox();
      await till.scanner.send(await till.barcode('CHARGE', 4_000));
      await cashier.sees('TAKE');
      await cashier.press('RECEIVED');
      const done = await cashier.sees('DONE-IN');
      await bar.waitFor();
      expect(await rows()).toEqual(all.slice(0, PAGE));
      expect(await read.boundingBox()).toEqual(placeBefore);
      await bar.click();
      await shows([done.face.intent?.sequenceId ?? '', ...all.slice(0, PAGE - 1)]);
    },
    TEST_MS,
  );
});

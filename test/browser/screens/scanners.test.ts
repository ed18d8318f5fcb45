/** The manager's scanners page on a real agent with a real scanner behind it, and the setup sheet as Chromium prints it. */
import { describe, expect, it } from 'vitest';
import { context, page } from './browser-page.ts';
import { cashier, signIn, startTillPage, till } from './till-page.ts';

const MILK = '8801115114154';
const A4_POINTS = { width: 595, height: 842 };

startTillPage('scanners', 'en');

async function open(): Promise<void> {
  await signIn('Scanners');
  await page.getByRole('heading', { name: 'counter' }).waitFor();
}

/** What the page says of the one scanner, by its words. */
async function facts(): Promise<Readonly<Record<string, string>>> {
  const pairs = await page
    .locator('dl.facts > div')
    .evaluateAll((rows) =>
      rows.map((row) => [
        row.querySelector('dt')?.textContent ?? '',
        row.querySelector('dd')?.textContent ?? '',
      ]),
    );
  return Object.fromEntries(pairs) as Record<string, string>;
}

describe('the scanners page', () => {
  it('lists the scanner with its state and counts every scan by what became of it, while it is looked at', async () => {
    await open();
    await expect.poll(facts).toMatchObject({
      Connection: 'network',
      'Scans today': '0',
      Refused: '0',
      Reconnects: '0',
    });
    expect((await facts()).State).toMatch(/^● ready since /);
    const payment = await till.barcode('CHARGE', 4_000);
    await till.scanner.send(MILK);
    await till.scanner.send('');
    await till.scanner.send(payment.slice(0, 25));
    await cashier.sees('REFUSED');
    await till.scanner.send(payment);
    await cashier.sees('TAKE');
    await till.scanner.send(payment);
    await expect.poll(facts).toMatchObject({
      'Scans today': '4',
      'Not ours': '1',
      Unreadable: '1',
      Refused: '1',
      Dropped: 'empty 1',
    });
    await cashier.press('STOP');
  });

  it('counts a product by itself, while it is looked at: nothing else of the till changes with it', async () => {
    await open();
    const before = await facts();
    await till.scanner.send(MILK);
    await expect.poll(facts).toMatchObject({
      'Scans today': String(Number(before['Scans today']) + 1),
      'Not ours': String(Number(before['Not ours']) + 1),
      'Last scan': expect.stringMatching(/[0-9]/),
    });
  });

  it('shows a lost scanner as unplugged without being reloaded, and ready again once it is back', async () => {
    await open();
    const port = till.scanner.port;
    await till.scanner.close();
    await expect.poll(async () => (await facts()).State).toMatch(/^▲ unplugged since /);
    await till.scanner.reopen(port);
    await expect.poll(async () => (await facts()).State).toMatch(/^● ready since /);
    expect((await facts()).Reconnects).toBe('1');
  });

  it('opens the setup sheet', async () => {
    await open();
    const [sheet] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('link', { name: 'Setup sheet' }).click(),
    ]);
    await sheet.getByRole('heading', { name: /Scanner setup sheet/ }).waitFor();
    expect(new URL(sheet.url()).pathname).toBe('/scanner-sheet');
  });
});

describe('the setup sheet', () => {
  it('prints on its four pages of A4, one heading on each, the codes on the first', async () => {
    await page.goto(`${till.agent.address}/scanner-sheet`);
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(4);
    const boxes = [...pdf.matchAll(/\/MediaBox\s*\[([^\]]*)\]/g)].map(([, box]) =>
      (box ?? '').trim().split(/\s+/).map(Number).map(Math.round),
    );
    expect(new Set(boxes.map(String))).toEqual(new Set([`0,0,${A4_POINTS.width},${A4_POINTS.height}`]));
    expect(await page.getByRole('heading', { level: 2 }).allInnerTexts()).toEqual([
      expect.stringMatching(/^1\. /),
      expect.stringMatching(/^2\. /),
      expect.stringMatching(/^3\. /),
      expect.stringMatching(/^4\. /),
    ]);
    expect(await page.locator('section').first().locator('figure svg').count()).toBe(
      await page.locator('figure svg').count(),
    );
  });
});

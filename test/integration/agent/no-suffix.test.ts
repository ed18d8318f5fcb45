/** A scanner that does not send the suffix that its entry names: the commonest fault of a new one. */
import { describe, expect, it } from 'vitest';
import { page, startCounter, till } from './counter.ts';

startCounter();

describe('a scanner that does not end its reads', () => {
  it.each([
    ['sends nothing', ''],
    ['sends TAB instead of CR', '\t'],
  ])('that %s tells the cashier so, and opens nothing', async (_name, ending) => {
    await page.sees('IDLE');
    await till.scanner.sendRaw(`${await till.barcode('CHARGE', 4_000)}${ending}`);
    await page.sees('REFUSED');
    expect(page.latest()?.face.refused?.cause).toBe('NO_SUFFIX');
    expect(till.agent.ledger.list({ limit: 10 }).intents).toEqual([]);
    await page.press('CLOSE');
  });

  it('is understood once it does', async () => {
    const barcode = await till.barcode('CHARGE', 4_000);
    await till.scanner.sendRaw(barcode);
    await page.sees('REFUSED');
    await till.scanner.send(barcode);
    await page.sees('TAKE');
  });
});

import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { page, startCounter, till } from './counter.ts';
import { until } from './harness.ts';

startCounter();

it('a journal that lost its last entry shows at the first call, whatever the start itself writes', async () => {
  await till.scanner.send(await till.barcode('CHARGE', 10_000));
  await page.sees('TAKE', () => true);
  await page.press('RECEIVED');
  const { face } = await page.sees('DONE-IN', () => true);
  await page.shown();
  const ledger = join(till.directory, 'ledger');
  const copy = join(till.directory, 'copy');
  cpSync(ledger, copy, { recursive: true });
  const before = till.agent.ledger.head().index;
  // One more entry, which the issuer hears of; a power cut under a disk that lies takes it back.
  await till.agent.worker.inquireNow(face.intent?.sequenceId ?? '');
  const told = till.agent.ledger.head().index;
  expect(told).toBeGreaterThan(before);
  await till.agent.close();
  rmSync(ledger, { recursive: true });
  cpSync(copy, ledger, { recursive: true });
  rmSync(join(ledger, 'ledger.db.lock'), { force: true });
  await till.restart();
  expect(till.agent.ledger.head().index).toBeGreaterThan(before);
  await until('the terminal knows', () => till.agent.worker.status().recovering);
});

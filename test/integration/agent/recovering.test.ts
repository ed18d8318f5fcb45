import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKonaPlateClient, type KonaPlateClient } from '../../../src/konaplate/client.ts';
import { SystemClock } from '../../../src/ops/clock.ts';
import { CARD, Page, startTill, type Till, until } from './harness.ts';

const OTHER_TERMINAL = 'T000000002';
const OWN_LOST = '01KY64F6XRVCHH2AJH3EM0W001';
const OF_THE_OTHER = '01KY64F6XRVCHH2AJH3EM0W002';

let till: Till;
let page: Page;
let other: KonaPlateClient;

beforeAll(async () => {
  till = await startTill();
  page = await Page.online(till.agent.address);
  other = createKonaPlateClient({
    ...till.issuer.credentials,
    terminalId: OTHER_TERMINAL,
    clock: new SystemClock(),
  });
});
afterAll(async () => {
  page.close();
  await other.dispose();
  await till.close();
});

/** A charge that the issuer books for this terminal, past the end of any journal that this test writes. */
async function book(client: KonaPlateClient, sequenceId: string, amount: number): Promise<void> {
  const barcodeSpec = await till.barcode('CHARGE', amount);
  const answer = await client.approve(
    {
      sequenceId,
      type: 'CHARGE',
      amount,
      barcodeSpec,
      bin: CARD.slice(0, 6),
      last4: CARD.slice(-4),
      scannedAtMs: Date.now(),
      deferred: false,
    },
    { epoch: 0, journalIndex: 9_999, journalHead: 'e'.repeat(64) },
  );
  expect(answer.class).toBe('answered');
}

it('a till that lost its tail imports what the issuer booked for itself, and nothing of the till beside it', async () => {
  await book(till.client, OWN_LOST, 7_000);
  await book(other, OF_THE_OTHER, 8_000);
  await till.restart();
  await until('the terminal knows', () => till.agent.worker.status().recovering);
  expect(await till.agent.worker.claimEpoch('lee')).toBe(true);
  expect(till.agent.worker.status()).toMatchObject({ recovering: false, epoch: 1 });
  const notes = till.agent.ledger.entries(1, 1_000).filter(({ kind }) => kind === 'issuerItemMissingHere');
  expect(notes.map(({ body }) => JSON.parse(body).detail)).toEqual([
    expect.objectContaining({ sequenceId: OWN_LOST, amount: 7_000, type: 'CHARGE', state: 'APPROVED' }),
  ]);
});

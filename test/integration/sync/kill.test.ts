import { afterAll, beforeAll, expect, it } from 'vitest';
import { Shop } from './children.ts';

const KILLS = 5;
let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open();
});
afterAll(() => shop.close());

it(`a till that is killed ${KILLS} times while it trades agrees with the issuer to the won, and its ledger verifies`, async () => {
  for (let kill = 0; kill < KILLS; kill += 1) {
    const till = shop.start('trade');
    // Commits of the till are its steps: every kill meets another one, and each moment after it.
    await till.steps(9 + kill * 3);
    await new Promise((resolve) => setTimeout(resolve, (kill * 7) % 20));
    await till.kill();
  }
  expect(await shop.start('settle').ended).toBe(0);

  expect(shop.ledger((ledger) => ledger.verify())).toMatchObject({ ok: true, faults: [] });
  const intents = shop.intents();
  const kept = intents.filter((intent) => intent.host === 'approved').map((intent) => intent.sequenceId);
  const booked = (await shop.items())
    .filter((item) => item.state === 'APPROVED')
    .map((item) => item.sequenceId);
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.sort()).toEqual(booked.sort());
  for (const intent of intents) {
    if (intent.host !== 'approved') expect(['none', 'returned']).toContain(intent.cash);
    else expect(intent.cash).toBe(intent.type === 'CHARGE' ? 'received' : 'paid_out');
  }
});

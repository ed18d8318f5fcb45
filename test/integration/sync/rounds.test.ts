/** Real processes, real sockets, an issuer with faults, kill -9: few rounds in `npm test`, 500 by `npm run prove -- rounds`. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Shop } from './children.ts';
import { round } from './rounds.ts';

const ROUNDS = Number(process.env.KONA_TILL_ROUNDS ?? 3);
const FROM = Number(process.env.KONA_TILL_ROUNDS_FROM ?? 1);
const ROUND_MS = 90_000;
let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open();
});
afterAll(() => shop.close());

it(
  `${ROUNDS} times killed under an issuer with faults, till and issuer agree to the won after every round`,
  async () => {
    const kinds: Record<string, number> = {};
    const sum = { kills: 0, seconds: 0, approved: 0, reversed: 0 };
    for (let seed = FROM; seed < FROM + ROUNDS; seed += 1) {
      const { faults, kills, seconds, approved, reversed } = await round(shop, seed);
      for (const { call, kind } of faults) kinds[`${call} ${kind}`] = (kinds[`${call} ${kind}`] ?? 0) + 1;
      sum.kills += kills;
      sum.seconds += seconds;
      Object.assign(sum, { approved, reversed });
    }
    if (ROUNDS > 10) process.stdout.write(`${JSON.stringify({ rounds: ROUNDS, ...sum, faults: kinds })}\n`);
    expect(sum.kills).toBeGreaterThanOrEqual(ROUNDS);
    // On a busy machine every approval of a few rounds may come too late and be reversed.
    expect(sum.approved + sum.reversed).toBeGreaterThan(0);
  },
  ROUNDS * ROUND_MS,
);

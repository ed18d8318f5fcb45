/** Real processes, real sockets, an issuer with faults, kill -9: few rounds in `npm test`, 500 by `npm run prove -- rounds`. */
import { expect, it } from 'vitest';
import { Shop } from './children.ts';
import { type RoundReport, round } from './rounds.ts';

const ROUNDS = Number(process.env.KONA_TILL_ROUNDS ?? 3);
const FROM = Number(process.env.KONA_TILL_ROUNDS_FROM ?? 1);
/** Shops side by side, each with a till and an issuer of its own: most of a round is waiting. */
const LANES = Math.min(Number(process.env.KONA_TILL_ROUNDS_LANES ?? 1), ROUNDS);
const ROUND_MS = 300_000;

class Sum {
  readonly failures: string[] = [];
  readonly faults: Record<string, number> = {};
  readonly ends: Record<string, number> = {};
  rounds = 0;
  kills = 0;
  seconds = 0;

  add({ kills, seconds }: RoundReport): void {
    this.rounds += 1;
    this.kills += kills;
    this.seconds += seconds;
  }

  closed(ends: RoundReport['ends'], hits: ReadonlyMap<string, number>): void {
    for (const [end, count] of Object.entries(ends)) this.ends[end] = (this.ends[end] ?? 0) + count;
    for (const [fault, count] of hits) this.faults[fault] = (this.faults[fault] ?? 0) + count;
  }

  get intents(): number {
    return Object.values(this.ends).reduce((all, count) => all + count, 0);
  }
}

/** Rounds on one shop until none is left or one fails, which may have left the shop anyhow. */
async function runShop(next: () => number | null, sum: Sum): Promise<void> {
  const shop = await Shop.open();
  let ends: RoundReport['ends'] = {};
  let seed: number | null = null;
  try {
    for (seed = next(); seed !== null; seed = next()) {
      const report = await round(shop, seed);
      ends = report.ends;
      sum.add(report);
    }
  } catch (failure) {
    sum.failures.push(`seed ${seed}: ${failure instanceof Error ? failure.message : String(failure)}`);
  } finally {
    sum.closed(ends, shop.issuer.faults?.hits() ?? new Map());
    await shop.close();
  }
}

it(
  `${ROUNDS} times killed under an issuer with faults, till and issuer agree to the won after every round`,
  async () => {
    let seed = FROM;
    const next = (): number | null => (seed < FROM + ROUNDS ? seed++ : null);
    const sum = new Sum();
    const trade = async (): Promise<void> => {
      while (seed < FROM + ROUNDS) await runShop(next, sum);
    };
    // A shop that does not open ends its own lane: the others go on, and close what they have opened.
    for (const lane of await Promise.allSettled(Array.from({ length: LANES }, trade))) {
      if (lane.status === 'rejected') sum.failures.push(`no shop: ${String(lane.reason)}`);
    }
    const { rounds, kills, seconds, intents, ends, faults, failures } = sum;
    if (ROUNDS > 10) {
      const figures = {
        from: FROM,
        rounds,
        failures: failures.length,
        kills,
        seconds,
        intents,
        ends,
        faults,
      };
      process.stdout.write(`${JSON.stringify(figures)}\n`);
    }
    expect(failures).toEqual([]);
    expect(kills).toBeGreaterThanOrEqual(ROUNDS);
    expect(intents).toBeGreaterThan(0);
  },
  ROUNDS * ROUND_MS,
);

/** Real processes, real sockets, an issuer with faults, kill -9: few rounds in `npm test`, 500 by `npm run prove -- rounds`. */
import { expect, it } from 'vitest';
import { Shop } from './children.ts';
import { BACKS, kindOf, wantsOwnShop } from './round-kinds.ts';
import { type RoundReport, round } from './rounds.ts';

/**
 * Of these few, one puts an image of the disk back, in one a copy runs beside the till, in one a copy that cannot be told
 * apart from it, after which it is taken on again, and a manager closes the day in the others.
 */
const FEW: readonly number[] = [52, 53, 54, 84];
const ROUNDS = Number(process.env.KONA_TILL_ROUNDS ?? FEW.length);
const FROM =
  process.env.KONA_TILL_ROUNDS_FROM === undefined ? null : Number(process.env.KONA_TILL_ROUNDS_FROM);
const IS_FEW = FROM === null && ROUNDS === FEW.length;
const SEEDS = IS_FEW ? FEW : Array.from({ length: ROUNDS }, (_, at) => (FROM ?? 1) + at);
/** So many meet everything that rounds are for. */
const MANY = 100;
/** So many draw each kind of copy. */
const EACH_COPY = 400;
const COPIES: readonly string[] = ['beside', 'instead', 'twin', 'unmanaged'];
/** Shops side by side, each with a till and an issuer of its own: most of a round is waiting. */
const LANES = Math.min(Number(process.env.KONA_TILL_ROUNDS_LANES ?? 1), ROUNDS);
const ROUND_MS = 360_000;

class Sum {
  readonly failures: string[] = [];
  readonly faults: Record<string, number> = {};
  readonly ends: Record<string, number> = {};
  readonly backs: Record<string, number> = {};
  /** Of those, how many the issuer lost something in. */
  readonly losses: Record<string, number> = {};
  readonly copies: Record<string, number> = {};
  readonly met = {
    rounds: 0,
    kills: 0,
    seconds: 0,
    closes: 0,
    closesKilled: 0,
    seals: 0,
    epochs: 0,
    claims: 0,
    cases: 0,
    copyBooked: 0,
  };

  add({ back, copy, lost, ends: _ends, ...counts }: RoundReport): void {
    const more = { rounds: 1, ...counts };
    for (const name of Object.keys(more) as (keyof typeof more)[]) this.met[name] += more[name];
    if (copy !== null) this.copies[copy] = (this.copies[copy] ?? 0) + 1;
    if (back !== null) this.backs[back] = (this.backs[back] ?? 0) + 1;
    if (back !== null && lost > 0) this.losses[back] = (this.losses[back] ?? 0) + 1;
  }

  closed(ends: RoundReport['ends'], hits: ReadonlyMap<string, number>): void {
    for (const [end, count] of Object.entries(ends)) this.ends[end] = (this.ends[end] ?? 0) + count;
    for (const [fault, count] of hits) this.faults[fault] = (this.faults[fault] ?? 0) + count;
  }

  get intents(): number {
    return Object.values(this.ends).reduce((all, count) => all + count, 0);
  }
}

/** Rounds that do not come to what they are for prove nothing about it. */
function mustHaveMet({ met, backs, copies, losses }: Sum): void {
  if (IS_FEW) {
    const few = { closes: 3, backs: { disk: 1 }, copies: { beside: 1, twin: 1 } };
    expect({ closes: met.closes, backs, copies }).toEqual(few);
    expect(met.claims, 'the till whose disk was put back is taken on again').toBeGreaterThan(0);
    expect(met.copyBooked, 'payments of the copy').toBeGreaterThan(0);
  }
  if (ROUNDS <= MANY) return;
  const { seconds, closes, closesKilled, seals, claims, epochs, copyBooked } = met;
  const counts = { seconds, closes, closesKilled, seals, claims, epochs, copyBooked };
  for (const [name, count] of Object.entries(counts)) expect(count, name).toBeGreaterThan(0);
  for (const back of BACKS) expect(backs[back] ?? 0, `${back} put back`).toBeGreaterThan(0);
  const drawn = new Set(SEEDS.flatMap((seed) => kindOf(seed).copy ?? []));
  for (const copy of drawn) expect(copies[copy] ?? 0, `${copy}: a copy of the disk`).toBeGreaterThan(0);
  expect(ROUNDS < EACH_COPY ? COPIES : [...drawn].sort(), 'kinds of copies').toEqual(COPIES);
  for (const back of ['issuer', 'issuerMeanwhile']) expect(losses[back] ?? 0, back).toBeGreaterThan(0);
}

/** The message of an assertion names how many differ; which ones is in what it got. */
function whole(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure);
  return 'actual' in failure ? `${failure.message}; got ${JSON.stringify(failure.actual)}` : failure.message;
}

/** Seeds of one lane: the next one, taken or only looked at. */
interface Seeds {
  peek(): number | null;
  take(): number | null;
}

/**
 * Rounds on one shop until none is left, one fails, which may have left the shop anyhow, or one puts something back or
 * copies the disk, which wants a shop of its own.
 */
async function runShop(seeds: Seeds, sum: Sum): Promise<void> {
  const first = seeds.take();
  const mayGoBack = first !== null && kindOf(first).back !== null;
  const shop = await Shop.open({ mayGoBack });
  let ends: RoundReport['ends'] = {};
  let seed = first;
  try {
    while (seed !== null) {
      const report = await round(shop, seed);
      ends = report.ends;
      sum.add(report);
      const next = seeds.peek();
      seed = wantsOwnShop(seed) || next === null || wantsOwnShop(next) ? null : seeds.take();
    }
  } catch (failure) {
    sum.failures.push(`seed ${seed}: ${whole(failure)}`);
  } finally {
    sum.closed(ends, shop.faultHits());
    await shop.close();
  }
}

it(
  `${ROUNDS} times killed under an issuer with faults, till and issuer agree to the won after every round`,
  async () => {
    let at = 0;
    const peek = (): number | null => SEEDS[at] ?? null;
    const take = (): number | null => SEEDS[at++] ?? null;
    const sum = new Sum();
    const trade = async (): Promise<void> => {
      while (peek() !== null) await runShop({ peek, take }, sum);
    };
    // A shop that does not open ends its own lane: the others go on, and close what they have opened.
    for (const lane of await Promise.allSettled(Array.from({ length: LANES }, trade))) {
      if (lane.status === 'rejected') sum.failures.push(`no shop: ${String(lane.reason)}`);
    }
    const { met, backs, copies, losses, intents, ends, faults, failures } = sum;
    if (ROUNDS > 10) {
      const kinds = { backs, losses, copies };
      const figures = { from: SEEDS[0], failures: failures.length, ...met, ...kinds, intents, ends, faults };
      process.stdout.write(`${JSON.stringify(figures)}\n`);
    }
    expect(failures).toEqual([]);
    expect(met.kills).toBeGreaterThanOrEqual(ROUNDS);
    expect(intents).toBeGreaterThan(0);
    mustHaveMet(sum);
  },
  ROUNDS * ROUND_MS,
);

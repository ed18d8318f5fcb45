/**
 * Stories that come to the bounds of what a till may take on: small limits, a small budget of attempts, a line that is down
 * for long, and requests of one kind that nobody answers while the rest of the line is good. Throws dice of its own.
 */
import { DEFAULT_POLICY, type Policy } from '../../src/intent/policy.ts';
import type { SyncLimits } from '../../src/sync/limits.ts';
import type { Counter } from './counter.ts';
import { CARDS } from './customers.ts';
import { type FaultCounts, tally } from './network.ts';
import { SeededRandom } from './time.ts';
import type { Scene } from './weather.ts';
import type { CallName } from './wire.ts';

/** Stories from this seed on have them. */
export const RULES_FROM = 30_000_000;
const DICE = 0x2b0a_4d5e;
/** Most customers of such an hour are turned away. */
export const RULES_CUSTOMERS_MAX = 50;

/** Of these stories' tills: the program's own would take a day to come to its end. */
export const RULES_LIMITS: Partial<SyncLimits> = { attemptBudget: 8 };

/** Under which a backlog can grow. */
const WIDE: Policy = {
  ...DEFAULT_POLICY,
  later: { ...DEFAULT_POLICY.later, count: 60, sum: 3_000_000, smallOnly: { fromSum: 5_000, each: 5_000 } },
};

/** A policy whose limits are met within an hour, or one that has next to none. */
export function smallPolicyOf(random: SeededRandom): Policy {
  if (random.chance(0.3)) return WIDE;
  const later = {
    enabled: true,
    each: random.pick([10_000, 50_000, 150_000]),
    sum: random.pick([20_000, 60_000, 150_000]),
    count: random.pick([2, 3, 20]),
    ageMs: random.pick([60_000, 180_000, 86_400_000]),
    perCard: random.pick([null, 1, 2]),
    smallOnly: random.pick([null, { fromSum: 5_000, each: 5_000 }]),
  };
  const reversals = {
    ...DEFAULT_POLICY.reversals,
    count: random.pick([1, 2, 3]),
    sum: random.pick([20_000, 60_000, 500_000]),
    rate: 1,
  };
  return { ...DEFAULT_POLICY, later, reversals };
}

/** Which requests nobody answers. */
const MUTED = ['netCancel', 'attended', 'deferred', 'cancel'] as const;
type Muted = (typeof MUTED)[number] | 'hello';

/** Until the line is known to be down, also where its last failure made it wait. */
const LINE_DOWN_MS = 40_000;
/** More than may be out at once. */
const BACKLOG = 12;
const CUSTOMER_MS = 6_000;
/** As many as may be are out. */
const BACKLOG_OUT_MS = 8_000;

export interface RulesOptions {
  readonly seed: number;
  readonly scene: Scene;
  readonly counts: FaultCounts;
}

export class Rules {
  readonly #options: RulesOptions;
  readonly #dice: SeededRandom;
  /** Lines that are down for long, and until when, mono ms. */
  readonly #down = new Map<Counter, number>();
  #isOver = false;

  constructor(options: RulesOptions) {
    this.#options = options;
    this.#dice = new SeededRandom(options.seed ^ DICE);
  }

  /**
   * What this chapter has of it; now and then nobody comes for a while, or many let their charge be credited later, and
   * nobody answers for it.
   */
  async begin(chapter: number): Promise<void> {
    this.#dice.reseed(this.#options.seed ^ DICE, chapter);
    for (const counter of this.#options.scene.counters) {
      this.#outage(counter);
      this.#mute(counter);
      this.#ungreeted(counter);
    }
    if (this.#happens('backlog', 0.04)) await this.#backlog(this.#dice.pick(this.#options.scene.counters));
    const lullMs = 60_000 + this.#dice.below(400_000);
    if (this.#happens('lull', 0.06)) await this.#options.scene.pass(lullMs);
  }

  /** All is well again. */
  end(): void {
    this.#isOver = true;
    for (const { network } of this.#options.scene.counters) network.muted = () => null;
  }

  #outage(counter: Counter): void {
    const { clock, say } = this.#options.scene;
    const lastsMs = 30_000 + this.#dice.below(600_000);
    const within = this.#dice.below(15_000);
    const { network } = counter;
    if (this.#happens('outage', 0.08))
      clock.after(within, () => {
        if (this.#isOver) return;
        say(`the line is down for ${Math.round(lastsMs / 1000)} s`);
        this.#down.set(counter, clock.monoMs + lastsMs);
        network.up = false;
      });
    // The weather changes meanwhile.
    const untilMs = this.#down.get(counter);
    if (untilMs === undefined) return;
    network.up = clock.monoMs >= untilMs;
    if (network.up) this.#down.delete(counter);
  }

  /** The line was down for a while; when it is up again all charges of that time are out, and nobody answers, also the next. */
  async #backlog(counter: Counter): Promise<void> {
    const { scene } = this.#options;
    const { network } = counter;
    network.muted = (call) => (call === 'approve' ? 'lost' : null);
    network.up = false;
    await scene.pass(LINE_DOWN_MS);
    for (let customer = 0; customer < BACKLOG; customer += 1) {
      const digits = String(this.#dice.below(1_000)).padStart(3, '0');
      counter.scan(scene.issuer.makeBarcode('CHARGE', this.#dice.pick(CARDS), 1_000, digits));
      await scene.pass(CUSTOMER_MS);
    }
    network.up = true;
    await scene.pass(BACKLOG_OUT_MS);
  }

  /** The till starts anew while somebody pays, and its greeting is answered long after. */
  #ungreeted(counter: Counter): void {
    const { clock } = this.#options.scene;
    const within = this.#dice.below(10_000);
    const lastsMs = 15_000 + this.#dice.below(60_000);
    if (!this.#happens('ungreeted', 0.03)) return;
    clock.after(within, () => {
      if (this.#isOver || !counter.powerCut()) return;
      this.#mutes(counter, 'hello', 'lost', lastsMs);
    });
  }

  #mute(counter: Counter): void {
    const what = this.#dice.pick(MUTED);
    const how = this.#dice.chance(0.7) ? 'lost' : 'nothingLeft';
    const lastsMs = 20_000 + this.#dice.below(600_000);
    if (this.#happens('muted', 0.12)) this.#mutes(counter, what, how, lastsMs);
  }

  #mutes(counter: Counter, what: Muted, how: 'lost' | 'nothingLeft', lastsMs: number): void {
    const { clock, say } = this.#options.scene;
    say(`nobody answers ${what} for ${Math.round(lastsMs / 1000)} s`);
    const { network } = counter;
    const muted = (call: CallName, sequenceId: string) =>
      isOf(what, call, counter, sequenceId) ? how : null;
    network.muted = muted;
    clock.after(lastsMs, () => {
      if (network.muted === muted) network.muted = () => null;
    });
  }

  #happens(fault: string, chance: number): boolean {
    const { scene, counts } = this.#options;
    if (!this.#dice.chance(chance) || scene.without.has(fault)) return false;
    tally(counts, fault);
    return true;
  }
}

function isOf(what: Muted, call: CallName, { world }: Counter, sequenceId: string): boolean {
  if (what === 'netCancel' || what === 'cancel' || what === 'hello') return call === what;
  const isDeferred = world.disk.folded().get(sequenceId)?.deferred === true;
  return call === 'approve' && isDeferred === (what === 'deferred');
}

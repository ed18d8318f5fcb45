/**
 * Faults that last, and faults that come at a moment: a disk that stays full or broken, a file beside the ledger that is not
 * written, a process that is killed again and again, and what the issuer and the disk may do just while a request of a kind
 * is under way. Throws dice of its own, so that a story without them is the same story.
 */
import type { Counter } from './counter.ts';
import type { Incidents } from './incidents.ts';
import { type FaultCounts, tally } from './network.ts';
import { SeededRandom } from './time.ts';
import type { Scene } from './weather.ts';

/** Stories from this seed on have them. */
export const MOMENTS_FROM = 8_000_000;
const DICE = 0x0d15_ea5e;

export interface MomentsOptions {
  readonly seed: number;
  readonly scene: Scene;
  readonly incidents: Incidents;
  readonly counts: FaultCounts;
}

export class Moments {
  readonly #options: MomentsOptions;
  readonly #dice: SeededRandom;

  constructor(options: MomentsOptions) {
    this.#options = options;
    this.#dice = new SeededRandom(options.seed ^ DICE);
  }

  /** What this chapter has of it. */
  begin(chapter: number): void {
    this.#dice.reseed(this.#options.seed ^ DICE, chapter);
    for (const counter of this.#options.scene.counters) this.#disk(counter);
  }

  /** All is well again. */
  end(): void {}

  /** True when this happens in this chapter: the dice are thrown in any case. */
  #happens(fault: string, chance: number): boolean {
    const { scene, counts } = this.#options;
    if (!this.#dice.chance(chance) || scene.without.has(fault)) return false;
    tally(counts, fault);
    return true;
  }

  /** A disk that fills up or breaks within this customer's payment, until somebody comes. */
  #disk(counter: Counter): void {
    const dice = this.#dice;
    const { clock, say } = this.#options.scene;
    const { volume, faults } = counter.world;
    faults.memory = dice.chance(0.08) ? 0.3 : 0;
    const writes = dice.below(30);
    const spare = dice.chance(0.5) ? dice.below(12) : 100;
    const lastsMs = dice.chance(0.7) ? 10_000 + dice.below(120_000) : dice.below(1_200_000);
    const within = dice.below(20_000);
    const fills = this.#happens('diskFills', 0.015);
    const breaks = this.#happens('diskBreaks', 0.006);
    if (fills) volume.fillsIn(writes, spare);
    if (breaks) volume.breaksIn(writes);
    if (this.#happens('memoryGone', 0.004)) clock.after(within, () => counter.loseMemory());
    if (!fills && !breaks) return;
    say(`a disk ${fills ? 'fills up' : 'breaks'} after ${writes} writes`);
    clock.after(lastsMs, () => {
      volume.mended();
      say('somebody makes room on the disk, or mends it');
    });
  }
}

/**
 * Faults that last, and faults that come at a moment: a disk that stays full or broken, a file beside the ledger that is not
 * written, a process that is killed again and again, and what the issuer and the disk may do just while a request of a kind
 * is under way. Throws dice of its own, so that a story without them is the same story.
 */
import type { Counter } from './counter.ts';
import { cutOf } from './cuts.ts';
import type { Incidents } from './incidents.ts';
import { type FaultCounts, NO_FAULTS, type Step, tally } from './network.ts';
import { SeededRandom } from './time.ts';
import { badLine, type Scene } from './weather.ts';

/** Stories from this seed on have them. */
export const MOMENTS_FROM = 8_000_000;
const DICE = 0x0d15_ea5e;

export interface MomentsOptions {
  readonly seed: number;
  readonly scene: Scene;
  readonly incidents: Incidents;
  readonly counts: FaultCounts;
}

/** What may come just then; the more often it is named the more often it comes. */
export const DEEDS = [
  'cutOver',
  'cutOver',
  'cutOver',
  'dayClosed',
  'dayClosed',
  'dayClosed',
  'powerCut',
  'killLoop',
  'killLoop',
  'sealed',
  'issuerRestored',
  'issuerRestored',
  'oldImage',
  'restore',
] as const;
type Deed = (typeof DEEDS)[number];
type TillDeed = Exclude<Deed, 'cutOver' | 'sealed' | 'issuerRestored'>;

/** Names all of them where a story leaves them out. */
export const MOMENTS = 'moments';

/** Around which of the till's calls. */
export const CALLS = [
  'approve',
  'approve',
  'netCancel',
  'netCancel',
  'cancel',
  'close',
  'inquiry',
  'hello',
] as const;
const STEPS: readonly Step['step'][] = ['leaves', 'arrives', 'isDone', 'isAnswered'];

/** One deed that waits for its moment. */
interface Armed extends Step {
  readonly deed: Deed;
  /** So many of these steps pass by before. */
  passing: number;
  readonly cut: ReturnType<typeof cutOf>;
  /** Of a process that is killed again and again from then on. */
  readonly own: SeededRandom;
}

export class Moments {
  readonly #options: MomentsOptions;
  readonly #dice: SeededRandom;
  #armed: Armed[] = [];

  constructor(options: MomentsOptions) {
    this.#options = options;
    this.#dice = new SeededRandom(options.seed ^ DICE);
    for (const counter of options.scene.counters) counter.network.onStep = (step) => this.#met(counter, step);
  }

  /** What this chapter has of it. */
  begin(chapter: number): void {
    this.#dice.reseed(this.#options.seed ^ DICE, chapter);
    const { scene, incidents } = this.#options;
    for (const counter of scene.counters) {
      this.#disk(counter);
      this.#kills(counter);
    }
    this.#machines(this.#dice.pick(scene.counters));
    const within = this.#dice.below(20_000);
    if (this.#dice.chance(0.06)) scene.clock.after(within, () => incidents.keepPast());
    this.#arm();
  }

  /** All is well again. */
  end(): void {
    this.#armed = [];
  }

  /** True when this happens in this chapter: the dice are thrown in any case. */
  #happens(fault: string, chance: number): boolean {
    return this.#dice.chance(chance) && this.#counts(fault);
  }

  #counts(fault: string): boolean {
    const { scene, counts } = this.#options;
    if (scene.without.has(fault)) return false;
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
      if (volume.mended()) say('somebody makes room on the disk, or mends it');
    });
  }

  /** Somebody, or the watchdog, kills the process again and again. */
  #kills(counter: Counter): void {
    const dice = this.#dice;
    const within = dice.below(12_000);
    const times = 2 + dice.below(20);
    const own = new SeededRandom(dice.below(0x1_0000_0000));
    const { clock, without } = this.#options.scene;
    if (!dice.chance(0.01) || without.has('killLoop')) return;
    clock.after(within, () => counter.killAgain(times, own) && this.#counts('killLoop'));
  }

  /** The disk goes into another machine, and both are used from then on. */
  #machines(counter: Counter): void {
    const dice = this.#dice;
    const { incidents, scene } = this.#options;
    const afterMs = 1_000 + dice.below(30_000);
    const lastsMs = dice.chance(0.5) ? 60_000 + dice.below(240_000) : 60_000 + dice.below(1_200_000);
    for (const { network } of incidents.staffed.values()) {
      network.faults = dice.chance(0.5) ? NO_FAULTS : badLine(dice, scene.pace.fault);
      network.up = !dice.chance(scene.pace.down);
    }
    if (!dice.chance(0.012) || scene.without.has('twoMachines')) return;
    incidents.double(counter, afterMs, lastsMs, (ghost) => {
      this.#counts('twoMachines');
      ghost.network.onStep = (step) => this.#met(ghost, step);
    });
  }

  /** The old machine, when this customer goes there instead. */
  servedAt(counter: Counter): Counter | null {
    const ghost = this.#options.incidents.staffed.get(counter) ?? null;
    return ghost !== null && this.#dice.chance(0.5) && this.#counts('atOldMachine') ? ghost : null;
  }

  #arm(): void {
    const dice = this.#dice;
    const [call, step, deed] = [dice.pick(CALLS), dice.pick(STEPS), dice.pick(DEEDS)];
    const passing = dice.chance(0.6) ? 0 : dice.below(4);
    const cut = cutOf(dice);
    const own = new SeededRandom(dice.below(0x1_0000_0000));
    if (dice.chance(0.1)) this.#armed.push({ call, step, deed, passing, cut, own });
  }

  #met(counter: Counter, { call, step }: Step): void {
    for (const armed of this.#armed) {
      if (armed.call !== call || armed.step !== step) continue;
      if (armed.deed === 'issuerRestored' && !this.#options.incidents.hasPast) continue;
      armed.passing -= 1;
      if (armed.passing >= 0) continue;
      this.#armed = this.#armed.filter((each) => each !== armed);
      this.#does(counter, armed);
    }
  }

  #does(counter: Counter, armed: Armed): void {
    const { scene, incidents } = this.#options;
    const { call, step, deed } = armed;
    if (scene.without.has(MOMENTS) || scene.without.has(deed)) return;
    scene.say(`just then: ${deed}, when ${call} ${step}`);
    const done = (): void => void this.#counts(`${deed} at ${call}`);
    if (deed === 'cutOver') scene.issuer.cutOver();
    else if (deed === 'sealed') incidents.seal();
    else if (deed === 'issuerRestored') incidents.restoreIssuer();
    else {
      scene.clock.after(0, () => this.#doesToTill(counter, deed, armed, done));
      return;
    }
    done();
  }

  /** Once nothing of it runs. `done`: counts it, where it could be done. */
  #doesToTill(counter: Counter, deed: TillDeed, { cut, own }: Armed, done: () => void): void {
    if (deed === 'dayClosed') {
      if (counter.closeDay()) done();
    } else if (deed === 'killLoop') {
      if (counter.killAgain(2 + own.below(20), own)) done();
    } else if (deed === 'powerCut') {
      if (counter.powerCut()) done();
    } else if (this.#options.scene.counters.includes(counter)) counter.rollBack(deed, cut, done);
  }
}

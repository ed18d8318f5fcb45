/** What lies outside of the tills of a story, and how it changes between two customers. */
import type { Counter } from './counter.ts';
import type { IssuerModel } from './issuer-model.ts';
import { MOODS } from './issuer-moods.ts';
import { type NetworkFaults, NO_FAULTS } from './network.ts';
import type { Pace } from './pace.ts';
import { EPOCH_MS, type SeededRandom, type VirtualClock } from './time.ts';

const OUTAGE_CODES = ['000_904', '000_905', '000_907', '000_908'] as const;

/**
 * Everything that is not people's usual doing: without it a till has nothing to make a case of but what somebody left, its
 * issuer believes it, and every day that is closed is agreed.
 */
export const DISTURBANCES: ReadonlySet<string> = new Set([
  ...Object.keys(NO_FAULTS),
  ...MOODS,
  'lineDown',
  'oneWay',
  'refusesAll',
  'keyOver',
  'crash',
  'powerCut',
  'diskFull',
  'diskError',
  'diskFills',
  'diskBreaks',
  'memoryFails',
  'memoryGone',
  'killLoop',
  'twoMachines',
  'clockShift',
  'suspended',
  'sealed',
  'issuerRestored',
  'oldImage',
  'restore',
  'moved',
  'outage',
  'backlog',
  'ungreeted',
  'muted',
]);

/** What weather and customers find, and do it in. */
export interface Scene {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly issuer: IssuerModel;
  readonly counters: readonly Counter[];
  readonly pace: Pace;
  /** Kinds of fault that do not happen. */
  readonly without: ReadonlySet<string>;
  /** True when this happens in this chapter: the dice are thrown in any case. */
  happens(fault: string, chance: number): boolean;
  /** Time passes. */
  pass(ms: number): Promise<void>;
  /** Somebody listens to what is said. */
  readonly isTold: boolean;
  say(words: string): void;
}

/** Between customers the line, the power, the disk and the clock change their mood. */
export function changeWeather(scene: Scene): void {
  const { random, clock, pace, without } = scene;
  for (const { network, world } of scene.counters) {
    if (!random.chance(0.4)) continue;
    network.faults = random.chance(0.4) ? NO_FAULTS : badLine(random, pace.fault);
    network.up = !scene.happens('lineDown', pace.down);
    network.oneWay = scene.happens('oneWay', 0.08);
    network.refusesAll = scene.happens('refusesAll', 0.04) ? random.pick(OUTAGE_CODES) : null;
    world.faults.crash = random.chance(pace.crash) && !without.has('crash') ? 0.05 : 0;
    world.faults.full = random.chance(0.06) ? 0.2 : 0;
    world.faults.io = random.chance(0.06) ? 0.03 : 0;
    scene.say(`weather: line ${network.up ? 'up' : 'down'}${network.oneWay ? ', one way' : ''}`);
  }
  if (scene.happens('clockShift', 0.03)) {
    for (const { causes } of scene.counters) causes.add('clock');
    const byMs = random.pick([-3_600_000, 3_600_000, -60_000, -EPOCH_MS]);
    clock.shiftWall(byMs);
    scene.say(`somebody sets the clock by ${byMs / 1000} s`);
    clock.after(random.below(60_000), () => clock.setRight());
  }
  if (scene.happens('suspended', 0.01)) {
    for (const { causes } of scene.counters) causes.add('clock');
    clock.suspend(8 * 3_600_000);
    scene.say('the machines sleep for eight hours');
  }
}

/** A line on which some kinds of fault are frequent. */
export function badLine(random: SeededRandom, often: number): NetworkFaults {
  const some = (): number => (random.chance(often) ? random.fraction() * 0.3 : 0);
  return {
    nothingLeft: some(),
    requestLost: some(),
    answerLost: some(),
    duplicated: some(),
    late: some(),
    garbled: some(),
    reset: some(),
    serverError: some(),
    notProcessed: random.chance(0.3) ? 0.3 : 0,
    wrongEcho: some(),
    retryAfter: some(),
  };
}

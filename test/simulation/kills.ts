/**
 * A process that is killed again and again, within seconds of its start or while it starts; and what must come of it: the
 * deadline of a payment that was under way begins afresh with the last start, and fires.
 */
import type { Intent } from '../../src/intent/model.ts';
import { type FaultCounts, tally } from './network.ts';
import type { TerminalWorld } from './terminal.ts';
import type { SeededRandom, VirtualClock } from './time.ts';

/** No run of such a process is longer. */
const LIFE_MS_MAX = 6_000;
/** Commits within which it may end: those of a start, and the first ones of a run. */
const WRITES_MAX = 10;

export interface KillsOptions {
  readonly clock: VirtualClock;
  readonly world: TerminalWorld;
  readonly tallies: FaultCounts;
  readonly kill: () => void;
}

export class Kills {
  readonly #options: KillsOptions;
  #left = 0;
  #dice: SeededRandom | null = null;
  /** Attended payments that were out when the process was killed. */
  readonly #out = new Set<string>();

  constructor(options: KillsOptions) {
    this.#options = options;
  }

  begin(times: number, dice: SeededRandom): void {
    this.#left = times;
    this.#dice = dice;
    this.#looksWhatIsOut();
  }

  end(): void {
    this.#left = 0;
    this.#options.world.killIn = null;
  }

  /** A process starts. `deaths`: how many were before; another number means that it is gone. */
  starts(deaths: () => number): void {
    const { clock, world, kill } = this.#options;
    world.killIn = null;
    if (this.#left === 0 || this.#dice === null) return;
    this.#left -= 1;
    this.#looksWhatIsOut();
    const before = deaths();
    const lifeMs = this.#dice.below(LIFE_MS_MAX);
    if (this.#dice.chance(0.5)) world.killIn = this.#dice.below(WRITES_MAX);
    clock.after(lifeMs, () => {
      if (deaths() === before) kill();
    });
  }

  /** How soon the next one starts; null: as after any other end. */
  pauseMs(): number | null {
    return this.#left === 0 || this.#dice === null ? null : 100 + this.#dice.below(2_000);
  }

  committed({ sequenceId, host }: Intent, event: string): void {
    if (!this.#out.has(sequenceId)) return;
    if (event === 'deadline') tally(this.#options.tallies, 'deadline after kills');
    if (host !== 'sending' && host !== 'unknown') this.#out.delete(sequenceId);
  }

  #looksWhatIsOut(): void {
    for (const { sequenceId, host, deferred } of this.#options.world.disk.folded().values()) {
      if (!deferred && (host === 'sending' || host === 'unknown')) this.#out.add(sequenceId);
    }
  }
}

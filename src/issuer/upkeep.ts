import type { Service } from './service.ts';

/** A day that nobody closed waits for days anyway; a minute more or less says nothing. */
const EVERY_MS = 10 * 60_000;

/** What is done without being asked for, at the start and every ten minutes, one round at a time. */
export class Upkeep {
  readonly #round: () => Promise<void>;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();
  #busy = false;

  /** `onFault` hears of a round that failed; the next one tries again. */
  constructor(
    service: Pick<Service, 'closeStaleDays'>,
    merchants: readonly string[],
    onFault: (error: unknown) => void,
  ) {
    this.#round = async () => {
      this.#busy = true;
      try {
        for (const merchantId of merchants) await service.closeStaleDays(merchantId);
      } catch (error) {
        onFault(error);
      } finally {
        this.#busy = false;
      }
    };
  }

  /** Resolves after the first round, so that whoever looks at the database of a started issuer finds it at rest. */
  async start(everyMs = EVERY_MS): Promise<void> {
    this.#running = this.#round();
    await this.#running;
    this.#timer = setInterval(() => {
      if (!this.#busy) this.#running = this.#round();
    }, everyMs);
    this.#timer.unref();
  }

  /** Resolves when no round is under way and none will begin. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#running;
  }
}

import { datePlus } from '../ledger/days.ts';
import type { SyncLimits } from './limits.ts';
import type { SyncOptions } from './options.ts';

/**
 * The business days of which something may have changed at the issuer. What this ledger knows of its days may be the very
 * thing that it lost, and an issuer that was put back has lost the seals since: the last days are of them in any case.
 */
export class UnsealedDays {
  readonly #options: Pick<SyncOptions, 'unsealedFrom' | 'isSealed'>;
  readonly #limits: Pick<SyncLimits, 'unsealedDays'>;

  constructor(
    options: Pick<SyncOptions, 'unsealedFrom' | 'isSealed'>,
    limits: Pick<SyncLimits, 'unsealedDays'>,
  ) {
    this.#options = options;
    this.#limits = limits;
  }

  /** yyyyMMdd of the oldest that may be unsealed there. */
  from(openDate: string): string {
    const usual = this.#usualFrom(openDate);
    const told = this.#options.unsealedFrom?.() ?? usual;
    return told < usual ? told : usual;
  }

  /** A day between one that nobody has sealed and the last ones, over on both sides. */
  isSettled(businessDate: string, openDate: string): boolean {
    return businessDate < this.#usualFrom(openDate) && this.#options.isSealed?.(businessDate) === true;
  }

  #usualFrom(openDate: string): string {
    return datePlus(openDate, -this.#limits.unsealedDays);
  }
}

import { datePlus } from '../ledger/days.ts';
import type { SyncLimits } from './limits.ts';
import type { SyncOptions } from './options.ts';

type DayOptions = Pick<SyncOptions, 'unsealedFrom' | 'isSealed' | 'begunOn'>;

/**
 * The business days of which something may have changed at the issuer. What this ledger knows of its days may be the very
 * thing that it lost, and an issuer that was put back has lost the seals since: the last days are of them in any case.
 */
export class UnsealedDays {
  readonly #options: DayOptions;
  readonly #limits: Pick<SyncLimits, 'unsealedDays'>;

  constructor(options: DayOptions, limits: Pick<SyncLimits, 'unsealedDays'>) {
    this.#options = options;
    this.#limits = limits;
  }

  /** yyyyMMdd of the oldest that may be unsealed there. */
  from(openDate: string): string {
    const usual = this.#usualFrom(openDate);
    return earlier(usual, this.#options.unsealedFrom?.() ?? usual);
  }

  /** The same where what this ledger knew of its days is gone: none of them is known to be unsealed, nor to be sealed. */
  lostFrom(openDate: string): string {
    const known = this.from(openDate);
    return earlier(known, this.#options.begunOn?.() ?? known);
  }

  /** A day between one that nobody has sealed and the last ones, over on both sides. */
  isSettled(businessDate: string, openDate: string): boolean {
    return businessDate < this.#usualFrom(openDate) && this.#options.isSealed?.(businessDate) === true;
  }

  #usualFrom(openDate: string): string {
    return datePlus(openDate, -this.#limits.unsealedDays);
  }
}

function earlier(date: string, other: string): string {
  return other < date ? other : date;
}

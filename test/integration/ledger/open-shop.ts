/** A ledger of its own, open, for each test of a file. */
import { afterEach, beforeEach } from 'vitest';
import type { LedgerOptions } from '../../../src/ledger/ledger.ts';
import type { Ledger } from '../../../src/ledger/types.ts';
import { createShop, type Shop } from './shop.ts';

export let shop: Shop;
export let ledger: Ledger;

/** Opens one before each test and removes its files after it. */
export function openShop(): void {
  beforeEach(() => {
    shop = createShop();
    ledger = shop.open();
  });
  afterEach(() => {
    ledger.close();
    shop.remove();
  });
}

/** The next start on the same files; the test has closed what stood before. */
export function openAgain(more: Partial<LedgerOptions> = {}): void {
  ledger = shop.open(more);
}

import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Ledger } from '../../../src/ledger/types.ts';
import { readDay } from '../../../src/settlement/read.ts';
import { createShop, later, MANAGER, SCAN_TIME, type Shop } from '../ledger/shop.ts';

const DAY = '20260723';
let shop: Shop;
let ledger: Ledger;

beforeEach(() => {
  shop = createShop();
  ledger = shop.open();
});
afterEach(() => {
  ledger.close();
  shop.remove();
});

function explain(businessDate: string): void {
  const detail = { reason: 'COUNTED_WRONG', note: '', difference: 0 };
  ledger.recordDay({ kind: 'dayExplained', businessDate, detail }, later(SCAN_TIME, 60_000), MANAGER);
}

it('reads a day anew exactly when its journal holds a newer entry of it', () => {
  expect(readDay(ledger, DAY).explained).toBeNull();
  explain(DAY);
  const day = readDay(ledger, DAY);
  expect(day.explained?.detail.reason).toBe('COUNTED_WRONG');
  explain('20260724');
  expect(readDay(ledger, DAY)).toBe(day);
  explain(DAY);
  expect(readDay(ledger, DAY).explained?.index).toBe(ledger.head().index);
});

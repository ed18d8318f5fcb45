import { expect, it } from 'vitest';
import { readDay } from '../../../src/settlement/read.ts';
import { ledger, openShop } from '../ledger/open-shop.ts';
import { later, MANAGER, SCAN_TIME } from '../ledger/shop.ts';

const DAY = '20260723';
openShop();

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

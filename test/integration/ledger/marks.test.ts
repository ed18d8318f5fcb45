/** What stays true over restarts besides payments: the durable `recovering` mark. */
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Ledger, VerifyReport } from '../../../src/ledger/types.ts';
import { createShop, later, MANAGER, SCAN_TIME, type Shop, TERMINAL } from './shop.ts';

let shop: Shop;
let ledger: Ledger;

beforeEach(() => {
  shop = createShop({ ballastBytes: 0 });
  ledger = shop.open();
});
afterEach(() => {
  ledger.close();
  shop.remove();
});

/** Changes the file by hand, beside the ledger, and verifies again. */
function tampered(sql: string): VerifyReport {
  const hand = new Database(shop.file);
  hand.exec(sql);
  hand.close();
  return ledger.verify();
}

describe('the recovering mark', () => {
  it('outlives the process, is made once, and ends with a journal entry', () => {
    expect(ledger.recovering()).toBeNull();
    const head = ledger.markRecovering('FENCED', SCAN_TIME, TERMINAL);
    expect(ledger.markRecovering('OTHER_EPOCH', later(SCAN_TIME, 5), TERMINAL)).toEqual(head);
    ledger.close();
    ledger = shop.open();
    expect(ledger.recovering()).toEqual({ atMs: SCAN_TIME.wallMs, reason: 'FENCED' });
    expect(ledger.verify().faults).toEqual([]);
    ledger.recovered(SCAN_TIME, MANAGER);
    expect(ledger.recovering()).toBeNull();
    expect(ledger.verify().faults).toEqual([]);
  });

  it('that is taken off by hand is missed', () => {
    ledger.markRecovering('FENCED', SCAN_TIME, TERMINAL);
    expect(tampered("DELETE FROM meta WHERE name = 'recovering'").faults.map(({ code }) => code)).toEqual([
      'MARK',
    ]);
  });

  it('is no mere note, and neither is a seal: such an entry cannot be written from outside', () => {
    for (const kind of ['recovered', 'recovering', 'daySealed', 'dayItemEnded', 'voucher', 'keyRotated']) {
      expect(() => ledger.note(kind, {}, SCAN_TIME, TERMINAL)).toThrow(/meaning of its own/);
    }
  });
});

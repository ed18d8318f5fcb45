/** A long journal: verified in constant memory, and beside the agent that goes on writing. */
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyApart } from '../../../src/ledger/ledger.ts';
import type { AcceptedScan, Ledger, VerifyReport } from '../../../src/ledger/types.ts';
import { approveCharge, createShop, later, SCAN_TIME, type Shop, scanOf } from './shop.ts';

const CHILD = new URL('./memory-child.ts', import.meta.url).pathname;
const BURST = 256;
/** KONA_TILL_LONG_ENTRIES=50000 for the full size; the bound stays the same. */
const ENTRIES = Number(process.env.KONA_TILL_LONG_ENTRIES ?? 20_000);
const GROWTH_MIB = 12;

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

/** Open payments, 256 to a commit. */
function fill(entries: number): void {
  while (ledger.head().index < entries) {
    const scans: AcceptedScan[] = Array.from({ length: BURST }, () => scanOf());
    ledger.acceptMany(scans, SCAN_TIME);
  }
}

/** The most memory, in MiB, of a process that verifies (or holds) the ledger as it is now. */
function peakMib(how: 'verify' | 'hold'): number {
  const output = execFileSync(process.execPath, [CHILD, shop.file, how], { encoding: 'utf8' });
  const {
    ok,
    entries,
    peakMib: peak,
  } = JSON.parse(output) as { ok: boolean; entries: number; peakMib: number };
  expect({ ok, entries }).toEqual({ ok: true, entries: ledger.head().index });
  return peak;
}

describe('a long journal', () => {
  it('is verified in memory that does not grow with it; whoever holds it needs more', () => {
    for (let number = 1; number <= 50; number += 1) approveCharge(ledger, SCAN_TIME, number);
    fill(ENTRIES / 10);
    const short = { verify: peakMib('verify'), hold: peakMib('hold') };
    fill(ENTRIES);
    const long = { verify: peakMib('verify'), hold: peakMib('hold') };
    expect(long.verify - short.verify).toBeLessThan(GROWTH_MIB);
    expect(long.hold - short.hold).toBeGreaterThan(GROWTH_MIB);
  }, 120_000);

  it('is verified while the agent goes on: one moment of it, with payments before and after', async () => {
    fill(ENTRIES / 4);
    const started = ledger.head().index;
    let report: VerifyReport | null = null;
    const running = verifyApart({ file: shop.file, verify: { knownHead: ledger.head() } }).then((done) => {
      report = done;
    });
    let number = 0;
    while (report === null && number < 10_000) {
      number += 1;
      approveCharge(ledger, later(SCAN_TIME, number * 100), number);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    await running;
    const { ok, entries, head, faults } = report ?? ledger.verify();
    expect({ ok, faults, entries }).toEqual({ ok: true, faults: [], entries: head.index });
    expect(head.index).toBeGreaterThanOrEqual(started);
    expect(ledger.head().index).toBeGreaterThan(head.index);
    expect(number).toBeGreaterThan(3);
    expect(ledger.verify()).toMatchObject({ ok: true, faults: [] });
  }, 120_000);
});

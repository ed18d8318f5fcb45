import { describe, expect, it } from 'vitest';
import type { Actor, IntentEvent } from '../../src/intent/model.ts';
import { DEFAULT_POLICY } from '../../src/intent/policy.ts';
import { voucherPosting } from '../../src/intent/vouchers.ts';
import type { Voucher } from '../../src/ledger/types.ts';
import { Disk } from './disk.ts';
import { DiskLedger } from './disk-ledger.ts';
import { dayAfter } from './issuer-days.ts';

function write(disk: Disk, ...kinds: readonly string[]): void {
  for (const kind of kinds) disk.append(kind, 0, {}, null, null);
}

describe('an image of the disk', () => {
  it('never ends within a commit: a booking on a sealed day and the lines that name it, a group of payments', () => {
    const disk = new Disk();
    write(disk, 'daySealed');
    disk.together(() => write(disk, 'approved', 'dayLateBooking', 'dayLateBooking'));
    disk.together(() => {
      write(disk, 'send');
      disk.together(() => write(disk, 'send'));
    });
    write(disk, 'voided');
    expect([1, 2, 3, 4, 5, 6, 7].map((index) => disk.at(index).head.index)).toEqual([1, 1, 1, 4, 4, 6, 7]);
    expect(disk.restoredAt(3, 0)).toMatchObject({ restoredTo: 1 });
  });

  it('that is written on begins a commit of its own', () => {
    const disk = new Disk();
    disk.together(() => write(disk, 'send', 'send'));
    const image = disk.at(2);
    write(image, 'approved');
    expect([2, 3].map((index) => image.at(index).head.index)).toEqual([2, 3]);
  });

  it('writes on after a commit that failed', () => {
    const disk = new Disk();
    const fails = (): void => {
      throw new Error('the rules refused it');
    };
    expect(() => disk.together(fails)).toThrow('refused');
    write(disk, 'send', 'approved');
    expect(disk.at(1).head.index).toBe(1);
  });
});

describe('a voucher', () => {
  const ID = '01KY64PW1GP92DB4FZWBG117WP';
  const BOSS: Actor = { role: 'manager', id: 'M1' };
  const now = { wallMs: Date.UTC(2026, 6, 23, 5), monoMs: 0 };
  const open = (disk: Disk): DiskLedger =>
    new DiskLedger(disk, {
      environment: 'simulation',
      merchantId: 'M00000000000001',
      terminalId: 'T0000001',
      times: DEFAULT_POLICY.times,
      policyHash: '',
      fraction: () => 0,
      decided: null,
      now,
    });
  const tell = (ledger: DiskLedger, event: IntentEvent, voucher?: Voucher): boolean =>
    ledger.record(ID, event, now, { actor: BOSS, ...(voucher === undefined ? {} : { voucher }) }).ok;
  /** Of a charge whose cash nobody came for, until somebody did. */
  function voucherOf(kind: 'returnUnclaimed' | 'unclaimedPaid'): Voucher {
    const caseNumber = 'C-1';
    const entries = voucherPosting({ kind, type: 'CHARGE', amount: 10_000, loss: 'store', caseNumber });
    return { caseNumber, sequenceId: ID, reason: 'OTHER', entries };
  }

  it('is one commit with its decision, and is read again with the disk', () => {
    const disk = new Disk();
    const ledger = open(disk);
    const cardNumber = '9410000000000005';
    const scan = {
      stationId: '1',
      type: 'CHARGE',
      amount: 10_000,
      cardNumber,
      managerNeeded: false,
    } as const;
    ledger.accept({ ...scan, sequenceId: ID, barcodeSpec: 'CHARGE9410000000000005123010000' }, now);
    expect(tell(ledger, { kind: 'received' })).toBe(true);
    expect(tell(ledger, { kind: 'cashBack' })).toBe(true);
    const { index } = ledger.head();
    expect(tell(ledger, { kind: 'unclaimed' }, voucherOf('returnUnclaimed'))).toBe(true);
    expect([index + 1, index + 2].map((at) => disk.wholeTo(at))).toEqual([index, index + 2]);
    expect(open(disk.at(index + 1)).balances()).toMatchObject({ customer_due: -10_000, unclaimed: 0 });
    const again = open(disk.at(index + 2));
    expect(again.balances()).toMatchObject({ cash_drawer: 10_000, customer_due: 0, unclaimed: -10_000 });
    expect(tell(again, { kind: 'claimed' }, voucherOf('unclaimedPaid'))).toBe(true);
    expect(tell(again, { kind: 'claimed' }, voucherOf('unclaimedPaid'))).toBe(false);
    expect(again.balances()).toMatchObject({ cash_drawer: 0, customer_due: 0, unclaimed: 0 });
    expect(again.faults()).toEqual([]);
  });
});

it("the day after a month's last one is the first of the next", () => {
  expect(['20260723', '20260731', '20261231'].map(dayAfter)).toEqual(['20260724', '20260801', '20270101']);
});

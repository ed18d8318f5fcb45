import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { IntentEvent, Now } from '../../../src/intent/model.ts';
import { LedgerFault } from '../../../src/ledger/fault.ts';
import type { DayEntry } from '../../../src/ledger/types.ts';
import { ledger, openAgain, openShop, shop } from './open-shop.ts';
import {
  approvalOf,
  approveCharge,
  later,
  MANAGER,
  must,
  SCAN_TIME,
  scanOf,
  sendCharge,
  TERMINAL,
} from './shop.ts';

const DAY = '20260723';
openShop();

function write(entry: Omit<DayEntry, 'businessDate'>, businessDate = DAY) {
  return ledger.recordDay({ businessDate, ...entry }, later(SCAN_TIME, 60_000), MANAGER);
}

function seal(openItems: readonly string[], payable: number): void {
  write({
    kind: 'daySealed',
    detail: { openItems, closeNo: 1 },
    posting: { issuer_payable: payable, cash_drawer: -payable },
  });
}

/** Changes the closed file by hand, past every trigger that stands in the way. */
function tamper(sql: string): void {
  ledger.close();
  const database = new Database(shop.file);
  database.exec(sql);
  database.close();
  openAgain();
}

describe('business days in the ledger', () => {
  it('are chains of their own in the journal, oldest first, beside those of the payments', () => {
    approveCharge(ledger, SCAN_TIME, 1);
    write({ kind: 'dayCounted', detail: { counted: 10_000 } });
    approveCharge(ledger, later(SCAN_TIME, 1_000), 2);
    write({ kind: 'dayReconciled', detail: { final: true } });
    write({ kind: 'dayCounted', detail: { counted: 0 } }, '20260724');
    expect(ledger.dayEntries(DAY).map(({ kind }) => kind)).toEqual(['dayCounted', 'dayReconciled']);
    expect(ledger.days(10).map(({ businessDate, entries }) => [businessDate, entries])).toEqual([
      ['20260724', 1],
      [DAY, 2],
    ]);
    expect(ledger.pageOfDay(DAY, 0, 10)).toHaveLength(2);
    expect(ledger.verify().faults).toEqual([]);
  });

  it('are never dated by a clock without its battery: nobody could count, close or seal such a day', () => {
    const dead: Now = { wallMs: 60_000, monoMs: 1_000 };
    const { intent: answered } = ledger.accept(scanOf(), dead);
    const { intent: never } = ledger.accept(scanOf(), later(dead, 1_000));
    must(ledger, never, { kind: 'stop' }, later(dead, 2_000));
    expect(ledger.days(10)).toEqual([]);
    must(ledger, answered, { kind: 'received' }, later(dead, 3_000));
    must(ledger, answered, { kind: 'send' }, later(dead, 3_000));
    must(ledger, answered, { kind: 'approved', approval: approvalOf(1) }, later(dead, 3_000));
    expect(ledger.days(10).map(({ businessDate }) => businessDate)).toEqual([DAY]);
    expect(ledger.list({ limit: 10, businessDateTo: '19701231' }).intents).toMatchObject([
      { sequenceId: never.sequenceId },
    ]);
    expect(ledger.verify().faults).toEqual([]);
  });

  it('are never dated by a clock that stands years ahead of the issuer either, and a voucher of it goes to the newest one', () => {
    approveCharge(ledger, SCAN_TIME, 1);
    const ahead: Now = { wallMs: Date.UTC(2099, 0, 1), monoMs: 9_000 };
    const { intent } = ledger.accept(scanOf(), ahead);
    must(ledger, intent, { kind: 'stop' }, ahead);
    const entries = { cash_drawer: 1_000, store: -1_000 };
    ledger.voucher({ reason: 'over', caseNumber: 'C-1', sequenceId: null, entries }, ahead, MANAGER);
    expect(ledger.days(10).map(({ businessDate }) => businessDate)).toEqual([DAY]);
    expect(ledger.dayPosition(DAY).cashDrawer).toBe(11_000);
    expect(ledger.list({ limit: 10, businessDateFrom: '20990101' }).intents).toMatchObject([
      { sequenceId: intent.sequenceId },
    ]);
    expect(ledger.verify().faults).toEqual([]);
  });

  it('may begin up to a year after the last answer: a shop that was shut for a season goes on, also without a line', () => {
    approveCharge(ledger, SCAN_TIME, 1);
    for (const [days, listed] of [
      [40, 2],
      [366, 3],
      [367, 3],
    ] as const) {
      const scan = scanOf();
      const reopened = later(SCAN_TIME, days * 86_400_000);
      ledger.accept(scan, reopened);
      must(ledger, scan, { kind: 'received' }, reopened);
      expect(ledger.days(10)).toHaveLength(listed);
    }
    expect(ledger.verify().faults).toEqual([]);
  });

  it('take a voucher of such a clock on the newest day: a seal must carry it', () => {
    approveCharge(ledger, SCAN_TIME, 1);
    const entries = { cash_drawer: 1_000, store: -1_000 };
    const now = { wallMs: 60_000, monoMs: 1_000 };
    ledger.voucher({ reason: 'over', caseNumber: 'C-1', sequenceId: null, entries }, now, MANAGER);
    expect(ledger.days(10).map(({ businessDate }) => businessDate)).toEqual([DAY]);
    expect(ledger.dayPosition(DAY).cashDrawer).toBe(11_000);
    expect(ledger.verify().faults).toEqual([]);
  });

  it('take a voucher of a clock that runs years ahead on a day that comes: the issuer is not heard under such a clock', () => {
    const wrong = { wallMs: Date.UTC(2040, 0, 1), monoMs: 1_000 };
    const entries = { cash_drawer: 1_000, store: -1_000 };
    const over = (number: number, now: Now, said?: string): void => {
      const voucher = { reason: 'over', caseNumber: `C-${number}`, sequenceId: null, entries };
      ledger.voucher(voucher, now, MANAGER, said);
    };
    approveCharge(ledger, SCAN_TIME, 1);
    const { intent } = ledger.accept(scanOf(), wrong);
    must(ledger, intent, { kind: 'stop' }, wrong);
    over(1, wrong);
    expect(ledger.dayPosition(DAY).cashDrawer).toBe(11_000);
    over(2, later(SCAN_TIME, 40 * 86_400_000));
    expect(ledger.dayPosition('20260901').cashDrawer).toBe(1_000);
    over(3, wrong, '20280105'); // what the issuer says is so, however long the store was closed
    expect(ledger.dayPosition('20280105').cashDrawer).toBe(1_000);
    expect(ledger.dayPosition('20400101')).toEqual({ issuerPayable: 0, cashDrawer: 0 });
    expect(ledger.verify().faults).toEqual([]);
  });

  it('are no more than a date once every payment on them was booked on another', () => {
    const eve = { ...SCAN_TIME, wallMs: SCAN_TIME.wallMs + 86_400_000 };
    approveCharge(ledger, eve, 1);
    expect(ledger.days(10).map(({ businessDate }) => businessDate)).toEqual([DAY]);
  });

  it('seal once; a second seal is refused and leaves nothing behind', () => {
    approveCharge(ledger, SCAN_TIME, 1);
    seal([], 10_000);
    const { index } = ledger.head();
    expect(() => seal([], 0)).toThrow();
    expect(ledger.head().index).toBe(index);
    expect(ledger.day(DAY)?.sealedIndex).toBe(index);
  });

  it('hold nothing on drawer and issuer once sealed, and the sums go to the balances', () => {
    approveCharge(ledger, SCAN_TIME, 1);
    expect(ledger.dayPosition(DAY)).toEqual({ issuerPayable: -10_000, cashDrawer: 10_000 });
    seal([], 10_000);
    expect(ledger.dayPosition(DAY)).toEqual({ issuerPayable: 0, cashDrawer: 0 });
    expect(ledger.balances()).toMatchObject({ issuer_payable: 0, cash_drawer: 0 });
    expect(ledger.verify().faults).toEqual([]);
  });

  it('refuse a posting that does not balance', () => {
    expect(() =>
      write({ kind: 'daySealed', detail: { openItems: [] }, posting: { cash_drawer: 5 } }),
    ).toThrow();
    expect(ledger.day(DAY)).toBeNull();
  });

  it('stay open for the items that the seal names, and say so when one was not named', () => {
    approveCharge(ledger, SCAN_TIME, 1);
    const named = approveCharge(ledger, later(SCAN_TIME, 1_000), 2);
    seal([named.sequenceId], 10_000);
    expect(ledger.verify().faults).toEqual([]);
    write({
      kind: 'dayItemEnded',
      detail: { sequenceId: named.sequenceId },
      posting: { issuer_payable: 10_000, cash_drawer: -10_000 },
    });
    expect(ledger.verify().faults).toEqual([]);
    expect(ledger.dayPosition(DAY)).toEqual({ issuerPayable: 0, cashDrawer: 0 });
  });

  it('name a booking that the issuer puts on a sealed day, in the commit of its answer', () => {
    approveCharge(ledger, SCAN_TIME, 1);
    const { intent } = sendCharge(ledger, later(SCAN_TIME, 1_000));
    seal([], 10_000);
    must(ledger, intent, { kind: 'approved', approval: approvalOf(2) }, later(SCAN_TIME, 70_000), {
      actor: TERMINAL,
    });
    const last = ledger.dayEntries(DAY).at(-1);
    expect(last?.kind).toBe('dayLateBooking');
    expect(last?.index).toBe(ledger.head().index);
    expect(last?.body).toContain(intent.sequenceId);
    expect(ledger.timeline(intent.sequenceId).at(-1)?.kind).toBe('approved');
    must(ledger, intent, { kind: 'acknowledge' }, later(SCAN_TIME, 80_000));
    expect(ledger.dayEntries(DAY)).toHaveLength(2);
    expect(ledger.verify().faults).toEqual([]);
  });

  it('name a payment that the issuer takes off a sealed day onto the next one', () => {
    const { sequenceId } = approveCharge(ledger, SCAN_TIME, 1);
    const cancelId = 'V01ABCDEFGHIJKLMNOPQRSTUV';
    const voiding = { kind: 'void', cancelId, proof: 'manager', managerId: 'lee' } as const;
    must(ledger, { sequenceId }, voiding, later(SCAN_TIME, 1_000), { openBusinessDate: DAY });
    seal([], 10_000); // the close had left before the void began
    const done = {
      kind: 'voidDone',
      cancelId,
      cancelNrNumber: 'KMN260724000000001',
      businessDate: '20260724',
    };
    must(ledger, { sequenceId }, done as IntentEvent, later(SCAN_TIME, 2_000), { actor: TERMINAL });
    const last = ledger.dayEntries(DAY).at(-1);
    expect(last).toMatchObject({ kind: 'dayLateBooking', index: ledger.head().index });
    expect(JSON.parse(last?.body ?? '{}').detail).toEqual({
      sequenceId,
      host: 'voided',
      swept: { issuerPayable: -10_000, cashDrawer: 10_000 },
    });
    expect(ledger.dayEntries('20260724')).toEqual([]);
    expect(ledger.verify().faults).toEqual([]);
  });

  it('begin no void on a sealed day, also while the issuer was last heard to have it open', () => {
    const { sequenceId } = approveCharge(ledger, SCAN_TIME, 1);
    seal([], 10_000);
    const voiding = { kind: 'void', cancelId: 'V1', proof: 'manager', managerId: 'lee' } as const;
    const outcome = ledger.record(sequenceId, voiding, later(SCAN_TIME, 1_000), {
      actor: MANAGER,
      openBusinessDate: DAY,
    });
    expect(outcome).toMatchObject({ ok: false, refusal: 'VOID_DAY' });
  });

  it('survive a restart, with what is sealed', () => {
    const { intent } = sendCharge(ledger, SCAN_TIME);
    seal([], 0);
    ledger.close();
    openAgain();
    expect(ledger.day(DAY)?.sealedIndex).not.toBeNull();
    must(ledger, intent, { kind: 'approved', approval: approvalOf(2) }, later(SCAN_TIME, 70_000), {
      actor: TERMINAL,
    });
    expect(ledger.dayEntries(DAY).at(-1)?.kind).toBe('dayLateBooking');
  });

  it('keep a card number that somebody typed as a reason out of the journal', () => {
    const typed = { ...MANAGER, reason: `card ${'9410'.repeat(4)}` };
    ledger.recordDay({ kind: 'dayCounted', businessDate: DAY, detail: {} }, SCAN_TIME, typed);
    expect(ledger.dayEntries(DAY)[0]?.body).not.toContain('9410941094109410');
  });
});

describe('verification', () => {
  it.each([
    ['a seal taken away', 'UPDATE business_days SET sealed_index = NULL', 'BUSINESS_DAY'],
    [
      'an entry left out of the chain',
      'UPDATE business_days SET last_index = last_index - 1',
      'BUSINESS_DAY',
    ],
    ['a sum changed', 'UPDATE business_days SET cash_drawer = 1', 'BUSINESS_DAY'],
    ['a day removed', 'DELETE FROM business_days', 'BUSINESS_DAY'],
    [
      'a link changed',
      'DROP TRIGGER journal_is_never_edited; UPDATE journal SET earlier = 0 WHERE earlier > 0 AND sequence_id IS NULL',
      'BUSINESS_DAY',
    ],
  ])('finds %s', (_name, sql, code) => {
    approveCharge(ledger, SCAN_TIME, 1);
    write({ kind: 'dayCounted', detail: { counted: 10_000 } });
    write({ kind: 'dayReconciled', detail: {} });
    seal([], 10_000);
    expect(ledger.verify().faults).toEqual([]);
    tamper(sql);
    expect(ledger.verify().faults.map((fault) => fault.code)).toContain(code);
  });

  it('finds a voucher that its day takes for another sum', () => {
    approveCharge(ledger, SCAN_TIME, 1);
    const entries = { store: 4_000, cash_drawer: -4_000 };
    const voucher = { caseNumber: 'C-1', sequenceId: null, reason: 'paid', entries };
    ledger.voucher(voucher, later(SCAN_TIME, 1_000), MANAGER, DAY);
    expect(ledger.dayPosition(DAY)).toEqual({ issuerPayable: -10_000, cashDrawer: 6_000 });
    expect(ledger.verify().faults).toEqual([]);
    const detail = { voucher: ledger.head().index - 1, caseNumber: 'C-1', issuerPayable: 0, cashDrawer: -1 };
    write({ kind: 'dayVoucher', detail });
    expect(ledger.verify().faults.map(({ code }) => code)).toContain('BUSINESS_DAY');
  });

  it.each([
    ['books another sum', { sequenceId: 'LOST0000EF56GH78', type: 'REFUND' }, DAY],
    ['speaks of it a second time', {}, '20260724'],
  ])('finds a voucher for a lost item that %s', (_name, change, date) => {
    const detail = { sequenceId: 'LOST0000AB12CD34', type: 'CHARGE', amount: 7_000, state: 'APPROVED' };
    const posting = { dispute: 7_000, issuer_payable: -7_000 };
    write({ kind: 'dayMissingItem', detail, posting });
    expect(ledger.verify().faults).toEqual([]);
    write({ kind: 'dayMissingItem', detail: { ...detail, ...change }, posting }, date);
    expect(ledger.verify().faults).toMatchObject([{ code: 'BUSINESS_DAY', index: ledger.head().index }]);
  });

  it('finds a sealed day whose sums are not those of its payments (closing rule 8)', () => {
    approveCharge(ledger, SCAN_TIME, 1);
    seal([], 9_000);
    const { faults } = ledger.verify();
    expect(faults.map(({ code }) => code)).toEqual(['CLOSING_DAY']);
    expect(faults[0]?.text).toContain('closing rule 8');
  });
});

describe('the signature of a report', () => {
  it('is the same for the same text and key, another for another text, and needs the key', () => {
    const first = ledger.sign('report');
    expect(first.mac).toMatch(/^[0-9a-f]{64}$/);
    expect(ledger.sign('report')).toEqual(first);
    expect(ledger.sign('reporT').mac).not.toBe(first.mac);
    ledger.close();
    openAgain();
    expect(ledger.sign('report')).toEqual(first);
    ledger.close();
    openAgain({ key: Buffer.alloc(32), withoutKey: true });
    expect(() => ledger.sign('report')).toThrow(LedgerFault);
  });
});

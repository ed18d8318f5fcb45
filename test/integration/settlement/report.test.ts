import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Posting } from '../../../src/intent/model.ts';
import { DEFAULT_TIMES } from '../../../src/intent/rules.ts';
import { openLedger, rotateLedgerKey } from '../../../src/ledger/ledger.ts';
import type { DayEntry, Ledger } from '../../../src/ledger/types.ts';
import { SystemClock, SystemRandom } from '../../../src/ops/clock.ts';
import { judgeCount } from '../../../src/settlement/count.ts';
import { Matching } from '../../../src/settlement/matching.ts';
import { makeReport, type Report } from '../../../src/settlement/reporter.ts';
import { createShop, MANAGER, SCAN_TIME, TERMINAL } from '../ledger/shop.ts';
import { BOSS, counted } from './day-lab.ts';

const DATE = '20260724';
const PLACE = { store: '가나편의점', merchantId: '000000000000001', terminalId: '1' };
const clock = new SystemClock();
let directory: string;
let ledger: Ledger;

function record(entry: DayEntry): void {
  ledger.recordDay(entry, clock.now(), BOSS);
}

function report(date: string, at: number | null = null): Report {
  return makeReport(ledger, PLACE, date, at, record);
}

const keyFile = (): string => join(directory, 'vault.key');

function open(): Ledger {
  return openLedger({
    file: join(directory, 'ledger.db'),
    environment: 'test',
    merchantId: PLACE.merchantId,
    terminalId: PLACE.terminalId,
    key: keyFile(),
    times: DEFAULT_TIMES,
    policyHash: 'a'.repeat(64),
    random: new SystemRandom(),
    now: clock.now(),
    ballastBytes: 65_536,
  });
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kona-report-'));
  ledger = open();
  const { categories, differences, more, ours, theirs, items } = new Matching(DATE).result();
  const rules = [{ rule: 7, ok: true, amount: 45_600, items: [] }];
  const asOf = `${DATE}120000000`;
  const detail = { final: false, asOf, categories, differences, more, ours, theirs, rules, items };
  record({ kind: 'dayReconciled', businessDate: DATE, detail });
});
afterAll(() => {
  ledger.close();
  rmSync(directory, { recursive: true });
});

describe('the report of a day that nobody has counted yet', () => {
  it('does not tell what the drawer should hold, and tells it after the count', () => {
    const blind = report(DATE);
    expect(blind.text).not.toContain('45,600');
    expect(blind.csv).not.toContain('45600');
    const detail = { ...judgeCount(counted(45_600), 45_600) };
    record({ kind: 'dayCounted', businessDate: DATE, detail });
    expect(report(DATE).text).toContain('7 돈통 cash drawer');
    expect(report(DATE).csv).toContain('45600');
    expect(report(DATE, blind.at)).toEqual(blind);
  });
});

describe('a report that is asked for again and again', () => {
  it('is signed into the journal once for each state of the day, whatever indexes are asked for', () => {
    report(DATE);
    const { index } = ledger.head();
    for (let at = 1; at <= index; at += 1) report(DATE, at);
    for (let times = 0; times < 5; times += 1) report('20260725');
    const signed = ledger.dayEntries(DATE).filter(({ kind }) => kind === 'daySigned');
    const states = ledger.dayEntries(DATE).length - signed.length;
    expect(signed).toHaveLength(states);
    expect(ledger.dayEntries('20260725')).toEqual([]);
  });
});

describe('a voucher of the drawer', () => {
  it('stands in the report once, as a voucher: the entry of its day is no decision besides', () => {
    const entries = { store: 4_000, cash_drawer: -4_000 };
    const voucher = { caseNumber: 'C-1', sequenceId: null, reason: 'paid', entries };
    ledger.voucher(voucher, clock.now(), BOSS, DATE);
    expect(ledger.dayEntries(DATE).at(-1)?.kind).toBe('dayVoucher');
    const { text, csv } = report(DATE);
    expect(text).toContain('VOUCHERS 1');
    expect(text).not.toContain('dayVoucher');
    expect(csv).not.toContain('dayVoucher');
  });
});

describe('a report whose ledger got another key', () => {
  it('has the same bytes and the signature of then; a new one is signed with the new key', () => {
    const before = report(DATE);
    ledger.close();
    rotateLedgerKey({ file: join(directory, 'ledger.db'), keyFile: keyFile(), now: clock.now() });
    ledger = open();
    expect(report(DATE, before.at)).toEqual(before);
    const detail = { ...judgeCount(counted(45_000), 45_600) };
    record({ kind: 'dayCounted', businessDate: DATE, detail });
    const after = report(DATE);
    expect(after.differs).toBe(false);
    const keyOf = ({ text }: Report): string | undefined => /key ([0-9a-f]{12})/.exec(text)?.[1];
    expect(keyOf(after)).not.toBe(keyOf(before));
    expect(ledger.verify().faults).toEqual([]);
  });
});

describe('a day that is closed after the next one, or while the next one is under way', () => {
  const [first, second] = ['20260801', '20260802'];
  const linesOf = (date: string, at: number | null = null): readonly string[] =>
    report(date, at)
      .csv.split('\r\n')
      .filter((line) => line.startsWith('voucher,'))
      .map((line) => line.split(',')[1] ?? '')
      .filter((name) => name.endsWith('store') || name.endsWith('unclaimed'));
  const book = (caseNumber: string, entries: Posting, date: string): void => {
    ledger.voucher({ caseNumber, sequenceId: null, reason: 'x', entries }, clock.now(), BOSS, date);
  };
  const close = (businessDate: string, isByDay = true): void => {
    const seals = ledger.days(50).map(({ sealedIndex }) => sealedIndex ?? 0);
    const rangeFrom = Math.max(0, ...seals) + 1;
    const byDay = isByDay ? { byDay: true } : {};
    record({
      kind: 'dayCloseWanted',
      businessDate,
      detail: { version: '1', rangeFrom, uncounted: 'x', carried: { count: 0, sum: 0 }, ...byDay },
    });
    record({ kind: 'daySealed', businessDate, detail: { closeNo: 1, openItems: [], version: '1' } });
  };

  it('has its own vouchers in its report and no other: they move its figures', () => {
    book('C-11', { store: 100, cash_drawer: -100 }, first);
    book('C-12', { store: 200, cash_drawer: -200 }, second);
    const item = { sequenceId: 'LOST0000AB12CD34', type: 'CHARGE', amount: 700, state: 'APPROVED' };
    const posting = { store: 700, issuer_payable: -700 };
    record({
      kind: 'dayMissingItem',
      businessDate: first,
      detail: { ...item, caseNumber: 'C-13', loss: 'store' },
      posting,
    });
    close(second);
    // What moves no figure of a day stands where it was decided.
    book('C-14', { customer_due: 300, unclaimed: -300 }, first);
    close(first);
    expect(linesOf(first)).toEqual(['C-11 store', 'C-13 store', 'C-14 unclaimed']);
    expect(linesOf(second)).toEqual(['C-12 store']);
  });

  it('closed by an older program has the report of then', () => {
    book('C-21', { store: 100, cash_drawer: -100 }, '20260803');
    book('C-22', { store: 200, cash_drawer: -200 }, '20260804');
    close('20260804', false);
    close('20260803');
    expect(linesOf('20260804')).toEqual(['C-21 store', 'C-22 store']);
  });
});

describe('a report that an older program signed before its day was closed', () => {
  /** A voucher of the next day, booked before this one is counted; the signature knows no rule. */
  function made(sha256: string): Report {
    const shop = createShop();
    const other = shop.open();
    const write = (entry: DayEntry): unknown => other.recordDay(entry, SCAN_TIME, TERMINAL);
    const entries = { store: 100, cash_drawer: -100 };
    const voucher = { caseNumber: 'C-1', sequenceId: null, reason: 'x', entries };
    other.voucher(voucher, SCAN_TIME, MANAGER, '20260725');
    write({ kind: 'dayCounted', businessDate: DATE, detail: { ...judgeCount(counted(0), 0) } });
    const at = other.head().index;
    const signed = { at, sha256, keyId: 'a'.repeat(64), mac: 'b'.repeat(64) };
    write({ kind: 'daySigned', businessDate: DATE, detail: signed });
    const again = makeReport(other, PLACE, DATE, at, write);
    other.close();
    shop.remove();
    return again;
  }

  it('has the bytes of then: the vouchers of its range', () => {
    const first = made('0'.repeat(64));
    expect(first.csv).toContain('C-1 store');
    expect(made(first.sha256).differs).toBe(false);
  });
});

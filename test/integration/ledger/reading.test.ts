import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Intent } from '../../../src/intent/model.ts';
import { voucherPosting } from '../../../src/intent/vouchers.ts';
import { openLedgerReadOnly } from '../../../src/ledger/ledger.ts';
import type { ListQuery } from '../../../src/ledger/types.ts';
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

const DAY_MS = 24 * 3_600_000;
openShop();

function idsOf(query: Omit<ListQuery, 'limit'>): string[] {
  return ledger.list({ limit: 50, ...query }).intents.map((intent) => intent.sequenceId);
}

/** Every page from the newest to the oldest. */
function walk(query: ListQuery): string[][] {
  const pages: string[][] = [];
  let before: string | undefined;
  for (let turn = 0; turn < 100; turn += 1) {
    const page = ledger.list({ ...query, ...(before === undefined ? {} : { before }) });
    pages.push(page.intents.map((intent) => intent.sequenceId));
    if (page.older === null) return pages;
    before = page.older;
  }
  throw new Error('the pages do not end');
}

describe('the list', () => {
  it('pages newest first, back and forth, without losing or repeating a row', () => {
    const ids = Array.from(
      { length: 7 },
      () => ledger.accept(scanOf(), SCAN_TIME).intent.sequenceId,
    ).reverse();
    expect(walk({ limit: 3 })).toEqual([ids.slice(0, 3), ids.slice(3, 6), ids.slice(6)]);
    const second = ledger.list({ limit: 3, before: ledger.list({ limit: 3 }).older ?? '' });
    expect(second.newer).not.toBeNull();
    const first = ledger.list({ limit: 3, after: second.newer ?? '' });
    expect(first.intents.map((intent) => intent.sequenceId)).toEqual(ids.slice(0, 3));
    expect(first).toMatchObject({ newer: null, older: expect.any(String) });
    ledger.accept(scanOf(), SCAN_TIME);
    expect(ledger.list({ limit: 3, before: first.older ?? '' }).intents).toEqual(second.intents);
  });

  it('filters by type, station, amount, deferral and group', () => {
    const done = approveCharge(ledger, SCAN_TIME, 1, { amount: 10_000 });
    const sent = sendCharge(ledger, SCAN_TIME, { amount: 20_000 }).intent;
    const refund = ledger.accept(scanOf({ type: 'REFUND', amount: 30_000 }), SCAN_TIME).intent;
    const owed = sendCharge(ledger, SCAN_TIME, { amount: 40_000 }).intent;
    must(ledger, owed, { kind: 'declined', code: '006_005', businessDate: null }, SCAN_TIME, {
      actor: TERMINAL,
    });
    must(ledger, owed, { kind: 'leave' }, SCAN_TIME);
    expect(idsOf({ type: 'REFUND' })).toEqual([refund.sequenceId]);
    expect(idsOf({ amountFrom: 20_000, amountTo: 30_000 })).toEqual([refund.sequenceId, sent.sequenceId]);
    expect(idsOf({ group: 'ended' })).toEqual([done.sequenceId]);
    expect(idsOf({ group: 'running' })).toEqual([refund.sequenceId, sent.sequenceId]);
    expect(idsOf({ group: 'owed' })).toEqual([owed.sequenceId]);
    expect(idsOf({ group: 'case' })).toEqual([owed.sequenceId]);
    expect(idsOf({ deferred: true })).toEqual([]);
    expect(idsOf({ stationId: '2' })).toEqual([]);
    expect(idsOf({ stationId: '1' })).toHaveLength(4);
  });

  it('filters by the cashier who did something for it, looks through so much at a time, and goes on from there', () => {
    const byPark = (): string => {
      const { intent } = ledger.accept(scanOf(), SCAN_TIME);
      must(ledger, intent, { kind: 'received' }, later(SCAN_TIME, 10), {
        actor: { role: 'cashier', id: 'park' },
      });
      return intent.sequenceId;
    };
    const oldest = byPark();
    approveCharge(ledger, SCAN_TIME, 1);
    for (let burst = 0; burst < 20; burst += 1) {
      ledger.acceptMany(
        Array.from({ length: 256 }, () => scanOf()),
        SCAN_TIME,
      );
    }
    const newer = [byPark(), byPark()].reverse();
    const pages = walk({ limit: 50, cashier: 'park' });
    expect(pages).toEqual([newer, [oldest]]);
    expect(idsOf({ cashier: 'park' })).toEqual(newer);
    expect(walk({ limit: 1, cashier: 'park' }).flat()).toEqual([...newer, oldest]);
    expect(walk({ limit: 50, cashier: 'par' }).flat()).toEqual([]);
    expect(walk({ limit: 50, cashier: 'kim' }).flat()).toHaveLength(1);
    // Back to the newest from the last page, over pages that hold nothing.
    const back: string[] = [];
    let after = ledger.list({ limit: 50, cashier: 'park', after: '0' });
    for (let turn = 0; turn < 10; turn += 1) {
      back.unshift(...after.intents.map((intent) => intent.sequenceId));
      if (after.newer === null) break;
      after = ledger.list({ limit: 50, cashier: 'park', after: after.newer });
    }
    expect(back).toEqual([...newer, oldest]);
  });

  it('looks through so many payments for a filter under no index, and goes on from there in both directions', () => {
    const oldest = ledger.accept(scanOf({ amount: 70_000 }), SCAN_TIME).intent.sequenceId;
    for (let burst = 0; burst < 40; burst += 1) {
      ledger.acceptMany(
        Array.from({ length: 256 }, () => scanOf({ amount: 10_000 })),
        SCAN_TIME,
      );
    }
    const newest = ledger.accept(scanOf({ amount: 70_000 }), SCAN_TIME).intent.sequenceId;
    expect(walk({ limit: 50, amountFrom: 70_000 })).toEqual([[newest], [oldest]]);
    expect(walk({ limit: 50, amountFrom: 70_000, amountTo: 70_000, text: newest })).toEqual([[newest]]);
    for (const none of [
      { stationId: '9' },
      { amountTo: 1 },
      { type: 'REFUND' },
      { deferred: true },
    ] as const) {
      const page = ledger.list({ limit: 50, ...none });
      expect(page).toMatchObject({ intents: [], older: expect.any(String) });
      expect(walk({ limit: 50, ...none })).toEqual([[], []]);
    }
    const first = ledger.list({ limit: 50, amountFrom: 70_000, after: '0' });
    expect(first.intents.map((intent) => intent.sequenceId)).toEqual([oldest]);
    expect(first.newer).not.toBeNull();
    expect(idsOf({ amountFrom: 70_000, after: first.newer ?? '' })).toEqual([newest]);
    // What an index answers is looked through whole.
    expect(ledger.list({ limit: 50, stationId: '9', group: 'running' })).toMatchObject({
      intents: [],
      older: null,
    });
  });

  it('looks through so many payments for a business date alone, where its payments lie far apart', () => {
    const undated = { wallMs: 0, monoMs: 0 }; // a clock that lost its battery
    const oldest = ledger.accept(scanOf(), undated).intent.sequenceId;
    for (let burst = 0; burst < 118; burst += 1) {
      ledger.acceptMany(
        Array.from({ length: 256 }, () => scanOf()),
        SCAN_TIME,
      );
    }
    const newest = ledger.accept(scanOf(), undated).intent.sequenceId;
    const first = ledger.list({ limit: 50, businessDateTo: '20251231' });
    expect(first.intents.map((intent) => intent.sequenceId)).toEqual([newest]);
    expect(walk({ limit: 50, businessDateTo: '20251231' })).toEqual([[newest], [oldest]]);
    expect(ledger.list({ limit: 50, businessDateFrom: '20260723' }).intents).toHaveLength(50);
  });

  it("filters by business date, the issuer's once it is known", () => {
    const first = ledger.accept(scanOf(), SCAN_TIME).intent;
    const second = sendCharge(ledger, later(SCAN_TIME, DAY_MS)).intent;
    const third = ledger.accept(scanOf(), later(SCAN_TIME, 2 * DAY_MS)).intent;
    expect(idsOf({ businessDateFrom: '20260724', businessDateTo: '20260724' })).toEqual([second.sequenceId]);
    const approval = { ...approvalOf(1), businessDate: '20260725' };
    must(ledger, second, { kind: 'approved', approval }, later(SCAN_TIME, DAY_MS), { actor: TERMINAL });
    expect(idsOf({ businessDateFrom: '20260724', businessDateTo: '20260724' })).toEqual([]);
    expect(idsOf({ businessDateFrom: '20260725' })).toEqual([third.sequenceId, second.sequenceId]);
    expect(idsOf({ businessDateTo: '20260723' })).toEqual([first.sequenceId]);
    expect(idsOf({ businessDateTo: '20260101' })).toEqual([]);
    expect(ledger.verify()).toMatchObject({ ok: true, faults: [] });
  });
});

describe('the search', () => {
  const found = (intent: Intent): void => {
    const reference = intent.sequenceId.slice(-8);
    const hyphened = `${reference.slice(0, 4)}-${reference.slice(4).toLowerCase()}`;
    const approval = intent.approval;
    for (const text of [reference, hyphened, intent.sequenceId, approval?.approvalCode, approval?.nrNumber]) {
      expect(idsOf({ text: text ?? '?' }), text).toEqual([intent.sequenceId]);
    }
  };

  it('finds by reference, id, approval code, issuer number, last four and card, indexed or not', () => {
    const cardNumber = '9410001234567788';
    const intent = approveCharge(ledger, SCAN_TIME, 1, { cardNumber });
    approveCharge(ledger, SCAN_TIME, 2);
    for (const isIndexed of [false, true]) {
      if (isIndexed) ledger.sweep(SCAN_TIME);
      found(intent);
      expect(idsOf({ text: '7788' })).toEqual([intent.sequenceId]);
      expect(idsOf({ cardNumber })).toEqual([intent.sequenceId]);
      expect(idsOf({ cardNumber: '9410001234567789' })).toEqual([]);
      expect(idsOf({ text: 'nothing' })).toEqual([]);
    }
    expect(ledger.verify()).toMatchObject({ ok: true, faults: [] });
  });

  it('finds an answer that came after the row was indexed', () => {
    const { intent } = sendCharge(ledger, SCAN_TIME);
    ledger.sweep(SCAN_TIME);
    found(
      must(ledger, intent, { kind: 'approved', approval: approvalOf(3) }, SCAN_TIME, { actor: TERMINAL })
        .intent,
    );
    expect(ledger.verify()).toMatchObject({ ok: true, faults: [] });
  });

  it('by card number needs the key: a reader beside the agent says so', () => {
    const reader = openLedgerReadOnly({ file: shop.file });
    expect(() => reader.list({ limit: 1, cardNumber: '9410001234567788' })).toThrow(
      expect.objectContaining({ code: 'KEY_MISSING' }),
    );
    reader.close();
  });
});

describe('the facts of a scan', () => {
  it('tell of the card in doubt, of open reversals, and of the drawer', () => {
    const scan = scanOf();
    const { intent } = sendCharge(ledger, SCAN_TIME, { cardNumber: scan.cardNumber, token: '999' });
    const facts = () => ledger.facts(scan.barcodeSpec, scan.cardNumber, SCAN_TIME);
    expect(facts()).toMatchObject({
      same: null,
      cardBusy: null,
      drawer: 10_000,
      openReversals: { count: 0 },
    });
    must(ledger, intent, { kind: 'unanswered' }, later(SCAN_TIME, 2_100), { actor: TERMINAL });
    expect(facts().cardBusy?.sequenceId).toBe(intent.sequenceId);
    must(ledger, intent, { kind: 'deadline' }, later(SCAN_TIME, 16_000), { actor: TERMINAL });
    expect(facts()).toMatchObject({
      cardBusy: { sequenceId: intent.sequenceId },
      openReversals: { count: 1, sum: 10_000, oldestAtMs: SCAN_TIME.wallMs },
    });
    expect(ledger.facts(scan.barcodeSpec, '9410000000000000', SCAN_TIME).cardBusy).toBeNull();
  });

  it('count what a card and the terminal moved today, and forget what was not moved', () => {
    const cardNumber = '9410001234567788';
    approveCharge(ledger, SCAN_TIME, 1, { cardNumber, amount: 10_000 });
    const sums = () => {
      const { cardToday, terminalToday } = ledger.facts('x', cardNumber, SCAN_TIME);
      return { card: cardToday.CHARGE, terminal: terminalToday.CHARGE };
    };
    expect(sums()).toEqual({ card: { count: 1, sum: 10_000 }, terminal: { count: 1, sum: 10_000 } });
    const { intent } = sendCharge(ledger, SCAN_TIME, { cardNumber, amount: 5_000, token: '777' });
    sendCharge(ledger, SCAN_TIME, { amount: 1_000 });
    expect(sums()).toEqual({ card: { count: 2, sum: 15_000 }, terminal: { count: 3, sum: 16_000 } });
    must(ledger, intent, { kind: 'declined', code: '006_005', businessDate: null }, SCAN_TIME, {
      actor: TERMINAL,
    });
    expect(sums()).toEqual({ card: { count: 1, sum: 10_000 }, terminal: { count: 2, sum: 11_000 } });
    ledger.close();
    openAgain();
    expect(sums()).toEqual({ card: { count: 1, sum: 10_000 }, terminal: { count: 2, sum: 11_000 } });
    expect(ledger.facts('x', cardNumber, later(SCAN_TIME, DAY_MS)).terminalToday.CHARGE.count).toBe(0);
  });

  it("count one card's deferred charges for its own limit, also over a restart, and no more once it is credited", () => {
    const cardNumber = '9410000000000013';
    const defer = (wish: { cardNumber: string; token: string }) => {
      const scan = scanOf(wish);
      ledger.accept(scan, SCAN_TIME);
      return must(ledger, scan, { kind: 'received', creditLater: true }, SCAN_TIME, { canDefer: true })
        .intent;
    };
    const first = defer({ cardNumber, token: '101' });
    const second = defer({ cardNumber, token: '102' });
    defer({ cardNumber: '9410000000000021', token: '103' });
    const counts = () => [
      ledger.facts('x', cardNumber, SCAN_TIME).deferredOfCard,
      ledger.deferredOfCard(first.sequenceId),
    ];
    expect(counts()).toEqual([2, 1]);
    ledger.close();
    openAgain();
    expect(counts()).toEqual([2, 1]);
    must(ledger, second, { kind: 'send' }, SCAN_TIME, { actor: TERMINAL });
    must(ledger, second, { kind: 'approved', approval: approvalOf(9) }, SCAN_TIME, { actor: TERMINAL });
    expect(counts()).toEqual([1, 0]);
  });

  it('sum the deferred charges that are not credited yet', () => {
    const scan = scanOf();
    ledger.accept(scan, SCAN_TIME);
    must(ledger, scan, { kind: 'received', creditLater: true }, SCAN_TIME, { canDefer: true });
    const deferred = { count: 1, sum: 10_000, oldestAtMs: SCAN_TIME.wallMs };
    expect(ledger.facts('x', '9410000000000000', SCAN_TIME).deferredOpen).toEqual(deferred);
    expect(ledger.summary()).toMatchObject({
      open: 1,
      deferred,
      byState: { 'CHARGE.unsent.received': { count: 1 } },
    });
    expect(ledger.balances()).toMatchObject({ deferred: -10_000, suspense: 0 });
  });
});

describe('a return that a manager wrote off as unclaimed while its reversal is still owed', () => {
  it('is running, and no longer owed to a customer', () => {
    const { intent } = sendCharge(ledger, SCAN_TIME);
    must(ledger, intent, { kind: 'notProcessed', code: '006_006' }, SCAN_TIME, { actor: TERMINAL });
    expect(idsOf({ group: 'owed' })).toEqual([intent.sequenceId]);
    expect(ledger.summary().returnDue).toEqual({ count: 1, sum: 10_000 });
    const { sequenceId, type, amount } = intent;
    const kind = 'returnUnclaimed';
    const entries = voucherPosting({ kind, type, amount, loss: 'store', caseNumber: 'C-1' });
    const voucher = { caseNumber: 'C-1', sequenceId, reason: 'nobody came', entries };
    must(ledger, intent, { kind: 'unclaimed' }, SCAN_TIME, { actor: MANAGER, voucher });
    expect(idsOf({ group: 'owed' })).toEqual([]);
    expect(idsOf({ group: 'running' })).toEqual([sequenceId]);
    expect(ledger.summary()).toMatchObject({ returnDue: { count: 0, sum: 0 }, reversing: { count: 1 } });
    expect(ledger.verify().faults).toEqual([]);
  });
});

describe('the summary', () => {
  it('counts by state for one business date or for all', () => {
    approveCharge(ledger, SCAN_TIME, 1);
    approveCharge(ledger, SCAN_TIME, 2, { amount: 5_000 });
    ledger.accept(scanOf(), later(SCAN_TIME, DAY_MS));
    expect(ledger.summary('20260723').byState).toEqual({
      'CHARGE.approved.received': { count: 2, sum: 15_000 },
    });
    expect(Object.keys(ledger.summary().byState).sort()).toEqual([
      'CHARGE.approved.received',
      'CHARGE.unsent.none',
    ]);
  });
});

describe('any order of commands and answers', () => {
  const events = fc.constantFrom(
    { kind: 'received' } as const,
    { kind: 'stop' } as const,
    { kind: 'cashBack' } as const,
    { kind: 'request' } as const,
    { kind: 'send' } as const,
    { kind: 'unanswered' } as const,
    { kind: 'deadline' } as const,
    { kind: 'givenBack' } as const,
    { kind: 'paidOut' } as const,
    { kind: 'notPaid' } as const,
    { kind: 'acknowledge' } as const,
    { kind: 'leave' } as const,
    { kind: 'restart' } as const,
    { kind: 'answer', answer: 'inDrawer' } as const,
    { kind: 'answer', answer: 'withCustomer' } as const,
    { kind: 'declined', code: '006_005', businessDate: '20260724' } as const,
    { kind: 'ambiguous', code: null } as const,
    { kind: 'approved', approval: approvalOf(9) } as const,
    { kind: 'netCancelAcknowledged', result: 'REVERSED', tombstone: true, businessDate: null } as const,
  );

  it('leaves a ledger that verifies, opened again or not', () => {
    const intents = [scanOf(), scanOf({ type: 'REFUND' }), scanOf({ amount: 0 })];
    for (const intent of intents) ledger.accept(intent, SCAN_TIME);
    let step = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2), events), { minLength: 1, maxLength: 8 }), (steps) => {
        for (const [place, event] of steps) {
          step += 1;
          const sequenceId = intents[place]?.sequenceId ?? '';
          ledger.record(sequenceId, event, later(SCAN_TIME, step * 100), {
            actor: TERMINAL,
            canDefer: step % 2 === 0,
          });
        }
        if (step % 7 === 0) {
          ledger.close();
          openAgain();
        }
        if (step % 5 === 0) ledger.sweep(later(SCAN_TIME, step * 100));
        expect(ledger.verify().faults).toEqual([]);
        for (const place of intents.keys()) {
          const ended = ledger
            .attention()
            .every((intent) => intent.sequenceId !== intents[place]?.sequenceId);
          if (!ended) continue;
          const fresh = scanOf({ type: place === 1 ? 'REFUND' : 'CHARGE' });
          intents[place] = fresh;
          ledger.accept(fresh, later(SCAN_TIME, step * 100));
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('another cut-over hour', () => {
  it('in the configuration does not make the ledger look changed', () => {
    const night = later(SCAN_TIME, 12 * 3_600_000);
    const kept = ledger.accept(scanOf(), night).intent;
    ledger.close();
    openAgain({ cutOverHour: 4 });
    const moved = ledger.accept(scanOf(), night).intent;
    expect(ledger.verify()).toMatchObject({ ok: true, faults: [] });
    expect(idsOf({ businessDateTo: '20260723' })).toEqual([moved.sequenceId]);
    expect(idsOf({ businessDateFrom: '20260724' })).toEqual([kept.sequenceId]);
  });
});

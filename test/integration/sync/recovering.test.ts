import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Intent } from '../../../src/intent/model.ts';
import { DEFAULT_TIMES } from '../../../src/intent/rules.ts';
import { kstMillis } from '../../../src/konaplate/kst.ts';
import type { InquiryAnswer, SettlementItem } from '../../../src/konaplate/settlement.ts';
import { LedgerFault } from '../../../src/ledger/fault.ts';
import { DEFAULT_LIMITS } from '../../../src/sync/limits.ts';
import { volatileMemory } from '../../../src/sync/memory.ts';
import type { SyncLog } from '../../../src/sync/options.ts';
import { MANAGER, scanOf } from '../ledger/shop.ts';
import { AMBIGUOUS, APPROVED, answered, Counter, NOTHING_LEFT, notProcessed } from './counter.ts';

let counter: Counter;
beforeEach(() => {
  counter = new Counter({ memory: volatileMemory() });
});
afterEach(() => counter.end());

function itemOf(businessDate: string): SettlementItem {
  return {
    sequenceId: `LOST-${businessDate}`,
    terminalId: 'T0000001',
    type: 'CHARGE',
    amount: 10_000,
    state: 'APPROVED',
    nrNumber: 'KMN260723000000001',
    approvalCode: '000001',
    approvedAt: '20261120100000000',
    businessDate,
    deferred: false,
    bin: '949133',
    last4: '0009',
  };
}

/** The dates of what is noted from now on as the issuer's alone. */
function missingHere(): readonly unknown[] {
  const notes: unknown[] = [];
  const note = counter.ledger.note.bind(counter.ledger);
  counter.ledger.note = (kind, detail, now, actor) => {
    if (kind === 'issuerItemMissingHere') notes.push(detail.businessDate);
    return note(kind, detail, now, actor);
  };
  return notes;
}

/** A till of which a day was never closed; those since were, and it is fenced. */
async function unclosedSince(date: string, log: SyncLog = () => {}): Promise<void> {
  await counter.end();
  const isSealed = (each: string): boolean => each > date;
  counter = new Counter({ memory: volatileMemory(), unsealedFrom: () => date, isSealed, log });
  counter.backend.greeting = { ...counter.backend.greeting, epoch: 4 };
  await counter.start();
}

async function claimed(): Promise<boolean> {
  counter.backend.greeting = { ...counter.backend.greeting, epoch: 5 };
  const answer = counter.worker.claimEpoch('lee');
  await counter.clock.advance(60_000);
  return answer;
}

/** A claim that is granted while the lists are not to be had any more. */
async function claimWithoutListBehind(): Promise<void> {
  const { backend, clock, worker } = counter;
  backend.sayHello = () => {
    backend.sayTransactions = () => AMBIGUOUS;
    return answered({ ...backend.greeting, epoch: 5, serverTimeMs: clock.now().wallMs });
  };
  const claimed = worker.claimEpoch('lee');
  await clock.advance(2_000);
  expect(await claimed).toBe(true);
}

describe('recovering', () => {
  it('outlives a restart, also when the journal has grown past what the issuer knew', async () => {
    const memory = volatileMemory();
    await counter.end();
    counter = new Counter({ memory });
    counter.backend.greeting = { ...counter.backend.greeting, knownJournalIndex: 1_000 };
    await counter.start();
    expect(counter.worker.status().recovering).toBe(true);
    const charge = counter.charge();
    await counter.worker.stop();
    await counter.crash();
    // This issuer has nothing against it any more.
    counter.backend.greeting = { ...counter.backend.greeting, knownJournalIndex: 0 };
    await counter.start();
    await counter.clock.advance(5_000);
    expect(counter.worker.status().recovering).toBe(true);
    expect(counter.now(charge).cases).toContain('RECOVERING');
    expect(counter.backend.of('approve')).toHaveLength(0);
  });

  it('says in the first answered hello what the first start found, not what later starts have written since', async () => {
    const memory = volatileMemory();
    await counter.end();
    counter = new Counter({ memory, found: { index: 3, hash: 'a'.repeat(64) } });
    counter.backend.sayHello = () => NOTHING_LEFT;
    await counter.start();
    await counter.clock.advance(2_000);
    const later = new Counter({ memory, found: { index: 9, hash: 'b'.repeat(64) } });
    await later.start();
    expect(later.backend.of('hello').at(-1)?.context).toMatchObject({ journalIndex: 3 });
    await later.end();
    expect(memory.read()?.found).toBeNull();
  });

  it("imports the issuer's lists of every unsealed day, and notes once what is missing here", async () => {
    counter.backend.greeting = { ...counter.backend.greeting, holder: 'c'.repeat(64) };
    counter.backend.sayTransactions = ({ businessDate }) =>
      answered({ asOf: '20261122120000000', final: true, totals: [], items: [itemOf(businessDate)] });
    await counter.start();
    const notes = missingHere();
    for (let tries = 0; tries < 2; tries += 1) {
      const claimed = counter.worker.claimEpoch('lee');
      await counter.clock.advance(2_000);
      expect(await claimed).toBe(false);
    }
    expect(notes).toEqual(['15', '16', '17', '18', '19', '20', '21', '22'].map((day) => `202611${day}`));
  });

  it('imports once more behind its claim what a copy of the disk booked before it, also when the list is not to be had at once', async () => {
    const { backend, clock } = counter;
    backend.greeting = { ...backend.greeting, epoch: 4 };
    await counter.start();
    const notes = missingHere();
    await claimWithoutListBehind();
    expect(notes).toEqual([]);
    expect(backend.of('transactions').length).toBeGreaterThan(0);
    backend.sayTransactions = ({ businessDate }) => {
      const items = businessDate === '20261122' ? [itemOf(businessDate)] : [];
      return answered({ asOf: '20261122120000000', final: true, totals: [], items });
    };
    await clock.advance(60_000);
    expect(notes).toEqual(['20261122']);
    const lists = backend.of('transactions').length;
    await clock.advance(600_000);
    expect(backend.of('transactions')).toHaveLength(lists);
  });

  it('leaves no timer behind when it stops before that list was read: the process ends', async () => {
    const { backend, clock, worker } = counter;
    backend.greeting = { ...backend.greeting, epoch: 4 };
    await counter.start();
    await claimWithoutListBehind();
    const stopped = worker.stop();
    await clock.advance(10_000);
    await stopped;
    const { timersRun } = clock;
    await clock.advance(600_000);
    expect(clock.timersRun).toBe(timersRun);
  });

  it('a claim over damage that SQLite found is not granted, and ends no run for it: what is listed may be here or not', async () => {
    const faults: unknown[] = [];
    await counter.end();
    counter = new Counter({ onFault: (fault) => faults.push(fault) });
    const { backend, clock, ledger, worker } = counter;
    backend.greeting = { ...backend.greeting, epoch: 4 };
    backend.sayTransactions = ({ businessDate }) =>
      answered({ asOf: '20261122120000000', final: true, totals: [], items: [itemOf(businessDate)] });
    await counter.start();
    backend.greeting = { ...backend.greeting, epoch: 5 };
    const { get } = ledger;
    ledger.get = () => {
      throw new LedgerFault('CORRUPT', 'a page', 'SQLITE_CORRUPT');
    };
    const claimed = worker.claimEpoch('lee');
    await clock.advance(2_000);
    expect(await claimed).toBe(false);
    ledger.get = get;
    const charge = counter.charge();
    await clock.advance(2_000);
    expect(faults).toEqual([]);
    expect(counter.now(charge).cases).toEqual(['RECOVERING']);
  });

  it('imports the lists of the last days also when a payment bears the date of a clock that stood in 1970', async () => {
    await counter.end();
    counter = new Counter({ memory: volatileMemory(), unsealedFrom: () => '19700101' });
    counter.backend.greeting = { ...counter.backend.greeting, epoch: 4 };
    await counter.start();
    counter.backend.greeting = { ...counter.backend.greeting, epoch: 5 };
    const claimed = counter.worker.claimEpoch('lee');
    await counter.clock.advance(60_000);
    expect(await claimed).toBe(true);
    const dates = counter.backend.of('transactions').map(({ request }) => Object(request).businessDate);
    expect(new Set(dates).size).toBe(403);
    expect(dates.at(-1)).toBe('20261122');
  });

  it('imports the list of a day that nobody closed, however long ago, and none of the days that were sealed since', async () => {
    await unclosedSince('20260715');
    counter.backend.sayTransactions = ({ businessDate }) =>
      answered({ asOf: '20261122120000000', final: true, totals: [], items: [itemOf(businessDate)] });
    const notes = missingHere();
    expect(await claimed()).toBe(true);
    const lastDays = ['15', '16', '17', '18', '19', '20', '21', '22'].map((day) => `202611${day}`);
    expect(notes).toEqual(['20260715', ...lastDays]);
  });

  it('imports the lists of all days since its ledger began that are not sealed here: what it knew of them may have gone with its end', async () => {
    await counter.end();
    const isSealed = (date: string): boolean => date < '20261110';
    counter = new Counter({ memory: volatileMemory(), begunOn: () => '20261101', isSealed });
    counter.backend.greeting = { ...counter.backend.greeting, epoch: 4 };
    counter.backend.sayTransactions = ({ businessDate }) =>
      answered({ asOf: '20261122120000000', final: true, totals: [], items: [itemOf(businessDate)] });
    await counter.start();
    const notes = missingHere();
    expect(await claimed()).toBe(true);
    expect(notes.toSorted()).toEqual(Array.from({ length: 13 }, (_, place) => `${20261110 + place}`));
  });

  it('keeps no claim back for the list of a day long ago that the issuer does not give any more: the log says so', async () => {
    const lines: string[] = [];
    await unclosedSince('20260715', (line) => lines.push(`${line.event} ${line.from}`));
    const { sayTransactions } = counter.backend;
    counter.backend.sayTransactions = (request) =>
      request.businessDate < '20260901' ? AMBIGUOUS : sayTransactions(request);
    expect(await claimed()).toBe(true);
    expect(lines).toContain('oldListsUnread 20260715');
    const dates = counter.backend.of('transactions').map(({ request }) => Object(request).businessDate);
    expect(new Set(dates).size).toBe(9);
  });

  it('reads no list before the issuer has said which day it is: the clock here may stand in any year', async () => {
    counter.ledger.markRecovering('RESTORED', counter.clock.now(), MANAGER);
    counter.clock.setWall(73 * 366 * 86_400_000);
    counter.backend.sayHello = () => NOTHING_LEFT;
    await counter.start();
    const early = counter.worker.claimEpoch('lee');
    await counter.clock.advance(1_000);
    expect(await early).toBe(false);
    expect(counter.backend.of('transactions')).toEqual([]);
    counter.backend.sayHello = () => answered({ ...counter.backend.greeting, serverTimeMs: 0 });
    counter.worker.now();
    await counter.clock.advance(5_000);
    counter.backend.greeting = { ...counter.backend.greeting, epoch: 1 };
    const claimed = counter.worker.claimEpoch('lee');
    await counter.clock.advance(60_000);
    expect(await claimed).toBe(true);
    const dates = counter.backend.of('transactions').map(({ request }) => Object(request).businessDate);
    expect([dates[0]?.slice(0, 6), dates.at(-1)]).toEqual(['202611', '20261122']);
  });

  it('ends with a list whose pages never come to an end: it is not granted, and asks for no page twice', async () => {
    counter.backend.greeting = { ...counter.backend.greeting, epoch: 4 };
    counter.backend.sayTransactions = () =>
      answered({ asOf: '20261122120000000', final: false, totals: [], items: [], nextCursor: 'on' });
    await counter.start();
    const claimed = counter.worker.claimEpoch('lee');
    await counter.clock.advance(1_000);
    expect(await Promise.race([claimed, counter.clock.advance(0)])).toBe(false);
    expect(counter.backend.of('transactions')).toHaveLength(2);
  });

  it("reads the list of a day that begins while it reads: the answers know the issuer's date, an old hello does not", async () => {
    counter.backend.greeting = { ...counter.backend.greeting, epoch: 4 };
    await counter.start();
    counter.backend.greeting = { ...counter.backend.greeting, epoch: 5 };
    counter.backend.sayTransactions = () => {
      counter.backend.businessDate = '20261123';
      return answered({ asOf: '20261122120000000', final: true, totals: [], items: [] });
    };
    const claimed = counter.worker.claimEpoch('lee');
    await counter.clock.advance(60_000);
    expect(await claimed).toBe(true);
    const dates = counter.backend.of('transactions').map(({ request }) => Object(request).businessDate);
    expect(dates.at(-1)).toBe('20261123');
  });

  it('a charge that could still be voided when the journal ended is a case: what is gone may have given its cash back', async () => {
    const { clock, backend } = counter;
    backend.sayApprove = () => answered({ ...APPROVED, approvedAt: kstMillis(clock.now().wallMs) });
    const kept = async (): Promise<Intent> => {
      const charge = counter.charge();
      await clock.advance(1_000);
      return counter.record(charge, { kind: 'acknowledge' });
    };
    await counter.start();
    const old = await kept();
    await clock.advance(DEFAULT_TIMES.voidWindowMs);
    const late = await kept();
    await clock.advance(60_000);
    const last = await kept();
    await counter.crash();
    // The line is down for longer than the minutes of a void, and customers go on coming.
    backend.sayHello = () => NOTHING_LEFT;
    await counter.start();
    await clock.advance(2 * DEFAULT_TIMES.voidWindowMs);
    const since = counter.charge();
    backend.sayHello = () => answered({ ...backend.greeting, knownJournalIndex: 1_000 });
    counter.worker.now();
    await clock.advance(60_000);
    expect(counter.worker.status().recovering).toBe(true);
    expect([old, late, last, since].map((charge) => counter.now(charge).cases)).toEqual([
      [],
      ['RECOVERING'],
      ['RECOVERING'],
      ['RECOVERING'], // open
    ]);
  });

  it('sends no net cancel again while it is fenced, also when the issuer was restored', async () => {
    await counter.start();
    counter.backend.sayApprove = () => notProcessed('000_002');
    const reversed = counter.charge();
    await counter.clock.advance(1_000);
    counter.record(reversed, { kind: 'givenBack' });
    expect(counter.at(reversed)).toBe('reversed/returned');
    counter.backend.greeting = { ...counter.backend.greeting, epoch: 4 };
    counter.backend.issuerEpoch = 'second';
    const mark = counter.backend.of('netCancel').length;
    counter.worker.now();
    await counter.clock.advance(60_000);
    expect(counter.worker.status().recovering).toBe(true);
    expect(counter.backend.of('netCancel')).toHaveLength(mark);
  });

  it('does not end with an item of the issuer whose id looks like a card number, and keeps that number out of the journal', async () => {
    counter.backend.greeting = { ...counter.backend.greeting, epoch: 4 };
    counter.backend.sayTransactions = ({ businessDate }) =>
      answered({
        asOf: '20261122120000000',
        final: true,
        totals: [],
        items: [{ ...itemOf(businessDate), sequenceId: '1732600000000123' }],
      });
    await counter.start();
    counter.backend.greeting = { ...counter.backend.greeting, epoch: 5 };
    const claimed = counter.worker.claimEpoch('lee');
    await counter.clock.advance(60_000);
    expect(await claimed).toBe(true);
    expect(counter.worker.status().recovering).toBe(false);
  });

  it('a claim that is under way when the till stops ends as not granted', async () => {
    counter.backend.greeting = { ...counter.backend.greeting, epoch: 4 };
    await counter.start();
    const claimed = counter.worker.claimEpoch('lee');
    await counter.worker.stop();
    expect(await Promise.race([claimed, counter.clock.advance(60_000).then(() => 'waits for ever')])).toBe(
      false,
    );
  });

  it('aborts the list that it imports when the till stops, and writes nothing of it any more', async () => {
    counter.backend.greeting = { ...counter.backend.greeting, epoch: 4 };
    counter.backend.sayTransactions = () => new Promise(() => {});
    await counter.start();
    const claimed = counter.worker.claimEpoch('lee');
    await counter.clock.advance(1_000);
    expect(counter.backend.of('transactions')).toHaveLength(1);
    const stopped = counter.worker.stop();
    await counter.clock.advance(DEFAULT_LIMITS.stopMs + 100);
    await stopped;
    expect(await Promise.race([claimed, counter.clock.advance(60_000).then(() => 'waits for ever')])).toBe(
      false,
    );
  });

  it('begins to ask again from the start with each claim: what was asked before the fence does not count', async () => {
    counter.backend.greeting = { ...counter.backend.greeting, drainPerMinute: 60 };
    await counter.start();
    const charge = counter.charge();
    await counter.clock.advance(1_000);
    const other = counter.charge();
    await counter.clock.advance(1_000);
    const { balance: _balance, ...approval } = APPROVED;
    const completed = answered<InquiryAnswer>({ result: 'COMPLETED', approval, voids: [] });
    // Asked newest first, one a second: the older one is still to come when the fence falls.
    counter.backend.sayInquiry = () => completed;
    counter.backend.issuerEpoch = 'second';
    counter.worker.now();
    await counter.clock.advance(500);
    expect(counter.backend.of('inquiry').map(({ sequenceId }) => sequenceId)).toEqual([other.sequenceId]);
    counter.backend.greeting = { ...counter.backend.greeting, epoch: 1 };
    counter.worker.now();
    await counter.clock.advance(100);
    expect(counter.worker.status().recovering).toBe(true);
    counter.backend.greeting = { ...counter.backend.greeting, epoch: 2 };
    const claimed = counter.worker.claimEpoch('lee');
    await counter.clock.advance(60_000);
    expect(await claimed).toBe(true);
    expect(counter.backend.of('inquiry', charge.sequenceId)).toHaveLength(1);
    expect(counter.backend.of('inquiry', other.sequenceId)).toHaveLength(2);
  });

  it('asks again for everything once it is believed again, also for what it does not know to have been sent', async () => {
    counter.backend.greeting = { ...counter.backend.greeting, epoch: 4 };
    const { intent } = counter.ledger.accept(scanOf({ type: 'REFUND' }), counter.clock.now());
    counter.record(intent, { kind: 'stop' });
    await counter.start();
    counter.backend.greeting = { ...counter.backend.greeting, epoch: 5 };
    const { balance: _balance, ...approval } = APPROVED;
    counter.backend.sayInquiry = () => answered({ result: 'COMPLETED', approval, voids: [] });
    const claimed = counter.worker.claimEpoch('lee');
    await counter.clock.advance(60_000);
    expect(await claimed).toBe(true);
    expect(counter.now(intent)).toMatchObject({ host: 'closed', cases: ['APPROVED_NEVER_SENT'] });
  });
});

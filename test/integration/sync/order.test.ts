import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InquiryAnswer, SettlementItem } from '../../../src/konaplate/settlement.ts';
import { LedgerFault } from '../../../src/ledger/fault.ts';
import { DEFAULT_LIMITS } from '../../../src/sync/limits.ts';
import { volatileMemory } from '../../../src/sync/memory.ts';
import { SyncWorker } from '../../../src/sync/worker.ts';
import { MANAGER, scanOf } from '../ledger/shop.ts';
import { AMBIGUOUS, APPROVED, answered, Counter, MACHINE, NOTHING_LEFT, notProcessed } from './counter.ts';

let counter: Counter;
beforeEach(() => {
  counter = new Counter({ memory: volatileMemory() });
});
afterEach(() => counter.end());

describe('the first call of a run', () => {
  it('is hello, alone; everything else waits for its answer', async () => {
    counter.charge();
    counter.backend.sayHello = () => NOTHING_LEFT;
    await counter.start();
    await counter.clock.advance(2_000);
    expect(counter.backend.sent.every((sent) => sent.call === 'hello')).toBe(true);
    expect(counter.worker.status()).toMatchObject({
      onlineSinceStart: false,
      line: { state: 'down', reason: 'NOT_SENT' },
    });
  });

  it('tells backlog and machine, and its answer is in the status', async () => {
    counter.deferred();
    await counter.start();
    expect(counter.backend.of('hello')[0]?.request).toMatchObject({
      machineId: MACHINE,
      agentVersion: 'test',
      backlogCount: 1,
      backlogOldestAtMs: expect.any(Number),
    });
    expect(counter.worker.status()).toMatchObject({
      line: { state: 'online', reason: null },
      onlineSinceStart: true,
      clockConfirmed: true,
      businessDate: '20261122',
      issuerEpoch: 'first',
      drainPerMinute: 600,
      recovering: false,
    });
  });
});

describe('order', () => {
  it('net cancels before inquiries before attended approvals before deferred ones', async () => {
    // A first run leaves one of each behind; nothing is sent before the questions are answered.
    counter.backend.sayApprove = () => AMBIGUOUS;
    counter.backend.sayNetCancel = () => AMBIGUOUS;
    counter.backend.sayInquiry = () => AMBIGUOUS;
    await counter.start();
    const reversing = counter.charge();
    await counter.clock.advance(16_000);
    counter.record(reversing, { kind: 'givenBack' });
    const unknown = counter.charge();
    await counter.clock.advance(0);
    expect([counter.at(reversing), counter.at(unknown)]).toEqual(['reversing/returned', 'unknown/received']);
    await counter.crash();
    const deferred = counter.deferred();
    const attended = counter.charge();
    const mark = counter.backend.sent.length;
    await counter.start();
    const order = counter.backend.sent
      .slice(mark)
      .map((sent) => `${sent.call} ${sent.sequenceId ?? ''}`.trim());
    expect(order.slice(0, 5)).toEqual([
      'hello',
      `netCancel ${reversing.sequenceId}`,
      `inquiry ${unknown.sequenceId}`,
      `approve ${attended.sequenceId}`,
      `approve ${deferred.sequenceId}`,
    ]);
  });

  it('an attended approval never waits behind a backlog, however stuck', async () => {
    counter.backend.sayApprove = () => new Promise(() => {});
    counter.backend.greeting = { ...counter.backend.greeting, drainPerMinute: 100_000 };
    await counter.start();
    for (let at = 0; at < 40; at += 1) counter.deferred();
    await counter.clock.advance(1_000);
    const stuck = counter.backend.of('approve').length;
    expect(stuck).toBe(DEFAULT_LIMITS.inFlight - DEFAULT_LIMITS.reserved);
    counter.backend.sayApprove = () => answered(APPROVED);
    const charge = counter.charge();
    await counter.clock.advance(0);
    expect(counter.at(charge)).toBe('approved/received');
  });

  it('drains at the pace that the issuer sets', async () => {
    counter.backend.greeting = { ...counter.backend.greeting, drainPerMinute: 30 };
    for (let at = 0; at < 20; at += 1) counter.deferred();
    await counter.start();
    await counter.clock.advance(20_000);
    expect(counter.backend.of('approve').length).toBeGreaterThanOrEqual(10);
    expect(counter.backend.of('approve').length).toBeLessThanOrEqual(11);
  });

  it('sleeps while a repeat waits for the first copy of the same request', async () => {
    counter.backend.greeting = { ...counter.backend.greeting, drainPerMinute: 60_000 };
    counter.backend.sayApprove = () => new Promise(() => {});
    await counter.start();
    const charge = counter.deferred();
    await counter.clock.advance(5_000);
    expect(counter.at(charge)).toBe('unknown/received');
    const before = counter.clock.timersRun;
    await counter.clock.advance(10_000);
    expect(counter.clock.timersRun - before).toBeLessThan(20);
    expect(counter.backend.of('approve')).toHaveLength(1);
  });

  it('delivers nothing deferred while the issuer allows none', async () => {
    counter.backend.greeting = { ...counter.backend.greeting, drainPerMinute: 0 };
    counter.deferred();
    await counter.start();
    await counter.clock.advance(20_000);
    expect(counter.backend.of('approve').length).toBeLessThanOrEqual(1);
  });
});

describe('the line', () => {
  it('goes down after two failures, says why and when it is tried next, and comes back after two answers', async () => {
    await counter.start();
    counter.backend.sayProbe = () => NOTHING_LEFT;
    await counter.clock.advance(30_000);
    expect(counter.worker.status().line.state).toBe('online');
    await counter.clock.advance(1_000);
    const { line } = counter.worker.status();
    expect(line).toMatchObject({ state: 'down', reason: 'NOT_SENT' });
    expect(line.nextTryMs).toBeGreaterThan(counter.clock.now().wallMs - 1);
    counter.backend.sayProbe = () => answered({ result: 'NOT_FOUND', voids: [] });
    await counter.clock.advance(1_000);
    expect(counter.worker.status().line.state).toBe('down');
    await counter.clock.advance(30_000);
    expect(counter.worker.status().line.state).toBe('online');
  });

  it('is not online for an answer that cannot be trusted', async () => {
    counter.backend.sayHello = () => ({ class: 'ambiguous', why: 'UNSIGNED', code: null, bytesWritten: 9 });
    await counter.start();
    await counter.clock.advance(3_000);
    expect(counter.worker.status().line).toMatchObject({ state: 'down', reason: 'NOT_TRUSTED' });
  });

  it('is probed when it is quiet, and only then', async () => {
    await counter.start();
    await counter.clock.advance(95_000);
    expect(counter.backend.of('probe')).toHaveLength(3);
    expect(counter.backend.of('hello')).toHaveLength(1);
  });

  it('shows its breaker while it is down', async () => {
    await counter.start();
    counter.backend.sayProbe = () => AMBIGUOUS;
    await counter.clock.advance(40_000);
    expect(counter.worker.status().breaker).toMatchObject({ state: 'open' });
    expect(counter.worker.status().line).toMatchObject({ state: 'down', reason: 'NO_ANSWER' });
  });

  it('tells its listeners when it changes, and not for counters', async () => {
    await counter.start();
    let told = 0;
    const end = counter.worker.onChange(() => {
      told += 1;
    });
    counter.charge();
    await counter.clock.advance(0);
    expect(told).toBe(0);
    counter.worker.pause('시험', MANAGER);
    expect(told).toBe(1);
    end();
  });
});

describe('hello', () => {
  it('is repeated alone now and then, and nothing overtakes it: it judges the journal index', async () => {
    await counter.start();
    await counter.clock.advance(590_000);
    expect(counter.backend.of('hello')).toHaveLength(1);
    counter.backend.sayHello = () =>
      new Promise((resolve) => counter.clock.after(200, () => resolve(answered(counter.backend.greeting))));
    while (counter.backend.of('hello').length === 1) await counter.clock.advance(50);
    const charge = counter.charge();
    await counter.clock.advance(10);
    expect(counter.backend.of('approve')).toHaveLength(0);
    await counter.clock.advance(200);
    expect(counter.at(charge)).toBe('approved/received');
  });
});

describe('the business day', () => {
  it('is asked for again as soon as any answer shows a later date, once', async () => {
    await counter.start();
    counter.backend.businessDate = '20261123';
    await counter.clock.advance(65_000);
    expect(counter.backend.of('hello')).toHaveLength(2);
    counter.backend.greeting = { ...counter.backend.greeting, openBusinessDate: '20261123' };
    counter.worker.now();
    await counter.clock.advance(1_000);
    expect(counter.worker.status().businessDate).toBe('20261123');
  });
});

describe('slow answers', () => {
  it('show as a slow line until they are quick again', async () => {
    await counter.start();
    counter.backend.sayApprove = () =>
      new Promise((resolve) => counter.clock.after(1_900, () => resolve(answered(APPROVED))));
    for (let at = 0; at < 6; at += 1) {
      counter.charge();
      await counter.clock.advance(2_000);
    }
    expect(counter.worker.status().line).toMatchObject({ state: 'slow', reason: 'SLOW' });
    counter.backend.sayApprove = () => answered(APPROVED);
    for (let at = 0; at < 6; at += 1) {
      counter.charge();
      await counter.clock.advance(10);
    }
    expect(counter.worker.status().line.state).toBe('online');
  });
});

describe('pause', () => {
  it('stops approvals, not net cancels, and outlives a restart', async () => {
    counter.backend.sayApprove = () => AMBIGUOUS;
    await counter.start();
    const reversing = counter.charge();
    await counter.clock.advance(0);
    counter.worker.pause('통신사 작업', MANAGER);
    const waiting = counter.deferred();
    await counter.clock.advance(20_000);
    expect(counter.at(reversing)).toBe('reversed/return_due');
    expect(counter.at(waiting)).toBe('unsent/received');
    expect(counter.worker.status()).toMatchObject({
      line: { state: 'paused' },
      paused: { by: 'manager', reason: '통신사 작업' },
    });
    await counter.crash();
    await counter.start();
    await counter.clock.advance(5_000);
    expect(counter.at(waiting)).toBe('unsent/received');
    counter.backend.sayApprove = () => answered(APPROVED);
    counter.worker.resume(MANAGER);
    await counter.clock.advance(5_000);
    expect(counter.at(waiting)).toBe('approved/received');
  });
});

describe('restart', () => {
  it('at any moment of a payment nothing is sent before the question is answered, then it goes on', async () => {
    counter.backend.sayApprove = () => new Promise(() => {});
    await counter.start();
    const charge = counter.charge();
    await counter.clock.advance(500);
    expect(counter.at(charge)).toBe('sending/received');
    await counter.crash();
    await counter.start();
    const mark = counter.backend.sent.length;
    counter.backend.sayInquiry = () => AMBIGUOUS;
    await counter.clock.advance(30_000);
    expect(counter.now(charge)).toMatchObject({ host: 'unknown', question: 'RE_IN' });
    expect(new Set(counter.backend.sent.slice(mark).map((sent) => sent.call))).toEqual(
      new Set(['inquiry', 'probe']),
    );
    counter.record(charge, { kind: 'answer', answer: 'inDrawer' });
    await counter.clock.advance(20_000);
    expect(counter.at(charge)).toBe('reversed/return_due');
  });
});

describe('stop', () => {
  it('waits for answers under way, records them, and lets nothing new out', async () => {
    await counter.start();
    counter.backend.sayApprove = () =>
      new Promise((resolve) => counter.clock.after(800, () => resolve(answered(APPROVED))));
    const charge = counter.charge();
    await counter.clock.advance(0);
    const stopped = counter.worker.stop();
    const second = counter.charge();
    await counter.clock.advance(2_000);
    await stopped;
    expect(counter.at(charge)).toBe('approved/received');
    expect(counter.at(second)).toBe('unsent/received');
  });

  it('does not wait for ever: what is still out is ambiguous and on disk as such', async () => {
    await counter.start();
    counter.backend.sayApprove = () => new Promise(() => {});
    const charge = counter.charge();
    await counter.clock.advance(0);
    const stopped = counter.worker.stop();
    await counter.clock.advance(3_000);
    await stopped;
    expect(counter.at(charge)).toBe('unknown/received');
  });
});

describe('fencing', () => {
  it('000_910 makes every open item a case; only inquiries and hello go out until the next epoch is granted', async () => {
    await counter.start();
    counter.backend.sayApprove = () => notProcessed('000_910');
    counter.backend.sayNetCancel = () => notProcessed('000_910');
    const charge = counter.charge();
    await counter.clock.advance(0);
    expect(counter.worker.status()).toMatchObject({ recovering: true });
    expect(counter.now(charge)).toMatchObject({ host: 'reversing', cases: ['RECOVERING'] });
    const mark = counter.backend.sent.length;
    counter.deferred();
    await counter.clock.advance(40_000);
    expect(new Set(counter.backend.sent.slice(mark).map((sent) => sent.call))).toEqual(new Set(['probe']));
    expect(counter.backend.of('inquiry', charge.sequenceId)).toHaveLength(1);
    counter.backend.sayNetCancel = () => answered({ result: 'REVERSED', reversedAt: null });
    counter.backend.sayApprove = () => answered(APPROVED);
    counter.backend.greeting = { ...counter.backend.greeting, epoch: 1 };
    const claimed = counter.worker.claimEpoch('lee');
    await counter.clock.advance(1_000);
    expect(await claimed).toBe(true);
    expect(counter.backend.of('hello').at(-1)?.request).toMatchObject({ claimEpoch: 1, managerId: 'lee' });
    await counter.clock.advance(60_000);
    expect(counter.worker.status()).toMatchObject({ recovering: false, epoch: 1 });
    expect(counter.backend.sent.at(-1)?.context.epoch).toBe(1);
    expect(counter.at(charge)).toBe('reversed/return_due');
  });

  it.each([
    ['another machine holds the epoch', { holder: 'c'.repeat(64) }],
    ['the issuer knows a later journal', { knownJournalIndex: 1_000 }],
  ])('%s: the terminal fences itself at the first hello', async (_what, greeting) => {
    counter.backend.greeting = { ...counter.backend.greeting, ...greeting };
    const charge = counter.charge();
    await counter.start();
    await counter.clock.advance(1_000);
    expect(counter.worker.status().recovering).toBe(true);
    expect(counter.backend.of('approve')).toHaveLength(0);
    expect(counter.now(charge).cases).toContain('RECOVERING');
  });

  it('an epoch that is not ours any more fences too', async () => {
    await counter.start();
    counter.backend.greeting = { ...counter.backend.greeting, epoch: 3 };
    counter.worker.now();
    await counter.clock.advance(1_000);
    expect(counter.worker.status().recovering).toBe(true);
  });
});

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
    const notes: unknown[] = [];
    const note = counter.ledger.note.bind(counter.ledger);
    counter.ledger.note = (kind, detail, now, actor) => {
      if (kind === 'issuerItemMissingHere') notes.push(detail.businessDate);
      return note(kind, detail, now, actor);
    };
    for (let tries = 0; tries < 2; tries += 1) {
      const claimed = counter.worker.claimEpoch('lee');
      await counter.clock.advance(2_000);
      expect(await claimed).toBe(false);
    }
    expect(notes).toEqual(['15', '16', '17', '18', '19', '20', '21', '22'].map((day) => `202611${day}`));
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
    expect(dates).toHaveLength(62);
    expect(dates.at(-1)).toBe('20261122');
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

  it('asks a restored issuer about the last days also when they are sealed here: it may have lost the seal', async () => {
    await counter.end();
    counter = new Counter({ memory: volatileMemory(), unsealedFrom: () => '20261123' });
    await counter.start();
    const charge = counter.charge();
    await counter.clock.advance(1_000);
    counter.backend.issuerEpoch = 'second';
    counter.worker.now();
    await counter.clock.advance(10_000);
    expect(counter.backend.of('inquiry', charge.sequenceId)).toHaveLength(1);
    expect(counter.now(charge).cases).toEqual(['ISSUER_CONTRADICTS']);
  });

  it('asks a restored issuer about what no clock could date too, once: the battery of the clock was dead', async () => {
    await counter.end();
    counter = new Counter({ memory: volatileMemory(), unsealedFrom: () => '20261122' });
    const yearsMs = counter.clock.now().wallMs - 60_000;
    counter.clock.setWall(-yearsMs);
    const { intent: expired } = counter.ledger.accept(scanOf({ type: 'CHARGE' }), counter.clock.now());
    await counter.start();
    await counter.clock.advance(301_000);
    expect(counter.at(expired)).toBe('closed/none');
    counter.clock.setWall(yearsMs);
    await counter.clock.advance(1_000);
    counter.backend.issuerEpoch = 'second';
    counter.worker.now();
    await counter.clock.advance(60_000);
    expect(counter.backend.of('inquiry', expired.sequenceId)).toHaveLength(1);
    counter.worker.now();
    await counter.clock.advance(60_000);
    expect(counter.backend.of('inquiry', expired.sequenceId)).toHaveLength(1);
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

describe('a clock that was set', () => {
  it('is compared at once, and no more often than the line is tried when nobody answers', async () => {
    await counter.start();
    counter.backend.sayHello = () => notProcessed('000_908');
    counter.clock.setWall(3_600_000);
    await counter.clock.advance(600_000);
    expect(counter.backend.of('hello').length).toBeLessThan(120);
    expect(counter.backend.of('hello').length).toBeGreaterThan(5);
  });
});

describe('a restored issuer', () => {
  it('is asked again until the answer is on disk: evidence that a full disk did not take is none', async () => {
    await counter.start();
    const approved = counter.charge();
    await counter.clock.advance(0);
    const record = counter.ledger.record.bind(counter.ledger);
    let isFull = true;
    counter.ledger.record = (sequenceId, event, now, options) => {
      if (isFull && event.kind === 'inquiry') throw new LedgerFault('FULL');
      return record(sequenceId, event, now, options);
    };
    counter.backend.issuerEpoch = 'second';
    counter.worker.now();
    await counter.clock.advance(10_000);
    expect(counter.now(approved).cases).toEqual([]);
    isFull = false;
    await counter.clock.advance(10_000);
    expect(counter.now(approved).cases).toEqual(['ISSUER_CONTRADICTS']);
  });

  it('is asked again for every item of unsealed days, and net cancels of reversed ones are sent again', async () => {
    await counter.start();
    const approved = counter.charge();
    await counter.clock.advance(0);
    counter.backend.sayApprove = () => notProcessed('000_002');
    const reversed = counter.charge();
    await counter.clock.advance(0);
    counter.record(reversed, { kind: 'givenBack' });
    const { balance: _balance, ...approval } = APPROVED;
    counter.backend.sayInquiry = () => answered({ result: 'COMPLETED', approval, voids: [] });
    counter.backend.issuerEpoch = 'second';
    counter.worker.now();
    const mark = counter.backend.sent.length;
    await counter.clock.advance(10_000);
    const again = counter.backend.sent.slice(mark).filter((sent) => sent.call !== 'hello');
    expect(again.map((sent) => `${sent.call} ${sent.sequenceId}`).sort()).toEqual(
      [`inquiry ${approved.sequenceId}`, `netCancel ${reversed.sequenceId}`].sort(),
    );
    expect(counter.worker.status().issuerEpoch).toBe('second');
  });
});

describe('asking out of turn', () => {
  it('gives the result and records it', async () => {
    await counter.start();
    const charge = counter.charge();
    await counter.clock.advance(0);
    const asked = counter.worker.inquireNow(charge.sequenceId);
    await counter.clock.advance(0);
    expect(await asked).toBe('NOT_FOUND');
    expect(counter.now(charge).cases).toContain('ISSUER_CONTRADICTS');
    expect(await counter.worker.inquireNow('nobody')).toBeNull();
  });
});

describe('the clock', () => {
  it('is not confirmed when it differs from the issuer, or was set since', async () => {
    await counter.start();
    expect(counter.worker.status().clockConfirmed).toBe(true);
    counter.clock.setWall(3_600_000);
    expect(counter.worker.status().clockConfirmed).toBe(false);
    counter.backend.sayHello = () =>
      answered({ ...counter.backend.greeting, serverTimeMs: counter.clock.now().wallMs - 3_600_000 });
    counter.worker.now();
    await counter.clock.advance(1_000);
    expect(counter.worker.status()).toMatchObject({ clockConfirmed: false });
    expect(Math.round((counter.worker.status().clockOffsetMs ?? 0) / 60_000)).toBe(-60);
  });
});

describe('the worker', () => {
  it('starts once', async () => {
    await counter.start();
    counter.worker.start();
    await counter.clock.advance(0);
    expect(counter.backend.of('hello')).toHaveLength(1);
    expect(counter.worker).toBeInstanceOf(SyncWorker);
  });
});

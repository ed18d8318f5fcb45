import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LedgerFault } from '../../../src/ledger/fault.ts';
import { volatileMemory } from '../../../src/sync/memory.ts';
import { MANAGER, must } from '../ledger/shop.ts';
import { AMBIGUOUS, APPROVED, answered, Counter, NOTHING_LEFT, notProcessed } from './counter.ts';

let counter: Counter;
beforeEach(() => {
  counter = new Counter({ memory: volatileMemory() });
});
afterEach(() => counter.end());

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
    counter.backend.sayHello = ({ claimEpoch: epoch = 0 }) =>
      answered({ ...counter.backend.greeting, epoch, serverTimeMs: counter.clock.now().wallMs });
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

  it('a journal that lost its end while the line was down fences the terminal by its own memory: the issuer never heard of it', async () => {
    const { backend, clock, shop } = counter;
    backend.sayHello = () => NOTHING_LEFT;
    await counter.start();
    const charge = counter.deferred();
    await clock.advance(1_000);
    const image = [shop.file, `${shop.file}-wal`].map((file) => [file, readFileSync(file)] as const);
    counter.record(charge, { kind: 'acknowledge' });
    must(counter.ledger, charge, { kind: 'payBack' }, clock.now(), { actor: MANAGER });
    counter.record(charge, { kind: 'givenBack' });
    await clock.advance(61_000);
    await counter.crash(() => {
      for (const [file, bytes] of image) writeFileSync(file, bytes);
    });
    expect(counter.at(charge)).toBe('unsent/received');
    backend.sayHello = () => answered(backend.greeting);
    await counter.start();
    await clock.advance(60_000);
    expect(counter.worker.status()).toMatchObject({ recovering: true, onlineSinceStart: true });
    expect(counter.now(charge).cases).toEqual(['RECOVERING']);
    expect(backend.of('approve')).toEqual([]);
    expect(counter.ledger.recovering()?.reason).toBe('JOURNAL_BEHIND');
    expect(counter.ledger.verify().faults).toEqual([]);
  });

  it('reads the list beside no hello, also where one that was lost is followed by the next at once', async () => {
    const { backend, clock, worker } = counter;
    backend.greeting = { ...backend.greeting, knownJournalIndex: 1_000 };
    await counter.start();
    await clock.advance(1_000);
    let hellos = 0;
    let besides = 0;
    backend.sayHello = async () => {
      hellos += 1;
      await new Promise<void>((resolve) => clock.after(2_000, resolve));
      hellos -= 1;
      return AMBIGUOUS;
    };
    const { transactions } = backend;
    backend.transactions = (...call) => {
      besides += hellos;
      return transactions.apply(backend, call);
    };
    clock.setWall(3_600_000); // noticed, and greeted until it is answered
    worker.now();
    await clock.advance(1_000);
    expect(hellos).toBe(1);
    const claimed = worker.claimEpoch('lee');
    await clock.advance(30_000);
    backend.sayHello = () => answered({ ...backend.greeting, epoch: 1 });
    await clock.advance(30_000);
    expect(await claimed).toBeDefined();
    expect(besides).toBe(0);
  });

  it('makes every open item a case although the disk was full, and claims no epoch before it has', async () => {
    const { ledger, backend, clock, worker } = counter;
    const charges = [counter.deferred(), counter.charge(), counter.deferred()];
    const record = ledger.record.bind(ledger);
    let isFull = true;
    ledger.record = (sequenceId, event, now, options) => {
      if (isFull && event.kind === 'openCase') throw new LedgerFault('FULL');
      return record(sequenceId, event, now, options);
    };
    backend.greeting = { ...backend.greeting, knownJournalIndex: 1_000 };
    await counter.start();
    await clock.advance(10_000);
    const refused = worker.claimEpoch('lee');
    await clock.advance(1_000);
    expect(await refused).toBe(false);
    expect(backend.of('hello').every(({ request }) => !('claimEpoch' in (request as object)))).toBe(true);
    expect(charges.map((charge) => counter.now(charge).cases)).toEqual([[], [], []]);
    isFull = false;
    await clock.advance(2_000);
    for (const charge of charges) expect(counter.now(charge).cases).toContain('RECOVERING');
    backend.greeting = { ...backend.greeting, epoch: 1, knownJournalIndex: 0 };
    const claimed = worker.claimEpoch('lee');
    await clock.advance(1_000);
    expect(await claimed).toBe(true);
  });

  it('makes what is open a case although a row among the last payments cannot be read', async () => {
    const { ledger, backend, clock, worker } = counter;
    const charge = counter.deferred();
    ledger.list = () => {
      throw new LedgerFault('CORRUPT', 'a row');
    };
    backend.greeting = { ...backend.greeting, knownJournalIndex: 1_000 };
    await counter.start();
    await clock.advance(3_000);
    expect(worker.status().recovering).toBe(true);
    expect(counter.now(charge).cases).toEqual(['RECOVERING']);
  });

  it('leaves no payment out whose row could not be read for a moment', async () => {
    const { ledger, backend, clock } = counter;
    const charge = counter.deferred();
    const get = ledger.get.bind(ledger);
    let isHeld = true;
    ledger.get = (sequenceId) => {
      if (isHeld) throw new LedgerFault('LOCKED');
      return get(sequenceId);
    };
    backend.greeting = { ...backend.greeting, knownJournalIndex: 1_000 };
    await counter.start();
    await clock.advance(5_000);
    isHeld = false;
    await clock.advance(2_000);
    expect(counter.now(charge).cases).toEqual(['RECOVERING']);
  });

  it('an epoch that is not ours any more fences too', async () => {
    await counter.start();
    counter.backend.greeting = { ...counter.backend.greeting, epoch: 3 };
    counter.worker.now();
    await counter.clock.advance(1_000);
    expect(counter.worker.status().recovering).toBe(true);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  Answered,
  HelloAnswer,
  InquiryAnswer,
  NetCancelAnswer,
} from '../../../src/konaplate/settlement.ts';
import { LedgerFault } from '../../../src/ledger/fault.ts';
import { volatileMemory } from '../../../src/sync/memory.ts';
import { scanOf } from '../ledger/shop.ts';
import { AMBIGUOUS, APPROVED, answered, Counter, held, META, notProcessed } from './counter.ts';

let counter: Counter;
beforeEach(() => {
  counter = new Counter({ memory: volatileMemory() });
});
afterEach(() => counter.end());

describe('a restored issuer', () => {
  it('is asked about the last days also when they are sealed here: it may have lost the seal', async () => {
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

  it('is asked about a day that nobody closed, however long ago, and of the days that were sealed since about what was left open', async () => {
    await counter.end();
    const unsealed = '20260715';
    const isSealed = (date: string): boolean => date !== unsealed;
    counter = new Counter({ memory: volatileMemory(), unsealedFrom: () => unsealed, isSealed });
    await counter.start();
    const ofDay = async (businessDate: string, isShown = true): Promise<string> => {
      counter.backend.businessDate = businessDate;
      const charge = counter.charge();
      await counter.clock.advance(1_000);
      if (isShown) counter.record(charge, { kind: 'acknowledge' });
      expect(counter.now(charge)).toMatchObject({ businessDate, acknowledged: isShown });
      return charge.sequenceId;
    };
    const charges = [
      await ofDay(unsealed),
      await ofDay('20260801'),
      await ofDay('20260801', false),
      await ofDay('20261120'),
    ];
    counter.backend.businessDate = '20261122';
    counter.backend.issuerEpoch = 'second';
    counter.worker.now();
    await counter.clock.advance(10_000);
    const asked = charges.map((sequenceId) => counter.backend.of('inquiry', sequenceId).length);
    expect(asked).toEqual([1, 0, 1, 1]);
  });

  it('is asked about what no clock could date too, once: the battery of the clock was dead', async () => {
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

  it('is asked about what no issuer has dated among the last days, by a clock that stood weeks before them, and about nothing older', async () => {
    const { clock, backend } = counter;
    const weeksMs = 21 * 86_400_000;
    const expired = async (): Promise<string> => {
      const { intent } = counter.ledger.accept(scanOf({ type: 'CHARGE' }), clock.now());
      await clock.advance(301_000);
      expect(counter.at(intent)).toBe('closed/none');
      return intent.sequenceId;
    };
    await counter.start();
    clock.setWall(-weeksMs);
    const long = await expired();
    backend.businessDate = '20261104';
    for (let payments = 0; payments < 200; payments += 1) counter.charge();
    await clock.advance(60_000);
    const lately = await expired();
    backend.businessDate = '20261122';
    counter.charge();
    await clock.advance(1_000);
    backend.issuerEpoch = 'second';
    counter.worker.now();
    await clock.advance(60_000);
    const asked = [long, lately].map((sequenceId) => backend.of('inquiry', sequenceId).length);
    expect(asked).toEqual([0, 1]);
  });

  it('takes no place from what is still to be delivered, however slowly it answers and however much it is asked', async () => {
    const { clock, backend } = counter;
    await counter.start();
    for (let payments = 0; payments < 60; payments += 1) {
      counter.charge();
      await clock.advance(0);
    }
    backend.issuerEpoch = 'second';
    const { balance: _balance, ...approval } = APPROVED;
    const completed = answered<InquiryAnswer>({ result: 'COMPLETED', approval, voids: [] });
    backend.sayInquiry = () => new Promise((resolve) => clock.after(4_000, () => resolve(completed)));
    counter.worker.now();
    await clock.advance(10_000);
    expect(backend.of('inquiry').length).toBeGreaterThan(6);
    backend.sayApprove = () => notProcessed('000_002');
    const reversing = [counter.charge(), counter.charge(), counter.charge()];
    await clock.advance(0);
    backend.sayApprove = () => answered(APPROVED);
    const deferred = counter.deferred();
    await clock.advance(1_000);
    expect(backend.of('netCancel').map(({ sequenceId }) => sequenceId)).toEqual(
      reversing.map(({ sequenceId }) => sequenceId),
    );
    expect(counter.at(deferred)).toBe('approved/received');
    const asked = (): number => new Set(backend.of('inquiry').map(({ sequenceId }) => sequenceId)).size;
    expect(asked()).toBeLessThan(60);
    await clock.advance(60_000);
    expect(asked()).toBe(60);
  });

  it('is asked nothing of this while it does not answer, so that a hello goes in time; and all of it once it answers', async () => {
    const { clock, backend, worker } = counter;
    await counter.start();
    const charges = Array.from({ length: 12 }, () => counter.charge());
    await clock.advance(1_000);
    backend.issuerEpoch = 'second';
    const { sayHello, sayProbe } = backend;
    const { balance: _balance, ...approval } = APPROVED;
    worker.now();
    backend.sayInquiry = () => held<Answered<InquiryAnswer>>().promise;
    backend.sayProbe = backend.sayInquiry;
    await clock.advance(60_000);
    const asked = backend.of('inquiry').length;
    const hellos = backend.of('hello').length;
    expect(asked).toBeGreaterThan(0);
    backend.sayHello = () => held<Answered<HelloAnswer>>().promise;
    await clock.advance(660_000);
    expect(backend.of('inquiry')).toHaveLength(asked);
    expect(backend.of('hello').length).toBeGreaterThan(hellos);
    Object.assign(backend, { sayHello, sayProbe });
    backend.sayInquiry = () => answered({ result: 'COMPLETED', approval, voids: [] });
    await clock.advance(120_000);
    const after = new Set(
      backend
        .of('inquiry')
        .slice(asked)
        .map(({ sequenceId }) => sequenceId),
    );
    expect(after).toEqual(new Set(charges.map(({ sequenceId }) => sequenceId)));
  });

  it('is asked while the counter goes on, also when long stretches of the ledger hold nothing to ask about', async () => {
    const { clock, ledger, backend } = counter;
    await counter.start();
    const charge = counter.charge();
    await clock.advance(1_000);
    // A ledger of years looks through so many entries for each page, and most of them have none of these days.
    const list = ledger.list.bind(ledger);
    let looks = 0;
    let mostInATurn = 0;
    let atMs = 0;
    let inTurn = 0;
    ledger.list = (query) => {
      looks += 1;
      inTurn = clock.now().monoMs === atMs ? inTurn + 1 : 1;
      atMs = clock.now().monoMs;
      mostInATurn = Math.max(mostInATurn, inTurn);
      return looks <= 500 ? { intents: [], older: '1', newer: null } : list({ limit: query.limit });
    };
    backend.issuerEpoch = 'second';
    counter.worker.now();
    await clock.advance(20_000);
    expect(looks).toBeGreaterThan(500);
    expect(mostInATurn).toBeLessThan(10);
    expect(backend.of('inquiry', charge.sequenceId).length).toBeGreaterThan(0);
  });

  it('is asked about the others when one row here cannot be read, and ends no run for it', async () => {
    const { clock, ledger, backend } = counter;
    await counter.start();
    const damaged = counter.charge();
    const charge = counter.charge();
    await clock.advance(1_000);
    const get = ledger.get.bind(ledger);
    ledger.get = (sequenceId) => {
      if (sequenceId === damaged.sequenceId) throw new LedgerFault('CORRUPT', 'a row that is no JSON');
      return get(sequenceId);
    };
    backend.issuerEpoch = 'second';
    counter.worker.now();
    await clock.advance(20_000);
    expect(backend.of('inquiry', charge.sequenceId).length).toBeGreaterThan(0);
  });

  it('is asked about a charge whose void is under way too: a void that it refuses would leave an approval that it lost', async () => {
    const { backend, clock } = counter;
    await counter.start();
    const charge = counter.charge();
    await clock.advance(1_000);
    counter.record(charge, { kind: 'acknowledge' });
    backend.sayCancel = () => AMBIGUOUS;
    counter.record(charge, { kind: 'void', cancelId: 'V1', proof: 'manager', managerId: 'lee' });
    await clock.advance(1_000);
    backend.issuerEpoch = 'second';
    backend.sayInquiry = () => answered({ result: 'FAILED', declineCode: '006_903', voids: [] });
    counter.worker.now();
    await clock.advance(10_000);
    expect(backend.of('inquiry', charge.sequenceId)).toHaveLength(1);
    backend.sayCancel = () => ({ class: 'refused', code: '007_030', meta: META });
    await clock.advance(60_000);
    expect(counter.now(charge)).toMatchObject({ host: 'approved', cases: ['VOID_CONFLICT'] });
  });

  it('is asked about what was never sent here, or is voided, too: a disk that lost its end may know too little of it', async () => {
    const { backend, clock, ledger } = counter;
    await counter.start();
    const voided = counter.charge();
    await clock.advance(1_000);
    counter.record(voided, { kind: 'acknowledge' });
    counter.record(voided, { kind: 'void', cancelId: 'V1', proof: 'manager', managerId: 'lee' });
    await clock.advance(1_000);
    counter.record(voided, { kind: 'givenBack' });
    const { intent: unsent } = ledger.accept(scanOf({ type: 'CHARGE' }), clock.now());
    expect([voided, unsent].map((each) => counter.at(each))).toEqual(['voided/returned', 'unsent/none']);
    backend.issuerEpoch = 'second';
    counter.worker.now();
    await clock.advance(10_000);
    for (const { sequenceId } of [voided, unsent])
      expect(backend.of('inquiry', sequenceId), sequenceId).toHaveLength(1);
  });

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

  it('is asked about a charge to be credited later too, whose approval is refused for good: an answer counts that is none too old', async () => {
    const { backend, clock } = counter;
    backend.sayApprove = () => new Promise((resolve) => clock.after(500, () => resolve(AMBIGUOUS)));
    await counter.start();
    const owed = counter.deferred();
    await clock.advance(3_000);
    expect(counter.at(owed)).toBe('unknown/received');
    // While the question is on its way the approval is repeated: what is said then is too old to count.
    let asked = 0;
    backend.sayInquiry = async () => {
      asked += 1;
      if (asked === 1) counter.record(owed, { kind: 'send' });
      return answered({ result: 'REVERSED', voids: [] });
    };
    backend.issuerEpoch = 'second';
    counter.worker.now();
    await clock.advance(60_000);
    expect(asked).toBeGreaterThan(1);
    expect(counter.at(owed)).toBe('reversed/return_due');
  });

  it('is asked again later when not even the attempt can be recorded: each item would hold up the counter as long', async () => {
    const { clock } = await counter.start();
    for (let made = 0; made < 3; made += 1) counter.charge();
    await clock.advance(0);
    const record = counter.ledger.record.bind(counter.ledger);
    let tries = 0;
    counter.ledger.record = (sequenceId, event, now, options) => {
      if (event.kind === 'inquire') tries += 1;
      if (tries === 1) throw new LedgerFault('LOCKED');
      return record(sequenceId, event, now, options);
    };
    counter.backend.issuerEpoch = 'second';
    counter.worker.now();
    await clock.advance(4_000);
    expect(tries).toBe(1);
    await clock.advance(10_000);
    expect(counter.backend.of('inquiry')).toHaveLength(3);
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

  it('hears an issuer that takes nine seconds, and holds up no customer for so long', async () => {
    const { backend, clock, worker } = await counter.start();
    const charge = counter.charge();
    await clock.advance(0);
    const late = answered({ result: 'PENDING' as const, voids: [] });
    backend.sayInquiry = () => new Promise((resolve) => clock.after(9_000, () => resolve(late)));
    const asked = worker.inquireNow(charge.sequenceId);
    await clock.advance(9_000);
    expect(await asked).toBe('PENDING');
    backend.sayApprove = () => AMBIGUOUS;
    const waiting = counter.charge();
    await clock.advance(0);
    void worker.inquireNow(waiting.sequenceId);
    await clock.advance(11_000);
    expect(backend.of('inquiry', waiting.sequenceId)).toHaveLength(3);
  });

  it('waits for an inquiry of that payment that is on its way, and is not answered by it', async () => {
    const { backend, clock, worker } = await counter.start();
    const first = held<Answered<InquiryAnswer>>();
    backend.sayApprove = () => AMBIGUOUS;
    backend.sayInquiry = () => first.promise;
    const charge = counter.charge();
    const sent = (): number => backend.of('inquiry', charge.sequenceId).length;
    await clock.advance(3_500);
    expect(sent()).toBe(1);
    const asked = worker.inquireNow(charge.sequenceId);
    await clock.advance(100);
    expect(sent()).toBe(1);
    backend.sayInquiry = () => answered({ result: 'PENDING', voids: [] });
    first.give(answered({ result: 'NOT_FOUND', voids: [] }));
    await clock.advance(100);
    expect(sent()).toBe(2);
    expect(await asked).toBe('PENDING');
  });

  it("lets the payment's own inquiry wait too, and one about its void", async () => {
    const { backend, clock, worker } = await counter.start();
    backend.sayApprove = () => AMBIGUOUS;
    const charge = counter.charge();
    const sent = (): number => backend.of('inquiry', charge.sequenceId).length;
    await clock.advance(500);
    expect(sent()).toBe(1);
    const slow = held<Answered<InquiryAnswer>>();
    backend.sayInquiry = () => slow.promise;
    void worker.inquireNow(charge.sequenceId);
    await clock.advance(4_000);
    expect(sent()).toBe(2);
    const { balance: _balance, ...approval } = APPROVED;
    slow.give(answered({ result: 'COMPLETED', approval, voids: [] }));
    await clock.advance(0);
    counter.record(charge, { kind: 'acknowledge' });
    const again = held<Answered<InquiryAnswer>>();
    backend.sayInquiry = () => again.promise;
    void worker.inquireNow(charge.sequenceId);
    await clock.advance(100);
    counter.record(charge, { kind: 'void', cancelId: 'V1', proof: 'card' });
    await clock.advance(3_000);
    expect(sent()).toBe(3);
    again.give(answered({ result: 'COMPLETED', approval, voids: [] }));
    await clock.advance(100);
    expect(sent()).toBe(4);
  });

  it('is sent no net cancel again while one of that payment is still under way', async () => {
    const { backend, clock, worker } = await counter.start();
    const first = held<Answered<NetCancelAnswer>>();
    backend.sayApprove = () => AMBIGUOUS;
    backend.sayNetCancel = () => first.promise;
    const charge = counter.charge();
    const sent = (): number => backend.of('netCancel', charge.sequenceId).length;
    for (let seconds = 0; seconds < 60 && sent() === 0; seconds += 1) await clock.advance(1_000);
    // Something else says first that it is reversed; the net cancel's own answer is still on its way.
    const sentUnder = counter.now(charge).hostVersion;
    counter.record(charge, { kind: 'inquiry', result: 'REVERSED', sentUnder });
    expect(counter.at(charge)).toBe('reversed/return_due');
    const reversed = answered<NetCancelAnswer>({ result: 'REVERSED', reversedAt: null });
    backend.sayNetCancel = () => reversed;
    backend.issuerEpoch = 'second';
    void worker.inquireNow(charge.sequenceId);
    await clock.advance(3_000);
    expect(worker.status().issuerEpoch).toBe('second');
    expect(sent()).toBe(1);
    first.give(reversed);
    await clock.advance(60_000);
    expect(sent()).toBe(2);
  });
});

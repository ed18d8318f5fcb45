/** A row of the ledger's file is no JSON any more: it keeps no other payment from anything. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Intent } from '../../../src/intent/model.ts';
import { kstMillis } from '../../../src/konaplate/kst.ts';
import type {
  Answered,
  ApproveAnswer,
  InquiryAnswer,
  SettlementItem,
} from '../../../src/konaplate/settlement.ts';
import { LedgerFault } from '../../../src/ledger/fault.ts';
import { DEFAULT_LIMITS } from '../../../src/sync/limits.ts';
import { volatileMemory } from '../../../src/sync/memory.ts';
import type { SyncLog } from '../../../src/sync/options.ts';
import { changeByHand } from '../agent/by-hand.ts';
import { scanOf } from '../ledger/shop.ts';
import { AMBIGUOUS, APPROVED, answered, Counter, held, NOTHING_LEFT, notProcessed } from './counter.ts';

type Line = Parameters<SyncLog>[0];

const { balance: _balance, ...approval } = APPROVED;
const COMPLETED = answered<InquiryAnswer>({ result: 'COMPLETED', approval, voids: [] });

let memory: ReturnType<typeof volatileMemory>;
let lines: Line[];
let faults: unknown[];
/** Payments that were set aside. */
let aside: string[];
let counter: Counter;
beforeEach(() => {
  memory = volatileMemory();
  lines = [];
  faults = [];
  aside = [];
  counter = new Counter({
    memory,
    log: (line) => lines.push(line),
    onFault: (fault) => faults.push(fault),
    onDamagedRow: (sequenceId) => aside.push(sequenceId),
  });
  counter.backend.sayInquiry = () => COMPLETED;
});
afterEach(async () => {
  expect(faults).toEqual([]);
  await counter.end();
});

/** In the file itself, also while the till has it open. */
function damage({ sequenceId }: Intent): void {
  const cut = 'substr(state, 1, length(state) - 1)';
  changeByHand(counter.shop.file, `UPDATE intents SET state = ${cut} WHERE sequence_id = '${sequenceId}'`);
  expect(() => counter.ledger.get(sequenceId)).toThrow(expect.objectContaining({ code: 'CORRUPT' }));
}

/** A charge that is over: approved, and shown. */
async function kept(): Promise<Intent> {
  const charge = counter.charge();
  await counter.clock.advance(100);
  return counter.record(charge, { kind: 'acknowledge' });
}

const events = (name: string): Line[] => lines.filter(({ event }) => event === name);
const asked = ({ sequenceId }: Intent): number => counter.backend.of('inquiry', sequenceId).length;

describe('delivery', () => {
  it('goes on for the others when the row of a payment under way cannot be read, and says so once', async () => {
    const { backend, clock, worker } = counter;
    const answer = held<Answered<ApproveAnswer>>();
    backend.sayApprove = () => answer.promise;
    await counter.start();
    const damaged = counter.charge();
    await clock.advance(100);
    expect(backend.of('approve', damaged.sequenceId)).toHaveLength(1);
    damage(damaged);
    answer.give(answered(APPROVED));
    await clock.advance(60_000);
    worker.now();
    const other = counter.charge();
    const later = counter.deferred();
    await clock.advance(60_000);
    expect([other, later].map((charge) => counter.at(charge))).toEqual([
      'approved/received',
      'approved/received',
    ]);
    expect(events('deliveryUnread')).toEqual([{ level: 'error', event: 'deliveryUnread', fault: 'CORRUPT' }]);
    expect(aside).toEqual([damaged.sequenceId]);
  });

  it('takes a backlog in one commit without the payment whose row cannot be read: nothing of that one leaves', async () => {
    const { backend, clock } = counter;
    backend.sayHello = () => NOTHING_LEFT;
    await counter.start();
    const [first, damaged, last] = [counter.deferred(), counter.deferred(), counter.deferred()];
    damage(damaged);
    backend.sayHello = () => answered(backend.greeting);
    await clock.advance(120_000);
    expect([first, last].map((charge) => counter.at(charge))).toEqual([
      'approved/received',
      'approved/received',
    ]);
    expect(backend.of('approve', damaged.sequenceId)).toEqual([]);
    expect(events('deliveryUnread')).toHaveLength(1);
  });

  it('asks about a payment again, and undoes it, once its row was repaired, and not before', async () => {
    const { backend, clock, shop } = counter;
    backend.sayApprove = () => AMBIGUOUS;
    backend.sayInquiry = () => answered({ result: 'NOT_FOUND', voids: [] });
    await counter.start();
    const charge = counter.charge();
    await clock.advance(4_000);
    expect(counter.at(charge)).toBe('unknown/received');
    damage(charge);
    await clock.advance(DEFAULT_LIMITS.parkMs / 2);
    const ofCharge = (): number =>
      backend.sent.filter(({ sequenceId }) => sequenceId === charge.sequenceId).length;
    const before = ofCharge();
    changeByHand(
      shop.file,
      `UPDATE intents SET state = state || '}' WHERE sequence_id = '${charge.sequenceId}'`,
    );
    await clock.advance(DEFAULT_LIMITS.parkMs);
    expect(ofCharge()).toBeGreaterThan(before);
    expect(counter.at(charge)).toBe('reversed/return_due');
  });

  it('ends the run where what all payments share cannot be read', async () => {
    await counter.start();
    const { ledger, clock } = counter;
    ledger.record = () => {
      throw new LedgerFault('CORRUPT', 'an account has no balance');
    };
    const charge = ledger.accept(scanOf({ type: 'CHARGE' }), clock.now()).intent;
    await clock.advance(400_000);
    expect(aside).toEqual([]);
    expect(counter.at(charge)).toBe('unsent/none');
    expect(faults.splice(0)).toHaveLength(1);
  });
});

describe('a restored issuer', () => {
  it('is asked about every payment but the one whose row cannot be read, once each, and that ends with one line of the log', async () => {
    await counter.start();
    const charges: Intent[] = [];
    for (let made = 0; made < 105; made += 1) charges.push(await kept());
    const [first, second, ...others] = charges.reverse();
    if (first === undefined || second === undefined) throw new Error('charges were made');
    damage(second);
    counter.backend.issuerEpoch = 'second';
    counter.worker.now();
    await counter.clock.advance(60_000);
    expect([first, ...others].map(asked)).toEqual(new Array(104).fill(1));
    expect(asked(second)).toBe(0);
    expect(memory.read()?.issuerEpoch).toBe('second');
    expect(events('recheckUnread')).toEqual([{ level: 'error', event: 'recheckUnread', rows: 1 }]);
  });

  it('is asked about the others without a pause when rows are damaged while it is asked', async () => {
    const { backend, clock, worker } = counter;
    backend.greeting = { ...backend.greeting, drainPerMinute: 60 };
    await counter.start();
    const oldest = await kept();
    const damaged = [await kept(), await kept(), await kept()];
    await kept();
    // Newest first, one a second.
    backend.issuerEpoch = 'second';
    worker.now();
    await clock.advance(500);
    expect(backend.of('inquiry')).toHaveLength(1);
    for (const row of damaged) damage(row);
    await clock.advance(4_500);
    expect(asked(oldest)).toBe(1);
    expect(memory.read()?.issuerEpoch).toBe('second');
    expect(events('recheckUnread')).toMatchObject([{ rows: 3 }]);
  });

  it('is asked in the end about a payment whose row could not be read for a moment', async () => {
    const { backend, clock, ledger, worker } = counter;
    await counter.start();
    const charges = [await kept(), await kept(), await kept()];
    const get = ledger.get.bind(ledger);
    let reads = 0;
    ledger.get = (sequenceId) => {
      reads += 1;
      if (reads === 1) throw new LedgerFault('LOCKED');
      return get(sequenceId);
    };
    backend.issuerEpoch = 'second';
    worker.now();
    await clock.advance(20_000);
    expect(charges.map(asked)).toEqual([1, 1, 1]);
    expect(memory.read()?.issuerEpoch).toBe('second');
    expect(events('recheckUnread')).toEqual([]);
  });
});

describe('a fenced till', () => {
  it('is believed again by a claim over a listed payment whose row cannot be read: it is not missing here', async () => {
    const { backend, clock, worker } = counter;
    await counter.start();
    const charges = [await kept(), await kept()] as const;
    damage(charges[0]);
    const missing = { ...itemOf(charges[0]), sequenceId: 'LOST' };
    backend.sayTransactions = ({ businessDate }) => {
      const items = businessDate === '20261122' ? [...charges.map(itemOf), missing] : [];
      return answered({ asOf: '20261122120000000', final: true, totals: [], items });
    };
    backend.greeting = { ...backend.greeting, epoch: 4 };
    worker.now();
    await clock.advance(1_000);
    expect(worker.status().recovering).toBe(true);
    backend.greeting = { ...backend.greeting, epoch: 5 };
    const claimed = worker.claimEpoch('lee');
    await clock.advance(60_000);
    expect(await claimed).toBe(true);
    const notes = counter.ledger.entries(1, 1_000).filter(({ kind }) => kind === 'issuerItemMissingHere');
    expect(notes.map(({ body }) => JSON.parse(body).detail.sequenceId)).toEqual(['LOST']);
    expect(events('listedUnread')).toHaveLength(1);
    expect(asked(charges[1])).toBe(1);
  });

  it('makes a case of each charge that may have been voided, but for the one whose row cannot be read', async () => {
    const { backend, clock } = counter;
    backend.sayApprove = () => answered({ ...APPROVED, approvedAt: kstMillis(clock.now().wallMs) });
    await counter.start();
    const [earlier, damaged, last] = [await kept(), await kept(), await kept()];
    await counter.crash();
    damage(damaged);
    backend.greeting = { ...backend.greeting, knownJournalIndex: 1_000 };
    await counter.start();
    await clock.advance(10_000);
    expect(counter.worker.status().recovering).toBe(true);
    expect([earlier, last].map((charge) => counter.now(charge).cases)).toEqual([
      ['RECOVERING'],
      ['RECOVERING'],
    ]);
    expect(events('latestUnread')).toMatchObject([{ rows: 1 }]);
  });

  it('makes a case of each open payment, but for the one whose row cannot be read, and a claim is granted', async () => {
    const { backend, clock, worker } = counter;
    await counter.start();
    backend.sayApprove = () => notProcessed('000_002');
    const owed = [counter.charge(), counter.charge()] as const;
    const damaged = counter.charge();
    await clock.advance(100);
    expect(counter.at(owed[0])).toBe('reversed/return_due');
    damage(damaged);
    const running = counter.ledger.accept(scanOf({ type: 'CHARGE' }), clock.now()).intent;
    backend.greeting = { ...backend.greeting, epoch: 4 };
    worker.now();
    await clock.advance(3_000);
    for (const open of [...owed, running]) expect(counter.now(open).cases).toEqual(['RECOVERING']);
    backend.greeting = { ...backend.greeting, epoch: 5 };
    const claimed = worker.claimEpoch('lee');
    await clock.advance(60_000);
    expect(await claimed).toBe(true);
  });
});

function itemOf({ sequenceId }: Intent): SettlementItem {
  return {
    sequenceId,
    terminalId: 'T0000001',
    type: 'CHARGE',
    amount: 10_000,
    state: 'APPROVED',
    nrNumber: APPROVED.nrNumber,
    approvalCode: APPROVED.approvalCode,
    approvedAt: APPROVED.approvedAt,
    businessDate: '20261122',
    deferred: false,
    bin: '949133',
    last4: '0009',
  };
}

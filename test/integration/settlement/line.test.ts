/** A business day behind the worker that drives the line: what the line tells of itself must not drive the day. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { issuerOf } from '../../../src/day-issuer.ts';
import { Settlement } from '../../../src/settlement/settlement.ts';
import { approvalOf, approveCharge, MANAGER } from '../ledger/shop.ts';
import { AMBIGUOUS, answered, Counter, DAY, NOTHING_LEFT, notProcessed, type Sent } from '../sync/counter.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const YESTERDAY = approvalOf(1).businessDate;
/** The waits of a close double from two seconds to five minutes: so many tries come to an hour. */
const TRIES_AN_HOUR = 19;
const NEVER_FINAL = answered({ asOf: '20261122120000000', final: false, totals: [], items: [] });

let counter: Counter;
let settlement: Settlement;

beforeEach(async () => {
  counter = new Counter();
  approveCharge(counter.ledger, counter.clock.now(), 1);
  settlement = new Settlement({
    ledger: counter.ledger,
    issuer: issuerOf(counter.worker),
    clock: counter.clock,
    version: '1',
    verify: async () => counter.ledger.verify(),
    merchantId: 'M00000000000001',
    store: '가나편의점',
    terminalId: 'T0000001',
    onFault: (fault) => expect.fail(String(fault)),
  });
  settlement.start();
  await counter.start();
});
afterEach(async () => {
  await settlement.stop();
  await counter.end();
});

/** A manager closes the open day; what is asked of it in the hour after. */
async function closeForAnHour(): Promise<void> {
  void settlement.close(DAY.businessDate, MANAGER, 'no key');
  await counter.clock.advance(HOUR_MS);
}
const listsOf = (date: string): readonly Sent[] =>
  counter.backend.of('transactions').filter(({ request }) => JSON.stringify(request).includes(date));

describe('a close is tried ever more rarely', () => {
  it('while its own answer alone is of no use, on a line that answers everything else', async () => {
    await closeForAnHour();
    expect(counter.backend.of('close')).toHaveLength(TRIES_AN_HOUR);
    expect(counter.worker.status().line.state).toBe('online');
  });

  it('while the list of its day alone is of no use', async () => {
    const { clock, backend } = counter;
    const here = answered({ result: 'NOT_FOUND' as const, voids: [] });
    backend.sayProbe = () => new Promise((resolve) => clock.after(100, () => resolve(here)));
    counter.backend.sayTransactions = ({ businessDate }) =>
      businessDate === DAY.businessDate ? AMBIGUOUS : NEVER_FINAL;
    await closeForAnHour();
    expect(listsOf(DAY.businessDate)).toHaveLength(TRIES_AN_HOUR);
    expect(counter.backend.of('close')).toEqual([]);
  });

  it.each([0, 50])(
    'while nothing about two days is of use, whose tries bring the line down: after %d ms each',
    async (failMs) => {
      const { clock, backend } = counter;
      const here = answered({ result: 'NOT_FOUND' as const, voids: [] });
      const later = <Value>(value: Value, ms: number): Promise<Value> =>
        new Promise((resolve) => void clock.after(ms, () => resolve(value)));
      backend.sayProbe = () => later(here, 50);
      backend.sayTransactions = () => later(AMBIGUOUS, failMs);
      void settlement.close(YESTERDAY, MANAGER, 'no key');
      await closeForAnHour();
      // Twice as many as by their own time: each day may be hurried as often as it waits.
      for (const date of [YESTERDAY, DAY.businessDate])
        expect(listsOf(date).length).toBeLessThanOrEqual(2 * TRIES_AN_HOUR);
    },
  );

  it('while the line is down, and at once when it is back', async () => {
    const { backend, clock, worker } = counter;
    const { sayProbe } = backend;
    backend.sayProbe = () => NOTHING_LEFT;
    backend.sayClose = () => NOTHING_LEFT;
    await clock.advance(2 * MINUTE_MS);
    expect(worker.status().line.state).toBe('down');
    await closeForAnHour();
    expect(backend.of('close')).toHaveLength(TRIES_AN_HOUR);
    backend.sayProbe = sayProbe;
    worker.now();
    while (worker.status().line.state === 'down') await clock.advance(100);
    expect(backend.of('close')).toHaveLength(TRIES_AN_HOUR + 1);
  });

  it('and at once when the line is back, also under the pause of a manager', async () => {
    const { backend, clock, worker } = counter;
    const { sayProbe } = backend;
    backend.sayProbe = () => NOTHING_LEFT;
    backend.sayClose = () => NOTHING_LEFT;
    worker.pause('시험', MANAGER);
    await clock.advance(2 * MINUTE_MS);
    await closeForAnHour();
    const before = backend.of('close').length;
    backend.sayProbe = sayProbe;
    await clock.advance(MINUTE_MS);
    expect(backend.of('close').length).toBeGreaterThan(before);
  });
});

it('a close that a fenced terminal kept to itself goes out when the manager has taken it on', async () => {
  const { backend, clock, worker } = counter;
  backend.sayProbe = () => notProcessed('000_910');
  await clock.advance(MINUTE_MS);
  expect(worker.status().recovering).toBe(true);
  await closeForAnHour();
  expect(backend.of('close')).toEqual([]);
  backend.sayProbe = () => answered({ result: 'NOT_FOUND', voids: [] });
  backend.sayHello = ({ claimEpoch = 0 }) =>
    answered({ ...backend.greeting, epoch: claimEpoch, serverTimeMs: clock.now().wallMs });
  backend.sayTransactions = ({ businessDate }) =>
    answered({ asOf: '20261122120000000', final: businessDate === YESTERDAY, totals: [], items: [] });
  void worker.claimEpoch('Kim');
  await clock.advance(5_000);
  expect(worker.status().recovering).toBe(false);
  expect(backend.of('close')).not.toEqual([]);
});

it('a day whose list nobody answers is compared again every hour at last, however often the line is probed for it', async () => {
  counter.backend.sayTransactions = () => AMBIGUOUS;
  await counter.clock.advance(12 * HOUR_MS);
  const before = listsOf(YESTERDAY).length;
  await counter.clock.advance(6 * HOUR_MS);
  expect(listsOf(YESTERDAY).length - before).toBe(6);
});

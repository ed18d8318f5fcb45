/** The lists of days long ago that nobody closed, for a terminal that recovers. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Answered, TransactionsAnswer } from '../../../src/konaplate/settlement.ts';
import { datePlus } from '../../../src/ledger/days.ts';
import { volatileMemory } from '../../../src/sync/memory.ts';
import { AMBIGUOUS, Counter, META, NOTHING_LEFT } from './counter.ts';
import { listed, listedCharge } from './listed.ts';

const TODAY = META.businessDate;
const OLDEST = datePlus(TODAY, -200);
const LOST = datePlus(OLDEST, 40);

type List = Answered<TransactionsAnswer> | Promise<Answered<TransactionsAnswer>>;

let counter: Counter;
beforeEach(async () => {
  counter = new Counter({ memory: volatileMemory(), unsealedFrom: () => OLDEST });
  counter.backend.sayTransactions = ({ businessDate }) => listOf(businessDate);
  counter.backend.greeting = { ...counter.backend.greeting, epoch: 4 };
  await counter.start();
  expect(counter.worker.status().recovering).toBe(true);
  counter.backend.greeting = { ...counter.backend.greeting, epoch: 5 };
});
afterEach(() => counter.end());

function listOf(businessDate: string): Answered<TransactionsAnswer> {
  return listed(businessDate === LOST ? [listedCharge('LOST', businessDate)] : []);
}

/** Notes of payments that are missing here. */
function notes(): number {
  return counter.ledger.entries(1, 1_000).filter(({ kind }) => kind === 'issuerItemMissingHere').length;
}

/** A manager claims the epoch: whether it was granted, and after how long. */
async function claim(): Promise<{ readonly isGranted: boolean | null; readonly tookMs: number }> {
  const { clock, worker } = counter;
  const fromMs = clock.now().monoMs;
  let isGranted: boolean | null = null;
  void worker.claimEpoch('lee').then((granted) => {
    isGranted = granted;
  });
  for (let seconds = 0; seconds < 1_000 && isGranted === null; seconds += 1) await clock.advance(1_000);
  return { isGranted, tookMs: clock.now().monoMs - fromMs };
}

function asked(): readonly string[] {
  return counter.backend.of('transactions').map(({ request }) => Object(request).businessDate);
}

/** The list of one day is not to be had so many times. */
function fails(date: string, times: number, how: Answered<never> = AMBIGUOUS): void {
  let failures = 0;
  counter.backend.sayTransactions = ({ businessDate }) => {
    if (businessDate !== date || failures === times) return listOf(businessDate);
    failures += 1;
    return how;
  };
}

it('are read but for the one whose answers are lost, and that one a minute later', async () => {
  fails(LOST, 2);
  expect(await claim()).toMatchObject({ isGranted: true });
  await counter.clock.advance(30_000);
  expect(notes()).toBe(0);
  const before = asked().length;
  await counter.clock.advance(60_000);
  expect(asked().slice(before)).toEqual([LOST]);
  expect(notes()).toBe(1);
});

it('are read although one of them is never to be had', async () => {
  fails(datePlus(OLDEST, 1), Number.POSITIVE_INFINITY);
  expect(await claim()).toMatchObject({ isGranted: true });
  expect(notes()).toBe(1);
});

it('keep no claim back where the issuer gives only the newer ones: those are read, and hardly any is asked for in vain', async () => {
  const { backend } = counter;
  const given = datePlus(TODAY, -100);
  backend.sayTransactions = ({ businessDate }): List =>
    businessDate < given ? AMBIGUOUS : listOf(businessDate);
  expect(await claim()).toMatchObject({ isGranted: true });
  await counter.clock.advance(10_000);
  // Once for the claim and once behind it.
  expect(asked().filter((date) => date < given)).toHaveLength(2 * 3);
  expect(new Set(asked().filter((date) => date >= given)).size).toBe(101);
});

it('keep a claim back while nothing can be asked at all: that says nothing of these days', async () => {
  fails(LOST, 1, NOTHING_LEFT);
  expect(await claim()).toMatchObject({ isGranted: false });
  expect(notes()).toBe(0);
  expect(await claim()).toMatchObject({ isGranted: true });
  expect(notes()).toBe(1);
});

it('keep a manager waiting for minutes at most, however slowly they come, and are read behind the claim', async () => {
  const { backend, clock } = counter;
  backend.sayTransactions = ({ businessDate }): List =>
    new Promise((resolve) => clock.after(4_000, () => resolve(listOf(businessDate))));
  const { isGranted, tookMs } = await claim();
  expect(isGranted).toBe(true);
  expect(tookMs).toBeLessThan(400_000);
  await clock.advance(3_600_000);
  expect(new Set(asked()).size).toBe(201);
  expect(notes()).toBe(1);
});

it('keep no claim back where they are only of days since the ledger began that were shut, so that nothing here is sealed', async () => {
  const shut = datePlus(TODAY, -40);
  const given = datePlus(TODAY, -31);
  await counter.end();
  counter = new Counter({
    memory: volatileMemory(),
    begunOn: () => datePlus(TODAY, -50),
    isSealed: (date) => date !== shut,
  });
  const { backend } = counter;
  backend.sayTransactions = ({ businessDate }): List =>
    businessDate < given ? AMBIGUOUS : listOf(businessDate);
  backend.greeting = { ...backend.greeting, epoch: 4 };
  await counter.start();
  backend.greeting = { ...backend.greeting, epoch: 5 };
  expect(await claim()).toMatchObject({ isGranted: true });
  expect(asked()).toContain(shut);
});

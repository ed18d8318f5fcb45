/** Lists of older days that were not to be had for a claim, nor at once behind it: they are kept beside the ledger. */
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fileMemory } from '../../../src/agent-memory.ts';
import type { Answered, TransactionsAnswer } from '../../../src/konaplate/settlement.ts';
import { datePlus } from '../../../src/ledger/days.ts';
import { AMBIGUOUS, answered, Counter, META, NOTHING_LEFT } from './counter.ts';
import { listed, listedCharge } from './listed.ts';

const HOUR_MS = 3_600_000;
const TODAY = META.businessDate;
const LOST = datePlus(TODAY, -30);
const LATER = datePlus(TODAY, -25);
const LAST = datePlus(TODAY, -20);

let directory: string;
let file: string;
let counter: Counter;
/** The days whose list is not to be had. */
let refused: Set<string>;
let lines: string[];
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kona-lists-'));
  file = join(directory, 'sync.json');
  refused = new Set([LOST]);
  lines = [];
  let unsealed = TODAY;
  counter = new Counter({
    memory: fileMemory(file),
    begunOn: () => datePlus(TODAY, -40),
    unsealedFrom: () => unsealed,
    isSealed: (date) => ![LOST, LATER, LAST].includes(date),
    onListed: (date) => {
      if (date < unsealed) unsealed = date;
    },
    log: ({ event, days }) => lines.push(`${event} ${days}`),
  });
  const { backend } = counter;
  backend.sayTransactions = ({ businessDate }) =>
    refused.has(businessDate) ? AMBIGUOUS : listOf(businessDate);
  await fenced(4);
});
afterEach(async () => {
  await counter.end();
  rmSync(directory, { recursive: true });
});

/** The terminal learns that it is not the one that it was. */
async function fenced(epoch: number): Promise<void> {
  const { backend } = counter;
  backend.greeting = { ...backend.greeting, epoch };
  await counter.start();
  counter.worker.now();
  await counter.clock.advance(2_000);
  expect(counter.worker.status().recovering).toBe(true);
}

function listOf(businessDate: string): Answered<TransactionsAnswer> {
  return listed(
    [LOST, LATER].includes(businessDate) ? [listedCharge(`LOST-${businessDate}`, businessDate)] : [],
  );
}

/** A manager claims the epoch; nothing more has been asked for when it is granted. */
async function claim(): Promise<void> {
  const { backend } = counter;
  backend.greeting = { ...backend.greeting, epoch: backend.greeting.epoch + 1 };
  const claimed = counter.worker.claimEpoch('lee');
  await counter.clock.advance(2_000);
  expect(await claimed).toBe(true);
}

async function stop(): Promise<void> {
  const stopped = counter.worker.stop();
  await counter.clock.advance(10_000);
  await stopped;
}

/** The program ends and is started again: what it holds in memory is gone. */
async function startAgain(): Promise<void> {
  await stop();
  await counter.crash();
  await counter.start();
}

/** The same with a power cut: nothing ends in order. */
async function cutOff(): Promise<void> {
  await counter.crash();
  await counter.start();
}

/** Of the one day, or another: a payment of it is noted as missing here. */
function isNoted(date = LOST): boolean {
  const entries = counter.ledger.entries(1, 1_000).filter(({ kind }) => kind === 'issuerItemMissingHere');
  return entries.some(({ body }) => body.includes(`LOST-${date}`));
}

/** So often the one day, or another, was asked for. */
function asked(date = LOST): number {
  const lists = counter.backend.of('transactions').map(({ request }) => Object(request).businessDate);
  return lists.filter((each) => each === date).length;
}

/** The dates in the file. */
function kept(): readonly string[] {
  return JSON.parse(readFileSync(file, 'utf8')).unreadLists?.dates ?? [];
}

it('are read by the next start where the process ended before they could be', async () => {
  await claim();
  refused.clear();
  await startAgain();
  expect(isNoted()).toBe(false);
  await counter.clock.advance(60_000);
  expect(isNoted()).toBe(true);
  expect(kept()).toEqual([]);
  const before = asked();
  await counter.clock.advance(2 * HOUR_MS);
  await startAgain();
  await counter.clock.advance(2 * HOUR_MS);
  expect(asked()).toBe(before);
});

it('are on disk before the terminal is believed again: a power cut at that moment loses none of them', async () => {
  const { backend } = counter;
  let atClaim: readonly string[] = [];
  backend.sayHello = () => {
    atClaim = kept();
    return answered({ ...backend.greeting, serverTimeMs: counter.clock.now().wallMs });
  };
  await claim();
  expect(atClaim).toEqual([LOST]);
});

it('are asked for every minute at first and then every hour, also by a later start, until they are read', async () => {
  await claim();
  await counter.clock.advance(HOUR_MS / 2);
  const quick = asked();
  expect(quick).toBe(11); // once for the claim
  expect(isNoted()).toBe(false);
  await counter.clock.advance(2 * HOUR_MS);
  expect(asked()).toBe(quick + 2);
  await startAgain();
  await counter.clock.advance(HOUR_MS / 2);
  expect(asked()).toBe(quick + 3);
  refused.clear();
  await counter.clock.advance(HOUR_MS);
  expect(isNoted()).toBe(true);
  expect(kept()).toEqual([]);
});

it('are given up after a week of hours, over however many starts: an issuer that gives them no more is not asked for ever', async () => {
  await claim();
  await stop();
  // The week but for its last eight hours.
  const { unreadLists, ...more } = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...more, unreadLists: { ...unreadLists, tries: 170 } }));
  const before = asked();
  for (let run = 0; run < 4; run += 1) {
    await counter.crash();
    await counter.start();
    await counter.clock.advance(3.5 * HOUR_MS);
    await stop();
  }
  expect(asked()).toBe(before + 8);
  expect(lines.filter((line) => line === 'oldListsGivenUp 1')).toHaveLength(1);
  expect(kept()).toEqual([]);
});

it('are not given up for hours without a line, and are asked for soon after it is back', async () => {
  await claim();
  await counter.clock.advance(HOUR_MS / 2);
  const before = asked();
  const { backend } = counter;
  const { sayHello, sayProbe, sayTransactions } = backend;
  backend.sayHello = () => NOTHING_LEFT;
  backend.sayProbe = () => NOTHING_LEFT;
  backend.sayTransactions = () => NOTHING_LEFT;
  await counter.clock.advance(2 * HOUR_MS);
  await startAgain();
  await counter.clock.advance(2 * HOUR_MS);
  expect(asked()).toBe(before);
  refused.clear();
  Object.assign(backend, { sayHello, sayProbe, sayTransactions });
  await counter.clock.advance(120_000);
  expect(isNoted()).toBe(true);
});

it('are asked for by the run that could not write them down, and kept as soon as they can be', async () => {
  // Nothing can be written beside the ledger.
  mkdirSync(`${file}.tmp`);
  await claim();
  expect(counter.worker.status()).toMatchObject({ recovering: false, epoch: 5 });
  expect(kept()).toEqual([]);
  rmdirSync(`${file}.tmp`);
  await counter.clock.advance(60_000);
  expect(kept()).toEqual([LOST]);
  expect(fileMemory(file).read()).toMatchObject({ epoch: 5, fenced: null });
  refused.clear();
  await cutOff();
  await counter.clock.advance(120_000);
  expect(isNoted()).toBe(true);
});

it('are all read anew by the next claim, and belong to that one', async () => {
  await claim();
  await counter.clock.advance(HOUR_MS);
  await fenced(8);
  const before = asked();
  await counter.clock.advance(3 * HOUR_MS);
  expect(asked()).toBe(before);
  refused.clear();
  await claim();
  expect(isNoted()).toBe(true);
  expect(kept()).toEqual([]);
  expect(asked()).toBe(before + 2);
});

it('are left as they are by a worker that stops while it reads one, and no timer behind it: the process ends', async () => {
  refused = new Set([LOST, LATER]);
  await claim();
  const { backend, clock } = counter;
  backend.sayTransactions = () => new Promise(() => {});
  await clock.advance(61_000);
  const before = readFileSync(file, 'utf8');
  await stop();
  expect(readFileSync(file, 'utf8')).toBe(before);
  const { timersRun } = clock;
  await clock.advance(2 * HOUR_MS);
  expect(clock.timersRun).toBe(timersRun);
});

it('are none for a file of an older program', async () => {
  await claim();
  await stop();
  const { unreadLists, ...older } = JSON.parse(readFileSync(file, 'utf8'));
  expect(unreadLists).toEqual({ dates: [LOST], tries: 1 });
  writeFileSync(file, JSON.stringify(older));
  await counter.crash();
  await counter.start();
  const before = asked();
  await counter.clock.advance(2 * HOUR_MS);
  expect(counter.worker.status()).toMatchObject({ recovering: false, epoch: 5 });
  expect(asked()).toBe(before);
});

it('are read one by one: a day that one of them brings back makes no other one needed that is never to be had', async () => {
  refused = new Set([LOST, LATER, LAST]);
  await claim();
  refused = new Set([LATER, LAST]);
  await counter.clock.advance(60_000);
  expect(isNoted(LOST)).toBe(true);
  expect(kept()).toEqual([LAST, LATER]);
  refused = new Set([LAST]);
  await counter.clock.advance(60_000);
  expect(isNoted(LATER)).toBe(true);
  expect(kept()).toEqual([LAST]);
});

it('take in no day that begins while they are read: all of that is in this ledger', async () => {
  await claim();
  const tomorrow = datePlus(TODAY, 1);
  counter.backend.businessDate = tomorrow;
  refused = new Set([tomorrow]);
  await counter.clock.advance(60_000);
  expect(isNoted()).toBe(true);
  expect(asked(tomorrow)).toBe(0);
  expect(kept()).toEqual([]);
});

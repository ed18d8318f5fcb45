/**
 * One round: a till sells over a bad line to an issuer with faults, is killed wherever it is, sometimes again while it
 * recovers, and meets a second till on its ledger; then all is well, the till ends what it began, and both sides are
 * compared to the won. What is drawn follows from the seed; what it meets is decided by real processes and sockets.
 */
import { expect } from 'vitest';
import type { Host, Intent } from '../../../src/intent/model.ts';
import { ended } from '../../../src/intent/state.ts';
import { FAULT_KINDS, type FaultKind } from '../../../src/issuer/phone/api.ts';
import type { SettlementItem } from '../../../src/konaplate/settlement.ts';
import type { Child, Shop } from './children.ts';
import { diceOf } from './dice.ts';

const FAULTY_CALLS = ['hello', 'approve', 'inquiry', 'netcancel', 'cancel'] as const;
const STEPS_MAX = 80;
/** A round whose line is so bad that nothing moves is killed all the same. */
const TRADE_MS = 8_000;
/** Far more than it takes: a run of hours shares its machine with others. */
const SETTLE_MS = 240_000;

/** What a round met, for the sum of them all. */
export interface RoundReport {
  readonly kills: number;
  readonly seconds: number;
  /** How the shop's payments stand after it, all rounds of the shop together, such as `CHARGE approved`. */
  readonly ends: Readonly<Record<string, number>>;
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Sells until so many commits were made, or the time is over; then SIGKILL. */
async function tradeAndDie(till: Child, steps: number, afterMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, TRADE_MS);
  });
  await Promise.race([till.steps(steps), late]);
  clearTimeout(timer);
  await after(afterMs);
  expect(till.isRunning, `a till ended by itself: ${till.trouble}`).toBe(true);
  await till.kill();
}

function faultsOf(dice: () => number): { call: string; kind: FaultKind; probability: number; ms: number }[] {
  const kind = (): FaultKind => FAULT_KINDS[Math.floor(dice() * FAULT_KINDS.length)] ?? 'dropAfter';
  return FAULTY_CALLS.filter(() => dice() < 0.6).map((call) => ({
    call,
    kind: kind(),
    probability: 0.1 + dice() * 0.6,
    ms: 50 + Math.floor(dice() * 1_500),
  }));
}

/** Runs one round and compares both sides; throws with what differs. */
export async function round(shop: Shop, seed: number): Promise<RoundReport> {
  const dice = diceOf(seed);
  const faults = faultsOf(dice);
  for (const fault of faults) shop.issuer.faults?.set(fault);
  const kills = dice() < 0.3 ? 2 : 1;
  let seconds = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const till = shop.start('trade', seed);
    if (dice() < 0.15) {
      await till.steps(1);
      const second = shop.start('settle', seed);
      const code = await second.ended;
      expect(till.isRunning, `seed ${seed}: a till ended by itself: ${till.trouble}`).toBe(true);
      expect(code, `seed ${seed}: the second till on one ledger`).not.toBe(0);
      expect(second.trouble).toContain('another agent holds this ledger');
      seconds += 1;
    }
    await tradeAndDie(till, 1 + Math.floor(dice() * STEPS_MAX), Math.floor(dice() * 30));
  }
  shop.issuer.faults?.clear();
  await settle(shop, seed);
  return { kills, seconds, ends: await compare(shop, seed) };
}

async function settle(shop: Shop, seed: number): Promise<void> {
  const till = shop.start('settle', seed);
  const timer = setTimeout(() => void till.kill(), SETTLE_MS);
  const code = await till.ended;
  clearTimeout(timer);
  const open = code === 0 ? [] : shop.ledger((ledger) => ledger.attention().map(told));
  const where = `seed ${seed}: the till ends what it began; left ${open.join('; ')}; said ${till.trouble}`;
  expect({ code, trouble: till.trouble }, where).toEqual({ code: 0, trouble: '' });
}

function told({ sequenceId, type, host, cash, deferred, question, cases, ...intent }: Intent): string {
  const tries = `sends ${intent.sends}, inquiries ${intent.inquiries}, net cancels ${intent.netCancels}, voids ${intent.voids.length}`;
  const flags = [deferred ? 'later' : '', intent.choosing ? 'choosing' : '', intent.notProcessedCode ?? ''];
  return [sequenceId, type, `${host}/${cash}`, ...flags, question ?? '', ...cases, tries]
    .filter((word) => word !== '')
    .join(' ');
}

function standsAt({ sequenceId, type, amount }: Intent | SettlementItem): string {
  return `${sequenceId} ${type} ${amount}`;
}

/** Both lists, both sums, every intent at its end. */
async function compare(shop: Shop, seed: number): Promise<Record<string, number>> {
  const where = `seed ${seed}`;
  const intents = shop.intents();
  const { faults, balances } = shop.ledger((ledger) => ledger.verify());
  expect(faults, where).toEqual([]);
  const unfinished = intents.filter((intent) => !ended(intent) || intent.cases.length > 0).map(told);
  expect(unfinished, where).toEqual([]);
  const items = await shop.items();
  const booked = items.filter(({ state }) => state === 'APPROVED');
  const voided = items.filter(({ state }) => state === 'VOIDED');
  const here = (host: Host): string[] => intents.filter((intent) => intent.host === host).map(standsAt);
  expect(here('approved').sort(), where).toEqual(booked.map(standsAt).sort());
  expect(here('voided').sort(), where).toEqual(voided.map(standsAt).sort());
  const undone = items.filter(({ state }) => state === 'REVERSED').map(standsAt);
  expect(here('reversed'), where).toEqual(expect.arrayContaining(undone));
  for (const intent of intents) {
    const isKept = intent.cash === (intent.type === 'CHARGE' ? 'received' : 'paid_out');
    expect(isKept, `${where}: ${told(intent)}`).toBe(intent.host === 'approved');
  }
  const sum = booked.reduce((won, { type, amount }) => won + (type === 'CHARGE' ? amount : -amount), 0);
  const nothing = { customer_due: 0, suspense: 0, deferred: 0, dispute: 0, unclaimed: 0, store: 0 };
  expect(balances, where).toEqual({ ...nothing, cash_drawer: sum, issuer_payable: 0 - sum });
  return endsOf(intents);
}

function endsOf(intents: readonly Intent[]): Record<string, number> {
  const ends: Record<string, number> = {};
  for (const { type, host, deferred } of intents) {
    const end = `${type} ${deferred ? 'later ' : ''}${host}`;
    ends[end] = (ends[end] ?? 0) + 1;
  }
  return ends;
}

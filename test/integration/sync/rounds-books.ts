/** What must hold of both sides when a round is over: the promise for every payment, the books, the business days. */
import { expect } from 'vitest';
import type { Intent } from '../../../src/intent/model.ts';
import { ended, isCase } from '../../../src/intent/state.ts';
import type { SettlementItem } from '../../../src/konaplate/settlement.ts';
import type { Ledger } from '../../../src/ledger/types.ts';
import type { DayState } from '../../../src/settlement/day.ts';
import { DIFFERENCES } from '../../../src/settlement/matching.ts';
import { readDay } from '../../../src/settlement/read.ts';
import { postingsOf } from '../../simulation/disk-days.ts';
import type { Shop } from './children.ts';
import { journalOf } from './stretches.ts';
import { told } from './waits.ts';

const DAYS_MAX = 400;

/** Both sides as they are when no till runs. */
export interface Books {
  readonly intents: readonly Intent[];
  readonly items: readonly SettlementItem[];
  readonly days: readonly DayState[];
  readonly agreed: readonly string[];
  /** Of payments, without what the business days booked. */
  readonly balances: Readonly<Record<string, number>>;
  /** What a sealed day still holds, by date. */
  readonly left: Readonly<Record<string, { readonly issuerPayable: number; readonly cashDrawer: number }>>;
  readonly faults: readonly unknown[];
  readonly isFenced: boolean;
  /** Items of the issuer that the till knows to have lost. */
  readonly named: ReadonlySet<string>;
}

/** Reads both sides. */
export async function booksOf(shop: Shop): Promise<Books> {
  const read = shop.ledger((ledger) => {
    const { faults, balances } = ledger.verify();
    const byDays: Readonly<Record<string, number>> = postingsOf(ledger);
    const dates = ledger.days(DAYS_MAX).map(({ businessDate }) => businessDate);
    const days = dates.map((date) => readDay(ledger, date));
    return {
      days,
      faults,
      isFenced: ledger.recovering() !== null,
      balances: Object.fromEntries(
        Object.entries(balances).map(([account, won]) => [account, won - (byDays[account] ?? 0)]),
      ),
      left: Object.fromEntries(dates.map((date) => [date, ledger.dayPosition(date)])),
      named: namedIn(ledger, days),
    };
  });
  return { ...read, intents: shop.intents(), items: await shop.items(), agreed: await shop.agreedDays() };
}

/** By the import of a terminal that was fenced, or by a comparison of its day. */
function namedIn(ledger: Ledger, days: readonly DayState[]): ReadonlySet<string> {
  const named = new Set<string>();
  for (const { kind, body } of journalOf(ledger))
    if (kind === 'issuerItemMissingHere') named.add(JSON.parse(body).detail.sequenceId);
  for (const { reconciled } of days) {
    for (const { category, sequenceId } of reconciled?.detail.differences ?? [])
      if (category === 'missingHere') named.add(sequenceId);
  }
  return named;
}

function standsAt({ sequenceId, type, amount }: Intent | SettlementItem): string {
  return `${sequenceId} ${type} ${amount}`;
}

function isKept({ type, cash }: Intent): boolean {
  return cash === (type === 'CHARGE' ? 'received' : 'paid_out');
}

function sumOf(items: readonly Pick<SettlementItem, 'type' | 'amount'>[]): number {
  return items.reduce((won, { type, amount }) => won + (type === 'CHARGE' ? amount : -amount), 0);
}

/**
 * Neither side was put back: every intent at its end without a case, both lists and all sums the same, and the day that
 * was closed is sealed.
 */
export function mustAgree(books: Books, closed: string | null, where: string): void {
  const { intents, items, balances } = books;
  mustKeepPromise(books, where);
  expect(intents.filter(isCase).map(told), where).toEqual([]);
  const booked = items.filter(({ state }) => state === 'APPROVED');
  const voided = items.filter(({ state }) => state === 'VOIDED');
  const here = (host: Intent['host']): string[] =>
    intents.filter((intent) => intent.host === host).map(standsAt);
  expect(here('approved').sort(), where).toEqual(booked.map(standsAt).sort());
  expect(here('voided').sort(), where).toEqual(voided.map(standsAt).sort());
  const undone = items.filter(({ state }) => state === 'REVERSED').map(standsAt);
  expect(here('reversed'), where).toEqual(expect.arrayContaining(undone));
  const sum = sumOf(booked);
  const nothing = { customer_due: 0, suspense: 0, deferred: 0, dispute: 0, unclaimed: 0, store: 0 };
  expect(balances, where).toEqual({ ...nothing, cash_drawer: sum, issuer_payable: 0 - sum });
  const unsealed = books.days.filter((day) => day.sealed === null);
  expect(unsealed.filter(({ phase }) => phase !== 'open').map(heldUp), where).toEqual([]);
  const sealed = books.days.filter((day) => day.sealed !== null);
  if (closed !== null && intents.some(({ businessDate }) => businessDate === closed)) {
    expect(
      sealed.map(({ date }) => date),
      `${where}: the closed day`,
    ).toContain(closed);
  }
  expect(sealed.map(({ date }) => date).sort(), where).toEqual(books.agreed);
  expect(
    sealed.flatMap(({ named }) => named),
    where,
  ).toEqual([]);
  for (const { date } of sealed) {
    const ours = sumOf(
      intents.filter((intent) => intent.host === 'approved' && intent.businessDate === date),
    );
    const theirs = sumOf(booked.filter((item) => item.businessDate === date));
    expect(ours, `${where}: ${date}`).toBe(theirs);
  }
}

/**
 * What holds also when a disk or the issuer was put back: no intent without an end or a case; who has no case stands the
 * same on both sides; nothing that the issuer has booked is unknown; a closed day is sealed, or its difference is named.
 */
export function mustKeepPromise({ intents, items, days, ...books }: Books, where: string): void {
  expect(books.faults, where).toEqual([]);
  expect(books.isFenced, `${where}: the terminal is taken on again`).toBe(false);
  expect(intents.filter((intent) => !ended(intent) && !isCase(intent)).map(told), where).toEqual([]);
  const states = new Map(items.map((item) => [item.sequenceId, item.state]));
  const broken = intents.filter((intent) => {
    if (isCase(intent)) return false;
    const isBooked = states.get(intent.sequenceId) === 'APPROVED';
    return isBooked !== (intent.host === 'approved') || isBooked !== isKept(intent);
  });
  expect(
    broken.map((intent) => `${told(intent)}: ${states.get(intent.sequenceId)}`),
    where,
  ).toEqual([]);
  const known = new Set(intents.map(({ sequenceId }) => sequenceId));
  const lost = items.filter(({ sequenceId, state }) => state === 'APPROVED' && !known.has(sequenceId));
  expect(lost.filter(({ sequenceId }) => !books.named.has(sequenceId)).map(standsAt), where).toEqual([]);
  for (const day of days) {
    expect(dayFault(day, books.left[day.date]), `${where}: ${day.date}`).toBe(null);
  }
}

/** Why a day that a manager closed is not sealed. */
function heldUp({ date, phase, answered, reconciled }: DayState): string {
  const categories = reconciled?.detail.categories;
  const differing = DIFFERENCES.filter((name) => (categories?.[name].count ?? 0) > 0);
  return `${date} ${phase} ${answered?.outcome.detail.code} ${differing.join(' ')}`;
}

/** null: not closed, or sealed and empty, or not agreed and the difference is named. */
function dayFault(
  { phase, sealed, named, answered, reconciled }: DayState,
  left: Books['left'][string] | undefined,
): string | null {
  if (sealed !== null) {
    const isEmpty = left?.issuerPayable === 0 && left.cashDrawer === 0;
    return isEmpty || named.length > 0 ? null : `sealed and not empty: ${JSON.stringify(left)}`;
  }
  if (phase === 'open') return null;
  if (phase !== 'notAgreed') return `${phase}, and not sealed`;
  const categories = reconciled?.detail.categories;
  const isNamed = categories !== undefined && DIFFERENCES.some((name) => categories[name].count > 0);
  return isNamed ? null : `not agreed (${answered?.outcome.detail.code}) without a difference`;
}

/** How many payments stand how, such as `CHARGE approved`. */
export function endsOf({ intents }: Books): Record<string, number> {
  const ends: Record<string, number> = {};
  const endOf = ({ type, host, deferred }: Intent): string => `${type} ${deferred ? 'later ' : ''}${host}`;
  for (const intent of intents) ends[endOf(intent)] = (ends[endOf(intent)] ?? 0) + 1;
  return ends;
}

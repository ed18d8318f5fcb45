import { randomInt } from 'node:crypto';
import { Agent } from 'node:http';
import { expect } from 'vitest';
import { luhn } from '../../../src/barcode/format.ts';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import type { SampleCard } from '../../../src/issuer/options.ts';
import { sqlState } from '../../../src/issuer/storage/database.ts';
import type { Storage } from '../../../src/issuer/storage/open.ts';
import type { Reply } from './caller.ts';
import { type PlainOptions, secondProcess } from './second-process.ts';
import { newId, Till } from './till.ts';

const CONCURRENCY = 64;
const TRIES_MAX = 60;
const OPENING = 1_000_000_000;

/** A number of the load test's own: 949133, a right check digit. */
function cardNo(at: number): string {
  const body = `94913300001${String(at).padStart(4, '0')}`;
  const digit = Array.from({ length: 10 }, (_, check) => String(check)).find((check) => luhn(body + check));
  if (digit === undefined) throw new Error('no check digit');
  return body + digit;
}
/** Every eighth card is poor: withdrawals are declined, and what is charged is mostly spent before it is reversed. */
const POOR = 20_000;
const isPoor = (card: number): boolean => card % 8 === 0;
/** SQLSTATE of a CHECK: the balance went meanwhile. */
const TOO_LITTLE = '23514';
/** As many as there are callers, so that now one and now several of them are on one card. */
const CARDS: readonly SampleCard[] = Array.from({ length: CONCURRENCY }, (_, at) => ({
  cardNo: cardNo(at),
  balance: isPoor(at) ? POOR : OPENING,
  status: 'active',
}));
const FAULTS: readonly { kind: string; probability: number; ms?: number }[] = [
  { kind: 'dropBefore', probability: 0.02 },
  { kind: 'dropAfter', probability: 0.03 },
  { kind: 'delay', probability: 0.02, ms: 30 },
  { kind: 'duplicate', probability: 0.05 },
  { kind: 'garbage', probability: 0.02 },
  { kind: 'wrongToken', probability: 0.02 },
  { kind: 'html500', probability: 0.02 },
  { kind: 'reset', probability: 0.02 },
];
const OPTIONS = {
  admin: true,
  sampleCards: CARDS,
  limits: {
    balanceCap: 10 * OPENING,
    dailyCharge: 1e15,
    dailyRefund: 1e15,
    monthlyCharge: 1e15,
    monthlyRefund: 1e15,
    monthlyRefundCount: 1e9,
  },
  // As many live tokens as callers: none must take away another's.
  policy: { liveTokensPerCard: CONCURRENCY, wrongGuessesMax: 1_000_000 },
} satisfies PlainOptions;

/** What the caller was told in the end about one id, by trustworthy answers only. */
type Told = 'approved' | 'declined' | 'reversed';

interface Tale {
  readonly card: number;
  readonly type: 'CHARGE' | 'REFUND';
  readonly amount: number;
  readonly told: Told;
  /** The number of the approval, when an answer told it. */
  readonly nrNumber: string | null;
}

export interface LoadFigures {
  readonly calls: number;
  readonly seconds: number;
  readonly callsPerSecond: number;
  /** What went wrong with calls, as the caller saw it. */
  readonly faults: Readonly<Record<string, number>>;
  /** Calls by name and code of their trustworthy answer. */
  readonly answers: Readonly<Record<string, number>>;
  readonly told: Readonly<Record<Told, number>>;
  readonly balancesCompared: number;
  /** Won that holders spent elsewhere before a reversal, cards that owe after one, and how much: the receivables. */
  readonly spent: number;
  readonly cardsThatOwe: number;
  readonly owed: number;
  readonly itemsCompared: number;
}

/**
 * `calls` approvals, net cancels and inquiries at concurrency 64 with random faults, over two issuer processes when the
 * storage is a server; no payment begins after `timeMs`. In the end balances, postings and what the callers were told must
 * be the same.
 */
export async function runLoad(storage: Storage, calls: number, timeMs: number): Promise<LoadFigures> {
  const issuer = await startIssuer({ ...OPTIONS, storage });
  const second = 'connectionString' in storage ? await secondProcess({ ...OPTIONS, storage }) : null;
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
  try {
    const urls = [issuer.credentials.baseUrl, ...(second === null ? [] : [second.baseUrl])];
    const tills = urls.map(
      (baseUrl) => new Till({ ...issuer, credentials: { ...issuer.credentials, baseUrl } }, Date.now, agent),
    );
    for (const url of urls) await misbehave(url.replace('/open-api', ''));
    const startMs = performance.now();
    const load = new Load(issuer, tills, { calls, endMs: startMs + timeMs });
    await Promise.all(Array.from({ length: CONCURRENCY }, () => load.work()));
    const seconds = (performance.now() - startMs) / 1000;
    const compared = await compare(issuer, load);
    return {
      calls: load.calls,
      seconds: Math.round(seconds * 10) / 10,
      callsPerSecond: Math.round(load.calls / seconds),
      faults: Object.fromEntries(load.faults),
      answers: Object.fromEntries([...load.answers].sort()),
      ...compared,
    };
  } finally {
    agent.destroy();
    await second?.stop();
    await issuer.close();
  }
}

async function misbehave(url: string): Promise<void> {
  for (const fault of FAULTS) {
    const response = await fetch(`${url}/admin/faults`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ call: '*', ...fault }),
    });
    if (!response.ok) throw new Error(`no fault: ${response.status}`);
  }
}

class Load {
  calls = 0;
  readonly tales = new Map<string, Tale>();
  readonly faults = new Map<string, number>();
  readonly answers = new Map<string, number>();
  /** What holders spent elsewhere, by card. */
  readonly spent = CARDS.map(() => 0);
  readonly #issuer: Issuer;
  readonly #tills: readonly Till[];
  readonly #limit: { readonly calls: number; readonly endMs: number };
  #index = 0;

  constructor(issuer: Issuer, tills: readonly Till[], limit: { calls: number; endMs: number }) {
    this.#issuer = issuer;
    this.#tills = tills;
    this.#limit = limit;
  }

  async work(): Promise<void> {
    while (this.calls < this.#limit.calls && performance.now() < this.#limit.endMs) await this.#one();
  }

  #till(): Till {
    const till = this.#tills[randomInt(this.#tills.length)];
    if (till === undefined) throw new Error('no till');
    return till;
  }

  #mark(): { journalIndex: number; journalHead: string } {
    this.#index += 1;
    return { journalIndex: this.#index, journalHead: this.#index.toString(16).padStart(64, '0') };
  }

  /** A trustworthy answer, or null: signed and in the envelope. */
  async #ask(name: string, run: (till: Till) => Promise<Reply>): Promise<Reply | null> {
    this.calls += 1;
    const reply = await run(this.#till()).catch(() => null);
    const fault = faultOf(reply);
    if (fault !== null) count(this.faults, fault);
    if (reply === null || fault !== null) return null;
    count(this.answers, `${name} ${reply.code}`);
    return reply;
  }

  async #one(): Promise<void> {
    const card = randomInt(CARDS.length);
    const type = randomInt(3) === 0 ? 'REFUND' : 'CHARGE';
    const amount = 1 + randomInt(50_000);
    const { merchantId } = this.#issuer.credentials;
    const wish = { cardNo: CARDS[card]?.cardNo ?? '', type, amount } as const;
    const { spec } = await this.#issuer.service.issueBarcode(merchantId, wish);
    const sequenceId = newId();
    const told = await this.#settle(sequenceId, spec, { card, type, amount });
    this.tales.set(sequenceId, { card, type, amount, ...told });
  }

  async #settle(
    sequenceId: string,
    spec: string,
    { card, type, amount }: Pick<Tale, 'card' | 'type' | 'amount'>,
  ): Promise<Pick<Tale, 'told' | 'nrNumber'>> {
    const approve = (): Promise<Reply | null> =>
      this.#ask('approve', (till) => till.approve(spec, { sequenceId, ...this.#mark() }));
    const netCancel = (): Promise<Reply | null> =>
      this.#ask('netcancel', (till) => till.netCancel(sequenceId, type, amount, this.#mark()));
    const reverse = async (nrNumber: string | null): Promise<Pick<Tale, 'told' | 'nrNumber'>> => {
      const { code, body } = await this.#until(netCancel);
      expect(code).toBe('000_000');
      return { told: body.result === 'NOT_APPROVED' ? 'declined' : 'reversed', nrNumber };
    };
    if (randomInt(10) === 0) {
      // Approve and net cancel under way together, as when an answer is late: it must end reversed.
      await Promise.all([approve(), netCancel()]);
      return reverse(null);
    }
    const approval = await approve();
    if (approval !== null && approval.code !== '000_000') return { told: 'declined', nrNumber: null };
    const inquire = () => this.#ask('inquiry', (till) => till.inquiry(sequenceId, this.#mark()));
    const { body } = approval ?? (await this.#until(inquire));
    if (body.result === 'FAILED') return { told: 'declined', nrNumber: null };
    if (body.result === 'NOT_FOUND') return reverse(null);
    const nrNumber = String(body.nrNumber);
    if (type === 'CHARGE' && isPoor(card) && randomInt(4) !== 0) {
      await this.#spendAll(card);
      return reverse(nrNumber);
    }
    return randomInt(8) === 0 ? reverse(nrNumber) : { told: 'approved', nrNumber };
  }

  /** The holder is quicker than the reversal. */
  async #spendAll(card: number): Promise<void> {
    const { service, credentials } = this.#issuer;
    const no = CARDS[card]?.cardNo ?? '';
    const balance = (await service.balanceOf(credentials.merchantId, no)) ?? 0;
    if (balance === 0) return;
    try {
      await service.spend(credentials.merchantId, no, balance);
      this.spent[card] = (this.spent[card] ?? 0) + balance;
    } catch (error) {
      if (sqlState(error) !== TOO_LITTLE) throw error;
    }
  }

  async #until<T>(attempt: () => Promise<T | null>): Promise<T> {
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const result = await attempt();
      if (result !== null) return result;
    }
    throw new Error('no answer in so many tries');
  }
}

function count(into: Map<string, number>, name: string): void {
  into.set(name, (into.get(name) ?? 0) + 1);
}

function faultOf(reply: Reply | null): string | null {
  if (reply === null) return 'cut off or unreadable';
  if (reply.status === 500) return 'page of a proxy';
  if (reply.code === '') return 'garbage';
  return reply.signed ? null : 'wrong token';
}

/** What a state of the database means to the caller. VOIDED must not occur here. */
const MEANS: Readonly<Record<string, Told>> = {
  APPROVED: 'approved',
  DECLINED: 'declined',
  REVERSED: 'reversed',
  TOMBSTONE: 'reversed',
};

async function compare(
  issuer: Issuer,
  { tales, spent }: Pick<Load, 'tales' | 'spent'>,
): Promise<
  Pick<LoadFigures, 'told' | 'balancesCompared' | 'spent' | 'cardsThatOwe' | 'owed' | 'itemsCompared'>
> {
  const { merchantId } = issuer.credentials;
  const { accounts, wrongCards } = await issuer.service.trialBalance(merchantId);
  expect(wrongCards).toBe(0);
  expect([...accounts.values()].reduce((sum, balance) => sum + balance, 0)).toBe(0);
  const expected = CARDS.map(({ balance }, at) => balance - (spent[at] ?? 0));
  const told = { approved: 0, declined: 0, reversed: 0 };
  for (const tale of tales.values()) {
    told[tale.told] += 1;
    if (tale.told !== 'approved') continue;
    expected[tale.card] = (expected[tale.card] ?? 0) + (tale.type === 'CHARGE' ? tale.amount : -tale.amount);
  }
  // What a reversal could not take back is owed by the holder: a receivable, below zero.
  const owed = CARDS.map(({ cardNo }) => {
    const cardId = issuer.service.domain.hashes.card(merchantId, cardNo);
    return accounts.get(`receivable:${cardId}`) ?? 0;
  });
  const balances = await Promise.all(CARDS.map(({ cardNo }) => issuer.service.balanceOf(merchantId, cardNo)));
  expect(balances.map((balance, at) => (balance ?? Number.NaN) + (owed[at] ?? 0))).toEqual(expected);
  const items = await issuer.service.domain.db.query<{
    sequence_id: string;
    state: string;
    type: string;
    amount: number;
    nr_number: string | null;
  }>(`SELECT sequence_id, state, type, amount, nr_number FROM items WHERE merchant_id = $1`, [merchantId]);
  expect(items).toHaveLength(tales.size);
  for (const item of items) {
    const tale = tales.get(item.sequence_id);
    const { type, amount } = tale ?? {};
    const nrNumber = tale?.nrNumber ?? item.nr_number;
    expect({ type, amount, told: tale?.told, nrNumber }).toEqual({
      type: item.type,
      amount: item.amount,
      told: MEANS[item.state],
      nrNumber: item.nr_number,
    });
  }
  await compareTotals(issuer);
  const cardsThatOwe = owed.filter((sum) => sum < 0).length;
  const sumOf = (sums: readonly number[]): number => sums.reduce((all, sum) => all + sum, 0);
  return {
    told,
    balancesCompared: balances.length,
    spent: sumOf(spent),
    cardsThatOwe,
    owed: -sumOf(owed),
    itemsCompared: items.length,
  };
}

/** The sums that are kept beside the items are the items' own. */
async function compareTotals(issuer: Issuer): Promise<void> {
  const { db } = issuer.service.domain;
  const key = 'merchant_id, terminal_id, business_date, type, state';
  const kept = await db.query(
    `SELECT ${key}, count, sum FROM day_totals WHERE count <> 0 OR sum <> 0 ORDER BY ${key}`,
  );
  const summed = await db.query(
    `SELECT ${key}, count(*) AS count, sum(amount) AS sum FROM items WHERE business_date IS NOT NULL GROUP BY ${key} ORDER BY ${key}`,
  );
  expect(kept).toEqual(summed);
}

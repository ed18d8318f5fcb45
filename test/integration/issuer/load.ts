import { randomInt } from 'node:crypto';
import { Agent } from 'node:http';
import { expect } from 'vitest';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import type { SampleCard } from '../../../src/issuer/options.ts';
import type { Storage } from '../../../src/issuer/storage/open.ts';
import type { Reply } from './caller.ts';
import { type PlainOptions, secondProcess } from './second-process.ts';
import { newId, Till } from './till.ts';

const CONCURRENCY = 64;
const TRIES_MAX = 60;
const OPENING = 1_000_000_000;
/** 949133 and a right check digit: cards of the load test only. */
const CARDS: readonly SampleCard[] = ['1006', '1014', '1022', '1030', '1048', '1055', '1063', '1071'].map(
  (end) => ({
    cardNo: `949133000000${end}`,
    balance: OPENING,
    status: 'active',
  }),
);
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
  policy: { liveTokensPerCard: 500, wrongGuessesMax: 1_000_000 },
} satisfies PlainOptions;

/** What the caller was told in the end about one id, by trustworthy answers only. */
type Told = 'approved' | 'declined' | 'reversed';

interface Tale {
  readonly card: number;
  readonly type: 'CHARGE' | 'REFUND';
  readonly amount: number;
  readonly told: Told;
}

/**
 * `calls` approvals, net cancels and inquiries at concurrency 64 with random faults, over two issuer processes when the
 * storage is a server. In the end balances, postings and what the callers were told must be the same.
 */
export async function runLoad(storage: Storage, calls: number): Promise<{ calls: number; tales: number }> {
  const issuer = await startIssuer({ ...OPTIONS, storage });
  const second = 'connectionString' in storage ? await secondProcess({ ...OPTIONS, storage }) : null;
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
  try {
    const urls = [issuer.credentials.baseUrl, ...(second === null ? [] : [second.baseUrl])];
    const tills = urls.map(
      (baseUrl) => new Till({ ...issuer, credentials: { ...issuer.credentials, baseUrl } }, Date.now, agent),
    );
    for (const url of urls) await misbehave(url.replace('/open-api', ''));
    const load = new Load(tills, calls);
    await Promise.all(Array.from({ length: CONCURRENCY }, () => load.work()));
    await compare(issuer, load.tales);
    return { calls: load.calls, tales: load.tales.size };
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
  readonly #tills: readonly Till[];
  readonly #limit: number;
  #index = 0;

  constructor(tills: readonly Till[], limit: number) {
    this.#tills = tills;
    this.#limit = limit;
  }

  async work(): Promise<void> {
    while (this.calls < this.#limit) await this.#one();
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

  /** A trustworthy answer, or null: signed, in the envelope, and not "not processed" of another copy. */
  async #ask(run: (till: Till) => Promise<Reply>): Promise<Reply | null> {
    this.calls += 1;
    const reply = await run(this.#till()).catch(() => null);
    return reply?.signed === true && reply.code !== '' ? reply : null;
  }

  async #one(): Promise<void> {
    const card = randomInt(CARDS.length);
    const type = randomInt(3) === 0 ? 'REFUND' : 'CHARGE';
    const amount = 1 + randomInt(50_000);
    const spec = await this.#until(() =>
      this.#till()
        .barcode(type, CARDS[card]?.cardNo ?? '', amount)
        .catch(() => null),
    );
    const sequenceId = newId();
    const told = await this.#settle(sequenceId, spec, type, amount);
    this.tales.set(sequenceId, { card, type, amount, told });
  }

  async #settle(sequenceId: string, spec: string, type: 'CHARGE' | 'REFUND', amount: number): Promise<Told> {
    const approve = (): Promise<Reply | null> =>
      this.#ask((till) => till.approve(spec, { sequenceId, ...this.#mark() }));
    const netCancel = (): Promise<Reply | null> =>
      this.#ask((till) => till.netCancel(sequenceId, type, amount, this.#mark()));
    if (randomInt(10) === 0) {
      // Approve and net cancel under way together, as when an answer is late: it must end reversed.
      await Promise.all([approve(), netCancel()]);
      await this.#until(netCancel);
      return 'reversed';
    }
    const answer = await approve();
    if (answer?.code === '000_000') return this.#perhapsReverse(netCancel);
    if (answer !== null) return 'declined';
    const inquiry = await this.#until(() => this.#ask((till) => till.inquiry(sequenceId, this.#mark())));
    if (inquiry.body.result === 'COMPLETED') return this.#perhapsReverse(netCancel);
    if (inquiry.body.result === 'FAILED') return 'declined';
    await this.#until(netCancel);
    return 'reversed';
  }

  async #perhapsReverse(netCancel: () => Promise<Reply | null>): Promise<Told> {
    if (randomInt(8) !== 0) return 'approved';
    await this.#until(netCancel);
    return 'reversed';
  }

  async #until<T>(attempt: () => Promise<T | null>): Promise<T> {
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const result = await attempt();
      if (result !== null) return result;
    }
    throw new Error('no answer in so many tries');
  }
}

async function compare(issuer: Issuer, tales: ReadonlyMap<string, Tale>): Promise<void> {
  const { merchantId } = issuer.credentials;
  const { accounts, wrongCards } = await issuer.service.trialBalance(merchantId);
  expect(wrongCards).toBe(0);
  expect([...accounts.values()].reduce((sum, balance) => sum + balance, 0)).toBe(0);
  const expected = CARDS.map(() => OPENING);
  for (const { card, type, amount, told } of tales.values()) {
    if (told !== 'approved') continue;
    expected[card] = (expected[card] ?? 0) + (type === 'CHARGE' ? amount : -amount);
  }
  const balances = await Promise.all(CARDS.map(({ cardNo }) => issuer.service.balanceOf(merchantId, cardNo)));
  expect(balances).toEqual(expected);
  const items = await issuer.service.domain.db.query<{ sequence_id: string; state: string }>(
    `SELECT sequence_id, state FROM items WHERE merchant_id = $1`,
    [merchantId],
  );
  expect(items).toHaveLength(tales.size);
  for (const { sequence_id: sequenceId, state } of items) {
    const told = tales.get(sequenceId)?.told;
    const means = { APPROVED: 'approved', DECLINED: 'declined', REVERSED: 'reversed', TOMBSTONE: 'reversed' };
    expect({ sequenceId, told }).toEqual({ sequenceId, told: means[state as keyof typeof means] });
  }
}

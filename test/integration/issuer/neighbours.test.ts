import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import { credentialsOf, generateClient, generateKeys } from '../../../src/issuer/keys.ts';
import { PUBLISHED_CALLS } from '../../../src/konaplate/wire.ts';
import { Caller, type Reply } from './caller.ts';
import { contentsOf } from './contents.ts';
import { newId, Till } from './till.ts';

const { oneTimeToken, cardInfo, cardTransactions } = PUBLISHED_CALLS;
const MINUTE = 60_000;
let issuer: Issuer;
let till: Till;
let stranger: Caller;
/** 23:58 in Korea on 21 November. */
let nowMs = Date.UTC(2026, 10, 21, 14, 58);
const faults: string[] = [];

beforeAll(async () => {
  const keys = await generateKeys(['T1']);
  const other = await generateClient(['T1']);
  issuer = await startIssuer({
    keys: { ...keys, clients: [...keys.clients, other] },
    clock: { nowMs: () => nowMs },
    onFault: (fault) => faults.push(JSON.stringify(fault)),
  });
  till = new Till(issuer, () => nowMs);
  stranger = new Caller(credentialsOf(other, issuer.credentials.baseUrl, []), () => nowMs);
});
afterAll(async () => {
  expect(faults).toEqual([]);
  await issuer.close();
});

const ask = (path: string, body: unknown): Promise<Reply> => till.caller.post(path, body);
const RICH = 2;

describe('a one-time token', () => {
  const get = (body: Record<string, unknown> = {}) =>
    ask(oneTimeToken.path, { cardNo: till.card(RICH), ...body });

  it.each([
    [{}, 30_000],
    [{ type: 'ATM' }, 5 * MINUTE],
    [{ type: 'CREDIT' }, 5 * MINUTE],
  ])('for %j has 16 and 3 digits and lives %i ms', async (body, lifeMs) => {
    const reply = await get(body);
    expect(reply).toMatchObject({ status: 200, code: '000_000', encrypted: true });
    expect(reply.body.oneTimeToken).toMatch(/^[0-9]{16}$/);
    expect(reply.body.dcvv).toMatch(/^[0-9]{3}$/);
    expect(reply.body.expiryTime).toBe(nowMs + lifeMs);
    expect(reply.body.oneTimeToken).not.toBe(till.card(RICH));
  });

  it('is another one each time', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => get()));
    expect(new Set(made.map((reply) => reply.body.oneTimeToken)).size).toBe(20);
    expect(new Set(made.map((reply) => reply.body.dcvv)).size).toBeGreaterThan(5);
  });

  it('leaves the barcode on the phone alive, and is no barcode itself', async () => {
    const spec = await till.barcode('CHARGE', till.card(RICH), 1_000);
    const { dcvv, oneTimeToken: number } = (await get()).body;
    const forged = `CHARGE${number}${dcvv}001000`;
    expect((await till.approve(forged)).code).toMatch(/^003_001|006_008$/);
    expect((await till.approve(spec)).code).toBe('000_000');
  });

  it.each([
    ['type', { type: 'CHARGE' }, '000_002'],
    ['type', { type: null }, '000_002'],
    ['type', { type: '' }, '000_002'],
    ['cardNo', { cardNo: 9_491_330_000_000_032 }, '000_002'],
    ['cardNo', { cardNo: '949133000000003' }, '000_002'],
    ['amount', { amount: 1 }, '000_002'],
    ['cardNo', { cardNo: '9491330000000115' }, '003_001'],
    ['cardNo', { cardNo: '9491330000000116' }, '006_008'],
  ])('is refused for a wrong %s: %j -> %s', async (field, body, code) => {
    const before = await contentsOf(issuer);
    const reply = await get(body);
    expect(reply).toMatchObject({ status: 400, code, encrypted: false });
    expect(reply.description).toMatch(new RegExp(` ${field}$`));
    expect(await contentsOf(issuer)).toBe(before);
  });
});

describe('card information', () => {
  it('says whose card it is, its balance and its state', async () => {
    const states = await Promise.all(
      issuer.credentials.cards.map(async ({ cardNo }) => (await ask(cardInfo.path, { cardNo })).body),
    );
    expect(states.map((body) => body.cardStatus)).toEqual(
      issuer.credentials.cards.map(({ status }) => status.toUpperCase()),
    );
    for (const body of states) {
      expect(body.userId).toMatch(/^[0-9]{1,20}$/);
      expect(body.par).toMatch(/^[0-9A-Z]{27}$/);
    }
    expect(new Set(states.map((body) => body.par)).size).toBe(states.length);
  });

  it('follows the balance, and knows no card of another merchant', async () => {
    const cardNo = till.card(0);
    const before = Number((await ask(cardInfo.path, { cardNo })).body.balance);
    await till.approve(await till.barcode('REFUND', cardNo, 1_500));
    expect((await ask(cardInfo.path, { cardNo })).body.balance).toBe(before - 1_500);
    expect((await stranger.post(cardInfo.path, { cardNo })).code).toBe('003_001');
  });
});

describe("a card's history", () => {
  let par = '';
  const numbers: string[] = [];
  const history = (body: Record<string, unknown>) => ask(cardTransactions.path, { par, ...body });
  const both = { startDate: '20261121', endDate: '20261122' };
  const amounts = ({ body }: Reply) =>
    cardTransactions.answer.shape.transactions.parse(body.transactions).map((row) => row.amount);

  /** Three payments before midnight in Korea, one of them taken back, and two after it. */
  beforeAll(async () => {
    const cardNo = till.card(8);
    par = String((await ask(cardInfo.path, { cardNo })).body.par);
    const pay = async (type: 'CHARGE' | 'REFUND', amount: number) => {
      const sequenceId = newId();
      nowMs += 1_000;
      const reply = await till.approve(await till.barcode(type, cardNo, amount), { sequenceId });
      numbers.push(String(reply.body.nrNumber));
      return sequenceId;
    };
    await pay('CHARGE', 1_000);
    const reversed = await pay('CHARGE', 2_000);
    await pay('REFUND', 300);
    await till.netCancel(reversed, 'CHARGE', 2_000);
    // Declined: it is in no history.
    await till.approve(await till.barcode('REFUND', cardNo, 999_999));
    nowMs += 3 * MINUTE;
    await pay('CHARGE', 4_000);
    await pay('REFUND', 500);
  });

  it('has every payment that was approved, newest first, and says which were taken back', async () => {
    const reply = await history(both);
    expect(reply).toMatchObject({ status: 200, encrypted: true, body: { page: 1, totalCount: 5 } });
    expect(amounts(reply)).toEqual([500, 4_000, 300, 2_000, 1_000]);
    const rows = cardTransactions.answer.shape.transactions.parse(reply.body.transactions);
    expect(rows.map((row) => row.canceled)).toEqual([false, false, false, true, false]);
    expect(rows.map((row) => row.trType)).toEqual(['02', '01', '02', '01', '01']);
    expect(rows.map((row) => row.nrNumber)).toEqual([...numbers].reverse());
    expect(rows[0]?.approvalTime.slice(0, 8)).toBe('20261122');
  });

  it('counts days as Korea does, both ends included', async () => {
    expect(amounts(await history({ startDate: '20261121', endDate: '20261121' }))).toEqual([
      300, 2_000, 1_000,
    ]);
    expect(amounts(await history({ startDate: '20261122', endDate: '20261122' }))).toEqual([500, 4_000]);
    expect(amounts(await history({ startDate: '20261123', endDate: '20261201' }))).toEqual([]);
  });

  it.each([
    ['00', []],
    ['01', [4_000, 2_000, 1_000]],
    ['02', [500, 300]],
    ['03', []],
  ])('of type %s is %j', async (trType, expected) => {
    expect(amounts(await history({ ...both, trType }))).toEqual(expected);
  });

  it('comes in pages that make up the whole without a gap', async () => {
    const pages = await Promise.all([1, 2, 3, 4].map((page) => history({ ...both, page, pageSize: 2 })));
    expect(pages.map(amounts)).toEqual([[500, 4_000], [300, 2_000], [1_000], []]);
    expect(pages.map((page) => page.body.totalCount)).toEqual([5, 5, 5, 5]);
    expect(pages.map((page) => page.body.page)).toEqual([1, 2, 3, 4]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['par', { par: undefined }, '000_002'],
    ['par', { par: 'K'.repeat(26) }, '000_002'],
    ['par', { par: `K${'0'.repeat(26)}` }, '001_006'],
    ['startDate', { startDate: '20261131' }, '000_002'],
    ['startDate', { startDate: '2026-11-21' }, '000_002'],
    ['startDate', { startDate: 20_261_121 }, '000_002'],
    ['endDate', { endDate: '20261120' }, '000_002'],
    ['endDate', { endDate: '20271123' }, '000_002'],
    ['endDate', { endDate: null }, '000_002'],
    ['trType', { trType: '04' }, '000_002'],
    ['trType', { trType: 1 }, '000_002'],
    ['page', { page: 0 }, '000_002'],
    ['page', { page: 1.5 }, '000_002'],
    ['pageSize', { pageSize: 101 }, '000_002'],
    ['cardNo', { cardNo: '9410000000000005' }, '000_002'],
  ])('is refused for a wrong %s: %j -> %s', async (field, body, code) => {
    const reply = await history({ ...both, ...body });
    expect(reply).toMatchObject({ status: 400, code, encrypted: false });
    expect(reply.description).toMatch(new RegExp(` ${field}$`));
  });

  it('of a whole leap year is given; a card of another merchant is nobody', async () => {
    expect((await history({ startDate: '20251122', endDate: '20261122' })).code).toBe('000_000');
    expect((await stranger.post(cardTransactions.path, { par, ...both })).code).toBe('001_006');
  });
});

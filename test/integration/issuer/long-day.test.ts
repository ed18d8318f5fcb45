import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import { itemsDigest } from '../../../src/konaplate/wire.ts';
import { Till } from './till.ts';

/** More than two of the pages in which the issuer reads a day that it closes. */
const ITEMS = 12_001;
const AMOUNT = 1_000;
let issuer: Issuer;
let till: Till;
let businessDate = '';

beforeAll(async () => {
  issuer = await startIssuer();
  till = new Till(issuer);
  businessDate = issuer.service.today();
  const { db } = issuer.service.domain;
  const { merchantId, terminalId } = issuer.credentials;
  const day = [merchantId, terminalId, businessDate];
  await db.query(
    `INSERT INTO items (merchant_id, sequence_id, terminal_id, type, amount, state, created_ms, bin, last4,
                        nr_number, approval_code, approved_ms, business_date)
     SELECT $1, 'LONGDAY' || to_char(n, 'FM000000'), $2, 'CHARGE', ${AMOUNT}, 'APPROVED', 1, '941000', '0005',
            'KMN' || to_char(n, 'FM000000000000000'), 'A1B2C3', 1782000000000, $3 FROM generate_series(1, ${ITEMS}) AS n`,
    day,
  );
  await db.query(
    `INSERT INTO day_totals SELECT $1, $2, $3, 'CHARGE', 'APPROVED', ${ITEMS}, ${ITEMS * AMOUNT}`,
    day,
  );
});
afterAll(() => issuer.close());

const ids = Array.from({ length: ITEMS }, (_, at) => `LONGDAY${String(at + 1).padStart(6, '0')}`);
const closing = (sequenceIds: readonly string[], closeNo: number) => ({
  businessDate,
  closeNo,
  totals: [
    { type: 'CHARGE', state: 'APPROVED', count: sequenceIds.length, sum: sequenceIds.length * AMOUNT },
  ],
  openItems: [],
  itemsDigest: itemsDigest(
    sequenceIds.map((sequenceId) => ({
      sequenceId,
      type: 'CHARGE',
      amount: AMOUNT,
      state: 'APPROVED',
      businessDate,
    })),
  ),
});

it('the list of a long day comes in pages that make up the whole, in order, with the sums of all on each', async () => {
  const listed: string[] = [];
  let cursor: string | undefined;
  do {
    const { body } = await till.call('transactions', {
      businessDate,
      limit: 500,
      ...(cursor === undefined ? {} : { cursor }),
    });
    expect(body.totals).toEqual([{ type: 'CHARGE', state: 'APPROVED', count: ITEMS, sum: ITEMS * AMOUNT }]);
    const items = Array.isArray(body.items) ? body.items : [];
    listed.push(...items.map((item) => String(item.sequenceId)));
    cursor = body.nextCursor === undefined ? undefined : String(body.nextCursor);
  } while (cursor !== undefined && listed.length <= ITEMS);
  expect(listed).toEqual(ids);
});

it.each([
  ['first', 0],
  ['last of a page', 4_999],
  ['first of the next page', 5_000],
  ['last', ITEMS - 1],
])('a close of a long day without one item (the %s) does not agree', async (_name, at) => {
  const reply = await till.call('close', closing(ids.toSpliced(at, 1), 1 + at));
  expect(reply.body).toMatchObject({ result: 'NOT_AGREED' });
});

it('a close of a long day with every item agrees, and seals all of them', async () => {
  expect((await till.call('close', closing(ids, 90_000))).body).toMatchObject({ result: 'AGREED' });
  for (const at of [0, 5_000, ITEMS - 1]) {
    expect((await till.netCancel(ids[at] ?? '', 'CHARGE', AMOUNT)).code).toBe('006_907');
  }
});

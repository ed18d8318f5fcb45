import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import { contentsOf } from './contents.ts';
import { Till } from './till.ts';

let issuer: Issuer;

beforeAll(async () => {
  issuer = await startIssuer();
  const till = new Till(issuer);
  await till.approve(await till.barcode('CHARGE', till.card(0), 1_000));
});
afterAll(() => issuer.close());

/** What a mistake in the program could try; the database itself must refuse it. */
it.each([
  [
    'a card born with money',
    `INSERT INTO cards SELECT merchant_id, 'new', bin, last4, user_id, 'par', status, true, true, 5 FROM cards LIMIT 1`,
  ],
  ['a balance moved without a transfer', 'UPDATE cards SET balance = balance + 1'],
  ['a card that takes its money with it', 'DELETE FROM cards WHERE balance > 0'],
  ['a card removed that has no money', 'DELETE FROM cards WHERE balance = 0'],
  ['all cards removed', 'TRUNCATE cards'],
  ['another id for a card', `UPDATE cards SET card_id = 'x' || card_id`],
  ['a terminal removed', 'DELETE FROM terminals'],
  ['all terminals removed', 'TRUNCATE terminals'],
  ['another id for a terminal', `UPDATE terminals SET terminal_id = 'X' || terminal_id`],
  ['a transfer changed', 'UPDATE transfers SET amount = amount + 1'],
  ['a transfer removed', 'DELETE FROM transfers'],
  ['all transfers removed', 'TRUNCATE transfers'],
  [
    'a balance below zero',
    `INSERT INTO transfers SELECT merchant_id, 'x', 'SPEND', 0, 'card:' || card_id, 'spent', balance + 1, '20261122', 0 FROM cards LIMIT 1`,
  ],
  [
    'money for a card that is not there',
    `INSERT INTO transfers SELECT merchant_id, 'y', 'SPEND', 0, 'spent', 'card:none', 1, '20261122', 0 FROM merchants LIMIT 1`,
  ],
  [
    'the same booking twice',
    `INSERT INTO transfers SELECT merchant_id, reference, kind, leg, debit, credit, amount, business_date, booked_ms FROM transfers WHERE kind = 'APPROVE'`,
  ],
  [
    'nothing from an account to itself',
    `INSERT INTO transfers SELECT merchant_id, 'z', 'SPEND', 0, 'a', 'a', 1, '20261122', 0 FROM merchants LIMIT 1`,
  ],
  [
    'less than nothing',
    `INSERT INTO transfers SELECT merchant_id, 'z', 'SPEND', 0, 'a', 'b', -1, '20261122', 0 FROM merchants LIMIT 1`,
  ],
])('the database refuses %s', async (_name, statement) => {
  const before = await contentsOf(issuer);
  await expect(issuer.service.domain.db.query(statement)).rejects.toThrow();
  expect(await contentsOf(issuer)).toBe(before);
});

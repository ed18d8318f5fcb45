import { luhn } from '../../barcode/format.ts';
import { kstDate } from '../../konaplate/wire.ts';
import type { CardStatus, IssuerPolicy, SampleCard } from '../options.ts';
import { only, type Sql } from '../storage/database.ts';
import type { Domain } from './context.ts';
import { businessDateOf } from './days.ts';

export interface CardRow {
  readonly card_id: string;
  readonly bin: string;
  readonly last4: string;
  readonly user_id: string;
  readonly par: string;
  readonly status: CardStatus;
  readonly store_allowed: boolean;
  readonly refund_allowed: boolean;
  readonly balance: number;
  readonly wrong_guesses: number;
  readonly locked_until_ms: number;
}

export const CARD_COLUMNS =
  'card_id, bin, last4, user_id, par, status, store_allowed, refund_allowed, balance, wrong_guesses, locked_until_ms';

export async function findCard(sql: Sql, merchantId: string, cardId: string): Promise<CardRow | null> {
  const rows = await sql.query<CardRow>(
    `SELECT ${CARD_COLUMNS} FROM cards WHERE merchant_id = $1 AND card_id = $2`,
    [merchantId, cardId],
  );
  return rows[0] ?? null;
}

export async function findCardByPar(sql: Sql, merchantId: string, par: string): Promise<CardRow | null> {
  const rows = await sql.query<CardRow>(
    `SELECT ${CARD_COLUMNS} FROM cards WHERE merchant_id = $1 AND par = $2`,
    [merchantId, par],
  );
  return rows[0] ?? null;
}

export async function listCards(sql: Sql, merchantId: string): Promise<CardRow[]> {
  return sql.query<CardRow>(
    `SELECT ${CARD_COLUMNS} FROM cards WHERE merchant_id = $1 ORDER BY bin DESC, last4, card_id LIMIT 200`,
    [merchantId],
  );
}

/** The code for a card number that no card has: not a number at all, or nobody's. */
export function unknownCardCode(policy: IssuerPolicy, cardNo: string): string {
  return luhn(cardNo) ? policy.cardNotFoundCode : policy.cardInvalidCode;
}

/** Makes the cards that are missing, each with its opening balance as a transfer. Existing cards stay as they are. */
export async function ensureCards(
  domain: Domain,
  merchantId: string,
  cards: readonly SampleCard[],
): Promise<void> {
  for (const card of cards) await domain.db.transaction((sql) => ensureCard(domain, sql, merchantId, card));
}

async function ensureCard(domain: Domain, sql: Sql, merchantId: string, card: SampleCard): Promise<void> {
  const { hashes } = domain;
  const cardId = hashes.card(merchantId, card.cardNo);
  const made = await sql.query(
    `INSERT INTO cards (merchant_id, card_id, bin, last4, user_id, par, status, store_allowed, refund_allowed)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (merchant_id, card_id) DO NOTHING RETURNING card_id`,
    [
      merchantId,
      cardId,
      card.cardNo.slice(0, 6),
      card.cardNo.slice(12),
      hashes.user(merchantId, card.cardNo),
      hashes.par(merchantId, card.cardNo),
      card.status,
      card.storeAllowed ?? true,
      card.refundAllowed ?? true,
    ],
  );
  if (made.length === 0 || card.balance === 0) return;
  const now = domain.clock.nowMs();
  await sql.query(
    `INSERT INTO transfers (merchant_id, reference, kind, debit, credit, amount, business_date, booked_ms)
     VALUES ($1, $2, 'OPENING', 'funding', $3, $4, $5, $6)`,
    [merchantId, cardId, `card:${cardId}`, card.balance, businessDateOf(now, domain.policy.cutOverHour), now],
  );
}

/** What a card has charged or withdrawn in the Korean day and month of a moment. */
export interface Usage {
  readonly day: number;
  readonly month: number;
  readonly monthCount: number;
}

export function periodsOf(atMs: number): { day: string; month: string } {
  const date = kstDate(atMs);
  return { day: `D${date}`, month: `M${date.slice(0, 6)}` };
}

/** The card holder spends elsewhere: what makes a later reversal run short. Throws when the balance is too small. */
export async function spend(
  domain: Domain,
  merchantId: string,
  cardNo: string,
  amount: number,
): Promise<number> {
  const cardId = domain.hashes.card(merchantId, cardNo);
  return domain.db.transaction(async (sql) => {
    const now = domain.clock.nowMs();
    const cards = await sql.query<{ balance: number }>(
      `SELECT balance FROM cards WHERE merchant_id = $1 AND card_id = $2 FOR NO KEY UPDATE`,
      [merchantId, cardId],
    );
    const { balance } = only(cards);
    const rows = await sql.query<{ reference: number }>(`SELECT nextval('issuer_numbers') AS reference`);
    await sql.query(
      `INSERT INTO transfers (merchant_id, reference, kind, debit, credit, amount, business_date, booked_ms)
       VALUES ($1, $2, 'SPEND', $3, 'spent', $4, $5, $6)`,
      [
        merchantId,
        `spend-${only(rows).reference}`,
        `card:${cardId}`,
        amount,
        businessDateOf(now, domain.policy.cutOverHour),
        now,
      ],
    );
    return balance - amount;
  });
}

export async function setCardStatus(
  domain: Domain,
  merchantId: string,
  cardNo: string,
  status: CardStatus,
): Promise<void> {
  await domain.db.query(`UPDATE cards SET status = $3 WHERE merchant_id = $1 AND card_id = $2`, [
    merchantId,
    domain.hashes.card(merchantId, cardNo),
    status,
  ]);
}

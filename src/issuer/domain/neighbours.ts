import type { z } from 'zod';
import { kstMillis, parseKst, type schemas } from '../../konaplate/wire.ts';
import { only } from '../storage/database.ts';
import { findCard, findCardByPar, unknownCardCode } from './cards.ts';
import type { Domain } from './context.ts';
import { Refusal } from './refusal.ts';

const DAY_MS = 86_400_000;
/** The longest span of a history request. */
const HISTORY_DAYS_MAX = 366;
const PAGE_SIZE = 20;

/** konaplate-api 6: card information. */
export async function cardInfo(
  domain: Domain,
  merchantId: string,
  cardNo: string,
): Promise<Record<string, unknown>> {
  const card = await findCard(domain.db, merchantId, domain.hashes.card(merchantId, cardNo));
  if (card === null) throw new Refusal(unknownCardCode(domain.policy, cardNo), 'cardNo');
  return {
    userId: card.user_id,
    par: card.par,
    balance: card.balance,
    cardStatus: card.status.toUpperCase(),
  };
}

export type HistoryRequest = z.infer<typeof schemas.cardTransactionsRequest>;

/** konaplate-api 6: transaction history by `par`, newest first, by Korean calendar dates, paged. */
export async function cardTransactions(
  domain: Domain,
  merchantId: string,
  request: HistoryRequest,
): Promise<Record<string, unknown>> {
  const card = await findCardByPar(domain.db, merchantId, request.par);
  if (card === null) throw new Refusal('001_006', 'par');
  const fromMs = parseKst(request.startDate) ?? 0;
  const toMs = (parseKst(request.endDate) ?? 0) + DAY_MS;
  if (toMs <= fromMs || toMs - fromMs > HISTORY_DAYS_MAX * DAY_MS) throw new Refusal('000_002', 'endDate');
  // Payments elsewhere (00) and transfers (03) are not among what this issuer carries.
  const types =
    request.trType === undefined
      ? ['CHARGE', 'REFUND']
      : { '01': ['CHARGE'], '02': ['REFUND'], '00': [], '03': [] }[request.trType];
  const page = request.page ?? 1;
  const size = request.pageSize ?? PAGE_SIZE;
  const where = `merchant_id = $1 AND card_id = $2 AND nr_number IS NOT NULL AND approved_ms >= $3 AND approved_ms < $4 AND type = ANY($5)`;
  const params = [merchantId, card.card_id, fromMs, toMs, types];
  const count = only(
    await domain.db.query<{ count: number }>(`SELECT count(*) AS count FROM items WHERE ${where}`, params),
  );
  const rows = await domain.db.query<{
    nr_number: string;
    type: 'CHARGE' | 'REFUND';
    amount: number;
    approval_code: string;
    approved_ms: number;
    state: string;
  }>(
    `SELECT nr_number, type, amount, approval_code, approved_ms, state FROM items WHERE ${where}
      ORDER BY created_ms DESC, sequence_id DESC LIMIT $6 OFFSET $7`,
    [...params, size, (page - 1) * size],
  );
  return {
    page,
    totalCount: count.count,
    transactions: rows.map((row) => ({
      nrNumber: row.nr_number,
      trType: row.type === 'CHARGE' ? '01' : '02',
      amount: row.amount,
      approvalCode: row.approval_code,
      approvalTime: kstMillis(row.approved_ms),
      canceled: row.state !== 'APPROVED',
    })),
  };
}

import { parseBarcode } from '../../barcode/parse.ts';
import { kstMillis } from '../../konaplate/wire.ts';
import { only, type Sql } from '../storage/database.ts';
import { lockCard } from './cards.ts';
import type { CancelRequest, Domain, Outcome } from './context.ts';
import { sameHash } from './hashes.ts';
import { type ItemRow, lockItem, nrNumber } from './items.ts';
import { Refusal } from './refusal.ts';
import { type Reversal, undo } from './reverse.ts';
import { admitUnfenced, openDateOf } from './terminals.ts';
import { bindToken, countWrongGuess, judgeToken, tokensOf } from './tokens.ts';

/** The refusal of a void; it never changes for its cancelId. */
const REFUSED = '007_030';

interface VoidRow {
  readonly sequence_id: string;
  readonly content_hash: string;
  readonly done: boolean;
  readonly code: string | null;
  readonly cancel_nr_number: string | null;
  readonly canceled_ms: number | null;
  readonly business_date: string;
}

/**
 * Voids an approved attended charge (settlement-contract, cancel): same terminal, same content, same business day, with a
 * fresh barcode of the same card or a manager. Unlike a net cancel it is refused when the balance is spent.
 */
export async function cancel(domain: Domain, request: CancelRequest): Promise<Outcome> {
  return domain.db.transaction(async (sql) => {
    await admitUnfenced(sql, request);
    const item = await lockItem(sql, request.merchantId, request.sequenceId);
    if (item === null) throw new Refusal('006_030');
    // The proof is no content: a till that lost the barcode with its memory proves the same void anew.
    const contentHash = domain.hashes.content(
      'void',
      request.sequenceId,
      request.nrNumber,
      request.type,
      request.amount,
    );
    const known = await knownVoid(sql, request);
    if (known !== null) {
      if (!sameHash(known.content_hash, contentHash)) throw new Refusal('006_021');
      return answer(known);
    }
    const nowMs = domain.clock.nowMs();
    const date = await openDateOf(domain, sql, request.merchantId, request.terminalId);
    const run = { domain, sql, merchantId: request.merchantId, item, nowMs, date };
    const possible =
      voidable(request, item, date) && (await proved(run, request)) && (await undo(run, 'VOID'));
    return answer(await record(run, request, contentHash, possible));
  });
}

/** Held against another void with the same cancelId by the item's row; another item's is found by the key. */
async function knownVoid(sql: Sql, request: CancelRequest): Promise<VoidRow | null> {
  const rows = await sql.query<VoidRow>(
    `SELECT sequence_id, content_hash, done, code, cancel_nr_number, canceled_ms, business_date
       FROM voids WHERE merchant_id = $1 AND cancel_id = $2`,
    [request.merchantId, request.cancelId],
  );
  return rows[0] ?? null;
}

function voidable(request: CancelRequest, item: ItemRow, openDate: string): boolean {
  return (
    item.state === 'APPROVED' &&
    item.type === 'CHARGE' &&
    !item.deferred &&
    !item.sealed &&
    item.business_date === openDate &&
    item.terminal_id === request.terminalId &&
    item.type === request.type &&
    item.amount === request.amount &&
    item.nr_number === request.nrNumber
  );
}

/** A manager's word is the store's own; a fresh barcode must be a live token of the same card, and is used up. */
async function proved(run: Reversal, request: CancelRequest): Promise<boolean> {
  const { domain, sql, merchantId, item, nowMs } = run;
  if (request.cardProof === undefined) return request.managerId !== undefined;
  const parsed = parseBarcode(request.cardProof, domain.policy.codeTable);
  if (!parsed.ok) return false;
  const { spec } = parsed;
  const card = await lockCard(sql, merchantId, domain.hashes.card(merchantId, spec.cardNumber));
  if (card === null || card.card_id !== item.card_id || card.locked_until_ms > nowMs) return false;
  const hash = domain.hashes.token(card.card_id, spec.type, spec.amount, spec.token);
  const skewMs = domain.policy.toleranceMs;
  const holder = `void:${request.cancelId}`;
  const tokens = await tokensOf(domain, sql, { merchantId, cardId: card.card_id }, nowMs + skewMs);
  const verdict = judgeToken(hash, tokens, nowMs, holder, skewMs);
  if (verdict.kind === 'wrong') await countWrongGuess(domain, sql, merchantId, card);
  if (verdict.kind !== 'live') return false;
  await bindToken(sql, merchantId, verdict.token.token_ref, holder);
  return true;
}

async function record(
  run: Reversal,
  request: CancelRequest,
  contentHash: string,
  done: boolean,
): Promise<VoidRow> {
  const { sql, merchantId, item, nowMs, date } = run;
  const number = done
    ? only(await sql.query<{ next: number }>(`SELECT nextval('issuer_numbers') AS next`)).next
    : 0;
  const rows = await sql.query<VoidRow>(
    `INSERT INTO voids (merchant_id, cancel_id, sequence_id, content_hash, done, code, cancel_nr_number, canceled_ms,
                        business_date, manager_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (merchant_id, cancel_id) DO NOTHING
     RETURNING sequence_id, content_hash, done, code, cancel_nr_number, canceled_ms, business_date`,
    [
      merchantId,
      request.cancelId,
      item.sequence_id,
      contentHash,
      done,
      done ? null : REFUSED,
      done ? nrNumber(nowMs, number) : null,
      done ? nowMs : null,
      // A refused void has moved nothing: the item stays on its own day.
      done ? date : (item.business_date ?? date),
      request.managerId ?? null,
    ],
  );
  const row = rows[0];
  // The same cancelId came for another item at the same moment, and that one was first.
  if (row === undefined) throw new Refusal('006_021');
  if (done) {
    await sql.query(
      `UPDATE items SET state = 'VOIDED', ended_ms = $3 WHERE merchant_id = $1 AND sequence_id = $2`,
      [merchantId, item.sequence_id, nowMs],
    );
  }
  return row;
}

function answer(row: VoidRow): Outcome {
  if (!row.done || row.cancel_nr_number === null || row.canceled_ms === null) {
    return { code: row.code ?? REFUSED, businessDate: row.business_date, body: {} };
  }
  return {
    code: '000_000',
    businessDate: row.business_date,
    body: { cancelNrNumber: row.cancel_nr_number, canceledAt: kstMillis(row.canceled_ms) },
  };
}

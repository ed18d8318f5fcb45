import { randomInt } from 'node:crypto';
import { type BarcodeSpec, parseBarcode } from '../../barcode/parse.ts';
import { kstMillis, parseKst } from '../../konaplate/wire.ts';
import { only, type Param, type Sql } from '../storage/database.ts';
import { type CardRow, lockCard, periodsOf, USAGE_COLUMNS, type Usage, unknownCardCode } from './cards.ts';
import type { ApproveRequest, Domain, Outcome } from './context.ts';
import { businessDateOf } from './days.ts';
import { sameHash } from './hashes.ts';
import { approvalBody, type ClaimedItem, claimItem, ITEM_COLUMNS, type ItemRow, nrNumber } from './items.ts';
import { judgeApproval } from './judge.ts';
import { Refusal } from './refusal.ts';
import { type Admission, admitUnfenced, firstOpen } from './terminals.ts';
import { bindToken, countWrongGuess, judgeToken, lockedAt, type TokenVerdict, tokensOf } from './tokens.ts';

/** The barcode as the issuer reads it itself; what the request says beside it must be the same (rule 2). */
export function decodeBarcode(domain: Domain, request: ApproveRequest): BarcodeSpec {
  const parsed = parseBarcode(request.barcodeSpec, domain.policy.codeTable);
  if (!parsed.ok) throw new Refusal('000_002', 'barcodeSpec');
  if (parsed.spec.type !== request.type) throw new Refusal('000_002', 'type');
  if (parsed.spec.amount !== request.amount) throw new Refusal('000_002', 'amount');
  if (request.deferred && request.type !== 'CHARGE') throw new Refusal('000_002', 'deferred');
  return parsed.spec;
}

/**
 * Decides and books in one transaction (settlement-contract, approve). The same content gives the same answer for ever;
 * other content is refused and changes nothing.
 */
export async function approve(domain: Domain, request: ApproveRequest): Promise<Outcome> {
  const spec = decodeBarcode(domain, request);
  return domain.db.transaction(async (sql) => {
    const admission = await admitUnfenced(sql, request);
    const nowMs = domain.clock.nowMs();
    const today = businessDateOf(nowMs, domain.policy.cutOverHour);
    const item = await claimItem(sql, { ...request, today, nowMs });
    const specHash = domain.hashes.barcode(request.merchantId, request.barcodeSpec);
    const run: Run = {
      domain,
      sql,
      request,
      spec,
      specHash,
      nowMs,
      date: firstOpen(today, item.sealed_dates),
    };
    return item.inserted ? decide(run, admission) : again(run, item);
  });
}

interface Run {
  readonly domain: Domain;
  readonly sql: Sql;
  readonly request: ApproveRequest;
  readonly spec: BarcodeSpec;
  readonly specHash: string;
  readonly nowMs: number;
  /** The business date on which a booking of now stands. */
  readonly date: string;
}

/** The id is known: the same content gets its answer again, an id that was reversed or voided is never approved. */
async function again(run: Run, item: ClaimedItem): Promise<Outcome> {
  const { request, specHash } = run;
  const same =
    item.terminal_id === request.terminalId &&
    item.type === request.type &&
    item.amount === request.amount &&
    (item.spec_hash === null || sameHash(item.spec_hash, specHash));
  if (!same) throw new Refusal('006_021');
  if (item.state === 'APPROVED') return approved(item);
  if (item.state === 'DECLINED' && item.decline_code !== null) {
    return { code: item.decline_code, businessDate: run.date, body: {} };
  }
  if (item.spec_hash === null) await meetTombstone(run);
  return { code: '006_905', businessDate: run.date, body: {} };
}

/** The approve that its net cancel overtook: what it brings is kept, and its token is bound to the dead id. */
async function meetTombstone({ domain, sql, request, spec, specHash, nowMs }: Run): Promise<void> {
  const cardId = domain.hashes.card(request.merchantId, spec.cardNumber);
  const card = await lockCard(sql, request.merchantId, cardId);
  let tokenRef: string | null = null;
  if (card !== null) {
    const verdict = await verdictOf(domain, sql, request, spec, card, nowMs);
    if (verdict.kind === 'live' || verdict.kind === 'expired') {
      tokenRef = verdict.token.token_ref;
      await bindToken(sql, request.merchantId, tokenRef, request.sequenceId);
    }
  }
  await sql.query(
    `UPDATE items SET spec_hash = $3, card_id = $4, token_ref = $5, bin = $6, last4 = $7, deferred = $8
      WHERE merchant_id = $1 AND sequence_id = $2`,
    [
      request.merchantId,
      request.sequenceId,
      specHash,
      card?.card_id ?? null,
      tokenRef,
      spec.cardNumber.slice(0, 6),
      spec.cardNumber.slice(12),
      request.deferred,
    ],
  );
}

function verdictOf(
  domain: Domain,
  sql: Sql,
  request: ApproveRequest,
  spec: BarcodeSpec,
  card: CardRow,
  nowMs: number,
): Promise<TokenVerdict> {
  const { policy, hashes } = domain;
  // An attended payment is judged now; processes on one database may differ a little in what now is.
  const skewMs = request.deferred ? policy.scanSkewMs : policy.toleranceMs;
  const atMs = request.deferred ? scannedMsOf(request) : nowMs;
  const hash = hashes.token(card.card_id, spec.type, spec.amount, spec.token);
  const owner = { merchantId: request.merchantId, cardId: card.card_id };
  return tokensOf(domain, sql, owner, atMs + skewMs).then((tokens) =>
    judgeToken(hash, tokens, atMs, request.sequenceId, skewMs),
  );
}

function scannedMsOf(request: ApproveRequest): number {
  const at = parseKst(request.scannedAt);
  if (at === null) throw new Refusal('000_002', 'scannedAt');
  return at;
}

async function decide(run: Run, admission: Admission): Promise<Outcome> {
  const { domain, sql, request, spec, nowMs } = run;
  const card = await lockCard(
    sql,
    request.merchantId,
    domain.hashes.card(request.merchantId, spec.cardNumber),
  );
  if (card === null) return decline(run, null, null, unknownCardCode(domain.policy, spec.cardNumber));
  const scannedMs = scannedMsOf(request);
  const verdict = await verdictOf(domain, sql, request, spec, card, nowMs);
  const locked = request.deferred
    ? await lockedAt(sql, request.merchantId, card.card_id, scannedMs)
    : card.locked_until_ms > nowMs;
  const code = judgeApproval(
    {
      type: request.type,
      amount: request.amount,
      deferred: request.deferred,
      scannedMs,
      nowMs,
      card,
      locked,
      verdict,
      usage: await usageOf(run, card),
      typeEnabled: request.type === 'CHARGE' ? admission.chargeEnabled : admission.refundEnabled,
    },
    domain.policy,
  );
  if (verdict.kind === 'wrong' && !locked) await countWrongGuess(domain, sql, request.merchantId, card);
  const tokenRef = verdict.kind === 'live' || verdict.kind === 'expired' ? verdict.token.token_ref : null;
  return code === null ? book(run, card, tokenRef) : decline(run, card, tokenRef, code);
}

async function usageOf({ sql, request, nowMs }: Run, card: CardRow): Promise<Usage> {
  const { day, month } = periodsOf(nowMs);
  const row = only(
    await sql.query<{ day: number; month: number; month_count: number }>(
      `SELECT ${USAGE_COLUMNS('$3', '$4', '$5')}`,
      [request.merchantId, card.card_id, request.type, day, month],
    ),
  );
  return { day: row.day, month: row.month, monthCount: row.month_count };
}

/** Members that every decided item gets; the parameters 1 to 10 of `decline` and `book`. */
function decidedParams(run: Run, card: CardRow | null, tokenRef: string | null): Param[] {
  const { request, spec, specHash } = run;
  return [
    request.merchantId,
    request.sequenceId,
    specHash,
    card?.card_id ?? null,
    tokenRef,
    spec.cardNumber.slice(0, 6),
    spec.cardNumber.slice(12),
    request.deferred,
    scannedMsOf(request),
    request.operatorId ?? null,
  ];
}

const DECIDED = `spec_hash = $3, card_id = $4, token_ref = $5, bin = $6, last4 = $7, deferred = $8, scanned_ms = $9, operator_id = $10`;
const BIND = `UPDATE tokens SET sequence_id = $2 WHERE merchant_id = $1 AND token_ref = $5 AND sequence_id IS NULL`;

async function decline(
  run: Run,
  card: CardRow | null,
  tokenRef: string | null,
  code: string,
): Promise<Outcome> {
  await run.sql.query(
    `WITH bound AS (${BIND})
     UPDATE items SET state = 'DECLINED', decline_code = $11, ended_ms = $12, ${DECIDED}
      WHERE merchant_id = $1 AND sequence_id = $2`,
    [...decidedParams(run, card, tokenRef), code, run.nowMs],
  );
  return { code, businessDate: run.date, body: {} };
}

/** Books: one transfer, which moves the balance; the token bound; the sums of the card's day and month. One statement. */
async function book(run: Run, card: CardRow, tokenRef: string | null): Promise<Outcome> {
  const { request, nowMs, date } = run;
  const { day, month } = periodsOf(nowMs);
  const charge = request.type === 'CHARGE';
  const terminal = `terminal:${request.terminalId}`;
  const account = `card:${card.card_id}`;
  const rows = await run.sql.query<ItemRow>(
    `WITH bound AS (${BIND}),
     guessed AS (
       UPDATE cards SET wrong_guesses = 0 WHERE merchant_id = $1 AND card_id = $4 AND wrong_guesses > 0),
     used AS (
       INSERT INTO card_usage (merchant_id, card_id, period, type, amount, count)
       VALUES ($1, $4, $11, $13, $14, 1), ($1, $4, $12, $13, $14, 1)
       ON CONFLICT (merchant_id, card_id, period, type)
       DO UPDATE SET amount = card_usage.amount + EXCLUDED.amount, count = card_usage.count + 1),
     booked AS (
       INSERT INTO transfers (merchant_id, reference, kind, debit, credit, amount, business_date, booked_ms)
       VALUES ($1, $2, 'APPROVE', $15, $16, $14, $17, $18))
     UPDATE items SET state = 'APPROVED', approved_ms = $18, business_date = $17, balance_after = $19,
            approval_code = $20, ${DECIDED},
            nr_number = $21 || lpad((nextval('issuer_numbers') % 1000000000)::text, 9, '0')
      WHERE merchant_id = $1 AND sequence_id = $2
      RETURNING ${ITEM_COLUMNS}`,
    [
      ...decidedParams(run, card, tokenRef),
      day,
      month,
      request.type,
      request.amount,
      charge ? terminal : account,
      charge ? account : terminal,
      date,
      nowMs,
      card.balance + (charge ? request.amount : -request.amount),
      String(randomInt(1_000_000)).padStart(6, '0'),
      nrNumber(nowMs, 0).slice(0, 9),
    ],
  );
  return approved(only(rows));
}

function approved(item: ItemRow): Outcome {
  if (item.business_date === null || item.approved_ms === null) throw new Error('approved without a booking');
  return {
    code: '000_000',
    businessDate: item.business_date,
    body: {
      type: item.type,
      amount: item.amount,
      bin: item.bin,
      last4: item.last4,
      ...approvalBody(item),
      approvedAt: kstMillis(item.approved_ms),
      balance: item.balance_after,
    },
  };
}

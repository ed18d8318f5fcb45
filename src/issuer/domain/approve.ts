import { randomInt } from 'node:crypto';
import { type BarcodeSpec, parseBarcode } from '../../barcode/parse.ts';
import { kstMillis, parseKst } from '../../konaplate/wire.ts';
import { type CardRow, periodsOf, type Usage, unknownCardCode } from './cards.ts';
import type { ApproveRequest, Domain, Outcome } from './context.ts';
import { sameHash } from './hashes.ts';
import type { Held, ItemCall } from './held.ts';
import { approvalBody, type ItemRow, newItem, nrNumber } from './items.ts';
import { judgeApproval } from './judge.ts';
import { Refusal } from './refusal.ts';
import type { Admission } from './terminals.ts';
import { presentedBy, type TokenVerdict } from './tokens.ts';

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
 * Decides and books (settlement-contract, approve). The same content gives the same answer for ever; other content is
 * refused and changes nothing. Throws `Refusal` for a barcode that does not fit the request.
 */
export function approve(domain: Domain, request: ApproveRequest): ItemCall {
  const spec = decodeBarcode(domain, request);
  const scannedMs = parseKst(request.scannedAt);
  if (scannedMs === null) throw new Refusal('000_002', 'scannedAt');
  const specHash = domain.hashes.barcode(request.merchantId, request.barcodeSpec);
  const call: ItemCall = {
    domain,
    stamp: request,
    sequenceId: request.sequenceId,
    presents: presentedBy(domain, request.merchantId, spec),
    cancelId: null,
    scannedMs: request.deferred ? scannedMs : null,
    listsVoids: false,
    takesNumber: true,
    decide(held, nowMs) {
      const admission = held.admitUnfenced(request);
      const item = held.item(request.sequenceId);
      const date = held.openDate(request.terminalId, nowMs, domain.policy.cutOverHour);
      const card = held.presentedCard(call);
      const run: Run = { call, held, request, spec, specHash, scannedMs, card, nowMs, date };
      return item === null ? first(run, admission) : again(run, item);
    },
  };
  return call;
}

interface Run {
  readonly call: ItemCall;
  readonly held: Held;
  readonly request: ApproveRequest;
  readonly spec: BarcodeSpec;
  readonly specHash: string;
  readonly scannedMs: number;
  readonly card: CardRow | null;
  readonly nowMs: number;
  /** The business date on which a booking of now stands. */
  readonly date: string;
}

/** The id is known: the same content gets its answer again, an id that was reversed or voided is never approved. */
function again(run: Run, item: ItemRow): Outcome {
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
  if (item.spec_hash === null) meetTombstone(run, item);
  return { code: '006_905', businessDate: run.date, body: {} };
}

/** The approve that its net cancel overtook: what it brings is kept, and its token is bound to the dead id. */
function meetTombstone(run: Run, item: ItemRow): void {
  const tokenRef = run.card === null ? null : bind(run, guarded(run, run.card).verdict);
  run.held.putItem({ ...item, ...presented(run), token_ref: tokenRef });
}

/** What an approve brings with it, as its item keeps it. */
function presented({ request, spec, specHash, card }: Run) {
  return {
    spec_hash: specHash,
    card_id: card?.card_id ?? null,
    bin: spec.cardNumber.slice(0, 6),
    last4: spec.cardNumber.slice(12),
    deferred: request.deferred,
  };
}

function verdictOf({ call, held, request, nowMs }: Run): TokenVerdict {
  return held.judgePresented(call, nowMs, request.sequenceId);
}

/** The verdict on what was presented, and whether the card's tokens are locked; every wrong guess counts, whatever its id. */
function guarded(run: Run, card: CardRow): { verdict: TokenVerdict; locked: boolean } {
  const { call, held, request, scannedMs, nowMs } = run;
  const verdict = verdictOf(run);
  const locked = request.deferred ? held.lockedAt(card.card_id, scannedMs) : card.locked_until_ms > nowMs;
  if (verdict.kind === 'wrong' && !locked) held.guessedWrong(card, call.domain.policy, nowMs);
  return { verdict, locked };
}

/** A token belongs to the first id that presents it, declined and reversed ones too. */
function bind({ held, request }: Run, verdict: TokenVerdict): string | null {
  if (verdict.kind !== 'live' && verdict.kind !== 'expired') return null;
  held.bindToken(verdict.token.token_ref, request.sequenceId);
  return verdict.token.token_ref;
}

function first(run: Run, admission: Admission): Outcome {
  const { call, request, spec, card, scannedMs, nowMs } = run;
  const { policy } = call.domain;
  if (card === null) return decline(run, null, unknownCardCode(policy, spec.cardNumber));
  const { verdict, locked } = guarded(run, card);
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
      usage: usageOf(run, card),
      typeEnabled: request.type === 'CHARGE' ? admission.chargeEnabled : admission.refundEnabled,
    },
    policy,
  );
  const tokenRef = bind(run, verdict);
  return code === null ? book(run, card, tokenRef) : decline(run, tokenRef, code);
}

function usageOf({ held, request, nowMs }: Run, card: CardRow): Usage {
  const { day, month } = periodsOf(nowMs);
  const ofMonth = held.usage(card.card_id, request.type, month);
  return {
    day: held.usage(card.card_id, request.type, day).amount,
    month: ofMonth.amount,
    monthCount: ofMonth.count,
  };
}

/** The members that every decided item gets. */
function decided(run: Run, tokenRef: string | null, state: 'APPROVED' | 'DECLINED'): ItemRow {
  const { request, nowMs } = run;
  const item = newItem({
    sequence_id: request.sequenceId,
    terminal_id: request.terminalId,
    type: request.type,
    amount: request.amount,
    created_ms: nowMs,
    state,
  });
  return {
    ...item,
    ...presented(run),
    token_ref: tokenRef,
    scanned_ms: run.scannedMs,
    operator_id: request.operatorId ?? null,
  };
}

function decline(run: Run, tokenRef: string | null, code: string): Outcome {
  run.held.putItem({
    ...decided(run, tokenRef, 'DECLINED'),
    decline_code: code,
    ended_ms: run.nowMs,
  });
  return { code, businessDate: run.date, body: {} };
}

/** Books: one transfer, which moves the balance; the sums of the card's day and month; the item. */
function book(run: Run, card: CardRow, tokenRef: string | null): Outcome {
  const { held, request, nowMs, date } = run;
  const { type, amount } = request;
  const terminal = `terminal:${request.terminalId}`;
  const account = `card:${card.card_id}`;
  held.guessedRight(card);
  held.use({ cardId: card.card_id, type, amount, count: 1 }, Object.values(periodsOf(nowMs)));
  held.transfer({
    reference: request.sequenceId,
    kind: 'APPROVE',
    leg: 0,
    debit: type === 'CHARGE' ? terminal : account,
    credit: type === 'CHARGE' ? account : terminal,
    amount,
    business_date: date,
    booked_ms: nowMs,
  });
  const item: ItemRow = {
    ...decided(run, tokenRef, 'APPROVED'),
    approved_ms: nowMs,
    business_date: date,
    balance_after: card.balance + (type === 'CHARGE' ? amount : -amount),
    approval_code: String(randomInt(1_000_000)).padStart(6, '0'),
    nr_number: nrNumber(nowMs, held.takeNumber()),
  };
  held.putItem(item);
  return approved(item);
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

import { parseBarcode } from '../../barcode/parse.ts';
import { kstMillis } from '../../konaplate/wire.ts';
import type { CancelRequest, Domain, Outcome } from './context.ts';
import { sameHash } from './hashes.ts';
import type { ItemCall, VoidRow } from './held.ts';
import { type ItemRow, nrNumber } from './items.ts';
import { Refusal } from './refusal.ts';
import { ITEM_ONLY, type Reversal, undo } from './reverse.ts';
import { presentedBy } from './tokens.ts';

/** The refusal of a void; it never changes for its cancelId. */
const REFUSED = '007_030';

/**
 * Voids an approved attended charge (settlement-contract, cancel): same terminal, same content, same business day, with a
 * fresh barcode of the same card or a manager. Unlike a net cancel it is refused when the balance is spent.
 */
export function cancel(domain: Domain, request: CancelRequest): ItemCall {
  const parsed =
    request.cardProof === undefined ? null : parseBarcode(request.cardProof, domain.policy.codeTable);
  const proof = parsed?.ok === true ? parsed.spec : null;
  const call: ItemCall = {
    ...ITEM_ONLY,
    domain,
    stamp: request,
    sequenceId: request.sequenceId,
    presents: proof === null ? null : presentedBy(domain, request.merchantId, proof),
    cancelId: request.cancelId,
    takesNumber: true,
    decide(held, nowMs) {
      held.admitUnfenced(request);
      const item = held.item(request.sequenceId);
      if (item === null) throw new Refusal('006_030');
      // The proof is no content: a till that lost the barcode with its memory proves the same void anew.
      const { sequenceId, nrNumber: number, type, amount } = request;
      const contentHash = domain.hashes.content('void', sequenceId, number, type, amount);
      const known = held.voidOf(request.cancelId);
      if (known !== null) {
        if (!sameHash(known.content_hash, contentHash)) throw new Refusal('006_021');
        return answer(known);
      }
      const date = held.openDate(request.terminalId, nowMs, domain.policy.cutOverHour);
      const run = { held, item, nowMs, date };
      const isProved = voidable(request, item, date) && proved(run, call, request);
      const row = record(run, request, contentHash, isProved && undo(run, 'VOID'));
      return answer(row);
    },
  };
  return call;
}

/** A manager's word is the store's own; a fresh barcode must be a live token of the same card, and is used up. */
function proved({ held, item, nowMs }: Reversal, call: ItemCall, request: CancelRequest): boolean {
  if (request.cardProof === undefined) return request.managerId !== undefined;
  const card = held.presentedCard(call);
  if (card === null || card.card_id !== item.card_id || card.locked_until_ms > nowMs) return false;
  const holder = `void:${request.cancelId}`;
  const verdict = held.judgePresented(call, nowMs, holder);
  if (verdict.kind === 'wrong') held.guessedWrong(card, call.domain.policy, nowMs);
  if (verdict.kind !== 'live') return false;
  held.bindToken(verdict.token.token_ref, holder);
  return true;
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

function record(run: Reversal, request: CancelRequest, contentHash: string, done: boolean): VoidRow {
  const { held, item, nowMs, date } = run;
  const row: VoidRow = {
    cancel_id: request.cancelId,
    sequence_id: item.sequence_id,
    content_hash: contentHash,
    done,
    code: done ? null : REFUSED,
    cancel_nr_number: done ? nrNumber(nowMs, held.takeNumber()) : null,
    canceled_ms: done ? nowMs : null,
    // A refused void has moved nothing: the item stays on its own day.
    business_date: done ? date : (item.business_date ?? date),
    manager_id: request.managerId ?? null,
  };
  held.putVoid(row);
  if (done) held.putItem({ ...item, state: 'VOIDED', ended_ms: nowMs });
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

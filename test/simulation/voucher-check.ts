/** What must hold of the vouchers of single payments: each says one thing about one payment, and excuses no other. */
import type { Account, Intent, Posting, VoucherKind } from '../../src/intent/model.ts';
import { ACCOUNTS } from '../../src/intent/model.ts';
import { positionOf } from '../../src/intent/positions.ts';
import { ended, isCase, isUnclaimed } from '../../src/intent/state.ts';
import { voucherPosting } from '../../src/intent/vouchers.ts';
import { detailWithoutCardData } from '../../src/ledger/card-data.ts';
import type { Voucher } from '../../src/ledger/types.ts';
import type { Violation } from './check.ts';
import type { IssuerModel } from './issuer-model.ts';
import type { Notes } from './notes.ts';
import type { Books } from './terminal.ts';

/** Kinds that correct what the issuer has of a payment, against its state here. */
const ISSUERS_SIDE: readonly VoucherKind[] = ['issuerItemMissingHere', 'issuerDenies', 'daySealed'];

/** A net cancel that a sealed day refuses for ever: a voucher bears the loss, and nobody has anything to do for it. */
export function isBorne(intent: Intent): boolean {
  const isSettled = intent.cash !== 'return_due' || isUnclaimed(intent);
  const isSealed = intent.host === 'reversing' && intent.vouchers?.includes('daySealed') === true;
  return isSealed && isSettled && intent.question === null;
}

/** Nothing is to be done for it any more. */
export function isOver(intent: Intent): boolean {
  return ended(intent) || isBorne(intent);
}

/** A voucher says of this payment, as it stands, that issuer and notes differ, and in which direction. */
export function isExcused(intent: Intent, isApprovedThere: boolean): boolean {
  const { type, host, cash, vouchers = [] } = intent;
  if (isApprovedThere) {
    if (host === 'closed') return vouchers.includes('issuerItemMissingHere');
    if (host === 'reversing') return vouchers.includes('daySealed');
    return type === 'CHARGE' && host === 'approved' && vouchers.includes('notesReturned');
  }
  if (host === 'approved') return vouchers.includes('issuerDenies');
  return type === 'CHARGE' ? isUnclaimed(intent) : cash === 'none' && vouchers.includes('notesPaid');
}

/** The issuer's figure of this payment is a voucher's matter. */
export function isOfVoucher({ vouchers = [] }: Intent): boolean {
  return vouchers.some((kind) => ISSUERS_SIDE.includes(kind));
}

/** Won, debit positive. */
interface Figures {
  readonly drawer: number;
  readonly payable: number;
}

/** What drawer and issuer have to do with a payment by its state and its vouchers. */
export function figuresHere(intent: Intent): Figures {
  const postings = [positionOf(intent), ...postingsOf(intent)];
  const sum = (account: Account): number =>
    postings.reduce((total, entries) => total + (entries[account] ?? 0), 0);
  return { drawer: sum('cash_drawer'), payable: sum('issuer_payable') };
}

/** The same by what really happened. */
export function figuresThere(
  { type, amount }: Intent,
  notes: Notes | undefined,
  isApprovedThere: boolean,
): Figures {
  const won = type === 'CHARGE' ? amount : -amount;
  return { drawer: notes?.moved === true ? won : 0, payable: isApprovedThere ? -won : 0 };
}

export function isSame(left: Figures, right: Figures): boolean {
  return left.drawer === right.drawer && left.payable === right.payable;
}

/** What the vouchers that the payment itself names book, where the loss goes to `store`. */
function postingsOf({ vouchers = [], type, amount }: Intent): readonly Posting[] {
  return vouchers.map((kind) => voucherPosting({ kind, type, amount, loss: 'store', caseNumber: 'C' }));
}

/** The accounts that a posting moves, `dispute` and `store` as one: which of them the manager chooses. */
function movedBy(postings: readonly Posting[]): string {
  const sums = new Map<string, number>();
  for (const entries of postings) {
    for (const account of ACCOUNTS) {
      const name = account === 'dispute' ? 'store' : account;
      sums.set(name, (sums.get(name) ?? 0) + (entries[account] ?? 0));
    }
  }
  return [...sums].map(([name, sum]) => `${name} ${sum}`).join(', ');
}

/** Each in the journal once, balanced, and as its payment says; balances are positions, days and vouchers, nothing else. */
export function vouchersFault(books: Books, intents: readonly Intent[]): Violation[] {
  const found: Violation[] = [];
  const byPayment = new Map<string, Voucher[]>();
  for (const voucher of books.vouchers()) {
    const { caseNumber, entries, sequenceId } = voucher;
    const sum = Object.values(entries).reduce((total, each) => total + each, 0);
    if (sum !== 0) found.push({ code: 'VOUCHER_SUM', text: `${caseNumber} sums to ${sum}` });
    if (sequenceId === null) continue;
    byPayment.set(sequenceId, [...(byPayment.get(sequenceId) ?? []), voucher]);
  }
  for (const intent of intents) {
    const { sequenceId, vouchers = [] } = intent;
    const name = detailWithoutCardData(sequenceId);
    const written = byPayment.get(name) ?? [];
    byPayment.delete(name);
    const text = `${sequenceId}: ${written.length} in the journal for [${vouchers.join(' ')}]`;
    if (new Set(vouchers).size !== vouchers.length || written.length !== vouchers.length)
      found.push({ code: 'VOUCHER_TWICE', text });
    const moved = movedBy(written.map(({ entries }) => entries));
    if (moved !== movedBy(postingsOf(intent)))
      found.push({ code: 'VOUCHER_WRONG', text: `${text}: ${moved}` });
  }
  for (const name of byPayment.keys()) found.push({ code: 'VOUCHER_OF_NOBODY', text: name });
  return [...found, ...balancesFault(books, intents)];
}

function balancesFault(books: Books, intents: readonly Intent[]): Violation[] {
  const postings = [
    books.days() as Posting,
    ...books.vouchers().map(({ entries }) => entries),
    ...intents.map(positionOf),
  ];
  const balances = books.balances();
  return ACCOUNTS.flatMap((account) => {
    const sum = postings.reduce((total, entries) => total + (entries[account] ?? 0), 0);
    if (sum === balances[account]) return [];
    return [{ code: 'BALANCES', text: `${account} is ${balances[account]}, by its parts ${sum}` }];
  });
}

/**
 * What of a payment's debt here an issuer that was put back says otherwise since a voucher said of it what was so then: it
 * lost what it had, or a late copy of the request was booked there anew. The comparison of the day counts it as the issuer
 * has it, and what a seal takes along goes to `store` (docs/ledger.md).
 */
export function turnedSince(intent: Intent, issuer: IssuerModel, restores: number): number {
  const { host, vouchers = [], sequenceId } = intent;
  const isApprovedThere = issuer.items.get(sequenceId)?.state === 'approved';
  const isTurned = isApprovedThere
    ? host === 'approved' && vouchers.includes('issuerDenies')
    : host === 'closed' && vouchers.includes('issuerItemMissingHere');
  if (restores === 0 || !isTurned) return 0;
  return figuresHere(intent).payable - figuresThere(intent, undefined, isApprovedThere).payable;
}

/** What a manager booked was true: with it, drawer and issuer are what they really are. */
export function figureFault(
  intent: Intent,
  issuer: IssuerModel,
  notes: Notes | undefined,
  restores: number,
): Violation | null {
  if ((intent.vouchers ?? []).length === 0 || !isOver(intent) || isCase(intent)) return null;
  const { drawer, payable } = figuresHere(intent);
  const here = { drawer, payable: payable - turnedSince(intent, issuer, restores) };
  const there = figuresThere(intent, notes, issuer.items.get(intent.sequenceId)?.state === 'approved');
  if (isSame(here, there)) return null;
  const { sequenceId, type, host, cash, vouchers } = intent;
  const state = `${sequenceId} ${type} ${host}/${cash} [${vouchers?.join(' ')}]`;
  return {
    code: 'VOUCHER_FIGURE',
    text: `${state}: ${JSON.stringify(here)}, really ${JSON.stringify(there)}`,
  };
}

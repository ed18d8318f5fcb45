/** The promise of design.md section 1 for every intent, and both books' totals, after the faults have stopped. */
import type { Intent } from '../../src/intent/model.ts';
import { isCase, keepsDayOpen } from '../../src/intent/state.ts';
import { datePlus } from '../../src/ledger/days.ts';
import { DEFAULT_LIMITS } from '../../src/sync/limits.ts';
import { isOfCase, type Mismatch } from './cases.ts';
import type { Causes } from './causes.ts';
import type { Counter } from './counter.ts';
import type { IssuerModel } from './issuer-model.ts';
import { daysFault } from './manager.ts';
import type { Notes } from './notes.ts';
import type { Books, Terminal, TerminalWorld } from './terminal.ts';
import {
  figureFault,
  figuresHere,
  figuresThere,
  isExcused,
  isOver,
  turnedSince,
  vouchersFault,
} from './voucher-check.ts';

export interface Violation {
  readonly code: string;
  readonly text: string;
}

/** What the story did that no till can make good, and who counts what was judged all the same. */
export interface Excused {
  /** How often the issuer was put back to an earlier point. */
  readonly restores: number;
  readonly causes: Causes;
  /** Payments whose last steps were lost where neither the disk nor the issuer kept a trace of them. */
  readonly unheard: ReadonlySet<string>;
  readonly judged: (what: string) => void;
}

function words(intent: Intent, notes: Notes | undefined, issuer: string): string {
  const cash = notes === undefined ? 'never touched' : notes.moved ? 'moved' : 'not moved';
  const flags = `${intent.deferred ? ' deferred' : ''}${intent.question === null ? '' : ` question ${intent.question}`}`;
  return `${intent.sequenceId} ${intent.type} ${intent.amount}: ${intent.host}/${intent.cash}${flags}, cases [${intent.cases.join(' ')}], notes ${cash}, issuer ${issuer}`;
}

/**
 * Issuer approved <=> notes kept (CHARGE) or paid (REFUND), unless a person has just that on the manager's screen, or booked
 * by voucher that it is so.
 */
function accountForOne(counter: Counter, intent: Intent, issuer: IssuerModel): Violation | null {
  const notes = counter.cashier.notes.get(intent.sequenceId);
  const item = issuer.items.get(intent.sequenceId);
  const approved = item?.state === 'approved';
  const moved = notes?.moved ?? false;
  const text = words(intent, notes, item?.state ?? 'nothing');
  if (!counter.judge.isOver(intent)) return { code: 'NO_END', text };
  if (approved === moved || isExcused(intent, approved) || isLongSealed(counter, intent, issuer)) return null;
  if (isReturnedAtCopy(counter, intent)) return null;
  const code: Mismatch = approved ? 'APPROVED_WITHOUT_CASH' : 'CASH_WITHOUT_APPROVAL';
  return isOfCase(code, counter.judge.storyOf(intent)) ? null : { code, text };
}

/**
 * The day of a payment was sealed here longer ago than anything is asked about (settlement-contract 5: the items of unsealed
 * days), at an issuer that was put back to before the payment. It was so when the issuer was put back; or what the till had
 * heard of it since went with its own disk.
 */
function isLongSealed({ terminal, causes, world }: Counter, intent: Intent, issuer: IssuerModel): boolean {
  const { businessDate, sequenceId } = intent;
  const restoredOn = issuer.forgotten.get(sequenceId);
  if (businessDate === null || restoredOn === undefined) return false;
  const openDate = causes.has('putBack') ? issuer.openDate(world.terminalId) : restoredOn;
  const isAsked = businessDate >= datePlus(openDate, -DEFAULT_LIMITS.unsealedDays);
  const day = terminal?.settlement.days().find(({ date }) => date === businessDate);
  return !isAsked && day !== undefined && day.state.sealed !== null && !keepsDayOpen(intent);
}

/**
 * Two machines had it, and who stood at the other one gave the cash back and said so there: this disk cannot know, and the
 * other one, which is switched off, says it.
 */
function isReturnedAtCopy(counter: Counter, { sequenceId, cash }: Intent): boolean {
  return cash === 'received' && counter.atCopies(sequenceId).some((there) => there.cash === 'returned');
}

/** The account of one till: every intent, every item of the issuer, the books. */
export function accountFor(
  counter: Counter,
  intents: readonly Intent[],
  issuer: IssuerModel,
  excused: Excused,
): Violation[] {
  const { terminal, cashier, world } = counter;
  if (terminal === null) return [];
  const found: Violation[] = [];
  for (const intent of intents) {
    const notes = cashier.notes.get(intent.sequenceId);
    const violation =
      accountForOne(counter, intent, issuer) ?? figureFault(intent, issuer, notes, excused.restores);
    if (violation === null) continue;
    if (violation.code === 'NO_END' || !excused.unheard.has(intent.sequenceId)) found.push(violation);
  }
  found.push(...lostFault(terminal, world, intents, issuer, excused));
  for (const text of terminal.books.faults().slice(0, 3)) found.push({ code: 'VERIFY', text });
  const { books, settlement, ledger } = terminal;
  const { causes, judged } = excused;
  found.push(...daysFault(settlement, ledger, intents, issuer, world.terminalId, causes, judged));
  found.push(...vouchersFault(books, intents));
  const isOfSeal = (intent: Intent): boolean => isLongSealed(counter, intent, issuer);
  return [...found, ...booksFault(books, intents, issuer, cashier.notes, excused, isOfSeal)];
}

/**
 * Its process died before anybody was told of the end, people moved the notes in the dark, and the start that asks where they
 * are (intent-rules 4, Restart: also of an ended payment whose sentence was not acknowledged) never came.
 */
function isNeverAsked({ cashier }: Counter, { sequenceId, type, host, acknowledged }: Intent): boolean {
  const isToBeAsked = !acknowledged && (type === 'REFUND' || host === 'approved');
  return isToBeAsked && cashier.hasMovedInTheDark(sequenceId);
}

/**
 * The account of a copy of a till's disk that ran in another machine: of the payments that began there, those that were over
 * when it was switched off, and of which its next start had nothing to ask. The others nobody could end any more; what the
 * issuer has of them the till itself has by name.
 */
export function accountForCopy(
  copy: Counter,
  issuer: IssuerModel,
  judged: (what: string) => void,
): Violation[] {
  return copy.ownPayments().flatMap((intent) => {
    if (!isOver(intent) || isNeverAsked(copy, intent) || issuer.forgotten.has(intent.sequenceId)) return [];
    judged('OLD_MACHINE');
    return accountForOne(copy, intent, issuer) ?? [];
  });
}

/**
 * Nothing that the issuer has is unknown on this side. Of a disk that was put back, a manager has it by name: by the import
 * of a terminal that was fenced, on a day that the page offers, whose comparisons since then name it. Where nobody could tell that the journal's end was gone, a copy of a request that comes
 * minutes after the till went on is booked, and fences nobody, since its journal index is one that the issuer never heard
 * (settlement-contract 5): such a payment the comparison of its day has to name.
 */
function lostFault(
  { settlement }: Pick<Terminal, 'settlement'>,
  { disk, terminalId }: TerminalWorld,
  intents: readonly Intent[],
  issuer: IssuerModel,
  { causes, unheard }: Excused,
): Violation[] {
  const known = new Set<unknown>(intents.map(({ sequenceId }) => sequenceId));
  const imported = new Map<unknown, number>();
  for (const { kind, detail, index } of disk.entries) {
    if (kind === 'issuerItemMissingHere') imported.set(detail.sequenceId, index);
  }
  const days = settlement.days();
  const compared = namedByDays(settlement);
  // What the issuer still worked on when the terminal was believed again, or another machine sold after the list was read.
  const isLate = (id: string): boolean => unheard.has(id) || issuer.wasInNoList(id);
  // Its comparison names it: in a story without a bookkeeper that is still to come.
  const toCompare = (date: string): boolean =>
    !days.some((day) => day.date === date && day.state.reconciled !== null);
  // A claim asks for the lists of the days that may be unsealed; of one sealed before those the comparison alone names it.
  const isBefore = (date: string): boolean =>
    date < datePlus(issuer.openDate(terminalId), -DEFAULT_LIMITS.unsealedDays);
  // A page shows its day; what was compared before the import may not have had it yet.
  const isOffered = (id: string, date: string): boolean => {
    const day = days.find((each) => each.date === date);
    if (day === undefined) return false;
    const since = imported.get(id);
    if (since === undefined) return isBefore(date) && day.state.sealed !== null && compared.has(id);
    return compared.has(id) || (day.state.reconciled?.index ?? 0) < since;
  };
  const isNamed = (id: string, date: string): boolean =>
    isOffered(id, date) || (isLate(id) && (compared.has(id) || toCompare(date)));
  const lost = [...issuer.items.values()].filter((item) => {
    if (item.terminalId !== terminalId || known.has(item.sequenceId)) return false;
    const { sequenceId, businessDate, state } = item;
    return !causes.isElsewhere(sequenceId) || (state === 'approved' && !isNamed(sequenceId, businessDate));
  });
  return lost.map(({ sequenceId, state }) => ({
    code: 'LOST',
    text: `${sequenceId} is ${state} at the issuer, unknown here`,
  }));
}

/** Payments that a comparison found at the issuer alone, taken over or not. */
function namedByDays(settlement: Terminal['settlement']): ReadonlySet<unknown> {
  const named = new Set<unknown>();
  for (const { state } of settlement.days()) {
    for (const { detail } of state.missingItems) named.add(detail.sequenceId);
    for (const { category, sequenceId } of state.reconciled?.detail.differences ?? [])
      if (category === 'missingHere') named.add(sequenceId);
  }
  return named;
}

/** Invariant 4: one barcode, at most one approval, ever. */
export function tokensFault(issuer: IssuerModel): Violation[] {
  const found: Violation[] = [];
  for (const [token, count] of issuer.approvalsByToken) {
    if (count > 1)
      found.push({
        code: 'DOUBLE_APPROVAL',
        text: `${count} approvals of one token, issued ${token.issuedAtMs}`,
      });
  }
  return found;
}

/**
 * What drawer and issuer have to do with a payment that is over is what they really have; with nothing open, nothing is
 * left between them. Of a payment of which records are elsewhere this disk may know too little; of one whose day was sealed
 * too long ago (`isOfSeal`) the issuer.
 */
function booksFault(
  books: Books,
  intents: readonly Intent[],
  issuer: IssuerModel,
  notes: ReadonlyMap<string, Notes>,
  { causes, restores, judged }: Excused,
  isOfSeal: (intent: Intent) => boolean,
): Violation[] {
  const found: Violation[] = [];
  const isSettled = (intent: Intent): boolean => isOver(intent) && !isCase(intent);
  for (const intent of intents) {
    const { sequenceId } = intent;
    if (!isSettled(intent) || causes.isElsewhere(sequenceId)) continue;
    judged('BOOKS');
    const here = figuresHere(intent);
    const isApproved = issuer.items.get(sequenceId)?.state === 'approved';
    const there = figuresThere(intent, notes.get(sequenceId), isApproved);
    const payable = here.payable - turnedSince(intent, issuer, restores);
    const text = `${sequenceId} ${intent.type} ${intent.host}/${intent.cash}`;
    if (payable !== there.payable && !isOfSeal(intent))
      found.push({ code: 'BOOKS', text: `${text}: ${payable}, issuer booked ${there.payable}` });
    if (here.drawer !== there.drawer)
      found.push({ code: 'DRAWER', text: `${text}: ${here.drawer}, notes ${there.drawer}` });
  }
  if (!intents.every(isSettled)) return found;
  judged('LEFT_OVER');
  const balances = books.balances();
  const { suspense, deferred, customer_due: due } = balances;
  if (suspense !== 0 || deferred !== 0 || due !== 0)
    found.push({ code: 'LEFT_OVER', text: JSON.stringify(balances) });
  return found;
}

/** After a write that failed nobody knows what is on the disk: whoever met it, the till ends. null: it is whole, or ends. */
export function brokenFault({ ledger, isFaulted }: Terminal): Violation | null {
  if (!ledger.isBroken() || isFaulted()) return null;
  return { code: 'BROKEN_GOES_ON', text: 'a till goes on over a ledger whose write failed' };
}

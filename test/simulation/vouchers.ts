/**
 * A manager who decides single payments as the pages let one: writes off a return that nobody came for and pays it out
 * later, books what issuer and drawer say against the machine, says that a case was seen. Says only what is true, but for a
 * mistake now and then that the pages let be put right. Throws dice of its own, so that a story without one is
 * the same story.
 */
import type { CaseReason, Intent, VoucherKind } from '../../src/intent/model.ts';
import { isCase } from '../../src/intent/state.ts';
import { LedgerFault } from '../../src/ledger/fault.ts';
import type { DecideBody } from '../../src/web/api/payments.ts';
import { runDecision } from '../../src/web/decide.ts';
import { offersFor } from '../../src/web/decisions.ts';
import { ApiFault } from '../../src/web/fault.ts';
import { decisionTerms } from '../../src/web/payments.ts';
import { isDenied } from './cases.ts';
import type { Violation } from './check.ts';
import type { Counter } from './counter.ts';
import type { IssuerModel } from './issuer-model.ts';
import { Crashed } from './mortal.ts';
import { type FaultCounts, tally } from './network.ts';
import type { Terminal } from './terminal.ts';
import { SeededRandom } from './time.ts';
import { figuresHere, figuresThere, isOver, isSame } from './voucher-check.ts';

const BOSS = 'M1';
const DICE = 0x70c4_e125;
/** A decision may open the next one, as a return that is written off and then paid. */
const ROUNDS = 3;
/** How often who could be mistaken is. */
const ERRS = 0.3;

export interface VoucherManagerOptions {
  readonly seed: number;
  readonly issuer: IssuerModel;
  /** Answers questions that were left, voids, and is mistaken now and then. */
  readonly isFree: boolean;
  /** What was booked is counted among the faults that the story met. */
  readonly counts: FaultCounts;
  readonly tell: (words: string) => void;
  readonly violate: (violation: Violation) => void;
}

type Offer = ReturnType<typeof offersFor>[number];

/** A payment as the manager finds it. */
interface Found {
  readonly intent: Intent;
  /** CHARGE: its notes lie in the drawer. REFUND: the customer has them. */
  readonly moved: boolean;
  readonly isApprovedThere: boolean;
  /** Its day is sealed there: nothing undoes it any more. */
  readonly isSealedThere: boolean;
  /** By state and vouchers, the drawer and the issuer have of it what they really have. */
  readonly isRight: boolean;
}

export class VoucherManager {
  readonly #random: SeededRandom;
  readonly #options: VoucherManagerOptions;
  /** Cases that were closed by mistake. */
  readonly #closedEarly = new Set<string>();

  constructor(options: VoucherManagerOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed ^ DICE);
  }

  /** Now and then, whatever goes on at the counter. */
  lookIn(counter: Counter): void {
    if (this.#random.chance(0.2)) this.#goThrough(counter, 0.5);
    if (!this.#options.isFree) return;
    if (this.#random.chance(0.2)) this.#undo(counter);
    this.#err(counter);
  }

  /** Everything that can be decided; some returns stay written off. */
  settle(counter: Counter): void {
    for (let round = 0; round < ROUNDS; round += 1) this.#goThrough(counter, 0.8);
    this.#goThrough(counter, 1);
  }

  /** A customer comes to the manager and wants a charge undone. */
  #undo(counter: Counter): void {
    const { managed: terminal, cashier } = counter;
    const charges = (terminal?.books.intents() ?? []).filter(
      ({ host, cash, sequenceId }) =>
        host === 'approved' && cash === 'received' && cashier.notes.get(sequenceId)?.moved === true,
    );
    if (terminal === null || charges.length === 0) return;
    const intent = this.#random.pick(charges);
    const offer = offersFor(intent, decisionTerms(terminal.pages)).find(
      ({ decision }) => decision === 'void',
    );
    if (offer === undefined) return;
    this.#decide(counter, terminal, this.#find(counter, intent), offer);
    tally(this.#options.counts, 'voidedByManager');
  }

  #goThrough(counter: Counter, chance: number): void {
    const terminal = counter.managed;
    const intents = terminal?.books.intents() ?? [];
    for (const { sequenceId, cash, cases, vouchers } of intents) {
      const isOwed = cash === 'return_due' || cash === 'payout_due';
      const isPlain = cases.length === 0 && vouchers === undefined && !this.#closedEarly.has(sequenceId);
      if (!isOwed && isPlain) continue;
      if (this.#random.chance(chance)) this.#look(counter, sequenceId);
      if (counter.managed !== terminal) return;
    }
  }

  #look(counter: Counter, sequenceId: string): void {
    const { managed: terminal } = counter;
    const intent = terminal?.ledger.get(sequenceId) ?? null;
    if (terminal === null || intent === null) return;
    const found = this.#find(counter, intent);
    const all = offersFor(intent, decisionTerms(terminal.pages));
    const offers = all.filter((offer) => isTrue(offer, found, this.#options.isFree));
    if (offers.length > 0) this.#decide(counter, terminal, found, this.#random.pick(offers));
    else if (isHalfBooked(found) || (this.#closedEarly.has(sequenceId) && isOpenAgain(found)))
      this.#askAgain(counter, terminal, sequenceId);
  }

  /** What the issuer has can be booked once it has said it again. */
  #askAgain({ watch }: Counter, terminal: Terminal, sequenceId: string): void {
    watch.retryAfter.askedByPerson(sequenceId);
    void terminal.worker.inquireNow(sequenceId).catch((fault: unknown) => {
      if (fault instanceof LedgerFault) terminal.failed(fault);
      else if (!(fault instanceof Crashed)) this.#options.violate({ code: 'FAULT', text: String(fault) });
    });
  }

  /** What is said wrong is put right later: whoever it is about does not come again for what they have. */
  #err(counter: Counter): void {
    const { managed: terminal, cashier } = counter;
    const intents = terminal?.books.intents() ?? [];
    const found = intents.filter(isOpenMatter).map((intent) => this.#find(counter, intent));
    for (const each of found) {
      if (terminal === null || !this.#random.chance(ERRS)) continue;
      const all = offersFor(each.intent, decisionTerms(terminal.pages));
      const [offer] = all.filter((one) => isMistake(one, each));
      if (offer === undefined) continue;
      const { sequenceId } = each.intent;
      const notes = cashier.notes.get(sequenceId);
      if (notes !== undefined && !notes.moved) notes.isGone = true;
      if (offer.decision === 'seen') this.#closedEarly.add(sequenceId);
      this.#options.tell(`a manager is mistaken about ${sequenceId}`);
      tally(this.#options.counts, `mistaken ${offer.decision}`);
      this.#decide(counter, terminal, each, offer);
      return;
    }
  }

  #find({ cashier }: Counter, intent: Intent): Found {
    const notes = cashier.notes.get(intent.sequenceId);
    const item = this.#options.issuer.items.get(intent.sequenceId);
    const isApprovedThere = item?.state === 'approved';
    const isSealedThere = item?.sealed === true;
    const isRight = isSame(figuresHere(intent), figuresThere(intent, notes, isApprovedThere));
    return { intent, moved: notes?.moved ?? false, isApprovedThere, isSealedThere, isRight };
  }

  #decide(counter: Counter, terminal: Terminal, { intent, moved }: Found, offer: Offer): void {
    const { sequenceId, version, cash } = intent;
    const kind = kindOf(offer);
    const { cashier } = counter;
    if (kind === 'unclaimedPaid' && moved) {
      // The customer came. The notes first, then the key: the process may die in between.
      if (this.#random.chance(0.8)) return;
      const notes = cashier.notes.get(sequenceId);
      if (notes !== undefined) cashier.hand(notes, 'giveBack');
    }
    // Whoever decides has looked where the cash is, and nobody takes it in the dark any more.
    if (cash === 'return_due' || cash === 'payout_due' || this.#options.isFree) cashier.sawLeave(sequenceId);
    const { decision, caseReason } = offer;
    const body = bodyOf(decision, version, caseReason);
    this.#options.tell(`a manager decides ${sequenceId}: ${decision}${kind === null ? '' : `, ${kind}`}`);
    if (!this.#press(counter, terminal, sequenceId, body)) return;
    if (kind !== null) this.#count(kind);
    if (!this.#random.chance(0.3)) return;
    const isFresh = this.#random.chance(0.5);
    const again = isFresh ? (terminal.ledger.get(sequenceId)?.version ?? version) : version;
    this.#pressAgain(counter, terminal, sequenceId, { ...body, version: again });
  }

  /** The key pressed twice, or the page loaded anew and pressed there: it is refused. */
  #pressAgain(counter: Counter, terminal: Terminal, sequenceId: string, body: DecideBody): void {
    if (!this.#press(counter, terminal, sequenceId, body)) return;
    this.#options.violate({ code: 'DECIDED_TWICE', text: `${sequenceId} ${body.decision}` });
  }

  /** True: it is done. The page says why not; a process that dies takes the work with it. */
  #press(counter: Counter, terminal: Terminal, sequenceId: string, body: DecideBody): boolean {
    let isDone = false;
    counter.guarded(() => {
      try {
        runDecision(terminal.pages, sequenceId, body, BOSS);
        isDone = true;
      } catch (fault) {
        if (fault instanceof Crashed) throw fault;
        if (fault instanceof LedgerFault) terminal.failed(fault);
        else if (!(fault instanceof ApiFault)) this.#options.violate({ code: 'FAULT', text: String(fault) });
      }
    });
    return isDone;
  }

  #count(kind: VoucherKind): void {
    const { counts } = this.#options;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
}

function isOpenMatter({ cash, cases }: Intent): boolean {
  return cash === 'return_due' || cases.length > 0;
}

/** A voucher said what the notes did, and the case was closed before what the issuer denies was booked as well. */
function isHalfBooked(found: Found): boolean {
  return isUnbooked(found) && !found.moved && found.intent.vouchers?.includes('notesReturned') === true;
}

/** What the case was about is still so, though nothing says it any more: also under a void, which nobody there answers. */
function isOpenAgain(found: Found): boolean {
  const { intent, isApprovedThere } = found;
  return isUnbooked(found) || (intent.host === 'voiding' && !isApprovedThere && !isDenied(intent));
}

/** No case is open for what the issuer denies, and no voucher has it. */
function isUnbooked({ intent, isApprovedThere }: Found): boolean {
  if (intent.host !== 'approved' || isApprovedThere || isCase(intent)) return false;
  return intent.vouchers?.includes('issuerDenies') !== true;
}

function kindOf({ steps }: Offer): VoucherKind | null {
  for (const step of steps) if (step.kind === 'voucher') return step.voucher;
  return null;
}

function bodyOf(
  decision: DecideBody['decision'],
  version: number,
  caseReason: CaseReason | null,
): DecideBody {
  const body = { decision, version, reason: 'OTHER', note: 'as it was found' } as const;
  return caseReason === null ? body : { ...body, caseReason };
}

/** Who says so would say what is. Whatever moves cash of a payment at the counter is left to the counter. */
function isTrue(offer: Offer, found: Found, isFree: boolean): boolean {
  const { intent, moved, isRight } = found;
  if (intent.question !== null) return isFree && intent.left && isAnswerTrue(offer, found);
  const isGone = intent.left || intent.deferred;
  const kind = kindOf(offer);
  if (kind !== null) return isVoucherTrue(kind, found);
  switch (offer.decision) {
    case 'givenBack':
      return isGone && !moved;
    case 'paidOut':
      return isGone && moved;
    case 'notPaid':
      return isGone && !moved;
    case 'seen':
      return isCase(intent) && isOver(intent) && isRight;
    default:
      return false;
  }
}

/** Where the cash of a payment is that was left with its question, as whoever looks finds it. */
function isAnswerTrue({ decision }: Offer, { intent, moved }: Found): boolean {
  switch (decision) {
    case 'inDrawer':
    case 'inDrawerGoneLater':
    case 'inDrawerGoneBack':
    case 'paidOut':
      return moved;
    case 'givenBack':
      return !moved && intent.question !== 'RE_CLOSED';
    case 'notTaken':
    case 'notPaid':
      return !moved;
    default:
      return false;
  }
}

/**
 * Said though it is not so, where the pages offer later what puts it right: cash that is in no drawer becomes a return that is
 * recorded as given back, a return that was given back is written off and then claimed, and a case that was closed too early
 * opens again once the issuer is asked.
 */
function isMistake(offer: Offer, { intent, moved, isApprovedThere, isRight }: Found): boolean {
  if (intent.type !== 'CHARGE' || !(intent.left || intent.deferred)) return false;
  switch (offer.decision) {
    case 'inDrawer':
      return !moved && (intent.question === 'RE_CLOSED' || intent.question === 'RE_BACK');
    case 'inDrawerGoneBack':
      return !moved;
    case 'voucherUnclaimed':
      return !moved;
    case 'seen':
      return isDeniedCase(intent, offer.caseReason) && !isApprovedThere && !isRight;
    default:
      return false;
  }
}

function isDeniedCase({ host, cases }: Intent, reason: CaseReason | null): boolean {
  const isOnly = cases.length === 1 && (reason === 'ISSUER_CONTRADICTS' || reason === 'REVERSED_ELSEWHERE');
  return host === 'approved' && isOnly;
}

function isVoucherTrue(kind: VoucherKind, { intent, moved, isApprovedThere, isSealedThere }: Found): boolean {
  switch (kind) {
    case 'returnUnclaimed':
      return moved && (intent.left || intent.deferred);
    case 'unclaimedPaid':
      return true; // who comes for it is decided by the dice
    case 'notesPaid':
      return moved && !isApprovedThere;
    case 'notesReturned':
      return !moved; // of the notes alone: what the issuer has is a voucher of its own
    case 'issuerDenies':
      return !isApprovedThere && (moved || intent.vouchers?.includes('notesReturned') === true);
    case 'issuerItemMissingHere':
      return !moved && isApprovedThere;
    case 'daySealed':
      return isApprovedThere && isSealedThere && (intent.type === 'CHARGE' || !moved);
    default:
      return false;
  }
}

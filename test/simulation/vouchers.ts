/**
 * A manager who decides single payments as the pages let one: writes off a return that nobody came for and pays it out
 * later, books what issuer and drawer say against the machine, says that a case was seen. Says only what is true, and
 * throws dice of its own, so that a story without one is the same story.
 */
import type { CaseReason, Intent, VoucherKind } from '../../src/intent/model.ts';
import { isCase } from '../../src/intent/state.ts';
import { LedgerFault } from '../../src/ledger/fault.ts';
import type { DecideBody } from '../../src/web/api/payments.ts';
import { runDecision } from '../../src/web/decide.ts';
import { offersFor } from '../../src/web/decisions.ts';
import { ApiFault } from '../../src/web/fault.ts';
import { decisionTerms } from '../../src/web/payments.ts';
import type { Violation } from './check.ts';
import type { Counter } from './counter.ts';
import type { IssuerModel } from './issuer-model.ts';
import type { FaultCounts } from './network.ts';
import { Crashed, type Terminal } from './terminal.ts';
import { SeededRandom } from './time.ts';
import { figuresHere, figuresThere, isOver, isSame } from './voucher-check.ts';

const BOSS = 'M1';
const DICE = 0x70c4_e125;
/** A decision may open the next one, as a return that is written off and then paid. */
const ROUNDS = 3;

export interface VoucherManagerOptions {
  readonly seed: number;
  readonly issuer: IssuerModel;
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
  /** By state and vouchers, the drawer and the issuer have of it what they really have. */
  readonly isRight: boolean;
}

export class VoucherManager {
  readonly #random: SeededRandom;
  readonly #options: VoucherManagerOptions;

  constructor(options: VoucherManagerOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed ^ DICE);
  }

  /** Now and then, whatever goes on at the counter. */
  lookIn(counter: Counter): void {
    if (this.#random.chance(0.2)) this.#goThrough(counter, 0.5);
  }

  /** Everything that can be decided; some returns stay written off. */
  settle(counter: Counter): void {
    for (let round = 0; round < ROUNDS; round += 1) this.#goThrough(counter, 0.8);
    this.#goThrough(counter, 1);
  }

  #goThrough(counter: Counter, chance: number): void {
    const terminal = counter.managed;
    const intents = terminal?.books.intents() ?? [];
    for (const { sequenceId, cash, cases, vouchers } of intents) {
      const isOwed = cash === 'return_due' || cash === 'payout_due';
      if (!isOwed && cases.length === 0 && vouchers === undefined) continue;
      if (this.#random.chance(chance)) this.#look(counter, sequenceId);
      if (counter.managed !== terminal) return;
    }
  }

  #look(counter: Counter, sequenceId: string): void {
    const { managed: terminal } = counter;
    const intent = terminal?.ledger.get(sequenceId) ?? null;
    if (terminal === null || intent === null) return;
    const found = this.#find(counter, intent);
    const offers = offersFor(intent, decisionTerms(terminal.pages)).filter((offer) => isTrue(offer, found));
    if (offers.length > 0) this.#decide(counter, terminal, found, this.#random.pick(offers));
    else if (isHalfBooked(found)) this.#askAgain(terminal, sequenceId);
  }

  /** What the issuer has can be booked once it has said it again. */
  #askAgain(terminal: Terminal, sequenceId: string): void {
    void terminal.worker.inquireNow(sequenceId).catch((fault: unknown) => {
      if (fault instanceof LedgerFault) terminal.failed(fault);
      else if (!(fault instanceof Crashed)) this.#options.violate({ code: 'FAULT', text: String(fault) });
    });
  }

  #find({ cashier }: Counter, intent: Intent): Found {
    const notes = cashier.notes.get(intent.sequenceId);
    const isApprovedThere = this.#options.issuer.items.get(intent.sequenceId)?.state === 'approved';
    const isRight = isSame(figuresHere(intent), figuresThere(intent, notes, isApprovedThere));
    return { intent, moved: notes?.moved ?? false, isApprovedThere, isRight };
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
    if (cash === 'return_due' || cash === 'payout_due') cashier.sawLeave(sequenceId);
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

/** A voucher said what the notes did, and the case was closed before what the issuer denies was booked as well. */
function isHalfBooked({ intent, isApprovedThere, moved }: Found): boolean {
  const { host, vouchers = [] } = intent;
  if (host !== 'approved' || isApprovedThere || moved || isCase(intent)) return false;
  return vouchers.includes('notesReturned') && !vouchers.includes('issuerDenies');
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
function isTrue(offer: Offer, found: Found): boolean {
  const { intent, moved, isRight } = found;
  const isGone = intent.left || intent.deferred;
  const kind = kindOf(offer);
  if (kind !== null) return isVoucherTrue(kind, found);
  switch (offer.decision) {
    case 'givenBack':
      return intent.question === null && isGone && !moved;
    case 'paidOut':
      return intent.question === null && isGone && moved;
    case 'notPaid':
      return intent.question === null && isGone && !moved;
    case 'seen':
      return isCase(intent) && isOver(intent) && isRight;
    default:
      return false;
  }
}

function isVoucherTrue(kind: VoucherKind, { intent, moved, isApprovedThere }: Found): boolean {
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
      return isApprovedThere && (intent.type === 'CHARGE' || !moved);
    default:
      return false;
  }
}

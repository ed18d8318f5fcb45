import type { Intent } from '../intent/model.ts';
import { isBorneByStore, keepsDayOpen } from '../intent/state.ts';
import { LedgerFault } from '../ledger/fault.ts';
import { AgainList } from './again-list.ts';
import { isDamaged } from './damage.ts';
import type { Delivery } from './delivery.ts';
import type { SyncOptions } from './options.ts';
import type { Session } from './session.ts';
import { soonest } from './soonest.ts';
import { Undecided } from './undecided.ts';
import type { UnsealedDays } from './unsealed-days.ts';

const ASKS_MAX = 1_000;
const RETRY_MS = 5_000;
/** A line that is down is not asked over again, so this is the payment's own trouble. */
const FAILURES_MAX = 8;
/** More than these are not kept beside the ledger: the next start asks about everything again. */
const UNDECIDED_MAX = 1_000;
/** While nothing at all is answered about payments, no more than these are a case each: it is the issuer's trouble. */
const CASES_UNHEARD = 10;
/** Pages of a long ledger may hold nothing of these days: it looks on a moment later, the counter comes first. */
const PAGES_A_TURN = 4;
const LOOK_ON_MS = 20;
/**
 * What an issuer that lost its last hours may deny or have forgotten; and what a terminal that lost its last hours does not
 * know to have been sent. The other states ask, or undo, by themselves until the issuer has said what became of them; a void
 * only hears what became of the void, a charge to be credited later what became of its approval, which says nothing of
 * a net cancel that this terminal has lost, and what the store bears was refused for good by the issuer as it was then.
 */
const ASKED = new Set(['unsent', 'approved', 'declined', 'voiding', 'voided', 'reversed', 'closed']);

function isAsked(intent: Intent): boolean {
  const { host, deferred } = intent;
  return ASKED.has(host) || (deferred && host === 'unknown') || isToUndo(intent);
}

/** The store bears it, because its day was sealed there. Under an open question nothing is sent, and it asks by itself. */
function isToUndo(intent: Intent): boolean {
  return isBorneByStore(intent) && intent.question === null;
}

const STRANDED = new Set(['unknown', 'reversing', 'voiding']);

interface Ask {
  readonly intent: Intent;
  /** Nobody waits for it: not while the line is down, nor before the issuer wants to be asked again. */
  readonly canWait: boolean;
  readonly told: (result: string | null) => void;
}

/** Asking out of turn: for a person, after the issuer was restored, and while the terminal is fenced. */
export class Recheck {
  readonly #options: SyncOptions;
  readonly #days: UnsealedDays;
  readonly #delivery: Delivery;
  readonly #asks: Ask[] = [];
  readonly #stranded = new Set<string>();
  /** Rows of this round that could not be read: who they are about cannot be asked. */
  readonly #unread = new Set<string>();
  /** The session's round for which the list was made; null: none is being worked on. */
  #round: number | null = null;
  #todo: string[] = [];
  readonly #list: AgainList;
  #underWay = 0;
  #retryMs: number | null = null;
  readonly #undecided = new Undecided();
  /** Of payments that were asked about in vain, how often. */
  readonly #failures = new Map<string, number>();
  /** What an earlier run left undecided is known. */
  #isTakenUp = false;
  /** Of this round something was answered: what still fails does so for its own sake. */
  #isHeard = true;
  /** Undecided before this round: they are in it, whatever day they are of. */
  #carried: ReadonlySet<string> = new Set();

  constructor(options: SyncOptions, days: UnsealedDays, delivery: Delivery) {
    this.#options = options;
    this.#list = new AgainList(options.ledger);
    this.#days = days;
    this.#delivery = delivery;
  }

  /** Mono ms at which something refused before is tried again. */
  nextMs(session: Session): number | null {
    const askMs = this.#asks.length > 0 ? this.#delivery.heldUntilMs() : null;
    // Before `retryMs` nothing is asked, what is pending neither: its time may have come by then, and would wake at once.
    return soonest(askMs, session.recovering ? null : (this.#retryMs ?? this.#undecided.nextMs()));
  }

  /** Lets nothing wait that is pending at the issuer. */
  hurry(): void {
    this.#undecided.hurry(this.#options.clock.now().monoMs);
  }

  ask(intent: Intent, wake: () => void, canWait = false): Promise<string | null> {
    if (this.#asks.length >= ASKS_MAX) return Promise.resolve(null);
    return new Promise((told) => {
      this.#asks.push({ intent, told, canWait });
      wake();
    });
  }

  /** Starts what somebody asked for, as far as there is room. `mustWait`: nothing is to be asked that can wait. */
  runAsks(hasRoom: () => boolean, mustWait: boolean): void {
    // One attempt that finds the file held by another program ends the turn: the next would only wait for that too.
    while (hasRoom() && this.#delivery.heldUntilMs() === null) {
      const next = this.#takeAsk(mustWait);
      if (next === undefined) return;
      this.#delivery.ask(next.intent, next.told);
    }
  }

  /**
   * Starts what is to be asked again, as far as there is room. `permitMs` gives 0 for one more item, else the mono ms of the
   * next permit: every till of a chain asks again at the same moment.
   */
  runAgain(session: Session, hasRoom: () => boolean, permitMs: () => number): void {
    const { hello } = session;
    // A fenced terminal sends no net cancel, and after its claim everything is asked again in any case.
    if (hello === null || session.recovering) return;
    try {
      this.#askAgain(session, hello.openBusinessDate, hasRoom, permitMs);
    } catch (fault) {
      // Nothing is left out of the list for a fault that may pass.
      if (!(fault instanceof LedgerFault)) throw fault;
      this.#retryMs = this.#options.clock.now().monoMs + RETRY_MS;
      this.#options.log?.({ level: 'error', event: 'recheckFailed', fault: fault.code });
    }
  }

  /** The oldest whose payment no inquiry is under way for: an answer to an older question is not what was asked for. */
  #takeAsk(mustWait: boolean): Ask | undefined {
    const place = this.#asks.findIndex(
      ({ intent, canWait }) => !(mustWait && canWait) && !this.#delivery.isAsking(intent.sequenceId),
    );
    return place < 0 ? undefined : this.#asks.splice(place, 1)[0];
  }

  #begin(session: Session): void {
    this.#round = session.round;
    this.#takeUp(session);
    this.#carried = new Set(this.#undecided.askAll());
    this.#todo = [...this.#carried];
    this.#isHeard = false;
    this.#unread.clear();
    this.#list.begin();
    this.#retryMs = null;
    this.#failures.clear();
    this.#underWay = 0; // answers to what was asked before belong to the list before
  }

  #askAgain(session: Session, openDate: string, hasRoom: () => boolean, permitMs: () => number): void {
    const { monoMs } = this.#options.clock.now();
    if (session.issuerChanged && this.#round !== session.round) this.#begin(session);
    if (this.#round === null) this.#syncUndecided(session);
    if (this.#retryMs !== null && monoMs < this.#retryMs) return;
    this.#retryMs = null;
    this.#todo.push(...this.#undecided.takeDue(monoMs));
    /** Their approval is on its way, and would make the answer to a question of now too old. */
    const sending: string[] = [];
    try {
      this.#askSome(openDate, hasRoom, permitMs, sending);
    } finally {
      this.#todo.push(...sending);
    }
    if (this.#todo.length === sending.length && sending.length > 0) this.#retryMs ??= monoMs + RETRY_MS;
    const isOut = this.#underWay > 0 || this.#undecided.size > UNDECIDED_MAX;
    if (this.#round !== null && this.#todo.length === 0 && this.#list.isDone && !isOut) {
      this.#round = null;
      this.#tellUnread();
      const kept = this.#undecided.kept(this.#options.clock.now());
      session.recheckDone(this.#options.ledger.head().index, kept);
    }
  }

  /** Between the rounds, what is still undecided is known to the next start too. */
  #syncUndecided(session: Session): void {
    this.#takeUp(session);
    if (this.#undecided.isChanged) session.keepUndecided(this.#undecided.kept(this.#options.clock.now()));
  }

  /** What an earlier run left undecided, once. */
  #takeUp(session: Session): void {
    if (!this.#isTakenUp) this.#undecided.takeUp(session.undecided, this.#options.clock.now());
    this.#isTakenUp = true;
  }

  #askSome(openDate: string, hasRoom: () => boolean, permitMs: () => number, sending: string[]): void {
    const { monoMs } = this.#options.clock.now();
    for (let pages = 0; hasRoom(); ) {
      for (; this.#todo.length === 0 && !this.#list.isDone && pages < PAGES_A_TURN; pages += 1)
        this.#listPage(openDate);
      const [sequenceId] = this.#todo;
      if (sequenceId === undefined) {
        if (!this.#list.isDone) this.#retryMs = monoMs + LOOK_ON_MS;
        break;
      }
      const waitUntilMs = permitMs();
      if (waitUntilMs > 0) {
        this.#retryMs = waitUntilMs;
        break;
      }
      this.#todo.shift();
      const intent = this.#read(sequenceId);
      if (intent?.deferred === true && intent.host === 'sending') sending.push(sequenceId);
      else if (intent !== null && isAsked(intent)) this.#again(intent);
      else this.#decided(sequenceId); // by itself, as far as there is something to ask
      if (this.#retryMs !== null) break; // not even the attempt could be recorded: the next would only wait for that too
    }
  }

  /** null: it is gone, or its row is damaged. What cannot be read in this moment goes to the end of the list. */
  #read(sequenceId: string): Intent | null {
    const { ledger } = this.#options;
    try {
      return ledger.get(sequenceId);
    } catch (fault) {
      if (!isDamaged(ledger, fault)) {
        this.#todo.push(sequenceId);
        throw fault;
      }
      this.#unread.add(sequenceId);
      return null;
    }
  }

  /**
   * Asking again is done although rows could not be read: verification names them, and the restore that repairs them has
   * everything asked again.
   */
  #tellUnread(): void {
    if (this.#unread.size === 0) return;
    this.#options.log?.({ level: 'error', event: 'recheckUnread', rows: this.#unread.size });
  }

  #again(intent: Intent): void {
    const { sequenceId } = intent;
    const round = this.#round;
    this.#underWay += 1;
    let isOver = false;
    const over = (isDone: boolean, result: string | null = null): void => {
      if (isOver || round !== this.#round) return;
      isOver = true;
      this.#underWay -= 1;
      this.#isHeard ||= isDone;
      if (isDone && result === 'PENDING') this.#pending(intent);
      else if (isDone) this.#decided(sequenceId);
      else this.#failed(intent);
    };
    if (intent.host === 'reversed' || isToUndo(intent)) this.#delivery.remind(intent, over);
    else if (this.#delivery.isAsking(sequenceId)) queueMicrotask(() => over(false));
    else this.#delivery.ask(intent, (result, counts) => over(result !== null && counts, result));
  }

  #decided(sequenceId: string): void {
    this.#failures.delete(sequenceId);
    this.#undecided.decided(sequenceId);
  }

  /** Again in a moment. What fails again and again, for its own sake then, keeps no round open: it is as good as pending. */
  #failed(intent: Intent): void {
    const { sequenceId } = intent;
    const failures = (this.#failures.get(sequenceId) ?? 0) + 1;
    this.#failures.set(sequenceId, failures);
    this.#retryMs = this.#options.clock.now().monoMs + RETRY_MS;
    if (failures < FAILURES_MAX) this.#todo.push(sequenceId);
    else this.#pending(intent);
  }

  #pending(intent: Intent): void {
    const { monoMs } = this.#options.clock.now();
    const isOfIssuer = !this.#isHeard && this.#undecided.size > CASES_UNHEARD;
    // Of what the store bears nobody has anything to decide, however long it is asked for in vain.
    const isNoCase = isOfIssuer || isBorneByStore(intent);
    if (!this.#undecided.pending(intent.sequenceId, monoMs) || isNoCase) return;
    if (this.#delivery.openCase(intent, 'BUDGET_SPENT')) this.#undecided.isCaseNow(intent.sequenceId);
  }

  #listPage(openDate: string): void {
    const { intents, unread } = this.#list.next(this.#days.from(openDate));
    for (const intent of intents)
      if (!this.#isSettledThere(intent, openDate) && !this.#carried.has(intent.sequenceId))
        this.#todo.push(intent.sequenceId);
    for (const sequenceId of unread) this.#unread.add(sequenceId);
  }

  /** What keeps its day open is named by the close and not inside it: of it nothing is settled, whatever became of its day. */
  #isSettledThere(intent: Intent, openDate: string): boolean {
    const { businessDate } = intent;
    return businessDate !== null && this.#days.isSettled(businessDate, openDate) && !keepsDayOpen(intent);
  }

  /**
   * An open item of a fenced terminal: it is a case, and it is asked about once, because what became of it is all that
   * such a terminal may still find out. An attended unknown one asks by itself. False: the case could not be recorded now.
   */
  stranded(intent: Intent, wake: () => void): boolean {
    if (!this.#delivery.openCase(intent, 'RECOVERING')) return false;
    const asksItself = intent.host === 'unknown' && !intent.deferred;
    if (asksItself || !STRANDED.has(intent.host) || this.#stranded.has(intent.sequenceId)) return true;
    this.#stranded.add(intent.sequenceId);
    this.ask(intent, wake, true).catch(() => {});
    return true;
  }
}

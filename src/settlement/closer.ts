/**
 * Drives a close to the issuer's word. Each request is on disk before its first byte leaves and is repeated word for word
 * until it is answered, also by the next run: the issuer gives one answer to one number.
 */
import type { Clock, Timer } from '../intent/clock.ts';
import type { DigestItem } from '../konaplate/items-digest.ts';
import type { Answered, CloseAnswer, CloseRequest } from '../konaplate/settlement.ts';
import { LedgerFault } from '../ledger/fault.ts';
import type { DayEntry, Ledger } from '../ledger/types.ts';
import {
  addsUp,
  CONTRADICTS,
  differs,
  type ItemContent,
  isMoved,
  NUMBER_TAKEN,
  ROUNDS_MAX,
  tornOff,
} from './anew.ts';
import type { CloseContent, CloseOutcome, DayState, Reconciliation } from './day.ts';
import { SettlementFault } from './fault.ts';
import { sameTotals } from './items.ts';
import { whyOf } from './list.ts';
import type { Matching } from './matching.ts';
import { openIdsOf, readDay } from './read.ts';
import { leftBySeal, sealPosting } from './sealing.ts';
import { Tries } from './tries.ts';
import { isNewWhy } from './why.ts';

/** A comparison with what a close needs from it. */
export interface Compared {
  readonly reconciliation: Reconciliation;
  readonly matching: Matching;
  readonly content: ItemContent;
  /** A payment moved under it that it therefore takes for missing there: it is to be made again. */
  readonly isOvertaken: boolean;
}

export interface CloserOptions {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly version: string;
  record(entry: DayEntry): unknown;
  /** `open`: what the close names. */
  compare(date: string, open: readonly string[]): Promise<Compared>;
  send(request: CloseRequest): Promise<Answered<CloseAnswer>>;
  guarded(work: () => void): void;
  /** A day was sealed. */
  sealed(): void;
}

/** A payment may open again under a comparison, or be approved under it: so often it is compared anew. */
export const COMPARISONS_MAX = 3;
/** Authentic, and about the request itself: it is not understood or not allowed, and will hardly be the next time. */
const NOT_TAKEN: ReadonlySet<string> = new Set(['000_002', '000_911', '006_006', '006_009']);
/** The issuer has this day agreed and sealed, with another content. */
const SEALED_THERE = '006_907';
/** Numbers that an issuer knows from a journal that this one no longer holds. */
const TAKEN_MAX = 20;

/** A close that could be sent, and the comparison that it rests on. */
interface Made {
  readonly content: CloseContent;
  readonly reconciliation: Compared['reconciliation'];
}

/**
 * How a try ends: the issuer has spoken, or there is nothing to ask; it is asked again later; or it did not agree, and the
 * close is made anew later.
 */
type End = 'over' | 'later' | 'anew';
/** Or it goes on, with a close that is on disk to be sent. */
type Next = 'sent' | End;

interface Drive {
  running: Promise<void> | null;
  timer: Timer | null;
  readonly tries: Tries;
  /** Mono ms at which the last try ended. */
  triedMs: number;
  /** Mono ms at which `timer` begins the next. */
  dueMs: number;
}

const NEW_DRIVE = { running: null, timer: null, triedMs: 0, dueMs: Number.POSITIVE_INFINITY } as const;

export class Closer {
  readonly #options: CloserOptions;
  readonly #drives = new Map<string, Drive>();
  #isStopped = false;

  constructor(options: CloserOptions) {
    this.#options = options;
  }

  /** Goes on with this day's close; resolves when the present try is over. Never rejects. */
  drive(date: string): Promise<void> {
    const drive = this.#drives.get(date) ?? { ...NEW_DRIVE, tries: new Tries() };
    this.#drives.set(date, drive);
    drive.timer?.cancel();
    drive.timer = null;
    drive.running ??= this.#try(date, drive.tries)
      .then((end) => this.#tried(date, drive, end))
      .catch((fault: unknown) => {
        this.#options.guarded(() => {
          throw fault;
        });
        // What passes is tried again; a broken ledger ends this run, and the timer with it.
        return this.#tried(date, drive, 'later');
      });
    return drive.running;
  }

  /** A person may have closed the day again since the try came to its end: found in the turn that lets the day go. */
  #tried(date: string, drive: Drive, end: End): Promise<void> | undefined {
    drive.triedMs = this.#options.clock.now().monoMs;
    const isWantedAnew = end !== 'later' && !this.#isStopped && this.#isWanted(date);
    drive.running = null;
    if (end === 'over' || isWantedAnew || this.#isStopped) this.#drives.delete(date);
    else this.#retryLater(date, drive);
    return isWantedAnew ? this.drive(date) : undefined;
  }

  #isWanted(date: string): boolean {
    return readDay(this.#options.ledger, date).phase === 'wanted';
  }

  /**
   * The line came back, or may have: what waited for it alone does not wait for its time. A line that comes and goes, which
   * the tries of two days may bring about themselves, makes no more of them than one that is down: each that was in vain
   * doubles the wait of the next.
   */
  hurry(): void {
    const { monoMs } = this.#options.clock.now();
    for (const [date, drive] of this.#drives) {
      if (drive.running !== null || !drive.tries.mayHurry) continue;
      const waitMs = Math.max(0, drive.triedMs + drive.tries.hurriedWaitMs - monoMs);
      if (monoMs + waitMs >= drive.dueMs) continue;
      drive.tries.hurried();
      if (waitMs === 0) void this.drive(date);
      else this.#driveAfter(date, drive, waitMs);
    }
  }

  /** A close of this date is being compared or sent. One that only waits to be made anew leaves its day to people. */
  isBusy(date: string): boolean {
    const drive = this.#drives.get(date);
    if (drive === undefined) return false;
    return drive.running !== null || readDay(this.#options.ledger, date).phase !== 'notAgreed';
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const { timer } of this.#drives.values()) timer?.cancel();
    await Promise.all([...this.#drives.values()].map(({ running }) => running));
  }

  #retryLater(date: string, drive: Drive): void {
    this.#driveAfter(date, drive, drive.tries.nextWaitMs());
  }

  #driveAfter(date: string, drive: Drive, waitMs: number): void {
    drive.timer?.cancel();
    drive.dueMs = this.#options.clock.now().monoMs + waitMs;
    drive.timer = this.#options.clock.after(waitMs, () => void this.drive(date));
  }

  async #try(date: string, tries: Tries): Promise<End> {
    tries.begin(readDay(this.#options.ledger, date).sent?.detail.closeNo ?? null);
    for (let taken = 0; !this.#isStopped; ) {
      const day = readDay(this.#options.ledger, date);
      if (day.sealed !== null) return 'over';
      if (day.phase === 'agreed') {
        const agreed = day.answered?.content ?? null;
        if (agreed === null || this.#seal(day, agreed)) return 'over';
        this.#giveBack(date, agreed.closeNo, CONTRADICTS);
        const next = await this.#goesOn(date, agreed, false);
        if (next === 'sent') continue;
        return next;
      }
      const torn = tornOff(day);
      if (torn !== null) {
        const isTaken = day.answered?.outcome.detail.code === NUMBER_TAKEN;
        const next = await this.#goesOn(date, torn, isTaken);
        if (next === 'sent') continue;
        return next;
      }
      const content = day.sent?.detail ?? (day.phase === 'wanted' ? await this.#prepare(day, tries) : null);
      if (content === null) return this.#isWanted(date) ? 'later' : 'over';
      const outcome = await this.#ask(date, content, tries);
      if (outcome === null) return 'later';
      if (NOT_TAKEN.has(outcome.code ?? '') && tries.isDoubted(content.closeNo)) {
        const next = await this.#overtake(date, content.closeNo, outcome, tries);
        if (next === 'sent') continue;
        return next;
      }
      if (outcome.code === SEALED_THERE) {
        const made = await this.#listOfSeal(date, content.closeNo, tries);
        if (made === 'later' || this.#isStopped) return 'later';
        this.#answered(date, outcome, tries);
        if (made !== null && this.#followSeal(date, made)) continue;
      } else {
        this.#answered(date, outcome, tries);
        if (outcome.result === 'AGREED') continue;
      }
      if (outcome.code === NUMBER_TAKEN) taken += 1;
      const isTaken = outcome.code === NUMBER_TAKEN && taken < TAKEN_MAX;
      const next = await this.#goesOn(date, content, isTaken);
      if (next !== 'sent') return next;
    }
    return 'later';
  }

  /** The issuer has spoken: what the disk does not take now waits for the disk alone, not as long as the line was down. */
  #answered(date: string, outcome: CloseOutcome, tries: Tries): void {
    this.#record(date, 'dayCloseAnswered', { ...outcome });
    tries.heard();
  }

  /** The content of the next close, on disk. Null: there is none, and why is on disk. */
  async #prepare(day: DayState, tries: Tries): Promise<CloseContent | null> {
    const { date } = day;
    const made = await this.#content(date, day.closeNo + 1);
    if (typeof made === 'string') {
      if (made === 'LIST_BROKEN' && tries.putOff('listBroken')) this.#giveBack(date, day.closeNo, made);
      else this.#unanswered(date, null, made);
      return null;
    }
    this.#record(date, 'dayReconciled', { ...made.reconciliation });
    if (!addsUp(made.reconciliation)) {
      this.#giveBack(date, day.closeNo, 'RULES');
      return null;
    }
    this.#record(date, 'dayCloseSent', { ...made.content });
    return made.content;
  }

  /** Nothing is sent: a person looks at the day and closes it again. */
  #giveBack(date: string, closeNo: number, code: string): void {
    if (this.#isStopped) return;
    this.#record(date, 'dayCloseAnswered', { closeNo, result: 'NOT_AGREED', totals: [], code });
  }

  /**
   * What a close would say now, by the final list of a day that the issuer has sealed. 'later': it is not to be had yet, and
   * the close stands as unanswered. Read a few times and never final, or contradicting itself (null): a person looks at the
   * day. What the line did not carry is no try.
   */
  async #listOfSeal(date: string, closeNo: number, tries: Tries): Promise<Made | 'later' | null> {
    const made = await this.#content(date, closeNo + 1);
    const isRead = typeof made !== 'string';
    if (isRead && made.reconciliation.final) return made;
    if (isRead && tries.putOff('notFinal')) return made;
    if (made === 'LIST_BROKEN' && tries.putOff('listBroken')) return null;
    this.#unanswered(date, closeNo, isRead ? SEALED_THERE : made);
    return 'later';
  }

  /**
   * A copy of this close may have been agreed, and later ones are refused: nobody has said "not agreed". The same content is
   * agreed under the next number as well, which takes this one's place on disk in one entry. While its content cannot be
   * had, or so many numbers were used, this one stands as unanswered ('later'). Where the list differs, a person looks.
   */
  async #overtake(date: string, closeNo: number, refusal: CloseOutcome, tries: Tries): Promise<Next> {
    const isLast = readDay(this.#options.ledger, date).rounds >= ROUNDS_MAX;
    const made = isLast ? (refusal.code ?? '') : await this.#content(date, closeNo + 1);
    if (typeof made === 'string') this.#unanswered(date, closeNo, made);
    if (typeof made === 'string' || this.#isStopped) return 'later';
    const { content, reconciliation } = made;
    this.#record(date, 'dayReconciled', { ...reconciliation });
    if (differs(reconciliation) || !addsUp(reconciliation)) {
      this.#answered(date, refusal, tries);
      return 'over';
    }
    this.#record(date, 'dayCloseSent', { ...content });
    tries.heard();
    // The number before may stand agreed for as long as nobody has answered this one.
    tries.doubted(content.closeNo);
    return 'sent';
  }

  /**
   * A ledger that was restored to a moment before its own seal: the issuer has the day agreed, and another content now
   * (who was open then has ended). When every item of its final list is the one here, the seal is taken over.
   */
  #followSeal(date: string, { content, reconciliation }: Made): boolean {
    const { final, theirs: totals } = reconciliation;
    this.#record(date, 'dayReconciled', { ...reconciliation });
    if (!final || differs(reconciliation) || !addsUp(reconciliation)) return false;
    this.#record(date, 'dayCloseSent', { ...content });
    const outcome = { closeNo: content.closeNo, result: 'AGREED', totals, code: SEALED_THERE };
    this.#record(date, 'dayCloseAnswered', outcome);
    return true;
  }

  /** A string says why there is none. */
  async #content(date: string, closeNo: number): Promise<Made | string> {
    try {
      for (let tries = 1; tries <= COMPARISONS_MAX; tries += 1) {
        const open = openIdsOf(this.#options.ledger, date);
        const compared = await this.#options.compare(date, open);
        const { matching, reconciliation, content: items, isOvertaken } = compared;
        if (isOvertaken || this.#hasOpened(date, matching.digestItems())) continue;
        const owedByVouchers = matching.owedByVouchers();
        const content = { closeNo, totals: reconciliation.ours, ...items };
        return { content: owedByVouchers === 0 ? content : { ...content, owedByVouchers }, reconciliation };
      }
      return 'PAYMENTS_UNDER_WAY';
    } catch (fault) {
      if (fault instanceof SettlementFault) return fault.code === 'NO_ANSWER' ? fault.message : fault.code;
      // A row that cannot be read: the day says so, and is tried again. A broken ledger fails at the next record.
      if (fault instanceof LedgerFault) return 'LEDGER';
      throw fault;
    }
  }

  /** One of these became open after they were read: the seal would hold what must keep its day open by name. */
  #hasOpened(date: string, items: readonly DigestItem[]): boolean {
    const open = new Set(openIdsOf(this.#options.ledger, date));
    return items.some(({ sequenceId }) => open.has(sequenceId));
  }

  async #ask(date: string, content: CloseContent, tries: Tries): Promise<CloseOutcome | null> {
    const { closeNo, totals: stated, openItems, itemsDigest: digest } = content;
    const request = { businessDate: date, closeNo, totals: stated, openItems, itemsDigest: digest };
    const answer = await this.#options.send(request);
    const isNotTaken = answer.class === 'notProcessed' && NOT_TAKEN.has(answer.code);
    if (isNotTaken && tries.putOff('notTaken')) {
      return { closeNo, result: 'NOT_AGREED', totals: [], code: answer.code };
    }
    if (answer.class === 'nothingLeft' && answer.why === 'REQUEST_TOO_LARGE') {
      return { closeNo, result: 'NOT_AGREED', totals: [], code: answer.why };
    }
    if (answer.class === 'answered') {
      const { result, totals } = answer.value;
      // Until it is on the disk: a later copy that is refused does not deny it.
      if (result === 'AGREED') tries.doubted(closeNo);
      const isTrue = result === 'NOT_AGREED' || agrees(content, totals);
      return isTrue
        ? { closeNo, result, totals, code: null }
        : { closeNo, result: 'NOT_AGREED', totals, code: CONTRADICTS };
    }
    if (answer.class === 'refused') return { closeNo, result: 'NOT_AGREED', totals: [], code: answer.code };
    // Authentic, and about this number: another content stands under it, from a journal that was lost.
    const isTaken =
      answer.class === 'ambiguous' && answer.why === 'UNLISTED_CODE' && answer.code === NUMBER_TAKEN;
    if (isTaken) return { closeNo, result: 'NOT_AGREED', totals: [], code: NUMBER_TAKEN };
    if (answer.class === 'ambiguous') tries.doubted(closeNo);
    if (answer.class !== 'nothingLeft' && !isNotTaken) tries.interrupted();
    this.#unanswered(date, closeNo, whyOf(answer));
    return null;
  }

  /** Also when why it is changes, as the page says what to do about it; the retries themselves leave no trace. */
  #unanswered(date: string, closeNo: number | null, why: string): void {
    if (this.#isStopped || !isNewWhy(why, readDay(this.#options.ledger, date).whys)) return;
    this.#record(date, 'dayCloseUnanswered', { closeNo, why });
  }

  /** A person may have closed it again while it was compared anew; that close is driven by nobody else. */
  async #goesOn(date: string, sent: CloseContent, isTaken: boolean): Promise<Next> {
    const next = await this.#makeAnew(date, sent, isTaken);
    return next !== 'sent' && this.#isWanted(date) ? 'sent' : next;
  }

  /**
   * Not agreed only because a payment came between: made anew, with the next number. As long as the list that shows it is not
   * to be had, by this run or by one after it, that is still to come.
   */
  async #makeAnew(date: string, sent: CloseContent, isTaken: boolean): Promise<Next> {
    const day = readDay(this.#options.ledger, date);
    if (!isTaken && day.rounds >= ROUNDS_MAX) return 'over';
    const made = await this.#content(date, day.closeNo + 1);
    if (this.#isStopped) return 'anew';
    if (typeof made === 'string') {
      if (tornOff(readDay(this.#options.ledger, date)) === null) return 'over';
      if (made !== 'LIST_BROKEN') return 'anew';
      this.#giveBack(date, sent.closeNo, made); // nobody would come back to it: a person has to
      return 'over';
    }
    const { content, reconciliation } = made;
    this.#record(date, 'dayReconciled', { ...reconciliation });
    const isOther = isTaken || isMoved(reconciliation, sent);
    if (differs(reconciliation) || !addsUp(reconciliation) || !isOther) return 'over';
    this.#record(date, 'dayCloseSent', { ...content });
    return 'sent';
  }

  /** False: the day would not be empty, what is here is no longer what the issuer agreed to. */
  #seal(day: DayState, content: CloseContent): boolean {
    const { ledger, version } = this.#options;
    const posting = sealPosting(day, content);
    const left = leftBySeal(ledger, day.date, content, posting);
    if (left.issuerPayable !== 0 || left.cashDrawer !== 0) return false;
    const { closeNo, openItems } = content;
    const detail = { closeNo, openItems, version };
    this.#options.record({ kind: 'daySealed', businessDate: day.date, detail, posting });
    this.#options.sealed();
    return true;
  }

  #record(date: string, kind: DayEntry['kind'], detail: DayEntry['detail']): void {
    this.#options.record({ kind, businessDate: date, detail });
  }
}

/**
 * "Agreed" must not contradict the figures beside it: the issuer's are ours, or ours and items that were named as open.
 */
function agrees(content: CloseContent, theirs: CloseAnswer['totals']): boolean {
  if (sameTotals(content.totals, theirs)) return true;
  let more = 0;
  for (const total of theirs) {
    const own = content.totals.find(({ type, state }) => type === total.type && state === total.state);
    if (total.count < (own?.count ?? 0) || total.sum < (own?.sum ?? 0)) return false;
    more += total.count - (own?.count ?? 0);
  }
  const isWhole = content.totals.every(({ type, state }) =>
    theirs.some((total) => total.type === type && total.state === state),
  );
  return isWhole && more <= content.openItems.length;
}

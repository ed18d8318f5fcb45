/**
 * One round: a till sells over a bad line to an issuer with faults, is killed wherever it is, sometimes again while it
 * recovers, and meets a second till on its ledger; in some its manager closes the day meanwhile, the issuer names a new
 * history, one of the two is put back to an earlier point, or a copy of the disk runs in another machine. Then all is well,
 * the till ends what it began, and both sides are compared to the won. What is drawn follows from the seed; what it meets is
 * decided by real processes and sockets.
 */
import { expect } from 'vitest';
import type { Intent } from '../../../src/intent/model.ts';
import { ended, isCase } from '../../../src/intent/state.ts';
import { FAULT_CALLS, FAULT_KINDS, type FaultCall, type FaultKind } from '../../../src/issuer/phone/api.ts';
import type { Child, Shop } from './children.ts';
import { diceOf } from './dice.ts';
import { type Back, type Copy, drawKind } from './round-kinds.ts';
import { type Books, booksOf, endsOf, mustAgree, mustKeepPromise } from './rounds-books.ts';
import { mustAccountForCopy } from './rounds-copy.ts';
import { isBookedOn, sealsForgotten } from './rounds-seals.ts';
import { between, FENCED, heldWithin } from './stretches.ts';
import { told } from './waits.ts';

const DAY_CALLS: readonly FaultCall[] = ['transactions', 'close'];
const STEPS_MAX = 80;
/** Of a close: wanted, compared, sent, answered, sealed. */
const CLOSE_ENTRIES = 5;
/** A round whose line is so bad that nothing moves is killed all the same. */
const TRADE_MS = 8_000;
/** Far more than it takes: a run of hours shares its machine with others. Then the till says what it waits for. */
const SETTLE_MS = 240_000;
/** A till that does not even come to say that is killed; so is a second one that does not give up. */
const SAY_MS = 60_000;
const LOOK_MS = 5;
const ISSUER_LOOK_MS = 100;
/** The issuer takes no close of a day more than a week ahead, and each day that is sealed brings the next one nearer. */
const CLOSES_MAX = 5;

/** What a round met, for the sum of them all. */
export interface RoundReport {
  readonly kills: number;
  readonly seconds: number;
  /** 1: a manager closed the day; 1: and the process died before that close was over. */
  readonly closes: number;
  readonly closesKilled: number;
  /** 1: and the day is sealed: something was sold on it. */
  readonly seals: number;
  /** The issuer named a new history without having lost anything. */
  readonly epochs: number;
  readonly back: Back | null;
  /** Payments that the issuer had, or had ended otherwise, before it was put back. */
  readonly lost: number;
  /** A manager took the fenced terminal on again. */
  readonly claims: number;
  readonly copy: Copy | null;
  /** Payments that the copy alone got booked. */
  readonly copyBooked: number;
  /** Payments that are a case afterwards, after something was put back or a copy ran. */
  readonly cases: number;
  /** How the shop's payments stand after it, all rounds of the shop together, such as `CHARGE approved`. */
  readonly ends: Readonly<Record<string, number>>;
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** False: the time was over before. */
async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What follows from the seed alone. */
class Round {
  readonly #shop: Shop;
  readonly #seed: number;
  readonly #dice: () => number;
  readonly #closes: string | null;
  readonly back: Back | null;
  readonly copy: Copy | null;
  kills = 0;
  seconds = 0;
  closesKilled = 0;
  epochs = 0;
  lost: ReadonlySet<string> = new Set();
  /** Why the issuer cannot believe the till any more: a manager must take it on again; null: it may. */
  distrust: string | null = null;
  /** Payments that may be a case after something was put back or a copy ran; asked when no till runs. */
  #excused: () => ReadonlySet<string> = () => new Set();
  /** Until then a close may have been agreed to by an issuer that does not know it any more; null: it forgot nothing. */
  #forgotMs: number | null = null;

  constructor(shop: Shop, seed: number) {
    this.#shop = shop;
    this.#seed = seed;
    this.#dice = diceOf(seed);
    const { isClosing, back, copy } = drawKind(seed, this.#dice);
    this.back = back;
    this.copy = copy;
    const mayClose = isClosing && shop.closes < CLOSES_MAX;
    if (mayClose) shop.closes += 1;
    this.#closes = mayClose ? shop.oldestOpenDay() : null;
  }

  /** yyyyMMdd of the day that its manager closes; null: none. */
  get closedDate(): string | null {
    return this.#closes;
  }

  get closes(): number {
    return this.#closes === null ? 0 : 1;
  }

  happens(share: number): boolean {
    return this.#dice() < share;
  }

  setFaults(): void {
    const calls = FAULT_CALLS.filter((call) => this.#closes !== null || !DAY_CALLS.includes(call));
    for (const call of calls) {
      const kind: FaultKind = FAULT_KINDS[this.#below(FAULT_KINDS.length)] ?? 'dropAfter';
      // A close asks once or twice: what hits it rarely would never hit it.
      const isOfDay = DAY_CALLS.includes(call);
      const probability = (isOfDay ? 0.4 : 0.1) + this.#dice() * 0.6;
      const ms = 50 + this.#below(1_500);
      if (this.happens(isOfDay ? 0.8 : 0.6)) this.#shop.issuer.faults?.set({ call, kind, probability, ms });
    }
  }

  /** Sells until so many commits were made, or the time is over, and something else is over; then SIGKILL. */
  async trade(then: (till: Child) => Promise<void> = async () => {}): Promise<void> {
    this.kills += 1;
    const till = this.#shop.start('trade', { seed: this.#seed });
    if (this.happens(0.15)) await this.#second(till);
    if (this.happens(0.1)) await this.#newHistory();
    await this.some(till);
    await then(till);
    await this.#die(till);
  }

  /** A manager closes the day while customers are served, and the process dies in the middle of it. */
  async close(): Promise<void> {
    if (this.#closes === null) return;
    this.kills += 1;
    const till = this.#shop.start('trade', { seed: this.#seed, closes: this.#closes });
    const entries = 1 + this.#below(CLOSE_ENTRIES);
    await within(TRADE_MS, dayEntries(till, entries));
    await this.#die(till);
    this.closesKilled += this.#shop.isCloseUnderWay(this.#closes) ? 1 : 0;
  }

  /** So many more commits, or the time is over. */
  async some(till: Child): Promise<void> {
    await within(TRADE_MS, till.steps(1 + this.#below(STEPS_MAX)));
  }

  async #die(till: Child): Promise<void> {
    await after(this.#below(30));
    expect(till.isRunning, `seed ${this.#seed}: a till ended by itself: ${till.trouble}`).toBe(true);
    await till.kill();
  }

  async #second(till: Child): Promise<void> {
    const where = `seed ${this.#seed}: the second till on one ledger`;
    if (!(await within(TRADE_MS, till.steps(1)))) return;
    const second = this.#shop.start('settle', { seed: this.#seed });
    const isOver = await within(SAY_MS, second.ended);
    if (!isOver) await second.kill();
    expect(isOver, `${where} did not end in ${SAY_MS} ms`).toBe(true);
    const code = await second.ended;
    expect(till.isRunning, `${where}: the first ended by itself: ${till.trouble}`).toBe(true);
    expect(code, where).not.toBe(0);
    expect(second.trouble).toContain('another agent holds this ledger');
    this.seconds += 1;
  }

  /** As after a restore that lost nothing: everything is asked again. */
  async #newHistory(): Promise<void> {
    await this.#shop.issuer.restored();
    this.epochs += 1;
  }

  /**
   * All is well: the till ends what it began, and its manager what he began. Gives how often he took it on again. What a
   * copy got booked between the import of the lists and the claim only the comparison of its day names: he closes that day.
   */
  async settle(): Promise<number> {
    this.#shop.issuer.faults?.clear();
    const date = this.#closes ?? (this.copy === null ? null : this.#shop.oldestOpenDay());
    const closes = date === null ? {} : { closes: date };
    const till = this.#shop.start('settle', { seed: this.#seed, patienceMs: SETTLE_MS, ...closes });
    const timer = setTimeout(() => void till.kill(), SETTLE_MS + SAY_MS);
    const code = await till.ended;
    clearTimeout(timer);
    const open = code === 0 ? [] : this.#shop.ledger((ledger) => ledger.attention().map(told));
    const where = `seed ${this.#seed}: the till ends what it began; left ${open.join('; ')}; said ${till.trouble}`;
    expect({ code, trouble: till.trouble }, where).toEqual({ code: 0, trouble: '' });
    return till.said('claimed');
  }

  /**
   * Nothing can be lost before the other side has heard of something: a line that lets nothing through gets better. False:
   * it did not happen in `wellMs` of a good line either.
   */
  async until(till: Child, isHeard: () => Promise<boolean>, wellMs = TRADE_MS): Promise<boolean> {
    for (const ms of [TRADE_MS, wellMs]) {
      const endMs = performance.now() + ms;
      while (till.isRunning && performance.now() < endMs) {
        if (await isHeard()) return true;
        await after(ISSUER_LOOK_MS);
      }
      this.#shop.issuer.faults?.clear();
    }
    return false;
  }

  /** An older image of the disk is put back; what was neither at its end nor may be undone by the store has no case. */
  async putLedgerBack(back: 'ledger' | 'disk'): Promise<void> {
    if (await this.#shop.knowsMoreThanKept()) this.distrust = 'the issuer knew more of the journal';
    const mayTurn = idsOf(this.#shop.keptIntents.filter(mayChange));
    this.#excused = () => mayTurn;
    this.#shop.putLedgerBack(back === 'disk');
  }

  /**
   * The issuer is put back, and forgets: only what it lost, what was open meanwhile, or what it books on a day whose seal it
   * lost may be a case. No faults then.
   */
  async putIssuerBack(): Promise<void> {
    const fromMs = Date.now();
    this.lost = await this.#shop.putIssuerBack();
    this.#forgotMs = Date.now();
    const meanwhile = between(fromMs, this.#forgotMs);
    this.#excused = () =>
      joined(
        this.lost,
        this.#shop.ledger((ledger) => heldWithin(ledger, meanwhile, isOpen)),
      );
  }

  /** Nothing runs now. What both disks begin with either may end; else only what is open while the till is fenced. */
  copyDisk(): void {
    this.#shop.keepLedger();
    this.#shop.copyDisk();
    const shared = idsOf(this.#shop.keptIntents.filter(isOpen));
    this.#excused = () =>
      joined(
        shared,
        this.#shop.ledger((ledger) => heldWithin(ledger, FENCED, mayChange)),
      );
  }

  /** The copy takes payments in its machine, and is killed; `beside`: the till that runs meanwhile. */
  async runCopy(beside: Child | null): Promise<void> {
    const isUnmanaged = this.copy === 'unmanaged';
    const isTwin = this.copy === 'twin';
    // Another machine's hello is forgotten at the next one in order: that of the till's own start must not come after it.
    if (beside !== null) await this.until(beside, async () => beside.said('approved') > 0, SAY_MS);
    const copy = this.#shop.start('trade', { seed: this.#seed, isCopy: true, isTwin, isUnmanaged });
    const isTakenOn = async (): Promise<boolean> =>
      (beside === null || beside.said('claimed') > 0) && (isUnmanaged || copy.said('approved') > 0);
    const isDone = await this.until(copy, isTakenOn, SAY_MS);
    const where = `${this.copy} ${beside?.trouble} ${copy.trouble}`;
    expect(isDone, `seed ${this.#seed}: each is taken on where a manager is: ${where}`).toBe(true);
    // One that nobody takes on makes no more commits.
    if (!isUnmanaged) await this.some(copy);
    await this.#die(copy);
  }

  /** What the till meets when it goes on alone. */
  async leaveCopy(): Promise<void> {
    if (await this.#shop.isReplaced()) this.distrust = 'the issuer believed the copy';
  }

  /** What a round may hold against what was put back or copied. */
  mustExplain(books: Books, claims: number, where: string): void {
    if (this.distrust !== null)
      expect(claims, `${where}: ${this.distrust}; taken on again`).toBeGreaterThan(0);
    const excused = this.#excused();
    const forgotten = sealsForgotten(this.#shop, books, this.#forgotMs);
    const cases = books.intents.filter(isCase).filter(({ sequenceId }) => !excused.has(sequenceId));
    expect(cases.filter((intent) => !isBookedOn(forgotten, intent)).map(told), where).toEqual([]);
  }

  #below(count: number): number {
    return Math.floor(this.#dice() * count);
  }
}

/** A case alone is no excuse: what had ended, and was shown to be one then, is nothing that was lost. */
function isOpen(intent: Intent): boolean {
  return !ended(intent);
}

/** Open, or to be undone by the store. */
function mayChange(intent: Intent): boolean {
  return isOpen(intent) || (intent.type === 'CHARGE' && intent.host === 'approved');
}

function joined(some: ReadonlySet<string>, more: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...some, ...more]);
}

function idsOf(intents: readonly Intent[]): ReadonlySet<string> {
  return new Set(intents.map(({ sequenceId }) => sequenceId));
}

/** Resolves with so many entries of business days, or with the end of the till. */
async function dayEntries(till: Child, count: number): Promise<void> {
  while (till.isRunning && till.said('day') < count) await after(LOOK_MS);
}

/** Runs one round and compares both sides; throws with what differs. */
export async function round(shop: Shop, seed: number): Promise<RoundReport> {
  const now = new Round(shop, seed);
  const { back, copy } = now;
  now.setFaults();
  await now.trade();
  if (back === null && now.happens(0.3)) await now.trade();
  if (back !== null) await putBack(shop, now, back);
  else if (copy !== null) await useCopy(now, copy);
  else await now.close();
  const claims = await now.settle();
  const books = await booksOf(shop);
  const where = whereOf(seed, now);
  const cases = books.intents.filter(isCase);
  if (back === null && copy === null) mustAgree(books, now.closedDate, where);
  else mustKeepPromise(books, where);
  const copyBooked = copy === null ? 0 : mustAccountForCopy(shop, books, copy, where);
  now.mustExplain(books, claims, where);
  const { kills, seconds, closes, closesKilled, epochs } = now;
  return {
    kills,
    seconds,
    closes,
    closesKilled,
    seals: books.days.some(({ date, sealed }) => date === now.closedDate && sealed !== null) ? 1 : 0,
    epochs,
    back,
    copy,
    copyBooked,
    lost: now.lost.size,
    claims,
    cases: cases.length,
    ends: endsOf(books),
  };
}

function whereOf(seed: number, { back, copy }: Round): string {
  const what = back !== null ? `, ${back} put back` : copy !== null ? `, a copy of the disk ${copy}` : '';
  return `seed ${seed}${what}`;
}

/** A copy of the disk runs in another machine; then the till goes on, and a manager may close its day. */
async function useCopy(now: Round, copy: Copy): Promise<void> {
  now.copyDisk();
  if (copy === 'instead') await now.runCopy(null);
  else await now.trade((till) => now.runCopy(till));
  await now.close();
  await now.leaveCopy();
}

/** What is sold, and perhaps closed, after the copy was made is lost on the side that is put back. */
async function putBack(shop: Shop, now: Round, back: Back): Promise<void> {
  switch (back) {
    case 'ledger':
    case 'disk':
      shop.keepLedger();
      await now.trade(async (till) => {
        await now.until(till, () => shop.knowsMoreThanKept());
      });
      await now.close();
      await now.putLedgerBack(back);
      return;
    case 'issuer':
      await shop.keepIssuer();
      now.setFaults();
      await now.trade(async (till) => {
        await now.until(till, () => shop.hasIssuerGrown());
      });
      await now.close();
      await now.putIssuerBack();
      return;
    case 'issuerMeanwhile':
      await shop.keepIssuer();
      now.setFaults();
      await now.close();
      await now.trade(async (till) => {
        await now.until(till, () => shop.hasIssuerGrown());
        await now.putIssuerBack();
        now.setFaults();
        await now.some(till);
      });
      return;
  }
}

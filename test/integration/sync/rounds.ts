/**
 * One round: a till sells over a bad line to an issuer with faults, is killed wherever it is, sometimes again while it
 * recovers, and meets a second till on its ledger; in some its manager closes the day meanwhile, the issuer names a new
 * history, or one of the two is put back to an earlier point. Then all is well, the till ends what it began, and both sides
 * are compared to the won. What is drawn follows from the seed; what it meets is decided by real processes and sockets.
 */
import { expect } from 'vitest';
import type { Intent } from '../../../src/intent/model.ts';
import { ended, isCase } from '../../../src/intent/state.ts';
import { FAULT_CALLS, FAULT_KINDS, type FaultCall, type FaultKind } from '../../../src/issuer/phone/api.ts';
import type { Child, Shop } from './children.ts';
import { diceOf } from './dice.ts';
import { type Books, booksOf, mustAgree, mustKeepPromise } from './rounds-books.ts';
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

/** Which of the two is put back to an earlier point. */
export const BACKS = ['ledger', 'disk', 'issuer', 'issuerMeanwhile'] as const;
export type Back = (typeof BACKS)[number];

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
  /** Payments that are a case afterwards, after something was put back. */
  readonly cases: number;
  /** How the shop's payments stand after it, all rounds of the shop together, such as `CHARGE approved`. */
  readonly ends: Readonly<Record<string, number>>;
}

/** What follows from the seed before anything else is drawn. */
interface Kind {
  readonly isClosing: boolean;
  /** Such a round has a shop of its own: afterwards the two may differ for ever, by name. */
  readonly back: Back | null;
}

function drawKind(dice: () => number): Kind {
  const isClosing = dice() < 0.3;
  const isBack = dice() < 0.25;
  const back = BACKS[Math.floor(dice() * BACKS.length)] ?? null;
  return { isClosing, back: isBack ? back : null };
}

/** Which of the two the round puts back; null: neither. */
export function backOf(seed: number): Back | null {
  return drawKind(diceOf(seed)).back;
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
  kills = 0;
  seconds = 0;
  closesKilled = 0;
  epochs = 0;
  lost: ReadonlySet<string> = new Set();
  /** The issuer knew more of the journal than the image of the disk that was put back holds. */
  isBehind = false;
  /** Payments that may be a case after something was put back; null: not known. */
  excused: ReadonlySet<string> | null = null;

  constructor(shop: Shop, seed: number) {
    this.#shop = shop;
    this.#seed = seed;
    this.#dice = diceOf(seed);
    const { isClosing, back } = drawKind(this.#dice);
    this.back = back;
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

  /** All is well: the till ends what it began, and its manager what he began. Gives how often he took it on again. */
  async settle(): Promise<number> {
    this.#shop.issuer.faults?.clear();
    const closes = this.#closes === null ? {} : { closes: this.#closes };
    const till = this.#shop.start('settle', { seed: this.#seed, patienceMs: SETTLE_MS, ...closes });
    const timer = setTimeout(() => void till.kill(), SETTLE_MS + SAY_MS);
    const code = await till.ended;
    clearTimeout(timer);
    const open = code === 0 ? [] : this.#shop.ledger((ledger) => ledger.attention().map(told));
    const where = `seed ${this.#seed}: the till ends what it began; left ${open.join('; ')}; said ${till.trouble}`;
    expect({ code, trouble: till.trouble }, where).toEqual({ code: 0, trouble: '' });
    return till.said('claimed');
  }

  /** Nothing can be lost before the other side has heard of something: a line that lets nothing through gets better. */
  async until(till: Child, isHeard: () => Promise<boolean>): Promise<void> {
    for (const isBad of [true, false]) {
      if (!isBad) this.#shop.issuer.faults?.clear();
      const endMs = performance.now() + TRADE_MS;
      while (till.isRunning && performance.now() < endMs) {
        if (await isHeard()) return;
        await after(ISSUER_LOOK_MS);
      }
    }
  }

  /** An older image of the disk is put back; what was neither at its end nor may be undone by the store has no case. */
  async putLedgerBack(back: 'ledger' | 'disk'): Promise<void> {
    this.isBehind = await this.#shop.knowsMoreThanKept();
    const mayTurn = this.#shop.keptIntents.filter((intent) => isUnsettled(intent) || isVoidable(intent));
    this.excused = new Set(mayTurn.map(({ sequenceId }) => sequenceId));
    this.#shop.putLedgerBack(back === 'disk');
  }

  /** The issuer is put back, and forgets, while no till runs: only what it lost, or what was open, may be a case. */
  async putIssuerBack(): Promise<void> {
    const open = this.#shop.intents().filter(isUnsettled);
    await this.putIssuerBackMeanwhile();
    this.excused = new Set([...this.lost, ...open.map(({ sequenceId }) => sequenceId)]);
  }

  /** The same under a till that sells: what was open then nobody knows. The issuer has no faults afterwards. */
  async putIssuerBackMeanwhile(): Promise<void> {
    this.lost = await this.#shop.putIssuerBack();
  }

  /** What a round may hold against what was put back. */
  mustExplain(cases: readonly Intent[], claims: number, where: string): void {
    if (this.isBehind) expect(claims, `${where}: the issuer knew more; taken on again`).toBeGreaterThan(0);
    const { excused } = this;
    if (excused === null) return;
    expect(cases.filter(({ sequenceId }) => !excused.has(sequenceId)).map(told), where).toEqual([]);
  }

  #below(count: number): number {
    return Math.floor(this.#dice() * count);
  }
}

function isUnsettled(intent: Intent): boolean {
  return !ended(intent) || isCase(intent);
}

function isVoidable({ type, host }: Intent): boolean {
  return type === 'CHARGE' && host === 'approved';
}

/** Resolves with so many entries of business days, or with the end of the till. */
async function dayEntries(till: Child, count: number): Promise<void> {
  while (till.isRunning && till.said('day') < count) await after(LOOK_MS);
}

/** Runs one round and compares both sides; throws with what differs. */
export async function round(shop: Shop, seed: number): Promise<RoundReport> {
  const now = new Round(shop, seed);
  const { back } = now;
  now.setFaults();
  await now.trade();
  if (back === null && now.happens(0.3)) await now.trade();
  if (back !== null) await putBack(shop, now, back);
  else await now.close();
  const claims = await now.settle();
  const books = await booksOf(shop);
  const where = `seed ${seed}${back === null ? '' : `, ${back} put back`}`;
  const cases = books.intents.filter(isCase);
  if (back === null) mustAgree(books, now.closedDate, where);
  else mustKeepPromise(books, where);
  now.mustExplain(cases, claims, where);
  const { kills, seconds, closes, closesKilled, epochs } = now;
  return {
    kills,
    seconds,
    closes,
    closesKilled,
    seals: books.days.some(({ date, sealed }) => date === now.closedDate && sealed !== null) ? 1 : 0,
    epochs,
    back,
    lost: now.lost.size,
    claims,
    cases: cases.length,
    ends: endsOf(books),
  };
}

/** What is sold, and perhaps closed, after the copy was made is lost on the side that is put back. */
async function putBack(shop: Shop, now: Round, back: Back): Promise<void> {
  switch (back) {
    case 'ledger':
    case 'disk':
      shop.keepLedger();
      await now.trade((till) => now.until(till, () => shop.knowsMoreThanKept()));
      await now.close();
      await now.putLedgerBack(back);
      return;
    case 'issuer':
      await shop.keepIssuer();
      now.setFaults();
      await now.trade((till) => now.until(till, () => shop.hasIssuerGrown()));
      await now.close();
      await now.putIssuerBack();
      return;
    case 'issuerMeanwhile':
      await shop.keepIssuer();
      now.setFaults();
      await now.close();
      await now.trade(async (till) => {
        await now.until(till, () => shop.hasIssuerGrown());
        await now.putIssuerBackMeanwhile();
        now.setFaults();
        await now.some(till);
      });
      return;
  }
}

function endsOf({ intents }: Books): Record<string, number> {
  const ends: Record<string, number> = {};
  const endOf = ({ type, host, deferred }: Intent): string => `${type} ${deferred ? 'later ' : ''}${host}`;
  for (const intent of intents) ends[endOf(intent)] = (ends[endOf(intent)] ?? 0) + 1;
  return ends;
}

import type { IssuerPolicy } from '../options.ts';
import type { CardRow } from './cards.ts';
import type { Domain, Outcome, TerminalStamp } from './context.ts';
import { businessDateOf } from './days.ts';
import type { ItemRow } from './items.ts';
import { Refusal } from './refusal.ts';
import { type Admission, type Fence, firstOpen } from './terminals.ts';
import { judgeToken, type TokenRow, type TokenVerdict } from './tokens.ts';

/** More attempts to void one item than anybody makes; no answer names more. */
export const VOIDS_MAX = 50;

/**
 * One of the four calls about an item (approve, inquiry, netcancel, cancel): what must be held for it, and what it then
 * does. `decide` is a function of the rows that are held, and writes by changing them; it throws `Refusal` before it has
 * changed anything.
 */
export interface ItemCall {
  readonly domain: Domain;
  readonly stamp: TerminalStamp;
  readonly sequenceId: string;
  /** What a barcode in the request names: a card, and the keyed hash of its token. */
  readonly presents: { readonly cardId: string; readonly tokenHash: string } | null;
  readonly cancelId: string | null;
  /** An advice: the moment for which token and lock are judged. Null: now. */
  readonly scannedMs: number | null;
  /** Needs the attempts to void the item. */
  readonly listsVoids: boolean;
  /** May take one of the issuer's numbers. */
  readonly takesNumber: boolean;
  decide(held: Held, nowMs: number): Outcome;
}

export interface HeldTerminal {
  readonly terminal_id: string;
  readonly epoch: number;
  readonly fence: Fence | null;
  readonly charge_enabled: boolean;
  readonly refund_enabled: boolean;
}

export interface VoidRow {
  readonly cancel_id: string;
  readonly sequence_id: string;
  readonly content_hash: string;
  readonly done: boolean;
  readonly code: string | null;
  readonly cancel_nr_number: string | null;
  readonly canceled_ms: number | null;
  readonly business_date: string;
  readonly manager_id: string | null;
}

export interface Transfer {
  readonly reference: string;
  readonly kind: 'APPROVE' | 'REVERSE' | 'VOID';
  readonly leg: number;
  readonly debit: string;
  readonly credit: string;
  readonly amount: number;
  readonly business_date: string;
  readonly booked_ms: number;
}

export interface UsageRow {
  readonly card_id: string;
  readonly period: string;
  readonly type: string;
  readonly amount: number;
  readonly count: number;
}

export interface LockRow {
  readonly card_id: string;
  readonly from_ms: number;
  readonly until_ms: number;
}

export interface Notice {
  readonly card_id: string;
  readonly sequence_id: string;
  readonly kind: 'REVERSED' | 'VOIDED';
  readonly at_ms: number;
}

export interface Head {
  readonly terminal_id: string;
  readonly epoch: number;
  readonly journal_index: number;
  readonly journal_head: string;
}

/** The rows of one batch as the database had them; all that is decided upon is locked until the end of its transaction. */
export interface Loaded {
  readonly terminals: readonly HeldTerminal[];
  readonly heads: readonly Head[];
  /** Business dates that take no bookings any more. */
  readonly sealed: readonly { readonly terminal_id: string; readonly business_date: string }[];
  readonly items: readonly ItemRow[];
  readonly cards: readonly CardRow[];
  /** The tokens that may be the one which a call presents, newest first. */
  readonly tokens: ReadonlyMap<ItemCall, readonly TokenRow[]>;
  readonly usage: readonly UsageRow[];
  readonly locks: readonly LockRow[];
  readonly voids: readonly VoidRow[];
  readonly numbers: readonly number[];
}

const usageKey = (cardId: string, type: string, period: string): string => `${cardId}|${type}|${period}`;
const headKey = (head: Pick<Head, 'terminal_id' | 'epoch' | 'journal_index'>): string =>
  `${head.terminal_id}|${head.epoch}|${head.journal_index}`;

/** What a batch writes at its end. Items are written whole: `before` null is a new one. */
export interface Changes {
  readonly items: ReadonlyMap<string, { readonly before: ItemRow | null; readonly after: ItemRow }>;
  readonly heads: readonly Head[];
  readonly bound: ReadonlyMap<string, string>;
  readonly transfers: readonly Transfer[];
  readonly usage: ReadonlyMap<string, UsageRow>;
  /** Cards whose guesses or lock changed; their balance is moved by the transfers alone. */
  readonly guesses: ReadonlyMap<string, CardRow>;
  readonly locks: readonly LockRow[];
  readonly voids: readonly VoidRow[];
  readonly notices: readonly Notice[];
}

/**
 * The rows that a batch of calls holds, as they are after the calls that were decided so far: each call sees what the one
 * before it did, so a batch is a one-at-a-time order of its calls (rule 7). Nothing here waits for anything.
 */
export class Held {
  readonly #loaded: Loaded;
  readonly #terminals: ReadonlyMap<string, HeldTerminal>;
  readonly #knownItems: ReadonlyMap<string, ItemRow>;
  readonly #knownHeads: Map<string, string>;
  readonly #cards: Map<string, CardRow>;
  readonly #usage: Map<string, UsageRow>;
  readonly #voids: VoidRow[];
  readonly #numbers: number[];
  readonly #changedItems = new Map<string, { before: ItemRow | null; after: ItemRow }>();
  readonly #heads: Head[] = [];
  readonly #bound = new Map<string, string>();
  readonly #transfers: Transfer[] = [];
  readonly #changedUsage = new Map<string, UsageRow>();
  readonly #guesses = new Map<string, CardRow>();
  readonly #locks: LockRow[] = [];
  readonly #newVoids: VoidRow[] = [];
  readonly #notices: Notice[] = [];

  constructor(loaded: Loaded) {
    this.#loaded = loaded;
    this.#terminals = new Map(loaded.terminals.map((row) => [row.terminal_id, row]));
    this.#knownItems = new Map(loaded.items.map((row) => [row.sequence_id, row]));
    this.#knownHeads = new Map(loaded.heads.map((row) => [headKey(row), row.journal_head]));
    this.#cards = new Map(loaded.cards.map((row) => [row.card_id, row]));
    this.#usage = new Map(loaded.usage.map((row) => [usageKey(row.card_id, row.type, row.period), row]));
    this.#voids = [...loaded.voids];
    this.#numbers = [...loaded.numbers];
  }

  get changes(): Changes {
    return {
      items: this.#changedItems,
      heads: this.#heads,
      bound: this.#bound,
      transfers: this.#transfers,
      usage: this.#changedUsage,
      guesses: this.#guesses,
      locks: this.#locks,
      voids: this.#newVoids,
      notices: this.#notices,
    };
  }

  /** Judges the fence. A lower index says nothing here, because calls overtake each other. */
  admit(stamp: TerminalStamp): Admission {
    const terminal = this.#terminals.get(stamp.terminalId);
    if (terminal === undefined) throw new Refusal('000_002', 'terminalId');
    return {
      chargeEnabled: terminal.charge_enabled,
      refundEnabled: terminal.refund_enabled,
      fence: this.#fenceOf(stamp, terminal),
    };
  }

  /** As `admit`, for calls with effects: a fenced terminal is refused before any. */
  admitUnfenced(stamp: TerminalStamp): Admission {
    const admission = this.admit(stamp);
    if (admission.fence !== null) throw new Refusal('000_910');
    return admission;
  }

  #fenceOf(stamp: TerminalStamp, terminal: HeldTerminal): Fence | null {
    if (terminal.fence !== null) return terminal.fence;
    if (terminal.epoch !== stamp.epoch) return 'EPOCH';
    const known = this.#knownHeads.get(headKey(headOf(stamp)));
    return known === undefined || known === stamp.journalHead ? null : 'HEAD';
  }

  /** Remembers where the terminal's journal is, once its call has been answered. */
  rememberHead(stamp: TerminalStamp): void {
    const head = headOf(stamp);
    if (this.admit(stamp).fence !== null || this.#knownHeads.has(headKey(head))) return;
    this.#knownHeads.set(headKey(head), head.journal_head);
    this.#heads.push(head);
  }

  /** The date on which a booking of that moment stands. Refuses when everything up to a week ahead is sealed. */
  openDate(terminalId: string, nowMs: number, cutOverHour: number): string {
    const sealed = this.#loaded.sealed
      .filter((day) => day.terminal_id === terminalId)
      .map((day) => day.business_date);
    return firstOpen(businessDateOf(nowMs, cutOverHour), sealed);
  }

  item(sequenceId: string): ItemRow | null {
    return this.#changedItems.get(sequenceId)?.after ?? this.#knownItems.get(sequenceId) ?? null;
  }

  putItem(item: ItemRow): void {
    const before = this.#knownItems.get(item.sequence_id) ?? null;
    this.#changedItems.set(item.sequence_id, { before, after: item });
  }

  card(cardId: string): CardRow | null {
    return this.#cards.get(cardId) ?? null;
  }

  /** The card that the call's barcode names; null when nobody has it. */
  presentedCard(call: ItemCall): CardRow | null {
    return call.presents === null ? null : this.card(call.presents.cardId);
  }

  /** What the token of the call's barcode turns out to be, for the item or void `holder`. */
  judgePresented(call: ItemCall, nowMs: number, holder: string): TokenVerdict {
    const rows = (this.#loaded.tokens.get(call) ?? []).map((row) => ({
      ...row,
      sequence_id: this.#bound.get(row.token_ref) ?? row.sequence_id,
    }));
    return judgeToken(call.presents?.tokenHash ?? '', rows, call.scannedMs ?? nowMs, holder, skewOf(call));
  }

  /** Binds a token to what presents it first, for ever. */
  bindToken(tokenRef: string, holder: string): void {
    if (!this.#bound.has(tokenRef)) this.#bound.set(tokenRef, holder);
  }

  /** Were the card's tokens locked at that moment? For an advice, which is judged at the time of its scan. */
  lockedAt(cardId: string, atMs: number): boolean {
    return [...this.#loaded.locks, ...this.#locks].some(
      (lock) => lock.card_id === cardId && lock.from_ms <= atMs && lock.until_ms > atMs,
    );
  }

  /** Counts a wrong guess; the last one that is allowed locks the card's tokens. */
  guessedWrong(card: CardRow, policy: IssuerPolicy, nowMs: number): void {
    const guesses = card.wrong_guesses + 1;
    if (guesses < policy.wrongGuessesMax) {
      this.#changeCard(card.card_id, { wrong_guesses: guesses });
      return;
    }
    const lock = { card_id: card.card_id, from_ms: nowMs, until_ms: nowMs + policy.lockMs };
    this.#changeCard(card.card_id, { wrong_guesses: 0, locked_until_ms: lock.until_ms });
    this.#locks.push(lock);
  }

  guessedRight(card: CardRow): void {
    if (card.wrong_guesses > 0) this.#changeCard(card.card_id, { wrong_guesses: 0 });
  }

  #changeCard(cardId: string, change: Partial<CardRow>): CardRow {
    const card = this.#cards.get(cardId);
    if (card === undefined) throw new Error('a card that is not held');
    const changed = { ...card, ...change };
    this.#cards.set(cardId, changed);
    if (change.balance === undefined) this.#guesses.set(cardId, changed);
    return changed;
  }

  usage(cardId: string, type: string, period: string): UsageRow {
    const known = this.#usage.get(usageKey(cardId, type, period));
    return known ?? { card_id: cardId, period, type, amount: 0, count: 0 };
  }

  /** Adds to the sums of the card's periods; takes away with negative numbers. */
  use(
    what: { readonly cardId: string; readonly type: string; readonly amount: number; readonly count: 1 | -1 },
    periods: readonly string[],
  ): void {
    for (const period of periods) {
      const before = this.usage(what.cardId, what.type, period);
      const after = { ...before, amount: before.amount + what.amount, count: before.count + what.count };
      const key = usageKey(what.cardId, what.type, period);
      this.#usage.set(key, after);
      this.#changedUsage.set(key, after);
    }
  }

  /** Books; the held cards' balances follow as the database's own will. */
  transfer(transfer: Transfer): void {
    this.#transfers.push(transfer);
    for (const [account, sign] of [
      [transfer.debit, -1],
      [transfer.credit, 1],
    ] as const) {
      if (!account.startsWith('card:')) continue;
      const cardId = account.slice('card:'.length);
      const { balance } = this.#cards.get(cardId) ?? { balance: Number.NaN };
      this.#changeCard(cardId, { balance: balance + sign * transfer.amount });
    }
  }

  voidOf(cancelId: string): VoidRow | null {
    return this.#voids.find((row) => row.cancel_id === cancelId) ?? null;
  }

  /** The first attempts by their ids, as many as an answer names; those of this batch are among them. */
  voidsOf(sequenceId: string): VoidRow[] {
    return this.#voids
      .filter((row) => row.sequence_id === sequenceId)
      .sort((a, b) => (a.cancel_id < b.cancel_id ? -1 : 1))
      .slice(0, VOIDS_MAX);
  }

  putVoid(row: VoidRow): void {
    this.#voids.push(row);
    this.#newVoids.push(row);
  }

  notify(notice: Notice): void {
    this.#notices.push(notice);
  }

  /** The issuer's next number, used once. */
  takeNumber(): number {
    const number = this.#numbers.pop();
    if (number === undefined) throw new Error('no number was drawn for this call');
    return number;
  }
}

/**
 * How far clocks may differ when a token is judged: an advice by the till's clock; an attended payment now, which processes
 * on one database may read a little differently.
 */
export function skewOf({ domain: { policy }, scannedMs }: ItemCall): number {
  return scannedMs === null ? policy.toleranceMs : policy.scanSkewMs;
}

function headOf(stamp: TerminalStamp): Head {
  return {
    terminal_id: stamp.terminalId,
    epoch: stamp.epoch,
    journal_index: stamp.journalIndex,
    journal_head: stamp.journalHead,
  };
}

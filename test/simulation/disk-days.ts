/** The business days of the simulator's disk, read out of its journal: what the real ledger keeps in tables of its own. */
import { ACCOUNTS, type Account, type Actor, type Intent, type Posting } from '../../src/intent/model.ts';
import {
  approvedPosition,
  FIRST_DATE,
  type KnownDays,
  lastDate,
  lateBooking,
  movedBy,
  namedOf,
  SAID,
} from '../../src/ledger/days.ts';
import { businessDateOf } from '../../src/ledger/intents.ts';
import type {
  BusinessDay,
  DayEntry,
  DayPosition,
  JournalEntry,
  Ledger,
  NumberedIntent,
  Voucher,
} from '../../src/ledger/types.ts';
import type { Entry } from './disk.ts';

/** What a till that closes business days needs of its ledger besides the core. */
export type DayLedger = Pick<
  Ledger,
  | 'recordDay'
  | 'days'
  | 'day'
  | 'dayEntries'
  | 'dayPosition'
  | 'numbered'
  | 'pageOfDay'
  | 'balances'
  | 'timeline'
  | 'entries'
  | 'sign'
>;

const DAYS_MAX = 400;
const PAGE = 1_000;

/** What a day's line of the journal holds. */
export type DayLine = DayEntry & { readonly actor: Actor };

interface Held {
  readonly entry: Entry;
  readonly line: DayLine;
  readonly journal: JournalEntry;
}

/** What stands in a journal never changes, so its text is made once, however many runs read it. */
const JOURNALS = new WeakMap<Entry, JournalEntry>();

function journalOf(journalled: Entry, line: DayLine): JournalEntry {
  const made = JOURNALS.get(journalled);
  if (made !== undefined) return made;
  const { index, hash, atMs } = journalled;
  const { actor, businessDate, detail, posting } = line;
  const body = JSON.stringify({ actor, businessDate, detail, posting });
  const entry = { index, atMs, kind: line.kind, sequenceId: null, body, previousHash: '', hash };
  JOURNALS.set(journalled, entry);
  return entry;
}

/** A line of the journal as the real ledger gives it. */
export function journalEntryOf(entry: Entry): JournalEntry {
  const { index, hash, kind, atMs, record, detail, day } = entry;
  if (day !== null) return journalOf(entry, day);
  const body = JSON.stringify(record ?? detail);
  return { index, atMs, kind, sequenceId: record?.sequenceId ?? null, body, previousHash: '', hash };
}

export class DiskDays {
  readonly #lines = new Map<string, Held[]>();
  readonly #intents: ReadonlyMap<string, Intent>;

  constructor(entries: readonly Entry[], intents: ReadonlyMap<string, Intent>) {
    this.#intents = intents;
    for (const entry of entries) this.add(entry);
  }

  add(entry: Entry): void {
    if (entry.day === null) return;
    const { businessDate } = entry.day;
    const lines = this.#lines.get(businessDate) ?? [];
    lines.push({ entry, line: entry.day, journal: journalOf(entry, entry.day) });
    this.#lines.set(businessDate, lines);
  }

  /** What the days booked themselves. */
  postings(): Record<Account, number> {
    const sums = Object.fromEntries(ACCOUNTS.map((account) => [account, 0])) as Record<Account, number>;
    for (const lines of this.#lines.values()) {
      for (const { line } of lines) if (line.posting !== undefined) addTo(sums, line.posting);
    }
    return sums;
  }

  days(limit: number): readonly BusinessDay[] {
    const dates = new Set(this.#lines.keys());
    const last = lastDate(this.#newestSaid());
    for (const intent of this.#intents.values()) {
      const date = businessDateOf(intent, 0);
      if (date >= FIRST_DATE && date <= last) dates.add(date);
    }
    return [...dates]
      .sort()
      .reverse()
      .slice(0, limit)
      .map((date) => this.#day(date));
  }

  #newestSaid(): string | null {
    const answered = [...this.#intents.values()].flatMap(({ host, businessDate }) =>
      SAID.includes(host) ? (businessDate ?? []) : [],
    );
    return answered.sort().at(-1) ?? null;
  }

  known(): KnownDays {
    return {
      sealed: new Set([...this.#lines.keys()].filter((date) => this.isSealed(date))),
      newestSaid: () => this.#newestSaid(),
      newest: () => this.days(1)[0]?.businessDate ?? null,
    };
  }

  day(date: string): BusinessDay | null {
    return this.#lines.has(date) ? this.#day(date) : null;
  }

  #day(businessDate: string): BusinessDay {
    const lines = this.#lines.get(businessDate) ?? [];
    return {
      businessDate,
      entries: lines.length,
      lastIndex: lines.at(-1)?.entry.index ?? 0,
      sealedIndex: lines.find(({ line }) => line.kind === 'daySealed')?.entry.index ?? null,
    };
  }

  entriesOf(date: string): readonly JournalEntry[] {
    return (this.#lines.get(date) ?? []).map(({ journal }) => journal);
  }

  isSealed(date: string): boolean {
    return this.#lines.get(date)?.some(({ line }) => line.kind === 'daySealed') === true;
  }

  /** Ids that keep a sealed day open by name. */
  named(date: string): ReadonlyMap<string, DayPosition> {
    return namedOf(this.entriesOf(date));
  }

  position(date: string): DayPosition {
    let issuerPayable = 0;
    let cashDrawer = 0;
    for (const { line } of this.#lines.get(date) ?? []) {
      const moved = movedBy(line.kind, line);
      issuerPayable += moved.issuerPayable;
      cashDrawer += moved.cashDrawer;
    }
    for (const intent of this.#intents.values()) {
      const held = approvedPosition(intent, date);
      issuerPayable += held.issuerPayable;
      cashDrawer += held.cashDrawer;
    }
    return { issuerPayable, cashDrawer };
  }

  numbered(sequenceId: string): NumberedIntent | null {
    let number = 0;
    for (const intent of this.#intents.values()) {
      number += 1;
      if (intent.sequenceId === sequenceId) return { number, intent };
    }
    return null;
  }

  page(date: string, after: number, limit: number): readonly NumberedIntent[] {
    const found: NumberedIntent[] = [];
    let number = 0;
    for (const intent of this.#intents.values()) {
      number += 1;
      if (number <= after || businessDateOf(intent, 0) !== date) continue;
      if (found.length < limit) found.push({ number, intent });
    }
    return found;
  }

  /** The lines that a booking on a sealed day, or one taken off it, brings with it, in the same commit. */
  lateLines(before: Intent, after: Intent): readonly DayLine[] {
    return [...new Set([after.businessDate, before.businessDate])].flatMap((businessDate): DayLine[] => {
      if (businessDate === null || !this.isSealed(businessDate)) return [];
      const detail = lateBooking(before, after, businessDate);
      if (detail === null || this.named(businessDate).has(after.sequenceId)) return [];
      return [{ kind: 'dayLateBooking', businessDate, detail: { ...detail }, actor: { role: 'terminal' } }];
    });
  }
}

/** What the days themselves booked on each account. */
export function postingsOf(ledger: Pick<DayLedger, 'days' | 'dayEntries'>): Record<Account, number> {
  const sums = Object.fromEntries(ACCOUNTS.map((account) => [account, 0])) as Record<Account, number>;
  for (const { businessDate } of ledger.days(DAYS_MAX)) {
    for (const { body } of ledger.dayEntries(businessDate)) {
      const { posting } = JSON.parse(body) as { readonly posting?: Posting };
      addTo(sums, posting ?? {});
    }
  }
  return sums;
}

/** Every voucher in the journal, oldest first. */
export function vouchersOf(ledger: Pick<DayLedger, 'entries'>): readonly Voucher[] {
  const found: Voucher[] = [];
  let page = ledger.entries(1, PAGE);
  for (let index = 1; page.length > 0; index += PAGE, page = ledger.entries(index, PAGE)) {
    for (const { kind, body } of page)
      if (kind === 'voucher') found.push((JSON.parse(body) as { readonly voucher: Voucher }).voucher);
  }
  return found;
}

export function addTo(sums: Record<Account, number>, posting: Posting): void {
  for (const account of ACCOUNTS) sums[account] += posting[account] ?? 0;
}

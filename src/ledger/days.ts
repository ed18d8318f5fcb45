/**
 * Business days as the journal tells them: what people and the issuer said of a day, chained per day like the entries of
 * an intent. The table only holds where each chain ends and what its postings sum up to; both are rebuilt by `verify`.
 */
import type { Actor, Host, Intent, Now, Posting } from '../intent/model.ts';
import { assertBalanced, positionOf } from '../intent/positions.ts';
import { canonicalJson } from './canonical.ts';
import { detailWithoutCardData, withoutCardData } from './card-data.ts';
import type { Connection } from './connection.ts';
import { assertThat } from './fault.ts';
import { INTENT_COLUMNS, type IntentRow, IS_OPEN, toIntent } from './intents.ts';
import { type JournalRow, prepareJournal } from './journal.ts';
import {
  type BusinessDay,
  DAY_KINDS,
  type DayEntry,
  type DayKind,
  type DayPosition,
  type NumberedIntent,
  type Voucher,
} from './types.ts';

/** Business days that anybody may still turn to: more than retention keeps. */
export const DAYS_KNOWN = 403;

const DATE = /^[0-9]{8}$/;
const ENTRIES_MAX = 20_000;
const KINDS: ReadonlySet<string> = new Set(DAY_KINDS);
/** Days after the newest date that the issuer has said which this machine's clock alone may name: a shop shuts for a season. */
const SILENT_MAX = 366;
const DAY_MS = 86_400_000;
/**
 * No payment is older than this program: an earlier date was named by a clock that lost its battery (1970). Such a date is
 * no business day, nobody could count or seal it. A payment that the issuer answers leaves it with the answer; one that
 * never is keeps it, and owes nothing.
 */
export const FIRST_DATE = '20260101';
/** Where a payment's date is the issuer's: any other may still bear that of its scan, by whatever the clock said. */
export const SAID: readonly Host[] = ['approved', 'voiding', 'voided'];

/** The date so many days after (before, where negative) a yyyyMMdd. */
export function datePlus(date: string, days: number): string {
  const at = Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6, 8)));
  const moved = new Date(at + days * DAY_MS);
  const digits = moved.getUTCFullYear() * 10_000 + (moved.getUTCMonth() + 1) * 100 + moved.getUTCDate();
  return String(digits).padStart(8, '0');
}

/** `20260724` of `20260723`. */
export function nextDate(date: string): string {
  return datePlus(date, 1);
}

/**
 * The last date that a scan alone may name. A clock that stands years ahead names no day either: `newestSaid` is the
 * newest date that an issuer's answer has given to a payment, and a till goes on within a year of it. null: none has yet.
 */
export function lastDate(newestSaid: string | null): string {
  if (newestSaid === null) return '99999999';
  return datePlus(newestSaid, SILENT_MAX);
}

/** What the body of a day's entry holds. */
export interface DayBody {
  readonly actor: Actor;
  readonly businessDate: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly posting?: Posting;
}

export interface DayRow {
  readonly business_date: string;
  readonly last_index: number;
  readonly entries: number;
  readonly sealed_index: number | null;
  readonly issuer_payable: number;
  readonly cash_drawer: number;
}

export function isDayKind(kind: string): kind is DayKind {
  return KINDS.has(kind);
}

export function dayBody(entry: DayEntry, actor: Actor): string {
  assertThat(DATE.test(entry.businessDate), 'a business date has eight digits');
  if (entry.posting !== undefined) assertBalanced(entry.posting);
  const hasPosting = entry.posting !== undefined && Object.values(entry.posting).some((sum) => sum !== 0);
  const body: DayBody = {
    actor: withoutCardData(actor),
    businessDate: entry.businessDate,
    detail: detailWithoutCardData(entry.detail),
    ...(hasPosting ? { posting: entry.posting } : {}),
  };
  return canonicalJson(body);
}

export function readDayBody(row: Pick<JournalRow, 'body'>): DayBody {
  return JSON.parse(row.body) as DayBody;
}

/** A payment that the issuer moved on a sealed day. */
export interface LateBooking {
  readonly sequenceId: string;
  readonly host: string;
  /** What the day had taken to `store` of it before it moved; absent in entries of older programs: nothing. */
  readonly swept?: DayPosition;
}

/** What a voucher puts on the two accounts that a day must hold nothing on once it is sealed. */
export interface VoucherOfDay {
  /** Journal index of the voucher's own entry. */
  readonly voucher: number;
  readonly caseNumber: string;
  readonly issuerPayable: number;
  readonly cashDrawer: number;
}

export function voucherOfDay(index: number, { caseNumber, entries }: Voucher): VoucherOfDay {
  const { issuer_payable: issuerPayable = 0, cash_drawer: cashDrawer = 0 } = entries;
  return { voucher: index, caseNumber, issuerPayable, cashDrawer };
}

/** What one entry puts on the two accounts: its own posting, or that of the voucher that it takes in. */
export function movedBy(
  kind: string,
  { posting, detail }: Pick<DayBody, 'posting' | 'detail'>,
): Omit<VoucherOfDay, 'voucher' | 'caseNumber'> {
  if (kind === 'dayVoucher') return detail as unknown as VoucherOfDay;
  return { issuerPayable: posting?.issuer_payable ?? 0, cashDrawer: posting?.cash_drawer ?? 0 };
}

/** The day's row after one more entry; throws for an entry that a sealed day cannot take. */
export function nextDayRow(
  before: DayRow | null,
  row: Pick<JournalRow, 'idx' | 'kind'>,
  body: DayBody,
): DayRow {
  const isSeal = row.kind === 'daySealed';
  const { issuerPayable, cashDrawer } = movedBy(row.kind, body);
  assertThat(!isSeal || (before?.sealed_index ?? null) === null, 'a day is sealed once');
  return {
    business_date: body.businessDate,
    last_index: row.idx,
    entries: (before?.entries ?? 0) + 1,
    sealed_index: isSeal ? row.idx : (before?.sealed_index ?? null),
    issuer_payable: (before?.issuer_payable ?? 0) + issuerPayable,
    cash_drawer: (before?.cash_drawer ?? 0) + cashDrawer,
  };
}

export function prepareDays(database: Connection) {
  return {
    get: database.prepare<[string], DayRow>('SELECT * FROM business_days WHERE business_date = ?'),
    all: database.prepare<[], DayRow>('SELECT * FROM business_days ORDER BY business_date'),
    put: database.prepare<[string, number, number, number | null, number, number]>(
      `INSERT INTO business_days (business_date, last_index, entries, sealed_index, issuer_payable, cash_drawer)
       VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET last_index = excluded.last_index,
       entries = excluded.entries, sealed_index = excluded.sealed_index,
       issuer_payable = excluded.issuer_payable, cash_drawer = excluded.cash_drawer`,
    ),
    dates: database.prepare<[string, number], { date: string } & Partial<DayRow>>(
      `SELECT dates.date, business_days.* FROM
         (SELECT business_date AS date FROM days WHERE business_date BETWEEN '${FIRST_DATE}' AND ? AND EXISTS
            (SELECT 1 FROM day_totals WHERE day_totals.business_date = days.business_date AND count > 0
             UNION ALL SELECT 1 FROM intents WHERE intents.business_date = days.business_date AND ${IS_OPEN})
          UNION SELECT business_date FROM business_days) AS dates
       LEFT JOIN business_days ON business_days.business_date = dates.date ORDER BY dates.date DESC LIMIT ?`,
    ),
    page: database.prepare<[string, string, number, string, number], IntentRow>(
      `SELECT ${INTENT_COLUMNS} FROM intents
       WHERE number >= (SELECT first_number FROM days WHERE business_date = ?)
         AND number <= (SELECT coalesce(last_number, 9007199254740991) FROM days WHERE business_date = ?)
         AND number > ? AND business_date = ? ORDER BY number LIMIT ?`,
    ),
    /** The newest date that an answer of the issuer put a payment on. */
    newestSaid: database
      .prepare<[], string>(
        `SELECT business_date FROM day_totals WHERE count > 0 AND host IN (${SAID.map((host) => `'${host}'`).join()})
         ORDER BY business_date DESC LIMIT 1`,
      )
      .pluck(),
    /** What the day's approved payments put on the two accounts that closing rule 8 speaks of. */
    approved: database.prepare<[string], { issuer_payable: number; cash_drawer: number }>(
      `SELECT coalesce(sum(CASE type WHEN 'CHARGE' THEN -sum ELSE sum END), 0) AS issuer_payable,
              coalesce(sum(CASE cash WHEN 'received' THEN sum WHEN 'paid_out' THEN -sum ELSE 0 END), 0) AS cash_drawer
       FROM day_totals WHERE business_date = ? AND host IN ('approved', 'voiding')`,
    ),
  };
}
type DayStatements = ReturnType<typeof prepareDays>;

export function toBusinessDay(row: DayRow): BusinessDay {
  return {
    businessDate: row.business_date,
    entries: row.entries,
    lastIndex: row.last_index,
    sealedIndex: row.sealed_index,
  };
}

/** Dates with payments or entries, newest first; none that only a clock years behind or ahead named. */
export function listDays(statements: DayStatements, limit: number): readonly BusinessDay[] {
  return statements.dates.all(lastDate(statements.newestSaid.get() ?? null), limit).map((row) => ({
    businessDate: row.date,
    entries: row.entries ?? 0,
    lastIndex: row.last_index ?? 0,
    sealedIndex: row.sealed_index ?? null,
  }));
}

/** A day's entries, oldest first, by the chain of `earlier` from its last one. */
export function rowsOfDay(database: Connection, lastIndex: number): readonly JournalRow[] {
  const { at } = prepareJournal(database);
  const rows: JournalRow[] = [];
  for (let index = lastIndex; index > 0 && rows.length < ENTRIES_MAX; ) {
    const row = at.get(index);
    if (row === undefined || row.earlier >= index) break;
    rows.push(row);
    index = row.earlier;
  }
  return rows.reverse();
}

/** Payments of a date in the order of their acceptance, after a number; the two axes as they are now. */
export function pageOfDay(
  statements: DayStatements,
  date: string,
  after: number,
  limit: number,
): readonly NumberedIntent[] {
  return statements.page
    .all(date, date, after, date, limit)
    .map((row) => ({ number: row.number, intent: toIntent(row) }));
}

const NOTHING: DayPosition = { issuerPayable: 0, cashDrawer: 0 };

/**
 * Items that keep a sealed day open by name: named at the close or moved after it, and not ended since. With each, what
 * the day's seals so far took to `store` of it.
 */
export function namedOf(rows: Iterable<Pick<JournalRow, 'kind' | 'body'>>): Map<string, DayPosition> {
  const named = new Map<string, DayPosition>();
  for (const row of rows) {
    if (row.kind !== 'daySealed' && row.kind !== 'dayLateBooking' && row.kind !== 'dayItemEnded') continue;
    const { detail } = readDayBody(row);
    if (row.kind === 'daySealed')
      for (const id of detail.openItems as readonly string[]) named.set(id, NOTHING);
    else if (row.kind === 'dayItemEnded') named.delete(String(detail.sequenceId));
    else named.set(String(detail.sequenceId), (detail as Partial<LateBooking>).swept ?? NOTHING);
  }
  return named;
}

/** What an intent puts on the accounts of closing rule 8 for a date; nothing while it is not approved. */
export function approvedPosition(intent: Intent, date: string): DayPosition {
  const isApproved = intent.host === 'approved' || intent.host === 'voiding';
  if (!isApproved || intent.businessDate !== date) return NOTHING;
  const position = positionOf(intent);
  return { issuerPayable: position.issuer_payable ?? 0, cashDrawer: position.cash_drawer ?? 0 };
}

/** What a step of a payment moves on a sealed date, and what the date had taken of it before; null: nothing. */
export function lateBooking(before: Intent, after: Intent, date: string): LateBooking | null {
  const was = approvedPosition(before, date);
  const is = approvedPosition(after, date);
  if (was.issuerPayable === is.issuerPayable) return null;
  return { sequenceId: after.sequenceId, host: after.host, swept: was };
}

/** The days that a ledger knows, as far as the day of a voucher depends on them. */
export interface KnownDays {
  readonly sealed: ReadonlySet<string>;
  /** The newest date that an answer of the issuer put a payment on. */
  newestSaid(): string | null;
  /** The newest date of all. */
  newest(): string | null;
}

/** The writing half: appends a day's entry and keeps its row, inside the caller's transaction. */
export class DayBook {
  readonly #database: Connection;
  readonly #statements: DayStatements;
  readonly #append: (kind: DayKind, body: string, now: Now, earlier: number) => number;
  readonly #book: (posting: Posting) => void;
  /** Sealed dates; a booking on one of them is noticed in its own commit. */
  readonly #sealed = new Set<string>();

  constructor(
    database: Connection,
    append: (kind: DayKind, body: string, now: Now, earlier: number) => number,
    book: (posting: Posting) => void,
  ) {
    this.#database = database;
    this.#statements = prepareDays(database);
    this.#append = append;
    this.#book = book;
    this.reload();
  }

  reload(): void {
    this.#sealed.clear();
    for (const row of this.#statements.all.iterate()) {
      if (row.sealed_index !== null) this.#sealed.add(row.business_date);
    }
  }

  record(entry: DayEntry, now: Now, actor: Actor): void {
    const before = this.#statements.get.get(entry.businessDate) ?? null;
    const text = dayBody(entry, actor);
    const body = readDayBody({ body: text });
    const idx = this.#append(entry.kind, text, now, before?.last_index ?? 0);
    const row = nextDayRow(before, { idx, kind: entry.kind }, body);
    this.#statements.put.run(
      row.business_date,
      row.last_index,
      row.entries,
      row.sealed_index,
      row.issuer_payable,
      row.cash_drawer,
    );
    if (body.posting !== undefined) this.#book(body.posting);
    if (entry.kind === 'daySealed') this.#sealed.add(entry.businessDate);
  }

  isSealed(date: string): boolean {
    return this.#sealed.has(date);
  }

  known(): KnownDays {
    return {
      sealed: this.#sealed,
      newestSaid: () => this.#statements.newestSaid.get() ?? null,
      newest: () => listDays(this.#statements, 1)[0]?.businessDate ?? null,
    };
  }

  /**
   * A sealed day takes no bookings (settlement-contract 6). One that the issuer puts there all the same cannot be refused,
   * its answer is the truth of that payment: it is named, so that the day says by itself that it is not whole. What leaves
   * a sealed day for another one leaves that day's sums too. Returns the days that named it now.
   */
  noticeLate(before: Intent, after: Intent, now: Now): readonly string[] {
    const dates = new Set([after.businessDate, before.businessDate]);
    return [...dates]
      .filter((date) => date !== null)
      .filter((date) => this.#noticeOn(date, before, after, now));
  }

  #noticeOn(date: string, before: Intent, after: Intent, now: Now): boolean {
    if (!this.#sealed.has(date)) return false;
    const detail = lateBooking(before, after, date);
    if (detail === null) return false;
    const row = this.#statements.get.get(date);
    if (row === undefined || namedOf(rowsOfDay(this.#database, row.last_index)).has(after.sequenceId))
      return false;
    this.record({ kind: 'dayLateBooking', businessDate: date, detail: { ...detail } }, now, {
      role: 'terminal',
    });
    return true;
  }
}

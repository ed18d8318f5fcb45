import type { IntentType } from '../intent/model.ts';
import { canonicalJson } from './canonical.ts';
import type { Connection } from './connection.ts';
import {
  approvedPosition,
  type DayBody,
  type DayRow,
  isDayKind,
  namedOf,
  nextDayRow,
  prepareDays,
  readDayBody,
  rowsOfDay,
  voucherOfDay,
} from './days.ts';
import { prepareIntents, toIntent } from './intents.ts';
import type { JournalRow } from './journal.ts';
import type { Voucher } from './types.ts';
import type { Faults } from './verify-faults.ts';

/** What a `dayMissingItem` says of the item that it takes over. */
interface LostItem {
  readonly sequenceId: string;
  readonly type: IntentType;
  readonly amount: number;
  readonly state: string;
}

/** Folds the entries of business days again and compares the stored rows; then closing rule 8 for every sealed day. */
export class DayCheck {
  readonly #database: Connection;
  readonly #faults: Faults;
  readonly #rows = new Map<string, DayRow>();
  /** Items that vouchers took over: one voucher for one item, on whichever day. */
  readonly #missing = new Set<string>();
  #before: JournalRow | null = null;

  constructor(database: Connection, faults: Faults) {
    this.#database = database;
    this.#faults = faults;
  }

  /** One entry of the journal, in its order. */
  entry(row: JournalRow): void {
    this.#dayEntry(row);
    this.#before = row;
  }

  #dayEntry(row: JournalRow): void {
    if (row.sequence_id !== null || !isDayKind(row.kind)) return;
    const body = readDayBody(row);
    const before = this.#rows.get(body.businessDate) ?? null;
    if (row.kind === 'dayVoucher' && !isVoucherOf(this.#before, body)) {
      this.#wrong(body.businessDate, `entry ${row.idx} is not what the voucher before it books`, row.idx);
    }
    if (row.kind === 'dayMissingItem' && !this.#isMissingItem(body)) {
      this.#wrong(body.businessDate, `entry ${row.idx} is no voucher for one item that was lost`, row.idx);
    }
    if (row.earlier !== (before?.last_index ?? 0)) {
      this.#wrong(body.businessDate, `entry ${row.idx} is not chained to the one before it`, row.idx);
    }
    try {
      this.#rows.set(body.businessDate, nextDayRow(before, row, body));
    } catch {
      this.#wrong(body.businessDate, `entry ${row.idx} seals it a second time`, row.idx);
    }
  }

  /** It puts on the issuer's account what its item says, and no other entry speaks of that item. */
  #isMissingItem({ detail, posting }: DayBody): boolean {
    const { sequenceId, type, amount, state } = detail as unknown as LostItem;
    const isFirst = !this.#missing.has(sequenceId);
    this.#missing.add(sequenceId);
    const owed = state === 'APPROVED' ? (type === 'CHARGE' ? -amount : amount) : 0;
    return isFirst && (posting?.issuer_payable ?? 0) === owed && (posting?.cash_drawer ?? 0) === 0;
  }

  /** After the last entry of a whole walk. */
  finish(): void {
    const statements = prepareDays(this.#database);
    for (const stored of statements.all.iterate()) {
      const folded = this.#rows.get(stored.business_date);
      this.#rows.delete(stored.business_date);
      if (folded === undefined || !sameRow(folded, stored)) {
        this.#wrong(stored.business_date, 'its row is not that of its entries', stored.last_index);
      } else if (folded.sealed_index !== null) this.#checkSealed(folded);
    }
    for (const [date, row] of this.#rows) this.#wrong(date, 'it has entries and no row', row.last_index);
  }

  #checkSealed(row: DayRow): void {
    const { approved } = prepareDays(this.#database);
    const { byId } = prepareIntents(this.#database);
    const held = approved.get(row.business_date) ?? { issuer_payable: 0, cash_drawer: 0 };
    let issuerPayable = held.issuer_payable + row.issuer_payable;
    let cashDrawer = held.cash_drawer + row.cash_drawer;
    for (const [id, swept] of namedOf(rowsOfDay(this.#database, row.last_index))) {
      const intent = byId.get(id);
      if (intent === undefined) continue;
      const position = approvedPosition(toIntent(intent), row.business_date);
      issuerPayable -= position.issuerPayable - swept.issuerPayable;
      cashDrawer -= position.cashDrawer - swept.cashDrawer;
    }
    if (issuerPayable === 0 && cashDrawer === 0) return;
    const text = `closing rule 8: day ${row.business_date} is sealed and holds issuer_payable ${issuerPayable}, cash_drawer ${cashDrawer} beyond its named items`;
    this.#faults.add({ code: 'CLOSING_DAY', text, index: row.sealed_index ?? row.last_index });
  }

  #wrong(date: string, what: string, index: number): void {
    this.#faults.add({ code: 'BUSINESS_DAY', text: `business day ${date}: ${what}`, index });
  }
}

/** A day's share of a voucher stands right behind it and says what it books. */
function isVoucherOf(before: JournalRow | null, { detail }: DayBody): boolean {
  if (before === null || before.kind !== 'voucher' || before.sequence_id !== null) return false;
  const { voucher } = JSON.parse(before.body) as { readonly voucher: Voucher };
  return canonicalJson(detail) === canonicalJson({ ...voucherOfDay(before.idx, voucher) });
}

function sameRow(left: DayRow, right: DayRow): boolean {
  return (
    left.last_index === right.last_index &&
    left.entries === right.entries &&
    left.sealed_index === right.sealed_index &&
    left.issuer_payable === right.issuer_payable &&
    left.cash_drawer === right.cash_drawer
  );
}

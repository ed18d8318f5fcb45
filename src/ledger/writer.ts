import { apply } from '../intent/apply.ts';
import type { Actor, DecisionRecord, Intent, IntentEvent, Now, Posting } from '../intent/model.ts';
import { posting as postingOf } from '../intent/positions.ts';
import type { Ballast } from './ballast.ts';
import { canonicalJson } from './canonical.ts';
import { detailWithoutCardData, holdsCardData, withoutCardData } from './card-data.ts';
import { stateText } from './compact.ts';
import type { Connection } from './connection.ts';
import { DayBook, isDayKind } from './days.ts';
import { Decider } from './decider.ts';
import { deferredOfCard, OpenIntents, prepareFacts, scanFacts, Today } from './facts.ts';
import { assertThat, DuplicateScan, faultOf, LedgerAssertion, LedgerFault } from './fault.ts';
import {
  type IntentRow,
  insertIntent,
  keepsHash,
  prepareIntents,
  sendable,
  toIntent,
  toRow,
  updateIntent,
} from './intents.ts';
import { appendEntry, decisionBody, prepareJournal, readHead } from './journal.ts';
import { readMeta, writeMeta } from './meta.ts';
import { CommitNews } from './news.ts';
import type { LedgerOptions } from './options.ts';
import { createSearchIndex } from './search.ts';
import { createTotals } from './totals.ts';
import type {
  AcceptedScan,
  Committed,
  DayEntry,
  JournalHead,
  Outcome,
  RecordOptions,
  ScanFacts,
  Step,
  Voucher,
} from './types.ts';
import type { Vault } from './vault.ts';
import { VoucherBook } from './voucher-book.ts';
import { tidyWal } from './wal.ts';

const BURST_MAX = 256;
const SWEEP_HASHES = 256;
const SWEEP_SEARCH_ROWS = 500;
const SEQUENCE_ID = /^[0-9A-Za-z_-]{8,30}$/;
/** Entries that book or mark something: never written as a mere note. */
const OWN_KINDS: ReadonlySet<string> = new Set(['voucher', 'recovering', 'recovered', 'keyRotated']);

interface Held {
  readonly row: IntentRow;
  readonly intent: Intent;
}

/** The one writer of a ledger: every change is one transaction of journal, intent, sums and vault. */
export class LedgerWriter {
  readonly #database: Connection;
  readonly #options: LedgerOptions;
  readonly #vault: Vault;
  readonly #ballast: Ballast;
  readonly #journal;
  readonly #intents;
  readonly #facts;
  readonly #totals;
  readonly #search;
  readonly #days: DayBook;
  readonly #today: Today;
  readonly #open: OpenIntents;
  readonly #transaction;
  readonly #vouchers: VoucherBook;
  readonly #decider: Decider;
  readonly #news: CommitNews;
  readonly #cutOverHour: number;
  #head: JournalHead;
  /** Not null: an I/O error or damage was met; nothing is written any more. */
  #broken: LedgerFault | null = null;
  /** A vault row was erased, and older copies of it may still stand in the WAL. */
  #isWalTainted = true;

  constructor(database: Connection, options: LedgerOptions, vault: Vault, ballast: Ballast) {
    this.#database = database;
    this.#options = options;
    this.#vault = vault;
    this.#ballast = ballast;
    this.#cutOverHour = options.cutOverHour ?? 0;
    this.#journal = prepareJournal(database);
    this.#intents = prepareIntents(database);
    this.#facts = prepareFacts(database);
    this.#totals = createTotals(database);
    this.#search = createSearchIndex(database);
    this.#today = new Today(database);
    this.#open = new OpenIntents(this.#facts);
    this.#days = new DayBook(
      database,
      (kind, body, now, earlier) => this.#append(kind, body, now, earlier).index,
      (posting) => this.#totals.book(posting),
    );
    this.#vouchers = new VoucherBook({
      days: this.#days,
      cutOverHour: this.#cutOverHour,
      append: (body, now) => this.#append('voucher', body, now).index,
      book: (posting) => this.#totals.book(posting),
    });
    this.#decider = new Decider(options, {
      isSealed: (date) => this.#days.isSealed(date),
      fraction: () => options.random.fraction(),
    });
    this.#news = new CommitNews((error) => this.#listenerFailed(error));
    this.#transaction = database.transaction((work: () => void) => work());
    this.#head = readHead(this.#journal);
  }

  accept(scan: AcceptedScan, now: Now): Committed {
    const [committed] = this.acceptMany([scan], now);
    assertThat(committed !== undefined, 'one scan gives one intent');
    return committed;
  }

  acceptMany(scans: readonly AcceptedScan[], now: Now): readonly Committed[] {
    assertThat(scans.length > 0 && scans.length <= BURST_MAX, 'a burst has 1 to 256 scans');
    // Room to end every open intent comes first: without the ballast no new one is opened.
    if (!this.#ballast.isThere()) throw new LedgerFault('FULL', 'the reserve is used up');
    const committed = this.#write(() => {
      const begun = scans.map((scan) => this.#acceptOne(scan, now));
      // The intents before the days: a new day is bounded by the numbers so far, its own among them or not.
      this.#totals.begin(begun.map(({ row }) => row));
      return begun.map(({ committed: one }) => one);
    });
    this.#news.tell(committed);
    return committed;
  }

  record(sequenceId: string, event: IntentEvent, now: Now, options: RecordOptions): Outcome {
    const held = this.#read(sequenceId);
    const decision = this.#decider.step(held.intent, event, now, options);
    if (!decision.ok) return decision;
    const { record } = decision;
    const { voucher, barcodeSpec } = options;
    const needsVoucher = event.kind === 'unclaimed' || event.kind === 'claimed';
    assertThat(!needsVoucher || voucher?.entries.unclaimed !== undefined, `${event.kind} has its voucher`);
    const committed = this.#writeWithReserve(() => {
      const date = this.#vouchers.dayOf(event, held.intent) ?? options.openBusinessDate;
      if (voucher !== undefined) this.#bookVoucher(voucher, now, options.actor, date);
      return this.#commit(held, record, now, barcodeSpec);
    });
    this.#news.tell([committed]);
    return committed;
  }

  recordMany(steps: readonly Step[], now: Now): readonly Outcome[] {
    assertThat(steps.length > 0 && steps.length <= BURST_MAX, 'a group has 1 to 256 steps');
    const outcomes = this.#writeWithReserve(() => steps.map((step) => this.#step(step, now)));
    this.#news.tell(outcomes.filter((outcome) => outcome.ok));
    return outcomes;
  }

  note(kind: string, detail: Readonly<Record<string, unknown>>, now: Now, actor: Actor): JournalHead {
    assertThat(!OWN_KINDS.has(kind) && !isDayKind(kind), `${kind} is an entry with a meaning of its own`);
    const body = canonicalJson({ actor: withoutCardData(actor), detail: detailWithoutCardData(detail) });
    return this.#writeWithReserve(() => this.#append(kind, body, now));
  }

  voucher(voucher: Voucher, now: Now, actor: Actor, openBusinessDate?: string | null): JournalHead {
    return this.#writeWithReserve(() => this.#bookVoucher(voucher, now, actor, openBusinessDate));
  }

  recordDay(entry: DayEntry, now: Now, actor: Actor): JournalHead {
    return this.#writeWithReserve(() => {
      this.#days.record(entry, now, actor);
      return this.#head;
    });
  }

  markRecovering(reason: string, now: Now, actor: Actor): JournalHead {
    if (readMeta(this.#database, 'recovering') !== null) return this.#head;
    return this.#writeWithReserve(() => {
      writeMeta(this.#database, 'recovering', JSON.stringify({ atMs: now.wallMs, reason }));
      return this.#append('recovering', canonicalJson({ actor: withoutCardData(actor), reason }), now);
    });
  }

  recovered(now: Now, actor: Actor): JournalHead {
    return this.#writeWithReserve(() => {
      writeMeta(this.#database, 'restored', null);
      writeMeta(this.#database, 'recovering', null);
      return this.#append('recovered', canonicalJson({ actor: withoutCardData(actor) }), now);
    });
  }

  facts(barcodeSpec: string, cardNumber: string, now: Now): ScanFacts {
    const sources = {
      totals: this.#totals,
      intents: this.#intents,
      vault: this.#vault,
      open: this.#open,
      today: this.#today,
      cutOverHour: this.#cutOverHour,
    };
    return this.#guard(() => scanFacts(sources, barcodeSpec, cardNumber, now));
  }

  deferredOfCard(sequenceId: string): number {
    return deferredOfCard({ open: this.#open, vault: this.#vault }, sequenceId);
  }

  head(): JournalHead {
    return this.#head;
  }

  isBroken(): boolean {
    return this.#broken !== null;
  }

  /**
   * Idle work, bounded: hashes whose window is over, the search index, the reserve, and the WAL after an erasure.
   * Returns the number of hashes erased. A reader that stands in the way only postpones the truncation.
   */
  sweep(now: Now): number {
    const erased = this.#write(() => {
      const count = this.#vault.eraseOver(now.monoMs, SWEEP_HASHES);
      this.#search.advance(SWEEP_SEARCH_ROWS);
      return count;
    });
    if (erased > 0) this.#isWalTainted = true;
    const isTidy = this.#guard(() => tidyWal(this.#database, this.#options.file, this.#isWalTainted));
    if (isTidy) this.#isWalTainted = false;
    this.#vault.makeReady();
    this.#ballast.restore();
    return erased;
  }

  onCommit(listener: (committed: Committed) => void): () => void {
    return this.#news.listen(listener);
  }

  #step({ sequenceId, event, options }: Step, now: Now): Outcome {
    assertThat(event.kind !== 'unclaimed' && event.kind !== 'claimed', `${event.kind} has its voucher`);
    const held = this.#read(sequenceId);
    const decision = this.#decider.step(held.intent, event, now, options);
    return decision.ok ? this.#commit(held, decision.record, now, options.barcodeSpec) : decision;
  }

  #bookVoucher(
    voucher: Voucher,
    now: Now,
    actor: Actor,
    openBusinessDate: string | null = null,
  ): JournalHead {
    if (voucher.sequenceId !== null) this.#read(voucher.sequenceId);
    this.#vouchers.book(voucher, now, actor, openBusinessDate);
    return this.#head;
  }

  #acceptOne(scan: AcceptedScan, now: Now): { readonly row: IntentRow; readonly committed: Committed } {
    assertThat(SEQUENCE_ID.test(scan.sequenceId), 'a sequence id has 8 to 30 plain characters');
    assertThat(/^[0-9]{16}$/.test(scan.cardNumber), 'a card number has 16 digits');
    const number = this.#vault.findBarcode(scan.barcodeSpec, now.monoMs);
    const same = number === null ? undefined : this.#intents.byNumber.get(number);
    // A closed one may still be open for its cash, yet it never blocks a rescan.
    if (same !== undefined && same.host !== 'closed') throw new DuplicateScan(same.sequence_id);
    const record = this.#decider.accept(scan, now);
    const intent = apply(null, record);
    const booked = postingOf(null, intent);
    assertThat(Object.keys(booked).length === 0, 'an accepted scan moves no money');
    const state = stateText(intent);
    const body = this.#appendDecision(record, 0, booked, state);
    assertThat(!body.includes(scan.cardNumber), 'the journal takes no card number');
    const { index } = this.#head;
    const row = this.#row(intent, state, index, this.#vault.cardHash(scan.cardNumber));
    insertIntent(this.#intents, row);
    this.#vault.put(index, scan.sequenceId, scan.barcodeSpec);
    this.#today.move(null, row);
    this.#open.move(row);
    return { row, committed: this.#committed(intent, record) };
  }

  #commit(held: Held, record: DecisionRecord, now: Now, barcodeSpec: string | undefined): Committed {
    const { row: before, intent } = held;
    const next = apply(intent, record);
    assertThat(next.version === intent.version + 1, 'one record, one version');
    const booked = postingOf(intent, next);
    const state = stateText(next);
    this.#appendDecision(record, before.last_index, booked, state);
    const after = this.#row(next, state, before.number, before.card_hash);
    updateIntent(this.#intents, before, after);
    this.#totals.book(booked);
    this.#totals.move(before, after);
    this.#search.answered(before, after);
    const toSend = this.#moveVault(before.number, intent, next, record, barcodeSpec);
    this.#moveHash(before.number, intent, next, now);
    if (before.attention !== after.attention) this.#vault.attend(after.number, after.attention);
    this.#today.move(before, after);
    this.#open.move(after);
    const committed = this.#committed(next, record);
    const lateOn = this.#days.noticeLate(intent, next, now);
    return { ...committed, lateOn, ...(toSend === null ? {} : { barcodeSpec: toSend }) };
  }

  /** Vault rows = sendable intents, in the same transaction. Returns the barcode that `sending` may now send. */
  #moveVault(
    number: number,
    before: Intent,
    after: Intent,
    record: DecisionRecord,
    barcodeSpec: string | undefined,
  ): string | null {
    const isSend = record.event === 'send';
    const toSend = isSend ? this.#vault.readBarcode(number, after.sequenceId) : null;
    if (sendable(before) && !sendable(after)) {
      this.#vault.eraseBarcode(number);
      this.#isWalTainted = true;
    }
    if (!sendable(before) && sendable(after)) {
      if (barcodeSpec === undefined) throw new LedgerAssertion('nothing left: the barcode must come back');
      this.#vault.putBack(number, after.sequenceId, barcodeSpec);
    }
    return toSend;
  }

  #moveHash(number: number, before: Intent, after: Intent, now: Now): void {
    const keep = keepsHash(after);
    if (keep === keepsHash(before)) return;
    if (keep === 'never') this.#vault.eraseHash(number);
    else this.#vault.limitHash(number, keep === 'window' ? now.monoMs + this.#windowMs() : null);
  }

  #windowMs(): number {
    return this.#options.duplicateWindowMs ?? this.#options.times.barcodeLifeMs;
  }

  #row(intent: Intent, state: string, number: number, cardHash: Buffer | null): IntentRow {
    return toRow(intent, state, {
      number,
      lastIndex: this.#head.index,
      cardHash,
      cutOverHour: this.#cutOverHour,
    });
  }

  #committed(intent: Intent, record: DecisionRecord): Committed {
    const { index: journalIndex, hash: journalHash } = this.#head;
    return { ok: true, intent, record, journalIndex, journalHash, lateOn: [] };
  }

  #appendDecision(record: DecisionRecord, earlier: number, booked: Posting, state: string): string {
    const body = decisionBody(record, booked, state);
    this.#head = appendEntry(this.#journal, this.#head, {
      atMs: record.atMs,
      kind: record.event,
      sequenceId: record.sequenceId,
      earlier,
      body,
    });
    return body;
  }

  #append(kind: string, body: string, now: Now, earlier = 0): JournalHead {
    assertThat(!holdsCardData(body), 'the journal takes no card number and no barcode');
    const entry = { atMs: now.wallMs, kind, sequenceId: null, earlier, body };
    this.#head = appendEntry(this.#journal, this.#head, entry);
    return this.#head;
  }

  #read(sequenceId: string): Held {
    return this.#guard(() => {
      const row = this.#intents.byId.get(sequenceId);
      assertThat(row !== undefined, `no intent ${sequenceId}`);
      return { row, intent: toIntent(row) };
    });
  }

  /** The end of an open intent may use the reserve; a new scan may not. */
  #writeWithReserve<T>(work: () => T): T {
    try {
      return this.#write(work);
    } catch (error) {
      const isFull = error instanceof LedgerFault && error.code === 'FULL';
      if (!isFull || !this.#ballast.release()) throw error;
      return this.#write(work);
    }
  }

  #write<T>(work: () => T): T {
    if (this.#broken !== null) throw this.#broken;
    const results: T[] = [];
    this.#guard(() => this.#transaction.immediate(() => results.push(work())));
    const [result] = results;
    return result as T;
  }

  /**
   * Faults are typed; after any failure memory is brought back to what the disk says. Only SQLite's own words break the
   * ledger: one row that somebody changed by hand leaves every other one as sound as it was.
   */
  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const fault = faultOf(error);
      const isOfSqlite = fault instanceof LedgerFault && fault.sqliteCode !== null;
      if (isOfSqlite && (fault.code === 'IO' || fault.code === 'CORRUPT')) this.#breakDown(fault);
      else this.#reload();
      throw fault;
    }
  }

  #breakDown(fault: LedgerFault): void {
    this.#broken = fault;
    this.#options.log?.({ level: 'error', event: 'ledgerBroken', code: fault.code, detail: fault.message });
  }

  #reload(): void {
    try {
      this.#head = readHead(this.#journal);
      this.#totals.reload();
      this.#vault.reload();
      this.#search.reload();
      this.#today.forget();
      this.#open.reload();
      this.#days.reload();
    } catch (error) {
      // Memory that is not the disk's ends the run, whatever kept it from being read: everybody takes IO for that.
      const fault = faultOf(error);
      const sqliteCode = fault instanceof LedgerFault ? fault.sqliteCode : null;
      this.#breakDown(new LedgerFault('IO', 'what the disk says could not be read', sqliteCode));
    }
  }

  /** Listeners never throw into us. */
  #listenerFailed(error: unknown): void {
    const detail = error instanceof Error ? error.name : 'unknown';
    this.#options.log?.({ level: 'error', event: 'listenerFailed', code: null, detail });
  }
}

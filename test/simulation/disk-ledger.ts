/**
 * The ledger of one run over the simulator's disk. The rules, the postings and the order of a commit are the program's
 * own; what is left out is the file. `simulation.test.ts` tells the same stories on this disk and on the real ledger and
 * wants the same words.
 */
import { apply } from '../../src/intent/apply.ts';
import {
  ACCOUNTS,
  type Account,
  type Actor,
  type DecisionRecord,
  type Intent,
  type Now,
} from '../../src/intent/model.ts';
import { assertBalanced, position, posting } from '../../src/intent/positions.ts';
import { ended } from '../../src/intent/state.ts';
import { Decider, type DeciderOptions } from '../../src/ledger/decider.ts';
import { DuplicateScan, LedgerFault } from '../../src/ledger/fault.ts';
import { attentionOf, keepsHash, sendable } from '../../src/ledger/intents.ts';
import { CommitNews } from '../../src/ledger/news.ts';
import type {
  Committed,
  DayEntry,
  JournalHead,
  ListQuery,
  Outcome,
  RecoveringMark,
  ScanFacts,
  Step,
  TillLedger,
  Voucher,
} from '../../src/ledger/types.ts';
import { VoucherBook } from '../../src/ledger/voucher-book.ts';
import type { Disk } from './disk.ts';
import { addTo, type DayLedger, type DayLine, DiskDays, journalEntryOf } from './disk-days.ts';
import { cardFacts, otherDeferred, pageOf, type Shelf } from './disk-reading.ts';

export interface DiskLedgerOptions extends DeciderOptions {
  readonly fraction: () => number;
  readonly now: Now;
  /** A planted bug in what the rules decide. */
  readonly decided: ((record: DecisionRecord, before: Intent) => DecisionRecord) | null;
}

type Balances = Record<Account, number>;

function noBalances(): Balances {
  return Object.fromEntries(ACCOUNTS.map((account) => [account, 0])) as Balances;
}

/** The ledger of one run over a disk. */
export class DiskLedger implements TillLedger, DayLedger {
  readonly #disk: Disk;
  readonly #options: DiskLedgerOptions;
  readonly #intents: Map<string, Intent>;
  readonly #numbers = new Map<string, number>();
  readonly #shelf: Shelf;
  readonly #days: DiskDays;
  readonly #balances = noBalances();
  readonly #decider: Decider;
  readonly #vouchers: VoucherBook;
  /** What a listener throws is the end of the run, here. */
  readonly #news = new CommitNews((error) => {
    throw error;
  });

  constructor(disk: Disk, options: DiskLedgerOptions) {
    this.#disk = disk;
    this.#options = options;
    this.#intents = new Map(disk.folded());
    for (const { record, index } of disk.entries) {
      if (record !== null && !this.#numbers.has(record.sequenceId))
        this.#numbers.set(record.sequenceId, index);
    }
    this.#shelf = { intents: this.#intents, cards: disk.cards, numbers: this.#numbers };
    this.#days = new DiskDays(disk.entries, this.#intents);
    this.#decider = new Decider(options, {
      isSealed: (date) => this.#days.isSealed(date),
      fraction: options.fraction,
    });
    this.#vouchers = this.#voucherBook();
    for (const intent of this.#intents.values()) addTo(this.#balances, posting(null, intent));
    addTo(this.#balances, this.#days.postings());
    for (const { entries } of this.vouchers()) addTo(this.#balances, entries);
    const windowEndMs = options.now.monoMs + options.times.barcodeLifeMs;
    for (const row of disk.hashes.values()) if (row.untilMs !== null) row.untilMs = windowEndMs;
  }

  accept(scan: Parameters<TillLedger['accept']>[0], now: Now): Committed {
    const same = this.#sameBarcode(scan.barcodeSpec, now.monoMs);
    if (same !== null && same.host !== 'closed') throw new DuplicateScan(same.sequenceId);
    const record = this.#decider.accept(scan, now);
    const intent = apply(null, record);
    const { index } = this.#append(record.event, record.atMs, {}, record);
    this.#numbers.set(intent.sequenceId, index);
    this.#intents.set(intent.sequenceId, intent);
    this.#disk.cards.set(intent.sequenceId, scan.cardNumber);
    this.#disk.vault.set(intent.sequenceId, scan.barcodeSpec);
    this.#disk.hashes.set(intent.sequenceId, { barcode: scan.barcodeSpec, untilMs: null });
    this.#disk.scanned(intent.sequenceId, scan.barcodeSpec);
    const committed = this.#committed(intent, record);
    this.#news.tell([committed]);
    return committed;
  }

  record(...[sequenceId, event, now, options]: Parameters<TillLedger['record']>): Outcome {
    const outcome = this.#step({ sequenceId, event, options }, now, options.voucher);
    if (outcome.ok) this.#news.tell([outcome]);
    return outcome;
  }

  #step({ sequenceId, event, options }: Step, now: Now, voucher?: Voucher): Outcome {
    const intent = this.#intents.get(sequenceId);
    if (intent === undefined) throw new Error(`no intent ${sequenceId}`);
    const decision = this.#decider.step(intent, event, now, options);
    if (!decision.ok) return decision;
    const needsVoucher = event.kind === 'unclaimed' || event.kind === 'claimed';
    if (needsVoucher && voucher?.entries.unclaimed === undefined) throw new Error('it has its voucher');
    const record = this.#options.decided?.(decision.record, intent) ?? decision.record;
    const after = apply(intent, record);
    const toSend = record.event === 'send' ? this.#disk.vault.get(sequenceId) : undefined;
    if (record.event === 'send' && toSend === undefined) {
      throw new LedgerFault('KEY_MISSING', 'its barcode is not in the vault');
    }
    const lateLines = this.#days.lateLines(intent, after);
    this.#disk.together(() => {
      if (voucher !== undefined) {
        const date = this.#vouchers.dayOf(event, intent) ?? options.openBusinessDate ?? null;
        this.#vouchers.book(voucher, now, options.actor, date);
      }
      this.#append(record.event, record.atMs, {}, record);
      this.#intents.set(sequenceId, after);
      addTo(this.#balances, posting(intent, after));
      for (const late of lateLines) this.#appendDay(late, now);
    });
    this.#moveVault(intent, after, options.barcodeSpec);
    this.#moveHash(intent, after, now);
    const lateOn = lateLines.map(({ businessDate }) => businessDate);
    const committed = { ...this.#committed(after, record), lateOn };
    return toSend === undefined ? committed : { ...committed, barcodeSpec: toSend };
  }

  recordMany(...[steps, now]: Parameters<TillLedger['recordMany']>): readonly Outcome[] {
    const isLost = ({ sequenceId, event }: Step): boolean =>
      event.kind === 'send' && !this.#disk.vault.has(sequenceId);
    if (steps.some(isLost)) throw new LedgerFault('KEY_MISSING', 'a barcode is not in the vault');
    const outcomes = this.#disk.together(() => steps.map((step) => this.#step(step, now)));
    this.#news.tell(outcomes.filter((outcome) => outcome.ok));
    return outcomes;
  }

  note(kind: string, detail: Readonly<Record<string, unknown>>, now: Now, _actor: Actor): JournalHead {
    return this.#append(kind, now.wallMs, detail, null);
  }

  recordDay(entry: DayEntry, now: Now, actor: Actor): JournalHead {
    if (entry.kind === 'daySealed' && this.#days.isSealed(entry.businessDate))
      throw new Error('a day is sealed once');
    if (entry.posting !== undefined) assertBalanced(entry.posting);
    return this.#appendDay({ ...entry, actor }, now);
  }

  days(limit: number): ReturnType<DayLedger['days']> {
    return this.#days.days(limit);
  }

  day(date: string): ReturnType<DayLedger['day']> {
    return this.#days.day(date);
  }

  dayEntries(date: string): ReturnType<DayLedger['dayEntries']> {
    return this.#days.entriesOf(date);
  }

  dayPosition(date: string): ReturnType<DayLedger['dayPosition']> {
    return this.#days.position(date);
  }

  numbered(sequenceId: string): ReturnType<DayLedger['numbered']> {
    return this.#days.numbered(sequenceId);
  }

  pageOfDay(date: string, after: number, limit: number): ReturnType<DayLedger['pageOfDay']> {
    return this.#days.page(date, after, limit);
  }

  timeline(sequenceId: string): ReturnType<DayLedger['timeline']> {
    return this.#disk.entries
      .filter(({ record }) => record?.sequenceId === sequenceId)
      .map((entry) => journalEntryOf(entry));
  }

  entries(fromIndex: number, limit: number): ReturnType<DayLedger['entries']> {
    return this.#disk.entries
      .slice(fromIndex - 1, fromIndex - 1 + limit)
      .map((entry) => journalEntryOf(entry));
  }

  /** Nobody checks it here: the real ledger's own tests do. */
  sign(text: string): ReturnType<DayLedger['sign']> {
    return { keyId: 'disk', mac: String(text.length) };
  }

  /** The program's own book over this disk, whose lines belong to the commit that is being written. */
  #voucherBook(): VoucherBook {
    return new VoucherBook({
      cutOverHour: 0,
      append: (body, now) => this.#append('voucher', now.wallMs, JSON.parse(body), null).index,
      book: (entries) => addTo(this.#balances, entries),
      days: {
        isSealed: (date) => this.#days.isSealed(date),
        known: () => this.#days.known(),
        record: (entry, now, actor) => void this.#appendDay({ ...entry, actor }, now),
      },
    });
  }

  /** Every voucher in the journal, oldest first. */
  vouchers(): readonly Voucher[] {
    return this.#disk.entries
      .filter(({ kind }) => kind === 'voucher')
      .map(({ detail }) => detail.voucher as Voucher);
  }

  #appendDay(line: DayLine, now: Now): JournalHead {
    addTo(this.#balances, line.posting ?? {});
    return this.#append(line.kind, now.wallMs, line.detail, null, line);
  }

  markRecovering(reason: string, now: Now, actor: Actor): JournalHead {
    if (this.#disk.recovering !== null) return this.#disk.head;
    this.#disk.recovering = { atMs: now.wallMs, reason };
    return this.#append('recovering', now.wallMs, { reason, actor }, null);
  }

  recovered(now: Now, actor: Actor): JournalHead {
    this.#disk.recovering = null;
    return this.#append('recovered', now.wallMs, { actor }, null);
  }

  get(sequenceId: string): Intent | null {
    return this.#intents.get(sequenceId) ?? null;
  }

  open(): readonly Intent[] {
    return [...this.#intents.values()].filter((intent) => !ended(intent));
  }

  attention(): readonly Intent[] {
    return [...this.#intents.values()].filter((intent) => attentionOf(intent) > 0);
  }

  head(): JournalHead {
    return this.#disk.head;
  }

  /** The failing disk is around it (`mortal` of the terminal). */
  isBroken(): boolean {
    return false;
  }

  sweep(now: Now): number {
    let erased = 0;
    for (const [sequenceId, { untilMs }] of this.#disk.hashes) {
      if (untilMs === null || untilMs > now.monoMs) continue;
      this.#disk.hashes.delete(sequenceId);
      erased += 1;
    }
    return erased;
  }

  recovering(): RecoveringMark | null {
    return this.#disk.recovering;
  }

  onCommit(listener: (committed: Committed) => void): () => void {
    return this.#news.listen(listener);
  }

  facts(barcodeSpec: string, cardNumber: string, now: Now): ScanFacts {
    const same = this.#sameBarcode(barcodeSpec, now.monoMs);
    return { same, drawer: this.#balances.cash_drawer, ...cardFacts(this.#shelf, cardNumber, now) };
  }

  deferredOfCard(sequenceId: string): number {
    return otherDeferred(this.#shelf, sequenceId);
  }

  list(query: ListQuery): ReturnType<TillLedger['list']> {
    return pageOf(this.#shelf, query);
  }

  balances(): Readonly<Balances> {
    return this.#balances;
  }

  /** Of the balances, what the business days booked themselves. */
  dayPostings(): Readonly<Balances> {
    return this.#days.postings();
  }

  /** What of the books does not hold: the fold of the disk, the positions, the vault. Empty: all is well. */
  faults(): string[] {
    const found: string[] = [];
    const positions = noBalances();
    addTo(positions, this.#days.postings());
    for (const { entries } of this.vouchers()) addTo(positions, entries);
    const folded = this.#disk.folded();
    for (const [sequenceId, intent] of folded) {
      addTo(positions, position(intent.type, intent.host, intent.cash, intent.deferred, intent.amount));
      const held = this.#intents.get(sequenceId);
      if (held === undefined || !isSameIntent(held, intent))
        found.push(`${sequenceId} folds to another state`);
      if (this.#disk.vault.has(sequenceId) && !sendable(intent)) found.push(`${sequenceId} left its barcode`);
      if (this.#disk.hashes.has(sequenceId) && keepsHash(intent) === 'never')
        found.push(`${sequenceId} left its hash`);
    }
    if (folded.size !== this.#intents.size) found.push('an intent is not in the journal');
    for (const account of ACCOUNTS) {
      if (positions[account] !== this.#balances[account])
        found.push(`balance ${account} is ${this.#balances[account]}, positions say ${positions[account]}`);
    }
    return found;
  }

  /** The newest intent with this barcode that is open or inside its window. */
  #sameBarcode(barcode: string, monoMs: number): Intent | null {
    let newest: Intent | null = null;
    for (const [sequenceId, row] of this.#disk.hashes) {
      if (row.barcode !== barcode || (row.untilMs ?? Infinity) <= monoMs) continue;
      newest = this.#intents.get(sequenceId) ?? newest;
    }
    return newest;
  }

  #moveVault(before: Intent, after: Intent, barcodeSpec: string | undefined): void {
    if (sendable(before) && !sendable(after)) this.#disk.vault.delete(after.sequenceId);
    if (sendable(before) || !sendable(after)) return;
    if (barcodeSpec === undefined) throw new Error('nothing left: the barcode must come back');
    this.#disk.vault.set(after.sequenceId, barcodeSpec);
  }

  #moveHash(before: Intent, after: Intent, now: Now): void {
    const keep = keepsHash(after);
    if (keep === keepsHash(before)) return;
    if (keep === 'never') this.#disk.hashes.delete(after.sequenceId);
    const row = this.#disk.hashes.get(after.sequenceId);
    if (row !== undefined)
      row.untilMs = keep === 'window' ? now.monoMs + this.#options.times.barcodeLifeMs : null;
  }

  #append(
    kind: string,
    atMs: number,
    detail: Readonly<Record<string, unknown>>,
    record: DecisionRecord | null,
    day: DayLine | null = null,
  ): JournalHead {
    const entry = this.#disk.append(kind, atMs, detail, record, day);
    this.#days.add(entry);
    return { index: entry.index, hash: entry.hash };
  }

  #committed(intent: Intent, record: DecisionRecord): Committed {
    const { index, hash } = this.#disk.head;
    return { ok: true, intent, record, journalIndex: index, journalHash: hash, lateOn: [] };
  }
}

/** Field by field; what is no plain value was made by the same record and is the same object, or is compared by its text. */
function isSameIntent(one: Intent, other: Intent): boolean {
  const fields = Object.keys(one) as (keyof Intent)[];
  if (fields.length !== Object.keys(other).length) return false;
  return fields.every(
    (field) => one[field] === other[field] || JSON.stringify(one[field]) === JSON.stringify(other[field]),
  );
}

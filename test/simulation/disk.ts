/**
 * A disk without SQLite: the journal's records, the sealed barcodes and their hashes, as one value that can be copied,
 * cut and put back. The rules, the postings and the order of a commit are the program's own; what is left out is the
 * file. `simulation.test.ts` tells the same stories on this disk and on the real ledger and wants the same words.
 */
import { apply } from '../../src/intent/apply.ts';
import { decide, accept as decideAccept } from '../../src/intent/decide.ts';
import {
  ACCOUNTS,
  type Account,
  type Actor,
  type DecisionRecord,
  type Intent,
  type IntentTimes,
  type IntentType,
  type Now,
} from '../../src/intent/model.ts';
import { assertBalanced, position, posting } from '../../src/intent/positions.ts';
import type { DecideContext } from '../../src/intent/rules.ts';
import { ended, isCase } from '../../src/intent/state.ts';
import { DuplicateScan, LedgerFault } from '../../src/ledger/fault.ts';
import { attentionOf, businessDateOf, keepsHash, koreanDate, sendable } from '../../src/ledger/intents.ts';
import type {
  Committed,
  DayEntry,
  JournalHead,
  ListQuery,
  RecoveringMark,
  ScanFacts,
  Step,
  TillLedger,
} from '../../src/ledger/types.ts';
import { addTo, type DayLedger, type DayLine, DiskDays, journalEntryOf } from './disk-days.ts';

/** One line of the journal. `record` null: a note that belongs to no intent. */
export interface Entry {
  readonly index: number;
  /** What `hash` writes out. */
  readonly chain: number;
  readonly hash: string;
  readonly kind: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly record: DecisionRecord | null;
  readonly atMs: number;
  /** Not null: it belongs to a business day. */
  readonly day: DayLine | null;
}

interface HashRow {
  readonly barcode: string;
  untilMs: number | null;
}

/** What survives the process. */
export class Disk {
  readonly entries: Entry[] = [];
  /** Sealed barcodes by sequence id: only of intents for which one may be sent. */
  readonly vault = new Map<string, string>();
  readonly hashes = new Map<string, HashRow>();
  /** Stands for the keyed hash of the card, beside each intent. */
  readonly cards = new Map<string, string>();
  recovering: RecoveringMark | null = null;
  /** Where the journal ended when a backup was put back. */
  restoredTo = 0;
  /** Every barcode that was ever accepted; the world's knowledge, not the disk's. */
  readonly #everScanned = new Map<string, string>();
  /** The fold of the first `#foldedTo` entries, none of which ever changes. */
  readonly #folded = new Map<string, Intent>();
  #foldedTo = 0;

  get head(): JournalHead {
    const last = this.entries.at(-1);
    return last === undefined ? { index: 0, hash: '0'.repeat(64) } : { index: last.index, hash: last.hash };
  }

  /** Its journal folded into intents, oldest first. */
  folded(): ReadonlyMap<string, Intent> {
    const { entries } = this;
    for (; this.#foldedTo < entries.length; this.#foldedTo += 1) {
      const record = entries[this.#foldedTo]?.record ?? null;
      if (record === null) continue;
      const before = this.#folded.get(record.sequenceId) ?? null;
      this.#folded.set(record.sequenceId, apply(before, record));
    }
    return this.#folded;
  }

  scanned(sequenceId: string, barcode: string): void {
    this.#everScanned.set(sequenceId, barcode);
  }

  /** The disk as it was when the journal ended at `index`: an old image, a clone, or a lost tail. */
  at(index: number): Disk {
    const disk = new Disk();
    // A booking on a sealed day and the line that names it are one commit: no image ends between them.
    const isWhole = this.entries[index]?.kind !== 'dayLateBooking';
    disk.entries.push(...this.entries.slice(0, isWhole ? index : index - 1));
    for (const [sequenceId, intent] of disk.folded()) {
      const barcode = this.#everScanned.get(sequenceId) ?? '';
      disk.scanned(sequenceId, barcode);
      disk.cards.set(sequenceId, this.cards.get(sequenceId) ?? '');
      if (sendable(intent)) disk.vault.set(sequenceId, barcode);
      if (keepsHash(intent) !== 'never') disk.hashes.set(sequenceId, { barcode, untilMs: null });
    }
    // The mark of a restore is no entry: an image that was taken after the restore holds it.
    if (this.recovering?.reason === 'RESTORED' && index >= this.restoredTo) {
      disk.recovering = this.recovering;
      disk.restoredTo = this.restoredTo;
    }
    for (const { kind, detail } of disk.entries) {
      if (kind === 'recovering') disk.recovering = { atMs: 0, reason: String(detail.reason) };
      if (kind === 'recovered') disk.recovering = null;
    }
    return disk;
  }

  /** A backup that was put back: without the vault, and marked. */
  restoredAt(index: number, wallMs: number): Disk {
    const disk = this.at(index);
    disk.vault.clear();
    disk.hashes.clear();
    disk.recovering = { atMs: wallMs, reason: 'RESTORED' };
    disk.restoredTo = disk.head.index;
    return disk;
  }
}

export interface DiskLedgerOptions {
  readonly environment: string;
  readonly merchantId: string;
  readonly terminalId: string;
  readonly times: IntentTimes;
  readonly policyHash: string;
  readonly fraction: () => number;
  readonly now: Now;
}

type Balances = Record<Account, number>;

function noBalances(): Balances {
  return Object.fromEntries(ACCOUNTS.map((account) => [account, 0])) as Balances;
}

function mixed(before: number, text: string): number {
  let value = before;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value ^ (value >>> 15);
}

const ZEROS = '0'.repeat(56);

/** 32 bits that follow from everything before: enough for heads to differ where journals differ. */
function chained(before: number, kind: string, atMs: number, sequenceId: string): number {
  const timed = Math.imul(before ^ (atMs | 0) ^ ((atMs / 0x1_0000) | 0), 0x21f0aaad);
  return mixed(mixed(timed, kind), sequenceId);
}

/** The ledger of one run over a disk. */
export class DiskLedger implements TillLedger, DayLedger {
  readonly #disk: Disk;
  readonly #options: DiskLedgerOptions;
  readonly #intents: Map<string, Intent>;
  /** Journal index of each intent's acceptance: its place in lists, as in the real ledger. */
  readonly #numbers = new Map<string, number>();
  readonly #days: DiskDays;
  readonly #balances = noBalances();
  readonly #listeners = new Set<(committed: Committed) => void>();
  readonly #news: Committed[] = [];
  #isTelling = false;

  constructor(disk: Disk, options: DiskLedgerOptions) {
    this.#disk = disk;
    this.#options = options;
    this.#intents = new Map(disk.folded());
    for (const { record, index } of disk.entries) {
      if (record !== null && !this.#numbers.has(record.sequenceId))
        this.#numbers.set(record.sequenceId, index);
    }
    this.#days = new DiskDays(disk.entries, this.#intents);
    for (const intent of this.#intents.values()) addTo(this.#balances, posting(null, intent));
    addTo(this.#balances, this.#days.postings());
    const windowEndMs = options.now.monoMs + options.times.barcodeLifeMs;
    for (const row of disk.hashes.values()) if (row.untilMs !== null) row.untilMs = windowEndMs;
  }

  accept(scan: Parameters<TillLedger['accept']>[0], now: Now): Committed {
    const same = this.#sameBarcode(scan.barcodeSpec, now.monoMs);
    if (same !== null && same.host !== 'closed') throw new DuplicateScan(same.sequenceId);
    const { environment, merchantId, terminalId } = this.#options;
    const record = decideAccept(
      {
        sequenceId: scan.sequenceId,
        environment,
        merchantId,
        terminalId,
        stationId: scan.stationId,
        type: scan.type,
        amount: scan.amount,
        bin: scan.cardNumber.slice(0, 6),
        last4: scan.cardNumber.slice(-4),
        managerNeeded: scan.managerNeeded,
      },
      this.#context(now, { actor: scan.actor ?? { role: 'terminal' } }),
    );
    const intent = apply(null, record);
    const { index } = this.#append(record.event, record.atMs, {}, record);
    this.#numbers.set(intent.sequenceId, index);
    this.#intents.set(intent.sequenceId, intent);
    this.#disk.cards.set(intent.sequenceId, scan.cardNumber);
    this.#disk.vault.set(intent.sequenceId, scan.barcodeSpec);
    this.#disk.hashes.set(intent.sequenceId, { barcode: scan.barcodeSpec, untilMs: null });
    this.#disk.scanned(intent.sequenceId, scan.barcodeSpec);
    return this.#tell(this.#committed(intent, record));
  }

  record(
    sequenceId: string,
    event: Parameters<TillLedger['record']>[1],
    now: Now,
    options: Parameters<TillLedger['record']>[3],
  ): ReturnType<TillLedger['record']> {
    const intent = this.#intents.get(sequenceId);
    if (intent === undefined) throw new Error(`no intent ${sequenceId}`);
    if (options.expectedVersion !== undefined && options.expectedVersion !== intent.version) {
      return { ok: false, refusal: 'STALE', intent };
    }
    const decision = decide(intent, event, this.#context(now, options));
    if (!decision.ok) return { ok: false, refusal: decision.refusal, intent };
    const { record } = decision;
    const after = apply(intent, record);
    const toSend = record.event === 'send' ? this.#disk.vault.get(sequenceId) : undefined;
    if (record.event === 'send' && toSend === undefined) {
      throw new LedgerFault('KEY_MISSING', 'its barcode is not in the vault');
    }
    this.#append(record.event, record.atMs, {}, record);
    this.#intents.set(sequenceId, after);
    addTo(this.#balances, posting(intent, after));
    for (const late of this.#days.lateLines(intent, after)) this.#appendDay(late, now);
    this.#moveVault(intent, after, options.barcodeSpec);
    this.#moveHash(intent, after, now);
    const committed = this.#committed(after, record);
    this.#tell(committed);
    return toSend === undefined ? committed : { ...committed, barcodeSpec: toSend };
  }

  recordMany(...[steps, now]: Parameters<TillLedger['recordMany']>): ReturnType<TillLedger['recordMany']> {
    const isLost = ({ sequenceId, event }: Step): boolean =>
      event.kind === 'send' && !this.#disk.vault.has(sequenceId);
    if (steps.some(isLost)) throw new LedgerFault('KEY_MISSING', 'a barcode is not in the vault');
    return this.#together(() =>
      steps.map(({ sequenceId, event, options }) => this.record(sequenceId, event, now, options)),
    );
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
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  facts(barcodeSpec: string, cardNumber: string, now: Now): ScanFacts {
    const openReversals = { count: 0, sum: 0, oldestAtMs: null as number | null };
    const deferredOpen = { count: 0, sum: 0, oldestAtMs: null as number | null };
    const today = koreanDate(now.wallMs, 0);
    const cardToday = emptyDay();
    const terminalToday = emptyDay();
    let cardBusy: Intent | null = null;
    let deferredOfCard = 0;
    for (const intent of this.#intents.values()) {
      const isCard = this.#disk.cards.get(intent.sequenceId) === cardNumber;
      if (businessDateOf(intent, 0) === today && COUNTED.has(intent.host)) {
        add(terminalToday[intent.type], intent.amount);
        if (isCard) add(cardToday[intent.type], intent.amount);
      }
      if (ended(intent)) continue;
      if (intent.host === 'reversing') addOldest(openReversals, intent);
      const isWaiting = intent.host === 'unsent' || intent.host === 'sending' || intent.host === 'unknown';
      if (intent.deferred && isWaiting) addOldest(deferredOpen, intent);
      if (intent.deferred && isWaiting && isCard) deferredOfCard += 1;
      if (isCard && (intent.host === 'unknown' || intent.host === 'reversing')) cardBusy ??= intent;
    }
    return {
      same: this.#sameBarcode(barcodeSpec, now.monoMs),
      cardBusy,
      openReversals,
      deferredOpen,
      deferredOfCard,
      drawer: this.#balances.cash_drawer,
      cardToday,
      terminalToday,
    };
  }

  deferredOfCard(sequenceId: string): number {
    const asked = this.#intents.get(sequenceId);
    if (asked === undefined || ended(asked)) return 0;
    const card = this.#disk.cards.get(sequenceId);
    let count = 0;
    for (const intent of this.#intents.values()) {
      const isOpen = intent.host === 'unsent' || intent.host === 'sending' || intent.host === 'unknown';
      const isOther = intent.sequenceId !== sequenceId && intent.deferred && isOpen && !ended(intent);
      if (isOther && this.#disk.cards.get(intent.sequenceId) === card) count += 1;
    }
    return count;
  }

  /** The queries that a running core makes; anything else is not simulated and says so. */
  list(query: ListQuery): ReturnType<TillLedger['list']> {
    const { limit, group, stationId, cardNumber, text, before, ...dated } = query;
    const { businessDateFrom, businessDateTo, ...rest } = dated;
    if (Object.keys(rest).length > 0) throw new Error(`not simulated: ${Object.keys(rest).join(', ')}`);
    const all = [...this.#intents.values()];
    const found: Intent[] = [];
    for (let at = all.length - 1; at >= 0 && found.length <= limit; at -= 1) {
      const intent = all[at];
      if (intent === undefined || (before !== undefined && this.#numberOf(intent) >= Number(before)))
        continue;
      if (group === 'ended' && !ended(intent)) continue;
      if (stationId !== undefined && intent.stationId !== stationId) continue;
      if (cardNumber !== undefined && this.#disk.cards.get(intent.sequenceId) !== cardNumber) continue;
      if (text !== undefined && intent.sequenceId !== text) continue;
      if (businessDateFrom !== undefined && businessDateOf(intent, 0) < businessDateFrom) continue;
      if (businessDateTo !== undefined && businessDateOf(intent, 0) > businessDateTo) continue;
      found.push(intent);
    }
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      intents: page,
      older: found.length > limit && last !== undefined ? String(this.#numberOf(last)) : null,
      newer: null,
    };
  }

  #numberOf({ sequenceId }: Intent): number {
    return this.#numbers.get(sequenceId) ?? 0;
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

  #context(now: Now, options: Parameters<TillLedger['record']>[3]): DecideContext {
    const { openBusinessDate = null } = options;
    const isSealed = openBusinessDate !== null && this.#days.isSealed(openBusinessDate);
    return {
      times: this.#options.times,
      now,
      actor: options.actor,
      policyHash: this.#options.policyHash,
      canDefer: options.canDefer ?? false,
      openBusinessDate: isSealed ? null : openBusinessDate,
      fraction: this.#options.fraction(),
    };
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
    const { entries } = this.#disk;
    const last = entries.at(-1);
    const chain = chained(last?.chain ?? 0, kind, atMs, record?.sequenceId ?? '');
    const hash = (chain >>> 0).toString(16).padStart(8, '0') + ZEROS;
    const index = (last?.index ?? 0) + 1;
    const entry: Entry = { index, chain, hash, kind, atMs, detail, record, day };
    entries.push(entry);
    this.#days.add(entry);
    return { index, hash };
  }

  #committed(intent: Intent, record: DecisionRecord): Committed {
    const { index, hash } = this.#disk.head;
    return { ok: true, intent, record, journalIndex: index, journalHash: hash };
  }

  /** In commit order, also when a listener commits in turn. */
  #tell(committed: Committed): Committed {
    this.#news.push(committed);
    if (!this.#isTelling) this.#tellNews();
    return committed;
  }

  /** Listeners hear of a group when all of it is on the disk. */
  #together<Result>(work: () => Result): Result {
    const isInside = this.#isTelling;
    this.#isTelling = true;
    const result = work();
    this.#isTelling = isInside;
    if (!isInside) this.#tellNews();
    return result;
  }

  #tellNews(): void {
    this.#isTelling = true;
    try {
      for (let next = this.#news.shift(); next !== undefined; next = this.#news.shift()) {
        for (const listener of this.#listeners) listener(next);
      }
    } finally {
      this.#isTelling = false;
    }
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

const COUNTED = new Set(['unsent', 'sending', 'unknown', 'approved', 'voiding']);

function emptyDay(): Record<IntentType, { count: number; sum: number }> {
  return { CHARGE: { count: 0, sum: 0 }, REFUND: { count: 0, sum: 0 } };
}

function add(into: { count: number; sum: number }, amount: number): void {
  into.count += 1;
  into.sum += amount;
}

function addOldest(into: { count: number; sum: number; oldestAtMs: number | null }, intent: Intent): void {
  add(into, intent.amount);
  into.oldestAtMs = Math.min(into.oldestAtMs ?? intent.scannedAtMs, intent.scannedAtMs);
}

/** The intents of a disk with a case, for the account at the end. */
export function casesOf(intents: Iterable<Intent>): number {
  let count = 0;
  for (const intent of intents) if (isCase(intent)) count += 1;
  return count;
}

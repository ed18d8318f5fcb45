/**
 * The business day of a running terminal: counts, comparisons, closes and reports. What people decide and what the issuer
 * answers is in the journal before anybody hears of it; what is still to be done is read from there, so a restart goes on
 * where the last run stopped.
 */
import { setImmediate as pause } from 'node:timers/promises';
import type { Clock } from '../intent/clock.ts';
import type { Actor } from '../intent/model.ts';
import type { LossAccount } from '../intent/vouchers.ts';
import type { Answered, CloseAnswer, CloseRequest, SettlementTotal } from '../konaplate/settlement.ts';
import { DAYS_KNOWN, datePlus, nextDate } from '../ledger/days.ts';
import { LedgerFault } from '../ledger/fault.ts';
import { koreanDate } from '../ledger/intents.ts';
import type { BusinessDay, DayEntry, JournalHead, Ledger, VerifyReport } from '../ledger/types.ts';
import { contentDigest, contentOf, differs, isLeft, tornOff } from './anew.ts';
import { AutomaticComparison } from './automatic.ts';
import { Closer, COMPARISONS_MAX, type Compared } from './closer.ts';
import { COUNTS_MAX, type CountInput, judgeCount } from './count.ts';
import { type CloseObstacle, closeObstacle, type DayState, type Reconciliation } from './day.ts';
import { SettlementFault } from './fault.ts';
import { type DayGlance, glancesAt } from './glance.ts';
import { type OurItem, ourItem, payable } from './items.ts';
import { type AskList, type ListAsk, readList } from './list.ts';
import { Matching } from './matching.ts';
import { missingItemEntry } from './missing.ts';
import { openIdsOf, openItemsOf, readDay } from './read.ts';
import { makeReport, type Report, type ReportPlace } from './reporter.ts';
import { closingRules, ITEMS_MAX } from './rules.ts';
import { Seals } from './seals.ts';

/** The issuer as the business day needs it; the sync worker behind it knows line, epoch and journal head. */
export interface SettlementIssuer {
  transactions: AskList;
  close(request: CloseRequest): Promise<Answered<CloseAnswer>>;
  /** yyyyMMdd that is open there; null: not known. */
  businessDate(): string | null;
  cutOverHour(): number | null;
  /** Called when it is to be had again, or its date is another; never for a single call that was answered or not. */
  onChange(listener: () => void): () => void;
}

export interface SettlementOptions extends ReportPlace {
  readonly ledger: Ledger;
  readonly issuer: SettlementIssuer;
  readonly clock: Clock;
  readonly version: string;
  /** The whole ledger, in a thread of its own. */
  readonly verify: () => Promise<VerifyReport>;
  readonly log?: (entry: {
    readonly level: 'info' | 'warn' | 'error';
    readonly event: string;
    readonly [detail: string]: string | number | boolean | null;
  }) => void;
  /** The ledger cannot go on: the next start decides. */
  readonly onFault: (fault: unknown) => void;
}

export interface DaySummary {
  readonly date: string;
  readonly state: DayState;
}

const TERMINAL: Actor = { role: 'terminal' };
const PAGE = 500;
/** Newest days that a status shows, whatever became of them. */
const DAYS_SHOWN = 31;

const OBSTACLES: Readonly<Record<CloseObstacle, string>> = {
  SEALED: 'it is closed and agreed',
  COUNT_NEEDED: 'the drawer is not counted',
  REASON_NEEDED: 'its count differs and nobody said why',
  UNDER_WAY: 'its close waits for the issuer',
};

export class Settlement {
  readonly #options: SettlementOptions;
  readonly #closer: Closer;
  readonly #seals: Seals;
  readonly #automatic: AutomaticComparison;
  readonly #listeners = new Set<() => void>();
  #unlisten: () => void = () => {};
  #comparing: Promise<unknown> | null = null;
  #isStopped = false;

  constructor(options: SettlementOptions) {
    this.#options = options;
    const record = (entry: DayEntry, actor: Actor): JournalHead => this.#record(entry, actor);
    this.#seals = new Seals(options.ledger, options.clock, record, (work) => this.#guarded(work));
    this.#closer = new Closer({
      ledger: options.ledger,
      clock: options.clock,
      version: options.version,
      record: (entry) => record(entry, TERMINAL),
      compare: (date, open) => this.#alone(() => this.#compare(date, open, new Set(open))),
      send: (request) => options.issuer.close(request),
      guarded: (work) => this.#guarded(work),
      sealed: () => this.#seals.reload(),
    });
    this.#automatic = new AutomaticComparison({
      clock: options.clock,
      openDate: () => options.issuer.businessDate(),
      days: (count) => this.days(count),
      reconcile: (date) => this.#reconcileByItself(date),
      onFault: (fault) => this.#options.onFault(fault),
    });
  }

  /** Takes up what a former run left: closes without an answer or to be made anew, seals that were agreed and not written. */
  start(): void {
    const { issuer } = this.#options;
    this.#seals.start();
    const stop = issuer.onChange(() => this.#lineChanged());
    this.#unlisten = () => {
      stop();
      this.#seals.stop();
    };
    for (const { businessDate } of this.#unsealed()) {
      if (isLeft(readDay(this.#options.ledger, businessDate))) void this.#closer.drive(businessDate);
    }
    this.#lineChanged();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#unlisten();
    this.#automatic.stop();
    await this.#closer.stop();
    await this.#comparing?.catch(() => undefined);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** The issuer's open date, or the newest one here while it has not spoken yet. */
  openDate(): string | null {
    return this.#options.issuer.businessDate() ?? this.#options.ledger.days(1)[0]?.businessDate ?? null;
  }

  cutOverHour(): number | null {
    return this.#options.issuer.cutOverHour();
  }

  /** Days with payments or entries, newest first; older ones only while nobody has closed them. Each is folded whole. */
  days(count = DAYS_KNOWN): readonly DaySummary[] {
    const { ledger } = this.#options;
    return this.#shown(count).map(({ businessDate: date }) => ({ date, state: readDay(ledger, date) }));
  }

  /** The same days as a list shows them. */
  glances(): readonly DayGlance[] {
    return glancesAt(this.#options.ledger, this.#shown(DAYS_KNOWN));
  }

  #shown(count: number): readonly BusinessDay[] {
    const days = this.#options.ledger.days(count);
    return days.filter(({ sealedIndex }, place) => place < DAYS_SHOWN || sealedIndex === null);
  }

  /** yyyyMMdd of the oldest day that is not sealed; null: none. */
  unsealedFrom(): string | null {
    return this.#unsealed().at(-1)?.businessDate ?? null;
  }

  /**
   * yyyyMMdd before which this ledger never held a day, whatever it has lost since; null: it is empty. Before the cut-over
   * the business date is still the one before that of the calendar.
   */
  begunOn(): string | null {
    const [first] = this.#options.ledger.entries(1, 1);
    return first === undefined ? null : datePlus(koreanDate(first.atMs, 0), -1);
  }

  /**
   * The issuer has payments of this date that this ledger lost: it is one of its days from now on, to be looked at, compared
   * and closed. What the ledger still has of the date does not keep it among the days: a payment goes to another one with
   * the answer to its net cancel. A date of which something was said before stays as it is.
   */
  listed(date: string, totals: readonly SettlementTotal[]): void {
    if (this.#options.ledger.day(date) !== null) return;
    this.#record({ kind: 'dayListed', businessDate: date, detail: { totals } }, TERMINAL);
  }

  /** Newest first. */
  #unsealed(): readonly BusinessDay[] {
    return this.#options.ledger.days(DAYS_KNOWN).filter(({ sealedIndex }) => sealedIndex === null);
  }

  /** Throws NO_DAY for a date that has not begun and holds nothing. */
  day(date: string): DayState {
    this.#mustBegin(date);
    return readDay(this.#options.ledger, date);
  }

  /** What a close would carry over by name. */
  openItems(date: string): readonly OurItem[] {
    return openItemsOf(this.#options.ledger, date);
  }

  /** Records a count; only now its difference is known. */
  count(date: string, input: CountInput, actor: Actor): DayState {
    const day = this.#unclosed(date);
    if (day.counts.length >= COUNTS_MAX) throw new SettlementFault('COUNTED_TWICE', 'it was counted twice');
    const { cash_drawer: cash } = this.#options.ledger.balances();
    this.#record({ kind: 'dayCounted', businessDate: date, detail: { ...judgeCount(input, cash) } }, actor);
    return this.day(date);
  }

  /** Why the last count differs; with this program's cash kept apart, the difference goes to `store` with it. */
  explain(date: string, reason: string, note: string, actor: Actor): DayState {
    const day = this.#unclosed(date);
    const count = day.counts.at(-1)?.detail;
    if (count === undefined || count.difference === 0 || day.explained !== null) {
      throw new SettlementFault('NOTHING_TO_EXPLAIN', 'there is no difference to explain');
    }
    const { difference } = count;
    const posting =
      count.mode === 'separate' ? { posting: { cash_drawer: difference, store: -difference } } : {};
    const detail = { reason, note, difference };
    this.#record({ kind: 'dayExplained', businessDate: date, detail, ...posting }, actor);
    return this.day(date);
  }

  /**
   * A manager takes over an item of the issuer's list that this ledger lost: its amount against `loss`, with a case number,
   * once. From the next comparison on it is matched. Throws SettlementFault.
   */
  bookMissing(date: string, sequenceId: string, loss: LossAccount, actor: Actor): DayState {
    const { ledger } = this.#options;
    const day = this.#unclosed(date);
    if (ledger.recovering() !== null) {
      throw new SettlementFault('RECOVERING', 'the terminal is recovering: take it on first');
    }
    if (ledger.get(sequenceId) !== null) throw new SettlementFault('NOT_MISSING', 'it is known here');
    this.#record(missingItemEntry(day, sequenceId, loss, `C-${ledger.head().index + 1}`), actor);
    return this.day(date);
  }

  /**
   * Compares the day with the issuer's list and keeps the result; a close that is not agreed and that it explains goes on.
   * Throws SettlementFault.
   */
  async reconcile(date: string, actor: Actor): Promise<DayState> {
    this.#mustBegin(date);
    const open = (): readonly string[] => openIdsOf(this.#options.ledger, date);
    const { reconciliation } = await this.#alone(() => this.#comparedAnew(date, open));
    this.#record({ kind: 'dayReconciled', businessDate: date, detail: { ...reconciliation } }, actor);
    const day = this.day(date);
    // Where something differs a person is at it, who may take it over now.
    const isExplained = tornOff(day) !== null && !differs(reconciliation);
    if (!this.#isStopped && isExplained) void this.#closer.drive(date);
    return day;
  }

  async #reconcileByItself(date: string): Promise<void> {
    await this.reconcile(date, TERMINAL);
    this.#options.log?.({ level: 'info', event: 'dayReconciled', date });
  }

  /**
   * A person closes the day. It is in the journal when this returns; the issuer is asked at once and, while it does not
   * answer, again by itself. `settled` resolves when the first answer, or its absence, is known.
   */
  close(
    date: string,
    actor: Actor,
    uncounted: string | null = null,
  ): { readonly settled: Promise<DayState> } {
    const day = this.day(date);
    const obstacle = closeObstacle(day);
    if (obstacle !== null && !(uncounted !== null && obstacle === 'COUNT_NEEDED')) {
      throw new SettlementFault(obstacle, `the day cannot be closed now: ${OBSTACLES[obstacle]}`);
    }
    const open = this.openItems(date);
    const detail = {
      version: this.#options.version,
      store: this.#options.store,
      rangeFrom: this.#rangeFrom(),
      byDay: true,
      uncounted: day.counts.length === 0 ? uncounted : null,
      carried: { count: open.length, sum: open.reduce((sum, { amount }) => sum + amount, 0) },
    };
    this.#record({ kind: 'dayCloseWanted', businessDate: date, detail }, actor);
    return { settled: this.#closer.drive(date).then(() => this.day(date)) };
  }

  /**
   * The day's report as of a journal index; by default of its seal, else of its last entry. Throws NO_ENTRY for an index
   * that the journal has not come to: what is not written yet cannot be signed.
   */
  report(date: string, at: number | null = null): Report {
    this.#mustBegin(date);
    const { ledger } = this.#options;
    return makeReport(ledger, this.#options, date, at, (entry) => this.#record(entry, TERMINAL));
  }

  #mustBegin(date: string): void {
    const open = this.openDate();
    if (!/^[0-9]{8}$/.test(date) || (!this.#isKnown(date) && date !== open)) {
      throw new SettlementFault('NO_DAY', 'no such business day here');
    }
  }

  #isKnown(date: string): boolean {
    return this.#options.ledger.days(DAYS_KNOWN).some(({ businessDate }) => businessDate === date);
  }

  /** Neither sealed nor about to be: a close that is compared anew after an answer may still be sent and agreed. */
  #unclosed(date: string): DayState {
    const day = this.day(date);
    if (day.sealed !== null) throw new SettlementFault('SEALED', 'the day is closed and agreed');
    if (this.#closer.isBusy(date)) throw new SettlementFault('UNDER_WAY', 'its close is under way');
    if (day.phase === 'wanted') throw new SettlementFault('UNDER_WAY', 'its close waits for the issuer');
    return day;
  }

  /** Index after which a report's range begins: the seal before. */
  #rangeFrom(): number {
    const seals = this.#options.ledger.days(DAYS_KNOWN).map(({ sealedIndex }) => sealedIndex ?? 0);
    return Math.max(0, ...seals) + 1;
  }

  /** A disk that fails may have taken the entry all the same: whoever asked for it, the next start decides. */
  #record(entry: DayEntry, actor: Actor): JournalHead {
    const { ledger, clock, onFault } = this.#options;
    let head: JournalHead;
    try {
      head = ledger.recordDay(entry, clock.now(), actor);
    } catch (fault) {
      if (fault instanceof LedgerFault) onFault(fault);
      throw fault;
    }
    for (const listener of this.#listeners) listener();
    return head;
  }

  /** A fault of the ledger inside work that nobody waits for. */
  #guarded(work: () => void): void {
    try {
      if (!this.#isStopped) work();
    } catch (fault) {
      this.#options.onFault(fault);
    }
  }

  /** One comparison at a time: each reads the whole day. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    while (this.#comparing !== null) await this.#comparing.catch(() => undefined);
    const running = work();
    this.#comparing = running;
    try {
      return await running;
    } finally {
      this.#comparing = null;
    }
  }

  /** A payment that comes between makes it be compared again, a few times: what stays missing then, the next one tells. */
  async #comparedAnew(date: string, open: () => readonly string[]): Promise<Compared> {
    for (let tries = 1; ; tries += 1) {
      const compared = await this.#compare(date, open(), new Set());
      if (!compared.isOvertaken || tries >= COMPARISONS_MAX) return compared;
    }
  }

  /** `open`: what is open as it begins. `named`: what of it a close names, which is then in none of our figures. */
  async #compare(date: string, open: readonly string[], named: ReadonlySet<string>): Promise<Compared> {
    const { ledger, issuer, terminalId } = this.#options;
    const missing = readDay(ledger, date).missingItems.map(({ detail }) => detail);
    const { index } = ledger.head();
    let matching = new Matching(date, named, missing);
    const ask = (request: ListAsk): ReturnType<AskList> => issuer.transactions(request);
    const list = await readList(ask, date, terminalId, () => {
      matching = new Matching(date, named, missing);
      return (item) => {
        const ours = ledger.numbered(item.sequenceId);
        matching.there(item, ours === null ? null : ourItem(ours.number, ours.intent));
      };
    });
    for (let after = 0; ; ) {
      const page = ledger.pageOfDay(date, after, PAGE);
      for (const { number, intent } of page) matching.here(ourItem(number, intent));
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) break;
      after = last.number;
      await pause();
    }
    matching.lost();
    await this.#lookElsewhere(date, matching);
    const judged = await this.#judge(date, matching, list.final, list.asOf);
    const content = contentOf(matching, open);
    const reconciliation = { ...judged, contentDigest: contentDigest(content) };
    return { matching, content, reconciliation, isOvertaken: this.#isOvertaken(judged, index) };
  }

  /** What seems missing there has moved since the list was asked for: it was booked after its page had been read. */
  #isOvertaken({ differences }: Reconciliation, sinceIndex: number): boolean {
    const { ledger } = this.#options;
    return differences.some(({ category, sequenceId }) => {
      if (category !== 'missingThere') return false;
      return ledger.timeline(sequenceId).some(({ index }) => index > sinceIndex);
    });
  }

  /** What seems missing there may stand under the next date. A list that cannot be read leaves it missing. */
  async #lookElsewhere(date: string, matching: Matching): Promise<void> {
    const open = this.#options.issuer.businessDate();
    if (matching.result().categories.missingThere.count === 0 || open === null || open <= date) return;
    const { issuer, terminalId } = this.#options;
    try {
      const ask = (request: ListAsk): ReturnType<AskList> => issuer.transactions(request);
      await readList(ask, nextDate(date), terminalId, () => (item) => matching.elsewhere(item));
    } catch (fault) {
      if (!(fault instanceof SettlementFault)) throw fault;
    }
  }

  async #judge(date: string, matching: Matching, final: boolean, asOf: string): Promise<Reconciliation> {
    const { ledger } = this.#options;
    const verify = await this.#verified();
    const result = matching.result();
    const { categories, differences, more, ours, theirs, items } = result;
    const day = readDay(ledger, date);
    const named = day.named.flatMap((id) => {
      const found = ledger.numbered(id);
      return found === null ? [] : [ourItem(found.number, found.intent)];
    });
    const open = ledger.attention().map((intent) => ourItem(0, intent));
    const differing = differences.filter(({ category }) => category !== 'notYetSent');
    const rules = closingRules({
      verify,
      balances: ledger.balances(),
      open,
      payable: {
        ours: payable(ours),
        theirs: payable(theirs) - matching.underWay(),
        differing: differing.slice(0, ITEMS_MAX).map(({ sequenceId }) => sequenceId),
      },
      day: { ...ledger.dayPosition(date), sealed: day.sealed !== null, named },
    });
    return { final, asOf, categories, differences, more, ours, theirs, rules, items };
  }

  /** The ledger's own faults are faults; a check that ended without a word only has to be made again. */
  #verified(): Promise<VerifyReport> {
    return this.#options.verify().catch((fault: unknown) => {
      throw fault instanceof LedgerFault ? fault : new SettlementFault('NO_ANSWER', 'NOT_VERIFIED');
    });
  }

  #lineChanged(): void {
    this.#closer.hurry();
    this.#automatic.lineChanged();
  }
}

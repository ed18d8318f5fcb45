import type { Actor } from '../intent/model.ts';
import type {
  Answered,
  SettlementItem,
  TransactionsAnswer,
  TransactionsRequest,
} from '../konaplate/settlement.ts';
import { DAYS_KNOWN, datePlus } from '../ledger/days.ts';
import { isDamagedRow } from './damage.ts';
import type { SyncOptions } from './options.ts';
import type { UnsealedDays } from './unsealed-days.ts';

const TERMINAL: Actor = { role: 'terminal' };
const PAGE = 100;
const PAGES_MAX = 1_000;
/** A list of an older day that is not to be had keeps no claim back: the issuer may not give it any more. */
const DAYS_NEEDED = 62;
/** So many older days in a row that are not to be had: the others are left for another try. */
const FAILURES_MAX = 3;
/** A manager waits for a claim: no longer than this for older days, whatever the issuer takes for each. */
const OLDER_MS = 120_000;

type Page = (request: TransactionsRequest) => Promise<Answered<TransactionsAnswer>>;
/** The day that is open at the issuer; or its list is not to be had, or nothing is to be had now. */
type Read = { readonly open: string } | 'unread' | 'held';

/** The issuer's lists of every unsealed day: what is unknown here is noted for the manager's reconciliation. */
export class IssuerLists {
  readonly #options: SyncOptions;
  readonly #days: UnsealedDays;
  readonly #page: Page;
  /** Noted in this run: a second try to recover does not note them again. */
  readonly #imported = new Set<string>();

  /** `page` asks for a page of a list. */
  constructor(options: SyncOptions, days: UnsealedDays, page: Page) {
    this.#options = options;
    this.#days = days;
    this.#page = page;
  }

  /**
   * Reads them; `only` the older ones that an earlier try left. What is known here is asked about item by item once the
   * terminal is believed again. Gives the older days that are still unread; null: a list that is needed could not be read
   * to its end.
   */
  async read(openDate: string | null, only?: readonly string[]): Promise<readonly string[] | null> {
    if (!this.#options.backend.capabilities.lists) return [];
    // Which days are read only the issuer can say: a clock that nobody has confirmed may stand in any year.
    if (openDate === null) return null;
    const { clock } = this.#options;
    const needed = this.#neededFrom(openDate);
    const dates = [...(only ?? this.#dates(openDate, needed))];
    const daysMax = only === undefined ? DAYS_KNOWN : 0;
    const olderUntilMs = clock.now().monoMs + OLDER_MS;
    const left: string[] = [];
    const failed: string[] = [];
    let inARow = 0;
    let last = openDate;
    for (const date of dates) {
      // A day that was found behind the claim makes none needed that was not for it.
      const isOlder = only !== undefined || date < needed;
      if (isOlder && (inARow >= FAILURES_MAX || clock.now().monoMs >= olderUntilMs)) {
        left.push(date);
        continue;
      }
      const read = await this.#day(date);
      if (read === 'held' || (read === 'unread' && !isOlder)) return null;
      inARow = read === 'unread' ? inARow + 1 : 0;
      if (read === 'unread') failed.push(date);
      // The answers know the open day better than a hello before the cut-over.
      else for (; last < read.open && dates.length < daysMax; dates.push(last)) last = datePlus(last, 1);
    }
    return this.#unread(left, failed);
  }

  /** Those that failed come last the next time: the others may be to be had. */
  #unread(left: readonly string[], failed: readonly string[]): readonly string[] {
    const unread = [...left, ...failed];
    if (unread.length > 0) {
      const from = unread.reduce((oldest, date) => (date < oldest ? date : oldest));
      this.#options.log?.({ level: 'error', event: 'oldListsUnread', from, days: unread.length });
    }
    return unread;
  }

  /**
   * A day that is only not known to be sealed may have been shut, or be sealed and forgotten: at an issuer that does not
   * give its list any more, a claim that needed it could never be granted.
   */
  #neededFrom(openDate: string): string {
    const bound = datePlus(openDate, 1 - DAYS_NEEDED);
    const unsealed = this.#days.from(openDate);
    return unsealed > bound ? unsealed : bound;
  }

  /** Older days first, the newest of them first: where the issuer gives no more, it gives none of those before. */
  #dates(openDate: string, needed: string): readonly string[] {
    // A payment of a clock that stood in the past must not hide the days of now behind the bound.
    const earliest = datePlus(openDate, 1 - DAYS_KNOWN);
    const from = this.#days.lostFrom(openDate);
    const dates: string[] = [];
    let date = from > earliest ? from : earliest;
    for (let days = 0; days < DAYS_KNOWN && date <= openDate; days += 1) {
      if (!this.#days.isSettled(date, openDate)) dates.push(date);
      date = datePlus(date, 1);
    }
    const older = dates.filter((each) => each < needed);
    return [...older.reverse(), ...dates.slice(older.length)];
  }

  async #day(businessDate: string): Promise<Read> {
    const { terminalId } = this.#options;
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const request = {
        businessDate,
        limit: PAGE,
        ...(terminalId === undefined ? {} : { terminalId }),
        ...(cursor === undefined ? {} : { cursor }),
      };
      const answer = await this.#page(request);
      // The issuer was not even asked, so that says nothing of this day.
      if (answer.class === 'nothingLeft') return 'held';
      if (answer.class !== 'answered') return 'unread';
      this.#note(businessDate, answer.value);
      const { nextCursor } = answer.value;
      if (nextCursor === undefined) return { open: answer.meta.businessDate };
      if (nextCursor === cursor) return 'unread'; // the same page for ever
      cursor = nextCursor;
    }
    return 'unread';
  }

  #note(businessDate: string, { items, totals }: Pick<TransactionsAnswer, 'items' | 'totals'>): void {
    const { clock, ledger, onListed } = this.#options;
    let isTold = false;
    for (const item of items) {
      if (this.#imported.has(item.sequenceId) || this.#isKnown(item.sequenceId)) continue;
      if (!isTold) onListed?.(businessDate, totals);
      isTold = true;
      ledger.note('issuerItemMissingHere', detailOf(item), clock.now(), TERMINAL);
      this.#imported.add(item.sequenceId);
    }
  }

  /** Has a row here. One that cannot be read is no payment that is missing, and must not keep a manager's claim back. */
  #isKnown(sequenceId: string): boolean {
    const { ledger, log } = this.#options;
    try {
      return ledger.get(sequenceId) !== null;
    } catch (fault) {
      if (!isDamagedRow(ledger, fault)) throw fault;
      this.#imported.add(sequenceId);
      log?.({ level: 'error', event: 'listedUnread', fault: 'CORRUPT' });
      return true;
    }
  }
}

/** What the manager needs to find the payment at the issuer; no times and no card number beyond BIN and last four. */
function detailOf(item: SettlementItem): Readonly<Record<string, string | number>> {
  const { sequenceId, type, amount, state, approvalCode, businessDate, bin, last4 } = item;
  return { sequenceId, type, amount, state, approvalCode, businessDate, bin, last4 };
}

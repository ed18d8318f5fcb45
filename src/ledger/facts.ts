import type { IntentType, Now } from '../intent/model.ts';
import type { Connection } from './connection.ts';
import { LedgerFault } from './fault.ts';
import {
  type IntentRow,
  type IntentStatements,
  IS_ASKED_FOR,
  IS_OPEN,
  IS_UNCLAIMED,
  isOpenReversalRow,
  isUntouched,
  koreanDate,
  toIntent,
} from './intents.ts';
import type { Totals } from './totals.ts';
import type { LedgerSummary, ScanFacts } from './types.ts';
import type { Vault } from './vault.ts';

/** Where the card number stands in a barcode, after the transaction code. */
const CARD_PLACES = [6, 22] as const;

interface Sum {
  count: number;
  sum: number;
}
type ByType = Record<IntentType, Sum>;

function emptyByType(): ByType {
  return { CHARGE: { count: 0, sum: 0 }, REFUND: { count: 0, sum: 0 } };
}

/** Hosts whose money moved or may still move: what daily limits count. */
const COUNTED = new Set(['unsent', 'sending', 'unknown', 'approved', 'voiding']);

type Counted = Pick<IntentRow, 'type' | 'host' | 'amount' | 'card_hash' | 'business_date'>;

/**
 * Sums of one business date by card and for the terminal. Kept in memory because a random key per card on disk would
 * cost every commit; rebuilt from the day's rows when the date changes.
 */
export class Today {
  readonly #database: Connection;
  #date = '';
  #terminal: ByType = emptyByType();
  #cards = new Map<string, ByType>();

  constructor(database: Connection) {
    this.#database = database;
  }

  forget(): void {
    this.#date = '';
  }

  /** Follows a commit; before a rebuild there is nothing to follow. */
  move(before: Counted | null, after: Counted): void {
    if (this.#date === '') return;
    if (before !== null) this.#count(before, -1);
    this.#count(after, 1);
  }

  terminal(date: string): ByType {
    this.#load(date);
    const { CHARGE, REFUND } = this.#terminal;
    return { CHARGE: { ...CHARGE }, REFUND: { ...REFUND } };
  }

  card(date: string, hashes: readonly Buffer[]): ByType {
    this.#load(date);
    const sums = emptyByType();
    for (const hash of hashes) {
      const held = this.#cards.get(hash.toString('base64'));
      if (held === undefined) continue;
      for (const type of ['CHARGE', 'REFUND'] as const) {
        sums[type].count += held[type].count;
        sums[type].sum += held[type].sum;
      }
    }
    return sums;
  }

  #count(row: Counted, sign: 1 | -1): void {
    if (row.business_date !== this.#date || !COUNTED.has(row.host)) return;
    const type = row.type === 'CHARGE' ? 'CHARGE' : 'REFUND';
    this.#terminal[type].count += sign;
    this.#terminal[type].sum += sign * row.amount;
    if (row.card_hash === null) return;
    const key = row.card_hash.toString('base64');
    const held = this.#cards.get(key) ?? emptyByType();
    held[type].count += sign;
    held[type].sum += sign * row.amount;
    this.#cards.set(key, held);
  }

  #load(date: string): void {
    if (this.#date === date) return;
    this.#date = date;
    this.#terminal = emptyByType();
    this.#cards = new Map();
    const rows = this.#database
      .prepare<[string, string], Counted>(
        `SELECT type, host, amount, card_hash, business_date FROM intents
         WHERE number >= (SELECT first_number FROM days WHERE business_date = ?) AND business_date = ?`,
      )
      .iterate(date, date);
    for (const row of rows) this.#count(row, 1);
  }
}

export type OpenRow = Pick<
  IntentRow,
  | 'number'
  | 'sequence_id'
  | 'type'
  | 'host'
  | 'cash'
  | 'deferred'
  | 'amount'
  | 'business_date'
  | 'scanned_at_ms'
  | 'card_hash'
  | 'state'
>;

interface Exposure {
  count: number;
  sum: number;
  oldestAtMs: number | null;
}

function emptyExposure(): Exposure {
  return { count: 0, sum: 0, oldestAtMs: null };
}

function addTo(exposure: Exposure, row: OpenRow): void {
  exposure.count += 1;
  exposure.sum += row.amount;
  exposure.oldestAtMs = Math.min(exposure.oldestAtMs ?? row.scanned_at_ms, row.scanned_at_ms);
}

function isDeferredOpen(row: OpenRow): boolean {
  return row.deferred === 1 && (row.host === 'unsent' || row.host === 'sending' || row.host === 'unknown');
}

export function prepareFacts(database: Connection) {
  const columns =
    'number, sequence_id, type, host, cash, deferred, amount, business_date, scanned_at_ms, card_hash, state';
  return {
    open: database.prepare<[], OpenRow & { readonly unclaimed: number }>(
      `SELECT ${columns}, ${IS_UNCLAIMED} AS unclaimed FROM intents WHERE ${IS_OPEN} ORDER BY +number`,
    ),
    cases: database
      .prepare<[], number>(`SELECT count(*) FROM intents WHERE ${IS_ASKED_FOR} AND has_case = 1`)
      .pluck(),
    byState: database.prepare<[], { key: string; count: number; sum: number }>(
      `SELECT type || '.' || host || '.' || cash AS key, sum(count) AS count, sum(sum) AS sum
       FROM day_totals GROUP BY 1 HAVING sum(count) > 0`,
    ),
    byStateOfDay: database.prepare<[string], { key: string; count: number; sum: number }>(
      `SELECT type || '.' || host || '.' || cash AS key, sum(count) AS count, sum(sum) AS sum
       FROM day_totals WHERE business_date = ? GROUP BY 1 HAVING sum(count) > 0`,
    ),
  };
}
type FactStatements = ReturnType<typeof prepareFacts>;

export interface FactSources {
  readonly totals: Pick<Totals, 'drawer'>;
  readonly intents: IntentStatements;
  readonly vault: Vault;
  readonly open: OpenIntents;
  readonly today: Today;
  readonly cutOverHour: number;
}

/** The open intents once more in memory, in the order of their acceptance: a few, and every scan asks about all of them. */
export class OpenIntents {
  readonly #statements: FactStatements;
  readonly #rows = new Map<number, OpenRow>();

  constructor(statements: FactStatements) {
    this.#statements = statements;
    this.reload();
  }

  /** Back to what the disk says; after a rollback. */
  reload(): void {
    this.#rows.clear();
    for (const row of this.#statements.open.iterate()) this.#rows.set(row.number, row);
  }

  /** Follows a commit. One that is open again after its end stands last. */
  move(after: IntentRow): void {
    if (after.ended === 1) this.#rows.delete(after.number);
    else this.#rows.set(after.number, after);
  }

  find(sequenceId: string): OpenRow | null {
    for (const row of this.#rows.values()) if (row.sequence_id === sequenceId) return row;
    return null;
  }

  /** Open deferred charges with one of these card hashes, the named one left out. */
  deferredOfCard(sequenceId: string, hashes: readonly Buffer[]): number {
    let count = 0;
    for (const row of this.#rows.values()) {
      const isOther = row.sequence_id !== sequenceId && isDeferredOpen(row);
      if (isOther && hashes.some((hash) => row.card_hash?.equals(hash) === true)) count += 1;
    }
    return count;
  }

  rows(): Iterable<OpenRow> {
    return this.#rows.values();
  }
}

/** What the policy and the duplicate rule must know of a scan; see ScanFacts. */
export function scanFacts(
  sources: FactSources,
  barcodeSpec: string,
  cardNumber: string,
  now: Now,
): ScanFacts {
  const hashes = sources.vault.cardHashes(cardNumber);
  const sameNumber = sources.vault.findBarcode(barcodeSpec, now.monoMs);
  const reversals = emptyExposure();
  const deferred = emptyExposure();
  const isOfCard = (row: OpenRow): boolean => hashes.some((hash) => row.card_hash?.equals(hash) === true);
  let deferredOfCard = 0;
  let busyNumber: number | null = null;
  for (const row of sources.open.rows()) {
    const isReversal = isOpenReversalRow(row);
    if (isReversal) addTo(reversals, row);
    if (isDeferredOpen(row)) {
      addTo(deferred, row);
      if (isOfCard(row)) deferredOfCard += 1;
    }
    const isBusy = row.host === 'unknown' || isReversal;
    if (isBusy && isOfCard(row)) busyNumber ??= row.number;
  }
  const same = sameNumber === null ? undefined : sources.intents.byNumber.get(sameNumber);
  const busy = busyNumber === null ? undefined : sources.intents.byNumber.get(busyNumber);
  const date = koreanDate(now.wallMs, sources.cutOverHour);
  return {
    same: same === undefined ? null : toIntent(same),
    cardBusy: busy === undefined ? null : toIntent(busy),
    openReversals: reversals,
    deferredOpen: deferred,
    deferredOfCard,
    drawer: sources.totals.drawer(),
    cardToday: sources.today.card(date, hashes),
    terminalToday: sources.today.terminal(date),
  };
}

/** The card of an open intent under the present key and the earlier ones, as long as its barcode is kept. */
function cardHashesOf(row: OpenRow, vault: Vault): readonly Buffer[] {
  const { number, sequence_id: sequenceId, host, card_hash: stored } = row;
  if (stored === null) return [];
  if (host !== 'unsent' || !vault.hasEarlierKeys) return [stored];
  try {
    return vault.cardHashes(vault.readBarcode(number, sequenceId).slice(...CARD_PLACES));
  } catch (error) {
    if (error instanceof LedgerFault && error.code === 'KEY_MISSING') return [stored]; // a restored ledger
    throw error;
  }
}

/** Other open deferred charges of the same card as a named open intent's; 0 when that is not open. */
export function deferredOfCard(
  { open, vault }: Pick<FactSources, 'open' | 'vault'>,
  sequenceId: string,
): number {
  const row = open.find(sequenceId);
  return row === null ? 0 : open.deferredOfCard(sequenceId, cardHashesOf(row, vault));
}

/** The day's totals begin with the first thing that somebody does; before that the open intents are asked. */
function addUntouched(byState: Record<string, Sum>, { type, host, cash, amount }: OpenRow): void {
  const key = `${type}.${host}.${cash}`;
  const { count, sum } = byState[key] ?? { count: 0, sum: 0 };
  byState[key] = { count: count + 1, sum: sum + amount };
}

/** Counters for the manager's first page; see LedgerSummary. */
export function summarize(statements: FactStatements, businessDate: string | undefined): LedgerSummary {
  const payoutDue = emptyExposure();
  const returnDue = emptyExposure();
  const deferred = emptyExposure();
  const reversing = emptyExposure();
  const cells =
    businessDate === undefined ? statements.byState.all() : statements.byStateOfDay.all(businessDate);
  const byState = Object.fromEntries(cells.map(({ key, count, sum }) => [key, { count, sum }]));
  let open = 0;
  for (const row of statements.open.iterate()) {
    open += 1;
    if (row.cash === 'payout_due') addTo(payoutDue, row);
    if (row.cash === 'return_due' && row.unclaimed === 0) addTo(returnDue, row);
    if (isDeferredOpen(row)) addTo(deferred, row);
    if (isOpenReversalRow(row)) addTo(reversing, row);
    const isOfDay = businessDate === undefined || businessDate === row.business_date;
    if (isOfDay && isUntouched(row)) addUntouched(byState, row);
  }
  return {
    open,
    cases: statements.cases.get() ?? 0,
    payoutDue: { count: payoutDue.count, sum: payoutDue.sum },
    returnDue: { count: returnDue.count, sum: returnDue.sum },
    deferred,
    reversing,
    byState,
  };
}

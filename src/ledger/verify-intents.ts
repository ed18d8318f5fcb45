import { apply } from '../intent/apply.ts';
import { ACCOUNTS, type Account, type Intent, type Posting } from '../intent/model.ts';
import { positionOf, posting as postingOf } from '../intent/positions.ts';
import { canonicalJson } from './canonical.ts';
import type { Connection } from './connection.ts';
import {
  type IntentRow,
  isUntouched,
  keepsHash,
  koreanDate,
  prepareIntents,
  sendable,
  toIntent,
  toRow,
} from './intents.ts';
import { type JournalRow, prepareJournal, readDecision, rowsOfIntent } from './journal.ts';
import { readMeta } from './meta.ts';
import { readSearched, termsOf } from './search.ts';
import { emptyBalances } from './totals.ts';
import type { VerifyFaultCode } from './types.ts';
import type { Faults } from './verify-faults.ts';

interface Cell {
  readonly count: number;
  readonly sum: number;
}

interface Folded {
  readonly intent: Intent;
  /** It had ended or closed at some time: its barcode's hash may be gone although it is open again. */
  readonly wasOver: boolean;
}

interface Pending {
  readonly attention: number;
  readonly has_barcode: 0 | 1;
  readonly has_hash: 0 | 1;
  readonly until_ms: number | null;
}

/** Whoever takes the last thing out of a row takes the row away. */
function isEmpty({ attention, has_barcode: hasBarcode, has_hash: hasHash }: Pending): boolean {
  return attention === 0 && hasBarcode === 0 && hasHash === 0;
}

const NOT_PENDING: Pending = { attention: 0, has_barcode: 0, has_hash: 0, until_ms: null };

function prepareChecks(database: Connection) {
  return {
    pending: database.prepare<[number], Pending>(
      `SELECT attention, barcode IS NOT NULL AS has_barcode, hash IS NOT NULL AS has_hash, until_ms
       FROM pending WHERE number = ?`,
    ),
    pendingRows: database.prepare<[], number>('SELECT count(*) FROM pending').pluck(),
    term: database
      .prepare<[string, number], number>('SELECT 1 FROM search WHERE term = ? AND number = ?')
      .pluck(),
    day: database
      .prepare<[string, number], number>(
        `SELECT 1 FROM days WHERE business_date = ?
         AND ? BETWEEN first_number AND coalesce(last_number, 9007199254740991)`,
      )
      .pluck(),
    cells: database.prepare<[], { key: string; count: number; sum: number }>(
      `SELECT business_date || '.' || type || '.' || host || '.' || cash || '.' || deferred AS key, count, sum
       FROM day_totals WHERE count > 0`,
    ),
  };
}

/** Folds the records of each intent again and compares every derived row. Holds the sums per day, never the intents. */
export class IntentCheck {
  readonly positions: Record<Account, number> = emptyBalances();
  intents = 0;
  readonly #journal;
  readonly #rows;
  readonly #checks;
  readonly #faults: Faults;
  readonly #vaultFrom: number;
  readonly #searched: number;
  readonly #cells = new Map<string, Cell>();
  #entries = 0;
  #pendingRows = 0;

  constructor(database: Connection, faults: Faults) {
    this.#journal = prepareJournal(database);
    this.#rows = prepareIntents(database);
    this.#checks = prepareChecks(database);
    this.#faults = faults;
    this.#vaultFrom = Number(readMeta(database, 'vault_from') ?? 0);
    this.#searched = readSearched(database);
  }

  /** Checks one intent by its id; it must have a row. */
  intent(sequenceId: string): void {
    const row = this.#rows.byId.get(sequenceId);
    if (row === undefined) {
      this.#faults.add({ code: 'INTENT', text: `intent ${sequenceId} has entries and no row`, sequenceId });
    } else this.row(row);
  }

  /** Never throws for what somebody wrote into the file by hand. */
  row(row: IntentRow): void {
    this.intents += 1;
    try {
      this.#check(row);
    } catch (error) {
      const isOfSqlite = error instanceof Error && 'code' in error;
      if (isOfSqlite) throw error;
      const why = error instanceof Error ? error.message : 'unknown';
      this.#wrong('INTENT', row, `it cannot be read: ${why}`);
    }
  }

  #check(row: IntentRow): void {
    const folded = this.#fold(row);
    this.#count(row);
    if (folded === null) return;
    this.#compare(row, folded.intent);
    this.#checkPending(row, folded);
    this.#checkSearch(row);
  }

  /** What only the whole can tell. `entries` is the number of entries that name an intent. */
  finish(entries: number): void {
    if (entries !== this.#entries) {
      const text = `${entries} entries name an intent, the intents account for ${this.#entries}`;
      this.#faults.add({ code: 'INTENT', text });
    }
    const pendingRows = this.#checks.pendingRows.get() ?? 0;
    if (pendingRows !== this.#pendingRows) {
      const text = `${pendingRows} pending rows, ${this.#pendingRows} belong to an intent`;
      this.#faults.add({ code: 'VAULT', text });
    }
    for (const { key, count, sum } of this.#checks.cells.all()) {
      const held = this.#cells.get(key);
      if (held === undefined || held.count !== count || held.sum !== sum) {
        this.#faults.add({ code: 'DAY_TOTALS', text: `the totals of ${key} are not those of its intents` });
      }
      this.#cells.delete(key);
    }
    if (this.#cells.size > 0)
      this.#faults.add({ code: 'DAY_TOTALS', text: 'a day has intents and no totals' });
  }

  #fold(row: IntentRow): Folded | null {
    const entries = rowsOfIntent(this.#journal, row.last_index);
    this.#entries += entries.length;
    const fault = this.#linkFault(row, entries);
    if (fault !== null) {
      this.#wrong('INTENT', row, fault, row.last_index);
      return null;
    }
    let intent: Intent | null = null;
    let wasOver = false;
    for (const entry of entries) {
      const { record, posting } = readDecision(entry);
      const before: Intent | null = intent;
      try {
        intent = apply(before, record);
      } catch (error) {
        const why = error instanceof Error ? error.message : 'unknown';
        this.#wrong('INTENT', row, `entry ${entry.idx} cannot be applied: ${why}`, entry.idx);
        return null;
      }
      if (!samePosting(posting, postingOf(before, intent))) {
        this.#wrong('POSTING', row, `entry ${entry.idx} books something else than its states`, entry.idx);
      }
      wasOver ||= keepsHash(intent) !== 'open';
    }
    return intent === null ? null : { intent, wasOver };
  }

  #linkFault(row: IntentRow, entries: readonly JournalRow[]): string | null {
    const first = entries.at(0);
    if (first === undefined) return `entry ${row.last_index}, its last one, is missing`;
    if (first.earlier !== 0) return `entry ${first.earlier} of its timeline is missing`;
    if (first.idx !== row.number) return 'its number is not the index of its first entry';
    if (entries.length !== row.version)
      return `it has ${entries.length} entries and stands at version ${row.version}`;
    const stray = entries.find((entry) => entry.sequence_id !== row.sequence_id);
    return stray === undefined ? null : `entry ${stray.idx} of its timeline belongs to another intent`;
  }

  #compare(row: IntentRow, folded: Intent): void {
    const lastIndex = row.last_index;
    const expected = toRow(folded, row.state, {
      number: row.number,
      lastIndex,
      cardHash: row.card_hash,
      cutOverHour: cutOverOf(row),
    });
    if (canonicalJson(toIntent(row)) !== canonicalJson(folded)) {
      this.#wrong('INTENT', row, 'its stored state is not what its entries say', lastIndex);
    }
    const { state: _stored, card_hash: _hash, ...stored } = row;
    const { state: _folded, card_hash: _same, ...derived } = expected;
    if (canonicalJson(stored) !== canonicalJson(derived)) {
      this.#wrong('INTENT', row, 'its columns are not what its entries say', lastIndex);
    }
    const position = positionOf(folded);
    for (const account of ACCOUNTS) this.positions[account] += position[account] ?? 0;
    if (this.#checks.day.get(row.business_date, row.number) === undefined) {
      this.#wrong('DAY_TOTALS', row, `it lies outside its business day ${row.business_date}`, lastIndex);
    }
  }

  #count(row: IntentRow): void {
    if (isUntouched(row)) return;
    const key = `${row.business_date}.${row.type}.${row.host}.${row.cash}.${row.deferred}`;
    const held = this.#cells.get(key) ?? { count: 0, sum: 0 };
    this.#cells.set(key, { count: held.count + 1, sum: held.sum + row.amount });
  }

  #checkPending(row: IntentRow, { intent, wasOver }: Folded): void {
    const stored = this.#checks.pending.get(row.number);
    if (stored !== undefined) this.#pendingRows += 1;
    if (stored !== undefined && isEmpty(stored)) this.#wrong('VAULT', row, 'its pending row holds nothing');
    const held = stored ?? NOT_PENDING;
    if (held.attention !== row.attention)
      this.#wrong('INTENT', row, 'what is still to do for it is kept wrong');
    this.#checkVault(row, held, intent, wasOver);
  }

  #checkVault(row: IntentRow, held: Pending, intent: Intent, wasOver: boolean): void {
    const hasBarcode = held.has_barcode === 1;
    const mayLack = row.number <= this.#vaultFrom;
    if (hasBarcode && !sendable(intent)) this.#wrong('VAULT', row, 'its barcode should have been erased');
    if (!hasBarcode && sendable(intent) && !mayLack) this.#wrong('VAULT', row, 'its barcode is missing');
    const keep = keepsHash(intent);
    if (held.has_hash === 0) {
      if (keep === 'open' && !wasOver && !mayLack) this.#wrong('VAULT', row, "its barcode's hash is missing");
    } else if (keep === 'never' || (keep === 'window') !== (held.until_ms !== null)) {
      this.#wrong('VAULT', row, "its barcode's hash should have been erased or limited");
    }
  }

  #checkSearch(row: IntentRow): void {
    if (row.number > this.#searched) return;
    const isFound = termsOf(row).every((term) => this.#checks.term.get(term, row.number) !== undefined);
    if (!isFound) this.#wrong('SEARCH', row, 'the search index does not know it');
  }

  #wrong(code: VerifyFaultCode, row: IntentRow, text: string, index: number = row.last_index): void {
    const { sequence_id: sequenceId } = row;
    this.#faults.add({ code, text: `intent ${sequenceId}: ${text}`, index, sequenceId });
  }
}

/**
 * The cut-over hour that puts the scan on the row's date, where one does. The hour is a setting and may have changed since:
 * that must not look like a changed ledger.
 */
function cutOverOf(row: IntentRow): number {
  return koreanDate(row.scanned_at_ms, 0) === row.business_date ? 0 : 23;
}

function samePosting(left: Posting, right: Posting): boolean {
  return ACCOUNTS.every((account) => (left[account] ?? 0) === (right[account] ?? 0));
}

import type { Intent } from '../intent/model.ts';
import { writeBackup } from './backup.ts';
import { type Connection, openReading } from './connection.ts';
import { listDays, pageOfDay, prepareDays, rowsOfDay, toBusinessDay } from './days.ts';
import { prepareFacts, summarize } from './facts.ts';
import { guarded, LedgerFault } from './fault.ts';
import { prepareIntents, toIntent } from './intents.ts';
import { entriesAfter, entriesFrom, entriesOfIntent, prepareJournal, readHead, toEntry } from './journal.ts';
import { listIntents } from './list.ts';
import { readRecoveringMark, readRestoreMark } from './meta.ts';
import { recordedIntent } from './recorded.ts';
import { SCHEMA_VERSION, schemaVersion } from './schema.ts';
import { readBalances } from './totals.ts';
import type { LedgerReader } from './types.ts';
import { verifyLedger } from './verify.ts';

/**
 * The reading half of a ledger over one connection. `cardHashes` turns a card number into its keyed hashes, newest key
 * first; without the key it throws KEY_MISSING.
 */
export function createReader(
  database: Connection,
  cardHashes: (cardNumber: string) => readonly Buffer[],
): LedgerReader {
  const intents = prepareIntents(database);
  const journal = prepareJournal(database);
  const facts = prepareFacts(database);
  const days = prepareDays(database);
  return {
    get: (sequenceId): Intent | null =>
      guarded(() => {
        const row = intents.byId.get(sequenceId);
        return row === undefined ? null : toIntent(row);
      }),
    asRecorded: (sequenceId) =>
      guarded(() =>
        database.transaction(() => {
          const row = intents.byId.get(sequenceId);
          return row === undefined ? null : recordedIntent(journal, row);
        })(),
      ),
    open: () => guarded(() => intents.open.all().map(toIntent)),
    attention: () => guarded(() => intents.attention.all().map(toIntent)),
    list: (query) => guarded(() => database.transaction(() => listIntents(database, query, cardHashes))()),
    timeline: (sequenceId) =>
      guarded(() =>
        database.transaction(() => {
          const row = intents.byId.get(sequenceId);
          return row === undefined ? [] : entriesOfIntent(journal, row.last_index);
        })(),
      ),
    changes: (index, limit) => guarded(() => entriesAfter(journal, index, limit)),
    entries: (fromIndex, limit) => guarded(() => entriesFrom(journal, fromIndex, limit)),
    numbered: (sequenceId) =>
      guarded(() => {
        const row = intents.byId.get(sequenceId);
        return row === undefined ? null : { number: row.number, intent: toIntent(row) };
      }),
    pageOfDay: (date, after, limit) => guarded(() => pageOfDay(days, date, after, limit)),
    days: (limit) => guarded(() => listDays(days, limit)),
    day: (date) =>
      guarded(() => {
        const row = days.get.get(date);
        return row === undefined ? null : toBusinessDay(row);
      }),
    dayEntries: (date) =>
      guarded(() =>
        database.transaction(() => {
          const row = days.get.get(date);
          return row === undefined
            ? []
            : rowsOfDay(database, row.last_index).map((each) => toEntry(journal, each));
        })(),
      ),
    dayPosition: (date) =>
      guarded(() => {
        const held = days.approved.get(date);
        const own = days.get.get(date);
        return {
          issuerPayable: (held?.issuer_payable ?? 0) + (own?.issuer_payable ?? 0),
          cashDrawer: (held?.cash_drawer ?? 0) + (own?.cash_drawer ?? 0),
        };
      }),
    summary: (businessDate) => guarded(() => database.transaction(() => summarize(facts, businessDate))()),
    balances: () => guarded(() => readBalances(database)),
    head: () => guarded(() => readHead(journal)),
    verify: (options) => guarded(() => verifyLedger(database, options ?? {})),
    restored: () => guarded(() => readRestoreMark(database)),
    recovering: () => guarded(() => readRecoveringMark(database)),
    backup: (file) => writeBackup(database, file),
    close: () => {
      if (database.open) database.close();
    },
  };
}

export interface ReadOnlyOptions {
  readonly file: string;
}

/**
 * Opens the ledger beside a running agent: takes no lock, needs no key, writes nothing. Searching by card number needs
 * the key and says KEY_MISSING.
 */
export function openLedgerReadOnly(options: ReadOnlyOptions): LedgerReader {
  const database = openReading(options.file);
  try {
    const version = guarded(() => schemaVersion(database));
    if (version !== SCHEMA_VERSION) {
      throw new LedgerFault('READ_ONLY', `schema ${version} must be migrated by the agent first`);
    }
    const noKey = (): never => {
      throw new LedgerFault('KEY_MISSING');
    };
    return createReader(database, noKey);
  } catch (error) {
    database.close();
    throw error;
  }
}

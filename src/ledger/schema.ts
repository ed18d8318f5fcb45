import type Database from 'better-sqlite3';
import { LedgerFault } from './fault.ts';
import { SCHEMA_1 } from './schema-1.ts';
import { SCHEMA_2 } from './schema-2.ts';
import { SCHEMA_3 } from './schema-3.ts';

/** "KTil": tells `file` and us that this database is a ledger. */
export const APPLICATION_ID = 0x4b54696c;

/**
 * Append-only: a released step is never edited, the next one is a file of its own (`schema-N.ts`) at the end of this list.
 * The place in the list is the version. Each earlier version has a ledger of its time in the tests, which must come through.
 */
export const MIGRATIONS: readonly string[] = [SCHEMA_1, SCHEMA_2, SCHEMA_3];
export const SCHEMA_VERSION: number = MIGRATIONS.length;

/** The schema version of a file; throws CORRUPT for a database that is not a ledger, NEWER_SCHEMA for a newer one. */
export function schemaVersion(database: Database.Database, newest: number = SCHEMA_VERSION): number {
  const version = Number(database.pragma('user_version', { simple: true }));
  const application = Number(database.pragma('application_id', { simple: true }));
  if (version > newest) {
    throw new LedgerFault('NEWER_SCHEMA', `schema ${version}, this program knows ${newest}`);
  }
  const tables = database.prepare<[], number>('SELECT count(*) FROM sqlite_schema').pluck().get() ?? 0;
  const isNew = version === 0 && tables === 0;
  if (!isNew && application !== APPLICATION_ID) throw new LedgerFault('CORRUPT', 'not a ledger');
  return version;
}

/** Brings the file to the newest version, each step in a transaction of its own: a failed step leaves the one before. */
export function migrate(database: Database.Database, migrations: readonly string[] = MIGRATIONS): void {
  const done = schemaVersion(database, migrations.length);
  // A step may write a table's rules anew without copying its rows; nothing else may.
  database.unsafeMode(true);
  try {
    for (const [offset, sql] of migrations.slice(done).entries()) step(database, sql, done + offset + 1);
  } finally {
    database.unsafeMode(false);
    // A step that failed may have left it on; SQLite reads the rules anew.
    database.pragma('writable_schema = RESET');
  }
}

function step(database: Database.Database, sql: string, version: number): void {
  database
    .transaction(() => {
      database.exec(sql);
      database.pragma(`user_version = ${version}`);
      database.pragma(`application_id = ${APPLICATION_ID}`);
    })
    .immediate();
}

import type { Connection } from './connection.ts';
import type { RecoveringMark, RestoreMark } from './types.ts';

/** Small facts about the ledger itself. None of them is a secret, none is part of the journal's truth. */
export type MetaName =
  /** Random, made with the ledger: tells two ledgers apart. */
  | 'ledger_id'
  /** Which ledger key the vault and the hashes use. */
  | 'key_id'
  | 'searched'
  /** Intents accepted up to this index may lack their vault rows: the ledger came from a backup. */
  | 'vault_from'
  /** JSON of RestoreMark. */
  | 'restored'
  /** JSON of RecoveringMark. */
  | 'recovering';

export function readMeta(database: Connection, name: MetaName): string | null {
  const value = database.prepare<[string], string>('SELECT value FROM meta WHERE name = ?').pluck().get(name);
  return value ?? null;
}

export function writeMeta(database: Connection, name: MetaName, value: string | null): void {
  if (value === null) {
    database.prepare<[string]>('DELETE FROM meta WHERE name = ?').run(name);
    return;
  }
  database
    .prepare<[string, string]>(
      'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    )
    .run(name, value);
}

export function readRestoreMark(database: Connection): RestoreMark | null {
  const text = readMeta(database, 'restored');
  return text === null ? null : (JSON.parse(text) as RestoreMark);
}

/** A restored ledger is recovering as well. */
export function readRecoveringMark(database: Connection): RecoveringMark | null {
  const text = readMeta(database, 'recovering');
  if (text !== null) return JSON.parse(text) as RecoveringMark;
  const restored = readRestoreMark(database);
  return restored === null ? null : { atMs: restored.atMs, reason: 'RESTORED' };
}

import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Now } from '../intent/model.ts';
import { backUpBeforeMigration } from './backup.ts';
import { canonicalJson } from './canonical.ts';
import { type Connection, openWriting } from './connection.ts';
import { guarded, LedgerFault } from './fault.ts';
import { appendEntry, prepareJournal, readHead } from './journal.ts';
import { readEarlierKeys } from './keyring.ts';
import {
  deriveKeys,
  type LedgerKeys,
  newKey,
  readKeyFile,
  seal,
  syncDirectory,
  unseal,
  writeKeyFile,
} from './keys.ts';
import { takeLock } from './lock.ts';
import { readMeta, writeMeta } from './meta.ts';
import { eraseSecrets } from './pending.ts';
import { placeOf } from './place.ts';
import { migrate, SCHEMA_VERSION, schemaVersion } from './schema.ts';

const NONCE_BYTES = 12;

export interface RotateOptions {
  readonly file: string;
  /** Path of the key file; it holds the new key afterwards. */
  readonly keyFile: string;
  readonly now: Now;
  /**
   * The old key is gone for good: sealed barcodes and keyed hashes that nobody can open any more are erased. Intents
   * that needed them can only end without sending; cards of old intents are no longer found by number. Where the key file
   * does fit, nothing is lost and nothing is erased; a restored ledger cannot tell.
   */
  readonly isLost?: boolean;
}

export interface RotateReport {
  readonly resealed: number;
  readonly erased: number;
}

function nextKeyFile(keyFile: string): string {
  return `${keyFile}.next`;
}

/**
 * Finishes or drops a rotation that a crash interrupted: the new key was written beside the old one before the ledger
 * was re-sealed, so one of the two always fits.
 */
export function settleRotation(database: Connection, keyFile: string): void {
  const next = nextKeyFile(keyFile);
  if (!existsSync(next)) return;
  const id = readMeta(database, 'key_id');
  if (deriveKeys(readKeyFile(next)).id === id) {
    renameSync(next, keyFile);
    syncDirectory(dirname(keyFile));
  } else rmSync(next);
}

function reseal(database: Connection, from: LedgerKeys, to: LedgerKeys): number {
  const rows = database
    .prepare<[], { number: number; sequence_id: string; content: Buffer }>(
      `SELECT pending.number, sequence_id, barcode AS content FROM pending JOIN intents USING (number)
       WHERE barcode IS NOT NULL ORDER BY pending.number`,
    )
    .all();
  const put = database.prepare<[Buffer, number]>('UPDATE pending SET barcode = ? WHERE number = ?');
  for (const { number, sequence_id: sequenceId, content } of rows) {
    const plain = unseal(from.vault, content, sequenceId);
    if (plain === null) throw new LedgerFault('KEY_MISSING', `the vault row of ${sequenceId} does not open`);
    put.run(seal(to.vault, plain, sequenceId, randomBytes(NONCE_BYTES)), number);
  }
  return rows.length;
}

/** Cards and open barcodes stay findable: their hash keys go on, sealed under the new key. */
function keepHashKeys(database: Connection, from: LedgerKeys, to: LedgerKeys): void {
  const oldestFirst = [from.hash, ...readEarlierKeys(database, from.wrap)].reverse();
  database.exec('DELETE FROM hash_keys');
  const put = database.prepare<[number, Buffer]>('INSERT INTO hash_keys (generation, sealed) VALUES (?, ?)');
  for (const [place, key] of oldestFirst.entries()) {
    const generation = place + 1;
    const sealed = seal(to.wrap, key.export(), `hash key ${generation}`, randomBytes(NONCE_BYTES));
    put.run(generation, sealed);
  }
}

function rotate(database: Connection, old: LedgerKeys | null, next: LedgerKeys, now: Now): RotateReport {
  const statements = prepareJournal(database);
  const head = readHead(statements);
  let report: RotateReport;
  if (old === null) {
    const erased = eraseSecrets(database);
    database.exec('DELETE FROM hash_keys');
    writeMeta(database, 'vault_from', String(head.index + 1));
    report = { resealed: 0, erased };
  } else {
    report = { resealed: reseal(database, old, next), erased: 0 };
    keepHashKeys(database, old, next);
  }
  writeMeta(database, 'key_id', next.id);
  const body = canonicalJson({ actor: { role: 'terminal' }, detail: { isLost: old === null, ...report } });
  appendEntry(statements, head, { atMs: now.wallMs, kind: 'keyRotated', sequenceId: null, earlier: 0, body });
  return report;
}

/**
 * The present key, proven by the ledger's own mark; null when it is given up as lost. A restored ledger names no key until
 * its agent starts: the file that lies there is then as good as the word of whoever says that the key is lost.
 */
function presentKeys(database: Connection, options: RotateOptions): LedgerKeys | null {
  settleRotation(database, options.keyFile);
  const id = readMeta(database, 'key_id');
  const isLost = options.isLost === true;
  if (id === null && isLost) return null;
  const keys = keysIn(options.keyFile);
  if (keys !== null && (id === null || keys.id === id)) return keys;
  if (!isLost) throw new LedgerFault('KEY_MISSING');
  return null;
}

/** The working keys of a key file; null when there is none, or what stands there is no key. */
function keysIn(file: string): LedgerKeys | null {
  try {
    return deriveKeys(readKeyFile(file));
  } catch (error) {
    if (error instanceof LedgerFault && error.code === 'KEY_MISSING') return null;
    throw error;
  }
}

/**
 * Gives the ledger a new key: seals the vault anew, keeps the old hash keys under the new one, replaces the key file.
 * One transaction, safe against a crash at any moment. Refuses (LOCKED) while an agent runs.
 */
export function rotateLedgerKey(given: RotateOptions): RotateReport {
  const options = { ...given, file: placeOf(given.file) };
  const lock = takeLock(options.file);
  try {
    const database = openWriting(options.file);
    try {
      const version = schemaVersion(database);
      if (version > 0 && version < SCHEMA_VERSION) backUpBeforeMigration(database, options.file, version);
      migrate(database);
      const old = presentKeys(database, options);
      const fresh = newKey();
      const next = nextKeyFile(options.keyFile);
      writeKeyFile(next, fresh, existsSync(options.keyFile) ? options.keyFile : options.file);
      const report = guarded(() =>
        database.transaction(() => rotate(database, old, deriveKeys(fresh), options.now)).immediate(),
      );
      settleRotation(database, options.keyFile);
      database.pragma('wal_checkpoint(TRUNCATE)');
      return report;
    } finally {
      database.close();
    }
  } finally {
    lock.release();
  }
}

import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { backupApart } from './apart.ts';
import { backUpBeforeMigration } from './backup.ts';
import { createBallast } from './ballast.ts';
import { type Connection, openWriting } from './connection.ts';
import { guarded, LedgerFault } from './fault.ts';
import { prepareIntents, toIntent } from './intents.ts';
import { findKey, openKeyring } from './keyring.ts';
import { takeLock } from './lock.ts';
import { readMeta, writeMeta } from './meta.ts';
import type { LedgerOptions } from './options.ts';
import { placeOf } from './place.ts';
import { createReader } from './reader.ts';
import { settleRotation } from './rotate.ts';
import { migrate, SCHEMA_VERSION, schemaVersion } from './schema.ts';
import type { Ledger } from './types.ts';
import { createVault, type VaultKeys } from './vault.ts';
import { LedgerWriter } from './writer.ts';

const BALLAST_BYTES = 4 * 1024 * 1024;

function refuseOthersIntents(database: Connection, options: LedgerOptions): void {
  for (const row of prepareIntents(database).open.iterate()) {
    const intent = toIntent(row);
    const isOurs =
      intent.environment === options.environment &&
      intent.merchantId === options.merchantId &&
      intent.terminalId === options.terminalId;
    if (isOurs) continue;
    const whose = `${intent.environment}, ${intent.merchantId}, ${intent.terminalId}`;
    throw new LedgerFault('OTHER_ENVIRONMENT', `intent ${intent.sequenceId} belongs to ${whose}`);
  }
}

function readKeys(database: Connection, options: LedgerOptions, isNewLedger: boolean): VaultKeys | null {
  try {
    if (typeof options.key === 'string') settleRotation(database, options.key);
    return openKeyring(database, findKey(options.key, isNewLedger));
  } catch (error) {
    const isMissing = error instanceof LedgerFault && error.code === 'KEY_MISSING';
    if (!isMissing || options.withoutKey !== true) throw error;
    options.log?.({ level: 'warn', event: 'keyMissing', code: error.code, detail: error.message });
    return null;
  }
}

/** Brings the file to this program's schema, with a backup before the first step. True for a new ledger. */
function upgrade(database: Connection, options: LedgerOptions): boolean {
  const version = schemaVersion(database);
  if (version > 0 && version < SCHEMA_VERSION) {
    const backup = backUpBeforeMigration(database, options.file, version);
    const detail = `schema ${version} to ${SCHEMA_VERSION}, backup ${basename(backup)}`;
    options.log?.({ level: 'info', event: 'ledgerMigrated', code: null, detail });
  }
  migrate(database);
  return version === 0;
}

function openOn(database: Connection, options: LedgerOptions, release: () => void): Ledger {
  const isNewLedger = upgrade(database, options);
  if (readMeta(database, 'ledger_id') === null) {
    writeMeta(database, 'ledger_id', randomBytes(8).toString('hex'));
  }
  refuseOthersIntents(database, options);
  const vault = createVault(database, readKeys(database, options, isNewLedger), options.random);
  const windowMs = options.duplicateWindowMs ?? options.times.barcodeLifeMs;
  vault.restartWindows(options.now.monoMs + windowMs);
  const ballast = createBallast(
    database,
    options.file,
    options.ballastBytes ?? BALLAST_BYTES,
    options.maxPages,
  );
  const writer = new LedgerWriter(database, options, vault, ballast);
  const reader = createReader(database, (card) => vault.cardHashes(card));
  const { index } = writer.head();
  options.log?.({ level: 'info', event: 'ledgerOpened', code: null, detail: `head ${index}` });
  return {
    ...reader,
    accept: (scan, now) => writer.accept(scan, now),
    acceptMany: (scans, now) => writer.acceptMany(scans, now),
    record: (sequenceId, event, now, recordOptions) => writer.record(sequenceId, event, now, recordOptions),
    recordMany: (steps, now) => writer.recordMany(steps, now),
    note: (kind, detail, now, actor) => writer.note(kind, detail, now, actor),
    voucher: (...given) => writer.voucher(...given),
    recordDay: (entry, now, actor) => writer.recordDay(entry, now, actor),
    sign: (text) => vault.sign(text),
    markRecovering: (reason, now, actor) => writer.markRecovering(reason, now, actor),
    recovered: (now, actor) => writer.recovered(now, actor),
    facts: (barcodeSpec, cardNumber, now) => writer.facts(barcodeSpec, cardNumber, now),
    deferredOfCard: (sequenceId) => writer.deferredOfCard(sequenceId),
    head: () => writer.head(),
    isBroken: () => writer.isBroken(),
    sweep: (now) => writer.sweep(now),
    onCommit: (listener) => writer.onCommit(listener),
    // Taking the vault out of a large copy takes seconds, in which no page would hear of anything.
    backup: (file) => backupApart({ file: options.file, to: file }),
    close: () => {
      reader.close();
      release();
    },
  };
}

/**
 * Opens the ledger for its agent: takes the lock, checks and migrates the file, finds the key. Throws LedgerFault; the
 * lock is free again when it does.
 */
export function openLedger(given: LedgerOptions): Ledger {
  const options = { ...given, file: placeOf(given.file) };
  const lock = takeLock(options.file);
  try {
    const database = openWriting(options.file, options.maxPages);
    try {
      return guarded(() => openOn(database, options, () => lock.release()));
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    lock.release();
    throw error;
  }
}

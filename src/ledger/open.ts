import { randomBytes } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Random } from '../intent/clock.ts';
import type { IntentTimes, Now } from '../intent/model.ts';
import { createBallast } from './ballast.ts';
import { type Connection, openWriting } from './connection.ts';
import { guarded, LedgerFault } from './fault.ts';
import { prepareIntents, toIntent } from './intents.ts';
import { findKey, openKeyring } from './keyring.ts';
import { takeLock } from './lock.ts';
import { readMeta, writeMeta } from './meta.ts';
import { createReader } from './reader.ts';
import { settleRotation } from './rotate.ts';
import { migrate, schemaVersion } from './schema.ts';
import type { Ledger } from './types.ts';
import { createVault, type VaultKeys } from './vault.ts';
import { LedgerWriter } from './writer.ts';

const BALLAST_BYTES = 4 * 1024 * 1024;

/** What the ledger tells the log; never a card datum. */
export interface LedgerLog {
  readonly level: 'info' | 'warn' | 'error';
  readonly event: 'ledgerOpened' | 'ledgerBroken' | 'listenerFailed' | 'keyMissing';
  readonly code: string | null;
  readonly detail: string;
}

export interface LedgerOptions {
  /** The database file; its directory is made (0700) when it is missing. */
  readonly file: string;
  readonly environment: string;
  readonly merchantId: string;
  readonly terminalId: string;
  /** The 32 bytes, or the path of the key file, which is made (0600) together with a new ledger. */
  readonly key: Uint8Array | string;
  readonly times: IntentTimes;
  /** Names the policy under which decisions are taken (`policyHash` of src/intent). */
  readonly policyHash: string;
  readonly random: Random;
  /** The moment of opening: windows that were running start afresh on the new monotonic clock. */
  readonly now: Now;
  /** Hour in Korea at which the business day begins, for intents without an answer. Default 0. */
  readonly cutOverHour?: number;
  /** How long an ended intent answers for its barcode. Default: the barcode's life. */
  readonly duplicateWindowMs?: number;
  /** Reserve beside the ledger. Default 4 MiB; 0 for none. */
  readonly ballastBytes?: number;
  /** Limit of the database in pages of 4 KiB, to stand for a small disk. Default: none. */
  readonly maxPages?: number;
  /** Opens without the key: reading, verifying and whatever needs no barcode work, the rest says KEY_MISSING. */
  readonly withoutKey?: boolean;
  readonly log?: (entry: LedgerLog) => void;
}

/** The same file by every name: the lock must not depend on how somebody wrote the path. */
function resolveFile(file: string): string {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  return join(realpathSync(dirname(file)), basename(file));
}

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

function openOn(database: Connection, options: LedgerOptions, release: () => void): Ledger {
  const isNewLedger = schemaVersion(database) === 0;
  migrate(database);
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
    note: (kind, detail, now, actor) => writer.note(kind, detail, now, actor),
    voucher: (voucher, now, actor) => writer.voucher(voucher, now, actor),
    recordDay: (entry, now, actor) => writer.recordDay(entry, now, actor),
    sign: (text) => vault.sign(text),
    recovered: (now, actor) => writer.recovered(now, actor),
    facts: (barcodeSpec, cardNumber, now) => writer.facts(barcodeSpec, cardNumber, now),
    head: () => writer.head(),
    sweep: (now) => writer.sweep(now),
    onCommit: (listener) => writer.onCommit(listener),
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
  const options = { ...given, file: guarded(() => resolveFile(given.file)) };
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

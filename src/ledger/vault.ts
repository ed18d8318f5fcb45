import type { KeyObject } from 'node:crypto';
import type { Random } from '../intent/clock.ts';
import type { Connection } from './connection.ts';
import { assertThat, LedgerFault } from './fault.ts';
import { keyedHash, type LedgerKeys, seal, unseal } from './keys.ts';

/** Sealed barcodes and keyed hashes. Without keys it can only erase: what must be read or written says KEY_MISSING. */
export interface Vault {
  /** Stores the sendable barcode, bound to its sequence id. */
  putBarcode(number: number, sequenceId: string, barcodeSpec: string): void;
  /** The barcode, or KEY_MISSING when the key or the row is not there. */
  readBarcode(number: number, sequenceId: string): string;
  eraseBarcode(number: number): boolean;
  putHash(number: number, barcodeSpec: string): void;
  /** Sets the end of the window (monotonic ms); null: open again, no end. */
  limitHash(number: number, untilMs: number | null): void;
  eraseHash(number: number): void;
  /** Erases hashes whose window is over; at most `limit`. */
  eraseOver(nowMs: number, limit: number): number;
  /** A new run has a new monotonic clock: windows that were running start afresh. */
  restartWindows(untilMs: number): void;
  /** The newest intent with this barcode whose hash is kept: open, or inside its window at `nowMs`. */
  findBarcode(barcodeSpec: string, nowMs: number): number | null;
  cardHash(cardNumber: string): Buffer;
  /** Hashes of a card under the present key and the earlier ones, newest first. */
  cardHashes(cardNumber: string): readonly Buffer[];
}

export interface VaultKeys {
  readonly keys: LedgerKeys;
  /** Hash keys of earlier ledger keys, newest first. */
  readonly earlier: readonly KeyObject[];
}

const NONCE_BYTES = 12;

function prepareVault(database: Connection) {
  return {
    put: database.prepare<[number, string, Uint8Array]>(
      'INSERT INTO vault (number, kind, content) VALUES (?, ?, ?)',
    ),
    read: database
      .prepare<[number], Buffer>("SELECT content FROM vault WHERE number = ? AND kind = 'barcode'")
      .pluck(),
    erase: database.prepare<[number, string]>('DELETE FROM vault WHERE number = ? AND kind = ?'),
    limit: database.prepare<[number | null, number]>(
      "UPDATE vault SET until_ms = ? WHERE number = ? AND kind = 'hash'",
    ),
    eraseOver: database.prepare<[number, number]>(
      `DELETE FROM vault WHERE kind = 'hash' AND number IN
       (SELECT number FROM vault WHERE kind = 'hash' AND until_ms <= ? LIMIT ?)`,
    ),
    countOver: database
      .prepare<[number], number>("SELECT count(*) FROM vault WHERE kind = 'hash' AND until_ms <= ?")
      .pluck(),
    restart: database.prepare<[number]>('UPDATE vault SET until_ms = ? WHERE until_ms IS NOT NULL'),
    countLimited: database
      .prepare<[], number>('SELECT count(*) FROM vault WHERE until_ms IS NOT NULL')
      .pluck(),
    find: database
      .prepare<[Uint8Array, number], number>(
        `SELECT number FROM vault WHERE kind = 'hash' AND content = ? AND (until_ms IS NULL OR until_ms > ?)
         ORDER BY number DESC LIMIT 1`,
      )
      .pluck(),
  };
}

/** The vault of one connection. `held` null: the key is missing. */
export function createVault(database: Connection, held: VaultKeys | null, random: Random): Vault {
  const statements = prepareVault(database);
  const needKeys = (): VaultKeys => {
    if (held === null) throw new LedgerFault('KEY_MISSING');
    return held;
  };
  const hashKeys = (): readonly KeyObject[] => {
    const { keys, earlier } = needKeys();
    return [keys.hash, ...earlier];
  };
  return {
    putBarcode: (number, sequenceId, barcodeSpec) => {
      const sealed = seal(needKeys().keys.vault, barcodeSpec, sequenceId, random.bytes(NONCE_BYTES));
      statements.put.run(number, 'barcode', sealed);
    },
    readBarcode: (number, sequenceId) => {
      const { keys } = needKeys();
      const sealed = statements.read.get(number);
      if (sealed === undefined) throw new LedgerFault('KEY_MISSING', 'its barcode is not in the vault');
      const plain = unseal(keys.vault, sealed, sequenceId);
      if (plain === null) throw new LedgerFault('KEY_MISSING', 'its vault row does not open');
      return plain.toString('utf8');
    },
    eraseBarcode: (number) => statements.erase.run(number, 'barcode').changes > 0,
    putHash: (number, barcodeSpec) => {
      statements.put.run(number, 'hash', keyedHash(needKeys().keys.hash, 'barcode', barcodeSpec));
    },
    limitHash: (number, untilMs) => {
      statements.limit.run(untilMs, number);
    },
    eraseHash: (number) => {
      statements.erase.run(number, 'hash');
    },
    eraseOver: (nowMs, limit) => {
      assertThat(limit > 0, 'a sweep has a bound');
      // Asking first keeps an idle sweep from taking the write lock for nothing.
      if (statements.countOver.get(nowMs) === 0) return 0;
      return statements.eraseOver.run(nowMs, limit).changes;
    },
    restartWindows: (untilMs) => {
      if (statements.countLimited.get() !== 0) statements.restart.run(untilMs);
    },
    findBarcode: (barcodeSpec, nowMs) => {
      for (const key of hashKeys()) {
        const number = statements.find.get(keyedHash(key, 'barcode', barcodeSpec), nowMs);
        if (number !== undefined) return number;
      }
      return null;
    },
    cardHash: (cardNumber) => keyedHash(needKeys().keys.hash, 'card', cardNumber),
    cardHashes: (cardNumber) => hashKeys().map((key) => keyedHash(key, 'card', cardNumber)),
  };
}

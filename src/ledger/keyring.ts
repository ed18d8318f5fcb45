import { createSecretKey, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Connection } from './connection.ts';
import { LedgerFault } from './fault.ts';
import { deriveKeys, newKey, readKeyFile, unseal, writeKeyFile } from './keys.ts';
import { readMeta, writeMeta } from './meta.ts';
import type { VaultKeys } from './vault.ts';

const GENERATIONS_MAX = 64;

/** The ledger key itself: from a path, made (0600) when a new ledger finds none, or as bytes. */
export function findKey(key: Uint8Array | string, isNewLedger: boolean): Uint8Array {
  if (typeof key !== 'string') return key;
  if (isNewLedger && !existsSync(key)) writeKeyFile(key, newKey());
  return readKeyFile(key);
}

/** Hash keys of earlier ledger keys, newest first. */
export function readEarlierKeys(database: Connection, wrap: KeyObject): KeyObject[] {
  const rows = database
    .prepare<[number], { generation: number; sealed: Buffer }>(
      'SELECT generation, sealed FROM hash_keys ORDER BY generation DESC LIMIT ?',
    )
    .all(GENERATIONS_MAX);
  return rows.map(({ generation, sealed }) => {
    const plain = unseal(wrap, sealed, `hash key ${generation}`);
    if (plain === null) throw new LedgerFault('KEY_MISSING', 'an earlier hash key does not open');
    return createSecretKey(plain);
  });
}

/** The keys of this ledger; KEY_MISSING when the ledger was written with another key. */
export function openKeyring(database: Connection, key: Uint8Array): VaultKeys {
  const keys = deriveKeys(key);
  const id = readMeta(database, 'key_id');
  if (id === null) writeMeta(database, 'key_id', keys.id);
  else if (id !== keys.id) throw new LedgerFault('KEY_MISSING', 'the ledger was written with another key');
  return { keys, earlier: readEarlierKeys(database, keys.wrap) };
}

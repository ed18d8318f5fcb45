import type { Connection } from './connection.ts';

/**
 * The table `pending`: one row for each intent that somebody still asks for, or whose barcode or hash is kept. A handful of
 * rows on one page: a scan writes all of it at once, and an open intent is found without an index over all of them.
 */
export function preparePending(database: Connection) {
  return {
    put: database.prepare<[number, Uint8Array, Uint8Array]>(
      'INSERT INTO pending (number, attention, barcode, hash) VALUES (?, 2, ?, ?)',
    ),
    attend: database.prepare<[number, number]>(
      `INSERT INTO pending (number, attention) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET attention = excluded.attention`,
    ),
    barcode: database
      .prepare<[number], Buffer | null>('SELECT barcode FROM pending WHERE number = ?')
      .pluck(),
    setBarcode: database.prepare<[Uint8Array | null, number]>(
      'UPDATE pending SET barcode = ? WHERE number = ?',
    ),
    eraseHash: database.prepare<[number]>('UPDATE pending SET hash = NULL, until_ms = NULL WHERE number = ?'),
    limitHash: database.prepare<[number | null, number]>(
      'UPDATE pending SET until_ms = ? WHERE number = ? AND hash IS NOT NULL',
    ),
    restartWindows: database.prepare<[number]>('UPDATE pending SET until_ms = ? WHERE until_ms IS NOT NULL'),
    hashes: database.prepare<[], { number: number; content: Buffer; until_ms: number | null }>(
      'SELECT number, hash AS content, until_ms FROM pending WHERE hash IS NOT NULL ORDER BY number',
    ),
    /** Takes the row away once nothing is left in it. */
    drop: database.prepare<[number]>(
      'DELETE FROM pending WHERE number = ? AND attention = 0 AND barcode IS NULL AND hash IS NULL',
    ),
  };
}

/** Erases every sealed barcode and every hash, as a backup and a lost key do. Returns how many there were. */
export function eraseSecrets(database: Connection): number {
  const held =
    database.prepare<[], number>('SELECT count(barcode) + count(hash) FROM pending').pluck().get() ?? 0;
  database.exec(
    `UPDATE pending SET barcode = NULL, hash = NULL, until_ms = NULL WHERE barcode IS NOT NULL OR hash IS NOT NULL;
     DELETE FROM pending WHERE attention = 0;`,
  );
  return held;
}

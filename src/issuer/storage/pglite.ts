import { chmodSync, mkdirSync } from 'node:fs';
import { PGlite, type Transaction, types } from '@electric-sql/pglite';
import { type Database, type Param, type Sql, withRetries } from './database.ts';

function over(connection: PGlite | Transaction): Sql {
  return {
    async query<Row>(text: string, params: readonly Param[] = []): Promise<Row[]> {
      return (await connection.query<Row>(text, [...params])).rows;
    },
  };
}

/**
 * PostgreSQL inside this process; `directory` null keeps it in memory. It has one connection: transactions run one after
 * the other. The directory is private to the user, and one process at a time may open it.
 */
export async function openPglite(directory: string | null): Promise<Database> {
  if (directory !== null) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    chmodSync(directory, 0o700);
  }
  const db = await PGlite.create({
    ...(directory === null ? {} : { dataDir: directory }),
    parsers: { [types.INT8]: Number, [types.NUMERIC]: Number },
  });
  return {
    kind: 'pglite',
    query: over(db).query,
    transaction: (work) => withRetries(() => db.transaction((tx) => work(over(tx)))),
    async script(text) {
      await db.exec(text);
    },
    close: () => db.close(),
  };
}

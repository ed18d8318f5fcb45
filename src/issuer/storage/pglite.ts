import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite, type Transaction, types } from '@electric-sql/pglite';
import { type Database, type Param, type Sql, withRetries } from './database.ts';
import { dropTemplate, keepTemplate, loadTemplate } from './pglite-template.ts';

function over(connection: PGlite | Transaction): Sql {
  return {
    async query<Row>(text: string, params: readonly Param[] = []): Promise<Row[]> {
      return (await connection.query<Row>(text, [...params])).rows;
    },
  };
}

const PARSERS = { [types.INT8]: Number, [types.NUMERIC]: Number };

async function create(directory: string | null): Promise<PGlite> {
  const where = { ...(directory === null ? {} : { dataDir: directory }), parsers: PARSERS };
  if (directory !== null && existsSync(join(directory, 'PG_VERSION'))) return PGlite.create(where);
  const template = await loadTemplate();
  if (template !== null) {
    try {
      return await PGlite.create({ ...where, loadDataDir: template });
    } catch {
      dropTemplate();
      if (directory !== null) emptyDirectory(directory);
    }
  }
  const db = await PGlite.create(where);
  await keepTemplate(db);
  return db;
}

function emptyDirectory(directory: string): void {
  for (const name of readdirSync(directory)) rmSync(join(directory, name), { recursive: true, force: true });
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
  const db = await create(directory);
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

import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { type Database, type Param, SETTINGS, type Sql, withRetries } from './database.ts';
import { PgliteSession } from './pglite-session.ts';
import { dropTemplate, keepTemplate, loadTemplate } from './pglite-template.ts';

/** A new log file need not be written full of zeros first: half a second of every 16 MiB. */
const OWN_SETTINGS = ['wal_init_zero = off'];

async function create(directory: string | null): Promise<PGlite> {
  const where = directory === null ? {} : { dataDir: directory };
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
  for (const setting of [...SETTINGS, ...OWN_SETTINGS]) await db.exec(`SET ${setting}`);
  const session = new PgliteSession(db);
  const run = async <Row>(text: string, params: readonly Param[] = []): Promise<Row[]> =>
    session.query<Row>(text, params);
  const turns = new Turns();
  return {
    kind: 'pglite',
    query: (text, params) => turns.take(() => run(text, params)),
    transaction: (work) => withRetries(() => turns.take(() => transact(run, work))),
    script: (text) =>
      turns.take(async () => {
        await db.exec(text);
      }),
    close: () => turns.take(() => db.close()),
  };
}

async function transact<T>(query: Sql['query'], work: (sql: Sql) => Promise<T>): Promise<T> {
  await query('BEGIN');
  try {
    const result = await work({ query });
    await query('COMMIT');
    return result;
  } catch (error) {
    await query('ROLLBACK');
    throw error;
  }
}

/** One after the other, in the order of asking: there is one connection. */
class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

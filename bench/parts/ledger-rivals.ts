/** What a store might use instead of a ledger: a job queue on SQLite, and one row in PostgreSQL over a unix socket. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import pg from 'pg';
import { findPostgres, startPostgres } from '../../test/integration/issuer/postgres.ts';

export interface Rival {
  run(frame: string): void | Promise<void>;
  close(): void | Promise<void>;
}

/**
 * The table, index and statement of a well-known kind of queue (plainjob and its like), but durable: WAL with FULL, where
 * those use NORMAL.
 */
export function createQueue(directory: string): Rival {
  const database = new Database(join(directory, 'queue.db'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec(`
    CREATE TABLE jobs (id INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, data TEXT NOT NULL,
      status INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL, next_run_at INTEGER, failed_at INTEGER, error TEXT);
    CREATE INDEX jobs_status_type ON jobs (status, type, next_run_at, created_at);
  `);
  const insert = database.prepare<[string, string, number, number]>(
    'INSERT INTO jobs (type, data, status, created_at, next_run_at) VALUES (?, ?, 0, ?, ?)',
  );
  return {
    run: (frame) => {
      const at = Date.now();
      insert.run('scan', JSON.stringify({ frame, at, text: 'x'.repeat(200) }), at, at);
    },
    close: () => {
      database.close();
    },
  };
}

/** null where no PostgreSQL is installed. */
export async function createPostgresRow(): Promise<Rival | null> {
  const bin = findPostgres();
  if (bin === null) return null;
  const server = await startPostgres(bin);
  const client = new pg.Client({ connectionString: await server.database() });
  await client.connect();
  await client.query('CREATE TABLE jobs (id BIGSERIAL PRIMARY KEY, type TEXT NOT NULL, data TEXT NOT NULL)');
  return {
    run: async (frame) => {
      const data = JSON.stringify({ frame, text: 'x'.repeat(200) });
      await client.query({
        name: 'put',
        text: 'INSERT INTO jobs (type, data) VALUES ($1, $2)',
        values: ['scan', data],
      });
    },
    close: async () => {
      await client.end();
      await server.stop();
    },
  };
}

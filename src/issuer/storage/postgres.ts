import pg from 'pg';
import { type Database, type Param, SETTINGS, type Sql, withRetries } from './database.ts';

const CONNECTIONS_MAX = 16;
const CONNECT_TIMEOUT_MS = 5_000;
/** How long is waited for a server, in milliseconds. */
export interface PostgresLimits {
  /** No statement of ours takes long; the server gives up one that waits longer for a lock, and the caller asks again. */
  readonly statementMs: number;
  /** Longer than that: a server that says nothing at all, not even that it gave up, is gone, and so is its connection. */
  readonly silenceMs: number;
}
const LIMITS: PostgresLimits = { statementMs: 15_000, silenceMs: 20_000 };
/** Asked of a connection that may be dead already; one that does not answer at once is thrown away. */
const ROLLBACK = { text: 'ROLLBACK', query_timeout: 1_000 };

const typeParsers = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === pg.types.builtins.INT8 || oid === pg.types.builtins.NUMERIC) return Number;
    return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text');
  },
};

/** Statements are prepared once per connection under a name, so the server plans each of them once. */
class StatementNames {
  readonly #names = new Map<string, string>();
  of(text: string): string {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const name = `s${this.#names.size}`;
    this.#names.set(text, name);
    return name;
  }
}

function over(connection: pg.Pool | pg.PoolClient, names: StatementNames): Sql {
  return {
    async query<Row>(text: string, params: readonly Param[] = []): Promise<Row[]> {
      const result = await connection.query({ name: names.of(text), text, values: [...params] });
      return result.rows;
    },
  };
}

/** A PostgreSQL server by connection string. Connects once before it resolves, so a wrong address is told at the start. */
export async function openPostgres(
  connectionString: string,
  { statementMs, silenceMs }: PostgresLimits = LIMITS,
): Promise<Database> {
  const pool = new pg.Pool({
    connectionString,
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: statementMs,
    idle_in_transaction_session_timeout: statementMs,
    query_timeout: silenceMs,
    application_name: 'kona-till-issuer',
    options: SETTINGS.map((setting) => `-c ${setting.replaceAll(' ', '')}`).join(' '),
    types: typeParsers,
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined);
  const names = new StatementNames();
  try {
    await pool.query('SELECT 1');
  } catch (error) {
    await pool.end();
    throw error;
  }
  return {
    kind: 'postgres',
    query: over(pool, names).query,
    transaction: (work) => withRetries(() => transact(pool, names, work)),
    async script(text) {
      await pool.query(text);
    },
    close: () => pool.end(),
  };
}

async function transact<T>(pool: pg.Pool, names: StatementNames, work: (sql: Sql) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // The pool listens to idle connections only: one that breaks while it is ours would end the process.
  const onBroken = (failure: Error): void => {
    broken = failure;
  };
  client.on('error', onBroken);
  try {
    await client.query('BEGIN');
    const result = await work(over(client, names));
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query(ROLLBACK).catch((failure: unknown) => {
      broken = failure instanceof Error ? failure : new Error('rollback failed');
    });
    throw error;
  } finally {
    client.off('error', onBroken);
    client.release(broken);
  }
}

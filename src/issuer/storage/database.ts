/**
 * The issuer's storage: plain SQL of one dialect, PostgreSQL, over PGlite (in this process) or a server. Plain SQL instead
 * of a mapper because what matters here is which row is locked in which statement, and that must stand on the page.
 */

/** What a statement may be given: everything else is converted by the caller. */
export type Param = string | number | boolean | null | readonly string[];

/** One connection inside one transaction, or the database itself for single statements. */
export interface Sql {
  /** Rows of one statement. Integers of 64 bits arrive as numbers; none of ours exceeds 2^53. */
  query<Row>(text: string, params?: readonly Param[]): Promise<Row[]>;
}

export interface Database extends Sql {
  readonly kind: 'pglite' | 'postgres';
  /**
   * Runs `work` in one READ COMMITTED transaction: committed when it resolves, rolled back when it throws. A deadlock, a
   * serialization failure or a key that was made meanwhile is tried again, at most five times, so `work` has no effects but its statements.
   */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Several statements without parameters, for migrations. */
  script(text: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Of every connection. Every statement of ours finds its rows by key and is planned once, often on a table that is still
 * empty: a plan that reads whole tables must not be what is kept.
 */
export const SETTINGS: readonly string[] = [
  'plan_cache_mode = force_generic_plan',
  'enable_seqscan = off',
  'enable_hashjoin = off',
  'enable_mergejoin = off',
  'jit = off',
];

export const TRANSACTION_TRIES = 5;
/** Serialization failure, deadlock, and a key that another process has made meanwhile: the next try finds its row. */
const RETRIED = new Set(['40001', '40P01', '23505']);

/** The SQLSTATE of a database error, null for any other error. */
export function sqlState(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** Repeats what lost a deadlock or a race; everything else goes to the caller at once. */
export async function withRetries<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      const state = sqlState(error);
      if (state === null || !RETRIED.has(state) || tries >= TRANSACTION_TRIES) throw error;
    }
  }
}

/** The one row that a statement must have given. */
export function only<Row>(rows: readonly Row[]): Row {
  const row = rows[0];
  if (row === undefined || rows.length !== 1) throw new Error(`expected one row, got ${rows.length}`);
  return row;
}

import type { Database } from '../storage/database.ts';
import { withRetries } from '../storage/database.ts';

export interface GuardedRequest {
  readonly merchantId: string;
  readonly tokenIdentity: string;
  readonly tokenTimeMs: number;
  readonly accessKey: string;
  readonly correlationId: string;
}
export type Seen = 'new' | 'token' | 'correlation';

interface Waiting {
  readonly merchantId: string;
  readonly identity: string;
  readonly expiresMs: number;
  readonly resolve: (fresh: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** Identities in one statement; an even number, because those of a request are two and stay together. */
const BATCH_MAX = 256;
const SWEEP_EVERY = 500;

/**
 * Remembers Tran-Tokens and correlation ids for as long as they could be sent again, in the database, so that processes on
 * one database refuse each other's. Requests that arrive together are written in one statement.
 */
export class ReplayGuard {
  readonly #db: Database;
  readonly #toleranceMs: number;
  #waiting: Waiting[] = [];
  #busy = false;
  #batches = 0;

  constructor(db: Database, toleranceMs: number) {
    this.#db = db;
    this.#toleranceMs = toleranceMs;
  }

  /** Whether this request was seen before; from now on it was. */
  async admit(request: GuardedRequest, nowMs: number): Promise<Seen> {
    const { merchantId } = request;
    // Processes may read clocks that differ by the tolerance, and the token's time is not signed: the memory outlives all.
    const token = this.#once(
      merchantId,
      `t:${request.tokenIdentity}`,
      Math.max(request.tokenTimeMs, nowMs) + 2 * this.#toleranceMs + 1_000,
    );
    const correlation = this.#once(
      merchantId,
      `c:${request.accessKey}:${request.correlationId.toLowerCase()}`,
      nowMs + 2 * this.#toleranceMs,
    );
    // Only now: both go in one statement. Of copies that reach two processes at once one must be the first in both.
    if (!this.#busy) void this.#drain(nowMs);
    const [tokenFresh, correlationFresh] = await Promise.all([token, correlation]);
    if (!tokenFresh) return 'token';
    return correlationFresh ? 'new' : 'correlation';
  }

  #once(merchantId: string, identity: string, expiresMs: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ merchantId, identity, expiresMs, resolve, reject });
    });
  }

  async #drain(nowMs: number): Promise<void> {
    this.#busy = true;
    try {
      while (this.#waiting.length > 0) {
        const batch = this.#waiting.splice(0, BATCH_MAX);
        await this.#write(batch, nowMs);
      }
    } finally {
      this.#busy = false;
    }
  }

  async #write(batch: readonly Waiting[], nowMs: number): Promise<void> {
    const first = new Map<string, Waiting>();
    for (const entry of batch) {
      const key = `${entry.merchantId}|${entry.identity}`;
      if (first.has(key)) entry.resolve(false);
      else first.set(key, entry);
    }
    // Sorted, so that two processes lock in the same order.
    const entries = [...first.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
    try {
      const fresh = await this.#insert(entries, nowMs);
      for (const entry of entries) entry.resolve(fresh.has(`${entry.merchantId}|${entry.identity}`));
    } catch (error) {
      for (const entry of entries) entry.reject(error);
    }
  }

  async #insert(entries: readonly Waiting[], nowMs: number): Promise<Set<string>> {
    this.#batches += 1;
    if (this.#batches % SWEEP_EVERY === 0) {
      await this.#db.query('DELETE FROM guards WHERE expires_ms <= $1', [nowMs]);
    }
    const rows = await withRetries(() =>
      this.#db.query<{ merchant_id: string; identity: string }>(
        `INSERT INTO guards (merchant_id, identity, expires_ms)
         SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
         ON CONFLICT (merchant_id, identity) DO UPDATE SET expires_ms = EXCLUDED.expires_ms
          WHERE guards.expires_ms <= $4
         RETURNING merchant_id, identity`,
        [
          entries.map((entry) => entry.merchantId),
          entries.map((entry) => entry.identity),
          entries.map((entry) => String(entry.expiresMs)),
          nowMs,
        ],
      ),
    );
    return new Set(rows.map((row) => `${row.merchant_id}|${row.identity}`));
  }
}

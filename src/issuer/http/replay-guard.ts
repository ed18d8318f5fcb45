import { type Database, withRetries } from '../storage/database.ts';
import { Gather, type Settled } from '../storage/gather.ts';

export interface GuardedRequest {
  readonly merchantId: string;
  readonly tokenIdentity: string;
  readonly tokenTimeMs: number;
  readonly accessKey: string;
  readonly correlationId: string;
}
export type Seen = 'new' | 'token' | 'correlation';

interface Mark {
  readonly merchantId: string;
  readonly identity: string;
  readonly expiresMs: number;
}
interface Asked {
  readonly token: Mark;
  readonly correlation: Mark;
  readonly nowMs: number;
}

/** Requests in one statement. */
const BATCH_MAX = 128;
const SWEEP_EVERY = 500;
const keyOf = ({ merchantId, identity }: Pick<Mark, 'merchantId' | 'identity'>): string =>
  `${merchantId}|${identity}`;

/**
 * Remembers Tran-Tokens and correlation ids for as long as they could be sent again, in the database, so that processes on
 * one database refuse each other's. Requests that arrive together are written in one statement, each with both of its
 * identities: of copies that reach two processes at once one must be the first in both.
 */
export class ReplayGuard {
  readonly #db: Database;
  readonly #toleranceMs: number;
  readonly #asked: Gather<Asked, Seen>;
  #batches = 0;

  constructor(db: Database, toleranceMs: number) {
    this.#db = db;
    this.#toleranceMs = toleranceMs;
    this.#asked = new Gather((batch) => this.#write(batch), BATCH_MAX);
  }

  /** Whether this request was seen before; from now on it was. */
  admit(request: GuardedRequest, nowMs: number): Promise<Seen> {
    const { merchantId } = request;
    // Processes may read clocks that differ by the tolerance, and the token's time is not signed: the memory outlives all.
    return this.#asked.add({
      token: {
        merchantId,
        identity: `t:${request.tokenIdentity}`,
        expiresMs: Math.max(request.tokenTimeMs, nowMs) + 2 * this.#toleranceMs + 1_000,
      },
      correlation: {
        merchantId,
        identity: `c:${request.accessKey}:${request.correlationId.toLowerCase()}`,
        expiresMs: nowMs + 2 * this.#toleranceMs,
      },
      nowMs,
    });
  }

  async #write(batch: readonly Asked[]): Promise<readonly Settled<Seen>[]> {
    const first = new Map<string, Mark>();
    for (const mark of batch.flatMap(({ token, correlation }) => [token, correlation])) {
      if (!first.has(keyOf(mark))) first.set(keyOf(mark), mark);
    }
    // Sorted, so that two processes lock in the same order.
    const marks = [...first.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, mark]) => mark);
    const fresh = await this.#insert(marks, Math.min(...batch.map(({ nowMs }) => nowMs)));
    const isNew = (mark: Mark): boolean => first.get(keyOf(mark)) === mark && fresh.has(keyOf(mark));
    return batch.map(({ token, correlation }) => {
      if (!isNew(token)) return { ok: true, value: 'token' };
      return { ok: true, value: isNew(correlation) ? 'new' : 'correlation' };
    });
  }

  /**
   * Not waited for until it is on disk: the log is written in order, so whatever the request then changes is there only
   * together with its marks. After a crash a token can come again only when nothing of its request is left.
   */
  async #insert(marks: readonly Mark[], nowMs: number): Promise<Set<string>> {
    this.#batches += 1;
    if (this.#batches % SWEEP_EVERY === 0) {
      await this.#db.query('DELETE FROM guards WHERE expires_ms <= $1', [nowMs]);
    }
    const rows = await withRetries(() =>
      this.#db.query<{ merchant_id: string; identity: string }>(
        `WITH setting AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
         INSERT INTO guards (merchant_id, identity, expires_ms)
         SELECT mark.* FROM setting CROSS JOIN unnest($1::text[], $2::text[], $3::bigint[]) AS mark
         ON CONFLICT (merchant_id, identity) DO UPDATE SET expires_ms = EXCLUDED.expires_ms
          WHERE guards.expires_ms <= $4
         RETURNING merchant_id, identity`,
        [
          marks.map((mark) => mark.merchantId),
          marks.map((mark) => mark.identity),
          marks.map((mark) => String(mark.expiresMs)),
          nowMs,
        ],
      ),
    );
    return new Set(rows.map((row) => keyOf({ merchantId: row.merchant_id, identity: row.identity })));
  }
}

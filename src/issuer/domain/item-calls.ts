import { type Database, sqlState } from '../storage/database.ts';
import { Gather, QueueFull, type Settled } from '../storage/gather.ts';
import type { Outcome } from './context.ts';
import { Held, type ItemCall } from './held.ts';
import { hold } from './hold.ts';
import { Refusal } from './refusal.ts';
import { save } from './save.ts';

/** Calls of one merchant that are decided in one transaction. */
const BATCH_MAX = 64;

/**
 * The four calls about an item, of all terminals. Calls of one merchant that are under way together are decided one after
 * the other on rows that are held for all of them, and written and committed at once. A call that is refused leaves
 * nothing and disturbs no other; when a batch fails as a whole, each of its calls is tried by itself.
 */
export class ItemCalls {
  readonly #db: Database;
  readonly #lanes = new Map<string, Gather<ItemCall, Outcome>>();

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Resolves when the call's effects are committed. Throws `Refusal` for what has none, also when too many calls wait:
   * the caller need not ask what became of it.
   */
  async run(call: ItemCall): Promise<Outcome> {
    const { merchantId } = call.stamp;
    let lane = this.#lanes.get(merchantId);
    if (lane === undefined) {
      lane = new Gather((calls) => this.#together(calls), BATCH_MAX);
      this.#lanes.set(merchantId, lane);
    }
    try {
      return await lane.add(call);
    } catch (error) {
      throw error instanceof QueueFull ? new Refusal('000_907') : error;
    }
  }

  async #together(calls: readonly ItemCall[]): Promise<readonly Settled<Outcome>[]> {
    try {
      return await decideTogether(this.#db, calls);
    } catch (error) {
      if (calls.length === 1 || !isOfOneCall(error)) throw error;
      const results: Settled<Outcome>[] = [];
      for (const call of calls) results.push(await this.#alone(call));
      return results;
    }
  }

  async #alone(call: ItemCall): Promise<Settled<Outcome>> {
    try {
      const [result] = await decideTogether(this.#db, [call]);
      if (result === undefined) throw new Error('a call without a result');
      return result;
    } catch (error) {
      return { ok: false, error };
    }
  }
}

function decideTogether(db: Database, calls: readonly ItemCall[]): Promise<readonly Settled<Outcome>[]> {
  return db.transaction(async (sql) => {
    const { loaded, timed } = await hold(sql, calls);
    const held = new Held(loaded);
    const results = timed.map(({ call, nowMs }) => decide(call, held, nowMs));
    await save(sql, calls[0]?.stamp.merchantId ?? '', held.changes);
    return results;
  });
}

function decide(call: ItemCall, held: Held, nowMs: number): Settled<Outcome> {
  try {
    const value = call.decide(held, nowMs);
    held.rememberHead(call.stamp);
    return { ok: true, value };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, error };
    throw new Mistake(error);
  }
}

/** A mistake of ours about one call: it may have changed the held rows, so nothing of its batch is written. */
class Mistake extends Error {
  override readonly name = 'Mistake';
  constructor(cause: unknown) {
    super('a call could not be decided', { cause });
  }
}

/** Data that the database refuses, or a mistake of ours; not a database that is gone or too slow. */
function isOfOneCall(error: unknown): boolean {
  return error instanceof Mistake || /^(?:2[1-7]|P0|XX)/.test(sqlState(error) ?? '');
}

import { type Database, sqlState } from '../storage/database.ts';
import { Gather, QueueFull, type Settled } from '../storage/gather.ts';
import type { Outcome } from './context.ts';
import { Held, type ItemCall } from './held.ts';
import { type BusyTerminals, hold } from './hold.ts';
import { Refusal } from './refusal.ts';
import { save } from './save.ts';

/** Calls of one merchant that are decided in one transaction. */
const BATCH_MAX = 64;

/**
 * The four calls about an item, of all terminals. Calls of one merchant that are under way together are decided one after
 * the other on rows that are held for all of them, and written and committed at once. A call that is refused leaves
 * nothing and disturbs no other; when a batch fails as a whole, each of its calls is tried by itself. A terminal whose row
 * is held, by a long close say, keeps nobody but its own calls waiting.
 */
export class ItemCalls {
  readonly #db: Database;
  readonly #lanes = new Map<string, Gather<ItemCall, Outcome>>();
  /** Calls of terminals whose row somebody held, by merchant and terminal. */
  readonly #waiting = new Map<string, Gather<ItemCall, Outcome>>();

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Resolves when the call's effects are committed. Throws `Refusal` for what has none, also when too many calls wait:
   * the caller need not ask what became of it.
   */
  async run(call: ItemCall): Promise<Outcome> {
    const { merchantId } = call.stamp;
    try {
      return await this.#lane(this.#lanes, merchantId, 'skip').add(call);
    } catch (error) {
      throw error instanceof QueueFull ? new Refusal('000_907') : error;
    }
  }

  #lane(
    lanes: Map<string, Gather<ItemCall, Outcome>>,
    key: string,
    busy: BusyTerminals,
  ): Gather<ItemCall, Outcome> {
    const known = lanes.get(key);
    if (known !== undefined) return known;
    const made = new Gather<ItemCall, Outcome>((calls) => this.#together(calls, busy), BATCH_MAX);
    lanes.set(key, made);
    return made;
  }

  async #together(
    calls: readonly ItemCall[],
    busy: BusyTerminals,
  ): Promise<readonly Settled<Outcome | Promise<Outcome>>[]> {
    try {
      const results = await decideTogether(this.#db, calls, busy);
      return calls.map((call) => results.get(call) ?? { ok: true, value: this.#later(call) });
    } catch (error) {
      if (calls.length === 1 || !isOfOneCall(error)) throw error;
      const results: Settled<Outcome | Promise<Outcome>>[] = [];
      for (const call of calls) results.push(await this.#alone(call, busy));
      return results;
    }
  }

  async #alone(call: ItemCall, busy: BusyTerminals): Promise<Settled<Outcome | Promise<Outcome>>> {
    try {
      const result = (await decideTogether(this.#db, [call], busy)).get(call);
      return result ?? { ok: true, value: this.#later(call) };
    } catch (error) {
      return { ok: false, error };
    }
  }

  /** Waits for the call's terminal, and lets nobody wait but its calls. */
  #later(call: ItemCall): Promise<Outcome> {
    const { merchantId, terminalId } = call.stamp;
    const outcome = this.#lane(this.#waiting, `${merchantId}|${terminalId}`, 'wait').add(call);
    // It may fail before its batch has handed it to its caller; the caller hears of it all the same.
    outcome.catch(() => undefined);
    return outcome;
  }
}

/** Calls that are not in the answer are of terminals whose row is held, and nothing of them was done. */
function decideTogether(
  db: Database,
  calls: readonly ItemCall[],
  busy: BusyTerminals,
): Promise<ReadonlyMap<ItemCall, Settled<Outcome>>> {
  return db.transaction(async (sql) => {
    const { loaded, timed } = await hold(sql, calls, busy);
    const held = new Held(loaded);
    const results = new Map(timed.map(({ call, nowMs }) => [call, decide(call, held, nowMs)]));
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

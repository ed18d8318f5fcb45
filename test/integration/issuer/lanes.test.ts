/** Batches of item calls when a terminal's row is held or unknown: what runs in which transaction, and who hears of a failure. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import { Service } from '../../../src/issuer/service.ts';
import type { Database, Sql } from '../../../src/issuer/storage/database.ts';
import { kstMillis } from '../../../src/konaplate/wire.ts';
import { newId } from './till.ts';

const HELD = 'T000000001';
const FREE = 'T000000002';
const LATE_TURNS = 20;

type Query = Sql['query'];
/** What is done to one transaction: to each of its statements, or a database that gives no connection for it. */
type Fate = ((query: Query) => Query) | Error;

/** The issuer's real database, with the fate of each transaction in a test's hands. */
class Watched {
  transactions = 0;
  fates: readonly Fate[] = [];
  readonly database: Database;

  constructor(database: Database) {
    this.database = {
      kind: database.kind,
      query: (text, params) => database.query(text, params),
      script: (text) => database.script(text),
      close: () => database.close(),
      transaction: async (work) => {
        const fate = this.fates[this.transactions] ?? asItIs;
        this.transactions += 1;
        if (fate instanceof Error) throw fate;
        return database.transaction((sql) =>
          work({ query: fate((text, params) => sql.query(text, params)) }),
        );
      },
    };
  }
}

function asItIs(query: Query): Query {
  return query;
}

/** The terminal's row is locked by somebody else: the statement that skips such rows gives none. */
function heldElsewhere(query: Query): Query {
  return async (text, params) => (text.includes('SKIP LOCKED') ? [] : query(text, params));
}

/** The others of the batch take their time. */
function late(query: Query): Query {
  return async (text, params) => {
    for (let turn = 0; turn < LATE_TURNS; turn += 1) await nextTurn();
    return query(text, params);
  };
}

function databaseFault(code: string): Error {
  return Object.assign(new Error(`the database says ${code}`), { code });
}

let issuer: Issuer;
let watched: Watched;
let service: Service;
const unheard: unknown[] = [];
const listen = (reason: unknown): void => void unheard.push(reason);

beforeAll(async () => {
  issuer = await startIssuer({ terminals: [HELD, FREE] });
});
afterAll(() => issuer.close());
beforeEach(() => {
  watched = new Watched(issuer.service.domain.db);
  service = new Service({ ...issuer.service.domain, db: watched.database });
  process.on('unhandledRejection', listen);
});
afterEach(() => {
  process.off('unhandledRejection', listen);
  expect(unheard.splice(0)).toEqual([]);
});

const ask = (terminalId: string) =>
  service.inquiry({
    operation: 'inquiry',
    sequenceId: newId(),
    requestedAt: kstMillis(Date.now()),
    merchantId: issuer.credentials.merchantId,
    terminalId,
    epoch: 0,
    journalIndex: 1,
    journalHead: 'a'.repeat(64),
  });

it('a terminal that nobody knows is refused in the transaction of its batch: it gets no lane to wait in', async () => {
  const answers = await Promise.allSettled([ask('T999999998'), ask(FREE), ask('T999999999')]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected']);
  expect(watched.transactions).toBe(1);
});

it('a terminal whose row is held is waited for in a transaction of its own', async () => {
  watched.fates = [heldElsewhere];
  expect(await ask(HELD)).toMatchObject({ body: { result: 'NOT_FOUND' } });
  expect(watched.transactions).toBe(2);
});

it('a lane that fails while its batch is still busy with others fails its caller, and nobody else', async () => {
  // All together: data that the database refuses. Then each alone, and the held one's lane meanwhile.
  watched.fates = [databaseFault('22000'), heldElsewhere, late, databaseFault('08006')];
  const [held, free] = await Promise.allSettled([ask(HELD), ask(FREE)]);
  expect(held).toMatchObject({ status: 'rejected', reason: { code: '08006' } });
  expect(free).toMatchObject({ status: 'fulfilled', value: { body: { result: 'NOT_FOUND' } } });
});

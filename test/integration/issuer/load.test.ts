import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LoadFigures, runLoad } from './load.ts';
import { findPostgres, type PostgresServer, startPostgres } from './postgres.ts';

/** `npm run prove -- issuer` turns this up to 100,000, or takes one storage, or ends after so many seconds. */
const { KONA_TILL_ISSUER_CALLS, KONA_TILL_ISSUER_STORAGE, KONA_TILL_ISSUER_SECONDS } = process.env;
const CALLS = Number(KONA_TILL_ISSUER_CALLS ?? '300');
const TIME_MS = Number(KONA_TILL_ISSUER_SECONDS ?? 'Infinity') * 1000;
/** Generous: a machine that does ten calls in a second still passes. */
const TIMEOUT_MS = 60_000 + CALLS * 100;
const bin = KONA_TILL_ISSUER_STORAGE === 'pglite' ? null : findPostgres();

/** As many calls as were asked for, unless the time was up before. */
function expectFull({ calls, told, cardsThatOwe }: LoadFigures): void {
  if (TIME_MS === Number.POSITIVE_INFINITY) expect(calls).toBeGreaterThanOrEqual(CALLS);
  expect(told.approved).toBeGreaterThan(calls / 20);
  expect(told.reversed).toBeGreaterThan(calls / 100);
  expect(cardsThatOwe).toBeGreaterThan(0);
}

/** The figures of a long run, for whoever asked for it. */
function say(storage: string, figures: LoadFigures): void {
  if (KONA_TILL_ISSUER_CALLS !== undefined) {
    process.stdout.write(`${storage}: ${JSON.stringify(figures, null, 1)}\n`);
  }
}

describe('approvals, net cancels and inquiries at concurrency 64 with random faults', () => {
  if (KONA_TILL_ISSUER_STORAGE !== 'postgres') {
    it(
      'on PGlite: balances, postings and what the callers were told are the same',
      async () => {
        const figures = await runLoad({ memory: true }, CALLS, TIME_MS);
        say('PGlite', figures);
        expectFull(figures);
      },
      TIMEOUT_MS,
    );
  }

  if (bin !== null) {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres(bin);
    });
    afterAll(() => server.stop());

    it(
      'on PostgreSQL with two issuer processes: the same',
      async () => {
        const figures = await runLoad({ connectionString: await server.database() }, CALLS, TIME_MS);
        say('PostgreSQL, two issuer processes', figures);
        expectFull(figures);
      },
      TIMEOUT_MS,
    );
  }
});

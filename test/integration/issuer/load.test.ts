import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LoadFigures, runLoad } from './load.ts';
import { findPostgres, type PostgresServer, startPostgres } from './postgres.ts';

/** `npm run prove -- issuer` turns this up to 100,000. */
const CALLS = Number(process.env.KONA_TILL_ISSUER_CALLS ?? '300');
/** Generous: a machine that does ten calls in a second still passes. */
const TIMEOUT_MS = 60_000 + CALLS * 100;
const bin = findPostgres();

/** The figures of a long run, for whoever asked for it. */
function say(storage: string, figures: LoadFigures): void {
  if (process.env.KONA_TILL_ISSUER_CALLS !== undefined) {
    process.stdout.write(`${storage}: ${JSON.stringify(figures, null, 1)}\n`);
  }
}

describe('approvals, net cancels and inquiries at concurrency 64 with random faults', () => {
  it(
    'on PGlite: balances, postings and what the callers were told are the same',
    async () => {
      const figures = await runLoad({ memory: true }, CALLS);
      say('PGlite', figures);
      expect(figures.calls).toBeGreaterThanOrEqual(CALLS);
      expect(figures.itemsCompared).toBeGreaterThan(CALLS / 5);
    },
    TIMEOUT_MS,
  );

  if (bin !== null) {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres(bin);
    });
    afterAll(() => server.stop());

    it(
      'on PostgreSQL with two issuer processes: the same',
      async () => {
        const figures = await runLoad({ connectionString: await server.database() }, CALLS);
        say('PostgreSQL, two issuer processes', figures);
        expect(figures.calls).toBeGreaterThanOrEqual(CALLS);
      },
      TIMEOUT_MS,
    );
  }
});

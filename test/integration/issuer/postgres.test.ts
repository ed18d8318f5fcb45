import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paymentsSuite } from './payments-suite.ts';
import { findPostgres, type PostgresServer, startPostgres } from './postgres.ts';
import { storeSuite } from './store-suite.ts';

const bin = findPostgres();
let server: PostgresServer;

if (bin === null) {
  it('a machine without PostgreSQL says so', () => expect(bin).toBeNull());
} else {
  beforeAll(async () => {
    server = await startPostgres(bin);
  });
  afterAll(() => server.stop());

  const storage = async () => ({ connectionString: await server.database() });
  describe('on a PostgreSQL server', () => paymentsSuite(storage));
  describe("the store's side on a PostgreSQL server", () => storeSuite(storage));
}

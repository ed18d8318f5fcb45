import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPostgres } from '../../../src/issuer/storage/postgres.ts';
import { findPostgres, type PostgresServer, startPostgres } from './postgres.ts';

const bin = findPostgres();
const READ_ONE = 'SELECT 1 AS one';

/** A wire to the server that can fall silent: what was connected stays so, and nothing comes through any more. */
class Wire {
  readonly #server: Server;
  readonly #sockets: Socket[] = [];

  constructor(path: string) {
    this.#server = createServer((near) => {
      const far = connect(path);
      for (const socket of [near, far]) socket.on('error', () => undefined);
      near.pipe(far).pipe(near);
      this.#sockets.push(near, far);
    });
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  silence(): void {
    for (const socket of this.#sockets) socket.unpipe().pause();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

if (bin === null) {
  it('a machine without PostgreSQL says so', () => expect(bin).toBeNull());
} else {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(bin);
  });
  afterAll(() => server.stop());

  it('a connection that ends between two statements of a transaction fails it, and the process lives on', async () => {
    const db = await openPostgres(await server.database());
    const lost = db.transaction(async (sql) => {
      const [row] = await sql.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const pid = String(row?.pid);
      await db.query('SELECT pg_terminate_backend($1::int)', [pid]);
      const alive = async () => db.query('SELECT 1 FROM pg_stat_activity WHERE pid = $1::int', [pid]);
      await expect.poll(alive).toEqual([]);
      return sql.query(READ_ONE);
    });
    await expect(lost).rejects.toThrow();
    expect(await db.transaction((sql) => sql.query(READ_ONE))).toEqual([{ one: 1 }]);
    await db.close();
  });

  it('a server that falls silent in a transaction is given up, and the next one has a new connection', async () => {
    const url = new URL(await server.database());
    const wire = new Wire(`${decodeURIComponent(url.hostname)}/.s.PGSQL.5432`);
    const port = await wire.listen();
    const db = await openPostgres(`postgres://till@127.0.0.1:${port}${url.pathname}`, {
      statementMs: 300,
      silenceMs: 400,
    });
    const silenced = db.transaction(async (sql) => {
      await sql.query(READ_ONE);
      wire.silence();
      return sql.query(READ_ONE);
    });
    await expect(silenced).rejects.toThrow('timeout');
    expect(await db.transaction((sql) => sql.query(READ_ONE))).toEqual([{ one: 1 }]);
    await db.close();
    await wire.close();
  });
}

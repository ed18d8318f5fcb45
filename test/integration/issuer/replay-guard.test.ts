import { expect, it } from 'vitest';
import { ReplayGuard } from '../../../src/issuer/http/replay-guard.ts';
import { startIssuer } from '../../../src/issuer/issuer.ts';
import type { Database } from '../../../src/issuer/storage/database.ts';
import { openStorage } from '../../../src/issuer/storage/open.ts';
import { SETTLEMENT_CALLS } from '../../../src/konaplate/wire.ts';
import { send } from './caller.ts';
import { findPostgres, startPostgres } from './postgres.ts';
import { Till } from './till.ts';

const NOW_MS = Date.UTC(2026, 10, 22, 3);
const TOLERANCE_MS = 300_000;
const REQUEST = {
  merchantId: 'M00000000000001',
  accessKey: 'a',
  tokenIdentity: 'one',
  tokenTimeMs: NOW_MS,
  correlationId: 'c',
};

/** The database as a process sees it whose second statement is slow to leave. */
function slowAfterFirst(db: Database): { readonly slow: Database; readonly letGo: () => void } {
  let letGo = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let asked = 0;
  const query: Database['query'] = async (text, params) => {
    asked += 1;
    if (asked > 1) await gate;
    return db.query(text, params);
  };
  return { slow: { ...db, query }, letGo };
}

it('of two copies of a request that reach two processes at once, exactly one is new', async () => {
  const db = await openStorage({ memory: true });
  const { slow, letGo } = slowAfterFirst(db);
  const one = new ReplayGuard(slow, TOLERANCE_MS).admit(REQUEST, NOW_MS);
  const other = await new ReplayGuard(db, TOLERANCE_MS).admit(REQUEST, NOW_MS);
  letGo();
  expect([await one, other].sort()).toEqual(['new', 'token']);
  await db.close();
});

it('a request with an old time in front of its signature is remembered as long as one with a fresh time', async () => {
  const db = await openStorage({ memory: true });
  const guard = new ReplayGuard(db, TOLERANCE_MS);
  const old = { ...REQUEST, tokenTimeMs: NOW_MS - TOLERANCE_MS };
  expect(await guard.admit(old, NOW_MS)).toBe('new');
  const laterMs = NOW_MS + 2 * TOLERANCE_MS;
  const again = { ...REQUEST, tokenTimeMs: laterMs, correlationId: 'd' };
  expect(await guard.admit(again, laterMs)).toBe('token');
  await db.close();
});

const bin = findPostgres();
if (bin !== null) {
  it('a crash of the database does not make a token good again', async () => {
    const server = await startPostgres(bin);
    const connectionString = await server.database();
    const issuer = await startIssuer({ storage: { connectionString } });
    try {
      const till = new Till(issuer);
      const made = await till.caller.prepare(SETTLEMENT_CALLS.hello.path, {
        ...till.caller.stamp('hello'),
        machineId: 'a'.repeat(64),
        agentVersion: '1.0.0',
        backlogCount: 0,
      });
      const post = async (): Promise<string> =>
        (await till.caller.read(await send(issuer.credentials.baseUrl + made.path, made.headers, made.sent)))
          .code;
      expect(await post()).toBe('000_000');
      await server.crash();
      const codes: string[] = [];
      // Answers of the first moments say that the outcome is open: connections of before the crash.
      await expect.poll(async () => codes[codes.push(await post()) - 1], { timeout: 10_000 }).toBe('000_903');
      expect(codes).not.toContain('000_000');
    } finally {
      await issuer.close();
      await server.stop();
    }
  });
}

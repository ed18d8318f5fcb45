import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../../../src/issuer/issuer.ts';
import { type Reply, send } from './caller.ts';
import { findPostgres, type PostgresServer, startPostgres } from './postgres.ts';
import { type SecondProcess, secondProcess } from './second-process.ts';
import { newId, Till } from './till.ts';

const COPIES = 64;
const bin = findPostgres();

function codes(replies: readonly Reply[]): string[] {
  return [...new Set(replies.map((reply) => reply.code))].sort();
}

if (bin === null) {
  it('a machine without PostgreSQL says so', () => expect(bin).toBeNull());
} else {
  let server: PostgresServer;
  let connectionString: string;
  let issuer: Issuer;
  let one: Till;
  let two: Till;
  let second: SecondProcess;
  const faults: string[] = [];

  beforeAll(async () => {
    server = await startPostgres(bin);
    connectionString = await server.database();
    issuer = await startIssuer({
      storage: { connectionString },
      onFault: (fault) => faults.push(JSON.stringify(fault)),
    });
    second = await secondProcess({ storage: { connectionString } });
    one = new Till(issuer);
    two = new Till({ ...issuer, credentials: { ...issuer.credentials, baseUrl: second.baseUrl } });
  });
  afterAll(async () => {
    expect(faults).toEqual([]);
    const { accounts, wrongCards } = await issuer.service.trialBalance(issuer.credentials.merchantId);
    expect(wrongCards).toBe(0);
    expect([...accounts.values()].reduce((sum, balance) => sum + balance, 0)).toBe(0);
    await issuer.close();
    await second.stop();
    await server.stop();
  });

  const spread = (run: (till: Till, at: number) => Promise<Reply>): Promise<Reply[]> =>
    Promise.all(Array.from({ length: COPIES }, (_, at) => run(at % 2 === 0 ? one : two, at)));
  /** Indices of two tills over one journal would meet; here each call has its own. */
  let index = 1_000;
  const mark = (): { journalIndex: number; journalHead: string } => {
    index += 1;
    return { journalIndex: index, journalHead: index.toString(16).padStart(64, '0') };
  };

  it('a history that one process names anew is named by the other as well, without a hello', async () => {
    const epochOf = async (till: Till) => (await till.inquiry(newId(), mark())).body.issuerEpoch;
    const before = await epochOf(two);
    expect(await epochOf(one)).toBe(before);
    const after = await issuer.restored();
    expect(await epochOf(one)).toBe(after);
    await expect.poll(() => epochOf(two), { timeout: 3_000, interval: 100 }).toBe(after);
  });

  it('a terminal whose row is held keeps its own calls waiting and nobody else’s', async () => {
    const [, busy = ''] = issuer.keys.clients[0]?.terminals ?? [];
    const order: string[] = [];
    const told = (name: string, reply: Promise<Reply>): Promise<void> =>
      reply.then(({ code }) => void order.push(`${name} ${code}`));
    const release = Promise.withResolvers<void>();
    const isHeld = Promise.withResolvers<void>();
    const holding = issuer.service.domain.db.transaction(async (sql) => {
      await sql.query('SELECT 1 FROM terminals WHERE merchant_id = $1 AND terminal_id = $2 FOR UPDATE', [
        issuer.credentials.merchantId,
        busy,
      ]);
      isHeld.resolve();
      await release.promise;
    });
    await isHeld.promise;
    const waiting = told('busy', one.inquiry(newId(), { ...mark(), terminalId: busy }));
    const together = told('free, together', one.inquiry(newId(), mark()));
    await together;
    await told('free, after', one.inquiry(newId(), mark()));
    release.resolve();
    await Promise.all([holding, waiting]);
    expect(order).toEqual(['free, together 000_000', 'free, after 000_000', 'busy 000_000']);
  });

  it('rounds of upkeep in two processes at once close each stale day once', async () => {
    // Started before there is anything to close: its own first round finds nothing.
    const other = await startIssuer({
      storage: { connectionString },
      onFault: (fault) => faults.push(JSON.stringify(fault)),
    });
    const { db } = issuer.service.domain;
    const { merchantId } = issuer.credentials;
    const terminals = Array.from({ length: 450 }, (_, at) => `U${String(at).padStart(9, '0')}`);
    await db.query('INSERT INTO terminals (merchant_id, terminal_id) SELECT $1, unnest($2::text[])', [
      merchantId,
      terminals,
    ]);
    await db.query(
      `INSERT INTO day_totals (merchant_id, terminal_id, business_date, type, state, count, sum)
       SELECT $1, unnest($2::text[]), '20250101', 'CHARGE', 'APPROVED', 1, 1000`,
      [merchantId, terminals],
    );
    await Promise.all([
      issuer.service.closeStaleDays(merchantId),
      other.service.closeStaleDays(merchantId),
      issuer.service.closeStaleDays(merchantId),
    ]);
    // A terminal whose row the other process held is done by that one, or by the next round.
    await issuer.service.closeStaleDays(merchantId);
    await other.close();
    const closed = await db.query<{ terminal_id: string; status: string }>(
      `SELECT terminal_id, status FROM days WHERE merchant_id = $1 AND business_date = '20250101' ORDER BY terminal_id`,
      [merchantId],
    );
    expect(closed).toEqual(terminals.map((terminal_id) => ({ terminal_id, status: 'UNCONFIRMED' })));
  });

  describe(`${COPIES} copies at once, over two issuer processes on one PostgreSQL`, () => {
    it('of one approve book once and all get the same answer', async () => {
      const card = one.card(0);
      const before = (await one.balance(card)) ?? 0;
      const spec = await one.barcode('CHARGE', card, 1_000);
      const sequenceId = newId();
      const replies = await spread((till) => till.approve(spec, { sequenceId, ...mark() }));
      expect(codes(replies)).toEqual(['000_000']);
      expect(new Set(replies.map((reply) => reply.body.nrNumber)).size).toBe(1);
      expect(await one.balance(card)).toBe(before + 1_000);
    });

    it('of one barcode under different ids book once', async () => {
      const card = one.card(0);
      const before = (await one.balance(card)) ?? 0;
      const spec = await one.barcode('CHARGE', card, 1_000);
      const replies = await spread((till) => till.approve(spec, mark()));
      expect(replies.filter((reply) => reply.code === '000_000')).toHaveLength(1);
      expect(replies.filter((reply) => reply.code === '006_902')).toHaveLength(COPIES - 1);
      expect(await one.balance(card)).toBe(before + 1_000);
    });

    it('of a withdrawal cannot take more than there is', async () => {
      const card = one.card(1);
      expect((await one.approve(await one.barcode('CHARGE', card, 10_000), mark())).code).toBe('000_000');
      // A token each: the newest one lives, so withdrawals are drawn and presented one by one, many at a time.
      const replies = await spread(async (till) => {
        const spec = await till.barcode('REFUND', card, 3_000);
        return till.approve(spec, mark());
      });
      const approved = replies.filter((reply) => reply.code === '000_000').length;
      expect(approved).toBeLessThanOrEqual(3);
      expect(await one.balance(card)).toBe(10_000 - approved * 3_000);
    });

    it('of approve and net cancel mixed end reversed, whatever came first, and the balance stands still', async () => {
      const card = one.card(2);
      for (let round = 0; round < 3; round += 1) {
        const before = (await one.balance(card)) ?? 0;
        const spec = await one.barcode('CHARGE', card, 2_000);
        const sequenceId = newId();
        const replies = await spread((till, at) =>
          at % 4 < 2
            ? till.approve(spec, { sequenceId, ...mark() })
            : till.netCancel(sequenceId, 'CHARGE', 2_000, mark()),
        );
        expect(codes(replies).every((code) => code === '000_000' || code === '006_905')).toBe(true);
        const results = new Set(
          replies.map((reply) => reply.body.result).filter((result) => result !== undefined),
        );
        expect(results.size).toBe(1);
        expect(await one.balance(card)).toBe(before);
        expect((await two.inquiry(sequenceId, mark())).body.result).toBe('REVERSED');
      }
    });

    it('of one request, byte for byte, are processed once: the others are replays', async () => {
      const made = await one.caller.prepare('/api/v1/payment/generate/barcode-spec', {
        cardNo: one.card(2),
        type: 'CHARGE',
        amount: 1_000,
      });
      const replies = await spread(async (till) =>
        till.caller.read(await send(till.issuer.credentials.baseUrl + made.path, made.headers, made.sent)),
      );
      expect(replies.filter((reply) => reply.code === '000_000')).toHaveLength(1);
      expect(replies.filter((reply) => reply.code === '000_903')).toHaveLength(COPIES - 1);
    });
  });
}

import { randomBytes } from 'node:crypto';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Intent } from '../../../src/intent/model.ts';
import { chainHash } from '../../../src/ledger/canonical.ts';
import type { JournalRow } from '../../../src/ledger/journal.ts';
import type { JournalHead, Ledger, VerifyReport } from '../../../src/ledger/types.ts';
import { approveCharge, createShop, later, must, SCAN_TIME, type Shop, scanOf, sendCharge } from './shop.ts';
import { tamperRounds } from './tamper-rounds.ts';

let shop: Shop;
let ledger: Ledger;
let done: Intent;
let sent: Intent;
let head: JournalHead;

/** What a person with sqlite3 and the file can do: the triggers are only SQL. */
function tamper(work: (database: Database.Database) => void): VerifyReport {
  ledger.close();
  const database = new Database(shop.file);
  database.pragma('foreign_keys = OFF');
  database.exec(
    'DROP TRIGGER journal_is_never_edited; DROP TRIGGER journal_is_never_shortened; DROP TRIGGER journal_grows_at_its_end',
  );
  work(database);
  database.close();
  ledger = shop.open();
  return ledger.verify();
}

/** Recomputes every hash from an entry on, as a forger who knows the format would. */
function forgeChain(database: Database.Database, from: number): void {
  const rows = database
    .prepare<[number], JournalRow>('SELECT * FROM journal WHERE idx >= ? ORDER BY idx')
    .all(from - 1);
  let previous = rows.shift()?.hash.toString('hex') ?? '0'.repeat(64);
  for (const { idx: index, at_ms: atMs, kind, sequence_id: sequenceId, body } of rows) {
    previous = chainHash({ index, atMs, kind, sequenceId, body }, previous);
    database.prepare('UPDATE journal SET hash = ? WHERE idx = ?').run(Buffer.from(previous, 'hex'), index);
  }
}

beforeEach(() => {
  shop = createShop();
  ledger = shop.open();
  done = approveCharge(ledger, SCAN_TIME, 1, { amount: 10_000 });
  sent = sendCharge(ledger, later(SCAN_TIME, 100), { amount: 20_000 }).intent;
  ledger.accept(scanOf({ type: 'REFUND', amount: 5_000 }), later(SCAN_TIME, 200));
  head = ledger.head();
  expect(ledger.verify({ knownHead: head })).toMatchObject({ ok: true, entries: 9, intents: 3, faults: [] });
});
afterEach(() => {
  ledger.close();
  shop.remove();
});

describe('the triggers', () => {
  it('forbid editing and deleting journal entries', () => {
    ledger.close();
    const database = new Database(shop.file);
    expect(() => database.exec("UPDATE journal SET body = '{}' WHERE idx = 2")).toThrow(/append-only/);
    expect(() => database.exec('DELETE FROM journal WHERE idx = 9')).toThrow(/append-only/);
    expect(() => database.exec('INSERT OR REPLACE INTO journal SELECT * FROM journal WHERE idx = 2')).toThrow(
      /append-only/,
    );
    database.close();
    ledger = shop.open();
  });
});

describe('verification names the first wrong entry of', () => {
  it('an edited amount', () => {
    const report = tamper((database) => {
      database.exec(
        `UPDATE journal SET body = replace(body, '"amount":20000', '"amount":2000') WHERE idx = 6`,
      );
    });
    expect(report.ok).toBe(false);
    expect(report.faults).toContainEqual(
      expect.objectContaining({ code: 'CHAIN', index: 6, sequenceId: sent.sequenceId }),
    );
  });

  it('an edited time', () => {
    const report = tamper((database) => database.exec('UPDATE journal SET at_ms = at_ms + 1 WHERE idx = 4'));
    expect(report.faults).toContainEqual(expect.objectContaining({ code: 'CHAIN', index: 4 }));
  });

  it('a deleted row', () => {
    const report = tamper((database) => database.exec('DELETE FROM journal WHERE idx = 3'));
    expect(report.faults).toContainEqual(
      expect.objectContaining({ code: 'CHAIN', index: 3, text: expect.stringContaining('missing') }),
    );
  });

  it('a swapped pair', () => {
    const report = tamper((database) => {
      database.exec(`UPDATE journal SET idx = -1, earlier = -2 WHERE idx = 4`.replace('-1', '100'));
      database.exec('UPDATE journal SET idx = 4, earlier = 3 WHERE idx = 5');
      database.exec('UPDATE journal SET idx = 5, earlier = 4 WHERE idx = 100');
    });
    expect(report.faults).toContainEqual(expect.objectContaining({ code: 'CHAIN', index: 4 }));
  });

  it('a tail cut off, by what the intents still say and by the head that others know', () => {
    const report = tamper((database) => database.exec('DELETE FROM journal WHERE idx > 7'));
    expect(report.faults).toContainEqual(expect.objectContaining({ code: 'INTENT' }));
    expect(ledger.verify({ knownHead: head }).faults).toContainEqual(
      expect.objectContaining({ code: 'KNOWN_HEAD', index: 9 }),
    );
  });

  it('a tail cut off with everything derived from it, only by the head that others know', () => {
    const report = tamper((database) => {
      const last = database.prepare('SELECT number FROM intents ORDER BY number DESC LIMIT 1').pluck().get();
      database.exec("DELETE FROM journal WHERE idx = 9; DELETE FROM day_totals WHERE type = 'REFUND';");
      database.prepare('DELETE FROM intents WHERE number = ?').run(last);
      database.prepare('DELETE FROM pending WHERE number = ?').run(last);
    });
    expect(report).toMatchObject({ ok: true, entries: 8 });
    expect(ledger.verify({ knownHead: head }).faults).toEqual([
      expect.objectContaining({ code: 'KNOWN_HEAD', index: 9 }),
    ]);
  });

  it('a journal rewritten with all its hashes, by the head that others know', () => {
    const report = tamper((database) => {
      database.exec(`UPDATE journal SET at_ms = at_ms - 60000 WHERE idx = 2`);
      forgeChain(database, 2);
    });
    expect(report).toMatchObject({ ok: true });
    expect(ledger.verify({ knownHead: head }).faults).toEqual([
      expect.objectContaining({ code: 'KNOWN_HEAD', index: 9 }),
    ]);
  });

  it('an amount edited in the derived rows', () => {
    const report = tamper((database) => {
      database.exec(
        `UPDATE intents SET amount = 1, state = replace(state, '"amount":10000', '"amount":1') WHERE number = 1`,
      );
    });
    expect(report.faults).toContainEqual(
      expect.objectContaining({ code: 'INTENT', sequenceId: done.sequenceId }),
    );
  });

  it('a balance edited', () => {
    const report = tamper((database) =>
      database.exec("UPDATE balances SET amount = amount - 1000 WHERE account = 'cash_drawer'"),
    );
    expect(report.faults).toContainEqual(
      expect.objectContaining({ code: 'BALANCE', text: expect.stringContaining('cash_drawer') }),
    );
    expect(report.faults.map((fault) => fault.code)).toContain('CLOSING');
  });

  it.each([
    ['suspense', 3],
    ['deferred', 4],
    ['customer_due', 5],
    ['issuer_payable', 6],
    ['cash_drawer', 7],
    ['unclaimed', 5],
  ])('the balance of %s: closing rule %i does not hold', (account, rule) => {
    const report = tamper((database) =>
      database.prepare('UPDATE balances SET amount = amount + 500 WHERE account = ?').run(account),
    );
    const text = expect.stringContaining(`closing rule ${rule}: ${account} is`);
    expect(report.faults).toContainEqual(expect.objectContaining({ code: 'CLOSING', text }));
    const balance = expect.stringContaining(`balance ${account} is`);
    expect(report.faults).toContainEqual(expect.objectContaining({ code: 'BALANCE', text: balance }));
  });

  it('a posting edited with the whole chain forged behind it', () => {
    const report = tamper((database) => {
      database.exec(
        `UPDATE journal SET body = replace(body, '"cash_drawer":10000,"suspense":-10000', '"cash_drawer":9000,"suspense":-9000') WHERE idx = 2`,
      );
      forgeChain(database, 2);
    });
    expect(report.faults).toContainEqual(
      expect.objectContaining({ code: 'POSTING', index: 2, sequenceId: done.sequenceId }),
    );
  });

  it('an intent taken out of the derived rows', () => {
    const report = tamper((database) => database.exec('DELETE FROM intents WHERE number = 1'));
    expect(report.faults.map((fault) => fault.code)).toEqual(
      expect.arrayContaining(['INTENT', 'DAY_TOTALS']),
    );
  });

  it('a day total edited', () => {
    const report = tamper((database) =>
      database.exec("UPDATE day_totals SET sum = sum + 1 WHERE host = 'approved'"),
    );
    expect(report.faults.map((fault) => fault.code)).toEqual(['DAY_TOTALS', 'CLOSING']);
  });

  it('a state that is no longer JSON, which stops neither the check nor the report', () => {
    const report = tamper((database) => database.exec("UPDATE intents SET state = '{' WHERE number = 1"));
    expect(report.faults).toContainEqual(
      expect.objectContaining({ code: 'INTENT', index: expect.any(Number) }),
    );
  });

  it('a vault row that should be gone, and one that should be there', () => {
    const sealed = randomBytes(59);
    const kept = tamper((database) => {
      database.prepare('UPDATE pending SET barcode = ? WHERE number = 6').run(sealed);
    });
    expect(kept.faults).toEqual([expect.objectContaining({ code: 'VAULT', sequenceId: sent.sequenceId })]);
    ledger.close();
    const database = new Database(shop.file);
    database.exec('UPDATE pending SET barcode = NULL');
    database.close();
    ledger = shop.open();
    expect(ledger.verify().faults).toEqual([
      expect.objectContaining({ code: 'VAULT', text: expect.stringContaining('missing') }),
    ]);
  });
});

describe('what is still to do', () => {
  it('is kept for every intent that somebody asks for, and missed when it is gone', () => {
    const lost = tamper((database) => database.exec('DELETE FROM pending WHERE attention > 0'));
    expect(lost.faults).toContainEqual(
      expect.objectContaining({ code: 'INTENT', text: expect.stringContaining('still to do') }),
    );
  });

  it('has no row that holds nothing', () => {
    const kept = tamper((database) => {
      database.prepare('DELETE FROM pending WHERE number = 1').run();
      database.prepare('INSERT INTO pending (number, attention) VALUES (1, 0)').run();
    });
    expect(kept.faults).toEqual([
      expect.objectContaining({
        code: 'VAULT',
        sequenceId: done.sequenceId,
        text: expect.stringContaining('nothing'),
      }),
    ]);
  });

  it('is refused for an intent that nobody asks for any more', () => {
    const kept = tamper((database) => database.exec('UPDATE pending SET attention = 0'));
    expect(kept.faults).toContainEqual(
      expect.objectContaining({ code: 'INTENT', text: expect.stringContaining('still to do') }),
    );
  });
});

describe('a vault row', () => {
  it('does not open for another intent', () => {
    const one = scanOf();
    const two = scanOf();
    ledger.accept(one, SCAN_TIME);
    ledger.accept(two, SCAN_TIME);
    tamper((database) => {
      const rows = database
        .prepare<[], { number: number; barcode: Buffer }>(
          'SELECT number, barcode FROM pending WHERE barcode IS NOT NULL ORDER BY number DESC LIMIT 2',
        )
        .all();
      const put = database.prepare('UPDATE pending SET barcode = ? WHERE number = ?');
      put.run(rows[1]?.barcode, rows[0]?.number);
      put.run(rows[0]?.barcode, rows[1]?.number);
    });
    must(ledger, one, { kind: 'received' }, SCAN_TIME);
    expect(() => must(ledger, one, { kind: 'send' }, SCAN_TIME)).toThrow(
      expect.objectContaining({ code: 'KEY_MISSING' }),
    );
    expect(ledger.get(one.sequenceId)?.host).toBe('unsent');
  });
});

describe('verification from a sealed day on', () => {
  it('checks the chain and the intents met from there, and says how many', () => {
    expect(ledger.verify({ fromIndex: 6 })).toMatchObject({ ok: true, entries: 4, intents: 2 });
    const report = tamper((database) => database.exec("UPDATE journal SET body = '{}' WHERE idx = 8"));
    expect(report.ok).toBe(false);
    expect(ledger.verify({ fromIndex: 6 }).faults).toContainEqual(
      expect.objectContaining({ code: 'CHAIN', index: 8 }),
    );
  });
});

describe('tampering at random', () => {
  it('is seen, whatever was changed', () => {
    const report = tamperRounds({ rounds: 24, timeMs: 60_000, seed: 20260723 });
    expect(report.rounds).toBe(24);
    expect(Object.keys(report.found).length).toBeGreaterThan(5);
  });
});

describe('a list', () => {
  it.each([
    ['is no JSON', 'substr(state, 1, length(state) - 1)'],
    ['names no payment', "'{}'"],
    ['names another payment', "replace(state, sequence_id, 'X' || substr(sequence_id, 2))"],
  ])('goes on past a row that %s where only readable ones are wanted, and names it', (_name, sql) => {
    const at = later(SCAN_TIME, 60_000);
    const { sequenceId } = approveCharge(ledger, at, 2);
    const newest = ledger.accept(scanOf(), at).intent.sequenceId;
    tamper((database) =>
      database.prepare(`UPDATE intents SET state = ${sql} WHERE sequence_id = ?`).run(sequenceId),
    );
    const pageOf = (limit: number, place: object = {}) => {
      const { intents, older, unread } = ledger.list({ limit, readableOnly: true, ...place });
      return { ids: intents.map((intent) => intent.sequenceId), older, unread };
    };
    const first = pageOf(1);
    expect(first).toMatchObject({ ids: [newest], unread: undefined });
    const second = pageOf(1, { before: first.older });
    expect(second).toMatchObject({ ids: [], unread: [sequenceId] });
    expect(pageOf(2, { before: second.older }).ids).toHaveLength(2);
    expect(pageOf(10)).toMatchObject({ ids: { length: 4 }, older: null, unread: [sequenceId] });
  });

  it('is damaged with a row that is no JSON for everybody else: what is left out might be missed', () => {
    tamper((database) =>
      database.prepare("UPDATE intents SET state = '{' WHERE sequence_id = ?").run(done.sequenceId),
    );
    expect(() => ledger.list({ limit: 10 })).toThrow(expect.objectContaining({ code: 'CORRUPT' }));
  });
});

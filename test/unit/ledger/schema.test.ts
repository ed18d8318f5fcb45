import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CASHES, HOSTS, INTENT_TYPES } from '../../../src/intent/model.ts';
import { isLegal } from '../../../src/intent/positions.ts';
import { IS_ASKED_FOR, IS_OPEN } from '../../../src/ledger/intents.ts';
import {
  APPLICATION_ID,
  MIGRATIONS,
  migrate,
  SCHEMA_VERSION,
  schemaVersion,
} from '../../../src/ledger/schema.ts';

let database: Database.Database;

beforeEach(() => {
  database = new Database(':memory:');
});
afterEach(() => {
  database.close();
});

function planOf(sql: string): string {
  const rows = database.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all();
  return rows.map((row) => row.detail).join('; ');
}

describe('the schema', () => {
  it('accepts exactly the 38 legal states', () => {
    migrate(database);
    const insert = database.prepare(
      `INSERT INTO intents (number, sequence_id, version, last_index, type, host, cash, deferred, amount, ended, has_case,
       attention, station_id, business_date, scanned_at_ms, last4, state)
       VALUES (?, ?, 1, 1, ?, ?, ?, ?, 1, 0, 0, 2, '1', '20260723', 0, '0000', '{}')`,
    );
    let accepted = 0;
    let number = 0;
    for (const type of INTENT_TYPES) {
      for (const host of HOSTS) {
        for (const cash of CASHES) {
          for (const deferred of [false, true]) {
            number += 1;
            const put = () => insert.run(number, `ID${number}`, type, host, cash, deferred ? 1 : 0);
            if (isLegal({ type, host, cash, deferred })) {
              put();
              accepted += 1;
            } else expect(put, `${type} ${host}/${cash} ${deferred}`).toThrow(/CHECK/);
          }
        }
      }
    }
    expect(accepted).toBe(38);
  });

  it('builds no table in memory to judge a row', () => {
    migrate(database);
    for (const sql of [
      "INSERT INTO intents (number, host) VALUES (1, 'unsent')",
      "UPDATE intents SET host = 'closed'",
    ]) {
      const steps = database.prepare<[], { opcode: string }>(`EXPLAIN ${sql}`).all();
      expect(steps.filter(({ opcode }) => opcode === 'OpenEphemeral')).toEqual([]);
    }
  });

  it('has a migration for every version, none of them ever edited', () => {
    expect(SCHEMA_VERSION).toBe(MIGRATIONS.length);
    const digests = MIGRATIONS.map((sql) => createHash('sha256').update(sql).digest('hex').slice(0, 16));
    expect(digests).toEqual(['d6162b2da0e03b25', 'b58c5e907989fb05', 'c49417beb4b949ed']);
  });

  it('keeps what every earlier version wrote, step by step', () => {
    const next = "ALTER TABLE days ADD COLUMN note TEXT; UPDATE days SET note = 'old';";
    for (let from = 1; from <= MIGRATIONS.length; from += 1) {
      const old = new Database(':memory:');
      migrate(old, MIGRATIONS.slice(0, from));
      old.exec("INSERT INTO days (business_date, first_number) VALUES ('20260723', 1)");
      migrate(old, [...MIGRATIONS, next]);
      expect(schemaVersion(old, MIGRATIONS.length + 1)).toBe(MIGRATIONS.length + 1);
      expect(old.prepare('SELECT first_number, note FROM days').get()).toEqual({
        first_number: 1,
        note: 'old',
      });
      old.close();
    }
  });

  it('stays at the version before when a step fails, and can go on later', () => {
    const broken = "INSERT INTO days (business_date, first_number) VALUES ('20260724', 1); SELECT nonsense;";
    migrate(database);
    expect(() => migrate(database, [...MIGRATIONS, broken])).toThrow(/nonsense/);
    expect(schemaVersion(database)).toBe(SCHEMA_VERSION);
    expect(database.prepare('SELECT count(*) FROM days').pluck().get()).toBe(0);
  });

  it('leaves its own rules closed to writing, also after a step that failed while they stood open', () => {
    expect(() => migrate(database, ['PRAGMA writable_schema = ON; SELECT nonsense;'])).toThrow(/nonsense/);
    expect(database.pragma('writable_schema', { simple: true })).toBe(0);
    migrate(database);
    expect(database.pragma('writable_schema', { simple: true })).toBe(0);
  });

  it('refuses a newer file and a database of somebody else', () => {
    migrate(database);
    database.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
    expect(() => migrate(database)).toThrow(expect.objectContaining({ code: 'NEWER_SCHEMA' }));
    database.pragma(`user_version = ${SCHEMA_VERSION}`);
    expect(database.pragma('application_id', { simple: true })).toBe(APPLICATION_ID);
    database.pragma('application_id = 7');
    expect(() => migrate(database)).toThrow(expect.objectContaining({ code: 'CORRUPT' }));
  });

  it('answers the questions of the hot path from an index, not by a walk', () => {
    migrate(database);
    for (const condition of [IS_OPEN, IS_ASKED_FOR, `${IS_ASKED_FOR} AND has_case = 1`]) {
      expect(planOf(`SELECT * FROM intents WHERE ${condition} ORDER BY +number`)).toContain(
        'SEARCH intents USING INTEGER PRIMARY KEY (rowid=?)',
      );
    }
    expect(planOf(`SELECT * FROM intents WHERE ${IS_OPEN} ORDER BY number DESC LIMIT 50`)).not.toContain(
      'SCAN intents',
    );
    expect(planOf("SELECT * FROM intents WHERE sequence_id = 'x'")).toContain('USING INDEX');
    expect(planOf("SELECT number FROM search WHERE term IN ('a', 'b')")).toContain('PRIMARY KEY');
    expect(planOf('SELECT * FROM intents WHERE number < 5 ORDER BY number DESC LIMIT 50')).not.toContain(
      'TEMP B-TREE',
    );
  });
});

/**
 * Tampering at random: one change by hand in a copy of a ledger, journal or derived rows, and verification (with the head
 * that the issuer knows) must say so. Each round is one change.
 */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openLedgerReadOnly } from '../../../src/ledger/ledger.ts';
import type { JournalHead } from '../../../src/ledger/types.ts';
import { createChance, loadStep, pick } from './load.ts';
import { createShop, later, SCAN_TIME } from './shop.ts';

export interface TamperRoundsReport {
  readonly rounds: number;
  /** How often each kind of change was made; every one of them was found. */
  readonly found: Readonly<Record<string, number>>;
}

type Change = (database: Database.Database, entry: number, chance: () => number) => void;

/** One digit of an entry's body becomes another one. */
const editBody: Change = (database, entry, chance) => {
  const body =
    database.prepare<[number], string>('SELECT body FROM journal WHERE idx = ?').pluck().get(entry) ?? '';
  const places = [...body].flatMap((letter, place) => (/[0-9]/.test(letter) ? [place] : []));
  const place = places.length === 0 ? 0 : pick(chance, places);
  const digit = String((Number(body[place]) + 1) % 10);
  const edited = places.length === 0 ? `${body} ` : body.slice(0, place) + digit + body.slice(place + 1);
  database.prepare('UPDATE journal SET body = ? WHERE idx = ?').run(edited, entry);
};

const CHANGES: Readonly<Record<string, Change>> = {
  'edited body': editBody,
  'edited time': (database, entry) => {
    database.prepare('UPDATE journal SET at_ms = at_ms + 1 WHERE idx = ?').run(entry);
  },
  'edited kind': (database, entry) => {
    database.prepare("UPDATE journal SET kind = kind || 'x' WHERE idx = ?").run(entry);
  },
  'entry given to another payment': (database, entry) => {
    database
      .prepare("UPDATE journal SET sequence_id = coalesce(sequence_id, '') || 'X' WHERE idx = ?")
      .run(entry);
  },
  'deleted entry': (database, entry) => {
    database.prepare('DELETE FROM journal WHERE idx = ?').run(entry);
  },
  'swapped pair': (database, entry) => {
    database.prepare('UPDATE journal SET idx = 1000000, earlier = 0 WHERE idx = ?').run(entry);
    database.prepare('UPDATE journal SET idx = ?, earlier = 0 WHERE idx = ?').run(entry, entry + 1);
    database.prepare('UPDATE journal SET idx = ?, earlier = 0 WHERE idx = 1000000').run(entry + 1);
  },
  'cut tail': (database, entry) => {
    database.prepare('DELETE FROM journal WHERE idx > ?').run(entry);
  },
  'edited hash': (database, entry) => {
    database.prepare('UPDATE journal SET hash = zeroblob(32) WHERE idx = ?').run(entry);
  },
  'edited balance': (database) => {
    database.exec("UPDATE balances SET amount = amount + 1000 WHERE account = 'cash_drawer'");
  },
  'edited payment': (database) => {
    database.exec('UPDATE intents SET amount = amount + 1 WHERE number = (SELECT max(number) FROM intents)');
  },
};

export interface TamperRoundsOptions {
  readonly rounds: number;
  readonly timeMs: number;
  readonly seed: number;
}

/** Throws at the first change that verification does not see. */
export function tamperRounds(options: TamperRoundsOptions): TamperRoundsReport {
  const shop = createShop({ ballastBytes: 0 });
  const chance = createChance(options.seed);
  const start = performance.now();
  const found: Record<string, number> = {};
  let rounds = 0;
  try {
    const ledger = shop.open();
    for (let step = 0; step < 200; step += 1) loadStep(ledger, chance, later(SCAN_TIME, step * 40));
    const head: JournalHead = ledger.head();
    ledger.close();
    for (; rounds < options.rounds && performance.now() - start < options.timeMs; rounds += 1) {
      const [name, change] = pick(chance, Object.entries(CHANGES));
      const entry = 1 + Math.floor(chance() * (head.index - 2));
      const copy = join(shop.directory, 'copy.db');
      copyFileSync(shop.file, copy);
      const database = new Database(copy);
      database.pragma('foreign_keys = OFF');
      for (const trigger of ['is_never_edited', 'is_never_shortened', 'grows_at_its_end']) {
        database.exec(`DROP TRIGGER journal_${trigger}`);
      }
      change(database, entry, chance);
      database.close();
      const reader = openLedgerReadOnly({ file: copy });
      const { ok } = reader.verify({ knownHead: head });
      reader.close();
      if (ok) throw new Error(`${name} at entry ${entry} of ${head.index} was not seen`);
      found[name] = (found[name] ?? 0) + 1;
    }
    return { rounds, found };
  } finally {
    shop.remove();
  }
}

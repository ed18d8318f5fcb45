/**
 * One ledger filled in bulk to a number of rows, for the benchmark of size. The rows are written by SQL, not by the ledger:
 * hashes are not chained, so such a ledger is never verified; pages, searches, sums and commits do not ask.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { cardTerm } from '../../src/ledger/search.ts';
import { now, Till } from './ledger-till.ts';
import type { BenchRow } from './row.ts';

const PER_DAY = 2_000;
const PER_CARD = 20;
const DAY_MS = 86_400_000;

interface Template {
  readonly state: string;
  readonly sequenceId: string;
  readonly body: string;
  readonly cardHash: Buffer;
}

/** The one finished payment that the ledger already holds stands model for all others. */
function templateOf(database: Database.Database): Template {
  const row = database
    .prepare<[], { state: string; sequence_id: string; card_hash: Buffer; body: string }>(
      `SELECT state, intents.sequence_id, card_hash, body FROM intents JOIN journal ON idx = number
       WHERE intents.ended = 1 ORDER BY number LIMIT 1`,
    )
    .get();
  if (row === undefined) throw new Error('a finished payment is needed as a model');
  return { state: row.state, sequenceId: row.sequence_id, body: row.body, cardHash: row.card_hash };
}

/** Fills `file` to about `rows` payments, each with one journal entry, over days of 2,000; the newest day is `today`. */
function fill(file: string, rows: number, today: number): void {
  const database = new Database(file);
  // No log beside it: in one transaction it would grow to the size of the file. The ledger turns its own on again.
  database.pragma('journal_mode = OFF');
  database.pragma('synchronous = OFF');
  database.pragma('cache_size = -262144');
  const { state, sequenceId, body, cardHash } = templateOf(database);
  const from = database.prepare<[], number>('SELECT max(idx) FROM journal').pluck().get() ?? 0;
  const days = Math.ceil(rows / PER_DAY);
  const dateOf = (day: number): string =>
    new Date(today - (days - 1 - day) * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');
  const trigger = database
    .prepare<[], string>("SELECT sql FROM sqlite_schema WHERE name = 'journal_grows_at_its_end'")
    .pluck()
    .get();
  database.exec('DROP TRIGGER journal_grows_at_its_end');
  database.function('card_term', (hash) => cardTerm(hash as Buffer));
  database.function('date_of', (at) => dateOf(Math.floor(Number(at) / PER_DAY)));
  const series = `WITH RECURSIVE n(at) AS (SELECT 0 UNION ALL SELECT at + 1 FROM n WHERE at + 1 < ${rows})`;
  const id = "'01K' || printf('%012d', at) || '0000000' || printf('%08X', abs(random()) & 4294967295)";
  database.exec('BEGIN');
  database.exec(
    `CREATE TEMP TABLE made AS ${series} SELECT at, ${from} + at + 1 AS number, ${id} AS id FROM n`,
  );
  database
    .prepare(
      `INSERT INTO journal (idx, at_ms, kind, sequence_id, earlier, body, hash)
       SELECT number, ?, 'scanAccepted', id, 0, replace(?, ?, id), randomblob(32) FROM made`,
    )
    .run(today, body, sequenceId);
  database
    .prepare(
      `INSERT INTO intents (number, sequence_id, version, last_index, type, host, cash, deferred, amount, ended, has_case,
         attention, station_id, business_date, scanned_at_ms, last4, card_hash, approval_code, nr_number, state)
       SELECT number, id, 1, number, 'CHARGE', 'approved', 'received', 0, 10000, 1, 0, 0, '1', date_of(at), ?,
         printf('%04d', at % 10000), CASE WHEN at % ? = 0 THEN ? ELSE randomblob(16) END,
         printf('%06d', at % 1000000), printf('KMN%015d', at), replace(?, ?, id) FROM made`,
    )
    .run(today, Math.max(1, Math.floor(rows / PER_CARD)), cardHash, state, sequenceId);
  fillDerived(database, from, rows);
  database.exec(`COMMIT; ${trigger}`);
  database.close();
}

function fillDerived(database: Database.Database, from: number, rows: number): void {
  database.exec(`
    DELETE FROM days;
    INSERT INTO days (business_date, first_number, last_number)
      SELECT business_date, min(number), max(number) FROM intents GROUP BY business_date;
    UPDATE days SET last_number = NULL WHERE business_date = (SELECT max(business_date) FROM days);
    DELETE FROM day_totals;
    INSERT INTO day_totals (business_date, type, host, cash, deferred, count, sum)
      SELECT business_date, type, host, cash, deferred, count(*), sum(amount) FROM intents GROUP BY 1, 2, 3, 4, 5;
    INSERT OR IGNORE INTO search (term, number)
      SELECT term, number FROM (
        SELECT 'r:' || substr(id, -8) AS term, number FROM made
        UNION ALL SELECT '4:' || printf('%04d', at % 10000), number FROM made
        UNION ALL SELECT 'a:' || printf('%06d', at % 1000000), number FROM made
        UNION ALL SELECT 'n:' || printf('KMN%015d', at), number FROM made
        UNION ALL SELECT card_term(card_hash), number FROM intents WHERE card_hash IS NOT NULL)
      ORDER BY term, number;
    UPDATE meta SET value = '${from + rows}' WHERE name = 'searched';
  `);
}

/** Some payment in the middle of the list, as the position of a page. */
function somewhere(rows: number): string {
  return String(1 + Math.floor(Math.random() * rows));
}

const SMALL = 10_000;
const ROUNDS = 5;
const TURNS = 40;

interface Sized {
  readonly till: Till;
  readonly rows: number;
  readonly cardNumber: string;
}

function open(directory: string, rows: number): Sized {
  const place = join(directory, String(rows));
  mkdirSync(place, { recursive: true });
  const till = new Till(place);
  const cardNumber = till.approve();
  till.ledger.close();
  fill(join(place, 'ledger', 'till.db'), rows, Date.now() + 9 * 3_600_000);
  return { till: new Till(place, rows), rows, cardNumber };
}

type Task = (sized: Sized) => void;

const TASKS: readonly { readonly name: string; readonly target: string; readonly run: Task }[] = [
  {
    name: 'page of today',
    target: '<= 1.2',
    run: ({ till }) => {
      const today = till.today();
      till.ledger.list({ limit: 50, businessDateFrom: today, businessDateTo: today });
    },
  },
  {
    name: 'random page',
    target: '<= 1.5',
    run: ({ till, rows }) => void till.ledger.list({ limit: 50, before: somewhere(rows) }),
  },
  {
    name: 'card search',
    target: '<= 3',
    run: ({ till, cardNumber }) => void till.ledger.list({ limit: 50, cardNumber }),
  },
  { name: 'day totals', target: '<= 1.1', run: ({ till }) => void till.ledger.summary(till.today()) },
];

function timeOf(work: () => void): number {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start) / 1_000;
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Accepts in turns and ends outside the clock, as a till does. */
function commit({ till }: Sized): number {
  let id = '';
  const took = timeOf(() => {
    id = till.accept(till.frame());
  });
  till.end(id);
  return took;
}

/** The same work on a ledger of `rows` payments and on one of 10,000, in turns: medians of five rounds. */
export function sizeRows(directory: string, rows: number): readonly BenchRow[] {
  const small = open(directory, SMALL);
  const large = open(directory, rows);
  try {
    const row = (name: string, target: string, measure: (sized: Sized) => number): BenchRow => {
      const at: Record<'large' | 'small', number[]> = { large: [], small: [] };
      for (let turn = 0; turn < TURNS / 2; turn += 1) for (const sized of [small, large]) measure(sized);
      for (let round = 0; round < ROUNDS; round += 1) {
        const times: Record<'large' | 'small', number[]> = { large: [], small: [] };
        for (let turn = 0; turn < TURNS; turn += 1) {
          times.small.push(measure(small));
          times.large.push(measure(large));
        }
        at.large.push(median(times.large));
        at.small.push(median(times.small));
        for (const { till } of [small, large]) till.ledger.sweep(now());
      }
      const ratio = median(at.large.map((value, round) => value / (at.small[round] ?? Number.NaN)));
      return {
        name: `${name}, ${rows} payments / ${SMALL}, p50`,
        product: `${median(at.large).toFixed(0)} us`,
        floor: `${median(at.small).toFixed(0)} us`,
        ratio,
        target,
      };
    };
    return [
      ...TASKS.map(({ name, target, run }) => row(name, target, (sized) => timeOf(() => run(sized)))),
      row('intent commit', '<= 1.5', commit),
    ];
  } finally {
    small.till.ledger.close();
    large.till.ledger.close();
  }
}

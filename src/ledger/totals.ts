import { ACCOUNTS, type Account, type Posting } from '../intent/model.ts';
import type { Connection } from './connection.ts';
import { assertThat, LedgerFault } from './fault.ts';
import { type IntentRow, isUntouched } from './intents.ts';
import type { Balances } from './types.ts';

/** All accounts at 0. */
export function emptyBalances(): Record<Account, number> {
  return {
    cash_drawer: 0,
    issuer_payable: 0,
    customer_due: 0,
    suspense: 0,
    deferred: 0,
    dispute: 0,
    unclaimed: 0,
    store: 0,
  };
}

/** The stored balances. An unknown or missing account is damage, not a zero: throws CORRUPT. */
export function readBalances(database: Connection): Balances {
  const rows = database
    .prepare<[], { account: string; amount: number }>('SELECT account, amount FROM balances')
    .all();
  const balances = emptyBalances();
  if (rows.length !== ACCOUNTS.length) throw new LedgerFault('CORRUPT', 'an account without its balance');
  for (const row of rows) {
    const account = ACCOUNTS.find((name) => name === row.account);
    if (account === undefined) throw new LedgerFault('CORRUPT', 'a balance of an unknown account');
    balances[account] = row.amount;
  }
  return balances;
}

interface Day {
  readonly date: string;
  readonly first: number;
}

/** Maintained sums: balances by account, counts and sums by business date and state, where a day's intents lie. */
export interface Totals {
  book(posting: Posting): void;
  /** Moves an intent's count and amount from its old cell to its new one. */
  move(before: IntentRow, after: IntentRow): void;
  /** Gives new intents their place in their day. They are counted once somebody acts on them. */
  begin(rows: readonly IntentRow[]): void;
  /** What the drawer holds by the books, in won: every scan asks, and a read of the file costs more than all rules of a scan. */
  drawer(): number;
  /** Back to what the disk says; after a rollback. */
  reload(): void;
}

function prepareTotals(database: Connection) {
  return {
    book: database.prepare<[number, string]>('UPDATE balances SET amount = amount + ? WHERE account = ?'),
    add: database.prepare<[string, string, string, string, number, number]>(
      `INSERT INTO day_totals (business_date, type, host, cash, deferred, count, sum) VALUES (?, ?, ?, ?, ?, 1, ?)
       ON CONFLICT DO UPDATE SET count = count + excluded.count, sum = sum + excluded.sum`,
    ),
    take: database.prepare<[number, string, string, string, string, number]>(
      `UPDATE day_totals SET count = count - 1, sum = sum - ?
       WHERE business_date = ? AND type = ? AND host = ? AND cash = ? AND deferred = ?`,
    ),
    drawer: database.prepare<[], number>("SELECT amount FROM balances WHERE account = 'cash_drawer'").pluck(),
    newest: database.prepare<[], Day>(
      'SELECT business_date AS date, first_number AS first FROM days ORDER BY business_date DESC LIMIT 1',
    ),
    openDay: database.prepare<[string, number]>(
      'INSERT INTO days (business_date, first_number, last_number) VALUES (?, ?, NULL)',
    ),
    // Every number so far bounds the days before, whatever the number of the intent that opens the new one.
    boundDays: database.prepare<[]>(
      `UPDATE days SET last_number = (SELECT coalesce(max(number), 0) FROM intents) WHERE last_number IS NULL`,
    ),
    widenNewest: database.prepare<[number, string]>(
      'UPDATE days SET first_number = min(first_number, ?) WHERE business_date = ?',
    ),
    widen: database.prepare<[string, number, number]>(
      `INSERT INTO days (business_date, first_number, last_number) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET first_number = min(first_number, excluded.first_number),
         last_number = max(last_number, excluded.last_number)`,
    ),
  };
}

function isSameCell(left: IntentRow, right: IntentRow): boolean {
  return (
    left.business_date === right.business_date &&
    left.type === right.type &&
    left.host === right.host &&
    left.cash === right.cash &&
    left.deferred === right.deferred
  );
}

export function createTotals(database: Connection): Totals {
  const statements = prepareTotals(database);
  let newest: Day | null = null;
  let drawer = 0;

  function reload(): void {
    newest = statements.newest.get() ?? null;
    drawer = statements.drawer.get() ?? 0;
  }

  function add(row: IntentRow): void {
    if (isUntouched(row)) return;
    const { business_date, type, host, cash, deferred, amount } = row;
    statements.add.run(business_date, type, host, cash, deferred, amount);
  }

  function take(row: IntentRow): void {
    if (isUntouched(row)) return;
    const { amount, business_date, type, host, cash, deferred } = row;
    const { changes } = statements.take.run(amount, business_date, type, host, cash, deferred);
    assertThat(changes === 1, 'a total to take from');
  }

  function placeInDay(date: string, number: number): void {
    if (newest !== null && newest.date === date && newest.first <= number) return;
    if (newest === null || date > newest.date) {
      statements.boundDays.run();
      statements.openDay.run(date, number);
      newest = { date, first: number };
    } else if (date === newest.date) {
      statements.widenNewest.run(number, date);
      newest = { date, first: number };
    } else {
      statements.widen.run(date, number, number);
    }
  }

  reload();
  return {
    book: (posting) => {
      for (const account of ACCOUNTS) {
        const amount = posting[account];
        if (amount === undefined || amount === 0) continue;
        assertThat(statements.book.run(amount, account).changes === 1, `no balance for ${account}`);
        if (account === 'cash_drawer') drawer += amount;
      }
    },
    drawer: () => drawer,
    move: (before, after) => {
      if (isSameCell(before, after)) return;
      take(before);
      add(after);
      placeInDay(after.business_date, after.number);
    },
    begin: (rows) => {
      for (const row of rows) placeInDay(row.business_date, row.number);
    },
    reload,
  };
}

/** The numbers between which the intents of these business dates lie; null when there are none. */
export function numbersOfDays(
  database: Connection,
  from: string,
  to: string,
): { readonly first: number; readonly last: number | null } | null {
  const row = database
    .prepare<[string, string], { first: number | null; last: number | null; unbounded: number }>(
      `SELECT min(first_number) AS first, max(last_number) AS last, count(*) - count(last_number) AS unbounded
       FROM days WHERE business_date BETWEEN ? AND ?`,
    )
    .get(from, to);
  if (row === undefined || row.first === null) return null;
  return { first: row.first, last: row.unbounded > 0 ? null : row.last };
}

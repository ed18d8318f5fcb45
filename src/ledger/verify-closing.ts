import type { Account } from '../intent/model.ts';
import type { Connection } from './connection.ts';
import { prepareDays } from './days.ts';
import type { Balances } from './types.ts';
import type { Faults } from './verify-faults.ts';

/**
 * The closing rules of intent-rules 6 from the columns alone, without `position`: a second way to the same figures.
 * Each gives what the intents put on the account; vouchers come on top.
 */
const RULES: readonly { readonly rule: number; readonly account: Account; readonly sql: string }[] = [
  {
    rule: 3,
    account: 'suspense',
    sql: `SELECT -coalesce(sum(amount), 0) FROM intents
          WHERE deferred = 0 AND cash = 'received' AND host IN ('unsent', 'sending', 'unknown')`,
  },
  {
    rule: 4,
    account: 'deferred',
    sql: `SELECT -coalesce(sum(amount), 0) FROM intents
          WHERE deferred = 1 AND cash = 'received' AND host IN ('unsent', 'sending', 'unknown')`,
  },
  {
    rule: 5,
    account: 'customer_due',
    sql: "SELECT -coalesce(sum(amount), 0) FROM intents WHERE cash IN ('return_due', 'payout_due')",
  },
  {
    rule: 6,
    account: 'issuer_payable',
    sql: `SELECT coalesce(sum(CASE type WHEN 'CHARGE' THEN -amount ELSE amount END), 0) FROM intents
          WHERE host IN ('approved', 'voiding')`,
  },
  {
    rule: 7,
    account: 'cash_drawer',
    sql: `SELECT coalesce(sum(CASE cash WHEN 'paid_out' THEN -amount ELSE amount END), 0) FROM intents
          WHERE cash IN ('received', 'return_due', 'paid_out')`,
  },
];

/** Returns that nobody came for: written off by a voucher, and in no customer's hands since. */
const UNCLAIMED = `SELECT -coalesce(sum(amount), 0) FROM intents
  WHERE cash = 'return_due' AND instr(state, '"returnUnclaimed"') > 0`;

/** Checks rules 3 to 7 against the stored balances, rule 6 day by day as well, and what rule 5's vouchers left unclaimed. */
export function checkClosing(
  database: Connection,
  stored: Balances,
  vouchers: Balances,
  faults: Faults,
): void {
  for (const { rule, account, sql } of RULES) {
    const expected = (database.prepare<[], number>(sql).pluck().get() ?? 0) + vouchers[account];
    if (stored[account] === expected) continue;
    const text = `closing rule ${rule}: ${account} is ${stored[account]}, the intents and vouchers say ${expected}`;
    faults.add({ code: 'CLOSING', text });
  }
  checkUnclaimed(database, stored, faults);
  checkDays(database, faults);
}

function checkUnclaimed(database: Connection, stored: Balances, faults: Faults): void {
  const expected = database.prepare<[], number>(UNCLAIMED).pluck().get() ?? 0;
  if (stored.unclaimed === expected) return;
  const text = `closing rule 5: unclaimed is ${stored.unclaimed}, the returns nobody came for say ${expected}`;
  faults.add({ code: 'CLOSING', text });
}

/** Rule 6 of every day from the payments' columns, beside the figure that its totals give. */
function checkDays(database: Connection, faults: Faults): void {
  const { approved } = prepareDays(database);
  const days = database
    .prepare<[], { date: string; owed: number }>(
      `SELECT business_date AS date, sum(CASE type WHEN 'CHARGE' THEN -amount ELSE amount END) AS owed
       FROM intents WHERE host IN ('approved', 'voiding') GROUP BY business_date`,
    )
    .all();
  for (const { date, owed } of days) {
    const stored = approved.get(date)?.issuer_payable ?? 0;
    if (stored === owed) continue;
    const text = `closing rule 6: issuer_payable of ${date} is ${stored} by its totals, ${owed} by its payments`;
    faults.add({ code: 'CLOSING', text });
  }
}

import type { Account, Cash, Host, Intent, IntentType, Posting } from './model.ts';
import { ACCOUNTS } from './model.ts';

/** The four words that fix an intent's legality and its balances. */
export interface Tuple {
  readonly type: IntentType;
  readonly host: Host;
  readonly cash: Cash;
  readonly deferred: boolean;
}

/** What a family of tuples holds on each account, in units of the amount (intent-rules 6). Debit positive. */
type Holding = Readonly<Partial<Record<Account, 1 | -1>>>;

const NOTHING: Holding = {};
const OPEN: Holding = { cash_drawer: 1, suspense: -1 };
const OPEN_DEFERRED: Holding = { cash_drawer: 1, deferred: -1 };
const BOOKED: Holding = { cash_drawer: 1, issuer_payable: -1 };
const RETURN_DUE: Holding = { cash_drawer: 1, customer_due: -1 };
const PAYOUT_DUE: Holding = { issuer_payable: 1, customer_due: -1 };
const PAID_OUT: Holding = { cash_drawer: -1, issuer_payable: 1 };

interface Row {
  readonly type: IntentType;
  readonly deferred: readonly boolean[];
  readonly hosts: readonly Host[];
  readonly cash: Cash;
  readonly holding: Holding;
}

const BOTH = [false, true] as const;
const ATTENDED = [false] as const;
const DEFERRED = [true] as const;

/** The 38 legal tuples with what they hold: the only place that knows either (intent-rules 1 and 6). */
const ROWS: readonly Row[] = [
  { type: 'CHARGE', deferred: ATTENDED, hosts: ['unsent', 'closed'], cash: 'none', holding: NOTHING },
  {
    type: 'CHARGE',
    deferred: ATTENDED,
    hosts: ['unsent', 'sending', 'unknown'],
    cash: 'received',
    holding: OPEN,
  },
  {
    type: 'CHARGE',
    deferred: DEFERRED,
    hosts: ['unsent', 'sending', 'unknown'],
    cash: 'received',
    holding: OPEN_DEFERRED,
  },
  { type: 'CHARGE', deferred: BOTH, hosts: ['approved'], cash: 'received', holding: BOOKED },
  { type: 'CHARGE', deferred: ATTENDED, hosts: ['voiding'], cash: 'received', holding: BOOKED },
  {
    type: 'CHARGE',
    deferred: BOTH,
    hosts: ['declined', 'reversing', 'reversed', 'closed'],
    cash: 'return_due',
    holding: RETURN_DUE,
  },
  {
    type: 'CHARGE',
    deferred: BOTH,
    hosts: ['declined', 'reversing', 'reversed', 'closed'],
    cash: 'returned',
    holding: NOTHING,
  },
  { type: 'CHARGE', deferred: ATTENDED, hosts: ['voided'], cash: 'return_due', holding: RETURN_DUE },
  { type: 'CHARGE', deferred: ATTENDED, hosts: ['voided'], cash: 'returned', holding: NOTHING },
  {
    type: 'REFUND',
    deferred: ATTENDED,
    hosts: ['unsent', 'sending', 'unknown', 'declined', 'reversing', 'reversed', 'closed'],
    cash: 'none',
    holding: NOTHING,
  },
  { type: 'REFUND', deferred: ATTENDED, hosts: ['approved'], cash: 'payout_due', holding: PAYOUT_DUE },
  { type: 'REFUND', deferred: ATTENDED, hosts: ['approved'], cash: 'paid_out', holding: PAID_OUT },
];

function wordsOf(tuple: Tuple): string {
  return `${tuple.type} ${tuple.host}/${tuple.cash}${tuple.deferred ? ' deferred' : ''}`;
}

/** By host, then by cash: what each of the two or four tuples of these holds, in the place of `placeOf`. */
const HOLDINGS = new Map<Host, Map<Cash, (Holding | undefined)[]>>();

function placeOf(type: IntentType, deferred: boolean): number {
  return (type === 'CHARGE' ? 0 : 2) + (deferred ? 1 : 0);
}

function holdingOf(type: IntentType, host: Host, cash: Cash, deferred: boolean): Holding | undefined {
  return HOLDINGS.get(host)?.get(cash)?.[placeOf(type, deferred)];
}

function hold({ type, host, cash, deferred }: Tuple, holding: Holding): void {
  const byCash = HOLDINGS.get(host) ?? new Map<Cash, (Holding | undefined)[]>();
  const places = byCash.get(cash) ?? [undefined, undefined, undefined, undefined];
  places[placeOf(type, deferred)] = holding;
  byCash.set(cash, places);
  HOLDINGS.set(host, byCash);
}

const tuples: Tuple[] = [];
for (const row of ROWS) {
  for (const deferred of row.deferred) {
    for (const host of row.hosts) {
      const tuple = { type: row.type, host, cash: row.cash, deferred };
      hold(tuple, row.holding);
      tuples.push(tuple);
    }
  }
}

/** All 38 of them; any other (type, host, cash, deferred) is a failed assertion. */
export const LEGAL_TUPLES: readonly Tuple[] = tuples;

export function isLegal(tuple: Tuple): boolean {
  return holdingOf(tuple.type, tuple.host, tuple.cash, tuple.deferred) !== undefined;
}

/** An invariant of the rules does not hold: the process must not go on with this intent. */
export class IntentFault extends Error {
  override readonly name = 'IntentFault';
}

/** Throws IntentFault unless the tuple is one of the 38. */
export function assertLegal(tuple: Tuple): void {
  if (!isLegal(tuple)) throw new IntentFault(`illegal state ${wordsOf(tuple)}`);
}

/** Throws IntentFault unless the entries are integers and sum to 0. */
export function assertBalanced(entries: Posting): void {
  let sum = 0;
  for (const amount of Object.values(entries)) {
    if (!Number.isSafeInteger(amount))
      throw new IntentFault('a posting holds something that is no integer won');
    sum += amount;
  }
  if (sum !== 0) throw new IntentFault(`a posting does not balance: ${sum}`);
}

/** Balances of one state in won, debit positive (intent-rules 6). Sums to 0; zero entries are absent. */
export function position(
  type: IntentType,
  host: Host,
  cash: Cash,
  deferred: boolean,
  amount: number,
): Posting {
  const holding = holdingOf(type, host, cash, deferred);
  if (holding === undefined)
    throw new IntentFault(`illegal state ${wordsOf({ type, host, cash, deferred })}`);
  const entries: Partial<Record<Account, number>> = {};
  if (amount !== 0) {
    for (const account of ACCOUNTS) {
      const sign = holding[account];
      if (sign !== undefined) entries[account] = sign * amount;
    }
  }
  assertBalanced(entries);
  return entries;
}

/** The position of an intent; null (no intent yet) holds nothing. */
export function positionOf(intent: Intent | null): Posting {
  if (intent === null) return {};
  return position(intent.type, intent.host, intent.cash, intent.deferred, intent.amount);
}

/** `after` minus `before`, account by account; zero entries are absent. */
export function difference(before: Posting, after: Posting): Posting {
  const entries: Partial<Record<Account, number>> = {};
  for (const account of ACCOUNTS) {
    const change = (after[account] ?? 0) - (before[account] ?? 0);
    if (change !== 0) entries[account] = change;
  }
  assertBalanced(entries);
  return entries;
}

/** Both hold the same, whatever it is: most records move no money. An illegal state is left to `position`. */
function isSamePlace(one: Intent, other: Intent): boolean {
  const isSame =
    one.host === other.host &&
    one.cash === other.cash &&
    one.deferred === other.deferred &&
    one.amount === other.amount &&
    one.type === other.type;
  return isSame && isLegal(other);
}

/** What one record books: position(after) minus position(before). */
export function posting(before: Intent | null, after: Intent): Posting {
  if (before !== null && isSamePlace(before, after)) return {};
  return difference(positionOf(before), positionOf(after));
}

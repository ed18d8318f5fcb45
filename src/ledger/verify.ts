import { ACCOUNTS, type Account, type Posting } from '../intent/model.ts';
import { chainHash, GENESIS } from './canonical.ts';
import type { Connection } from './connection.ts';
import { isDayKind } from './days.ts';
import { prepareIntents } from './intents.ts';
import { type JournalRow, prepareJournal, readHead } from './journal.ts';
import { readMeta } from './meta.ts';
import { emptyBalances, readBalances } from './totals.ts';
import type { Balances, VerifyOptions, VerifyReport } from './types.ts';
import { checkClosing } from './verify-closing.ts';
import { DayCheck } from './verify-days.ts';
import { type Fault, Faults } from './verify-faults.ts';
import { IntentCheck } from './verify-intents.ts';

const ENTRY = 'SELECT idx, at_ms, kind, sequence_id, earlier, body, hash FROM journal';

/** What one walk along the chain learns besides whether it holds. */
interface ChainResult {
  entries: number;
  ofIntents: number;
  /** Sum of all postings and vouchers in the journal. */
  readonly booked: Record<Account, number>;
  readonly vouchers: Record<Account, number>;
  /** The last word on it in this walk. */
  mark: 'recovering' | 'recovered' | null;
  /** Intents met; only for a partial walk. */
  readonly met: Set<string>;
}

function addPosting(sums: Record<Account, number>, posting: Posting): number {
  let sum = 0;
  for (const account of ACCOUNTS) {
    const amount = posting[account] ?? 0;
    sums[account] += amount;
    sum += amount;
  }
  return sum;
}

interface Postings {
  readonly posting?: Posting;
  readonly voucher?: { readonly entries?: Posting };
}

function bookEntry(row: JournalRow, result: ChainResult, faults: Faults): void {
  // Most entries book nothing; looking for the word is cheaper than parsing every body.
  if (!row.body.includes('"posting"') && row.kind !== 'voucher') return;
  const body = JSON.parse(row.body) as Postings;
  const isVoucher = row.kind === 'voucher' && row.sequence_id === null;
  const posting = isVoucher ? body.voucher?.entries : body.posting;
  if (posting === undefined) return;
  const isOfDay = row.sequence_id === null && isDayKind(row.kind);
  if (isVoucher || isOfDay) addPosting(result.vouchers, posting);
  if (addPosting(result.booked, posting) !== 0) {
    faults.add({ code: 'POSTING', text: `entry ${row.idx} does not sum to 0`, index: row.idx });
  }
}

function chainFault(row: JournalRow, expected: number, previousHash: string): Fault | null {
  if (row.idx !== expected) {
    return { code: 'CHAIN', text: `entry ${expected} is missing`, index: expected };
  }
  const { idx: index, at_ms: atMs, kind, sequence_id: sequenceId, body } = row;
  if (chainHash({ index, atMs, kind, sequenceId, body }, previousHash) !== row.hash.toString('hex')) {
    const text = `entry ${index} does not match its hash: it, or the entry before it, was changed`;
    return { code: 'CHAIN', text, index, ...(sequenceId === null ? {} : { sequenceId }) };
  }
  return null;
}

/** Recomputes every hash from `fromIndex` on; stops at the first wrong entry, after which nothing can be trusted. */
function walkChain(
  database: Connection,
  fromIndex: number,
  faults: Faults,
  days: DayCheck | null = null,
): ChainResult {
  const result: ChainResult = {
    entries: 0,
    ofIntents: 0,
    booked: emptyBalances(),
    vouchers: emptyBalances(),
    mark: null,
    met: new Set(),
  };
  const before = database.prepare<[number], JournalRow>(`${ENTRY} WHERE idx = ?`).get(fromIndex - 1);
  if (fromIndex > 1 && before === undefined) {
    faults.add({ code: 'CHAIN', text: `entry ${fromIndex - 1} is missing`, index: fromIndex - 1 });
  }
  let previousHash = before?.hash.toString('hex') ?? GENESIS;
  let expected = fromIndex;
  for (const row of database
    .prepare<[number], JournalRow>(`${ENTRY} WHERE idx >= ? ORDER BY idx`)
    .iterate(fromIndex)) {
    const fault = chainFault(row, expected, previousHash);
    if (fault !== null) {
      faults.add(fault);
      break;
    }
    previousHash = row.hash.toString('hex');
    expected += 1;
    result.entries += 1;
    if (row.sequence_id !== null) {
      result.ofIntents += 1;
      if (fromIndex > 1) result.met.add(row.sequence_id);
    }
    if (row.kind === 'recovering' || row.kind === 'recovered') result.mark = row.kind;
    bookEntry(row, result, faults);
    days?.entry(row);
  }
  return result;
}

function checkKnownHead(database: Connection, known: VerifyOptions['knownHead'], faults: Faults): void {
  if (known === undefined || known.index === 0) return;
  const row = database.prepare<[number], JournalRow>(`${ENTRY} WHERE idx = ?`).get(known.index);
  if (row === undefined) {
    const text = `entry ${known.index} is known elsewhere and missing here: the tail was cut, or this is an old copy`;
    faults.add({ code: 'KNOWN_HEAD', text, index: known.index });
  } else if (row.hash.toString('hex') !== known.hash) {
    const text = `entry ${known.index} has another hash than the one known elsewhere: the journal was rewritten`;
    faults.add({ code: 'KNOWN_HEAD', text, index: known.index });
  }
}

function checkBalances(stored: Balances, expected: Balances, source: string, faults: Faults): void {
  for (const account of ACCOUNTS) {
    if (stored[account] === expected[account]) continue;
    const text = `balance ${account} is ${stored[account]}, ${source} say ${expected[account]}`;
    faults.add({ code: 'BALANCE', text });
  }
}

function sumOf(left: Balances, right: Balances): Balances {
  const sum = emptyBalances();
  for (const account of ACCOUNTS) sum[account] = left[account] + right[account];
  return sum;
}

/** The mark that keeps a fenced terminal from moving money can be taken off by hand; the journal remembers it. */
function checkMark(database: Connection, mark: ChainResult['mark'], faults: Faults): void {
  const isMarked = readMeta(database, 'recovering') !== null;
  if (mark === null || isMarked === (mark === 'recovering')) return;
  const text = isMarked
    ? 'the ledger is marked as recovering, its journal says recovered'
    : 'the journal says recovering, and the mark was taken off';
  faults.add({ code: 'MARK', text });
}

function verifyPart(
  database: Connection,
  fromIndex: number,
  faults: Faults,
): ChainResult & { intents: number } {
  const chain = walkChain(database, fromIndex, faults);
  const check = new IntentCheck(database, faults);
  for (const sequenceId of chain.met) check.intent(sequenceId);
  return { ...chain, intents: check.intents };
}

function verifyAll(database: Connection, faults: Faults): ChainResult & { intents: number } {
  const days = new DayCheck(database, faults);
  const chain = walkChain(database, 1, faults, days);
  const check = new IntentCheck(database, faults);
  for (const row of prepareIntents(database).all.iterate()) check.row(row);
  check.finish(chain.ofIntents);
  days.finish();
  const stored = readBalances(database);
  checkBalances(stored, chain.booked, 'the postings of the journal', faults);
  checkBalances(
    stored,
    sumOf(check.positions, chain.vouchers),
    'the positions of the intents and the vouchers',
    faults,
  );
  checkClosing(database, stored, chain.vouchers, faults);
  return { ...chain, intents: check.intents };
}

/**
 * Recomputes everything that can be recomputed and names the first wrong entry: hash chain, intents (the records folded
 * again), postings, sums, vault rows, closing rules. Reads one consistent moment in one transaction, in constant memory,
 * so it runs beside a writing agent. Proves nothing about entries cut from the end: that takes a `knownHead`.
 */
export function verifyLedger(database: Connection, options: VerifyOptions): VerifyReport {
  const fromIndex = options.fromIndex ?? 1;
  return database.transaction((): VerifyReport => {
    const faults = new Faults();
    checkKnownHead(database, options.knownHead, faults);
    const { entries, intents, mark } =
      fromIndex > 1 ? verifyPart(database, fromIndex, faults) : verifyAll(database, faults);
    checkMark(database, mark, faults);
    const list = faults.list();
    return {
      ok: list.length === 0,
      entries,
      intents,
      head: readHead(prepareJournal(database)),
      balances: readBalances(database),
      faults: list,
    };
  })();
}

import type { DecisionRecord, Intent, Posting } from '../intent/model.ts';
import { canonicalJson, chainHash, GENESIS } from './canonical.ts';
import { expand, firstSetText } from './compact.ts';
import type { Connection } from './connection.ts';
import { assertThat } from './fault.ts';
import type { JournalEntry, JournalHead } from './types.ts';

const KIND = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
const TIMELINE_MAX = 100_000;

export interface JournalRow {
  readonly idx: number;
  readonly at_ms: number;
  readonly kind: string;
  readonly sequence_id: string | null;
  readonly earlier: number;
  readonly body: string;
  readonly hash: Buffer;
}

/** What the body of an intent's entry holds; `apply` gets it back as a DecisionRecord. */
interface DecisionBody {
  readonly actor: DecisionRecord['actor'];
  readonly detail: DecisionRecord['detail'];
  readonly policyHash: string;
  readonly posting?: Posting;
  readonly set: Partial<Intent>;
}

/**
 * The canonical body of one decision with the posting it books. No card datum: the record holds none. `state` is the text
 * of the intent after it: a new intent is written whole, later records hold changes only.
 */
export function decisionBody(record: DecisionRecord, posting: Posting, state: string): string {
  const set = record.event === 'scanAccepted' ? firstSetText(state) : canonicalJson(record.set);
  const head = `{"actor":${canonicalJson(record.actor)},"detail":${canonicalJson(record.detail)}`;
  const booked = Object.keys(posting).length === 0 ? '' : `,"posting":${canonicalJson(posting)}`;
  return `${head},"policyHash":${JSON.stringify(record.policyHash)}${booked},"set":${set}}`;
}

/** The record and the posting that an intent's entry stores. */
export function readDecision(row: JournalRow): { record: DecisionRecord; posting: Posting } {
  assertThat(row.sequence_id !== null, 'an entry of an intent names it');
  const body = JSON.parse(row.body) as DecisionBody;
  const record: DecisionRecord = {
    sequenceId: row.sequence_id,
    event: row.kind as DecisionRecord['event'],
    detail: body.detail,
    set: row.kind === 'scanAccepted' ? expand({ ...body.set }) : body.set,
    actor: body.actor,
    atMs: row.at_ms,
    policyHash: body.policyHash,
  };
  return { record, posting: body.posting ?? {} };
}

export function prepareJournal(database: Connection) {
  return {
    append: database.prepare<[number, number, string, string | null, number, string, Buffer]>(
      'INSERT INTO journal (idx, at_ms, kind, sequence_id, earlier, body, hash) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    last: database.prepare<[], { idx: number; hash: Buffer }>(
      'SELECT idx, hash FROM journal ORDER BY idx DESC LIMIT 1',
    ),
    at: database.prepare<[number], JournalRow>(
      'SELECT idx, at_ms, kind, sequence_id, earlier, body, hash FROM journal WHERE idx = ?',
    ),
    after: database.prepare<[number, number], JournalRow>(
      `SELECT idx, at_ms, kind, sequence_id, earlier, body, hash FROM journal
       WHERE idx > ? AND sequence_id IS NOT NULL ORDER BY idx LIMIT ?`,
    ),
    from: database.prepare<[number, number], JournalRow>(
      'SELECT idx, at_ms, kind, sequence_id, earlier, body, hash FROM journal WHERE idx >= ? ORDER BY idx LIMIT ?',
    ),
  };
}
export type JournalStatements = ReturnType<typeof prepareJournal>;

/** Head of an empty journal: index 0, 64 zeros. */
export function readHead(statements: JournalStatements): JournalHead {
  const last = statements.last.get();
  return last === undefined
    ? { index: 0, hash: GENESIS }
    : { index: last.idx, hash: last.hash.toString('hex') };
}

export interface NewEntry {
  readonly atMs: number;
  readonly kind: string;
  readonly sequenceId: string | null;
  readonly earlier: number;
  readonly body: string;
}

/** Writes the entry after `head` and returns the new head. Inside the caller's transaction. */
export function appendEntry(statements: JournalStatements, head: JournalHead, entry: NewEntry): JournalHead {
  assertThat(KIND.test(entry.kind), 'a journal entry has a kind in plain letters');
  const index = head.index + 1;
  // Whole milliseconds: the column is an integer, and the hash must be computable from the row alone.
  const atMs = Math.trunc(entry.atMs);
  const hash = chainHash({ ...entry, index, atMs }, head.hash);
  const bytes = Buffer.from(hash, 'hex');
  statements.append.run(index, atMs, entry.kind, entry.sequenceId, entry.earlier, entry.body, bytes);
  return { index, hash };
}

export function toEntry(statements: JournalStatements, row: JournalRow): JournalEntry {
  const previous = row.idx === 1 ? undefined : statements.at.get(row.idx - 1);
  return {
    index: row.idx,
    atMs: row.at_ms,
    kind: row.kind,
    sequenceId: row.sequence_id,
    body: row.body,
    previousHash: previous === undefined ? GENESIS : previous.hash.toString('hex'),
    hash: row.hash.toString('hex'),
  };
}

/** The rows of one intent, oldest first, by the chain of `earlier` from its last entry. */
export function rowsOfIntent(statements: JournalStatements, lastIndex: number): JournalRow[] {
  const rows: JournalRow[] = [];
  let index = lastIndex;
  while (index > 0 && rows.length < TIMELINE_MAX) {
    const row = statements.at.get(index);
    if (row === undefined || row.earlier >= index) break;
    rows.push(row);
    index = row.earlier;
  }
  return rows.reverse();
}

export function entriesOfIntent(statements: JournalStatements, lastIndex: number): JournalEntry[] {
  return rowsOfIntent(statements, lastIndex).map((row) => toEntry(statements, row));
}

/** Entries of intents after an index, oldest first: what a listener missed. */
export function entriesAfter(statements: JournalStatements, index: number, limit: number): JournalEntry[] {
  return statements.after.all(index, limit).map((row) => toEntry(statements, row));
}

const ENTRIES_MAX = 1_000;

/** Entries from an index on, in the journal's order. */
export function entriesFrom(statements: JournalStatements, fromIndex: number, limit: number): JournalEntry[] {
  assertThat(limit > 0 && limit <= ENTRIES_MAX, 'a page has 1 to 1000 entries');
  return statements.from.all(fromIndex, limit).map((row) => toEntry(statements, row));
}

import type { Connection } from './connection.ts';
import type { IntentRow } from './intents.ts';

type Searchable = Pick<
  IntentRow,
  'number' | 'sequence_id' | 'last4' | 'card_hash' | 'approval_code' | 'nr_number'
>;

/** What an intent is found by. The prefix keeps the kinds apart; people's case and blanks do not matter. */
export function termsOf(row: Searchable): string[] {
  const terms = [`r:${row.sequence_id.slice(-8).toUpperCase()}`, `4:${row.last4}`];
  if (row.card_hash !== null) terms.push(cardTerm(row.card_hash));
  return terms.concat(answerTerms(row));
}

/** The part that only an answer brings. */
export function answerTerms(row: Pick<IntentRow, 'approval_code' | 'nr_number'>): string[] {
  const terms: string[] = [];
  if (row.approval_code !== null) terms.push(`a:${row.approval_code.toUpperCase()}`);
  if (row.nr_number !== null) terms.push(`n:${row.nr_number.toUpperCase()}`);
  return terms;
}

export function cardTerm(cardHash: Uint8Array): string {
  return `c:${Buffer.from(cardHash).toString('base64url')}`;
}

/** What a person typed: blanks and hyphens set aside (a reference is written 4-4), case ignored. */
export function normalText(text: string): string {
  return text.replaceAll(/[\s-]/g, '').toUpperCase();
}

/** Terms that a typed text may mean. */
export function termsOfText(text: string): string[] {
  const normal = normalText(text);
  return ['r', 'a', 'n', '4'].map((kind) => `${kind}:${normal}`);
}

/** The search index follows the intents at a distance; what lies after `searched()` is looked through row by row. */
export interface SearchIndex {
  /** Number of the last indexed intent. */
  searched(): number;
  /** Indexes the next rows, at most `limit`; returns how many. Inside the caller's transaction. */
  advance(limit: number): number;
  /** An indexed intent got its answer. */
  answered(before: IntentRow, after: IntentRow): void;
  reload(): void;
}

export function readSearched(database: Connection): number {
  return Number(
    database.prepare<[], string>("SELECT value FROM meta WHERE name = 'searched'").pluck().get() ?? 0,
  );
}

export function createSearchIndex(database: Connection): SearchIndex {
  const insert = database.prepare<[string, number]>(
    'INSERT OR IGNORE INTO search (term, number) VALUES (?, ?)',
  );
  const next = database.prepare<[number, number], Searchable>(
    `SELECT number, sequence_id, last4, card_hash, approval_code, nr_number FROM intents
     WHERE number > ? ORDER BY number LIMIT ?`,
  );
  const mark = database.prepare<[string]>("UPDATE meta SET value = ? WHERE name = 'searched'");
  let searched = readSearched(database);
  return {
    searched: () => searched,
    advance: (limit) => {
      const rows = next.all(searched, limit);
      const last = rows.at(-1);
      if (last === undefined) return 0;
      // Sorted terms touch each page of the index once.
      const entries = rows.flatMap((row) => termsOf(row).map((term) => ({ term, number: row.number })));
      entries.sort((left, right) => (left.term < right.term ? -1 : 1));
      for (const entry of entries) insert.run(entry.term, entry.number);
      mark.run(String(last.number));
      searched = last.number;
      return rows.length;
    },
    answered: (before, after) => {
      if (after.number > searched || before.nr_number === after.nr_number) return;
      for (const term of answerTerms(after)) insert.run(term, after.number);
    },
    reload: () => {
      searched = readSearched(database);
    },
  };
}

import { apply } from '../intent/apply.ts';
import type { Intent } from '../intent/model.ts';
import { IntentFault } from '../intent/positions.ts';
import { chainHash } from './canonical.ts';
import { LedgerAssertion } from './fault.ts';
import type { IntentRow } from './intents.ts';
import { entriesOfIntent, type JournalStatements, readDecision, rowsOfIntent } from './journal.ts';

/**
 * The payment as its entries say: the journal is the truth, its row follows from it. For people who look for the cash of a
 * payment whose row cannot be read; nothing is decided on it. null: an entry is missing or was changed, or they do not lead
 * to the row's version.
 */
export function recordedIntent(journal: JournalStatements, row: IntentRow): Intent | null {
  const isWhole = entriesOfIntent(journal, row.last_index).every(
    (entry) => chainHash(entry, entry.previousHash) === entry.hash,
  );
  const intent = isWhole ? folded(journal, row) : null;
  return intent?.sequenceId === row.sequence_id && intent.version === row.version ? intent : null;
}

function folded(journal: JournalStatements, row: IntentRow): Intent | null {
  let intent: Intent | null = null;
  try {
    for (const entry of rowsOfIntent(journal, row.last_index))
      intent = apply(intent, readDecision(entry).record);
    return intent;
  } catch (fault) {
    // What somebody wrote into the file by hand.
    const isOfEntries =
      fault instanceof IntentFault || fault instanceof LedgerAssertion || fault instanceof SyntaxError;
    if (isOfEntries) return null;
    throw fault;
  }
}

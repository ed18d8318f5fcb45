/** Rows of the ledger that cannot be read. One keeps the other payments from nothing; verification names it. */
import type { Intent } from '../intent/model.ts';
import { LedgerFault } from '../ledger/fault.ts';
import type { JournalHead, TillLedger } from '../ledger/types.ts';

const PAGE = 1_000;
/** More open payments than any till has. */
const PAGES_MAX = 100;

/** What was read is damaged, and the ledger as a whole goes on. */
export function isDamaged(ledger: Pick<TillLedger, 'isBroken'>, fault: unknown): fault is LedgerFault {
  return fault instanceof LedgerFault && fault.code === 'CORRUPT' && !ledger.isBroken();
}

/** There is a row, and what stands in it cannot be read. Damage that SQLite found may hide whether there is one. */
export function isDamagedRow(ledger: Pick<TillLedger, 'isBroken'>, fault: unknown): fault is LedgerFault {
  return isDamaged(ledger, fault) && fault.sqliteCode === null;
}

/** The damage is of this payment's own row, not of what all of them share: no record of it would be any better. */
export function isRowDamaged(
  ledger: Pick<TillLedger, 'get' | 'isBroken'>,
  sequenceId: string,
  fault: unknown,
): boolean {
  if (!isDamagedRow(ledger, fault)) return false;
  try {
    ledger.get(sequenceId);
    return false;
  } catch (again) {
    return isDamagedRow(ledger, again);
  }
}

/** The entry at an index. null: none is there, or it cannot be read, which says nothing of where the journal ends. */
export function headAt(ledger: Pick<TillLedger, 'entries' | 'isBroken'>, at: number): JournalHead | null {
  try {
    const [entry] = ledger.entries(at, 1);
    return entry?.index === at ? { index: at, hash: entry.hash } : null;
  } catch (fault) {
    if (!isDamaged(ledger, fault)) throw fault;
    return null;
  }
}

/** Payments that have not ended, without those whose row cannot be read: what is owed comes first where there is one. */
export function readableOpen(ledger: Pick<TillLedger, 'open' | 'list' | 'isBroken'>): readonly Intent[] {
  try {
    return ledger.open();
  } catch (fault) {
    if (!isDamagedRow(ledger, fault)) throw fault;
    return [...readableOf(ledger, 'owed'), ...readableOf(ledger, 'running')];
  }
}

/** Of one group, oldest first. */
function readableOf(ledger: Pick<TillLedger, 'list'>, group: 'owed' | 'running'): readonly Intent[] {
  const found: Intent[] = [];
  let place: { readonly before?: string } = {};
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const { intents, older } = ledger.list({ limit: PAGE, group, readableOnly: true, ...place });
    found.push(...intents);
    if (older === null) break;
    place = { before: older };
  }
  return found.reverse();
}

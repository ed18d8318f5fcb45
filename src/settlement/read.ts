/** Reads days and their open items out of a ledger. */
import type { JournalEntry, Ledger, LedgerReader } from '../ledger/types.ts';
import { type DayFact, type DayState, foldDay } from './day.ts';
import { type OurItem, ourItem } from './items.ts';

/** One journal entry of a day, its body read. */
export function factOf(entry: JournalEntry): DayFact {
  const { actor, detail } = JSON.parse(entry.body) as Pick<DayFact, 'actor' | 'detail'>;
  const { index, atMs } = entry;
  return { index, atMs, kind: entry.kind as DayFact['kind'], actor, detail };
}

export function readDay(ledger: Pick<LedgerReader, 'dayEntries'>, date: string): DayState {
  return foldDay(date, ledger.dayEntries(date).map(factOf));
}

/**
 * What a close of this date names as open (settlement-contract 6, close): everything that has not ended or was approved
 * and never acknowledged, and that may have been booked by then. Naming one that the issuer never booked does no harm.
 */
export function openItemsOf(ledger: Ledger, date: string): readonly OurItem[] {
  return ledger
    .attention()
    .map((intent) => ourItem(0, intent))
    .filter((item) => item.open && (item.businessDate === null || item.businessDate <= date));
}

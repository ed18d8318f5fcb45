/** Reads days and their open items out of a ledger. */
import type { Intent } from '../intent/model.ts';
import { guarded } from '../ledger/fault.ts';
import type { JournalEntry, Ledger, LedgerReader } from '../ledger/types.ts';
import { type DayFact, type DayState, foldDay } from './day.ts';
import { type OurItem, ourItem } from './items.ts';

/** One journal entry of a day, its body read. Throws LedgerFault CORRUPT where that is no JSON. */
export function factOf(entry: JournalEntry): DayFact {
  const { actor, detail } = guarded(() => JSON.parse(entry.body) as Pick<DayFact, 'actor' | 'detail'>);
  const { index, atMs } = entry;
  return { index, atMs, kind: entry.kind as DayFact['kind'], actor, detail };
}

type DayReader = Pick<LedgerReader, 'day' | 'dayEntries'>;

/** A day as it was folded up to its entry `lastIndex`. */
interface Folded {
  readonly lastIndex: number;
  readonly state: DayState;
}

/** Days kept whole per ledger; more than anybody looks at together. */
const FOLDED_MAX = 64;
const FOLDED = new WeakMap<DayReader, Map<string, Folded>>();

/** The day as its entries say; only those that are newer than the last look at it are read and folded. */
export function readDay(ledger: DayReader, date: string): DayState {
  const lastIndex = ledger.day(date)?.lastIndex ?? 0;
  const days = FOLDED.get(ledger) ?? new Map<string, Folded>();
  const known = days.get(date);
  if (known?.lastIndex === lastIndex) return known.state;
  const since = known?.lastIndex ?? 0;
  const newer = ledger.dayEntries(date).filter(({ index }) => index > since);
  const state = foldDay(date, newer.map(factOf), known?.state);
  days.delete(date); // it stands last from now on
  days.set(date, { lastIndex, state });
  const [oldest] = days.keys();
  if (days.size > FOLDED_MAX && oldest !== undefined) days.delete(oldest);
  FOLDED.set(ledger, days);
  return state;
}

/**
 * What a close of this date names as open (settlement-contract 6, close): everything that has not ended or was approved
 * and never acknowledged, and that may have been booked by then. Naming one that the issuer never booked does no harm.
 */
export function openItemsOf(ledger: Ledger, date: string): readonly OurItem[] {
  return openItemsAmong(ledger.attention(), date);
}

/** Their ids, sorted. */
export function openIdsOf(ledger: Ledger, date: string): readonly string[] {
  return openItemsOf(ledger, date)
    .map(({ sequenceId }) => sequenceId)
    .sort();
}

/** The same among these payments. */
export function openItemsAmong(intents: readonly Intent[], date: string): readonly OurItem[] {
  return intents
    .map((intent) => ourItem(0, intent))
    .filter((item) => item.open && (item.businessDate === null || item.businessDate <= date));
}

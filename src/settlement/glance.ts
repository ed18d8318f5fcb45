/**
 * What the list of days says of one: a line of figures, kept for as long as the day does not change. Days that nobody closed
 * may be hundreds, and whoever looks at the list must not have each of them folded anew on the till's own thread.
 */
import type { BusinessDay, LedgerReader } from '../ledger/types.ts';
import type { DayPhase, DayState } from './day.ts';
import { DIFFERENCES } from './matching.ts';
import { readDay } from './read.ts';

export interface DayGlance {
  readonly date: string;
  readonly phase: DayPhase;
  /** The present want had no answer so far. */
  readonly unanswered: boolean;
  /** Items of the last comparison that do not explain themselves; null: it was never compared. */
  readonly differences: number | null;
  /** Items that keep the sealed day open by name, and those booked after its seal. */
  readonly named: number;
  readonly late: number;
}

type DayReader = Pick<LedgerReader, 'day' | 'dayEntries'>;

interface Kept {
  readonly lastIndex: number;
  readonly glance: DayGlance;
}

const KEPT = new WeakMap<DayReader, Map<string, Kept>>();

/** The lines of these days, in their order; only a day with newer entries is read. Others than these are forgotten. */
export function glancesAt(ledger: DayReader, days: readonly BusinessDay[]): readonly DayGlance[] {
  const before = KEPT.get(ledger);
  const kept = new Map<string, Kept>();
  for (const { businessDate, lastIndex } of days) {
    const known = before?.get(businessDate);
    const isNew = known === undefined || known.lastIndex !== lastIndex;
    kept.set(businessDate, isNew ? { lastIndex, glance: glanceOf(readDay(ledger, businessDate)) } : known);
  }
  KEPT.set(ledger, kept);
  return [...kept.values()].map(({ glance }) => glance);
}

function glanceOf(day: DayState): DayGlance {
  return {
    date: day.date,
    phase: day.phase,
    unanswered: day.unanswered !== null,
    differences: differencesOf(day),
    named: day.named.length,
    late: day.late.length,
  };
}

function differencesOf(day: DayState): number | null {
  const categories = day.reconciled?.detail.categories;
  if (categories === undefined) return null;
  return DIFFERENCES.reduce((sum, category) => sum + categories[category].count, 0);
}

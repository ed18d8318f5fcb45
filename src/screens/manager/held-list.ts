/** A list that is being read: its rows keep their places, what they say is kept up to date, and new ones are only counted. */
import { useRef, useState } from 'preact/hooks';
import type { PaymentRow, PaymentsAnswer } from '../../web/api/payments.ts';
import type { Loaded } from './calls.ts';

export interface News {
  /** Rows of the fresh list that the held one has no place for. */
  readonly count: number;
  /** A full page of new ones: there are more of them than it shows. */
  readonly isMore: boolean;
}

/**
 * What is new above or between the held rows. Rows behind the last one that both lists have are older payments, which come
 * up from below when a held row no longer fits the filter.
 */
export function newsOf(held: readonly PaymentRow[], fresh: Pick<PaymentsAnswer, 'rows' | 'older'>): News {
  const known = new Set(held.map((row) => row.sequenceId));
  const last = fresh.rows.findLastIndex((row) => known.has(row.sequenceId));
  const reached = last === -1 ? fresh.rows : fresh.rows.slice(0, last);
  return {
    count: reached.filter((row) => !known.has(row.sequenceId)).length,
    isMore: last === -1 && fresh.older !== null,
  };
}

/** The held rows in their order, each as the fresh list tells it; as it was where that list does not reach. */
export function refreshed(held: readonly PaymentRow[], fresh: readonly PaymentRow[]): readonly PaymentRow[] {
  const byId = new Map(fresh.map((row) => [row.sequenceId, row]));
  return held.map((row) => byId.get(row.sequenceId) ?? row);
}

/**
 * The list to draw. It changes to another one only when another is asked for, when it was empty, or when the reader calls
 * `show` (screens.md 3.1: rows never move under the reader).
 */
export function useHeldList(loaded: Loaded<PaymentsAnswer>): {
  readonly answer: PaymentsAnswer | null;
  readonly news: News;
  readonly show: () => void;
} {
  const held = useRef<{ path: string; answer: PaymentsAnswer } | null>(null);
  const [, draw] = useState(0);
  const fresh = loaded.data;
  const nothing: News = { count: 0, isMore: false };
  const show = (): void => {
    if (fresh !== null) held.current = { path: loaded.path, answer: fresh };
    draw((value) => value + 1);
  };
  if (fresh === null) return { answer: null, news: nothing, show };
  const before = held.current?.path === loaded.path ? held.current.answer : null;
  if (before === null || before.rows.length === 0) {
    held.current = { path: loaded.path, answer: fresh };
    return { answer: fresh, news: nothing, show };
  }
  const answer = { ...before, rows: refreshed(before.rows, fresh.rows) };
  held.current = { path: loaded.path, answer };
  return { answer, news: newsOf(answer.rows, fresh), show };
}

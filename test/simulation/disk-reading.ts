/** What the ledger of the simulator's disk reads for a scan and for a page of payments: each time from all its intents. */
import type { Intent, IntentType, Now } from '../../src/intent/model.ts';
import { ended } from '../../src/intent/state.ts';
import { businessDateOf, koreanDate } from '../../src/ledger/intents.ts';
import type { ListQuery, ScanFacts, TillLedger } from '../../src/ledger/types.ts';

/** The intents of a disk, oldest first, and what stands beside them. */
export interface Shelf {
  readonly intents: ReadonlyMap<string, Intent>;
  readonly cards: ReadonlyMap<string, string>;
  /** Journal index of each intent's acceptance: its place in lists, as in the real ledger. */
  readonly numbers: ReadonlyMap<string, number>;
}

const COUNTED = new Set(['unsent', 'sending', 'unknown', 'approved', 'voiding']);

/** What the intents of a disk say about a scan of that card. */
export function cardFacts(
  { intents, cards }: Shelf,
  cardNumber: string,
  now: Now,
): Omit<ScanFacts, 'same' | 'drawer'> {
  const openReversals = { count: 0, sum: 0, oldestAtMs: null as number | null };
  const deferredOpen = { count: 0, sum: 0, oldestAtMs: null as number | null };
  const today = koreanDate(now.wallMs, 0);
  const cardToday = emptyDay();
  const terminalToday = emptyDay();
  let cardBusy: Intent | null = null;
  let deferredOfCard = 0;
  for (const intent of intents.values()) {
    const isCard = cards.get(intent.sequenceId) === cardNumber;
    if (businessDateOf(intent, 0) === today && COUNTED.has(intent.host)) {
      add(terminalToday[intent.type], intent.amount);
      if (isCard) add(cardToday[intent.type], intent.amount);
    }
    if (ended(intent)) continue;
    const isReversal = intent.host === 'reversing' && intent.vouchers?.includes('daySealed') !== true;
    if (isReversal) addOldest(openReversals, intent);
    const isWaiting = intent.host === 'unsent' || intent.host === 'sending' || intent.host === 'unknown';
    if (intent.deferred && isWaiting) addOldest(deferredOpen, intent);
    if (intent.deferred && isWaiting && isCard) deferredOfCard += 1;
    if (isCard && (intent.host === 'unknown' || isReversal)) cardBusy ??= intent;
  }
  return {
    cardBusy,
    openReversals,
    deferredOpen,
    deferredOfCard,
    cardToday,
    terminalToday,
  };
}

/** Other open charges of that payment's card that are credited later. */
export function otherDeferred({ intents, cards }: Shelf, sequenceId: string): number {
  const asked = intents.get(sequenceId);
  if (asked === undefined || ended(asked)) return 0;
  const card = cards.get(sequenceId);
  let count = 0;
  for (const intent of intents.values()) {
    const isOpen = intent.host === 'unsent' || intent.host === 'sending' || intent.host === 'unknown';
    const isOther = intent.sequenceId !== sequenceId && intent.deferred && isOpen && !ended(intent);
    if (isOther && cards.get(intent.sequenceId) === card) count += 1;
  }
  return count;
}

/** The queries that a running core makes; anything else is not simulated and says so. */
export function pageOf(shelf: Shelf, query: ListQuery): ReturnType<TillLedger['list']> {
  const { limit, group, stationId, cardNumber, text, before, ...dated } = query;
  // Every row of this disk can be read.
  const { businessDateFrom, businessDateTo, readableOnly: _all, ...rest } = dated;
  if (Object.keys(rest).length > 0) throw new Error(`not simulated: ${Object.keys(rest).join(', ')}`);
  const { cards } = shelf;
  const all = [...shelf.intents.values()];
  const found: Intent[] = [];
  for (let at = all.length - 1; at >= 0 && found.length <= limit; at -= 1) {
    const intent = all[at];
    if (intent === undefined || (before !== undefined && numberOf(shelf, intent) >= Number(before))) continue;
    if (group === 'ended' && !ended(intent)) continue;
    if (stationId !== undefined && intent.stationId !== stationId) continue;
    if (cardNumber !== undefined && cards.get(intent.sequenceId) !== cardNumber) continue;
    if (text !== undefined && intent.sequenceId !== text) continue;
    if (businessDateFrom !== undefined && businessDateOf(intent, 0) < businessDateFrom) continue;
    if (businessDateTo !== undefined && businessDateOf(intent, 0) > businessDateTo) continue;
    found.push(intent);
  }
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    intents: page,
    older: found.length > limit && last !== undefined ? String(numberOf(shelf, last)) : null,
    newer: null,
  };
}

function numberOf({ numbers }: Shelf, { sequenceId }: Intent): number {
  return numbers.get(sequenceId) ?? 0;
}

function emptyDay(): Record<IntentType, { count: number; sum: number }> {
  return { CHARGE: { count: 0, sum: 0 }, REFUND: { count: 0, sum: 0 } };
}

function add(into: { count: number; sum: number }, amount: number): void {
  into.count += 1;
  into.sum += amount;
}

function addOldest(into: { count: number; sum: number; oldestAtMs: number | null }, intent: Intent): void {
  add(into, intent.amount);
  into.oldestAtMs = Math.min(into.oldestAtMs ?? intent.scannedAtMs, intent.scannedAtMs);
}

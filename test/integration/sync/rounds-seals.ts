/** Business days that an issuer which was put back does not know to be sealed, and what it books there. */
import type { Intent } from '../../../src/intent/model.ts';
import type { Ledger } from '../../../src/ledger/types.ts';
import type { Shop } from './children.ts';
import type { Books } from './rounds-books.ts';
import { journalOf } from './stretches.ts';

/** Days that are sealed here and not at an issuer that was put back, which was over at `untilMs`; null: it forgot nothing. */
export function sealsForgotten(shop: Shop, { agreed }: Books, untilMs: number | null): ReadonlySet<string> {
  if (untilMs === null) return new Set();
  const sealed = shop.ledger((ledger) => sealedByClosesOf(ledger, untilMs));
  return new Set([...sealed].filter((date) => !agreed.includes(date)));
}

/** Days (yyyyMMdd) that are sealed by a close which had been sent when it was `atMs`. */
export function sealedByClosesOf(ledger: Pick<Ledger, 'entries'>, atMs: number): ReadonlySet<string> {
  const sent = new Set<string>();
  const sealed = new Set<string>();
  for (const entry of journalOf(ledger)) {
    if (entry.kind !== 'dayCloseSent' && entry.kind !== 'daySealed') continue;
    const { businessDate } = JSON.parse(entry.body);
    if (entry.kind === 'dayCloseSent' && entry.atMs <= atMs) sent.add(businessDate);
    if (entry.kind === 'daySealed' && sent.has(businessDate)) sealed.add(businessDate);
  }
  return sealed;
}

/**
 * A case of this one reason, on one of these days. A sealed date takes no bookings (settlement-contract 6), so an issuer
 * that has lost the seal books there until its next day: each such payment is a case for a manager, also when it was neither
 * lost nor open when the issuer was put back.
 */
export function isBookedOn(sealed: ReadonlySet<string>, { businessDate, cases }: Intent): boolean {
  const isLate = businessDate !== null && sealed.has(businessDate);
  return isLate && cases.every((reason) => reason === 'BOOKED_AFTER_SEAL');
}

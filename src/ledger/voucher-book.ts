import type { Actor, Intent, IntentEvent, Now, Posting } from '../intent/model.ts';
import { assertBalanced } from '../intent/positions.ts';
import { canonicalJson } from './canonical.ts';
import { detailWithoutCardData, withoutCardData } from './card-data.ts';
import {
  type DayBook,
  FIRST_DATE,
  type KnownDays,
  lastDate,
  nextDate,
  type VoucherOfDay,
  voucherOfDay,
} from './days.ts';
import { assertThat } from './fault.ts';
import { koreanDate } from './intents.ts';
import type { DayEntry, Voucher } from './types.ts';

/** Vouchers that correct what the issuer holds of a payment; a comparison of the day counts the payment by them. */
const ISSUERS_SIDE: ReadonlySet<string> = new Set(['issuerDenies', 'issuerItemMissingHere']);

/** Days that may be sealed ahead of what the issuer has said. */
const AHEAD_MAX = 31;

/** What a voucher touches besides itself. */
export interface VoucherSources {
  readonly days: Pick<DayBook, 'isSealed' | 'known' | 'record'>;
  readonly cutOverHour: number;
  /** Writes the voucher's own entry and gives its journal index. */
  append(body: string, now: Now): number;
  /** Moves the balances. */
  book(posting: Posting): void;
}

/** Books a manager's vouchers and finds the day that each belongs to, inside the caller's transaction. */
export class VoucherBook {
  readonly #sources: VoucherSources;

  constructor(sources: VoucherSources) {
    this.#sources = sources;
  }

  /**
   * What a voucher says of the issuer's side belongs to the payment's own business day, whose figure it corrects, as long
   * as that is not sealed. Null: it belongs to the open day.
   */
  dayOf(event: IntentEvent, { businessDate }: Intent): string | null {
    const isOfIssuer = event.kind === 'seen' && ISSUERS_SIDE.has(event.voucher ?? '');
    if (!isOfIssuer || businessDate === null || this.#sources.days.isSealed(businessDate)) return null;
    return businessDate;
  }

  /** `openBusinessDate`: what the issuer said is open; null while it is not heard, then the clock names the day. */
  book(voucher: Voucher, now: Now, actor: Actor, openBusinessDate: string | null): void {
    assertBalanced(voucher.entries);
    assertThat(voucher.caseNumber !== '', 'a voucher names its case');
    const { append, book, days, cutOverHour } = this.#sources;
    book(voucher.entries);
    const masked = { actor: withoutCardData(actor), voucher: detailWithoutCardData(voucher) };
    const index = append(canonicalJson(masked), now);
    const byClock = koreanDate(now.wallMs, cutOverHour);
    const entry = dayEntry(voucherOfDay(index, voucher), openBusinessDate, byClock, days.known());
    if (entry !== null) days.record(entry, now, actor);
  }
}

/**
 * A voucher's cash and debt belong to the open day, so that its seal takes them along (closing rules 7 and 8): the one
 * that the issuer said or, while it is not heard, this machine's clock names (`byClock`). A day that is sealed here
 * already passes them on to the next one. null: the voucher moves neither.
 */
function dayEntry(
  detail: VoucherOfDay,
  said: string | null,
  byClock: string,
  days: KnownDays,
): DayEntry | null {
  if (detail.issuerPayable === 0 && detail.cashDrawer === 0) return null;
  let businessDate = said ?? believed(byClock, days);
  for (let ahead = 0; days.sealed.has(businessDate); ahead += 1) {
    assertThat(ahead < AHEAD_MAX, 'a business day is open within the next month');
    businessDate = nextDate(businessDate);
  }
  return { kind: 'dayVoucher', businessDate, detail: { ...detail } };
}

/**
 * The date of the clock as far as it may be believed: one without its battery names no day, and one that runs years ahead
 * names a day that nobody could close; under such a clock no connection is trusted, so the issuer cannot say better.
 */
function believed(byClock: string, { sealed, newestSaid, newest }: KnownDays): string {
  const known = [newestSaid() ?? '', ...sealed].reduce((last, date) => (date > last ? date : last));
  if (byClock >= FIRST_DATE && byClock <= lastDate(known === '' ? null : known)) return byClock;
  return known === '' ? (newest() ?? byClock) : known;
}

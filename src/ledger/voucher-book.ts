import type { Actor, Intent, IntentEvent, Now, Posting } from '../intent/model.ts';
import { assertBalanced } from '../intent/positions.ts';
import { canonicalJson } from './canonical.ts';
import { detailWithoutCardData, withoutCardData } from './card-data.ts';
import type { DayBook } from './days.ts';
import { assertThat } from './fault.ts';
import { koreanDate } from './intents.ts';
import type { Voucher } from './types.ts';

/** Vouchers that correct what the issuer holds of a payment; a comparison of the day counts the payment by them. */
const ISSUERS_SIDE: ReadonlySet<string> = new Set(['issuerDenies', 'issuerItemMissingHere']);

/** What a voucher touches besides itself. */
export interface VoucherSources {
  readonly days: DayBook;
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
    days.takeVoucher(openBusinessDate, byClock, { index, ...voucher }, now, actor);
  }
}

/**
 * Business days at the issuer, as the contract describes them: a close agrees when both sides have the same items, and then
 * the day takes no bookings; one number has one answer. An independent reading, not the issuer's code.
 */
import { itemsDigest } from '../../src/konaplate/items-digest.ts';
import type {
  CloseAnswer,
  CloseRequest,
  SettlementItem,
  SettlementTotal,
} from '../../src/konaplate/settlement.ts';
import type { ModelAnswer, ModelItem } from './issuer-model.ts';

const STATES = { approved: 'APPROVED', reversed: 'REVERSED', voided: 'VOIDED' } as const;

/** `20260724` of `20260723`. */
export function dayAfter(date: string): string {
  const at = new Date(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T12:00:00Z`);
  at.setUTCDate(at.getUTCDate() + 1);
  return at.toISOString().slice(0, 10).replaceAll('-', '');
}

/** How a list shows an item; null: it is in none. */
export function listed(item: ModelItem): SettlementItem | null {
  if (item.state === 'declined' || item.state === 'tombstone') return null;
  return {
    sequenceId: item.sequenceId,
    terminalId: item.terminalId,
    type: item.type,
    amount: item.amount,
    state: STATES[item.state],
    nrNumber: item.answer?.nrNumber ?? '',
    approvalCode: item.answer?.approvalCode ?? '',
    approvedAt: item.answer?.approvedAt ?? '',
    businessDate: item.businessDate,
    deferred: item.deferred,
    bin: item.bin,
    last4: item.last4,
  };
}

export function totalsOf(items: readonly SettlementItem[]): readonly SettlementTotal[] {
  const sums = new Map<string, { -readonly [Key in keyof SettlementTotal]: SettlementTotal[Key] }>();
  for (const { type, state, amount } of items) {
    const total = sums.get(`${type}|${state}`) ?? { type, state, count: 0, sum: 0 };
    sums.set(`${type}|${state}`, total);
    total.count += 1;
    total.sum += amount;
  }
  return [...sums.values()];
}

function figures(totals: readonly SettlementTotal[]): string {
  return totals
    .filter(({ count }) => count > 0)
    .map(({ type, state, count, sum }) => `${type}|${state}|${count}|${sum}`)
    .sort()
    .join();
}

interface Close {
  readonly content: string;
  readonly answer: CloseAnswer;
}

export class IssuerDays {
  /** `terminal|date`: agreed with this content, or sealed by the issuer because nobody closed it. */
  #sealed = new Map<string, { readonly agreed: string | null }>();
  #closes = new Map<string, Close>();
  /** `terminal|date` whose seal, or what was agreed with it, was gone when it was put back to an earlier point. */
  readonly #forgotten = new Set<string>();

  copy(): () => void {
    const sealed = new Map(this.#sealed);
    const closes = new Map(this.#closes);
    return () => {
      for (const [place, { agreed }] of this.#sealed)
        if (sealed.get(place)?.agreed !== agreed) this.#forgotten.add(place);
      this.#sealed = sealed;
      this.#closes = closes;
    };
  }

  /** The date on which a terminal's booking stands: today's, or the next one that is not sealed. */
  openDate(terminalId: string, today: string): string {
    let date = today;
    while (this.#sealed.has(`${terminalId}|${date}`)) date = dayAfter(date);
    return date;
  }

  isSealed(terminalId: string, date: string): boolean {
    return this.#sealed.has(`${terminalId}|${date}`);
  }

  isAgreed(terminalId: string, date: string): boolean {
    return (this.#sealed.get(`${terminalId}|${date}`)?.agreed ?? null) !== null;
  }

  hasForgotten(terminalId: string, date: string): boolean {
    return this.#forgotten.has(`${terminalId}|${date}`);
  }

  sealUnconfirmed(terminalId: string, date: string): void {
    if (!this.isSealed(terminalId, date)) this.#sealed.set(`${terminalId}|${date}`, { agreed: null });
  }

  /** `items`: those of this terminal and date. */
  close(
    terminalId: string,
    request: CloseRequest,
    items: readonly ModelItem[],
    today: string,
  ): ModelAnswer<CloseAnswer> {
    const { businessDate, closeNo } = request;
    if (businessDate > this.openDate(terminalId, today)) return { kind: 'notProcessed', code: '000_002' };
    const content = [
      businessDate,
      figures(request.totals),
      [...request.openItems].sort(),
      request.itemsDigest,
    ]
      .flat()
      .join('|');
    const place = `${terminalId}|${businessDate}|${closeNo}`;
    const known = this.#closes.get(place);
    if (known !== undefined)
      return known.content === content
        ? { kind: 'answered', value: known.answer }
        : { kind: 'ambiguous', code: '006_021' };
    const all = items.flatMap((item) => listed(item) ?? []);
    const totals = totalsOf(all);
    const agreed = this.#sealed.get(`${terminalId}|${businessDate}`)?.agreed ?? null;
    if (agreed !== null)
      return agreed === content
        ? { kind: 'answered', value: { result: 'AGREED', totals } }
        : { kind: 'refused', code: '006_907' };
    const inside = all.filter(({ sequenceId }) => !request.openItems.includes(sequenceId));
    const isAgreed = [all, inside].some(
      (side) =>
        itemsDigest(side) === request.itemsDigest && figures(totalsOf(side)) === figures(request.totals),
    );
    if (isAgreed) {
      this.#sealed.set(`${terminalId}|${businessDate}`, { agreed: content });
      for (const item of items) if (!request.openItems.includes(item.sequenceId)) item.sealed = true;
    }
    const answer: CloseAnswer = { result: isAgreed ? 'AGREED' : 'NOT_AGREED', totals };
    this.#closes.set(place, { content, answer });
    return { kind: 'answered', value: answer };
  }
}

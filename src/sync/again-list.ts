import type { Intent } from '../intent/model.ts';
import { datePlus, FIRST_DATE } from '../ledger/days.ts';
import type { Ledger } from '../ledger/types.ts';

const PAGE = 100;
/** A payment of a clock without its battery may be of any day, so it is asked about with the last ones. */
const LAST_UNDATED = datePlus(FIRST_DATE, -1);

/**
 * What is listed, one part after the other: the days that may be unsealed; what was recorded among them and no issuer has
 * dated, for the clock of a till may stand days before the issuer's date; what no clock could date.
 */
type Part = 'unsealed' | 'beside' | 'undated';
const NEXT: Readonly<Record<Part, Part | null>> = { unsealed: 'beside', beside: 'undated', undated: null };

/** Which payments may have to be asked about again, page by page, each once. */
export class AgainList {
  readonly #ledger: Pick<Ledger, 'list'>;
  /** null: everything was listed. */
  #part: Part | null = null;
  #cursor: string | null = null;
  /** Listed already and dated by no issuer: two parts may hold it. */
  readonly #dateless = new Set<string>();

  constructor(ledger: Pick<Ledger, 'list'>) {
    this.#ledger = ledger;
  }

  get isDone(): boolean {
    return this.#part === null;
  }

  begin(): void {
    this.#part = 'unsealed';
    this.#cursor = null;
    this.#dateless.clear();
  }

  /** The next page, which may hold nothing. `from`: yyyyMMdd of the oldest day that may be unsealed. */
  next(from: string): { readonly intents: readonly Intent[]; readonly unread: readonly string[] } {
    const part = this.#part;
    if (part === null) return { intents: [], unread: [] };
    const { intents, unread, older } = this.#ledger.list({
      limit: PAGE,
      readableOnly: true,
      ...(part === 'unsealed' ? { businessDateFrom: from } : {}),
      ...(part === 'undated' ? { businessDateTo: LAST_UNDATED } : {}),
      ...(this.#cursor === null ? {} : { before: this.#cursor }),
    });
    this.#cursor = part === 'beside' && isBefore(from, intents) ? null : older;
    if (this.#cursor === null) this.#part = NEXT[part];
    const wanted = intents.filter((intent) =>
      intent.businessDate === null ? this.#isNew(intent) : part !== 'beside',
    );
    return { intents: wanted, unread: unread ?? [] };
  }

  #isNew({ sequenceId }: Intent): boolean {
    if (this.#dateless.has(sequenceId)) return false;
    this.#dateless.add(sequenceId);
    return true;
  }
}

/** By what the issuer dated of them, they were recorded before those days. */
function isBefore(from: string, intents: readonly Intent[]): boolean {
  const dates = intents.flatMap(({ businessDate }) => (businessDate === null ? [] : [businessDate]));
  return dates.length > 0 && dates.every((date) => date < from);
}

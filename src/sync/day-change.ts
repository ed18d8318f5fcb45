/** From a hello for the new day to the next one, unless it is answered; each further one waits twice as long, up to the bound. */
const AGAIN_MS = 60_000;

/**
 * The issuer has cut its business day over: an answer shows the later date, and only a hello knows what goes with it. One
 * for each date, also when what it says does not agree with the answer; one that is not answered is repeated, because
 * until then voids and charges credited later are judged by a day that is over.
 */
export class DayChange {
  readonly #againMaxMs: number;
  #noticed = '';
  #isUrgent = false;
  #againMs: number | null = null;
  #waitMs = AGAIN_MS;

  constructor(againMaxMs: number) {
    this.#againMaxMs = Math.max(AGAIN_MS, againMaxMs);
  }

  /** A hello is to go before everything that can wait. */
  get isUrgent(): boolean {
    return this.#isUrgent;
  }

  /** Mono ms at which a hello becomes urgent again; null: it need not. */
  get againMs(): number | null {
    return this.#againMs;
  }

  /**
   * An answer is of this business date, `openDate` is what the last hello said (yyyyMMdd). `notBeforeMs`: the issuer wants no
   * call before that mono ms; null: it has not said so. True: a hello is urgent now.
   */
  heard(businessDate: string, openDate: string, notBeforeMs: number | null): boolean {
    if (businessDate <= openDate || businessDate === this.#noticed) return false;
    this.#noticed = businessDate;
    this.#againMs = notBeforeMs;
    this.#isUrgent = notBeforeMs === null;
    return this.#isUrgent;
  }

  /** True: a hello is urgent now. `notBeforeMs` as above. */
  tick(monoMs: number, notBeforeMs: number | null): boolean {
    if (this.#againMs === null || monoMs < this.#againMs) return false;
    const isEarly = notBeforeMs !== null && monoMs < notBeforeMs;
    this.#againMs = isEarly ? notBeforeMs : null;
    this.#isUrgent = !isEarly;
    return this.#isUrgent;
  }

  /** A hello goes out. True: the new day waits for its answer. */
  asking(monoMs: number): boolean {
    if (!this.#isUrgent) return false;
    this.#isUrgent = false;
    this.#againMs = monoMs + this.#waitMs;
    this.#waitMs = Math.min(this.#againMaxMs, this.#waitMs * 2);
    return true;
  }

  /** The issuer wants no call before then: what is urgent waits for that too. */
  holdBack(untilMs: number): void {
    if (this.#isUrgent) this.#againMs = untilMs;
    this.#isUrgent = false;
  }

  /** A hello was answered, whatever it was for: it told the day. */
  answered(): void {
    this.#againMs = null;
    this.#isUrgent = false;
    this.#waitMs = AGAIN_MS;
  }
}

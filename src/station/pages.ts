/**
 * The cashier pages of one station: which one drives it, which only look on, and whether anybody sees the face at all
 * (screens 1.7, VIEW-ONLY; 1.6, NO_PAGE).
 */

const PAGES_MAX = 8;

interface Page {
  streams: number;
  seenMs: number;
}

export class Pages {
  readonly #pages = new Map<string, Page>();
  readonly #goneMs: number;
  #driver: string | null = null;

  constructor(goneMs: number) {
    this.#goneMs = goneMs;
  }

  /**
   * A stream opened. It drives when no other page with an open stream does: the first page, the driver after a reload, and
   * a browser that was started anew after a crash. False: too many pages.
   */
  opened(id: string, nowMs: number): boolean {
    this.#forgetGone(nowMs);
    if (!this.#pages.has(id) && this.#pages.size >= PAGES_MAX) return false;
    const page = this.#pages.get(id) ?? { streams: 0, seenMs: nowMs };
    page.streams += 1;
    page.seenMs = nowMs;
    this.#pages.set(id, page);
    const driver = this.#driver === null ? undefined : this.#pages.get(this.#driver);
    if (driver === undefined || driver.streams === 0) this.#driver = id;
    return true;
  }

  closed(id: string): void {
    const page = this.#pages.get(id);
    if (page !== undefined) page.streams = Math.max(page.streams - 1, 0);
  }

  seen(id: string, nowMs: number): void {
    const page = this.#pages.get(id);
    if (page !== undefined) page.seenMs = nowMs;
  }

  /** True when this page may press. */
  drives(id: string): boolean {
    return this.#driver === id;
  }

  /** False: this page has no open stream, so nobody could see what it drives. */
  takeOver(id: string, nowMs: number): boolean {
    const page = this.#pages.get(id);
    if (page === undefined || page.streams === 0) return false;
    page.seenMs = nowMs;
    this.#driver = id;
    return true;
  }

  /** Somebody sees the driver's page: its stream is open and it gave a sign of life lately. */
  isWatched(nowMs: number): boolean {
    const page = this.#driver === null ? undefined : this.#pages.get(this.#driver);
    return page !== undefined && page.streams > 0 && nowMs - page.seenMs <= this.#goneMs;
  }

  #forgetGone(nowMs: number): void {
    for (const [id, page] of this.#pages) {
      if (page.streams === 0 && nowMs - page.seenMs > this.#goneMs) this.#pages.delete(id);
    }
  }
}

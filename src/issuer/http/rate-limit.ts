const WINDOW_MS = 60_000;
const KEYS_MAX = 10_000;

/** Requests per minute and key, in this process. A window of its own per key; the number of keys is bounded. */
export class RateLimit {
  readonly #perMinute: number;
  readonly #windows = new Map<string, { startMs: number; count: number }>();

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** False: this request is one too many. */
  take(key: string, nowMs: number): boolean {
    const window = this.#windows.get(key);
    if (window === undefined || nowMs - window.startMs >= WINDOW_MS || nowMs < window.startMs) {
      if (this.#windows.size >= KEYS_MAX) this.#windows.clear();
      this.#windows.set(key, { startMs: nowMs, count: 1 });
      return true;
    }
    window.count += 1;
    return window.count <= this.#perMinute;
  }
}

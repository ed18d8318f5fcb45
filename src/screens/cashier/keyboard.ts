/**
 * The wedge-safe keyboard (screens 1.1). A keyboard scanner that nobody inhibited types a whole barcode and an Enter into
 * the page; nothing of it may press a key or appear anywhere. Only F2 to F9 act; digits and letters count only at human
 * speed and only where a pad asks for them; Enter and Space press a focused button only out of silence.
 *
 * Pure: the caller passes the time of each key, so the rule is tested without a clock.
 */

/** Keys of a burst follow each other faster than this. */
const BURST_GAP_MS = 30;
const BURST_KEYS = 8;
/** Two keys closer than this were not pressed by one finger: both are dropped. */
const HUMAN_GAP_MS = 60;
/** No other key this long before and after Enter or Space. */
export const SILENCE_MS = 300;

export type KeyEvent =
  | { readonly kind: 'function'; readonly key: string }
  /** Counts once `settle` is called with no other key in between. */
  | { readonly kind: 'held' }
  | { readonly kind: 'burst' }
  | { readonly kind: 'dropped' };

export class KeyGuard {
  #lastMs = Number.NEGATIVE_INFINITY;
  #run = 0;
  #reported = false;
  #dropUntilMs = Number.NEGATIVE_INFINITY;
  #pending: { readonly key: string; readonly atMs: number; readonly quietBefore: boolean } | null = null;

  /** True while a key waits for `settle`. */
  get holds(): boolean {
    return this.#pending !== null;
  }

  /** One key that went down, at `atMs` of a monotonic clock. Auto-repeat is not to be passed. */
  press(key: string, atMs: number): KeyEvent {
    if (/^F\d{1,2}$/.test(key)) return { kind: 'function', key };
    const gapMs = atMs - this.#lastMs;
    this.#lastMs = atMs;
    this.#run = gapMs < BURST_GAP_MS ? this.#run + 1 : 1;
    if (gapMs >= BURST_GAP_MS) this.#reported = false;
    if (gapMs < HUMAN_GAP_MS) {
      this.#pending = null;
      this.#dropUntilMs = atMs + SILENCE_MS;
    }
    if (this.#run >= BURST_KEYS) {
      const isNew = !this.#reported;
      this.#reported = true;
      return isNew ? { kind: 'burst' } : { kind: 'dropped' };
    }
    if (atMs < this.#dropUntilMs) {
      this.#dropUntilMs = atMs + SILENCE_MS;
      return { kind: 'dropped' };
    }
    this.#pending = { key, atMs, quietBefore: gapMs >= SILENCE_MS };
    return { kind: 'held' };
  }

  /**
   * Takes the key that was held, once it stood alone long enough: digits and letters after the human gap, Enter and Space
   * only with silence on both sides. null: nothing to do (yet).
   */
  settle(nowMs: number): string | null {
    const pending = this.#pending;
    if (pending === null) return null;
    const isActing = pending.key === 'Enter' || pending.key === ' ';
    if (nowMs - pending.atMs < (isActing ? SILENCE_MS : HUMAN_GAP_MS)) return null;
    this.#pending = null;
    return isActing && !pending.quietBefore ? null : pending.key;
  }
}

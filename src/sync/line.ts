import type { Now } from '../intent/model.ts';
import type { LineReason, LineStateName } from './types.ts';

export interface LineLimits {
  /** Failures in a row until the line counts as down. */
  readonly failuresToDown: number;
  /** Authenticated answers in a row until a line that was down counts as online again. */
  readonly answersToOnline: number;
  /** Without an authenticated answer for so long the line is not online, whatever was said before. */
  readonly freshMs: number;
  /** The usual answer takes longer than this: slow. Below half of it: no longer slow. */
  readonly slowMs: number;
}

/** What the line itself is like; pause and fencing are laid over it by the worker. */
export interface LineView {
  readonly state: Exclude<LineStateName, 'paused'>;
  readonly sinceMs: number;
  readonly reason: LineReason | null;
  readonly code: string | null;
}

/** Weight of the newest answer in the running mean of latencies. */
const NEWEST = 0.3;

/**
 * The state of the line, judged by authenticated answers only: a socket that opens, a portal that answers or an
 * unsigned error is not "online". Hysteresis in both directions, so the page does not flicker.
 */
export class LineMonitor {
  readonly #limits: LineLimits;
  #state: LineView['state'] = 'down';
  #sinceMs: number;
  #reason: LineReason | null = 'START';
  #code: string | null = null;
  #failures = 0;
  #answers = 0;
  #lastAnsweredMono: number | null = null;
  #meanMs: number | null = null;
  lastAnsweredAtMs: number | null = null;

  constructor(limits: LineLimits, now: Now) {
    this.#limits = limits;
    this.#sinceMs = now.wallMs;
  }

  get lastAnsweredMonoMs(): number | null {
    return this.#lastAnsweredMono;
  }

  get failures(): number {
    return this.#failures;
  }

  /** An authenticated answer of any class came after `elapsedMs`. */
  answered(elapsedMs: number, now: Now): void {
    const isFirst = this.#lastAnsweredMono === null;
    this.#failures = 0;
    this.#answers += 1;
    this.#lastAnsweredMono = now.monoMs;
    this.lastAnsweredAtMs = now.wallMs;
    this.#meanMs = this.#meanMs === null ? elapsedMs : this.#meanMs * (1 - NEWEST) + elapsedMs * NEWEST;
    if (this.#state === 'down' && !isFirst && this.#answers < this.#limits.answersToOnline) return;
    const slowFrom = this.#state === 'slow' ? this.#limits.slowMs / 2 : this.#limits.slowMs;
    if (this.#meanMs > slowFrom) this.#become('slow', 'SLOW', null, now);
    else this.#become('online', null, null, now);
  }

  /** A call had no trustworthy answer. */
  failed(reason: LineReason, code: string | null, now: Now): void {
    this.#failures += 1;
    this.#answers = 0;
    this.#meanMs = null;
    if (this.#state !== 'down' && this.#failures < this.#limits.failuresToDown) return;
    this.#become('down', reason, code, now);
  }

  /** The issuer answers, but takes nothing of ours, or does not even greet us: nothing can be sent, and the reason is its code. */
  unwilling(code: string, reason: LineReason, now: Now): void {
    this.#answers = 0;
    this.#become('down', reason, code, now);
  }

  view(now: Now): LineView {
    const last = this.#lastAnsweredMono;
    if (this.#state !== 'down' && last !== null && now.monoMs - last > this.#limits.freshMs) {
      this.#answers = 0;
      this.#become('down', 'NO_ANSWER', null, now);
    }
    return { state: this.#state, sinceMs: this.#sinceMs, reason: this.#reason, code: this.#code };
  }

  #become(state: LineView['state'], reason: LineReason | null, code: string | null, now: Now): void {
    if (state !== this.#state) this.#sinceMs = now.wallMs;
    this.#state = state;
    this.#reason = reason;
    this.#code = code;
  }
}

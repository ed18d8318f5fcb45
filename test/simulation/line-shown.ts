/**
 * The line on the screen (issue: delivery, "line state that does not lie"): it is up only where an answer that can be trusted
 * came to this process lately, not after failures in a row, and after those only once enough answers came in a row again. "Paused"
 * is no way around it: net cancels, inquiries and voids go on under a pause, so a line on which they get no answer is down.
 */
import type { Answered } from '../../src/konaplate/settlement.ts';
import type { Snapshot } from '../../src/station/snapshot.ts';
import { DEFAULT_LIMITS } from '../../src/sync/limits.ts';
import type { Violation } from './check.ts';

/** A page is told at once, but for the turn that its till takes for it. */
const TOLD_MS = 1_000;
/** The issuer's own database is away: it can do nothing, whatever it is asked. */
const SYSTEM_ERROR = '006_022';

/** Nothing of it can be trusted; what only one payment was answered says nothing of the line. */
function isFailure(answer: Answered<unknown>): boolean {
  if (answer.class === 'nothingLeft') return true;
  return answer.class === 'ambiguous' && (answer.code === null || answer.code === SYSTEM_ERROR);
}

export class LineShown {
  readonly #found: (violation: Violation) => void;
  readonly #judged: (what: string) => void;
  /** Mono ms of the last answer to this process that can be trusted; null: none came yet. */
  #answeredMs: number | null = null;
  #failures = 0;
  #answers = 0;
  /** Mono ms since which failures in a row have shown that it is down; null: it is not. */
  #downMs: number | null = null;
  #isTold = false;

  constructor(found: (violation: Violation) => void, judged: (what: string) => void) {
    this.#found = found;
    this.#judged = judged;
  }

  started(): void {
    this.#answeredMs = null;
    this.#failures = 0;
    this.#answers = 0;
    this.#downMs = null;
    this.#isTold = false;
  }

  ended(answer: Answered<unknown>, nowMs: number): void {
    const { failuresToDown, answersToOnline } = DEFAULT_LIMITS;
    if (isFailure(answer)) {
      this.#failures += 1;
      this.#answers = 0;
      if (this.#failures >= failuresToDown) this.#downMs ??= nowMs;
    } else if (answer.class !== 'ambiguous') {
      const isFirst = this.#answeredMs === null;
      this.#answeredMs = nowMs;
      this.#failures = 0;
      this.#answers += 1;
      if (isFirst || this.#answers >= answersToOnline) this.#downMs = null;
    }
  }

  /** After everything that can run now has run, this stands on the screen. */
  shows({ strip }: Snapshot, nowMs: number): void {
    const { state } = strip.line;
    const isUp = state !== 'down';
    if (!isUp) this.#isTold = false;
    if (!isUp || this.#isTold) return;
    const sinceMs = this.#answeredMs === null ? Number.POSITIVE_INFINITY : nowMs - this.#answeredMs;
    if (sinceMs > DEFAULT_LIMITS.freshMs + TOLD_MS)
      this.#tell('ONLINE_STALE', `"${state}", and the last answer came ${sinceMs / 1000} s ago`);
    else if (this.#downMs !== null && nowMs - this.#downMs > TOLD_MS)
      this.#tell(
        'ONLINE_UNANSWERED',
        `"${state}" after failures in a row, and ${this.#answers} answers since`,
      );
    else this.#judged('ONLINE');
  }

  #tell(code: string, text: string): void {
    this.#isTold = true;
    this.#found({ code, text });
  }
}

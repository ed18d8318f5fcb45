import type { Clock } from '../intent/clock.ts';

/** After a line that the disk did not take; each further try waits twice as long, up to the bound. */
const RETRY_MS = 1_000;
/** While another program holds the file, each try waits seconds for it, and the counter with it. */
const RETRY_MAX_MS = 60_000;

interface Line {
  readonly kind: string;
  readonly write: () => void;
}

/**
 * Lines of the journal that belong to no payment: a fence and its end, a manager's pause. Nothing brings one about a second
 * time, so one that the disk does not take now is kept until it does, and those after it wait, in their order: the end of one
 * fence must not take off the mark of the next.
 */
export class OwnLines {
  readonly #clock: Clock;
  readonly #failed: (fault: unknown, kind: string) => void;
  readonly #left: Line[] = [];
  #retryMs = 0;
  #waitMs = RETRY_MS;

  /** `failed` hears of each try that the disk did not take. */
  constructor(clock: Clock, failed: (fault: unknown, kind: string) => void) {
    this.#clock = clock;
    this.#failed = failed;
  }

  add(kind: string, write: () => void): void {
    this.#left.push({ kind, write });
    if (this.#left.length === 1) this.writeLeft();
  }

  /** One turn. */
  run(nowMs: number): void {
    if (nowMs >= this.#retryMs) this.writeLeft();
  }

  /** Mono ms of the next try; null: every line is in the journal. */
  nextMs(): number | null {
    return this.#left.length === 0 ? null : this.#retryMs;
  }

  /** Tries now, up to the first that the disk does not take. */
  writeLeft(): void {
    for (let [line] = this.#left; line !== undefined; [line] = this.#left) {
      try {
        line.write();
      } catch (fault) {
        this.#retryMs = this.#clock.now().monoMs + this.#waitMs;
        this.#waitMs = Math.min(RETRY_MAX_MS, this.#waitMs * 2);
        this.#failed(fault, line.kind);
        return;
      }
      this.#left.shift();
      this.#waitMs = RETRY_MS;
    }
  }
}

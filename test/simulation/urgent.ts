/**
 * What waits for nothing but a greeting (issue: delivery, Order): a customer's request and the first net cancel of a payment
 * leave at once, whatever else is under way.
 */
import type { Intent } from '../../src/intent/model.ts';
import type { Answered } from '../../src/konaplate/settlement.ts';
import type { Violation } from './check.ts';
import type { CallName, Try } from './wire.ts';

/** A turn of the till, and an attempt that its disk did not take and is made again within a second. */
const LEAVES_WITHIN_MS = 1_500;

type Urgent = 'approve' | 'netCancel';

interface Due {
  readonly call: Urgent;
  readonly sinceMs: number;
}

/** What must leave at once for this payment; null: nothing. */
function urgentOf(intent: Intent): Urgent | null {
  const { host, cash, deferred, question, choosing, notSent, confirmed, netCancels } = intent;
  if (question !== null) return null;
  if (host === 'reversing') return netCancels === 0 ? 'netCancel' : null;
  const isReady = host === 'unsent' && !deferred && !choosing && notSent !== true;
  return isReady && (cash === 'received' || confirmed) ? 'approve' : null;
}

export class UrgentCalls {
  readonly #found: (violation: Violation) => void;
  readonly #judged: (what: string) => void;
  readonly #due = new Map<string, Due>();
  /** Mono ms until which nothing but a greeting might leave. */
  #heldUntilMs = 0;
  #isGreeted = false;
  #isGreeting = false;

  constructor(found: (violation: Violation) => void, judged: (what: string) => void) {
    this.#found = found;
    this.#judged = judged;
  }

  /** A process starts with what its disk says. `isSendable`: its barcode is still there. */
  started(open: readonly Intent[], nowMs: number, isSendable: (intent: Intent) => boolean): void {
    this.#due.clear();
    this.#isGreeted = false;
    this.#isGreeting = false;
    for (const intent of open) this.committed(intent, nowMs, isSendable(intent));
  }

  /** No process runs. */
  stopped(): void {
    this.#due.clear();
  }

  /**
   * Nothing could leave until now: a greeting goes alone, a terminal that is not believed sends nothing, and what the disk
   * did not take is tried again.
   */
  held(nowMs: number): void {
    this.#heldUntilMs = nowMs;
  }

  /** Its attempt is on disk: it leaves in this very turn. */
  committed(intent: Intent, nowMs: number, isSendable: boolean): void {
    const { sequenceId, notBeforeMs } = intent;
    const urgent = urgentOf(intent);
    const call = urgent === 'approve' && !isSendable ? null : urgent;
    const before = this.#due.get(sequenceId);
    if (before !== undefined && call === null) this.#judged('URGENT');
    if (call === null) this.#due.delete(sequenceId);
    else if (before?.call !== call)
      this.#due.set(sequenceId, { call, sinceMs: Math.max(nowMs, notBeforeMs) });
  }

  tries({ call }: Try): void {
    if (call === 'hello') this.#isGreeting = true;
  }

  ended(call: CallName, answer: Answered<unknown>, nowMs: number): void {
    if (call !== 'hello') return;
    this.#isGreeting = false;
    this.#isGreeted ||= answer.class === 'answered';
    this.held(nowMs);
  }

  /** A till that is up, and not about to end, has had until now. */
  passed(nowMs: number): void {
    if (!this.#isGreeted || this.#isGreeting) this.held(nowMs);
    for (const [sequenceId, { call, sinceMs }] of this.#due) {
      const waitedMs = nowMs - Math.max(sinceMs, this.#heldUntilMs);
      if (waitedMs <= LEAVES_WITHIN_MS) continue;
      this.#due.delete(sequenceId);
      this.#found({
        code: 'URGENT_WAITS',
        text: `${sequenceId}: its ${call} has not left for ${waitedMs / 1000} s`,
      });
    }
  }
}

/**
 * What a till may do on its wire, and when (intent-rules 1, 4; settlement-contract 5): every attempt is on disk before it is
 * made, an attended request is made once, nothing but inquiries is sent while a restart's question is open, a greeting goes
 * alone, and no request is repeated faster than its pace.
 */
import type { Host, Intent } from '../../src/intent/model.ts';
import type { Answered } from '../../src/konaplate/settlement.ts';
import type { Violation } from './check.ts';

export type CallName = 'hello' | 'approve' | 'inquiry' | 'netCancel' | 'cancel' | 'list' | 'close';

/** A request that is about to be made. */
export interface Try {
  readonly call: CallName;
  /** Of the payment; of a close, its day. Empty: it belongs to neither. */
  readonly sequenceId: string;
  /** Calls of this process that are under way, and those of them of this kind and id. */
  readonly underWay: number;
  readonly same: number;
  readonly isGreeting: boolean;
}

/** What the till is while it tries. */
export interface Trying {
  readonly nowMs: number;
  /** As it is on disk; null: it is not there. */
  readonly intent: Intent | null;
  isFenced(): boolean;
}

/** Requests that leave the machine for a payment, by the states on disk that allow them. */
const ALLOWED: Readonly<Partial<Record<CallName, readonly Host[]>>> = {
  approve: ['sending'],
  netCancel: ['reversing', 'reversed'],
  cancel: ['voiding', 'voided'],
};

/** A page of the list for a comparison, and one of a fenced terminal's import: of every other kind there is one. */
const AT_ONCE: Readonly<Partial<Record<CallName, number>>> = { list: 2 };

const FENCED_MAY: ReadonlySet<CallName> = new Set(['hello', 'inquiry', 'list']);

/** The till tries its line by asking about an id that no payment has, at the pace of greetings. */
const PROBE = 'LINE-PROBE';
const PROBE_KEY = `inquiry ${PROBE}`;

interface Pace {
  readonly tries: number;
  readonly withinMs: number;
}

/**
 * Inquiries go every three seconds, everything else waits for a jittered backoff that doubles from one second on: nine waits
 * of it are over within ten seconds less often than once in twenty million times. A person, a restart, an issuer that was put
 * back let one more go at once, each.
 */
const PACES: Readonly<Record<CallName, Pace>> = {
  hello: { tries: 30, withinMs: 9_000 },
  approve: { tries: 10, withinMs: 10_000 },
  inquiry: { tries: 7, withinMs: 9_000 },
  netCancel: { tries: 10, withinMs: 10_000 },
  cancel: { tries: 10, withinMs: 10_000 },
  // Those of every unsealed day before a claim and once more behind it, and comparisons.
  list: { tries: 50, withinMs: 10_000 },
  close: { tries: 12, withinMs: 10_000 },
};

/** The attempts of this kind that the disk knows; null: they are not counted. */
function countOf(call: CallName, intent: Intent): number | null {
  switch (call) {
    case 'approve':
      return intent.sends;
    case 'inquiry':
      return intent.inquiries;
    case 'netCancel':
      // That of a reversed one is the same one again, for an issuer that was put back (settlement-contract 5).
      return intent.host === 'reversed' ? null : intent.netCancels;
    case 'cancel':
      return intent.version;
    default:
      return null;
  }
}

/** The wire of one till. */
export class Wire {
  readonly #found: (violation: Violation) => void;
  /** By kind and id: attempts on disk at the last try. */
  readonly #counts = new Map<string, number>();
  readonly #times = new Map<string, number[]>();
  /** Attended payments whose request may have left. */
  readonly #left = new Set<string>();

  constructor(found: (violation: Violation) => void) {
    this.#found = found;
  }

  /** The disk knows nothing any more of what was counted. */
  putBack(): void {
    this.#counts.clear();
    this.#times.clear();
    this.#left.clear();
  }

  /** A process starts: what another one did is no pace of its own. */
  started(): void {
    this.#times.clear();
  }

  tries(made: Try, trying: Trying): void {
    const { call, sequenceId, same, underWay, isGreeting } = made;
    const { intent, nowMs } = trying;
    const key = `${call} ${sequenceId}`;
    const hosts = ALLOWED[call];
    if (hosts !== undefined && (intent === null || !hosts.includes(intent.host)))
      this.#tell('BYTES_BEFORE_RECORD', `${call} left while ${intent?.host ?? 'no record'} was on disk`);
    if (same >= (AT_ONCE[call] ?? 1)) this.#tell('TWO_AT_ONCE', `two ${key} under way`);
    if (call === 'hello' ? underWay > 0 : isGreeting)
      this.#tell('HELLO_NOT_ALONE', `${key} left beside ${underWay} calls${isGreeting ? ', a hello' : ''}`);
    if (!FENCED_MAY.has(call) && trying.isFenced())
      this.#tell('FENCED_SENDS', `${call} left a fenced terminal`);
    if (intent !== null) this.#ofPayment(made, intent, key);
    else if (call === 'inquiry' && sequenceId !== PROBE)
      this.#tell('BYTES_BEFORE_RECORD', `${key} of a payment that is not on disk`);
    // An attended request goes when a person presses the key, and once.
    if (call !== 'approve' || intent?.deferred === true) this.#pace(call, key, nowMs);
  }

  #ofPayment({ call, sequenceId }: Try, intent: Intent, key: string): void {
    const count = countOf(call, intent);
    if (count !== null) {
      if (count <= (this.#counts.get(key) ?? 0))
        this.#tell('ATTEMPT_NOT_RECORDED', `${key} left, and ${count} attempts are on disk as before`);
      this.#counts.set(key, count);
    }
    // The net cancel of a reversed payment is not a new one: an issuer that was put back is told again what it forgot.
    const isReminder = call === 'netCancel' && intent.host === 'reversed';
    if (call !== 'inquiry' && !isReminder && intent.question !== null)
      this.#tell('SENT_UNDER_QUESTION', `${key} left while ${intent.question} was open`);
    if (call !== 'approve' || intent.deferred) return;
    if (this.#left.has(sequenceId)) this.#tell('SENT_AGAIN', `${key} left a second time`);
    this.#left.add(sequenceId);
  }

  #pace(call: CallName, key: string, nowMs: number): void {
    const { tries, withinMs } = key === PROBE_KEY ? PACES.hello : PACES[call];
    const times = this.#times.get(key) ?? [];
    this.#times.set(key, times);
    times.push(nowMs);
    if (times.length > tries) times.shift();
    const [first] = times;
    if (times.length < tries || first === undefined || nowMs - first > withinMs) return;
    this.#tell('HOT_LOOP', `${tries} ${key} within ${((nowMs - first) / 1000).toFixed(1)} s`);
    times.length = 0;
  }

  /** A call has ended in this process. */
  ended(call: CallName, sequenceId: string, answer: Answered<unknown>): void {
    if (call !== 'approve' || answer.class !== 'nothingLeft') return;
    // The payment is as it was before it.
    this.#left.delete(sequenceId);
    this.#counts.delete(`approve ${sequenceId}`);
  }

  #tell(code: string, text: string): void {
    this.#found({ code, text });
  }
}

/**
 * What the issuer said in the last hello that a till heard (settlement-contract, hello), and the till held to it: no payment
 * of a type that is off is begun and none of a type that is on is refused for that; nothing deferred goes faster than asked
 * for; what it said is asked for anew in time.
 */
import type { Intent } from '../../src/intent/model.ts';
import type { Answered, HelloAnswer } from '../../src/konaplate/settlement.ts';
import type { RefusedScan } from '../../src/station/snapshot.ts';
import type { Violation } from './check.ts';
import type { CallName, Try, Trying } from './wire.ts';

const MINUTE_MS = 60_000;
/** A till asks again every ten minutes; where its line or its customers do not let it, a little later. */
const STALE_MS = 660_000;
/** What may go at once, besides what the pace has saved up: what is under way when the pace changes is none of it. */
const AT_ONCE = 2;

export class Switches {
  readonly #found: (violation: Violation) => void;
  readonly #judged: (what: string) => void;
  #said: HelloAnswer | null = null;
  /** Mono ms of the last try of a hello, or of the start of this process. */
  #askedMs = 0;
  /** Mono ms since which this pace holds. */
  #paceMs = 0;
  /** Deferred charges that went out under this pace, mono ms. */
  #sent: number[] = [];

  constructor(found: (violation: Violation) => void, judged: (what: string) => void) {
    this.#found = found;
    this.#judged = judged;
  }

  started(nowMs: number): void {
    this.#said = null;
    this.#askedMs = nowMs;
    this.#sent = [];
  }

  ended(call: CallName, answer: Answered<unknown>, nowMs: number): void {
    if (call !== 'hello' || answer.class !== 'answered') return;
    const said = answer.value as HelloAnswer;
    if (this.#said?.drainPerMinute !== said.drainPerMinute) {
      this.#paceMs = nowMs;
      this.#sent = [];
    }
    this.#said = said;
  }

  tries({ call }: Try, { intent, nowMs }: Pick<Trying, 'intent' | 'nowMs'>): void {
    if (call === 'hello') this.#askedMs = nowMs;
    if (call === 'approve' && intent?.deferred === true) this.#delivers(intent, nowMs);
  }

  #delivers({ sequenceId }: Intent, nowMs: number): void {
    if (this.#said === null) return;
    const { drainPerMinute } = this.#said;
    this.#judged('PACE');
    const fromMs = Math.max(this.#paceMs, nowMs - MINUTE_MS);
    this.#sent = this.#sent.filter((sentMs) => sentMs > fromMs);
    this.#sent.push(nowMs);
    const atOnce = drainPerMinute === 0 ? 0 : AT_ONCE + drainPerMinute / 300;
    const most = atOnce + (drainPerMinute * (nowMs - fromMs)) / MINUTE_MS;
    if (this.#sent.length <= most) return;
    const text = `${sequenceId}: ${this.#sent.length} within ${(nowMs - fromMs) / 1000} s at ${drainPerMinute} a minute`;
    this.#found({ code: 'TOO_FAST', text });
  }

  /** A payment begins. */
  opened({ sequenceId, type }: Intent): void {
    if (this.#said === null) return;
    this.#judged('SWITCH');
    if (this.#said.enabled[type]) return;
    this.#found({ code: 'OPENED_WHILE_OFF', text: `${sequenceId}: the issuer takes no ${type}` });
  }

  /** A scan is refused, and the screen says why; what still stands there of another type is of a scan before it. */
  refused({ cause, values }: Pick<RefusedScan, 'cause' | 'values'>, text: string): void {
    const { type, by } = values;
    const isOff = cause === 'TYPE_OFF' && by === 'issuer' && typeof type === 'string';
    if (!isOff || !text.startsWith(type)) return;
    if (this.#said?.enabled[type === 'CHARGE' ? 'CHARGE' : 'REFUND'] !== true) this.#judged('SWITCHED_OFF');
    else this.#found({ code: 'OFF_FOR_NOTHING', text: `a till takes no ${type} that the issuer takes` });
  }

  /** A till that is up, and not about to end, has had until now. */
  passed(nowMs: number): void {
    if (this.#said === null || nowMs - this.#askedMs <= STALE_MS) return;
    const text = `nobody has asked the issuer for ${(nowMs - this.#askedMs) / 1000} s what it takes, and how fast`;
    this.#askedMs = nowMs;
    this.#found({ code: 'SWITCHES_STALE', text });
  }
}

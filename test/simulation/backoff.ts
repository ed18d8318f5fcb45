/**
 * How long a payment waits between two attempts (intent-rules 2 to 4): inquiries every three seconds, under an open question
 * ever less often; net cancels, voids and deliveries after a jittered time out of a span that doubles up to its bound; what the
 * store bears, because its day is sealed, once an hour. Counted here anew, from what is on disk and when.
 */
import type { Intent, IntentTimes } from '../../src/intent/model.ts';
import type { Violation } from './check.ts';

/** A wait of which the rules leave only a span: any time of it, one as likely as the other. */
type Wait = { readonly exactMs: number } | { readonly spanMs: number };

interface Kept {
  readonly intent: Intent;
  /** Attempts since the state was entered that they are for. */
  readonly tries: number;
  /** Mono ms of the first "not found" to a net cancel that leaves no tombstone; null: there was none. */
  readonly quietSinceMs: number | null;
  /** A person has had everything sent now (screens 3, Sync: "send now"): what waited then may go before its time, once. */
  readonly isHurried: boolean;
}

/** Waits in a row out of one tenth of their span: of honest jitter once in ten thousand million times. */
const STREAK = 10;
const EDGE = 0.1;
/** So near to each other are as many waits of honest jitter once in fifty thousand million times. */
const SPREAD = 0.05;
/** From this repeat on a span has doubled so often that one that does not grow shows. */
const LATE_TRIES = 3;
/** Between two net cancels of what a voucher booked to the store. */
const BORNE_MS = 3_600_000;

function isBorne({ vouchers }: Intent): boolean {
  return vouchers?.includes('daySealed') === true;
}

function spanMs(tries: number, { retryBaseMs, retryMaxMs }: IntentTimes): number {
  return Math.min(retryMaxMs, retryBaseMs * 2 ** Math.min(tries, 30));
}

function isInquiryDue({ host, deferred, question }: Intent): boolean {
  return question !== null || (host === 'unknown' && !deferred);
}

/** Back from a delivery that credited nothing: the same id again, no sooner. */
function isUndelivered(before: Intent, after: Intent): boolean {
  return after.deferred && before.host === 'sending' && (after.host === 'unknown' || after.host === 'unsent');
}

/** What the next attempt waits for after this record; null: the rules give no wait here. */
function waitAfter(
  event: string,
  before: Kept,
  after: Intent,
  times: IntentTimes,
  nowMs: number,
): Wait | null {
  const { tries, intent } = before;
  if (isUndelivered(intent, after)) return { spanMs: spanMs(tries, times) };
  switch (event) {
    case 'netCancel':
      return isBorne(intent) ? { exactMs: BORNE_MS } : { spanMs: spanMs(tries, times) };
    case 'voidSend':
      return { spanMs: spanMs(tries, times) };
    case 'inquire': {
      if (!isInquiryDue(after)) return null;
      if (after.question === null) return { exactMs: times.inquiryMs };
      const grownMs = times.inquiryMs * 2 ** Math.min(tries, 30);
      return { exactMs: Math.max(times.inquiryMs, Math.min(times.retryMaxMs, grownMs)) };
    }
    case 'netCancelRefused':
      if (intent.host !== 'reversing') return null;
      return { exactMs: isBorne(intent) ? BORNE_MS : times.retryMaxMs };
    case 'netCancelAcknowledged': {
      if (intent.host !== 'reversing' || after.host !== 'reversing') return null;
      return { exactMs: (before.quietSinceMs ?? nowMs) + times.quietMs - nowMs };
    }
    default:
      return null;
  }
}

/** This record makes one more attempt of what the payment waits for. */
function isAttempt(event: string, intent: Intent): boolean {
  if (event === 'inquire') return isInquiryDue(intent);
  return event === 'netCancel' || event === 'voidSend' || event === 'send';
}

/** Only when its time has come; an inquiry of another state may be asked for out of turn. */
function isPlanned(event: string, { host, deferred }: Intent): boolean {
  if (event === 'inquire') return host === 'unknown' && !deferred;
  return event === 'send' ? deferred : event === 'netCancel' || event === 'voidSend';
}

/** What is waited for is another thing now, or a process or a person begins anew. */
function beginsAnew(event: string, before: Intent, after: Intent): boolean {
  if (event === 'restart' || before.deferred !== after.deferred) return true;
  if (before.question !== null && after.question === null) return true;
  return before.host !== after.host && after.host !== 'sending' && !isUndelivered(before, after);
}

/** As it is when a process, or the payment itself, begins. */
function begun(intent: Intent): Kept {
  return { intent, tries: intent.misses ?? 0, quietSinceMs: null, isHurried: false };
}

/** The attempts of one till's payments. */
export class Backoff {
  readonly #found: (violation: Violation) => void;
  /** The till has, or had, to ask everything again. */
  readonly #asksAgain: () => boolean;
  readonly #kept = new Map<string, Kept>();
  /** By kind of edge: jittered waits in a row that lay at it. */
  readonly #streaks = new Map<string, number>();
  /** By kind of wait: the last ones, as parts of their spans. */
  readonly #parts = new Map<string, number[]>();

  constructor(found: (violation: Violation) => void, asksAgain: () => boolean) {
    this.#found = found;
    this.#asksAgain = asksAgain;
  }

  /** A process starts with what its disk says. */
  started(open: readonly Intent[]): void {
    this.#kept.clear();
    for (const intent of open) this.#kept.set(intent.sequenceId, begun(intent));
  }

  /**
   * A person has this till send everything now. Of what waits at that moment the next attempt may go at any time: a hello goes
   * first, and where that finds the terminal fenced the attempt waits for the claim. Its next record ends that, whatever it
   * is: what is decided from then on has its own time again.
   */
  hurried(): void {
    for (const [sequenceId, kept] of this.#kept) this.#kept.set(sequenceId, { ...kept, isHurried: true });
  }

  committed(after: Intent, event: string, nowMs: number, times: IntentTimes): void {
    const { sequenceId } = after;
    const before = this.#kept.get(sequenceId);
    if (before === undefined) {
      this.#kept.set(sequenceId, begun(after));
      return;
    }
    const earlyMs = before.intent.notBeforeMs - nowMs;
    // What a sealed day refused is undone again out of turn, for an issuer that was put back since (settlement-contract 5).
    const isAgain = event === 'netCancel' && isBorne(before.intent) && this.#asksAgain();
    if (isPlanned(event, before.intent) && earlyMs > 0 && !before.isHurried && !isAgain)
      this.#tell('TOO_SOON', after, `${event} ${earlyMs} ms before its time`);
    const wait = waitAfter(event, before, after, times, nowMs);
    if (wait !== null) this.#judge(wait, before.tries, after, event, nowMs);
    this.#kept.set(sequenceId, next(event, before, after, nowMs));
  }

  #judge(wait: Wait, tries: number, after: Intent, event: string, nowMs: number): void {
    const waitMs = after.notBeforeMs - nowMs;
    if ('exactMs' in wait) {
      if (waitMs !== wait.exactMs)
        this.#tell('WRONG_WAIT', after, `${waitMs} ms after ${event} ${tries}, not ${wait.exactMs}`);
      return;
    }
    if (waitMs < 0 || waitMs > wait.spanMs)
      this.#tell('WRONG_WAIT', after, `${waitMs} ms after ${event} ${tries}, of ${wait.spanMs}`);
    const part = waitMs / wait.spanMs;
    const of = `${tries < LATE_TRIES ? 'first' : 'late'} waits of ${after.deferred ? 'what is credited later' : 'the attended'}`;
    this.#streak(`${of}, each shorter than a tenth of its span`, part < EDGE, after);
    this.#streak(`${of}, each within the last tenth of its span`, part > 1 - EDGE, after);
    this.#spread(of, part, after);
  }

  #spread(of: string, part: number, intent: Intent): void {
    const parts = [...(this.#parts.get(of) ?? []), part];
    this.#parts.set(of, parts.slice(-STREAK + 1));
    if (parts.length < STREAK || Math.max(...parts) - Math.min(...parts) >= SPREAD) return;
    this.#parts.delete(of);
    this.#tell('NO_JITTER', intent, `${STREAK} ${of}, each the same part of its span`);
  }

  #streak(what: string, isOne: boolean, intent: Intent): void {
    const count = isOne ? (this.#streaks.get(what) ?? 0) + 1 : 0;
    this.#streaks.set(what, count % STREAK);
    if (count === STREAK) this.#tell('NO_JITTER', intent, `${STREAK} ${what}`);
  }

  #tell(code: string, { sequenceId, type, host, cash }: Intent, text: string): void {
    this.#found({ code, text: `${sequenceId} ${type} ${host}/${cash}: ${text}` });
  }
}

function next(event: string, before: Kept, after: Intent, nowMs: number): Kept {
  const isAnew = beginsAnew(event, before.intent, after);
  const tries = (isAnew ? 0 : before.tries) + (isAttempt(event, after) ? 1 : 0);
  const isQuiet = event === 'netCancelAcknowledged' && after.host === 'reversing';
  const sinceMs = isAnew ? null : before.quietSinceMs;
  return { intent: after, tries, quietSinceMs: isQuiet ? (sinceMs ?? nowMs) : sinceMs, isHurried: false };
}

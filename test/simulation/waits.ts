/**
 * What the clock owes a payment (intent-rules 3b and 4): a request is unknown after two seconds, an unknown one is decided
 * at its deadline, a choice and a person are waited for so long and no longer. Counted here anew, on the world's own clock.
 */
import type { Intent } from '../../src/intent/model.ts';
import type { Violation } from './check.ts';

const UNANSWERED_MS = 2_000;
const CHOICE_MS = 60_000;
const LEAVE_MS = 180_000;
/** A command that the disk did not take is tried again every second. */
const LATE_MAX_MS = 5_000;

interface Wait {
  readonly intent: Intent;
  /** What it waits for: another one begins anew. */
  readonly what: string;
  readonly sinceMs: number;
  readonly ms: number;
}

/** What a payment in this state waits for, and how long it may; null: nothing that the clock ends. */
function waitOf(intent: Intent, deadlineMs: number): Pick<Wait, 'what' | 'ms'> | null {
  const { host, cash, question, left, deferred, choosing, voids } = intent;
  if (host === 'sending') return { what: 'an answer', ms: UNANSWERED_MS };
  if (host === 'unknown' && !deferred && question === null) return { what: 'its deadline', ms: deadlineMs };
  if (host === 'unsent' && cash === 'received' && choosing) return { what: 'a choice', ms: CHOICE_MS };
  const isOwed = question !== null || cash === 'return_due' || cash === 'payout_due';
  if (isOwed && !left && !deferred)
    return { what: `a person ${host}/${cash} ${question ?? ''} ${voids.length}`, ms: LEAVE_MS };
  return null;
}

/** The waits of one till's payments. */
export class Waits {
  readonly #found: (violation: Violation) => void;
  readonly #waits = new Map<string, Wait>();
  /** The attended ones' deadline counts from the first byte. */
  readonly #sentAtMs = new Map<string, number>();
  #lastDiskFaultMs = Number.NEGATIVE_INFINITY;

  constructor(found: (violation: Violation) => void) {
    this.#found = found;
  }

  /** No process runs: all waits begin anew with the next one. */
  stopped(): void {
    this.#waits.clear();
    this.#sentAtMs.clear();
  }

  diskFailed(nowMs: number): void {
    this.#lastDiskFaultMs = nowMs;
  }

  committed(intent: Intent, event: string, nowMs: number, deadlineMs: number): void {
    const { sequenceId } = intent;
    if (event === 'send') this.#sentAtMs.set(sequenceId, nowMs);
    const next = waitOf(intent, deadlineMs);
    if (next === null) {
      this.#waits.delete(sequenceId);
      return;
    }
    const before = this.#waits.get(sequenceId);
    const sentAtMs = next.what === 'its deadline' ? this.#sentAtMs.get(sequenceId) : undefined;
    // A restart that a full disk took late counts from then: what was on disk before is of a clock that is gone.
    const isSame = before?.what === next.what && event !== 'restart';
    const sinceMs = isSame ? before.sinceMs : (sentAtMs ?? nowMs);
    this.#waits.set(sequenceId, { ...next, intent, sinceMs });
  }

  /** Somebody looks at the clock. */
  passed(nowMs: number): void {
    for (const [sequenceId, { intent, what, sinceMs, ms }] of this.#waits) {
      if (nowMs <= Math.max(sinceMs + ms, this.#lastDiskFaultMs) + LATE_MAX_MS) continue;
      this.#waits.delete(sequenceId);
      const { type, host, cash } = intent;
      const text = `${sequenceId} ${type} ${host}/${cash} has waited ${(nowMs - sinceMs) / 1000} s for ${what}`;
      this.#found({ code: 'LATE', text });
    }
  }
}

import { GRACE_MS } from './calls.ts';
import type { CallKind } from './types.ts';

/** Bounds and times of the worker that are not part of the rules. */
export interface SyncLimits {
  /** Requests about payments at the same time, over all intents, for which no customer stands at the counter. */
  readonly inFlight: number;
  /** Of these, kept free for first net cancels. */
  readonly reserved: number;
  /**
   * Requests for customers at the same time, beside those. Of a station that has one customer after the other none may wait
   * for what is still listened to for those before: a late approval, an inquiry, a void.
   */
  readonly customers: number;
  /** How long a call of each kind is waited for before it is aborted. A late approval counts until then. */
  readonly answerMs: Readonly<Record<CallKind, number>>;
  /**
   * A hello that nobody waits behind or a new day waits for, or a probe, is waited for longer after each that was not
   * answered, up to so long. An inquiry that no customer waits for is given so long at once.
   */
  readonly patienceMs: number;
  /** The issuer is greeted again after so long: switches, business date, pace and clock are refreshed. */
  readonly refreshMs: number;
  /** A quiet line is probed after so long. */
  readonly idleProbeMs: number;
  /** After a failure, and until a line that was down is believed again, so long after the last probe. */
  readonly confirmMs: number;
  readonly freshMs: number;
  readonly slowMs: number;
  readonly failuresToDown: number;
  readonly answersToOnline: number;
  readonly breakerFailures: number;
  readonly breakerBaseMs: number;
  readonly breakerMaxMs: number;
  /** Until the issuer says otherwise. */
  readonly drainPerMinute: number;
  /** A clock that differs by more is not confirmed. */
  readonly clockToleranceMs: number;
  /** Attempts of one kind after which an intent becomes a case; it is still delivered. */
  readonly attemptBudget: number;
  /** A charge credited later that is not credited so long after its scan is a case: its slip said until when. */
  readonly creditMs: number;
  /** So is a reversal that the issuer has not acknowledged for so long. */
  readonly undoMs: number;
  /** After an alarm that no time heals by itself (keys, signature), one charge at a time tries whether it was mended. */
  readonly alarmMs: number;
  /** An intent whose delivery the issuer refuses to process for its own sake waits so long. */
  readonly parkMs: number;
  /** How long `stop` waits for answers before it aborts what is under way. */
  readonly stopMs: number;
  /** Balances and live answers that are kept in memory. */
  readonly remember: number;
  /** Days before today that are asked again after the issuer was restored, sealed or not; older ones while unsealed. */
  readonly unsealedDays: number;
}

export const DEFAULT_LIMITS: SyncLimits = {
  inFlight: 8,
  reserved: 2,
  customers: 64, // eight stations at most; at the shortest deadline, six approvals are listened to at one
  answerMs: {
    hello: 3_000,
    probe: 5_000,
    approve: 30_000,
    inquiry: 5_000,
    netCancel: 10_000,
    void: 10_000,
    transactions: 15_000,
    close: 30_000,
  },
  patienceMs: 10_000, // as long as a net cancel: who is slower can do nothing for this till
  refreshMs: 600_000,
  idleProbeMs: 30_000,
  confirmMs: 1_000,
  freshMs: 75_000,
  slowMs: 1_500,
  failuresToDown: 2,
  answersToOnline: 2,
  breakerFailures: 3,
  breakerBaseMs: 1_000,
  breakerMaxMs: 15_000,
  drainPerMinute: 60,
  clockToleranceMs: 10_000,
  attemptBudget: 100,
  creditMs: 72 * 3_600_000, // the contract's limit for `scannedAt`
  undoMs: 3_600_000,
  alarmMs: 300_000,
  parkMs: 600_000,
  stopMs: 3_000,
  remember: 200,
  unsealedDays: 7,
};

/** The line's own call and those of business days: a hello or a probe, two lists, a close. */
const BESIDE = 4;

/** Calls at the same time at most. Whoever carries them must have room for all, or a backlog stands before customers there. */
export function callsMax({ inFlight, customers }: SyncLimits): number {
  return inFlight + customers + BESIDE;
}

/** After so long every call that is under way now has ended, whatever it is and whatever becomes of it. */
export function heardOutMs({ answerMs, patienceMs }: SyncLimits): number {
  return Math.max(patienceMs, ...Object.values(answerMs)) + GRACE_MS;
}

import type { Actor, IntentTimes, IntentType, Now } from './model.ts';

/** Everything besides the intent and the event that a decision depends on. */
export interface DecideContext {
  readonly times: IntentTimes;
  readonly now: Now;
  readonly actor: Actor;
  readonly policyHash: string;
  /** One more deferred charge of this amount is allowed now (`canDefer` of policy.ts). */
  readonly canDefer: boolean;
  /** yyyyMMdd that the issuer says is open; a void needs it to be the approval's own. null: not known; absent: not checked. */
  readonly openBusinessDate?: string | null;
  /** Uniform in [0, 1), for jitter. Absent: derived from the sequence id, which is random. */
  readonly fraction?: number;
  /** The version that the person saw; another one refuses an own command with STALE. */
  readonly expectedVersion?: number;
}

/** A scan that the policy admitted. No card datum beyond BIN and last four. */
export interface NewIntent {
  readonly sequenceId: string;
  readonly environment: string;
  readonly merchantId: string;
  readonly terminalId: string;
  readonly stationId: string;
  readonly type: IntentType;
  readonly amount: number;
  readonly bin: string;
  readonly last4: string;
  readonly managerNeeded: boolean;
  /** The line is known to be down: "credit later?" is asked before the cash. */
  readonly askLater?: boolean;
}

export const DEFAULT_TIMES: IntentTimes = {
  barcodeLifeMs: 300_000,
  unansweredMs: 2_000,
  deadlineMs: 15_000,
  inquiryMs: 3_000,
  choiceMs: 60_000,
  leaveMs: 180_000,
  unsentMs: 3_000,
  voidWindowMs: 1_800_000,
  retryBaseMs: 1_000,
  retryMaxMs: 60_000,
  quietMs: 60_000,
};

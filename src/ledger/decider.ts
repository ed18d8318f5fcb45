import { accept, decide } from '../intent/decide.ts';
import type { Actor, DecisionRecord, Intent, IntentEvent, Now } from '../intent/model.ts';
import type { DecideContext, NewIntent } from '../intent/rules.ts';
import { withoutCardData } from './card-data.ts';
import type { LedgerOptions } from './options.ts';
import type { AcceptedScan, RecordOptions, Refused } from './types.ts';

/** Whose decisions they are, and by which times. */
export type DeciderOptions = Pick<
  LedgerOptions,
  'environment' | 'merchantId' | 'terminalId' | 'times' | 'policyHash'
>;
/** What a decision draws on besides; both may change from one to the next. */
export interface DeciderSources {
  isSealed(businessDate: string): boolean;
  fraction(): number;
}

const TERMINAL: Actor = { role: 'terminal' };

/** What a ledger tells the rules of src/intent before it commits what they decide; alike for a ledger of any kind. */
export class Decider {
  readonly #options: DeciderOptions;
  readonly #sources: DeciderSources;

  constructor(options: DeciderOptions, sources: DeciderSources) {
    this.#options = options;
    this.#sources = sources;
  }

  /** The first record of a scan's intent. Of the card it holds no more than BIN and last four. */
  accept(scan: AcceptedScan, now: Now): DecisionRecord {
    return accept(this.#newIntent(scan), this.#context(now, { actor: scan.actor ?? TERMINAL }));
  }

  /** The next record of an intent. Whoever saw another version of it is told the present state. */
  step(
    intent: Intent,
    event: IntentEvent,
    now: Now,
    options: RecordOptions,
  ): Refused | { readonly ok: true; readonly record: DecisionRecord } {
    if (options.expectedVersion !== undefined && options.expectedVersion !== intent.version) {
      return { ok: false, refusal: 'STALE', intent };
    }
    const decision = decide(intent, event, this.#context(now, options));
    return decision.ok ? decision : { ok: false, refusal: decision.refusal, intent };
  }

  #newIntent(scan: AcceptedScan): NewIntent {
    const { environment, merchantId, terminalId } = this.#options;
    return {
      sequenceId: scan.sequenceId,
      environment,
      merchantId,
      terminalId,
      stationId: scan.stationId,
      type: scan.type,
      amount: scan.amount,
      bin: scan.cardNumber.slice(0, 6),
      last4: scan.cardNumber.slice(-4),
      managerNeeded: scan.managerNeeded,
    };
  }

  #context(now: Now, options: RecordOptions): DecideContext {
    return {
      times: this.#options.times,
      now,
      actor: withoutCardData(options.actor),
      policyHash: this.#options.policyHash,
      canDefer: options.canDefer ?? false,
      openBusinessDate: this.#stillOpen(options.openBusinessDate ?? null),
      fraction: this.#sources.fraction(),
    };
  }

  /** A day that is sealed here is not open, also while the issuer has not said the next one yet. */
  #stillOpen(date: string | null): string | null {
    return date !== null && this.#sources.isSealed(date) ? null : date;
  }
}

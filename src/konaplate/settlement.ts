/**
 * The store's side of the platform as the agent sees it: one call, one typed answer. A site with another contract writes
 * one adapter for this interface and says what its backend can do. Adapters never retry, never throw for what the
 * network or the issuer did, and never put a card number, token or key into anything they return.
 */

/** What an answer allows the caller to do (intent-rules 2). `ambiguous` is the default. */
export type Answered<T> =
  | { readonly class: 'answered'; readonly value: T; readonly meta: AnswerMeta }
  | { readonly class: 'declined'; readonly code: string; readonly meta: AnswerMeta }
  | {
      readonly class: 'notProcessed';
      readonly code: string;
      readonly meta: AnswerMeta;
      readonly retryAfterMs?: number;
    }
  /** Authentic, and the call is refused for good: 006_906, 006_907 (net cancel), 007_030 (void). */
  | { readonly class: 'refused'; readonly code: string; readonly meta: AnswerMeta }
  | {
      readonly class: 'ambiguous';
      readonly why: string;
      /** The code that the answer claimed, for people only. */
      readonly code: string | null;
      readonly bytesWritten: number;
      /** By the Date header, not proven: tells a person that the clock is wrong. */
      readonly clockOffsetMs?: number;
      readonly retryAfterMs?: number;
    }
  /** Not one byte of this request was handed to the network. */
  | { readonly class: 'nothingLeft'; readonly why: string };

/** What every authentic answer carries. */
export interface AnswerMeta {
  readonly issuerEpoch: string;
  /** yyyyMMdd. */
  readonly businessDate: string;
  readonly correlationId: string;
  /** UTC ms of the answer's Date header minus our clock, when it had one. */
  readonly clockOffsetMs: number | null;
  readonly bytesWritten: number;
  readonly elapsedMs: number;
}

/** What goes into every call besides its own fields (settlement-contract). */
export interface CallContext {
  readonly epoch: number;
  readonly journalIndex: number;
  readonly journalHead: string;
}

export interface HelloRequest {
  readonly machineId: string;
  readonly agentVersion: string;
  readonly backlogCount: number;
  readonly backlogOldestAtMs: number | null;
  readonly claimEpoch?: number;
  readonly managerId?: string;
}
export interface HelloAnswer {
  readonly serverTimeMs: number;
  readonly cutOverHour: number;
  readonly openBusinessDate: string;
  readonly limits: Readonly<Record<string, number>>;
  readonly enabled: { readonly CHARGE: boolean; readonly REFUND: boolean };
  readonly drainPerMinute: number;
  readonly epoch: number;
  readonly holder: string;
  readonly knownJournalIndex: number;
}

export interface ApproveRequest {
  readonly sequenceId: string;
  readonly type: 'CHARGE' | 'REFUND';
  readonly amount: number;
  /** The 31 characters; held in memory only for the length of the call. */
  readonly barcodeSpec: string;
  readonly bin: string;
  readonly last4: string;
  readonly scannedAtMs: number;
  readonly deferred: boolean;
  readonly operatorId?: string;
}
export interface ApproveAnswer {
  readonly nrNumber: string;
  readonly approvalCode: string;
  readonly approvedAt: string;
  /** Won after the booking; shown, never stored. */
  readonly balance: number | null;
}

export interface InquiryRequest {
  readonly sequenceId: string;
  /** The original's data: an answer that does not echo them is ambiguous. */
  readonly type: 'CHARGE' | 'REFUND';
  readonly amount: number;
  readonly bin: string;
  readonly last4: string;
}
export interface InquiryAnswer {
  readonly result: 'COMPLETED' | 'FAILED' | 'PENDING' | 'REVERSED' | 'VOIDED' | 'NOT_FOUND';
  readonly approval?: { nrNumber: string; approvalCode: string; approvedAt: string };
  readonly declineCode?: string;
  readonly voids: readonly { cancelId: string; done: boolean; code?: string }[];
}

export interface NetCancelRequest {
  readonly sequenceId: string;
  readonly type: 'CHARGE' | 'REFUND';
  readonly amount: number;
  readonly reason: 'TIMEOUT' | 'BAD_ANSWER' | 'NOT_PAID' | 'RESTART' | 'MANAGER';
}
export interface NetCancelAnswer {
  readonly result: 'REVERSED' | 'NOT_APPROVED' | 'NOT_FOUND';
  readonly reversedAt: string | null;
}

export interface CancelRequest {
  readonly sequenceId: string;
  readonly cancelId: string;
  readonly nrNumber: string;
  readonly type: 'CHARGE' | 'REFUND';
  readonly amount: number;
  /** A fresh barcode of the same card (held in memory only), or the manager who allowed it. */
  readonly proof: { readonly barcodeSpec: string } | { readonly managerId: string };
}
export interface CancelAnswer {
  readonly cancelNrNumber: string;
  readonly canceledAt: string;
}

export type ItemState = 'APPROVED' | 'REVERSED' | 'VOIDED';
export interface SettlementTotal {
  readonly type: 'CHARGE' | 'REFUND';
  readonly state: ItemState;
  readonly count: number;
  readonly sum: number;
}
export interface SettlementItem {
  readonly sequenceId: string;
  readonly terminalId: string;
  readonly type: 'CHARGE' | 'REFUND';
  readonly amount: number;
  readonly state: ItemState;
  readonly nrNumber: string;
  readonly approvalCode: string;
  readonly approvedAt: string;
  readonly endedAt?: string;
  readonly businessDate: string;
  readonly deferred: boolean;
  readonly bin: string;
  readonly last4: string;
}
export interface TransactionsRequest {
  readonly businessDate: string;
  readonly terminalId?: string;
  readonly cursor?: string;
  readonly limit: number;
}
export interface TransactionsAnswer {
  readonly asOf: string;
  readonly final: boolean;
  readonly totals: readonly SettlementTotal[];
  readonly items: readonly SettlementItem[];
  readonly nextCursor?: string;
}
export interface CloseRequest {
  readonly businessDate: string;
  readonly closeNo: number;
  readonly totals: readonly SettlementTotal[];
  readonly openItems: readonly string[];
  readonly itemsDigest: string;
}
export interface CloseAnswer {
  readonly result: 'AGREED' | 'NOT_AGREED';
  readonly totals: readonly SettlementTotal[];
}

/** What a backend can do; the worker and the rules adapt to it. */
export interface BackendCapabilities {
  /** A net cancel before its approve leaves a tombstone. */
  readonly tombstones: boolean;
  readonly voids: boolean;
  readonly lists: boolean;
}

export interface SettlementBackend {
  readonly capabilities: BackendCapabilities;
  hello(request: HelloRequest, context: CallContext, signal?: AbortSignal): Promise<Answered<HelloAnswer>>;
  approve(
    request: ApproveRequest,
    context: CallContext,
    signal?: AbortSignal,
  ): Promise<Answered<ApproveAnswer>>;
  inquiry(
    request: InquiryRequest,
    context: CallContext,
    signal?: AbortSignal,
  ): Promise<Answered<InquiryAnswer>>;
  netCancel(
    request: NetCancelRequest,
    context: CallContext,
    signal?: AbortSignal,
  ): Promise<Answered<NetCancelAnswer>>;
  cancel(request: CancelRequest, context: CallContext, signal?: AbortSignal): Promise<Answered<CancelAnswer>>;
  transactions(
    request: TransactionsRequest,
    context: CallContext,
    signal?: AbortSignal,
  ): Promise<Answered<TransactionsAnswer>>;
  close(request: CloseRequest, context: CallContext, signal?: AbortSignal): Promise<Answered<CloseAnswer>>;
  /** Lets idle connections go; resolves when no socket is left. */
  dispose(): Promise<void>;
}

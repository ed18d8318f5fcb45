/**
 * What one station shows and remembers besides the ledger: the payment in front of the cashier, refused scans, the rail's
 * last result. Nothing here decides about money; all of it may be lost at a restart.
 */
import type { Intent } from '../intent/model.ts';
import type { FaceId, RefusedCause, RefusedScan } from './snapshot.ts';

export type VoidProof =
  | { readonly kind: 'card'; readonly barcodeSpec: string }
  | { readonly kind: 'manager'; readonly managerId: string };

export interface LastResult {
  intent: Intent;
  face: FaceId;
  readonly atMs: number;
}

/** What was said about cash and could not be recorded. */
export interface NotRecorded {
  readonly face: 'NOT-RECORDED' | 'NOT-RECORDED-OUT';
  readonly intent: Intent;
  /** Mono ms at which it is the manager's: its payment was set aside and will never be recorded. null: it is tried again. */
  readonly endsMs: number | null;
}

export class Desk {
  /** The payment on the screen; its newest committed state. */
  current: Intent | null = null;
  /** It was opened from the rail. */
  opened = false;
  /** The life of its barcode has ended. */
  expired = false;
  limitCause: string | null = null;
  /** The manager who gave a PIN for the payment on the screen. */
  managerId: string | null = null;
  voidAsk: { proof: VoidProof | null } | null = null;
  /** Mono ms at which VOID-ASK ends. */
  choiceEndsMs: number | null = null;
  /** Mono ms at which the ended face on the screen closes. */
  closesMs: number | null = null;
  /** The face on the screen and whose it is; a change of it starts the times above. */
  shown: { face: FaceId; sequenceId: string | null } = { face: 'IDLE', sequenceId: null };

  refused: { readonly scan: RefusedScan; readonly endsMs: number } | null = null;
  band: {
    readonly cause: RefusedCause;
    readonly values: RefusedScan['values'];
    readonly endsMs: number;
  } | null = null;
  news: {
    readonly kind: 'LATER-DONE' | 'REVERSED';
    readonly intent: Intent;
    readonly endsMs: number;
  } | null = null;
  last: LastResult | null = null;
  notRecorded: NotRecorded | null = null;
  questionsAnswered = 0;
  locked = false;
  cashier: string | null = null;

  /** Puts a payment on the screen; what was remembered for the one before is forgotten. */
  show(intent: Intent | null, opened = false): void {
    this.current = intent;
    this.opened = opened;
    this.expired = false;
    this.limitCause = null;
    this.managerId = null;
    this.voidAsk = null;
    this.choiceEndsMs = null;
    this.closesMs = null;
  }

  /** The void that was asked for here began, or cannot begin any more. A PIN was for it alone. */
  dropVoidAsk(): void {
    if (this.voidAsk === null) return;
    this.voidAsk = null;
    this.managerId = null;
  }
}

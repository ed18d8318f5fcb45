/**
 * The calls between the customer's phone page and the issuer that serves it. Types, route names and limits only: the
 * page (browser) and the issuer (fastify) both import this file, and it imports nothing.
 *
 * A card is named by an opaque `cardRef`; its number never stands in an address, a list or a message. The one place
 * where it must appear is `MadeBarcode.spec`, because the customer's phone has to draw it; the page keeps it in memory
 * only, for as long as the barcode lives.
 *
 * Every POST and PUT carries `Content-Type: application/json`, except `hold`, which carries `image/png`; both make a
 * foreign page's request a preflighted one, which the issuer refuses.
 */

/** Everything below is under this path of the issuer; the page itself is served at `/phone/`. */
export const PHONE_API_BASE = '/phone/api';

export const PHONE_ROUTES = {
  /** GET -> CardsAnswer */
  cards: { method: 'GET', path: '/cards' },
  /** POST {} -> CardsAnswer. Makes the sample cards when there are none (demo only, otherwise 404). */
  sampleCards: { method: 'POST', path: '/cards/samples' },
  /** POST MakeBarcodeBody -> MadeBarcode */
  makeBarcode: { method: 'POST', path: '/barcodes' },
  /** GET -> BarcodeView */
  barcode: { method: 'GET', path: '/barcodes/:barcodeRef' },
  /** GET ?cardRef= -> HistoryAnswer: the newest HISTORY_ROWS rows of one card, newest first. */
  history: { method: 'GET', path: '/history' },
  /** POST image/png, at most HOLD_PNG_BYTES_MAX -> HoldAnswer (demo only, otherwise 404). */
  hold: { method: 'POST', path: '/hold' },
  /** GET -> FaultsAnswer (only when the issuer's faults are switched on, otherwise 404). */
  faults: { method: 'GET', path: '/faults' },
  /** PUT FaultSetting -> FaultsAnswer */
  setFault: { method: 'PUT', path: '/faults' },
} as const;

export const HISTORY_ROWS = 20;
export const HOLD_PNG_BYTES_MAX = 512 * 1024;
/** While a barcode waits, the page asks this often; the issuer need not allow more. */
export const BARCODE_POLL_MS = 1000;

export type PhonePaymentType = 'CHARGE' | 'REFUND';
export type PhoneCardStatus = 'active' | 'notReady' | 'suspended' | 'terminated' | 'expired';

export interface PhoneCard {
  /** Opaque, stable while the issuer's database lives; not derived from the number without a key. */
  readonly cardRef: string;
  readonly last4: string;
  readonly status: PhoneCardStatus;
  /** Integer won. Negative never: a shortfall is the issuer's receivable. */
  readonly balance: number;
}

/** Limits in won, said before the customer types an amount. Absent: no such limit. */
export interface PhoneLimits {
  readonly min: number;
  readonly max: number;
  /** Amounts are multiples of this; 1 = any. */
  readonly unit: number;
  readonly balanceMax?: number;
}

export interface CardsAnswer {
  readonly cards: readonly PhoneCard[];
  readonly limits: Readonly<Record<PhonePaymentType, PhoneLimits>>;
  /** A scanner to hold the phone under, as in the demo: the page shows the button. */
  readonly canHold: boolean;
  /** The issuer's fault switches are on: the page shows the panel. */
  readonly canFault: boolean;
}

export interface MakeBarcodeBody {
  readonly cardRef: string;
  readonly type: PhonePaymentType;
  /** Integer won, 0 to 999999 (the API allows 0; its approval is declined). */
  readonly amount: number;
}

export interface MadeBarcode {
  readonly barcodeRef: string;
  /** The 31 characters. */
  readonly spec: string;
  readonly last4: string;
  readonly type: PhonePaymentType;
  readonly amount: number;
  /** Life of the one-time token, and what is left of it when the answer was made; the page counts from there. */
  readonly lifeMs: number;
  readonly leftMs: number;
}

/**
 * waiting: not presented yet, or presented and not ended. approved, declined: ended so. reversed: approved (or about
 * to be) and undone by a net cancel: the customer takes the cash back. voided: undone by the store's void.
 * deferred: the store took the cash, the approval comes later. expired: never presented, or replaced by a newer one.
 * An issuer that has not heard of a deferral cannot know it: the state then stays `waiting` until the advice arrives.
 */
export const BARCODE_STATES = [
  'waiting',
  'approved',
  'declined',
  'reversed',
  'voided',
  'deferred',
  'expired',
] as const;
export type BarcodeState = (typeof BARCODE_STATES)[number];

export interface BarcodeView {
  readonly barcodeRef: string;
  readonly state: BarcodeState;
  readonly type: PhonePaymentType;
  readonly amount: number;
  readonly last4: string;
  readonly leftMs: number;
  /** Won after the booking; null while nothing was booked. */
  readonly balance: number | null;
  /** The platform's code when declined, such as `006_007`. */
  readonly declineCode: string | null;
}

export interface HistoryRow {
  readonly barcodeRef: string;
  readonly type: PhonePaymentType;
  readonly amount: number;
  readonly state: Exclude<BarcodeState, 'waiting' | 'expired'>;
  /** UTC ms. */
  readonly atMs: number;
  /** When it was reversed or voided. */
  readonly endedAtMs: number | null;
  readonly declineCode: string | null;
}

export interface HistoryAnswer {
  readonly rows: readonly HistoryRow[];
}

/** What became of a picture held under the demo scanner. The text that was read is never returned. */
export interface HoldAnswer {
  /** read: decoded and sent. unreadable: no barcode found in the picture. noTill: no till is connected. */
  readonly result: 'read' | 'unreadable' | 'noTill';
}

export const FAULT_CALLS = [
  'hello',
  'approve',
  'inquiry',
  'netcancel',
  'cancel',
  'transactions',
  'close',
] as const;
export type FaultCall = (typeof FAULT_CALLS)[number];

export const FAULT_KINDS = [
  'dropBefore', // no effect, no answer
  'dropAfter', // the effect is committed, no answer
  'delay',
  'trickle', // the answer byte by byte
  'duplicate', // the request is processed twice
  'garbage',
  'wrongKey',
  'wrongToken',
  'html500',
  'reset', // the socket is reset
  'clockSkew',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** One switch: `kind` null takes the fault of that call away. */
export interface FaultSetting {
  readonly call: FaultCall;
  readonly kind: FaultKind | null;
  /** How many calls it hits; null = until it is taken away. */
  readonly times: number | null;
}

export interface FaultsAnswer {
  readonly faults: readonly FaultSetting[];
}

/** Body of every answer that is not 200; `code` is the platform's, such as `003_001`. */
export interface PhoneProblem {
  readonly code: string;
  /** Name of the field that was refused. */
  readonly field?: string;
}

/** Fill a route's `:name` parts. */
export function phonePath(path: string, values: Readonly<Record<string, string>> = {}): string {
  return (
    PHONE_API_BASE +
    path.replace(/:([A-Za-z]+)/g, (_, name: string) => encodeURIComponent(values[name] ?? ''))
  );
}

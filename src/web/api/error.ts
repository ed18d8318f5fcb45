/** How a call is refused. */
import type { PaymentDetail } from './payments.ts';

/** Why a call was refused. The page picks its sentence by the code, never by the text. */
export type ApiErrorCode =
  | 'BAD_REQUEST' // body or query does not fit its schema
  | 'NOT_FOUND'
  | 'FORBIDDEN' // Host, Origin, Sec-Fetch-Site, or not this page's station
  | 'NOT_JSON' // 415
  | 'TOO_LARGE'
  | 'TOO_MANY' // rate limit or too many open event streams; `leftMs` says how long
  | 'SIGNED_OUT' // manager calls without a session
  | 'WRONG_PIN' // `triesLeft`
  | 'LOCKED_OUT' // `leftMs`
  | 'WRONG_CODE' // the installer's code
  | 'ALREADY_SET_UP'
  | 'WEAK_PIN' // 4 to 8 digits, not all equal, not a run
  | 'STALE' // the payment changed meanwhile; `payment` shows the present state
  | 'REFUSED' // the rules do not allow it; `refusal` says which
  | 'REASON_NEEDED'
  | 'PIN_NEEDED'
  | 'NOT_READY' // starting, or the part that answers this is missing on this terminal
  | 'LEDGER' // the ledger could not be read or written now, or a copy of it: nothing was recorded
  | 'FAULT';

export interface ApiError {
  readonly error: ApiErrorCode;
  /** For installers and POS programmers, in English; never a card datum. */
  readonly text: string;
  readonly triesLeft?: number;
  readonly leftMs?: number;
  readonly refusal?: string;
  readonly payment?: PaymentDetail;
}

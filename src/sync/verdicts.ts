import type { Answered } from '../konaplate/settlement.ts';
import type { LineReason } from './types.ts';

type Failed = Extract<Answered<unknown>, { class: 'ambiguous' | 'nothingLeft' }>;

/** Our own doing: says nothing about the line. */
const OWN_DOING = new Set(['BUSY', 'DISPOSED', 'REQUEST_TOO_LARGE']);
/** What an issuer says whose database is away, to every call. */
const SYSTEM_ERROR = '006_022';
const NOT_TRUSTED = new Set([
  'UNSIGNED',
  'BAD_SIGNATURE',
  'NOT_JSON',
  'NOT_ENCRYPTED',
  'NOT_DECRYPTABLE',
  'BAD_SCHEMA',
  'WRONG_ECHO',
  'STATUS_AND_CODE_DIFFER',
  'HTTP_STATUS',
  'PIN_MISMATCH',
  'TLS_FAILED',
]);

/**
 * What a call without a trustworthy answer says about the line; null: nothing. `isOfItem`: the call is about a payment, and
 * an unlisted code may be about that alone; a hello or a probe has nothing else to be about.
 */
export function failureOf(answer: Failed, clockToleranceMs: number, isOfItem: boolean): LineReason | null {
  if (OWN_DOING.has(answer.why)) return null;
  const isUnlisted = answer.class === 'ambiguous' && answer.why === 'UNLISTED_CODE';
  if (isUnlisted && isOfItem && answer.code !== SYSTEM_ERROR) return null;
  if (answer.class === 'nothingLeft') {
    return NOT_TRUSTED.has(answer.why) ? 'NOT_TRUSTED' : 'NOT_SENT';
  }
  const offsetMs = Math.abs(answer.clockOffsetMs ?? 0);
  if (answer.why === 'ANSWER_TIME' || (answer.code === '000_902' && offsetMs > clockToleranceMs))
    return 'CLOCK';
  return NOT_TRUSTED.has(answer.why) ? 'NOT_TRUSTED' : 'NO_ANSWER';
}

const UNWILLING = new Set(['000_901', '000_902', '000_904', '000_905', '000_906', '000_907', '000_908']);
const PASSING = new Set(['000_907', '000_908', '000_903', '000_909']);
const ITEM = new Set(['000_002', '006_006', '006_009', '007_005', '000_911']);

/** The issuer processes nothing of ours at present, whatever it is. */
export function isUnwillingCode(code: string): boolean {
  return UNWILLING.has(code);
}

/** It passes by itself: rate, maintenance, a correlation id or token that happened to repeat. */
export function isPassingCode(code: string): boolean {
  return PASSING.has(code);
}

/** It is about this one request. */
export function isItemCode(code: string): boolean {
  return ITEM.has(code);
}

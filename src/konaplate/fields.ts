import { z } from 'zod';
import { parseKst } from './kst.ts';

/** The fields of all calls, each with its form once: client, issuer and the OpenAPI description read the same. */
export const cardNo = z
  .string()
  .regex(/^[0-9]{16}$/)
  .describe('Number of a physical or mobile card issued to the member, 16 digits');
export const transactionType = z.enum(['CHARGE', 'REFUND']).describe('CHARGE, or REFUND (withdrawal)');
export const amount = z.int().min(0).max(999_999).describe('Integer won, 0 to 999999');
export const barcodeSpecText = z
  .string()
  .regex(/^[ -~]{31}$/)
  .describe('Transaction code (6) + card number (16) + one-time token DCVV (3) + amount (6)');

function kst(digits: 8 | 17, mask: string) {
  return z
    .string()
    .regex(digits === 8 ? /^[0-9]{8}$/ : /^[0-9]{17}$/)
    .refine((text) => parseKst(text) !== null)
    .describe(`Korean time, ${mask}`);
}
export const kstTime = kst(17, 'yyyyMMddHHmmssSSS');
export const kstDay = kst(8, 'yyyyMMdd');

export const merchantId = z.string().regex(/^[0-9A-Za-z]{15}$/);
export const terminalId = z.string().regex(/^[0-9A-Za-z_-]{1,10}$/);
export const sequenceId = z
  .string()
  .regex(/^[0-9A-Za-z_-]{1,30}$/)
  .describe('Unique per merchant for ever, time-ordered, at least 80 random bits');
export const cancelId = z.string().regex(/^[0-9A-Za-z_-]{1,30}$/);
export const personId = z.string().regex(/^[0-9A-Za-z_.@-]{1,40}$/);
export const nrNumber = z.string().regex(/^[0-9A-Za-z]{18}$/);
export const approvalCode = z.string().regex(/^[0-9A-Za-z]{6}$/);
export const bin = z.string().regex(/^[0-9]{6}$/);
export const last4 = z.string().regex(/^[0-9]{4}$/);
export const hash = z.string().regex(/^[0-9a-f]{64}$/);
export const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
/** Of a day: more than 10^15 won or items is no figure of a store, and would look like a card number. */
export const total = z.int().min(0).max(999_999_999_999_999);
export const code = z.string().regex(/^[0-9]{3}_[0-9]{3}$/);

export const response = z.object({ code, description: z.string().max(500) });

/** What every request of the store's side carries, in the signed body, because path and headers are not signed. */
export function requestBase<Name extends string>(operation: Name) {
  return {
    operation: z.literal(operation).describe('The name of the call'),
    requestedAt: kstTime,
    merchantId,
    terminalId,
    epoch: count.describe('Epoch of this terminal, as the issuer gave it'),
    journalIndex: count,
    journalHead: hash,
  };
}

/** What every authentic answer of the store's side carries, refusals too. */
export function answerBase<Name extends string>(operation: Name) {
  return {
    response,
    operation: z.literal(operation),
    requestedAt: kstTime,
    merchantId,
    terminalId,
    sequenceId: sequenceId.optional(),
    cancelId: cancelId.optional(),
    issuerEpoch: z.string().min(1).max(64),
    businessDate: kstDay,
  };
}

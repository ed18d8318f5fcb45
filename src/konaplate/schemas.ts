import { z } from 'zod';
import * as field from './fields.ts';

/**
 * Request and answer of every call: of the store's side (settlement-contract) and of the published pages around it
 * (konaplate-api 5 and 6). Requests are strict, unknown members are refused; answers may grow, unknown members are
 * dropped. An `answer` is that of 000_000; refusals have `refusal` of their call.
 */
const item = {
  type: field.transactionType,
  amount: field.amount,
  bin: field.bin,
  last4: field.last4,
};
const approval = {
  nrNumber: field.nrNumber,
  approvalCode: field.approvalCode,
  approvedAt: field.kstTime,
};
export const itemState = z.enum(['APPROVED', 'REVERSED', 'VOIDED']);
export const settlementTotal = z.object({
  type: field.transactionType,
  state: itemState,
  count: field.total,
  sum: field.total,
});
export const settlementItem = z.object({
  sequenceId: field.sequenceId,
  terminalId: field.terminalId,
  ...item,
  ...approval,
  state: itemState,
  endedAt: field.kstTime.optional(),
  businessDate: field.kstDay,
  deferred: z.boolean(),
});
const totals = z.array(settlementTotal).max(6);

export const helloRequest = z.strictObject({
  ...field.requestBase('hello'),
  machineId: field.hash.describe('From the hardware, not from a file that can be copied'),
  agentVersion: z.string().min(1).max(40),
  backlogCount: field.count,
  backlogOldestAt: field.kstTime.optional(),
  claimEpoch: field.count.optional(),
  managerId: field.personId.optional(),
});
export const helloAnswer = z.object({
  ...field.answerBase('hello'),
  serverTime: field.kstTime,
  cutOverHour: z.int().min(0).max(23),
  openBusinessDate: field.kstDay,
  limits: z.record(z.string().max(40), field.count),
  enabled: z.object({ CHARGE: z.boolean(), REFUND: z.boolean() }),
  drainPerMinute: z.int().min(0).max(100_000),
  epoch: field.count,
  holder: field.hash,
  knownJournalIndex: field.count,
});

export const approveRequest = z.strictObject({
  ...field.requestBase('approve'),
  sequenceId: field.sequenceId,
  type: field.transactionType,
  amount: field.amount,
  barcodeSpec: field.barcodeSpecText,
  scannedAt: field.kstTime,
  deferred: z.boolean(),
  operatorId: field.personId.optional(),
});
export const approveAnswer = z.object({
  ...field.answerBase('approve'),
  sequenceId: field.sequenceId,
  ...item,
  ...approval,
  balance: field.count.describe('Won after the booking; shown, never stored').optional(),
});

export const inquiryRequest = z.strictObject({
  ...field.requestBase('inquiry'),
  sequenceId: field.sequenceId,
});
export const voidAttempt = z.object({
  cancelId: field.cancelId,
  done: z.boolean(),
  code: field.code.optional(),
});
export const inquiryAnswer = z.object({
  ...field.answerBase('inquiry'),
  sequenceId: field.sequenceId,
  result: z.enum(['COMPLETED', 'FAILED', 'PENDING', 'REVERSED', 'VOIDED', 'NOT_FOUND']),
  type: field.transactionType.optional(),
  amount: field.amount.optional(),
  bin: field.bin.optional(),
  last4: field.last4.optional(),
  nrNumber: field.nrNumber.optional(),
  approvalCode: field.approvalCode.optional(),
  approvedAt: field.kstTime.optional(),
  declineCode: field.code.optional(),
  reversedAt: field.kstTime.optional(),
  voids: z.array(voidAttempt).max(50).optional(),
});

export const netCancelRequest = z.strictObject({
  ...field.requestBase('netcancel'),
  sequenceId: field.sequenceId,
  type: field.transactionType,
  amount: field.amount,
  reason: z.enum(['TIMEOUT', 'BAD_ANSWER', 'NOT_PAID', 'RESTART', 'MANAGER']),
});
export const netCancelAnswer = z.object({
  ...field.answerBase('netcancel'),
  sequenceId: field.sequenceId,
  result: z.enum(['REVERSED', 'NOT_APPROVED', 'NOT_FOUND']),
  reversedAt: field.kstTime.optional(),
});

export const cancelRequest = z
  .strictObject({
    ...field.requestBase('cancel'),
    sequenceId: field.sequenceId,
    cancelId: field.cancelId,
    nrNumber: field.nrNumber,
    type: field.transactionType,
    amount: field.amount,
    cardProof: field.barcodeSpecText.describe('A fresh barcode of the same card').optional(),
    managerId: field.personId.optional(),
  })
  .refine((body) => (body.cardProof === undefined) !== (body.managerId === undefined), {
    path: ['cardProof'],
    message: 'exactly one of cardProof and managerId',
  });
export const cancelAnswer = z.object({
  ...field.answerBase('cancel'),
  sequenceId: field.sequenceId,
  cancelId: field.cancelId,
  cancelNrNumber: field.nrNumber,
  canceledAt: field.kstTime,
});

export const transactionsRequest = z.strictObject({
  ...field.requestBase('transactions'),
  businessDate: field.kstDay,
  // `terminalId` of the base is the asking terminal; the filter has the same name in the contract, so it is that one.
  cursor: z
    .string()
    .regex(/^[!-~]{1,200}$/)
    .optional(),
  limit: z.int().min(1).max(500),
  allTerminals: z
    .boolean()
    .describe('Items of every terminal of the merchant, not of the asking one')
    .optional(),
});
export const transactionsAnswer = z.object({
  ...field.answerBase('transactions'),
  asOf: field.kstTime,
  final: z.boolean(),
  totals,
  items: z.array(settlementItem).max(500),
  nextCursor: z.string().min(1).max(200).optional(),
});

export const closeRequest = z.strictObject({
  ...field.requestBase('close'),
  businessDate: field.kstDay,
  closeNo: z.int().min(1).max(1_000_000),
  totals,
  openItems: z.array(field.sequenceId).max(10_000),
  itemsDigest: field.hash,
});
export const closeAnswer = z.object({
  ...field.answerBase('close'),
  result: z.enum(['AGREED', 'NOT_AGREED']),
  totals,
});

/** A refusal of the store's side: what could be read of the request comes back. */
export const settlementRefusal = z.object({
  response: field.response,
  operation: z.string().max(20).optional(),
  requestedAt: field.kstTime.optional(),
  merchantId: field.merchantId.optional(),
  terminalId: field.terminalId.optional(),
  sequenceId: field.sequenceId.optional(),
  cancelId: field.cancelId.optional(),
  issuerEpoch: z.string().min(1).max(64),
  businessDate: field.kstDay,
});
/** A refusal of a published call: the envelope only. */
export const publishedRefusal = z.object({ response: field.response });

export const barcodeSpecRequest = z.strictObject({
  cardNo: field.cardNo,
  type: field.transactionType,
  amount: field.amount,
});
export const barcodeSpecAnswer = z.object({
  response: field.response,
  barcodeSpec: field.barcodeSpecText,
});
export const oneTimeTokenRequest = z.strictObject({
  cardNo: field.cardNo,
  type: z.enum(['ATM', 'CREDIT']).optional(),
});
export const oneTimeTokenAnswer = z.object({
  response: field.response,
  oneTimeToken: z.string().regex(/^[0-9]{16}$/),
  dcvv: z.string().regex(/^[0-9]{3}$/),
  expiryTime: field.count.describe('Unix ms'),
});
export const cardInfoRequest = z.strictObject({ cardNo: field.cardNo });
export const cardInfoAnswer = z.object({
  response: field.response,
  userId: z.string().max(40).describe('May exceed 2^53: a string'),
  par: z.string().length(27),
  balance: field.count,
  cardStatus: z.string().max(20),
});
export const cardTransactionsRequest = z.strictObject({
  par: z.string().regex(/^[0-9A-Za-z]{27}$/),
  startDate: field.kstDay,
  endDate: field.kstDay,
  trType: z
    .enum(['00', '01', '02', '03'])
    .describe('00 payment, 01 charge, 02 refund, 03 transfer')
    .optional(),
  page: z.int().min(1).max(100_000).optional(),
  pageSize: z.int().min(1).max(100).optional(),
});
export const cardTransactionsAnswer = z.object({
  response: field.response,
  page: field.count,
  totalCount: field.count,
  transactions: z
    .array(
      z.object({
        nrNumber: field.nrNumber,
        trType: z.enum(['00', '01', '02', '03']),
        amount: field.count,
        approvalCode: field.approvalCode,
        approvalTime: field.kstTime,
        canceled: z.boolean(),
      }),
    )
    .max(100),
});

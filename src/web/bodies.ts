/** The shapes of what a page may send, as schemas: checked before any route runs, and the source of the API description. */
import { z } from 'zod';
import { CASE_REASONS } from '../intent/model.ts';
import { DENOMINATIONS } from '../settlement/count.ts';
import type { PressBody } from '../station/snapshot.ts';
import { FACES, KEYS } from '../station/snapshot.ts';
import type {
  CashierBody,
  FindBody,
  PageBody,
  PrintBody,
  ReceiptBody,
  ShownBody,
  StationPinBody,
} from './api/cashier.ts';
import type { PinBody } from './api/common.ts';
import type { DayCloseBody, DayCountBody, DayDateBody, DayExplainBody, DayMissingBody } from './api/day.ts';
import type { AddManagerBody, FirstManagerBody, SignInBody } from './api/manager.ts';
import type { CardSearchBody, DecideBody, ManagerReceiptBody } from './api/payments.ts';
import { DECISION_REASONS, DECISIONS } from './api/payments.ts';
import type { ClaimBody, PauseBody } from './api/terminal.ts';

const page = z.string().regex(/^[A-Za-z0-9_-]{8,40}$/);
const sequenceId = z.string().regex(/^[0-9A-Za-z_-]{8,30}$/);
const version = z.int().min(0).max(1_000_000_000);
const face = z.enum(FACES);
/** Wrong ones are judged by the managers' room, so that every try is counted; only the length is bounded here. */
const pin = z.string().min(1).max(12);
const name = z.string().trim().min(1).max(40);
const language = z.enum(['ko', 'en']);
const columns = z.union([z.literal(32), z.literal(42), z.literal(48)]);
const reasonText = z.string().trim().min(3).max(200);
const shownPayment = { sequenceId: sequenceId.nullable(), version: version.nullable(), face };

export const pressBody = z.strictObject({
  page,
  key: z.enum([...KEYS, 'CLOSE', 'VOID', 'OPEN']),
  ...shownPayment,
}) satisfies z.ZodType<PressBody>;
export const shownBody = z.strictObject({ page, sequenceId, version, face }) satisfies z.ZodType<ShownBody>;
export const pageBody = z.strictObject({ page }) satisfies z.ZodType<PageBody>;
export const stationPinBody = z.strictObject({
  page,
  pin,
  ...shownPayment,
}) satisfies z.ZodType<StationPinBody>;
export const cashierBody = z.strictObject({
  page,
  cashier: z
    .string()
    .regex(/^[A-Za-z0-9]{1,12}$/)
    .nullable(),
}) satisfies z.ZodType<CashierBody>;
export const findBody = z.strictObject({
  page,
  text: z.string().regex(/^[0-9A-Za-z-]{4,30}$/),
}) satisfies z.ZodType<FindBody>;
const last4 = z.string().regex(/^\d{4}$/);
export const receiptBody = z.strictObject({
  page,
  sequenceId,
  language,
  columns,
  last4: last4.exactOptional(),
}) satisfies z.ZodType<ReceiptBody>;
export const printBody = z.strictObject({
  page,
  sequenceId,
  language,
  last4: last4.exactOptional(),
}) satisfies z.ZodType<PrintBody>;

export const firstManagerBody = z.strictObject({
  code: z.string().min(1).max(40),
  name,
  pin,
}) satisfies z.ZodType<FirstManagerBody>;
export const signInBody = z.strictObject({ name, pin }) satisfies z.ZodType<SignInBody>;
export const addManagerBody = z.strictObject({ name, pin, ownPin: pin }) satisfies z.ZodType<AddManagerBody>;
export const emptyBody = z.strictObject({}) satisfies z.ZodType<Record<string, never>>;
export const cardSearchBody = z.strictObject({
  cardNumber: z.string().regex(/^\d{16}$/),
  pin,
}) satisfies z.ZodType<CardSearchBody>;
export const decideBody = z.strictObject({
  decision: z.enum(DECISIONS),
  version,
  reason: z.enum(DECISION_REASONS),
  note: z.string().trim().max(200).exactOptional(),
  caseReason: z.enum(CASE_REASONS).exactOptional(),
  pin: pin.exactOptional(),
}) satisfies z.ZodType<DecideBody>;
export const pinBody = z.strictObject({ pin }) satisfies z.ZodType<PinBody>;
export const pauseBody = z.strictObject({ pin, reason: reasonText }) satisfies z.ZodType<PauseBody>;
export const claimBody = z.strictObject({ pin, reason: reasonText }) satisfies z.ZodType<ClaimBody>;
export const managerReceiptBody = z.strictObject({
  language,
  columns,
}) satisfies z.ZodType<ManagerReceiptBody>;
export const testBody = z.strictObject({ on: z.boolean() });

const dayDate = z.string().regex(/^\d{8}$/);
const pieces = z.int().min(0).max(100_000);
const cash = z.int().min(0).max(10_000_000_000);
export const dayDateBody = z.strictObject({ date: dayDate }) satisfies z.ZodType<DayDateBody>;
const dayVersion = z.int().min(0).exactOptional();
export const dayCountBody = z.strictObject({
  date: dayDate,
  version: dayVersion,
  mode: z.enum(['separate', 'drawer']),
  pieces: z.strictObject(Object.fromEntries(DENOMINATIONS.map((value) => [String(value), pieces]))),
  safe: cash,
  float: cash,
  posExpected: cash,
}) satisfies z.ZodType<DayCountBody>;
export const dayExplainBody = z.strictObject({
  date: dayDate,
  version: dayVersion,
  reason: z.enum(DECISION_REASONS),
  note: z.string().trim().max(200).exactOptional(),
  pin,
}) satisfies z.ZodType<DayExplainBody>;
/** As the comparison lists it: an id that looked like a card number is masked there. */
export const listedId = z.string().min(4).max(30);
export const lossAccount = z.enum(['dispute', 'store']);
export const dayMissingBody = z.strictObject({
  date: dayDate,
  version: dayVersion,
  sequenceId: listedId,
  loss: lossAccount,
  reason: z.enum(DECISION_REASONS),
  note: z.string().trim().max(200).exactOptional(),
  pin,
}) satisfies z.ZodType<DayMissingBody>;
export const dayCloseBody = z.strictObject({
  date: dayDate,
  version: dayVersion,
  pin,
}) satisfies z.ZodType<DayCloseBody>;
export const dayQuery = z.strictObject({ date: dayDate.optional() });
export const reportQuery = z.strictObject({
  date: dayDate,
  at: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
});

export const pageQuery = z.strictObject({ page });
export const optionalPageQuery = z.strictObject({ page: page.optional() });
const date = z.string().regex(/^\d{8}$/);
const number = z.coerce.number().int().min(0).max(999_999_999);
export const paymentsQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  before: z.string().max(100).optional(),
  after: z.string().max(100).optional(),
  from: date.optional(),
  to: date.optional(),
  type: z.enum(['CHARGE', 'REFUND']).optional(),
  group: z.enum(['ended', 'running', 'owed', 'case']).optional(),
  later: z.enum(['0', '1']).optional(),
  station: z.string().max(20).optional(),
  cashier: z
    .string()
    .regex(/^[A-Za-z0-9]{1,12}$/)
    .optional(),
  amountFrom: number.optional(),
  amountTo: number.optional(),
  text: z
    .string()
    .regex(/^[0-9A-Za-z-]{1,30}$/)
    .optional(),
});
export type PaymentsQuery = z.infer<typeof paymentsQuery>;

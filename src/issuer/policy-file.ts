/** The rules that the platform leaves to its operator, out of a file: JSON with comments, every member optional. */
import { type ParseError, parse } from 'jsonc-parser';
import { z } from 'zod';
import { checkCodeTable } from '../barcode/format.ts';
import type { IssuerLimits, IssuerPolicy } from './options.ts';

const DAY_MS = 86_400_000;
const won = z.int().min(0).max(1_000_000_000_000);
const perTransaction = z.int().min(0).max(999_999);
const wait = (min: number, max: number) => z.int().min(min).max(max);
const codes = z
  .array(z.string().regex(/^[!-~]{6}$/))
  .min(1)
  .max(20);
const code = z.string().regex(/^[0-9]{3}_[0-9]{3}$/);

const limits = z
  .strictObject({
    balanceCap: won,
    perTransactionCharge: perTransaction,
    perTransactionRefund: perTransaction,
    dailyCharge: won,
    dailyRefund: won,
    monthlyCharge: won,
    monthlyRefund: won,
    monthlyRefundCount: z.int().min(0).max(1_000_000),
  } satisfies Record<keyof IssuerLimits, z.ZodType>)
  .partial();

const policySchema = z
  .strictObject({
    limits,
    cutOverHour: z.int().min(0).max(23),
    tokenLifeMs: wait(1_000, DAY_MS),
    oneTimeLifeMs: wait(1_000, DAY_MS),
    oneTimeLongLifeMs: wait(1_000, DAY_MS),
    liveTokensPerCard: z.int().min(1).max(50),
    wrongGuessesMax: z.int().min(1).max(100),
    lockMs: wait(1_000, 30 * DAY_MS),
    toleranceMs: wait(1_000, DAY_MS),
    deferredMaxAgeMs: wait(0, 30 * DAY_MS),
    scanSkewMs: wait(0, 3_600_000),
    unconfirmedAfterDays: z.int().min(1).max(366),
    drainPerMinute: z.int().min(0).max(100_000),
    requestsPerMinute: z.int().min(1).max(100_000_000),
    codeTable: z
      .strictObject({ CHARGE: codes, REFUND: codes })
      .refine((table) => checkCodeTable(table).length === 0, 'codes that differ from each other'),
    cardNotFoundCode: code,
    cardInvalidCode: code,
    answerEncryption: z.enum(['A128GCM', 'A256GCM']),
    encryptErrors: z.boolean(),
  } satisfies Record<keyof IssuerPolicy, z.ZodType>)
  .partial();

export interface PolicyFile {
  readonly limits: Partial<IssuerLimits>;
  readonly policy: Partial<Omit<IssuerPolicy, 'limits'>>;
}

/** The file cannot be used; the message names the members, never their values. */
export class PolicyFileError extends Error {
  override readonly name = 'PolicyFileError';
}

/** Reads the text of a policy file. What it leaves out keeps its default. Throws PolicyFileError. */
export function parsePolicyFile(text: string): PolicyFile {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  if (errors.length > 0) throw new PolicyFileError('is no JSON');
  const result = policySchema.safeParse(value);
  if (!result.success) {
    const places = result.error.issues.map((issue) =>
      issue.code === 'unrecognized_keys'
        ? `unknown: ${issue.keys.join(', ')}`
        : `${issue.path.join('.') || 'the file'}: ${issue.message}`,
    );
    throw new PolicyFileError(places.join('; '));
  }
  const { limits: given = {}, ...policy } = defined(result.data);
  return { limits: defined(given), policy };
}

/** Without the members that are not there, so that they cannot hide a default. */
function defined<Value extends object>(
  value: Value,
): { [Name in keyof Value]: Exclude<Value[Name], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [Name in keyof Value]: Exclude<Value[Name], undefined>;
  };
}

import type { CodeTable } from '../barcode/parse.ts';
import type { ContentEncryption } from '../konaplate/wire.ts';

/** Limits in won, and a count; `balanceCap` is the most that a card may hold. */
export interface IssuerLimits {
  readonly balanceCap: number;
  readonly perTransactionCharge: number;
  readonly perTransactionRefund: number;
  readonly dailyCharge: number;
  readonly dailyRefund: number;
  readonly monthlyCharge: number;
  readonly monthlyRefund: number;
  readonly monthlyRefundCount: number;
}

export const DEFAULT_LIMITS: IssuerLimits = {
  balanceCap: 2_000_000,
  perTransactionCharge: 999_999,
  perTransactionRefund: 999_999,
  dailyCharge: 20_000_000,
  dailyRefund: 20_000_000,
  monthlyCharge: 100_000_000,
  monthlyRefund: 100_000_000,
  monthlyRefundCount: 10_000,
};

/** The rules that the platform leaves to its operator. */
export interface IssuerPolicy {
  readonly limits: IssuerLimits;
  /** Hour of the day, Korean time, at which a business day begins. */
  readonly cutOverHour: number;
  /** Life of the token in a barcode. */
  readonly tokenLifeMs: number;
  /** Life of a plain one-time token, and of one of type ATM or CREDIT. */
  readonly oneTimeLifeMs: number;
  readonly oneTimeLongLifeMs: number;
  readonly liveTokensPerCard: number;
  readonly wrongGuessesMax: number;
  readonly lockMs: number;
  /** How far the time of a Tran-Token and `requestedAt` may be from our clock. */
  readonly toleranceMs: number;
  /** How old the scan of a deferred charge may be. */
  readonly deferredMaxAgeMs: number;
  /** How far a till's clock may be off when a token is judged at the time of the scan. */
  readonly scanSkewMs: number;
  /** A day that a terminal has not closed after so many days is closed as UNCONFIRMED. */
  readonly unconfirmedAfterDays: number;
  readonly drainPerMinute: number;
  /** Requests per minute and access key; more are answered with 000_907. */
  readonly requestsPerMinute: number;
  readonly codeTable: CodeTable;
  readonly cardNotFoundCode: string;
  readonly cardInvalidCode: string;
  readonly answerEncryption: ContentEncryption;
  /** Errors of every call are encrypted as well; plain by default. */
  readonly encryptErrors: boolean;
}

export const DEFAULT_POLICY: IssuerPolicy = {
  limits: DEFAULT_LIMITS,
  cutOverHour: 0,
  tokenLifeMs: 300_000,
  oneTimeLifeMs: 30_000,
  oneTimeLongLifeMs: 300_000,
  liveTokensPerCard: 1,
  wrongGuessesMax: 3,
  lockMs: 300_000,
  toleranceMs: 300_000,
  deferredMaxAgeMs: 72 * 3_600_000,
  scanSkewMs: 1_000,
  unconfirmedAfterDays: 3,
  drainPerMinute: 120,
  requestsPerMinute: 1_000_000,
  codeTable: { CHARGE: ['CHARGE'], REFUND: ['REFUND'] },
  cardNotFoundCode: '003_001',
  cardInvalidCode: '006_008',
  answerEncryption: 'A128GCM',
  encryptErrors: false,
};

export type CardStatus = 'active' | 'notReady' | 'suspended' | 'terminated' | 'expired';

/** A card made at the start when the storage does not have it yet. */
export interface SampleCard {
  readonly cardNo: string;
  /** Opening balance, integer won. */
  readonly balance: number;
  readonly status: CardStatus;
  /** False: the card cannot be used in a store (006_005). */
  readonly storeAllowed?: boolean;
  /** False: nothing can be withdrawn from it (009_004). */
  readonly refundAllowed?: boolean;
}

/** Numbers of the public sandbox prefix 949133 with a right check digit, and one published test card. */
export const SAMPLE_CARDS: readonly SampleCard[] = [
  { cardNo: '9491330000000016', balance: 50_000, status: 'active' },
  { cardNo: '9491330000000024', balance: 0, status: 'active' },
  { cardNo: '9491330000000032', balance: 300_000, status: 'active' },
  { cardNo: '9491330000000040', balance: 1_995_000, status: 'active' },
  { cardNo: '9491330000000057', balance: 20_000, status: 'suspended' },
  { cardNo: '9491330000000065', balance: 0, status: 'terminated' },
  { cardNo: '9491330000000073', balance: 10_000, status: 'expired' },
  { cardNo: '9491330000000081', balance: 0, status: 'notReady' },
  { cardNo: '9410000000000005', balance: 100_000, status: 'active' },
];

import type { Random } from '../intent/clock.ts';
import type { IntentTimes, Now } from '../intent/model.ts';

/** What the ledger tells the log; never a card datum. */
export interface LedgerLog {
  readonly level: 'info' | 'warn' | 'error';
  readonly event: 'ledgerOpened' | 'ledgerMigrated' | 'ledgerBroken' | 'listenerFailed' | 'keyMissing';
  readonly code: string | null;
  readonly detail: string;
}

export interface LedgerOptions {
  /** The database file; its directory is made (0700) when it is missing. */
  readonly file: string;
  readonly environment: string;
  readonly merchantId: string;
  readonly terminalId: string;
  /** The 32 bytes, or the path of the key file, which is made (0600) together with a new ledger. */
  readonly key: Uint8Array | string;
  readonly times: IntentTimes;
  /** Names the policy under which decisions are taken (`policyHash` of src/intent). */
  readonly policyHash: string;
  readonly random: Random;
  /** The moment of opening: windows that were running start afresh on the new monotonic clock. */
  readonly now: Now;
  /** Hour in Korea at which the business day begins, for intents without an answer. Default 0. */
  readonly cutOverHour?: number;
  /** How long an ended intent answers for its barcode. Default: the barcode's life. */
  readonly duplicateWindowMs?: number;
  /** Reserve beside the ledger. Default 4 MiB; 0 for none. */
  readonly ballastBytes?: number;
  /** Limit of the database in pages of 4 KiB, to stand for a small disk. Default: none. */
  readonly maxPages?: number;
  /** Opens without the key: reading, verifying and whatever needs no barcode work, the rest says KEY_MISSING. */
  readonly withoutKey?: boolean;
  readonly log?: (entry: LedgerLog) => void;
}

import type { LedgerFaultCode } from './types.ts';

const SENTENCES: Readonly<Record<LedgerFaultCode, string>> = {
  LOCKED: 'another agent holds this ledger, or another program its file',
  FULL: 'no room on the disk: nothing was recorded',
  READ_ONLY: 'the ledger cannot be written: nothing was recorded',
  CORRUPT: 'the ledger file is damaged: quarantine it and restore the last backup',
  NEWER_SCHEMA: 'the ledger was written by a newer version of this program',
  OTHER_ENVIRONMENT: 'the ledger has open intents of another environment, merchant or terminal',
  KEY_MISSING: 'the ledger key is missing or is another key',
  IO: 'reading or writing the ledger failed: the process must end, the next start decides',
};

/** The ledger could not do it and nothing of the call is on disk. `code` says what the caller may do. */
export class LedgerFault extends Error {
  override readonly name = 'LedgerFault';
  readonly code: LedgerFaultCode;
  /** SQLite's own code, for the log. */
  readonly sqliteCode: string | null;

  constructor(code: LedgerFaultCode, detail?: string, sqliteCode: string | null = null) {
    super(detail === undefined ? SENTENCES[code] : `${SENTENCES[code]} (${detail})`);
    this.code = code;
    this.sqliteCode = sqliteCode;
  }
}

/** The same barcode already has an intent that is open or inside its window: ask `facts` before `accept`. */
export class DuplicateScan extends Error {
  override readonly name = 'DuplicateScan';
  readonly sequenceId: string;

  constructor(sequenceId: string) {
    super(`this barcode already is intent ${sequenceId}`);
    this.sequenceId = sequenceId;
  }
}

/** A rule of the ledger itself does not hold (our own mistake, or a file that was edited): never caught inside. */
export class LedgerAssertion extends Error {
  override readonly name = 'LedgerAssertion';
}

/** Assertions stay on. */
export function assertThat(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new LedgerAssertion(sentence);
}

function codeOf(sqliteCode: string): LedgerFaultCode | null {
  if (sqliteCode === 'SQLITE_FULL') return 'FULL';
  if (sqliteCode.startsWith('SQLITE_READONLY') || sqliteCode === 'SQLITE_PERM') return 'READ_ONLY';
  if (sqliteCode.startsWith('SQLITE_CORRUPT') || sqliteCode === 'SQLITE_NOTADB') return 'CORRUPT';
  if (sqliteCode.startsWith('SQLITE_IOERR') || sqliteCode.startsWith('SQLITE_CANTOPEN')) return 'IO';
  if (sqliteCode === 'SQLITE_NOMEM' || sqliteCode.startsWith('SQLITE_PROTOCOL')) return 'IO';
  if (sqliteCode.startsWith('SQLITE_BUSY') || sqliteCode.startsWith('SQLITE_LOCKED')) return 'LOCKED';
  return null;
}

function errorCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

const FILE_CODES: Readonly<Record<string, LedgerFaultCode>> = {
  ENOSPC: 'FULL',
  EDQUOT: 'FULL',
  EROFS: 'READ_ONLY',
  EACCES: 'READ_ONLY',
  EPERM: 'READ_ONLY',
  EIO: 'IO',
};

/**
 * Turns SQLite's and the file system's errors into faults, and what somebody wrote into a row by hand (no JSON): damage like
 * any other, without a code of SQLite. Everything else goes on as it is.
 */
export function faultOf(error: unknown): unknown {
  if (error instanceof LedgerFault) return error;
  if (error instanceof SyntaxError) return new LedgerFault('CORRUPT', 'a row that is no JSON');
  const code = errorCode(error);
  if (code === null) return error;
  const fault = codeOf(code) ?? FILE_CODES[code] ?? null;
  return fault === null ? error : new LedgerFault(fault, code, code);
}

/** Runs `work` and throws what it throws as a LedgerFault where it is one. */
export function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw faultOf(error);
  }
}

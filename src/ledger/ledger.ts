/** The ledger's door: what the rooms above may use. */
export { DuplicateScan, LedgerFault } from './fault.ts';
export { type LedgerLog, type LedgerOptions, openLedger } from './open.ts';
export { quarantineLedger } from './quarantine.ts';
export { openLedgerReadOnly, type ReadOnlyOptions } from './reader.ts';
export { type RestoreOptions, type RestoreReport, restoreLedger } from './restore.ts';
export { type RotateOptions, type RotateReport, rotateLedgerKey } from './rotate.ts';
export { findSecrets, type SecretFinding } from './secrets.ts';
export { verifyApart } from './verify-worker.ts';

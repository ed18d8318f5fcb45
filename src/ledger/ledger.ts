/** The ledger's door: what the rooms above may use. */
export { verifyApart } from './apart.ts';
export { type BackupLog, type BackupPlan, Backups, newestBackupMs } from './backups.ts';
export { DuplicateScan, LedgerFault } from './fault.ts';
export { openLedger } from './open.ts';
export type { LedgerLog, LedgerOptions } from './options.ts';
export { quarantineLedger } from './quarantine.ts';
export { openLedgerReadOnly } from './reader.ts';
export { restoreLedger } from './restore.ts';
export { rotateLedgerKey } from './rotate.ts';
export { findSecrets } from './secrets.ts';

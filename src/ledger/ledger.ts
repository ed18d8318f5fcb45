/** The ledger's door: what the rooms above may use. */
export { DuplicateScan, LedgerFault } from './fault.ts';
export { type LedgerLog, type LedgerOptions, openLedger } from './open.ts';
export { openLedgerReadOnly, type ReadOnlyOptions } from './reader.ts';

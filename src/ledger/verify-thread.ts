import { parentPort, workerData } from 'node:worker_threads';
import { LedgerFault } from './fault.ts';
import { openLedgerReadOnly, type ReadOnlyOptions } from './reader.ts';
import type { LedgerFaultCode, VerifyOptions, VerifyReport } from './types.ts';

export interface VerifyJob extends ReadOnlyOptions {
  readonly verify?: VerifyOptions;
}

export type VerifyMessage =
  | { readonly ok: true; readonly report: VerifyReport }
  | { readonly ok: false; readonly code: LedgerFaultCode | null; readonly text: string };

function run(job: VerifyJob): VerifyMessage {
  try {
    const reader = openLedgerReadOnly(job);
    try {
      return { ok: true, report: reader.verify(job.verify) };
    } finally {
      reader.close();
    }
  } catch (error) {
    const code = error instanceof LedgerFault ? error.code : null;
    return { ok: false, code, text: error instanceof Error ? error.message : 'unknown' };
  }
}

// Loaded for its types outside a worker, it does nothing.
parentPort?.postMessage(run(workerData as VerifyJob));

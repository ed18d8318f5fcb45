import { parentPort, workerData } from 'node:worker_threads';
import { LedgerFault } from './fault.ts';
import { openLedgerReadOnly } from './reader.ts';
import type { BackupReport, LedgerFaultCode, VerifyOptions, VerifyReport } from './types.ts';

/** What may be done beside the agent in a thread of its own: no lock, no key. */
export type ApartJob =
  | { readonly kind: 'verify'; readonly file: string; readonly verify?: VerifyOptions }
  | { readonly kind: 'backup'; readonly file: string; readonly to: string };

export type ApartMessage =
  | { readonly ok: true; readonly report: VerifyReport | BackupReport }
  | { readonly ok: false; readonly code: LedgerFaultCode | null; readonly text: string };

async function run(job: ApartJob): Promise<ApartMessage> {
  try {
    const reader = openLedgerReadOnly({ file: job.file });
    try {
      const report = job.kind === 'verify' ? reader.verify(job.verify) : await reader.backup(job.to);
      return { ok: true, report };
    } finally {
      reader.close();
    }
  } catch (error) {
    const code = error instanceof LedgerFault ? error.code : null;
    return { ok: false, code, text: error instanceof Error ? error.message : 'unknown' };
  }
}

// Loaded for its types outside a worker, it does nothing.
if (parentPort !== null) parentPort.postMessage(await run(workerData as ApartJob));

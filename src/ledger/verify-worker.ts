import { Worker } from 'node:worker_threads';
import { LedgerFault } from './fault.ts';
import type { VerifyReport } from './types.ts';
import type { VerifyJob, VerifyMessage } from './verify-thread.ts';

/**
 * Verifies beside the agent in a thread of its own, so that scans and pages go on meanwhile. Reads one moment, needs no
 * key and no lock. Throws LedgerFault like `openLedgerReadOnly`; `signal` gives it up.
 */
export async function verifyApart(job: VerifyJob, signal?: AbortSignal): Promise<VerifyReport> {
  const worker = new Worker(new URL('./verify-thread.ts', import.meta.url), { workerData: job });
  try {
    return await new Promise<VerifyReport>((resolve, reject) => {
      worker.once('message', (message: VerifyMessage) => {
        if (message.ok) resolve(message.report);
        else
          reject(message.code === null ? new Error(message.text) : new LedgerFault(message.code, 'verify'));
      });
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('verification ended without a report')));
      signal?.addEventListener('abort', () => reject(new Error('verification was given up')), { once: true });
    });
  } finally {
    await worker.terminate();
  }
}

import { Worker } from 'node:worker_threads';
import type { ApartJob, ApartMessage } from './apart-thread.ts';
import { LedgerFault } from './fault.ts';
import type { BackupReport, VerifyOptions, VerifyReport } from './types.ts';

async function apart(job: ApartJob, signal?: AbortSignal): Promise<VerifyReport | BackupReport> {
  const givenUp = (): Error => new Error(`${job.kind} was given up`);
  if (signal?.aborted === true) throw givenUp();
  let giveUp = (): void => undefined;
  const worker = new Worker(new URL('./apart-thread.ts', import.meta.url), { workerData: job });
  try {
    return await new Promise<VerifyReport | BackupReport>((resolve, reject) => {
      worker.once('message', (message: ApartMessage) => {
        if (message.ok) resolve(message.report);
        else
          reject(message.code === null ? new Error(message.text) : new LedgerFault(message.code, job.kind));
      });
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error(`${job.kind} ended without a report`)));
      giveUp = () => reject(givenUp());
      signal?.addEventListener('abort', giveUp);
    });
  } finally {
    // The signal may outlive thousands of jobs.
    signal?.removeEventListener('abort', giveUp);
    await worker.terminate();
  }
}

/**
 * Verifies beside the agent in a thread of its own, so that scans and pages go on meanwhile. Reads one moment, needs no
 * key and no lock. Throws LedgerFault like `openLedgerReadOnly`; `signal` gives it up.
 */
export async function verifyApart(
  job: { readonly file: string; readonly verify?: VerifyOptions },
  signal?: AbortSignal,
): Promise<VerifyReport> {
  return (await apart({ kind: 'verify', ...job }, signal)) as VerifyReport;
}

/** Backs up beside the agent in a thread of its own; the file `to` is complete or absent. */
export async function backupApart(
  job: { readonly file: string; readonly to: string },
  signal?: AbortSignal,
): Promise<BackupReport> {
  return (await apart({ kind: 'backup', ...job }, signal)) as BackupReport;
}

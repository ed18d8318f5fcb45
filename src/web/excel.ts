/** The payments of a filter as an Excel workbook, made in a thread of its own: scans and presses go on meanwhile. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { PaymentsQuery } from './bodies.ts';
import type { ExcelMessage } from './excel-thread.ts';
import { pagesOf } from './export.ts';
import { ApiFault } from './fault.ts';
import type { WebOptions } from './options.ts';
import { paymentRow } from './payments.ts';

/** A workbook is made as a whole: so many rows take some seconds and some hundred MB of the thread. */
const EXCEL_ROWS_MAX = 50_000;
const MEMORY_MB = 512;
/** Then it is given up. */
export const EXCEL_MS_MAX = 60_000;

/** One at a time: the thread's memory is not for the asking. */
let isMaking = false;

/** Throws ApiFault TOO_MANY while another one is being made, FAULT when it could not be made. */
export async function exportExcel(options: WebOptions, query: PaymentsQuery): Promise<Uint8Array> {
  if (isMaking) throw new ApiFault(429, 'TOO_MANY', 'another workbook is being made');
  isMaking = true;
  const worker = new Worker(new URL('./excel-thread.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  try {
    // An error of the thread rejects this, whenever it comes.
    const made = once(worker, 'message', { signal: AbortSignal.timeout(EXCEL_MS_MAX) });
    const [[file]] = await Promise.all([made, feed(worker, options, query)]);
    return file as Uint8Array;
  } catch (error) {
    if (error instanceof Error && error.name === 'LedgerFault') throw error;
    throw new ApiFault(500, 'FAULT', 'the workbook could not be made');
  } finally {
    isMaking = false;
    await worker.terminate();
  }
}

async function feed(worker: Worker, options: WebOptions, query: PaymentsQuery): Promise<void> {
  const tell = (message: ExcelMessage): void => worker.postMessage(message);
  let count = 0;
  for await (const intents of pagesOf(options, query, EXCEL_ROWS_MAX + 1)) {
    const room = EXCEL_ROWS_MAX - count;
    tell({ rows: intents.slice(0, room).map((intent) => paymentRow(options, intent)) });
    count += intents.length;
  }
  tell({ end: true, cut: count > EXCEL_ROWS_MAX });
}

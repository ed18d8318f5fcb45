/** The thread that makes one workbook: rows come in pages, `end` is answered with the file. */
import { parentPort } from 'node:worker_threads';
import writeExcelFile, { type Row } from 'write-excel-file/node';
import type { PaymentRow } from './api/payments.ts';

export type ExcelMessage =
  | { readonly rows: readonly PaymentRow[] }
  /** `cut`: there were more rows than the file takes. */
  | { readonly end: true; readonly cut: boolean };

const KST_OFFSET_MS = 9 * 3_600_000;
const HEAD = [
  'scannedAt (KST)',
  'businessDate',
  'type',
  'amount',
  'host',
  'cash',
  'deferred',
  'card',
  'sequenceId',
  'approvalCode',
  'nrNumber',
  'station',
  'cashier',
  'declineCode',
  'cases',
];
const WIDTHS = [20, 13, 10, 12, 11, 12, 9, 18, 30, 13, 20, 8, 9, 12, 24];
const CUT = 'There are more payments: narrow the filter, or export as CSV.';

/** Codes are text cells, so that none is taken for a formula or loses its zeros; amounts and times count as such. */
function cells(row: PaymentRow): Row {
  return [
    // A workbook knows no time zone: the cell holds the time as the clock in the store showed it.
    { type: Date, value: new Date(row.scannedAtMs + KST_OFFSET_MS), format: 'yyyy-mm-dd hh:mm:ss' },
    text(row.businessDate),
    text(row.type),
    { type: Number, value: row.amount, format: '#,##0' },
    text(row.host),
    text(row.cash),
    { type: Number, value: row.deferred ? 1 : 0 },
    text(`${row.bin}******${row.last4}`),
    text(row.sequenceId),
    text(row.approvalCode),
    text(row.nrNumber),
    text(row.stationId),
    text(row.cashier),
    text(row.declineCode),
    text(row.cases.join(' ')),
  ];
}

function text(value: string | null): Row[number] {
  return value === null || value === '' ? null : { type: String, value };
}

const sheet: Row[] = [HEAD.map((value) => ({ type: String, value, fontWeight: 'bold' as const }))];

async function take(message: ExcelMessage): Promise<void> {
  if ('rows' in message) {
    for (const row of message.rows) sheet.push(cells(row));
    return;
  }
  if (message.cut) sheet.push([text(CUT)]);
  const file = await writeExcelFile(sheet, {
    sheet: 'payments',
    columns: WIDTHS.map((width) => ({ width })),
    stickyRowsCount: 1,
  }).toBuffer();
  parentPort?.postMessage(Uint8Array.from(file));
}

// Loaded for its types outside a thread, it does nothing.
parentPort?.on('message', (message: ExcelMessage) => {
  take(message).catch((error: unknown) => {
    // Out of the promise, so that the thread ends with the error and whoever waits is told.
    setImmediate(() => {
      throw error;
    });
  });
});

/** `ledger export FILE` and `ledger backup FILE`: copies of the ledger for people and for the day it is needed. */
import { closeSync, existsSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Intent } from '../intent/model.ts';
import type { LedgerReader } from '../ledger/types.ts';
import { CommandError, type CommonOptions, EXIT, type Io, print } from './io.ts';
import { withLedger } from './ledger-access.ts';
import { INTENT_FIELDS, intentView } from './ledger-list.ts';

export interface ExportOptions extends CommonOptions {
  readonly format?: string;
}

const PAGE = 500;

/** All intents, newest first, a bounded number at a time. */
function* allIntents(ledger: LedgerReader): Generator<Intent> {
  let before: string | null = null;
  do {
    const page: ReturnType<LedgerReader['list']> = ledger.list({
      limit: PAGE,
      ...(before === null ? {} : { before }),
    });
    yield* page.intents;
    before = page.older;
  } while (before !== null);
}

/** A cell that a spreadsheet neither splits nor takes for a formula. */
function cell(value: unknown): string {
  const text = Array.isArray(value)
    ? value.join(' ')
    : value === null || value === undefined
      ? ''
      : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) && typeof value !== 'number' ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const FORMATS = {
  csv: {
    head: (): string => `${INTENT_FIELDS.join(',')}\r\n`,
    line: (intent: Intent): string => {
      const view = intentView(intent);
      return `${INTENT_FIELDS.map((field) => cell(view[field])).join(',')}\r\n`;
    },
  },
  jsonl: {
    head: (): string => '',
    line: (intent: Intent): string => `${JSON.stringify(intentView(intent))}\n`,
  },
} as const;

function newFile(io: Io, name: string): string {
  const file = resolve(io.cwd, name);
  if (existsSync(file))
    throw new CommandError(`${file} is there already; nothing was written`, EXIT.wrongUse);
  return file;
}

/** Writes one line per payment, the card masked, into a new file (0600). */
export async function ledgerExport(io: Io, name: string, options: ExportOptions): Promise<number> {
  const format = options.format ?? 'csv';
  if (format !== 'csv' && format !== 'jsonl')
    throw new CommandError('--format is csv or jsonl', EXIT.wrongUse);
  const file = newFile(io, name);
  return withLedger(io, options, (ledger) => {
    const { head, line } = FORMATS[format];
    const handle = openSync(file, 'wx', 0o600);
    let count = 0;
    try {
      writeSync(handle, head());
      for (const intent of allIntents(ledger)) {
        writeSync(handle, line(intent));
        count += 1;
      }
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    print(io, options, { file, payments: count }, `${count} payments are in ${file}`);
    return EXIT.done;
  });
}

/** Copies the ledger, without the vault, beside a running agent. */
export async function ledgerBackup(io: Io, name: string, options: CommonOptions): Promise<number> {
  const file = newFile(io, name);
  return withLedger(io, options, async (ledger) => {
    const report = await ledger.backup(file);
    const text = `The backup is ${file} (${report.bytes} bytes), head ${report.head.index}:${report.head.hash}.\nIt holds no barcode and no key.`;
    print(io, options, report, text);
    return EXIT.done;
  });
}

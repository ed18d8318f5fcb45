/** The payments of a filter as CSV, page by page, so that a long export neither fills the memory nor blocks a scan. */
import { Readable } from 'node:stream';
import { setImmediate as pause } from 'node:timers/promises';
import type { Intent } from '../intent/model.ts';
import type { PaymentsQuery } from './bodies.ts';
import type { WebOptions } from './options.ts';
import { CSV_HEAD, csvLine, listQuery, paymentRow } from './payments.ts';

const PAGE = 200;
const ROWS_MAX = 100_000;
/** Tells a spreadsheet that the text is UTF-8. */
const MARK = '\uFEFF';

export function exportCsv(options: WebOptions, query: PaymentsQuery): Readable {
  return Readable.from(lines(options, query));
}

async function* lines(options: WebOptions, query: PaymentsQuery): AsyncGenerator<string> {
  yield MARK + CSV_HEAD;
  for await (const intents of pagesOf(options, query, ROWS_MAX)) {
    yield intents.map((intent) => csvLine(paymentRow(options, intent))).join('');
  }
}

/** The payments of a filter from the newest on, at least `most` of them if there are so many; others run in between. */
export async function* pagesOf(
  options: Pick<WebOptions, 'ledger'>,
  query: PaymentsQuery,
  most: number,
): AsyncGenerator<readonly Intent[]> {
  const { before: _before, after: _after, ...filter } = query;
  let before: string | null = null;
  // Each page lies before the last one, so this ends also where most of them are empty.
  for (let rows = 0; rows < most; ) {
    const page = options.ledger.list({
      ...listQuery({ ...filter, limit: PAGE }),
      ...(before === null ? {} : { before }),
    });
    yield page.intents;
    rows += page.intents.length;
    before = page.older;
    if (before === null) return;
    await pause();
  }
}

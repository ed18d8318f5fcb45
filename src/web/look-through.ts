/** Pages of the list through filters that no index serves: window by window, scans and screens served in between. */
import { setImmediate } from 'node:timers/promises';
import type { LedgerReader, ListPage, ListQuery } from '../ledger/types.ts';

/** Some 600,000 entries: a second or two at the most; whoever wants older ones still goes on from there. */
const WINDOWS_MAX = 60;

/** One whole page: goes on where the ledger's window ended before the page was full, until it is, or all is looked through. */
export async function lookThrough(ledger: Pick<LedgerReader, 'list'>, query: ListQuery): Promise<ListPage> {
  let page = ledger.list(query);
  for (let windows = 1; windows < WINDOWS_MAX && page.intents.length < query.limit; windows += 1) {
    const isForward = query.after !== undefined;
    const behind = isForward ? page.newer : page.older;
    if (behind === null) return page;
    await setImmediate();
    const place = isForward ? { after: behind } : { before: behind };
    page = joined(query, page, ledger.list({ ...query, ...place, limit: query.limit - page.intents.length }));
  }
  return page;
}

/** `more` lies behind `page` in the direction of the query. */
function joined(query: ListQuery, page: ListPage, more: ListPage): ListPage {
  const isEmpty = page.intents.length === 0;
  const unread = [...(page.unread ?? []), ...(more.unread ?? [])];
  const left = unread.length === 0 ? {} : { unread };
  if (query.after !== undefined) {
    return {
      intents: [...more.intents, ...page.intents],
      older: isEmpty ? (more.older ?? page.older) : page.older,
      newer: more.newer,
      ...left,
    };
  }
  const isFirst = query.before === undefined;
  return {
    intents: [...page.intents, ...more.intents],
    older: more.older,
    newer: isEmpty && !isFirst ? (more.newer ?? page.newer) : page.newer,
    ...left,
  };
}

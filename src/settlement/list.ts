/** Reads the issuer's list of one business day to its end, and believes it only when it is whole and adds up. */
import type { Answered, SettlementItem, TransactionsAnswer } from '../konaplate/settlement.ts';
import { SettlementFault } from './fault.ts';
import { sameTotals, Totals } from './items.ts';

const PAGE = 500;
/** A million items: more than a terminal can make in a day. */
const PAGES_MAX = 2_000;
/** A list that is not final may grow between its pages. */
const TRIES = 3;

export interface ListAsk {
  readonly businessDate: string;
  readonly terminalId: string;
  readonly cursor?: string;
  readonly limit: number;
}
export type AskList = (request: ListAsk) => Promise<Answered<TransactionsAnswer>>;

export interface IssuerList {
  readonly final: boolean;
  readonly asOf: string;
  readonly totals: TransactionsAnswer['totals'];
  readonly items: number;
}

/** Why there was no list: the answer's class and what it said. */
export function whyOf(answer: Exclude<Answered<unknown>, { class: 'answered' }>): string {
  return 'why' in answer ? answer.why : answer.code;
}

/**
 * Gives every item once to `take`, page by page, and the list's own words at the end. Throws SettlementFault: NO_ANSWER
 * with the reason, LIST_BROKEN for a list that holds another day's or terminal's items, runs in a circle or does not add
 * up. `begin` is called before the first item of each try.
 */
export async function readList(
  ask: AskList,
  businessDate: string,
  terminalId: string,
  begin: () => (item: SettlementItem) => void,
): Promise<IssuerList> {
  for (let tries = 1; ; tries += 1) {
    const { last, totals, items } = await readOnce(ask, businessDate, terminalId, begin());
    if (sameTotals(totals.list(), last.totals)) {
      return { final: last.final, asOf: last.asOf, totals: last.totals, items };
    }
    if (last.final || tries === TRIES) {
      throw new SettlementFault('LIST_BROKEN', "the issuer's items do not add up to its own figures");
    }
  }
}

async function readOnce(
  ask: AskList,
  businessDate: string,
  terminalId: string,
  take: (item: SettlementItem) => void,
): Promise<{ readonly last: TransactionsAnswer; readonly totals: Totals; readonly items: number }> {
  const totals = new Totals();
  const cursors = new Set<string>();
  let items = 0;
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const next = cursor === undefined ? {} : { cursor };
    const answer = await ask({ businessDate, terminalId, limit: PAGE, ...next });
    if (answer.class !== 'answered') throw new SettlementFault('NO_ANSWER', whyOf(answer));
    for (const item of answer.value.items) {
      if (item.businessDate !== businessDate || item.terminalId !== terminalId) {
        throw new SettlementFault(
          'LIST_BROKEN',
          "the issuer's list holds an item of another day or terminal",
        );
      }
      totals.add(item.type, item.state, item.amount);
      items += 1;
      take(item);
    }
    cursor = answer.value.nextCursor;
    if (cursor === undefined) return { last: answer.value, totals, items };
    if (cursors.has(cursor)) break;
    cursors.add(cursor);
  }
  throw new SettlementFault('LIST_BROKEN', "the issuer's list does not end");
}

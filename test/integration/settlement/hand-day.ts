/** The business day of a terminal with one approved charge of yesterday, an issuer that says what a test tells it, and a clock that moves only by hand. */
import { expect } from 'vitest';
import type {
  Answered,
  AnswerMeta,
  CloseAnswer,
  CloseRequest,
  TransactionsAnswer,
} from '../../../src/konaplate/settlement.ts';
import type { Ledger } from '../../../src/ledger/types.ts';
import type { ListAsk } from '../../../src/settlement/list.ts';
import { Settlement, type SettlementOptions } from '../../../src/settlement/settlement.ts';
import { approvalOf, approveCharge, createShop } from '../ledger/shop.ts';
import { HandClock } from '../sync/counter.ts';

export const YESTERDAY = approvalOf(1).businessDate;
export const MINUTE_MS = 60_000;
export const TODAY = '20260724';
export const META: AnswerMeta = {
  issuerEpoch: 'first',
  businessDate: TODAY,
  correlationId: '260724000000-0000001',
  clockOffsetMs: null,
  bytesWritten: 1,
  elapsedMs: 1,
};

/** A list without items. */
export function listOf(
  final: boolean,
  totals: TransactionsAnswer['totals'] = [],
): Answered<TransactionsAnswer> {
  return { class: 'answered', value: { asOf: '20260724000010000', final, totals, items: [] }, meta: META };
}

export interface HandDay {
  readonly ledger: Ledger;
  readonly clock: HandClock;
  settlement: Settlement;
  /** Dates whose list was asked for, in order, and how many closes were sent. */
  readonly asked: string[];
  /** What the till would be told; at the end there must be none that a test did not take away. */
  readonly faults: unknown[];
  closes: number;
  /** yyyyMMdd that is open at the issuer. */
  openDate: string;
  sayList(ask: ListAsk): Answered<TransactionsAnswer>;
  sayClose(request: CloseRequest): Answered<CloseAnswer>;
  lineChanged(): void;
  /** The process ends and the next one finds what the ledger holds. */
  startAgain(): Promise<void>;
  end(): Promise<void>;
}

/** `openDate`: what the issuer says at the start. `before`: what the ledger holds besides when the settlement starts. */
export async function startHandDay(
  openDate: string = TODAY,
  before: (ledger: Ledger, clock: HandClock) => void = () => {},
): Promise<HandDay> {
  const clock = new HandClock();
  const shop = createShop({ now: clock.now() });
  const ledger = shop.open();
  approveCharge(ledger, clock.now(), 1);
  before(ledger, clock);
  const faults: unknown[] = [];
  let listener = (): void => {};
  const options: SettlementOptions = {
    ledger,
    issuer: {
      transactions: async (ask) => {
        day.asked.push(ask.businessDate);
        return day.sayList(ask);
      },
      close: async (request) => {
        day.closes += 1;
        return day.sayClose(request);
      },
      businessDate: () => day.openDate,
      cutOverHour: () => 0,
      onChange: (heard) => {
        listener = heard;
        return () => {};
      },
    },
    clock,
    version: '1',
    verify: async () => ledger.verify(),
    merchantId: 'M00000000000001',
    store: '가나편의점',
    terminalId: 'T0000001',
    onFault: (fault) => faults.push(fault),
  };
  const day: HandDay = {
    ledger,
    clock,
    settlement: new Settlement(options),
    asked: [],
    faults,
    closes: 0,
    openDate,
    sayList: () => listOf(false),
    sayClose: () => ({ class: 'nothingLeft', why: 'CONNECT_FAILED' }),
    lineChanged: () => listener(),
    async startAgain() {
      await day.settlement.stop();
      day.settlement = new Settlement(options);
      day.settlement.start();
      await clock.advance(0);
    },
    async end() {
      await day.settlement.stop();
      ledger.close();
      shop.remove();
      expect(faults).toEqual([]);
    },
  };
  day.settlement.start();
  await clock.advance(0);
  return day;
}

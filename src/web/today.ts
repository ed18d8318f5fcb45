/** The day at a glance: sums from the ledger's summary, and won per hour for the chart, kept up by the commits. */
import type { Intent } from '../intent/model.ts';
import type { Committed, LedgerSummary } from '../ledger/types.ts';
import { readDay } from '../settlement/read.ts';
import { businessDayStartMs, kstDate } from '../station/kst.ts';
import type { CountSum } from './api/common.ts';
import type { TodayAnswer } from './api/manager.ts';
import { lineAnswer } from './line.ts';
import type { WebOptions } from './options.ts';
import { paymentRow } from './payments.ts';
import { unreadPayments } from './unread.ts';

const HOUR_MS = 3_600_000;
/** Payments of one day that are read when the chart is first asked for. */
const PRIME_MAX = 20_000;
const PAGE = 500;
const OLDEST_CASES = 5;

type TodayOptions = Pick<
  WebOptions,
  'ledger' | 'board' | 'worker' | 'clock' | 'policy' | 'pinAbove' | 'unclaimedAfterMs' | 'scanners'
>;

interface Hour {
  charges: number;
  refunds: number;
  reversed: number;
}

export class Today {
  readonly #options: TodayOptions;
  #startMs = -1;
  /** Payments of the day that could not be read when the chart was made. */
  #unread: string[] = [];
  #hours: Hour[] = [];

  constructor(options: TodayOptions) {
    this.#options = options;
  }

  /** Call it for every commit. */
  update({ intent, record }: Pick<Committed, 'intent' | 'record'>): void {
    const { host } = record.set;
    // A refused void only brings the approval back that was counted already.
    if (host === undefined || this.#startMs < 0 || record.event === 'voidRefused') return;
    this.#count(intent, host, record.atMs);
  }

  answer(): TodayAnswer {
    const { ledger, board, worker, clock, policy, scanners } = this.#options;
    const status = worker.status();
    const now = clock.now();
    const startMs = businessDayStartMs(now.wallMs, status.cutOverHour ?? 0);
    const businessDate = status.businessDate ?? kstDate(startMs);
    if (startMs !== this.#startMs) this.#prime(startMs, businessDate);
    const summary = ledger.summary(businessDate);
    const totals = board.totals();
    const list = scanners.list();
    const cases = board.select((intent) => intent.cases.length > 0);
    return {
      asOfMs: now.wallMs,
      businessDate,
      chargesApproved: approvedOf(summary, 'CHARGE'),
      refundsApproved: approvedOf(summary, 'REFUND'),
      reversedOrVoided: add(
        sumOf(summary, 'CHARGE', ['reversing', 'reversed', 'voided']),
        sumOf(summary, 'REFUND', ['reversing', 'reversed']),
      ),
      later: { ...totals.later, limit: policy.later.sum },
      payoutDue: totals.payoutDue,
      returnDue: totals.returnDue,
      reversing: totals.reversing,
      cases: totals.cases.count,
      expectedCash: this.#expectedCash(businessDate),
      unread: unreadPayments(this.#options, this.#unread),
      oldestCases: cases.slice(-OLDEST_CASES).map((intent) => paymentRow(this.#options, intent)),
      line: lineAnswer(status),
      clockConfirmed: status.clockConfirmed,
      scannersReady: list.filter((entry) => entry.status.state === 'ready').length,
      scanners: list.length,
      hours: this.#hoursUntil(now.wallMs),
    };
  }

  /** Blind: whoever counts must not know what should be there. */
  #expectedCash(businessDate: string): number | null {
    const { ledger } = this.#options;
    return readDay(ledger, businessDate).counts.length === 0 ? null : ledger.balances().cash_drawer;
  }

  #hoursUntil(wallMs: number): TodayAnswer['hours'] {
    const count = Math.min(Math.floor((wallMs - this.#startMs) / HOUR_MS) + 1, 24);
    return Array.from({ length: Math.max(count, 1) }, (_, index) => ({
      atMs: this.#startMs + index * HOUR_MS,
      ...(this.#hours[index] ?? { charges: 0, refunds: 0, reversed: 0 }),
    }));
  }

  #prime(startMs: number, businessDate: string): void {
    this.#startMs = startMs;
    this.#unread = [];
    this.#hours = Array.from({ length: 24 }, () => ({ charges: 0, refunds: 0, reversed: 0 }));
    let before: string | null = null;
    for (let read = 0; read < PRIME_MAX; read += PAGE) {
      const page = this.#options.ledger.list({
        limit: PAGE,
        readableOnly: true,
        businessDateFrom: businessDate,
        businessDateTo: businessDate,
        ...(before === null ? {} : { before }),
      });
      for (const intent of page.intents) {
        if (intent.approval !== null) this.#count(intent, 'approved', intent.scannedAtMs);
        if (intent.host !== 'approved') this.#count(intent, intent.host, intent.scannedAtMs);
      }
      this.#unread.push(...(page.unread ?? []));
      before = page.older;
      if (before === null) return;
    }
  }

  #count(intent: Intent, host: Intent['host'], atMs: number): void {
    const hour = this.#hours[Math.floor((atMs - this.#startMs) / HOUR_MS)];
    if (hour === undefined) return;
    if (host === 'approved' && intent.type === 'CHARGE') hour.charges += intent.amount;
    else if (host === 'approved') hour.refunds += intent.amount;
    else if (host === 'reversed' || host === 'voided') hour.reversed += intent.amount;
  }
}

/** Approved payments of one type in a summary. */
export function approvedOf(summary: LedgerSummary, type: 'CHARGE' | 'REFUND'): CountSum {
  return sumOf(summary, type, ['approved', 'voiding']);
}

function sumOf(summary: LedgerSummary, type: string, hosts: readonly string[]): CountSum {
  let total: CountSum = { count: 0, sum: 0 };
  for (const [key, value] of Object.entries(summary.byState)) {
    const [keyType, host] = key.split('.');
    if (keyType === type && host !== undefined && hosts.includes(host)) total = add(total, value);
  }
  return total;
}

function add(left: CountSum, right: CountSum): CountSum {
  return { count: left.count + right.count, sum: left.sum + right.sum };
}

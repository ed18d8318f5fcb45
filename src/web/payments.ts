/** Payments as the manager's pages show them: rows, one payment with its timeline, filters. Masked throughout. */
import type { Intent } from '../intent/model.ts';
import { positionOf } from '../intent/positions.ts';
import { isUnclaimed } from '../intent/state.ts';
import { chainHash } from '../ledger/canonical.ts';
import type { JournalEntry, Ledger, ListQuery } from '../ledger/types.ts';
import { writtenReference } from '../station/ids.ts';
import { paperOf } from '../station/receipt.ts';
import type { PaymentDetail, PaymentRow, TimelineStep } from './api/payments.ts';
import type { PaymentsQuery } from './bodies.ts';
import { type DecisionTerms, isDated, offeredDecisions } from './decisions.ts';
import { ApiFault } from './fault.ts';
import type { StatusSource, WebOptions } from './options.ts';
import { faceForRail } from './papers.ts';
import { readOrKnown } from './unread.ts';

type PaymentOptions = Pick<
  WebOptions,
  'ledger' | 'board' | 'clock' | 'policy' | 'pinAbove' | 'unclaimedAfterMs'
> &
  StatusSource;

const STEPS_MAX = 500;
/** Events that the issuer's answers cause. */
const ISSUER_EVENTS: ReadonlySet<string> = new Set([
  'approved',
  'declined',
  'notProcessed',
  'ambiguous',
  'inquiry',
  'netCancelAcknowledged',
  'netCancelRefused',
  'voidDone',
  'voidRefused',
]);

export function paymentRow(options: PaymentOptions, intent: Intent): PaymentRow {
  const due = options.worker.status().due.find((item) => item.sequenceId === intent.sequenceId);
  return {
    sequenceId: intent.sequenceId,
    reference: writtenReference(intent.sequenceId),
    version: intent.version,
    scannedAtMs: intent.scannedAtMs,
    type: intent.type,
    amount: intent.amount,
    host: intent.host,
    cash: intent.cash,
    deferred: intent.deferred,
    bin: intent.bin,
    last4: intent.last4,
    approvalCode: intent.approval?.approvalCode ?? null,
    nrNumber: intent.approval?.nrNumber ?? null,
    stationId: intent.stationId,
    cashier: cashierOf(options.ledger, intent.sequenceId),
    businessDate: intent.businessDate,
    cases: intent.cases,
    unclaimed: isUnclaimed(intent),
    question: intent.question,
    declineCode: intent.declineCode,
    next: due === undefined ? null : { what: due.request, atMs: due.atMs },
  };
}

export function decisionTerms(
  options: Pick<WebOptions, 'clock' | 'policy' | 'unclaimedAfterMs' | 'ledger'> & StatusSource,
): DecisionTerms {
  const { wallMs } = options.clock.now();
  const { businessDate } = options.worker.status();
  const isSealed = businessDate !== null && options.ledger.day(businessDate)?.sealedIndex != null;
  return {
    wallMs,
    // A scan that a wrong clock dated is as old as the first entry about it that bears a day that may be.
    datedMs: ({ sequenceId, scannedAtMs }) =>
      isDated(scannedAtMs, wallMs)
        ? scannedAtMs
        : (options.ledger.timeline(sequenceId).find(({ atMs }) => isDated(atMs, wallMs))?.atMs ?? null),
    voidWindowMs: options.policy.times.voidWindowMs,
    openBusinessDate: isSealed ? null : businessDate,
    unclaimedAfterMs: options.unclaimedAfterMs,
  };
}

/** The payment with everything a manager may ask about it. Throws ApiFault when there is none. */
export function paymentDetail(options: PaymentOptions, sequenceId: string): PaymentDetail {
  const found = readOrKnown(options, sequenceId);
  if (found === null) throw new ApiFault(404, 'NOT_FOUND', 'no such payment');
  const { intent, isUnread } = found;
  const entries = options.ledger.timeline(sequenceId);
  return {
    ...paymentRow(options, intent),
    unread: isUnread,
    face: faceForRail(options, intent),
    left: intent.left,
    managerNeeded: intent.managerNeeded,
    closedByRestart: intent.closedByRestart,
    acknowledged: intent.acknowledged,
    notProcessedCode: intent.notProcessedCode,
    sends: intent.sends,
    inquiries: intent.inquiries,
    netCancels: intent.netCancels,
    voids: intent.voids.map(({ cancelId, outcome, code }) => ({
      cancelId,
      outcome: outcome ?? null,
      code: code ?? null,
    })),
    steps: timeline(entries),
    postings: Object.entries(positionOf(intent)).map(([account, amount]) => ({ account, amount })),
    decisions:
      !isUnread && entries.every(isVerified)
        ? offeredDecisions(intent, decisionTerms(options), options.pinAbove)
        : [],
    canInquire: !isUnread && intent.bytesMayHaveLeft,
    canNetCancelAgain: !isUnread && intent.host === 'reversing',
    receipt: isUnread ? null : paperOf(intent),
  };
}

/** The entry is the one that its hash was made of. */
export function isVerified({
  index,
  atMs,
  kind,
  sequenceId,
  body,
  previousHash,
  hash,
}: JournalEntry): boolean {
  return chainHash({ index, atMs, kind, sequenceId, body }, previousHash) === hash;
}

const CASHIER = '"role":"cashier"';

/** Number of the first cashier who did something for the payment. */
function cashierOf(ledger: Pick<Ledger, 'timeline'>, sequenceId: string): string | null {
  for (const { body } of ledger.timeline(sequenceId)) {
    const id = body.includes(CASHIER) ? text(record(record(JSON.parse(body)).actor).id) : null;
    if (id !== null) return id;
  }
  return null;
}

/** Steps from journal entries, oldest first; the newest ones when there are too many. */
export function timeline(entries: readonly JournalEntry[]): readonly TimelineStep[] {
  let host: TimelineStep['host'] = null;
  let cash: TimelineStep['cash'] = null;
  let before: number | null = null;
  const steps = entries.map((entry): TimelineStep => {
    const body = record(JSON.parse(entry.body));
    const set = record(body.set);
    const detail = record(body.detail);
    const actor = record(body.actor);
    host = (set.host as TimelineStep['host'] | undefined) ?? host;
    cash = (set.cash as TimelineStep['cash'] | undefined) ?? cash;
    const gapMs = before === null ? 0 : entry.atMs - before;
    before = entry.atMs;
    return {
      index: entry.index,
      atMs: entry.atMs,
      gapMs,
      by: byOf(entry.kind, text(actor.role)),
      who: text(actor.id),
      reason: text(actor.reason),
      event: entry.kind,
      code: text(detail.code) ?? text(detail.result),
      host,
      cash,
      attempt: number(set.sends) ?? number(set.inquiries) ?? number(set.netCancels),
      answerClass: text(detail.class) ?? (ISSUER_EVENTS.has(entry.kind) ? entry.kind : null),
      bytesWritten: number(detail.bytesWritten),
      hash: entry.hash.slice(0, 8),
      verified: isVerified(entry),
    };
  });
  return steps.slice(-STEPS_MAX);
}

/** The ledger's query for the page's filters. */
export function listQuery(query: PaymentsQuery): ListQuery {
  return {
    limit: query.limit,
    ...(query.before === undefined ? {} : { before: query.before }),
    ...(query.after === undefined ? {} : { after: query.after }),
    ...(query.from === undefined ? {} : { businessDateFrom: query.from }),
    ...(query.to === undefined ? {} : { businessDateTo: query.to }),
    ...(query.type === undefined ? {} : { type: query.type }),
    ...(query.group === undefined ? {} : { group: query.group }),
    ...(query.later === undefined ? {} : { deferred: query.later === '1' }),
    ...(query.station === undefined ? {} : { stationId: query.station }),
    ...(query.cashier === undefined ? {} : { cashier: query.cashier }),
    ...(query.amountFrom === undefined ? {} : { amountFrom: query.amountFrom }),
    ...(query.amountTo === undefined ? {} : { amountTo: query.amountTo }),
    ...(query.text === undefined ? {} : { text: query.text.replaceAll('-', '') }),
  };
}

/** One line of the export; every field is code, number or date, so none can be taken for a formula. */
export function csvLine(row: PaymentRow): string {
  const fields = [
    new Date(row.scannedAtMs).toISOString(),
    row.businessDate ?? '',
    row.type,
    String(row.amount),
    row.host,
    row.cash,
    row.deferred ? '1' : '0',
    `${row.bin}******${row.last4}`,
    row.sequenceId,
    row.approvalCode ?? '',
    row.nrNumber ?? '',
    row.stationId,
    row.cashier ?? '',
    row.declineCode ?? '',
    row.cases.join(' '),
  ];
  return `${fields.map(csvField).join(',')}\r\n`;
}

export const CSV_HEAD =
  'scannedAt,businessDate,type,amount,host,cash,deferred,card,sequenceId,approvalCode,nrNumber,station,cashier,declineCode,cases\r\n';

function csvField(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function byOf(kind: string, role: string | null): TimelineStep['by'] {
  if (ISSUER_EVENTS.has(kind)) return 'issuer';
  return role === 'cashier' || role === 'manager' ? role : 'terminal';
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

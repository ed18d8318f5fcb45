/** `ledger list` and `ledger show`: what stands in the ledger, the cards masked. */
import { maskedCard } from '../barcode/format.ts';
import type { Intent } from '../intent/model.ts';
import type { JournalEntry, LedgerReader, ListQuery } from '../ledger/types.ts';
import { CommandError, type CommonOptions, EXIT, type Io, print } from './io.ts';
import { withLedger } from './ledger-access.ts';
import { koreanTime, reference, stateOf, table, won } from './table.ts';

export interface ListOptions extends CommonOptions {
  readonly limit?: string;
  readonly type?: string;
  readonly group?: string;
  readonly date?: string;
  readonly search?: string;
  readonly before?: string;
}

const LIMIT_MAX = 1_000;
const GROUPS = ['ended', 'running', 'owed', 'case'] as const;

function wrongUse(text: string): CommandError {
  return new CommandError(text, EXIT.wrongUse);
}

function queryOf(options: ListOptions): ListQuery {
  const limit = Number(options.limit ?? 20);
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX)
    throw wrongUse(`--limit is 1 to ${LIMIT_MAX}`);
  const type = options.type?.toUpperCase();
  if (type !== undefined && type !== 'CHARGE' && type !== 'REFUND')
    throw wrongUse('--type is CHARGE or REFUND');
  const group = GROUPS.find((name) => name === options.group);
  if (options.group !== undefined && group === undefined)
    throw wrongUse(`--group is one of ${GROUPS.join(', ')}`);
  const date = options.date?.replaceAll('-', '');
  if (date !== undefined && !/^\d{8}$/.test(date))
    throw wrongUse('--date is a business day such as 2026-07-23');
  return {
    limit,
    ...(type === undefined ? {} : { type }),
    ...(group === undefined ? {} : { group }),
    ...(date === undefined ? {} : { businessDateFrom: date, businessDateTo: date }),
    ...(options.search === undefined ? {} : { text: options.search }),
    ...(options.before === undefined ? {} : { before: options.before }),
  };
}

/** The columns of lists and exports. */
export const INTENT_FIELDS = [
  'sequenceId',
  'reference',
  'scannedAt',
  'type',
  'amount',
  'bin',
  'last4',
  'host',
  'cash',
  'deferred',
  'question',
  'cases',
  'approvalCode',
  'nrNumber',
  'declineCode',
  'businessDate',
  'station',
  'terminalId',
  'version',
] as const;

/** What the command line shows of an intent. */
export function intentView(intent: Intent): Record<(typeof INTENT_FIELDS)[number], unknown> {
  return {
    sequenceId: intent.sequenceId,
    reference: reference(intent.sequenceId),
    scannedAt: new Date(intent.scannedAtMs).toISOString(),
    type: intent.type,
    amount: intent.amount,
    bin: intent.bin,
    last4: intent.last4,
    host: intent.host,
    cash: intent.cash,
    deferred: intent.deferred,
    question: intent.question,
    cases: intent.cases,
    approvalCode: intent.approval?.approvalCode ?? null,
    nrNumber: intent.approval?.nrNumber ?? null,
    declineCode: intent.declineCode,
    businessDate: intent.businessDate,
    station: intent.stationId,
    terminalId: intent.terminalId,
    version: intent.version,
  };
}

export async function ledgerList(io: Io, options: ListOptions): Promise<number> {
  const query = queryOf(options);
  return withLedger(io, options, (ledger) => {
    const page = ledger.list(query);
    const rows = page.intents.map((intent) => [
      koreanTime(intent.scannedAtMs),
      reference(intent.sequenceId),
      intent.type,
      won(intent.amount),
      maskedCard(intent.bin, intent.last4),
      stateOf(intent),
      intent.approval?.approvalCode ?? intent.declineCode ?? '',
    ]);
    const head = ['scanned (Korea)', 'reference', 'type', 'won', 'card', 'host/cash', 'code'];
    const more = page.older === null ? '' : `\nolder ones: --before ${page.older}`;
    const none = page.older === null ? 'No payment.' : 'No payment so far.';
    const text = `${rows.length === 0 ? none : table(head, rows, [3])}${more}`;
    print(io, options, { intents: page.intents.map(intentView), older: page.older }, text);
    return EXIT.done;
  });
}

/** An intent by its sequence id, reference or approval code. */
function find(ledger: LedgerReader, name: string): Intent {
  const exact = ledger.get(name);
  if (exact !== null) return exact;
  const { intents } = ledger.list({ limit: 2, text: name });
  const [first, second] = intents;
  if (first === undefined) throw new CommandError(`no payment is called ${name}`, EXIT.foundWrong);
  if (second !== undefined)
    throw new CommandError(`several payments fit ${name}; give the sequence id`, EXIT.foundWrong);
  return first;
}

function entryLine(entry: JournalEntry): string[] {
  return [String(entry.index), koreanTime(entry.atMs), entry.kind, entry.hash.slice(0, 12)];
}

export async function ledgerShow(io: Io, name: string, options: CommonOptions): Promise<number> {
  return withLedger(io, options, (ledger) => {
    const intent = find(ledger, name);
    const timeline = ledger.timeline(intent.sequenceId);
    const facts = [
      `${intent.type} ${won(intent.amount)} won, card ${maskedCard(intent.bin, intent.last4)}`,
      `sequence id ${intent.sequenceId}, reference ${reference(intent.sequenceId)}`,
      `state ${stateOf(intent)}`,
      ...(intent.approval === null
        ? []
        : [`approval ${intent.approval.approvalCode}, number ${intent.approval.nrNumber}`]),
      ...(intent.declineCode === null ? [] : [`declined with ${intent.declineCode}`]),
    ];
    const text = `${facts.join('\n')}\n\n${table(['entry', 'at (Korea)', 'event', 'hash'], timeline.map(entryLine), [0])}`;
    const entries = timeline.map(({ body, ...entry }) => ({ ...entry, body: JSON.parse(body) as unknown }));
    print(io, options, { intent: intentView(intent), timeline: entries }, text);
    return EXIT.done;
  });
}

/** `day status / reconcile / voucher / close / report`: the business day of the running agent. Exit 1 when something is wrong with it. */
import { writeFileSync } from 'node:fs';
import type { DayAnswer, DayReportAnswer } from '../web/api/day.ts';
import { callAgent } from './control.ts';
import { CommandError, type CommonOptions, EXIT, type Io, print } from './io.ts';
import { koreanTime, table, won } from './table.ts';

export interface DayOptions extends CommonOptions {
  /** yyyyMMdd or yyyy-MM-dd; the open day by default. */
  readonly date?: string;
}
export interface CloseOptions extends DayOptions {
  readonly uncounted?: string;
}
export interface VoucherOptions extends DayOptions {
  /** Reference or sequence id of an item that is missing here. */
  readonly item: string;
  readonly to: string;
  readonly reason: string;
}
export interface ReportOptions extends DayOptions {
  readonly at?: string;
  readonly csv?: boolean;
  readonly output?: string;
}

/** The issuer is read to its end and the ledger verified meanwhile. */
const LONG_MS = 600_000;
const RESULTS = {
  open: 'open',
  wanted: 'cannot confirm: the issuer has not answered yet, it is asked again',
  notAgreed: 'NOT AGREED',
  agreed: 'AGREED and sealed',
} as const;
/** Why the issuer has not answered, where it is not the line. */
const UNANSWERED: Readonly<Record<string, string>> = {
  ASKED_TO_WAIT: 'asked to be asked again later: it is, by itself',
  LEDGER: 'not compared: the day cannot be read from the ledger, tell the installer',
  RECOVERING: 'not asked: the terminal is recovering, a manager takes it on (page Sync)',
  NOT_VERIFIED: 'not asked: the check of the ledger came to no end, it is made again',
  PAYMENTS_UNDER_WAY: 'not asked: payments opened again meanwhile, it is compared again by itself',
  LIST_BROKEN: 'its list contradicts itself: read again by itself, if it stays so tell the issuer',
  BUSY: 'being asked about another close: this one follows by itself',
  '006_907': 'has the day agreed already: compared with its final list by itself',
};
const MADE_ANEW = ": made anew by the terminal itself once it has the issuer's list";

function dateOf({ date }: DayOptions): string | undefined {
  if (date === undefined) return undefined;
  const plain = date.replaceAll('-', '');
  if (!/^\d{8}$/.test(plain)) throw new CommandError('--date takes a day such as 2026-07-23', EXIT.wrongUse);
  return plain;
}

function differences(answer: DayAnswer): number | null {
  return answer.days.find(({ date }) => date === answer.date)?.differences ?? null;
}

function lines(answer: DayAnswer): string {
  const { reconciled, answered } = answer;
  const count = answer.counts.at(-1);
  const rows = (reconciled?.differences ?? []).map((each) => [
    each.category,
    each.reference,
    each.ours === null
      ? '-'
      : `${each.ours.type} ${won(each.ours.amount)} ${each.ours.host}/${each.ours.cash}`,
    each.theirs === null ? '-' : `${each.theirs.type} ${won(each.theirs.amount)} ${each.theirs.state}`,
  ]);
  return [
    `day      ${answer.date}${answer.date === answer.openDate ? ' (open)' : ''}: ${RESULTS[answer.phase]}`,
    `charges  ${answer.charges.count}, ${won(answer.charges.sum)} won; withdrawals ${answer.refunds.count}, ${won(answer.refunds.sum)} won`,
    count === undefined
      ? 'count    none yet'
      : `count    ${won(count.counted)} won, ${won(count.difference)} ${count.difference < 0 ? 'short' : 'over'}${answer.explained === null ? '' : ` (${answer.explained.reason})`}`,
    ...(answer.listed === null
      ? []
      : [
          `listed   this ledger lost payments of this day: reconcile, take over what is missing here by vouchers, then close it${answer.date === answer.openDate ? ' when the day is over' : ''}`,
        ]),
    `open     ${answer.carried.count} items, ${won(answer.carried.sum)} won would be carried over by name`,
    reconciled === null
      ? 'compared not yet'
      : `compared ${koreanTime(reconciled.atMs)}, ${reconciled.final ? 'final list' : 'the list may still grow'}: ${reconciled.categories.matched.count} matched, ${differences(answer) ?? 0} differ, ${reconciled.categories.notYetSent.count} not yet sent`,
    ...(reconciled === null
      ? []
      : [`rules    ${reconciled.rules.map(({ rule, ok }) => `${rule} ${ok ? 'ok' : 'WRONG'}`).join(', ')}`]),
    ...(rows.length === 0 ? [] : [table(['category', 'reference', 'here', 'there'], rows)]),
    ...answer.missingItems.map(
      ({ caseNumber, reference, type, amount, loss }) =>
        `voucher  ${caseNumber} for ${reference}, ${type} ${won(amount)} won, missing here: ${loss ?? 'nothing to book'}`,
    ),
    ...(answered === null
      ? []
      : [
          `issuer   ${answered.result}${answered.code === null ? '' : ` (${answered.code})`}${answer.isMadeAnew ? MADE_ANEW : ''}`,
        ]),
    ...(answer.unanswered === null ? [] : [`issuer   ${unansweredWords(answer.unanswered.why)}`]),
    ...(answer.late.length === 0 ? [] : [`late     ${answer.late.length} booked after the close`]),
  ].join('\n');
}

function unansweredWords(why: string): string {
  const isCode = /^[0-9]{3}_[0-9]{3}$/.test(why);
  return UNANSWERED[why] ?? (isCode ? `not processed: code ${why}, asked again` : `no answer: ${why}`);
}

/** Something that a person must look at: a difference, a rule that fails, a booking after the seal, a past day left open. */
function isWrong(answer: DayAnswer): boolean {
  const isRuleBroken = answer.reconciled?.rules.some(({ ok }) => !ok) === true;
  const isLeft = answer.days.some(
    ({ date, phase }) => answer.openDate !== null && date < answer.openDate && phase !== 'agreed',
  );
  return (
    isRuleBroken ||
    isLeft ||
    (differences(answer) ?? 0) > 0 ||
    answer.phase === 'notAgreed' ||
    answer.late.length > 0
  );
}

function query(values: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const text = new URLSearchParams(given).toString();
  return text === '' ? '' : `?${text}`;
}

async function openDay(io: Io, options: DayOptions): Promise<DayAnswer> {
  return (await callAgent(io, options, `day${query({ date: dateOf(options) })}`)) as DayAnswer;
}

export async function dayStatus(io: Io, options: DayOptions): Promise<number> {
  const answer = await openDay(io, options);
  const days = answer.days.map(({ date, phase, differences: count, named }) => [
    date,
    RESULTS[phase].split(':')[0] ?? '',
    count === null ? '-' : String(count),
    String(named),
  ]);
  const list = days.length === 0 ? [] : [table(['day', 'state', 'differ', 'open'], days, [2, 3])];
  print(io, options, answer, [lines(answer), ...list].join('\n'));
  return isWrong(answer) ? EXIT.foundWrong : EXIT.done;
}

export async function dayReconcile(io: Io, options: DayOptions): Promise<number> {
  const { date } = await openDay(io, options);
  const answer = (await callAgent(io, options, 'day/reconcile', { date }, LONG_MS)) as DayAnswer;
  print(io, options, answer, lines(answer));
  const isBroken = answer.reconciled?.rules.some(({ ok }) => !ok) === true;
  return isBroken || (differences(answer) ?? 0) > 0 ? EXIT.foundWrong : EXIT.done;
}

/** Takes over an item of the issuer's list that this ledger lost; the next comparison has it matched. */
export async function dayVoucher(io: Io, options: VoucherOptions): Promise<number> {
  const { to: loss } = options;
  if (loss !== 'dispute' && loss !== 'store')
    throw new CommandError('--to takes dispute or store', EXIT.wrongUse);
  const reason = options.reason.trim();
  if (reason.length < 3) throw new CommandError('--reason takes at least 3 characters', EXIT.wrongUse);
  const { date, reconciled } = await openDay(io, options);
  const listed = (reconciled?.differences ?? []).filter(
    ({ category, isKnown, reference, sequenceId }) =>
      category === 'missingHere' && !isKnown && (reference === options.item || sequenceId === options.item),
  );
  const [found] = listed;
  if (found === undefined) throw new CommandError(`the last comparison has no ${options.item} missing here`);
  if (listed.length > 1) throw new CommandError(`${options.item} is ambiguous: give the sequence id`);
  const body = { date, sequenceId: found.sequenceId, loss, reason };
  const answer = (await callAgent(io, options, 'day/missing', body)) as DayAnswer;
  print(io, options, answer, lines(answer));
  return EXIT.done;
}

/** Closes a counted day, or with a reason one that nobody counted. */
export async function dayClose(io: Io, options: CloseOptions): Promise<number> {
  const { date } = await openDay(io, options);
  const uncounted = options.uncounted?.trim();
  if (uncounted !== undefined && uncounted.length < 3)
    throw new CommandError('--uncounted takes a reason of at least 3 characters', EXIT.wrongUse);
  const body = { date, ...(uncounted === undefined ? {} : { uncounted }) };
  const answer = (await callAgent(io, options, 'day/close', body, LONG_MS)) as DayAnswer;
  print(io, options, answer, lines(answer));
  return answer.phase === 'agreed' ? EXIT.done : EXIT.foundWrong;
}

/** The report as text, or with --csv as CSV; into a file with --output. Exit 1: the same report had other bytes before. */
export async function dayReport(io: Io, options: ReportOptions): Promise<number> {
  const { date } = await openDay(io, options);
  if (options.at !== undefined && !/^[1-9]\d{0,15}$/.test(options.at))
    throw new CommandError('--at takes a journal index', EXIT.wrongUse);
  const path = `day/report${query({ date, at: options.at })}`;
  const report = (await callAgent(io, options, path, undefined, LONG_MS)) as DayReportAnswer & {
    readonly csv: string;
  };
  const text = options.csv === true ? report.csv : `${report.lines.join('\n')}\n`;
  if (options.output !== undefined) {
    try {
      writeFileSync(options.output, text, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new CommandError(`cannot write ${options.output} (${code ?? 'unknown'})`);
    }
    const { csv: _csv, lines: _lines, ...short } = report;
    print(io, options, short, `${options.output}: ${report.sha256}`);
  } else print(io, options, report, text);
  if (report.differs) io.err('kona-till: this report was made before with other bytes');
  return report.differs ? EXIT.foundWrong : EXIT.done;
}

/** `sync status / now / pause / resume`: the worker of the running agent. */
import type { SyncAnswer } from '../web/api/terminal.ts';
import { callAgent } from './control.ts';
import { CommandError, type CommonOptions, EXIT, type Io, print } from './io.ts';
import { koreanTime, reference, table, won } from './table.ts';

const BREAKER = { closed: 'closed', open: 'open', halfOpen: 'half-open' } as const;

const NOT_KEPT = 'not on disk yet: a restart goes back to what was before; it is tried again by itself';

function breakerText({ state, failures }: SyncAnswer['breaker']): string {
  if (failures === 0) return BREAKER[state];
  return `${BREAKER[state]}, ${failures} ${failures === 1 ? 'failure' : 'failures in a row'}`;
}

function lineText({ line, asOfMs }: SyncAnswer): string {
  const why = line.reason === null ? '' : ` (${line.reason})`;
  const since = `${line.state}${why} since ${koreanTime(line.sinceMs)}`;
  if (line.nextTryMs === null) return since;
  return `${since}, next try ${line.nextTryMs <= asOfMs ? 'now' : koreanTime(line.nextTryMs)}`;
}

/** A manager's pause waits for a manager; an alarm holds back a part only, and ends by itself. */
export function deliveryText({
  pausedBy,
  pauseReason,
  recovering,
  pauseKept,
}: Pick<SyncAnswer, 'pausedBy' | 'pauseReason' | 'recovering' | 'pauseKept'>): string {
  const kept = pauseKept ? '' : `, ${NOT_KEPT}`;
  if (recovering && pausedBy !== 'manager') return `no payment is sent: the terminal is recovering${kept}`;
  const why = pauseReason ?? 'no reason given';
  const texts = {
    manager: `paused by a manager: ${why}${recovering ? ', recovering' : ''}`,
    alarm: `what is credited later is held back by an alarm, and tried again by itself: ${why}`,
  };
  return `${pausedBy === null ? 'on' : texts[pausedBy]}${kept}`;
}

function lines(answer: SyncAnswer): string {
  const rows = answer.due.map((item) => [
    koreanTime(item.scannedAtMs),
    reference(item.sequenceId),
    item.type,
    won(item.amount),
    `${item.host}/${item.cash}`,
    item.next?.what ?? '',
  ]);
  const states = Object.entries(answer.byState)
    .filter(([, { count }]) => count > 0)
    .map(
      ([state, { count, sum }]) =>
        `  ${state.padEnd(10)} ${String(count).padStart(5)}  ${won(sum).padStart(12)} won`,
    );
  return [
    `line     ${lineText(answer)}`,
    `breaker  ${breakerText(answer.breaker)}`,
    `pace     ${paceText(answer.drainPerMinute)}`,
    `delivery ${deliveryText(answer)}`,
    `clock    ${answer.clockConfirmed ? 'confirmed' : 'not confirmed'}${answer.clockOffsetMs === null ? '' : `, the issuer's is ${answer.clockOffsetMs} ms ahead`}`,
    ...states,
    ...(answer.oldestAtMs === null ? [] : [`oldest   scanned ${koreanTime(answer.oldestAtMs)}`]),
    rows.length === 0
      ? 'Nothing waits.'
      : table(['scanned (Korea)', 'reference', 'type', 'won', 'host/cash', 'next'], rows, [3]),
  ].join('\n');
}

function paceText(perMinute: number | null): string {
  return perMinute === null ? 'not told yet' : `${perMinute} a minute of what was left for later`;
}

async function say(io: Io, options: CommonOptions, path: string, body?: object): Promise<SyncAnswer> {
  const answer = (await callAgent(io, options, path, body)) as SyncAnswer;
  print(io, options, answer, lines(answer));
  return answer;
}

/** For what the next start must find: it holds now either way, but whoever relies on it must hear that it may not last. */
async function sayKept(io: Io, options: CommonOptions, path: string, body: object): Promise<number> {
  const { pauseKept } = await say(io, options, path, body);
  if (!pauseKept) throw new CommandError(`this holds now, but is ${NOT_KEPT}`);
  return EXIT.done;
}

export async function syncStatus(io: Io, options: CommonOptions): Promise<number> {
  await say(io, options, 'sync');
  return EXIT.done;
}

export async function syncNow(io: Io, options: CommonOptions): Promise<number> {
  await say(io, options, 'sync/now', {});
  return EXIT.done;
}

export interface PauseOptions extends CommonOptions {
  readonly reason?: string;
}

/** Stops approvals; inquiries and net cancels go on. The reason stands in the journal. */
export function syncPause(io: Io, options: PauseOptions): Promise<number> {
  const reason = options.reason?.trim() ?? '';
  if (reason.length < 3)
    throw new CommandError('--reason TEXT is needed, at least 3 characters', EXIT.wrongUse);
  return sayKept(io, options, 'sync/pause', { reason });
}

export function syncResume(io: Io, options: CommonOptions): Promise<number> {
  return sayKept(io, options, 'sync/resume', {});
}

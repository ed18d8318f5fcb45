import type { Now } from '../intent/model.ts';
import { type Agenda, type Entry, LANES } from './agenda.ts';
import type { LineView } from './line.ts';
import type { Session } from './session.ts';
import type { DueItem, SyncCounts, SyncLine, SyncPause, SyncStatus } from './types.ts';

const DUE_MAX = 100;
const BOTH = { CHARGE: true, REFUND: true } as const;
const NO_LIMITS: SyncStatus['limits'] = {};

export interface StatusInput {
  readonly now: Now;
  readonly line: LineView;
  readonly lastAnsweredAtMs: number | null;
  readonly session: Session;
  readonly pause: SyncPause | null;
  readonly breaker: SyncStatus['breaker'];
  readonly nextTryMs: number;
  readonly drainPerMinute: number | null;
  readonly agenda: Agenda;
  readonly isUnderWay: (entry: Entry) => boolean;
  readonly counts: () => SyncCounts;
}

/**
 * There is a next try that somebody may wait for: the line is down, or the breaker holds back what can wait, as it does for
 * as long as the issuer asked, also before that counts as down.
 */
export function hasNextTry(line: LineView['state'], breaker: SyncStatus['breaker']['state']): boolean {
  return line === 'down' || breaker !== 'closed';
}

/**
 * A line that is down shows as that, whatever stops delivery: what a pause lets go on is not answered either, and the pause
 * itself is told beside it (`paused`, `recovering`). Both are laid over a line that is up.
 */
function lineOf({ line, pause, session, breaker, nextTryMs: tryMs, now }: StatusInput): SyncLine {
  const nextTryMs = hasNextTry(line.state, breaker.state)
    ? now.wallMs + Math.max(0, tryMs - now.monoMs)
    : null;
  const { state, sinceMs, reason, code } = line;
  if (state === 'down') return { state, sinceMs, nextTryMs, reason, code };
  if (pause !== null) {
    return { state: 'paused', sinceMs: pause.atMs, nextTryMs, reason: 'PAUSED', code: pause.code };
  }
  if (session.recovering) {
    return { state: 'paused', sinceMs, nextTryMs, reason: 'RECOVERING', code: session.fenceReason };
  }
  return { state, sinceMs, nextTryMs, reason, code };
}

function attemptsOf(entry: Entry): number {
  const { intent } = entry;
  switch (entry.request) {
    case 'approve':
      return intent.sends;
    case 'inquiry':
      return intent.inquiries;
    case 'netCancel':
      return intent.netCancels;
    default:
      return 0;
  }
}

function dueItems({ agenda, now, isUnderWay }: StatusInput): DueItem[] {
  const items: DueItem[] = [];
  const add = (entry: Entry): void => {
    if (entry.request === null) return;
    const atMs = Math.max(entry.requestAtMs, entry.holdUntilMs);
    items.push({
      sequenceId: entry.sequenceId,
      request: entry.request,
      deferred: entry.intent.deferred,
      atMs: now.wallMs + Math.max(0, atMs - now.monoMs),
      attempts: attemptsOf(entry),
      inFlight: isUnderWay(entry),
    });
  };
  for (const lane of LANES) {
    for (const entry of agenda.ready(lane).values()) {
      if (items.length >= DUE_MAX) return items;
      add(entry);
    }
  }
  for (const entry of agenda.entries()) {
    if (items.length >= DUE_MAX) break;
    const isReady = entry.lane !== null && agenda.ready(entry.lane).has(entry.sequenceId);
    if (!isReady) add(entry);
  }
  return items;
}

/** What `sync status` and the pages read: plain values, but for the two that cost something. */
class LiveStatus implements SyncStatus {
  readonly line: SyncLine;
  readonly paused: SyncPause | null;
  readonly pauseKept: boolean;
  readonly breaker: SyncStatus['breaker'];
  readonly lastAnsweredAtMs: number | null;
  readonly clockOffsetMs: number | null;
  readonly clockConfirmed: boolean;
  readonly onlineSinceStart: boolean;
  readonly epoch: number;
  readonly issuerEpoch: string | null;
  readonly recovering: boolean;
  readonly businessDate: string | null;
  readonly cutOverHour: number | null;
  readonly enabled: SyncStatus['enabled'];
  readonly limits: SyncStatus['limits'];
  readonly drainPerMinute: number | null;
  readonly #input: StatusInput;
  #due: DueItem[] | null = null;
  #counts: SyncCounts | null = null;

  constructor(input: StatusInput) {
    const { session, now } = input;
    const { hello } = session;
    this.#input = input;
    this.line = lineOf(input);
    this.paused = input.pause;
    this.pauseKept = session.isPauseKept;
    this.breaker = input.breaker;
    this.lastAnsweredAtMs = input.lastAnsweredAtMs;
    this.clockOffsetMs = session.clockOffsetMs;
    this.clockConfirmed = session.clockConfirmed(now);
    this.onlineSinceStart = session.greeted;
    this.epoch = session.epoch;
    this.issuerEpoch = session.issuerEpoch;
    this.recovering = session.recovering;
    this.businessDate = hello?.openBusinessDate ?? null;
    this.cutOverHour = hello?.cutOverHour ?? null;
    this.enabled = hello?.enabled ?? BOTH;
    this.limits = hello?.limits ?? NO_LIMITS;
    this.drainPerMinute = input.drainPerMinute;
  }

  get due(): readonly DueItem[] {
    this.#due ??= dueItems(this.#input);
    return this.#due;
  }

  get counts(): SyncCounts {
    this.#counts ??= this.#input.counts();
    return this.#counts;
  }
}

/** The status of this moment; the list of due items and the counters are only made when somebody looks at them. */
export function buildStatus(input: StatusInput): SyncStatus {
  return new LiveStatus(input);
}

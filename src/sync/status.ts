import type { Now } from '../intent/model.ts';
import { type Agenda, type Entry, LANES } from './agenda.ts';
import type { LineView } from './line.ts';
import type { Session } from './session.ts';
import type { DueItem, SyncCounts, SyncLine, SyncPause, SyncStatus } from './types.ts';

const DUE_MAX = 100;

export interface StatusInput {
  readonly now: Now;
  readonly line: LineView;
  readonly lastAnsweredAtMs: number | null;
  readonly session: Session;
  readonly pause: SyncPause | null;
  readonly breaker: SyncStatus['breaker'];
  readonly nextTryMs: number;
  readonly drainPerMinute: number;
  readonly agenda: Agenda;
  readonly isUnderWay: (entry: Entry) => boolean;
  readonly counts: () => SyncCounts;
}

/** A person's pause and fencing are laid over what the line itself is like; an alarm shows only while the line is up. */
function lineOf({ line, pause, session, nextTryMs, now }: StatusInput): SyncLine {
  const nextMs = line.state === 'down' ? now.wallMs + Math.max(0, nextTryMs - now.monoMs) : null;
  const { state, sinceMs, reason, code } = line;
  if (pause !== null && (pause.stops === 'approvals' || state !== 'down')) {
    return { state: 'paused', sinceMs: pause.atMs, nextTryMs: null, reason: 'PAUSED', code: pause.code };
  }
  if (session.recovering && state !== 'down') {
    return { state: 'paused', sinceMs, nextTryMs: null, reason: 'RECOVERING', code: session.fenceReason };
  }
  return { state, sinceMs, nextTryMs: nextMs, reason, code };
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

/** The status as plain values; the list of due items and the counters are only made when somebody looks at them. */
export function buildStatus(input: StatusInput): SyncStatus {
  const { session, now } = input;
  let due: DueItem[] | undefined;
  let counts: SyncCounts | undefined;
  const pause = input.pause;
  return {
    line: lineOf(input),
    paused:
      pause === null
        ? null
        : {
            by: pause.by,
            reason: pause.reason,
            code: pause.code,
            atMs: pause.atMs,
            actor: pause.actor,
            stops: pause.stops,
          },
    breaker: input.breaker,
    lastAnsweredAtMs: input.lastAnsweredAtMs,
    clockOffsetMs: session.clockOffsetMs,
    clockConfirmed: session.clockConfirmed(now),
    onlineSinceStart: session.greeted,
    epoch: session.epoch,
    issuerEpoch: session.issuerEpoch,
    recovering: session.recovering,
    businessDate: session.hello?.openBusinessDate ?? null,
    cutOverHour: session.hello?.cutOverHour ?? null,
    enabled: session.hello?.enabled ?? { CHARGE: true, REFUND: true },
    limits: session.hello?.limits ?? {},
    drainPerMinute: input.drainPerMinute,
    get due() {
      due ??= dueItems(input);
      return due;
    },
    get counts() {
      counts ??= input.counts();
      return counts;
    },
  };
}

/** From what a station knows to the snapshot that its page renders. Pure: the same input gives the same snapshot. */
import type { Intent, Now } from '../intent/model.ts';
import { type LaterAnswer, mayDefer, type Policy } from '../intent/policy.ts';
import { isCase, isReturnDue, isVoidBarred, occupiesStation } from '../intent/state.ts';
import type { SyncStatus } from '../sync/types.ts';
import { type Board, isLater } from './board.ts';
import type { Desk } from './desk.ts';
import {
  CLOSABLE,
  type FaceContext,
  faceIdOf,
  faceIntent,
  faceOf,
  isClosedHere,
  plainFace,
  underPause,
} from './faces.ts';
import { paperOf } from './receipt.ts';
import type { Face, FaceId, RailItem, Snapshot } from './snapshot.ts';
import type { StationTimes } from './times.ts';
import { lineNow, lineReason, lineUp, pausedBy } from './worker.ts';

/** The ledger cannot record: no room, or a fault of its own with its code. */
export interface LedgerTrouble {
  readonly face: 'NO-ROOM' | 'LEDGER';
  readonly code: string;
}

/** The agent is up but not ready: which step of how many, since when (mono ms). */
export interface StartingStep {
  readonly step: number;
  readonly of: number;
  readonly sinceMs: number;
}

export interface ViewInput {
  readonly desk: Desk;
  readonly board: Board;
  readonly status: SyncStatus;
  readonly policy: Policy;
  readonly times: StationTimes;
  readonly now: Now;
  readonly stationId: string;
  readonly terminalId: string;
  readonly run: string;
  readonly sequence: number;
  readonly scanner: Snapshot['strip']['scanner'];
  readonly printer: Snapshot['rail']['printer'];
  readonly trouble: LedgerTrouble | null;
  readonly starting: StartingStep | null;
  /** Intents whose questions this station asks. */
  readonly isMine: (intent: Intent) => boolean;
  /** Nothing of this business day is undone any more. */
  readonly isSealed: (businessDate: string) => boolean;
  readonly balanceOf: (sequenceId: string) => number | null;
  /** Open deferred charges of this payment's card, itself not counted. */
  readonly deferredOfCard: (sequenceId: string) => number;
}

const RAIL_MAX = 50;

/**
 * Whether one more charge of this amount may be credited later now. `sequenceId` names the payment it is about: then the
 * limit of its card counts as well.
 */
export function laterAnswer(
  amount: number,
  input: Pick<ViewInput, 'board' | 'status' | 'policy' | 'now' | 'deferredOfCard'>,
  sequenceId?: string,
): LaterAnswer {
  const { status } = input;
  const deferredOfCard = sequenceId === undefined ? 0 : input.deferredOfCard(sequenceId);
  return mayDefer(
    amount,
    { deferredOpen: input.board.totals().later, deferredOfCard },
    {
      line: lineNow(status),
      wallMs: input.now.wallMs,
      clockConfirmed: status.clockConfirmed,
      answeredSinceStart: status.onlineSinceStart,
    },
    input.policy,
  );
}

/** The face for the person who drives the station. */
export function faceNow(input: ViewInput): Face {
  const { desk, status, starting, now } = input;
  if (desk.notRecorded !== null) {
    const { face, intent, endsMs } = desk.notRecorded;
    const totalMs = input.policy.times.leaveMs;
    const countdown =
      endsMs === null ? null : { leftMs: Math.max(endsMs - now.monoMs, 0), totalMs, kind: 'leave' as const };
    return plainFace(face, { intent: faceIntent(intent), countdown });
  }
  if (starting !== null) {
    const elapsedMs = Math.max(now.monoMs - starting.sinceMs, 0);
    return plainFace('STARTING', { values: { step: starting.step, of: starting.of, elapsedMs } });
  }
  if (status.recovering) return plainFace('RECOVERING', { values: { open: status.counts.depth.inquiry } });
  if (desk.current !== null) return faceOf(desk.current, contextOf(desk.current, input));
  return idleFace(input);
}

/** The station's own state stands over whatever payment is in front of it: nobody sees that one's sentence. */
export function isCovered({ desk, starting, status }: ViewInput): boolean {
  return desk.locked || desk.notRecorded !== null || starting !== null || status.recovering;
}

/** True while the face on the screen is a payment in progress: another scan must not replace it. */
export function isAttended(input: ViewInput): boolean {
  const { current } = input.desk;
  if (current === null) return false;
  return !CLOSABLE.has(faceIdOf(current, contextOf(current, input)));
}

export function contextOf(intent: Intent, input: ViewInput): FaceContext {
  const { desk, status, policy, now, times } = input;
  const onScreen = desk.current?.sequenceId === intent.sequenceId;
  return {
    now,
    intentTimes: policy.times,
    stationTimes: times,
    lineUp: lineUp(status),
    paused: lineNow(status) === 'paused',
    laterAllowed: laterAnswer(intent.amount, input, intent.sequenceId).ok,
    choiceEndsMs: onScreen ? desk.choiceEndsMs : null,
    voidAsk: onScreen && desk.voidAsk !== null ? { proof: desk.voidAsk.proof !== null } : null,
    expired: onScreen && desk.expired,
    limitCause: onScreen ? desk.limitCause : null,
    balance: input.balanceOf(intent.sequenceId),
    holdLater: onScreen && !desk.opened && desk.shown.face === 'LATER-OK',
    pinGiven: onScreen && desk.managerId !== null,
    question: questionNumber(intent, input),
    closesMs: onScreen ? desk.closesMs : null,
  };
}

/** The whole snapshot, for the page that drives the station. */
export function buildSnapshot(input: ViewInput): Snapshot {
  const { desk, board, status, policy, now } = input;
  const { later, cases } = board.totals();
  const waiting = board.select((intent) => isWaiting(intent, input));
  return {
    sequence: input.sequence,
    run: input.run,
    wallMs: now.wallMs,
    stationId: input.stationId,
    terminalId: input.terminalId,
    control: desk.locked ? 'locked' : 'here',
    strip: {
      line: {
        state: status.line.state,
        sinceMs: status.line.sinceMs,
        // Under a pause no next try lets the counter go on.
        nextTryMs: status.line.state === 'down' ? status.line.nextTryMs : null,
        reason: reasonOf(status),
        pausedBy: pausedBy(status),
      },
      scanner: input.scanner,
      later: {
        count: later.count,
        sum: later.sum,
        limit: policy.later.sum,
        oldestMs: later.oldestAtMs === null ? null : Math.max(now.wallMs - later.oldestAtMs, 0),
      },
      payoutDue: waiting.filter(isPayoutDue).length,
      returnDue: waiting.filter(isReturnDue).length,
      cases: cases.count,
      businessDate: status.businessDate,
      clockConfirmed: status.clockConfirmed,
      cashier: desk.cashier,
    },
    face: desk.locked ? plainFace('LOCKED', { pinPad: true }) : faceNow(input),
    band:
      desk.band === null
        ? null
        : {
            cause: desk.band.cause,
            values: desk.band.values,
            leftMs: Math.max(desk.band.endsMs - now.monoMs, 0),
          },
    rail: railOf(input, waiting),
    times: {
      deadMs: input.times.deadMs,
      heartbeatMs: input.times.heartbeatMs,
      darkHours: input.times.darkHours,
    },
  };
}

/** The line's own where it is down: what was paused, or alarmed, before is another matter. */
function reasonOf(status: SyncStatus): string | null {
  const { line, paused } = status;
  const pausedFor = line.state === 'paused' ? paused?.reason : null;
  return lineReason(status, pausedFor ?? line.reason);
}

/** The same snapshot for a page that does not drive the station. */
export function viewOnly(snapshot: Snapshot): Snapshot {
  if (snapshot.control === 'locked') return snapshot;
  return { ...snapshot, control: 'viewOnly', face: plainFace('VIEW-ONLY') };
}

/** Why the rail does not offer the void of the last result; `NO_SUCH_KEY`: there is nothing to void. */
export type VoidFault = 'NO_SUCH_KEY' | 'VOID_DAY' | 'VOID_WINDOW' | 'LINE_DOWN';

/** null: it offers it; the rules decide again when it is asked for. What time has ended for good comes before the line. */
export function voidFault({ desk, board, status, policy, now, isSealed }: ViewInput): VoidFault | null {
  const { last } = desk;
  if (last === null || board.isAside(last.intent.sequenceId) || !isUndoable(last.intent))
    return 'NO_SUCH_KEY';
  const { businessDate } = status;
  const isOver =
    businessDate !== null && (last.intent.businessDate !== businessDate || isSealed(businessDate));
  if (isOver) return 'VOID_DAY';
  const ageMs = now.wallMs - last.intent.scannedAtMs;
  if (ageMs < 0 || ageMs > policy.times.voidWindowMs) return 'VOID_WINDOW';
  // Under a pause voids go on; without a business day nobody has been greeted yet.
  return status.line.state === 'down' || businessDate === null ? 'LINE_DOWN' : null;
}

/** A charge that stands, at the counter, and that somebody was told of. */
function isUndoable(intent: Intent): boolean {
  const { type, deferred, host, cash, approval, acknowledged } = intent;
  if (type !== 'CHARGE' || deferred || host !== 'approved' || cash !== 'received') return false;
  return approval !== null && acknowledged && !isVoidBarred(intent);
}

/** null: none is open, or the one after Stop or an expiry. Still open at a restart, that one counts among the others. */
function questionNumber(intent: Intent, input: ViewInput): { number: number; of: number } | null {
  if (intent.question === null) return null;
  const { questionsAnswered } = input.desk;
  const open = input.board.questions(input.isMine).length;
  if (isClosedHere(intent) && open <= 1) return null;
  return { number: questionsAnswered + 1, of: questionsAnswered + Math.max(open, 1) };
}

function idleFace(input: ViewInput): Face {
  const { desk, trouble, times, now, scanner, status } = input;
  if (desk.refused !== null) {
    const leftMs = Math.max(desk.refused.endsMs - now.monoMs, 0);
    return plainFace('REFUSED', {
      refused: desk.refused.scan,
      countdown: { leftMs, totalMs: times.refusedMs, kind: 'close' },
    });
  }
  if (trouble !== null) return plainFace(trouble.face, { values: { code: trouble.code } });
  if (scanner.state !== 'ready' && scanner.state !== 'checkSetup') return plainFace('SCANNER');
  if (!lineUp(status)) {
    const later = laterAnswer(input.policy.amounts.CHARGE.minimum, input);
    return plainFace('LINE', {
      values: {
        ...underPause(lineNow(status) === 'paused'),
        ...(later.ok ? {} : { cause: later.cause, ...later.values }),
      },
      reason: status.line.code,
    });
  }
  return slowFace(input) ?? plainFace('IDLE');
}

/** No new payments while too many reversals are open (policy). */
function slowFace(input: ViewInput): Face | null {
  const { reversals } = input.policy;
  const open = input.board.totals().reversing;
  const { outcomes, reversed } = input.board.recent(input.now.monoMs);
  const values = {
    count: open.count,
    sum: open.sum,
    ...(open.oldestAtMs === null ? {} : { oldestAtMs: open.oldestAtMs }),
  };
  if (open.count >= reversals.count)
    return plainFace('SLOW', { values: { cause: 'REVERSALS_COUNT', ...values } });
  if (open.sum >= reversals.sum) return plainFace('SLOW', { values: { cause: 'REVERSALS_SUM', ...values } });
  if (outcomes >= reversals.rateMinimum && reversed > reversals.rate * outcomes) {
    return plainFace('SLOW', { values: { cause: 'REVERSAL_RATE', ...values } });
  }
  return null;
}

/**
 * In the rail, to be opened: on no station's screen now, and not set aside. What could not be recorded stands there also when
 * it is left to the manager meanwhile.
 */
function isWaiting(intent: Intent, { desk, board }: ViewInput): boolean {
  const { sequenceId } = intent;
  if (board.isAside(sequenceId)) return false;
  if (sequenceId === desk.current?.sequenceId || sequenceId === desk.notRecorded?.intent.sequenceId)
    return false;
  return !occupiesStation(intent);
}

function isPayoutDue(intent: Intent): boolean {
  return intent.cash === 'payout_due';
}

/** `waiting`: everything that is on no station's screen now, newest first. */
function railOf(input: ViewInput, waiting: readonly Intent[]): Snapshot['rail'] {
  const { desk } = input;
  const items = (accepts: (intent: Intent) => boolean): readonly RailItem[] =>
    waiting
      .filter(accepts)
      .slice(0, RAIL_MAX)
      .map((intent) => ({
        ...faceIntent(intent),
        face: faceIdOf(intent, contextOf(intent, input)),
        paper: paperOf(intent),
      }));
  return {
    last: lastOf(input),
    printer: input.printer,
    payoutDue: items(isPayoutDue),
    returnDue: items(isReturnDue),
    later: items(isLater),
    cases: items(isCase),
    aside: input.board
      .aside()
      .slice(0, RAIL_MAX)
      .map((intent) => faceIntent(intent)),
    news: desk.news === null ? null : { kind: desk.news.kind, intent: faceIntent(desk.news.intent) },
  };
}

const PAPERS: ReadonlySet<FaceId> = new Set<FaceId>([
  'DONE-IN',
  'DONE-OUT',
  'END',
  'END-REV',
  'LATER-OK',
  'NO-OUT-REV',
  'VOID-NO',
]);

function lastOf(input: ViewInput): Snapshot['rail']['last'] {
  const { last } = input.desk;
  if (last === null) return null;
  return {
    ...faceIntent(last.intent, input.balanceOf(last.intent.sequenceId)),
    face: last.face,
    atMs: last.atMs,
    voidable: voidFault(input) === null,
    receipt: PAPERS.has(last.face),
  };
}

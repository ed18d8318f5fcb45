import type { CaseReason, ExternalEvent, Intent, VoidAttempt } from './model.ts';
import type { Changes } from './move.ts';
import { BORNE_WAIT_MS, backoffMs, moveHost, reverse, withCase } from './move.ts';
import { questionFor } from './questions.ts';
import type { DecideContext } from './rules.ts';
import { ended, hasSealedVoucher, isBorneByStore, isReturnDue, isUnclaimed } from './state.ts';
import type { Cell, Condition, Outcome } from './table.ts';
import { columnOf, isSplit, RESTART, TABLE } from './table.ts';

/** The issuer says that the id stands with other content (settlement-contract rule 1). */
const CONTENT_CONFLICT_CODE = '006_021';

/** The void attempt that is under way: the last one, as long as it has no final answer. */
export function openVoid(intent: Intent): VoidAttempt | null {
  const last = intent.voids.at(-1);
  return last !== undefined && last.outcome === undefined ? last : null;
}

/** A net cancel is sure: with a tombstone, with a result that speaks of the item, or after the quiet and once more. */
function netCancelSure(
  intent: Intent,
  event: ExternalEvent,
  context: DecideContext,
): { sure: boolean; quietSinceMs: number | null } {
  if (event.kind !== 'netCancelAcknowledged') return { sure: false, quietSinceMs: intent.quietSinceMs };
  if (event.tombstone || event.result !== 'NOT_FOUND') return { sure: true, quietSinceMs: null };
  const since = intent.quietSinceMs ?? context.now.monoMs;
  const isQuiet = intent.quietSinceMs !== null && context.now.monoMs - since >= context.times.quietMs;
  return { sure: isQuiet, quietSinceMs: isQuiet ? null : since };
}

function holds(condition: Condition, intent: Intent, event: ExternalEvent, context: DecideContext): boolean {
  switch (condition) {
    case 'firstAttempt':
      return intent.sends <= 1;
    case 'attended':
      return !intent.deferred;
    case 'openCancelId':
      return event.kind === 'voidRefused' && openVoid(intent)?.cancelId === event.cancelId;
    case 'tombstoneOrQuiet':
      return netCancelSure(intent, event, context).sure;
  }
}

function outcomeOf(cell: Cell, intent: Intent, event: ExternalEvent, context: DecideContext): Outcome {
  if (!isSplit(cell)) return cell;
  return holds(cell.when, intent, event, context) ? cell.does : cell.otherwise;
}

/** An inquiry's answer counts only if the host has not moved since that inquiry was sent (intent-rules 3). */
function isStale(intent: Intent, event: ExternalEvent): boolean {
  return event.kind === 'inquiry' && event.sentUnder !== intent.hostVersion;
}

/** "Completed" without the approval that it speaks of is no evidence: whatever is not whole is ambiguous. */
function isHollow(event: ExternalEvent): boolean {
  return event.kind === 'inquiry' && event.result === 'COMPLETED' && event.approval === undefined;
}

/** What the answer itself says, kept with the move that it caused. */
function evidence(event: ExternalEvent): Changes {
  switch (event.kind) {
    case 'approved':
      return { approval: event.approval, businessDate: event.approval.businessDate };
    case 'declined':
      return {
        declineCode: event.code,
        ...(event.businessDate === null ? {} : { businessDate: event.businessDate }),
      };
    case 'notProcessed':
      return { notProcessedCode: event.code };
    case 'inquiry':
      return {
        ...(event.approval === undefined
          ? {}
          : { approval: event.approval, businessDate: event.approval.businessDate }),
        ...(event.declineCode === undefined ? {} : { declineCode: event.declineCode }),
      };
    case 'netCancelAcknowledged':
    case 'voidDone':
      return event.businessDate === null ? {} : { businessDate: event.businessDate };
    default:
      return {};
  }
}

/** A void's answer, final for its own `cancelId` and never changed afterwards. */
function voidAnswers(intent: Intent, event: ExternalEvent): readonly VoidAttempt[] {
  const answered = (cancelId: string, answer: Partial<VoidAttempt>): readonly VoidAttempt[] =>
    intent.voids.map((attempt) =>
      attempt.cancelId === cancelId && attempt.outcome === undefined ? { ...attempt, ...answer } : attempt,
    );
  if (event.kind === 'voidDone') {
    return answered(event.cancelId, { outcome: 'done', cancelNrNumber: event.cancelNrNumber });
  }
  if (event.kind === 'voidRefused') {
    return answered(event.cancelId, { outcome: 'refused', code: event.code });
  }
  const open = openVoid(intent);
  if (event.kind === 'inquiry' && event.result === 'VOIDED' && open !== null) {
    return answered(open.cancelId, { outcome: 'done' }); // an inquiry confirms a void, it never denies one
  }
  return intent.voids;
}

/** The same `cancelId` again: the issuer denies the void that it confirmed. */
function voidsAgain(voids: readonly VoidAttempt[]): readonly VoidAttempt[] {
  const last = voids.at(-1);
  if (last === undefined) return voids;
  const again: VoidAttempt = {
    cancelId: last.cancelId,
    proof: last.proof,
    ...(last.managerId === undefined ? {} : { managerId: last.managerId }),
  };
  return [...voids.slice(0, -1), again];
}

/** The answer to a repeated void of an item that is voided here already: only the attempt is closed. */
function repeatedVoid(intent: Intent, event: ExternalEvent): Changes {
  if (intent.host !== 'voided' || (event.kind !== 'voidDone' && event.kind !== 'voidRefused')) return {};
  const open = openVoid(intent);
  if (open === null || open.cancelId !== event.cancelId) return {};
  const closed: VoidAttempt =
    event.kind === 'voidDone'
      ? { ...open, outcome: 'done', cancelNrNumber: event.cancelNrNumber }
      : { ...open, outcome: 'done' };
  return { voids: [...intent.voids.slice(0, -1), closed] };
}

function outcomeChanges(
  intent: Intent,
  event: ExternalEvent,
  outcome: Outcome,
  context: DecideContext,
): Changes {
  let changes: Changes = {};
  if (outcome.to !== undefined) {
    changes =
      outcome.to === 'reversing'
        ? reverse(intent, 'BAD_ANSWER', context)
        : moveHost(intent, outcome.to, context);
    changes = { ...changes, ...evidence(event) };
    const voids = voidAnswers(intent, event);
    if (voids !== intent.voids) changes.voids = voids;
    if (outcome.to === 'unsent') changes = { ...changes, ...nothingLeft(intent, context) };
  }
  if (outcome.voidAgain === true) {
    changes.voids = voidsAgain(intent.voids);
    changes.notBeforeMs = context.now.monoMs;
  }
  if (outcome.to === 'reversed' && hasSealedVoucher(intent)) {
    // The store bore a loss by voucher that it does not have any more: somebody must claim it.
    changes = withCase(intent, changes, 'BOOKED_AFTER_SEAL');
  }
  const { opens } = outcome;
  return opens === undefined || isBooked(intent, opens) ? changes : withCase(intent, changes, opens);
}

/** Every further try meets the same sealed day: its voucher has booked the refusal, and nobody has anything to decide. */
function isBooked(intent: Intent, opens: CaseReason): boolean {
  return opens === 'NET_CANCEL_REFUSED' && hasSealedVoucher(intent);
}

/** Not a byte of the first attempt left: the intent is as it was before it, and the customer is asked. */
function nothingLeft(intent: Intent, context: DecideContext): Changes {
  return {
    sends: 0,
    bytesMayHaveLeft: false,
    confirmed: false,
    notSent: !intent.deferred,
    misses: intent.misses ?? 0,
    notBeforeMs: context.now.monoMs + backoffMs(intent, context),
  };
}

function conflict(event: ExternalEvent): boolean {
  const mayConflict =
    event.kind === 'ambiguous' || event.kind === 'netCancelUnanswered' || event.kind === 'voidUnanswered';
  return mayConflict && event.code === CONTENT_CONFLICT_CODE;
}

/** What the world's answer changes. Total: every event in every state has an outcome, most often none. */
export function external(intent: Intent, event: ExternalEvent, context: DecideContext): Changes {
  const column = columnOf(event);
  if (column === null) return restart(intent, context);
  if (isStale(intent, event) || isHollow(event)) return {};
  const outcome = outcomeOf(TABLE[intent.host][column], intent, event, context);
  let changes = outcomeChanges(intent, event, outcome, context);
  changes = { ...repeatedVoid(intent, event), ...changes };
  if (intent.host === 'reversing' && event.kind === 'netCancelAcknowledged' && outcome.to === undefined) {
    const { quietSinceMs } = netCancelSure(intent, event, context);
    const since = quietSinceMs ?? context.now.monoMs;
    changes = { ...changes, quietSinceMs, notBeforeMs: since + context.times.quietMs };
  }
  if (intent.host === 'reversing' && event.kind === 'netCancelRefused') {
    const waitMs = isBorneByStore(intent) ? BORNE_WAIT_MS : context.times.retryMaxMs;
    changes.notBeforeMs = context.now.monoMs + waitMs;
  }
  return conflict(event) ? withCase(intent, changes, 'CONTENT_CONFLICT') : changes;
}

/** Section 4 goes further than the table's last column: nobody was told "pay nothing" before a page showed it. */
function asks(intent: Intent): boolean {
  const isOwed = isReturnDue(intent) || intent.cash === 'payout_due';
  if (isOwed || intent.question !== null) return true;
  if (isUnclaimed(intent)) return false; // a manager said that nobody came
  if (intent.deferred && intent.acknowledged) return false; // the customer has gone with the slip
  if (intent.cash === 'paid_out' || intent.cash === 'returned') return false; // a person said so
  if (intent.type === 'REFUND' && !intent.acknowledged) return true; // the last sentence seen may have been another
  switch (RESTART[intent.host].asks) {
    case 'always':
      return true;
    case 'unlessAcknowledged':
      return !intent.acknowledged;
    case 'ifOwed':
      return false;
    case 'ifOwedOrClosedByRestart':
      return intent.closedByRestart;
  }
}

function isUnconfirmed(intent: Intent): boolean {
  return intent.cash === 'none' && !intent.confirmed;
}

/**
 * A restart (intent-rules 4): waits start afresh on the new run's clock, what was in flight is unknown, an unconfirmed
 * scan is closed, and whatever may have happened to the cash in the dark is asked before anything is sent.
 */
function restart(intent: Intent, context: DecideContext): Changes {
  const rule = RESTART[intent.host];
  const { monoMs } = context.now;
  const to = intent.host === 'unsent' && isUnconfirmed(intent) ? rule.unconfirmedTo : rule.to;
  let changes: Changes = to === undefined ? {} : moveHost(intent, to, context);
  if (to === 'closed') changes = { ...changes, closedByRestart: true };
  changes = {
    ...changes,
    choosing: false,
    laterChosen: false,
    notSent: false,
    enteredMs: monoMs,
    expiresMs: intent.expiresMs === null ? null : monoMs + context.times.barcodeLifeMs,
    firstSendMs: null,
    deadlineMs: null,
    quietSinceMs: null,
    notBeforeMs: monoMs,
    misses: 0,
  };
  const after: Intent = { ...intent, ...changes };
  if (!asks(after)) return ended(after) ? {} : changes;
  return { ...changes, question: questionFor({ ...after, question: null }) };
}

/** An attended `unknown` without an open question decides at a deadline; after an answered question it starts afresh. */
export function freshDeadline(intent: Intent, context: DecideContext): Changes {
  if (intent.host !== 'unknown' || intent.deferred) return {};
  return { deadlineMs: context.now.monoMs + context.times.deadlineMs, notBeforeMs: context.now.monoMs };
}

import { isRefusal, ownCommand } from './commands.ts';
import { external } from './external.ts';
import type { Decision, DecisionRecord, ExternalEvent, Intent, IntentEvent, OwnCommand } from './model.ts';
import { finish } from './move.ts';
import { assertLegal, IntentFault } from './positions.ts';
import type { DecideContext, NewIntent } from './rules.ts';
import { OWN_MOVES } from './table.ts';

const EXTERNAL: readonly IntentEvent['kind'][] = [
  'approved',
  'declined',
  'notProcessed',
  'ambiguous',
  'nothingLeft',
  'inquiry',
  'netCancelAcknowledged',
  'netCancelRefused',
  'netCancelUnanswered',
  'voidDone',
  'voidRefused',
  'voidUnanswered',
  'restart',
];

/** True for what the world says or does; false for the terminal's own commands. */
export function isExternal(event: IntentEvent): event is ExternalEvent {
  return EXTERNAL.includes(event.kind);
}

/** The first record of a new intent (`scanAccepted`): `unsent`/`none`, durable before anything else happens. */
export function accept(scan: NewIntent, context: DecideContext): DecisionRecord {
  if (!Number.isInteger(scan.amount) || scan.amount < 0 || scan.amount > 999_999) {
    throw new IntentFault('an amount is an integer from 0 to 999999 won');
  }
  if (!/^\d{6}$/.test(scan.bin) || !/^\d{4}$/.test(scan.last4)) {
    throw new IntentFault('BIN has six digits and last four has four');
  }
  if (scan.sequenceId.length === 0 || scan.sequenceId.length > 30) {
    throw new IntentFault('a sequence id has 1 to 30 characters');
  }
  const { now } = context;
  const { askLater = false, ...scanned } = scan;
  return {
    sequenceId: scan.sequenceId,
    event: 'scanAccepted',
    detail: { amount: scan.amount, stationId: scan.stationId, type: scan.type },
    set: {
      ...scanned,
      scannedAtMs: now.wallMs,
      host: 'unsent',
      cash: 'none',
      deferred: false,
      hostVersion: 0,
      confirmed: false,
      choosing: askLater && scan.type === 'CHARGE',
      laterChosen: false,
      notSent: false,
      question: null,
      acknowledged: false,
      left: false,
      closedByRestart: false,
      cases: [],
      sends: 0,
      inquiries: 0,
      netCancels: 0,
      bytesMayHaveLeft: false,
      netCancelReason: null,
      quietSinceMs: null,
      voids: [],
      approval: null,
      declineCode: null,
      notProcessedCode: null,
      businessDate: null,
      enteredMs: now.monoMs,
      expiresMs: now.monoMs + context.times.barcodeLifeMs,
      firstSendMs: null,
      deadlineMs: null,
      notBeforeMs: now.monoMs,
      misses: 0,
    },
    actor: context.actor,
    atMs: now.wallMs,
    policyHash: context.policyHash,
  };
}

/** What of the event goes into the journal: all of it but its name; no event carries a card datum. */
function detailOf(event: IntentEvent): Readonly<Record<string, unknown>> {
  const { kind: _kind, ...detail } = event;
  return detail;
}

/** The rules that no decision may break, whatever led to it (intent-rules 1). */
function assertStep(before: Intent, after: Intent): void {
  assertLegal(after);
  const isSticky = before.host !== 'reversing' || after.host === 'reversing' || after.host === 'reversed';
  if (!isSticky) throw new IntentFault(`reversing may only become reversed, not ${after.host}`);
  const entersUnsent = after.host === 'unsent' && before.host !== 'unsent';
  if (entersUnsent && (before.sends > 1 || after.bytesMayHaveLeft)) {
    throw new IntentFault('unsent is never entered again after a byte');
  }
  if (after.host === 'closed' && before.host !== 'closed' && before.host !== 'unsent') {
    throw new IntentFault(`closed is reached only from unsent, not from ${before.host}`);
  }
  if (before.deferred && !after.deferred) throw new IntentFault('a deferred charge stays deferred');
}

/** Nothing but the listed commands moves an axis (intent-rules 3b). */
function assertOwnMove(command: OwnCommand, before: Intent, after: Intent): void {
  const moves = OWN_MOVES[command.kind];
  const isHostFree =
    before.host === after.host || moves?.hosts.includes(`${before.host}>${after.host}`) === true;
  const isCashFree =
    before.cash === after.cash || moves?.cash.includes(`${before.cash}>${after.cash}`) === true;
  if (!isHostFree || !isCashFree) {
    throw new IntentFault(`${command.kind} may not lead to ${after.host}/${after.cash}`);
  }
}

/**
 * Decides one event (intent-rules 3, 3b, 4). An external event always gives a record; where the table says "nothing
 * changes", `set` is empty and the record is journalled all the same. An own command gives a record or a refusal, and a
 * refusal leaves nothing behind. Never throws for an event; an IntentFault is a broken invariant of this program.
 */
export function decide(intent: Intent, event: IntentEvent, context: DecideContext): Decision {
  let changes: Partial<Intent>;
  let after: Intent;
  if (isExternal(event)) {
    changes = finish(intent, external(intent, event, context), context);
    after = { ...intent, ...changes };
  } else {
    const { expectedVersion } = context;
    if (expectedVersion !== undefined && expectedVersion !== intent.version) return refuse('STALE');
    const result = ownCommand(intent, event, context);
    if (isRefusal(result)) return refuse(result);
    changes = finish(intent, result, context);
    after = { ...intent, ...changes };
    assertOwnMove(event, intent, after);
  }
  assertStep(intent, after);
  const record: DecisionRecord = {
    sequenceId: intent.sequenceId,
    event: event.kind,
    detail: detailOf(event),
    set: changes,
    actor: context.actor,
    atMs: context.now.wallMs,
    policyHash: context.policyHash,
  };
  return { ok: true, record };
}

function refuse(refusal: Extract<Decision, { ok: false }>['refusal']): Decision {
  return { ok: false, refusal };
}

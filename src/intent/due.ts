import { openVoid } from './external.ts';
import type { Due, Intent, IntentTimes, Now } from './model.ts';
import { owesPerson } from './move.ts';

type Request = Extract<Due, { kind: 'request' }>;
type Command = Extract<Due, { kind: 'command' }>;

function request(what: Request['request'], atMs: number): Request {
  return { kind: 'request', request: what, atMs };
}

function command(what: Command['command'], atMs: number): Command {
  return { kind: 'command', command: what, atMs };
}

/**
 * The request that the intent needs next, not before `atMs` (mono). While a question is open nothing is sent that moves
 * money; inquiries run. null: none.
 */
export function requestDue(intent: Intent): Request | null {
  const { host, notBeforeMs } = intent;
  if (intent.question !== null) {
    const isUnclear = host === 'unknown' || host === 'voiding' || host === 'reversing';
    return isUnclear ? request('inquiry', notBeforeMs) : null;
  }
  switch (host) {
    case 'unsent': {
      const isHeldBack = intent.choosing || (intent.notSent === true && !intent.deferred);
      const isReady = intent.cash === 'received' || intent.confirmed;
      return isReady && !isHeldBack ? request('approve', notBeforeMs) : null;
    }
    case 'unknown':
      return request(intent.deferred ? 'approve' : 'inquiry', notBeforeMs);
    case 'reversing':
      return request('netCancel', notBeforeMs);
    case 'voiding':
    case 'voided':
      return openVoid(intent) === null ? null : request('void', notBeforeMs);
    default:
      return null;
  }
}

function unsentCommand(intent: Intent, times: IntentTimes): Command | null {
  const { cash, enteredMs, expiresMs } = intent;
  if (intent.deferred) return null;
  if (cash === 'received') {
    if (intent.choosing) return command('cashBack', enteredMs + times.choiceMs);
    return command('chooseLater', intent.notSent === true ? enteredMs : enteredMs + times.unsentMs);
  }
  if (intent.confirmed) return command('chooseLater', enteredMs + times.unsentMs);
  const lifeMs = expiresMs ?? enteredMs + times.barcodeLifeMs;
  return command('expire', intent.choosing ? Math.min(lifeMs, enteredMs + times.choiceMs) : lifeMs);
}

/**
 * The own command that the clock gives next, at `atMs` (mono); it is owed whether or not a request can be sent
 * meanwhile. null: none.
 */
export function commandDue(intent: Intent, times: IntentTimes): Command | null {
  const isOwed = owesPerson(intent) || intent.host === 'voiding';
  if (intent.host === 'sending' && intent.firstSendMs !== null) {
    return command('unanswered', intent.firstSendMs + times.unansweredMs);
  }
  if (isOwed && !intent.left) {
    // The customer of a deferred charge has gone: its return waits for the manager, not for 180 s.
    const isAtCounter = !intent.deferred || intent.question !== null;
    return command('leave', isAtCounter ? intent.enteredMs + times.leaveMs : intent.enteredMs);
  }
  if (intent.question !== null) return null;
  if (intent.host === 'unsent') return unsentCommand(intent, times);
  if (intent.host === 'unknown' && intent.deadlineMs !== null) return command('deadline', intent.deadlineMs);
  return null;
}

/**
 * What the intent needs next and when (mono ms); `atMs <= now` runs at once. A command that is due comes before any
 * request, otherwise the earlier of the two. Pure in the intent: the worker runs only what is read from the ledger, so
 * recovery is normal operation.
 */
export function due(intent: Intent, now: Now, times: IntentTimes): Due {
  const next = requestDue(intent);
  const clock = commandDue(intent, times);
  if (clock === null) return next ?? { kind: 'nothing' };
  if (next === null) return clock;
  const isClockFirst = clock.atMs <= now.monoMs || clock.atMs < next.atMs;
  return isClockFirst ? clock : next;
}

/** What a till that does not come to rest waits for, in one line a person can read: no card data. */
import type { Intent } from '../../../src/intent/model.ts';
import { CALL_KINDS, type SyncStatus } from '../../../src/sync/types.ts';

/** How a payment stands, and how often each of its requests was tried. */
export function told({ sequenceId, type, host, cash, deferred, question, cases, ...intent }: Intent): string {
  const tries = `sends ${intent.sends}, inquiries ${intent.inquiries}, net cancels ${intent.netCancels}, voids ${intent.voids.length}`;
  const flags = [deferred ? 'later' : '', intent.choosing ? 'choosing' : '', intent.notProcessedCode ?? ''];
  return [sequenceId, type, `${host}/${cash}`, ...flags, question ?? '', ...cases, tries]
    .filter((word) => word !== '')
    .join(' ');
}

/** Line, breaker, pauses, calls and what is due: beside the payments, all that decides when something goes out. */
export function waitsFor(status: SyncStatus, nowMs: number): string {
  const { line, breaker, paused, counts, due } = status;
  const inMs = (atMs: number | null): string => (atMs === null ? 'at no time' : `in ${atMs - nowMs} ms`);
  const calls = CALL_KINDS.filter((kind) => counts.attempts[kind] > 0).map((kind) => {
    const outcomes = Object.entries(counts.outcomes[kind]).filter(([, count]) => count > 0);
    const said = outcomes.map(([outcome, count]) => `${outcome} ${count}`).join(', ');
    return `${kind} ${counts.attempts[kind]} (${said}; ${Math.round(counts.latency[kind].sumMs)} ms)`;
  });
  return [
    `line ${line.state} ${line.reason ?? ''} ${line.code ?? ''} next try ${inMs(line.nextTryMs)}`,
    `breaker ${breaker.state} after ${breaker.failures}`,
    `greeted ${status.onlineSinceStart}, recovering ${status.recovering}, epoch ${status.epoch}`,
    paused === null ? 'not paused' : `paused by ${paused.by} ${paused.code ?? paused.reason}`,
    `${counts.inFlight} under way, ${counts.faults} faults`,
    ...calls,
    ...due.map(
      ({ sequenceId, request, atMs, attempts, inFlight }) =>
        `${request} of ${sequenceId} ${inFlight ? 'is under way' : inMs(atMs)}, tried ${attempts} times`,
    ),
  ].join('; ');
}

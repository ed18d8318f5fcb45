/** The line as the manager's pages show it. */
import type { LineStrip } from '../station/snapshot.ts';
import { lineReason, pausedBy } from '../station/worker.ts';
import type { SyncStatus } from '../sync/types.ts';

export function lineAnswer(status: SyncStatus): LineStrip {
  const { state, sinceMs, nextTryMs, reason } = status.line;
  return { state, sinceMs, nextTryMs, reason: lineReason(status, reason), pausedBy: pausedBy(status) };
}

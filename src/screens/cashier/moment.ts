import type { Snapshot } from '../../station/snapshot.ts';
import type { PageState } from './link.ts';
import type { Moment } from './sentence.ts';

/** The snapshot's clock and countdown moved on by the page's monotonic clock. It decides nothing. */
export function momentOf(state: PageState, snapshot: Snapshot): Moment {
  const elapsedMs = Math.max(0, state.nowMs - state.receivedMs);
  const { countdown } = snapshot.face;
  return {
    elapsedMs,
    wallMs: snapshot.wallMs + elapsedMs,
    leftMs: countdown === null ? null : Math.max(0, countdown.leftMs - elapsedMs),
  };
}

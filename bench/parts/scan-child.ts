/** What the two programs of `bench/scan.ts` say to it: where their page is, and when a scan was durable. */

export type ToParent =
  | { readonly kind: 'ready'; readonly url: string }
  | ({ readonly kind: 'ended' } & Ended);

export interface Ended {
  /** CLOCK_MONOTONIC in nanoseconds, right after the commit. */
  readonly durableNs: string;
}

export function tell(message: ToParent): void {
  process.send?.(message);
}

/** Runs `end` for each scan that the parent has seen on the screen. The process ends with its parent. */
export function onEnd(end: () => bigint): void {
  process.on('message', () => tell({ kind: 'ended', durableNs: String(end()) }));
  process.on('disconnect', () => process.exit(0));
}

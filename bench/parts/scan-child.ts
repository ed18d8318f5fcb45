/** What the two programs of `bench/scan.ts` say to it: where their page is, and when a scan was durable. */
import Database from 'better-sqlite3';

export type ToParent =
  | { readonly kind: 'ready'; readonly url: string }
  | ({ readonly kind: 'ended' } & Ended);

export interface Ended {
  /** CLOCK_MONOTONIC in nanoseconds, right after the commit. */
  readonly durableNs: string;
}

let committedNs = 0n;

/** From now on the moment is kept at which SQLite's outermost transaction returned, before any listener hears of it. */
export function stampCommits(): void {
  const { transaction } = Database.prototype;
  Database.prototype.transaction = function stamped(this: Database.Database, work: () => unknown) {
    const made = transaction.call(this, work);
    const stamp = (run: (...args: unknown[]) => unknown) =>
      function (this: unknown, ...args: unknown[]) {
        const result = run.apply(this, args);
        committedNs = process.hrtime.bigint();
        return result;
      };
    const { deferred, immediate, exclusive } = made;
    return Object.assign(stamp(made), {
      default: stamp(made),
      deferred: stamp(deferred),
      immediate: stamp(immediate),
      exclusive: stamp(exclusive),
    });
  } as typeof transaction;
}

export function lastCommitNs(): bigint {
  return committedNs;
}

export function tell(message: ToParent): void {
  process.send?.(message);
}

/** Runs `end` for each scan that the parent has seen on the screen. The process ends with its parent. */
export function onEnd(end: () => bigint): void {
  process.on('message', () => tell({ kind: 'ended', durableNs: String(end()) }));
  process.on('disconnect', () => process.exit(0));
}

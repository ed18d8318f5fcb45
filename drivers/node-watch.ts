import { type FSWatcher, statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { DriverClock } from './scanner.ts';

/**
 * A device that is unplugged right after data can go unnoticed: no close, no error, a spinning core. Its node tells:
 * it is gone, or another device has taken its name.
 */
export interface NodeWatch {
  /** Data came: for a while an unplug may go unnoticed, so that the node is looked at often. */
  touch(): void;
  close(): void;
}

/** After data, and wherever the directory gives no change notices. */
const LOOK_MS = 250;
/**
 * An idle device that is unplugged says so itself, and the directory too: the look is the third line. It falls on whole seconds of
 * the monotonic clock, where other regular work of the process is done, so that it seldom wakes it for itself.
 */
const LOOK_MS_IDLE = 1000;
const TOUCHED_MS = 2000;

/** Calls `gone` once, never within the call, when `path` (no symbolic link) is no longer the device that it is now. */
export function watchNode(path: string, clock: DriverClock, gone: () => void): NodeWatch {
  const first = identityOf(path);
  let isOver = false;
  let notices: FSWatcher | null = null;
  let timer: { cancel(): void } | null = null;
  let isLong = false;
  let touchedMs = Number.NEGATIVE_INFINITY;

  const stop = (): void => {
    isOver = true;
    notices?.close();
    timer?.cancel();
  };
  const look = (): void => {
    if (isOver || (first !== null && identityOf(path) === first)) return;
    stop();
    gone();
  };
  const lookAgain = (): void => {
    if (isOver) return;
    const monoMs = clock.monoMs();
    isLong = notices !== null && monoMs - touchedMs >= TOUCHED_MS;
    timer = clock.after(isLong ? LOOK_MS_IDLE - (monoMs % LOOK_MS_IDLE) : LOOK_MS, () => {
      isLong = false;
      look();
      lookAgain();
    });
  };

  try {
    notices = watch(dirname(path), { persistent: false }, (_kind, file) => {
      if (file === null || file === basename(path)) look();
    });
    notices.on('error', () => {
      notices?.close();
      notices = null;
    });
  } catch {
    notices = null; // no notices to be had (limit of watches reached): the regular look remains
  }
  lookAgain();
  const touch = (): void => {
    touchedMs = clock.monoMs();
    if (!isLong) return;
    timer?.cancel();
    lookAgain();
  };
  return { touch, close: stop };
}

/** Nodes lie in memory: looking at once costs microseconds, a thread of the pool two wake-ups. */
function identityOf(path: string): string | null {
  try {
    const { dev, ino, rdev } = statSync(path);
    return `${dev}:${ino}:${rdev}`;
  } catch {
    return null;
  }
}

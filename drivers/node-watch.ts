import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
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
/** An idle device that is unplugged says so itself, and the directory too: the look is the third line, and wakes nobody often. */
const LOOK_MS_IDLE = 800;
const TOUCHED_MS = 2000;

/** Calls `gone` once when `path` (no symbolic link) is no longer the device that it is now. */
export async function watchNode(path: string, clock: DriverClock, gone: () => void): Promise<NodeWatch> {
  const first = await identityOf(path);
  const state = { over: false, looking: false };
  let notices: FSWatcher | null = null;
  let timer: { cancel(): void } | null = null;
  let isLong = false;
  let touchedMs = Number.NEGATIVE_INFINITY;

  const stop = (): void => {
    state.over = true;
    notices?.close();
    timer?.cancel();
  };
  const look = async (): Promise<void> => {
    if (state.over || state.looking) return;
    state.looking = true;
    const now = await identityOf(path);
    state.looking = false;
    if (state.over || (first !== null && now === first)) return;
    stop();
    gone();
  };
  const lookAgain = (): void => {
    if (state.over) return;
    isLong = notices !== null && clock.monoMs() - touchedMs >= TOUCHED_MS;
    timer = clock.after(isLong ? LOOK_MS_IDLE : LOOK_MS, () => {
      isLong = false;
      void look().then(lookAgain);
    });
  };

  try {
    notices = watch(dirname(path), { persistent: false }, (_kind, file) => {
      if (file === null || file === basename(path)) void look();
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

async function identityOf(path: string): Promise<string | null> {
  try {
    const { rdev, ino, dev } = await stat(path);
    return `${dev}:${ino}:${rdev}`;
  } catch {
    return null;
  }
}

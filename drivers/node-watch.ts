import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { DriverClock } from './scanner.ts';

/**
 * A device that is unplugged right after data can go unnoticed: no close, no error, a spinning core. Its node tells:
 * it is gone, or another device has taken its name.
 */
export interface NodeWatch {
  close(): void;
}

/** With change notices of the directory the regular look is only the second line; without them it is the first. */
const LOOK_MS_WITH_NOTICES = 800;
const LOOK_MS_ALONE = 250;

/** Calls `gone` once when `path` (no symbolic link) is no longer the device that it is now. */
export async function watchNode(path: string, clock: DriverClock, gone: () => void): Promise<NodeWatch> {
  const first = await identityOf(path);
  const state = { over: false, looking: false };
  let notices: FSWatcher | null = null;
  let timer: { cancel(): void } | null = null;

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
    timer = clock.after(notices === null ? LOOK_MS_ALONE : LOOK_MS_WITH_NOTICES, () => {
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
  return { close: stop };
}

async function identityOf(path: string): Promise<string | null> {
  try {
    const { rdev, ino, dev } = await stat(path);
    return `${dev}:${ino}:${rdev}`;
  } catch {
    return null;
  }
}

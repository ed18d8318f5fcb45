// Loaded before a script that bootstrap.mjs starts: the script ends when its starter is gone, also when that was killed
// and could pass nothing on. The starter holds the other end of a pipe, which the system closes with it.
import { Socket } from 'node:net';

/** A script that has not ended this long after it was asked is killed. */
const ENDING_MS = 12_000;

/** Ends this process as SIGTERM does once the pipe is closed at its other end, by force after `endingMs`. Holds nothing up. */
export function endWithStarter(fd, endingMs) {
  const pipe = new Socket({ fd, readable: true, writable: false });
  const end = () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), endingMs).unref();
  };
  pipe.once('close', end);
  pipe.on('error', () => {});
  pipe.resume();
  pipe.unref();
}

const fd = process.env.KONA_TILL_STARTER_FD;
// Workers and forks are started with the same options: the pipe is not theirs.
delete process.env.KONA_TILL_STARTER_FD;
if (fd !== undefined) endWithStarter(Number(fd), ENDING_MS);

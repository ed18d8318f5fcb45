/** Two ttys of the kernel, joined by socat: a scanner's end and a till's. */
import { spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';

export interface TtyPair {
  /** Descriptor of the scanner's end. */
  readonly near: number;
  /** Path of the till's end. */
  readonly path: string;
  close(): void;
}

const MADE_MS_MAX = 5_000;
const LOOK_MS = 10;

/** Makes the pair in a folder. Throws when there is no socat. */
export async function openTty(folder: string): Promise<TtyPair> {
  const [far, near] = [join(folder, 'till'), join(folder, 'scanner')];
  const socat = spawn('socat', [`pty,raw,echo=0,link=${far}`, `pty,raw,echo=0,link=${near}`], {
    stdio: 'ignore',
  });
  socat.once('error', () => undefined); // told below
  const endMs = performance.now() + MADE_MS_MAX;
  while (!existsSync(far) || !existsSync(near)) {
    if (performance.now() > endMs) throw new Error('socat is needed for a tty pair: apt-get install socat');
    await new Promise((next) => setTimeout(next, LOOK_MS));
  }
  const descriptor = openSync(near, constants.O_WRONLY | constants.O_NOCTTY);
  return {
    near: descriptor,
    path: far,
    close: () => {
      closeSync(descriptor);
      socat.kill();
    },
  };
}

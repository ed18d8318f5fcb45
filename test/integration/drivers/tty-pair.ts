import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Two ttys of the kernel, joined: what is written to one is read from the other. `unplug` takes both away, `plug`
 * makes new ones under the same names, as a replugged adapter comes back with another number behind its by-id link.
 */
export interface TtyPair {
  /** The till's end. */
  readonly tillPath: string;
  write(text: string): Promise<void>;
  unplug(): Promise<void>;
  plug(): Promise<void>;
  remove(): Promise<void>;
}

export async function openTtyPair(): Promise<TtyPair> {
  const directory = mkdtempSync(join(tmpdir(), 'kona-tty-'));
  const tillPath = join(directory, 'till');
  const scannerPath = join(directory, 'scanner');
  let socat: ChildProcess | null = null;

  const plug = async (): Promise<void> => {
    const child = spawn('socat', [`pty,raw,echo=0,link=${tillPath}`, `pty,raw,echo=0,link=${scannerPath}`], {
      stdio: 'ignore',
    });
    socat = child;
    let failure: Error | null = null;
    child.once('error', (error) => {
      failure = error;
    });
    await until(() => failure !== null || (existsSync(tillPath) && existsSync(scannerPath)));
    if (failure !== null)
      throw new Error('socat is needed for a tty pair: apt-get install socat', { cause: failure });
  };
  const unplug = async (): Promise<void> => {
    const child = socat;
    socat = null;
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    // A killed socat leaves its links behind; udev would have removed them with the device.
    rmSync(tillPath, { force: true });
    rmSync(scannerPath, { force: true });
  };
  await plug();
  return {
    tillPath,
    write: (text) => appendFile(scannerPath, text, 'latin1'),
    unplug,
    plug,
    remove: async () => {
      await unplug();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Resolves as soon as the condition holds; fails after `limitMs`. */
export async function until(condition: () => boolean, limitMs = 8000): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`condition not met within ${limitMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What the hardware tests stand on: the boot files, a folder for one machine, and the sentence where there is none. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BootFiles } from './image.ts';
import { makeDisk } from './image.ts';
import { Machine } from './machine.ts';

/** `npm run test:hardware` runs everything in full; `npm test` a short share of it. */
export const FULL = process.env.KONA_TILL_HARDWARE === 'full';
/** The first build fetches some 250 MB of packages. */
export const PREPARE_MS = 900_000;
/** A boot takes 5 to 15 s; a busy machine needs more. */
export const BOOT_MS = 120_000;
const DISK_MIB = 64;

interface Prepared extends BootFiles {
  readonly qemuRoot: string;
  readonly unavailable?: string;
}

export interface Lab {
  /** A machine on this lab's data disk; boot it anew after each power cut. */
  machine(issuerPort?: number): Machine;
  close(): void;
}

/** Answers the lab, or the sentence why it cannot be built on this machine (also said on standard error). */
export async function openLab(): Promise<Lab | string> {
  const script = join(import.meta.dirname, 'prepare.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', script], {
    timeout: PREPARE_MS,
    maxBuffer: 16 << 20,
  });
  const prepared = JSON.parse(stdout) as Prepared;
  if (prepared.unavailable !== undefined) {
    process.stderr.write(`\nkona-till: the hardware tests were NOT run: ${prepared.unavailable}\n`);
    return prepared.unavailable;
  }
  const folder = mkdtempSync(join(tmpdir(), 'kona-till-lab-'));
  const dataDisk = join(folder, 'data.img');
  makeDisk(dataDisk, DISK_MIB);
  return {
    machine: (issuerPort) =>
      new Machine({
        boot: prepared,
        qemuRoot: prepared.qemuRoot,
        dataDisk,
        folder,
        bootTimeoutMs: BOOT_MS,
        ...(issuerPort === undefined ? {} : { issuerPort }),
      }),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

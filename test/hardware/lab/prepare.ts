/**
 * Builds the boot files of the hardware lab as a process of its own (it takes minutes the first time, and blocks): prints
 * one JSON line, `{"kernel", "initramfs", "root", "qemuRoot"}` or `{"unavailable": "why, in a sentence"}`.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { buildImages } from './image.ts';
import { LabUnavailable, unpackPackages } from './packages.ts';

const PROJECT = resolve(import.meta.dirname, '../../..');
const LOCK_MS_MAX = 600_000;

/** Two runs at once would build into the same folder. */
async function lock(cache: string): Promise<() => void> {
  const path = `${cache}.pid`;
  mkdirSync(dirname(path), { recursive: true });
  const endMs = performance.now() + LOCK_MS_MAX;
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = existsSync(path) ? readFileSync(path, 'utf8') : '';
      if (holder !== '' && !existsSync(`/proc/${holder}`)) rmSync(path, { force: true });
      else if (performance.now() > endMs)
        throw new LabUnavailable(`Process ${holder} is building the hardware lab.`);
      else await new Promise((next) => setTimeout(next, 200));
    }
  }
}

async function prepare(cache: string): Promise<object> {
  const unlock = await lock(cache);
  try {
    const unpacked = unpackPackages(cache);
    return { ...buildImages(unpacked, PROJECT, cache), qemuRoot: unpacked.host };
  } catch (error) {
    if (error instanceof LabUnavailable) return { unavailable: error.message };
    throw error;
  } finally {
    unlock();
  }
}

const cache = process.env.KONA_TILL_LAB_CACHE ?? resolve(PROJECT, '.cache/hardware-lab');
process.stdout.write(`${JSON.stringify(await prepare(resolve(cache)))}\n`);

/**
 * `npm test [-- VITEST ARGUMENTS]`: installs the tools that the tests use, builds the pages when they are stale, runs
 * guards and tests. The children run in a process group of their own, so that an ending signal takes all of them along.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import { ensurePages } from '../src/demo/pages.ts';
import { ensureTools } from './test-tools.ts';

const ROOT = resolve(import.meta.dirname, '..');
const ENDING_MS = 5_000;
let running: ChildProcess | null = null;
let stopped: NodeJS.Signals | null = null;

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The whole group has ended already.
  }
}

function stop(signal: NodeJS.Signals): void {
  stopped ??= signal;
  const child = running;
  if (child === null) return;
  killGroup(child, 'SIGTERM');
  setTimeout(() => killGroup(child, 'SIGKILL'), ENDING_MS).unref();
}

function run(args: readonly string[]): Promise<number> {
  return new Promise((done) => {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    running = child;
    child.once('error', () => done(3));
    child.once('exit', (status, signal) => {
      running = null;
      // Whatever a test left in the group goes with it.
      killGroup(child, 'SIGKILL');
      done(signal === null ? (status ?? 3) : 128 + constants.signals[signal]);
    });
  });
}

async function main(): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  const sentence = ensureTools();
  if (sentence !== null) {
    process.stderr.write(`kona-till: ${sentence}\n`);
    return 3;
  }
  if (existsSync(join(ROOT, 'vite.config.ts'))) await ensurePages(ROOT);
  if (stopped !== null) return 128 + constants.signals[stopped];
  const status = await run([join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', ...process.argv.slice(2)]);
  return stopped === null ? status : 128 + constants.signals[stopped];
}

process.exitCode = await main();

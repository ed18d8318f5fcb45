import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PosPort } from '../../../drivers/pos-port.ts';
import { openPosSocket } from '../../../drivers/pos-socket.ts';
import { realClock } from './listening.ts';
import { until } from './tty-pair.ts';

const CARTON = '8801234567893';
let folder: string;
let path: string;
const undo: (() => unknown)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kona-pos-'));
  path = join(folder, 'pos.sock');
});
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
  rmSync(folder, { recursive: true, force: true });
});

function open(suffix?: string): PosPort {
  const made = openPosSocket(suffix === undefined ? { path } : { path, suffix }, realClock);
  undo.push(() => made.close());
  return made;
}

function program(): { readonly socket: Socket; text(): string } {
  const socket = connect(path);
  let text = '';
  socket.on('error', () => undefined);
  undo.push(() => socket.destroy());
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  return { socket, text: () => text };
}

/** A process that listens there and is killed: its socket file stays. */
async function leftOver(): Promise<void> {
  const code = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

describe('the local socket for POS programs', () => {
  it('gives every reader one line for each scan, for the group alone, and is gone in the end', async () => {
    const made = open('\r');
    await until(() => made.state() === 'waiting');
    expect(statSync(path).mode & 0o777).toBe(0o660);
    expect(made.send('8800000000000')).toBe(false); // nobody is there: gone, as from a scanner
    const [one, other] = [program(), program()];
    // Each may be let in after the first lines went out.
    const both = () => one.text().length > 0 && other.text().length > 0;
    await until(() => made.send('two\r\nlines') && both());
    expect(one.text()).toMatch(/^(?:twolines\r)+$/);
    expect(other.text()).toMatch(/^(?:twolines\r)+$/);
    one.socket.destroy();
    other.socket.destroy();
    await until(() => made.state() === 'waiting');
    await made.close();
    expect(made.state()).toBe('closed');
    expect(existsSync(path)).toBe(false);
  });

  it('takes away a socket file on which nobody listens any more', async () => {
    await leftOver();
    expect(existsSync(path)).toBe(true);
    const made = open();
    await until(() => made.state() === 'waiting');
    const pos = program();
    await until(() => made.state() === 'open');
    expect(made.send(CARTON)).toBe(true);
    await until(() => pos.text() === `${CARTON}\n`);
  });

  it("leaves another program's socket alone, and a file that is none", async () => {
    const theirs = createServer((socket) => {
      socket.on('error', () => undefined); // who only knocked is gone before the answer
      socket.end('theirs');
    });
    await new Promise<void>((resolve) => theirs.listen(path, resolve));
    undo.push(() => new Promise((resolve) => theirs.close(resolve)));
    const refused = open();
    await refused.close();
    const pos = program();
    await until(() => pos.text() === 'theirs');

    path = join(folder, 'notes.txt');
    writeFileSync(path, 'not a socket');
    const other = open();
    expect(other.state()).toBe('unavailable');
    await other.close();
    expect(statSync(path).isFile()).toBe(true);
  });

  it('sends a reader away that does not read, and the others lose nothing', async () => {
    const made = open();
    await until(() => made.state() === 'waiting');
    const asleep = connect(path);
    asleep.on('error', () => undefined);
    asleep.pause();
    undo.push(() => asleep.destroy());
    const awake = program();
    await until(() => made.state() === 'open');
    const line = '9'.repeat(1_000);
    let slowestMs = 0;
    await until(() => {
      const beganMs = performance.now();
      made.send(line);
      slowestMs = Math.max(slowestMs, performance.now() - beganMs);
      return made.cut() === 1;
    });
    const sent = made.sent();
    await until(() => awake.text().length >= (sent - 1) * (line.length + 1));
    expect(made.state()).toBe('open');
    expect(slowestMs).toBeLessThan(1_000);
  });

  it('takes eight readers, and sends one away that talks instead of reading', async () => {
    const made = open();
    await until(() => made.state() === 'waiting');
    const all = Array.from({ length: 9 }, program);
    await until(() => made.cut() === 1);
    await until(() => all.filter(({ socket }) => socket.destroyed).length === 1);
    const talker = all.find(({ socket }) => !socket.destroyed);
    talker?.socket.write('x'.repeat(100_000));
    await until(() => made.cut() === 2);
    await until(() => talker?.socket.destroyed === true);
  });
});

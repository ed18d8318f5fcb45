import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openPrinter, type Printer, type PrinterStatus } from '../../../drivers/printer.ts';

/** The real clock, `speed` times as fast: the waits are the printer's own. */
function clockOf(speed = 1) {
  return {
    monoMs: () => performance.now() * speed,
    after(ms: number, run: () => void) {
      const timer = setTimeout(run, ms / speed);
      return { cancel: () => clearTimeout(timer) };
    },
  };
}

const paper = (text: string): Uint8Array => Buffer.from(text, 'latin1');
let directory = '';
const printers: Printer[] = [];
const servers: Server[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'printer-'));
});

afterEach(async () => {
  await Promise.all(printers.splice(0).map((printer) => printer.close()));
  for (const server of servers.splice(0)) server.close();
  rmSync(directory, { recursive: true, force: true });
});

function open(...[target, clock, changed]: Parameters<typeof openPrinter>): Printer {
  const printer = openPrinter(target, clock, changed);
  printers.push(printer);
  return printer;
}

async function listen(talk: (socket: Socket) => void, port = 0): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    talk(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const printed = (printer: Printer, count: number): Promise<void> =>
  vi.waitFor(() => expect(printer.status().printed).toBe(count), { timeout: 5_000, interval: 5 });

describe('a printer behind a device file', () => {
  it('gets the papers whole and in order', async () => {
    const path = join(directory, 'lp0');
    writeFileSync(path, '');
    const printer = open({ kind: 'file', path }, clockOf());
    expect(['one|', 'two|', 'three|'].map((text) => printer.print(paper(text)))).toEqual([true, true, true]);
    await printed(printer, 3);
    expect(readFileSync(path, 'latin1')).toBe('one|two|three|');
    expect(printer.status()).toMatchObject({ state: 'ready', fault: null, waiting: 0, lost: 0 });
  });

  it('waits for a device that takes only some bytes at a time', async () => {
    const path = join(directory, 'pipe');
    execFileSync('mkfifo', [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const printer = open({ kind: 'file', path }, clockOf(10));
      // One more than a pipe holds, so that the device is full before the paper has ended.
      printer.print(Buffer.alloc(65_536, 'x'));
      printer.print(paper('end'));
      let read = 0;
      const buffer = Buffer.alloc(8_192);
      await vi.waitFor(
        () => {
          read += readSync(reader, buffer);
          expect(read).toBe(65_539);
        },
        { timeout: 5_000, interval: 2 },
      );
      await printed(printer, 2);
    } finally {
      closeSync(reader);
    }
  });

  it('makes no file where there is no device, says so once in one sentence, and prints once it is plugged in', async () => {
    const path = join(directory, 'absent');
    const told: PrinterStatus[] = [];
    const printer = open({ kind: 'file', path }, clockOf(20), (status) => told.push(status));
    printer.print(paper('late'));
    await vi.waitFor(() => expect(told).toHaveLength(1));
    expect(told[0]).toMatchObject({
      state: 'failed',
      fault: `the printer ${path} is not plugged in (ENOENT)`,
    });
    writeFileSync(path, '');
    await printed(printer, 1);
    expect(readFileSync(path, 'latin1')).toBe('late');
    expect(told.map(({ fault }) => fault === null)).toEqual([false, true]);
  });

  it('keeps only so many papers, gives up the old ones, and closes at once', async () => {
    const printer = open({ kind: 'file', path: join(directory, 'absent') }, clockOf(100));
    const taken = Array.from({ length: 10 }, () => printer.print(paper('x')));
    expect(taken.filter((is) => is)).toHaveLength(8);
    await vi.waitFor(() => expect(printer.status().lost).toBeGreaterThan(2), { timeout: 5_000 });
    await printer.close();
    expect(printer.status()).toMatchObject({ state: 'closed', waiting: 0, printed: 0, lost: 10 });
    expect(printer.print(paper('after'))).toBe(false);
  });
});

describe('a printer in the network', () => {
  it('gets each paper on a connection of its own', async () => {
    const got: string[] = [];
    const port = await listen((socket) => {
      let text = '';
      socket.on('data', (part) => {
        text += part.toString('latin1');
      });
      socket.on('end', () => {
        got.push(text);
        socket.end();
      });
    });
    const printer = open({ kind: 'tcp', host: '127.0.0.1', port }, clockOf());
    printer.print(paper('one'));
    printer.print(paper('two'));
    await printed(printer, 2);
    expect(got).toEqual(['one', 'two']);
  });

  it('counts as printed when the printer keeps its side open and talks', async () => {
    const port = await listen((socket) => {
      socket.write('status');
      socket.resume();
    });
    const printer = open({ kind: 'tcp', host: '127.0.0.1', port }, clockOf(20));
    printer.print(paper('one'));
    await printed(printer, 1);
  });

  it('is tried again while it refuses, and prints the paper once it is back', async () => {
    const port = await listen(() => undefined);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const printer = open({ kind: 'tcp', host: '127.0.0.1', port }, clockOf(20));
    printer.print(paper('one'));
    await vi.waitFor(() => expect(printer.status().fault).toContain('refuses the connection (ECONNREFUSED)'));
    let got = '';
    await listen((socket) => {
      socket.on('data', (part) => {
        got += part.toString('latin1');
      });
      socket.on('end', () => socket.end());
    }, port);
    await printed(printer, 1);
    expect(got).toBe('one');
  });

  it('does not print a paper twice that broke off in the middle', async () => {
    let connections = 0;
    const port = await listen((socket) => {
      connections += 1;
      socket.once('data', () => (connections === 1 ? socket.resetAndDestroy() : socket.end()));
    });
    const printer = open({ kind: 'tcp', host: '127.0.0.1', port }, clockOf(20));
    printer.print(Buffer.alloc(60_000, 'x'));
    await vi.waitFor(() => expect(printer.status().lost).toBe(1));
    expect(printer.status().fault).toContain('stopped in the middle');
    printer.print(paper('next'));
    await printed(printer, 1);
    expect(connections).toBe(2);
  });
});

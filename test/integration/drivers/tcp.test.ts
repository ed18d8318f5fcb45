import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openScanner } from '../../../drivers/open.ts';
import type { TcpOptions } from '../../../drivers/tcp.ts';
import { parseBarcode } from '../../../src/barcode/parse.ts';
import { barcodePng } from '../../../src/barcode/png.ts';
import { type DemoScanner, startDemoScanner } from '../../../src/demo/scanner.ts';
import { type Listening, listening } from './listening.ts';
import { until } from './tty-pair.ts';

const CHARGE = 'CHARGE9410000000000005123010000';
const REFUND = 'REFUND9410000000000005456020000';

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

function open(options: Partial<TcpOptions> & { port: number }): Listening {
  const one = listening((clock, listener) =>
    openScanner({ driver: 'tcp', name: 'network', suffix: 'CR', ...options }, clock, listener),
  );
  undo.push(() => one.scanner.close());
  return one;
}

async function demo(port = 0): Promise<DemoScanner> {
  const scanner = await startDemoScanner({ port });
  undo.push(() => scanner.close());
  return scanner;
}

/** A device server of which the test holds every connection. */
async function device(port = 0): Promise<{ port: number; sockets: Socket[]; server: Server }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  undo.push(
    () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  );
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no address');
  return { port: address.port, sockets, server };
}

describe('the tcp driver and the demo scanner', () => {
  it('carry a drawn barcode from its picture to a parsed payment', async () => {
    const scanner = await demo();
    const till = open({ port: scanner.port });
    await until(() => till.state() === 'ready');
    expect(await scanner.hold(barcodePng(CHARGE, 3, 100))).toBe('read');
    await until(() => till.frames.length === 1);
    expect(parseBarcode(till.frames[0]?.text ?? '')).toEqual({
      ok: true,
      spec: { type: 'CHARGE', cardNumber: '9410000000000005', token: '123', amount: 10_000 },
      symbology: null,
    });
  });

  it('say so when the picture has no barcode, and when no till is connected', async () => {
    const scanner = await demo();
    expect(await scanner.hold(Buffer.from('no picture'))).toBe('unreadable');
    expect(await scanner.hold(barcodePng(CHARGE))).toBe('noTill');
    expect(scanner.send(CHARGE)).toBe(false);
  });

  it('come together whichever of them starts first, and again after each went away', async () => {
    const scanner = await demo();
    const till = open({ port: scanner.port });
    await until(() => till.state() === 'ready');
    await scanner.close();
    await until(() => till.state() === 'unplugged', 2000);
    await until(() => till.scanner.status().problem?.code === 'REFUSED');
    const again = await demo(scanner.port);
    await until(() => till.state() === 'ready', 4000);
    again.send(CHARGE);
    await until(() => till.frames.length === 1);
    expect(till.scanner.statistics()).toMatchObject({ connects: 2, frames: 1 });
  });
});

describe('the tcp driver', () => {
  it('forgets half a scan when the connection ends', async () => {
    const { port, sockets } = await device();
    const till = open({ port });
    await until(() => till.state() === 'ready' && sockets.length === 1);
    sockets[0]?.end(CHARGE.slice(0, 20));
    await until(() => sockets.length === 2 && till.state() === 'ready');
    sockets[1]?.write(`${REFUND}\r`);
    await until(() => till.frames.length === 1);
    expect(till.texts()).toEqual([REFUND]);
    expect(till.scanner.statistics().dropped.CUT).toBe(1);
  });

  it('delivers the whole scan that came right before the connection ended', async () => {
    const { port, sockets } = await device();
    const till = open({ port });
    await until(() => sockets.length === 1);
    sockets[0]?.end(`${CHARGE}\r`);
    await until(() => till.frames.length === 1);
    expect(till.texts()).toEqual([CHARGE]);
  });

  it('lets a scanner call the till, one at a time', async () => {
    const free = await device();
    free.server.close();
    const till = open({ mode: 'listen', port: free.port, allow: [] });
    const dial = () =>
      new Promise<Socket>((resolve) => {
        const attempt = () => {
          const socket = connect(free.port, '127.0.0.1', () => resolve(socket));
          socket.once('error', () => setTimeout(attempt, 20));
        };
        attempt();
      });
    const first = await dial();
    await until(() => till.state() === 'ready');
    const second = await dial();
    await new Promise((resolve) => second.once('close', resolve));
    first.write(`${CHARGE}\r`);
    await until(() => till.frames.length === 1);
    first.destroy();
    await until(() => till.state() === 'unplugged');
    const third = await dial();
    await until(() => till.state() === 'ready');
    third.write(`${REFUND}\r`);
    await until(() => till.frames.length === 2);
    third.destroy();
  });

  it('turns a caller away whose address is not allowed', async () => {
    const free = await device();
    free.server.close();
    const till = open({ mode: 'listen', port: free.port, allow: ['192.0.2.1'] });
    await until(() => {
      const socket = connect(free.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.on('close', (failed) => {
        if (!failed) closedByTill += 1;
      });
      return closedByTill > 0;
    });
    expect(till.state()).toBe('connecting');
    expect(till.scanner.statistics().connects).toBe(0);
  });

  it('stops calling and listening at once when it is closed', async () => {
    const { port, sockets } = await device();
    const till = open({ port });
    await until(() => sockets.length === 1 && till.state() === 'ready');
    await till.scanner.close();
    await until(() => sockets[0]?.closed === true || sockets[0]?.readableEnded === true);
    const waiting = open({ mode: 'listen', port: 0 });
    await waiting.scanner.close();
    expect(till.statuses.map(({ state }) => state)).toEqual(['ready']);
  });
});

let closedByTill = 0;

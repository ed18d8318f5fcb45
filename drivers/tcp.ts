/** Network-attached scanners and serial device servers: the till calls them, or they call the till. */
import { createServer, type Socket, connect as tcpConnect } from 'node:net';
import { createFramer, type FramingOptions } from './framing.ts';
import { failureOf, type Link, type LinkEvents, OpenFailure, openLane } from './lane.ts';
import type { DriverClock, Scanner, ScannerListener } from './scanner.ts';

export interface TcpOptions extends FramingOptions {
  readonly name: string;
  /** `connect`: the scanner listens at host:port. `listen`: it calls us there. Default `connect`. */
  readonly mode?: 'connect' | 'listen';
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly port: number;
  /** `listen`: only these remote addresses may call. Absent or empty: every caller that can reach `host`. */
  readonly allow?: readonly string[];
}

const CONNECT_MS_MAX = 1500;
/** A silent peer is asked for a sign of life after this; a dead one is noticed some ten seconds later. */
const KEEP_ALIVE_MS = 5000;

/** Opens it now and for ever. Never rejects and never throws for what the network does. */
export function openTcp(options: TcpOptions, clock: DriverClock, listener: ScannerListener): Scanner {
  const open = (events: LinkEvents, signal: AbortSignal): Promise<Link> =>
    options.mode === 'listen'
      ? acceptOne(options, clock, events, signal)
      : call(options, clock, events, signal);
  const openMsMax = options.mode === 'listen' ? null : CONNECT_MS_MAX * 2;
  return openLane({ name: options.name, driver: 'tcp', open, openMsMax }, clock, listener);
}

function call(
  options: TcpOptions,
  clock: DriverClock,
  events: LinkEvents,
  signal: AbortSignal,
): Promise<Link> {
  const host = options.host ?? '127.0.0.1';
  return new Promise((resolve, reject) => {
    const socket = tcpConnect({ host, port: options.port });
    const fail = (problem: OpenFailure): void => {
      timer.cancel();
      signal.removeEventListener('abort', aborted);
      socket.destroy();
      reject(problem);
    };
    const timer = clock.after(CONNECT_MS_MAX, () => fail(new OpenFailure('NOT_FOUND', 'no answer')));
    const aborted = (): void => fail(new OpenFailure('NOT_FOUND', 'closed'));
    const refused = (error: Error): void => fail(connectFailure(error));
    signal.addEventListener('abort', aborted, { once: true });
    socket.once('error', refused);
    socket.once('connect', () => {
      timer.cancel();
      signal.removeEventListener('abort', aborted);
      socket.removeListener('error', refused);
      resolve(useSocket(socket, `${host}:${options.port}`, options, clock, events));
    });
  });
}

function connectFailure(error: Error): OpenFailure {
  const code = (error as { code?: unknown }).code;
  if (code === 'ECONNREFUSED') return new OpenFailure('REFUSED', error.message);
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || code === 'ENOTFOUND' || code === 'ETIMEDOUT') {
    return new OpenFailure('NOT_FOUND', error.message);
  }
  return failureOf(error);
}

function useSocket(
  socket: Socket,
  device: string,
  options: FramingOptions,
  clock: DriverClock,
  events: LinkEvents,
): Link {
  const framer = createFramer(options, clock, events);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  socket.on('data', (bytes: Buffer) => framer.push(bytes));
  socket.on('error', () => undefined); // `close` follows and says enough
  socket.on('close', () => {
    framer.end();
    events.lost(null);
  });
  return {
    device,
    close: () =>
      new Promise((resolve) => {
        framer.end();
        if (socket.closed) {
          resolve();
          return;
        }
        socket.once('close', () => resolve());
        socket.destroy();
      }),
  };
}

/** Waits for one caller. A second one is turned away: it would mix its bytes into the first one's lane. */
function acceptOne(
  options: TcpOptions,
  clock: DriverClock,
  events: LinkEvents,
  signal: AbortSignal,
): Promise<Link> {
  return new Promise((resolve, reject) => {
    let link: Link | null = null;
    const { allow = [] } = options;
    const server = createServer((socket) => {
      const caller = socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
      if (link !== null || (allow.length > 0 && !allow.includes(caller))) {
        socket.destroy();
        return;
      }
      signal.removeEventListener('abort', aborted);
      const used = useSocket(socket, `${caller}:${socket.remotePort ?? 0}`, options, clock, events);
      link = { device: used.device, close: () => used.close().then(() => closed(server)) };
      resolve(link);
    });
    const aborted = (): void => {
      void closed(server).then(() => reject(new OpenFailure('NOT_FOUND', 'closed')));
    };
    signal.addEventListener('abort', aborted, { once: true });
    server.once('error', (error: NodeJS.ErrnoException) => {
      signal.removeEventListener('abort', aborted);
      reject(error.code === 'EADDRINUSE' ? new OpenFailure('BUSY', error.message) : error);
    });
    server.listen(options.port, options.host ?? '127.0.0.1');
  });
}

function closed(server: ReturnType<typeof createServer>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

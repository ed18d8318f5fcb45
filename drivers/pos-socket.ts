/**
 * A unix domain socket for POS programs that would rather read lines than a serial port: every reader gets each line once,
 * and nothing that was scanned before it came. What a reader writes is thrown away.
 *
 * One that does not read is sent away: a scan waits for nobody, and what was queued here must not reach a later sale.
 */
import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { oneLine, type PosPort, type PosPortState } from './pos-port.ts';
import type { DriverClock } from './scanner.ts';

export interface PosSocketOptions {
  /** The name that the POS program connects to, such as `/run/kona-till/pos.sock`; at most 100 bytes. */
  readonly path: string;
  /** What follows each line. Default LF. */
  readonly suffix?: string;
}

const MODE = 0o660;
const RETRY_MS = 5000;
const CLIENTS_MAX = 8;
const UNREAD_BYTES_MAX = 8192;
/** Nothing is expected from a reader; one that sends this much has mistaken the address. */
const HEARD_BYTES_MAX = 65_536;
const LINE_LENGTH_MAX = 4096;

/**
 * Listens now, and tries again for ever while it cannot. A socket file that is left over is taken away only when nobody
 * listens on it; any other file stays where it is.
 */
export function openPosSocket(options: PosSocketOptions, clock: DriverClock): PosPort {
  return new PosSocket(options, clock);
}

class PosSocket implements PosPort {
  readonly #options: PosSocketOptions;
  readonly #clock: DriverClock;
  readonly #clients = new Set<Socket>();
  #server: Server | null = null;
  #isClosed = false;
  #timer: { cancel(): void } | null = null;
  #making: Promise<void>;
  #sent = 0;
  #dropped = 0;
  #cut = 0;

  constructor(options: PosSocketOptions, clock: DriverClock) {
    this.#options = options;
    this.#clock = clock;
    this.#making = this.#make();
  }

  state(): PosPortState {
    if (this.#isClosed) return 'closed';
    if (this.#server === null) return 'unavailable';
    return this.#clients.size === 0 ? 'waiting' : 'open';
  }

  sent(): number {
    return this.#sent;
  }

  dropped(): number {
    return this.#dropped;
  }

  cut(): number {
    return this.#cut;
  }

  send(text: string): boolean {
    const line = oneLine(text, LINE_LENGTH_MAX);
    const readers = line === null ? [] : [...this.#clients].filter((client) => this.#keepsUp(client));
    for (const reader of readers) reader.write(line + (this.#options.suffix ?? '\n'));
    const isSent = readers.length > 0;
    if (isSent) this.#sent += 1;
    else this.#dropped += 1;
    return isSent;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#making;
    for (const client of this.#clients) client.destroy();
    const server = this.#server;
    this.#server = null;
    // Closing takes the socket's file away too.
    if (server !== null) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  #keepsUp(client: Socket): boolean {
    if (client.writableLength <= UNREAD_BYTES_MAX) return true;
    this.#sendAway(client);
    return false;
  }

  #sendAway(client: Socket): void {
    if (!this.#clients.delete(client)) return;
    this.#cut += 1;
    client.destroy();
  }

  async #make(): Promise<void> {
    this.#timer = null;
    const { path } = this.#options;
    let server = await listenAt(path);
    if (server === null && (await isLeftOver(path))) {
      rmSync(path, { force: true });
      server = await listenAt(path);
    }
    if (server === null) {
      if (!this.#isClosed) this.#timer = this.#clock.after(RETRY_MS, () => this.#again());
      return;
    }
    server.maxConnections = CLIENTS_MAX;
    server.on('drop', () => {
      this.#cut += 1;
    });
    server.on('error', () => undefined); // of a single connection that could not be taken
    server.on('connection', (client) => this.#welcome(client));
    this.#server = server;
  }

  #again(): void {
    this.#making = this.#make();
  }

  #welcome(client: Socket): void {
    if (this.#isClosed) {
      client.destroy();
      return;
    }
    this.#clients.add(client);
    client.on('error', () => undefined); // `close` follows and says enough
    client.on('close', () => this.#clients.delete(client));
    // Only by reading is it seen that the POS program left.
    client.on('data', () => {
      if (client.bytesRead > HEARD_BYTES_MAX) this.#sendAway(client);
    });
  }
}

/** A server that listens with the right mode, or null. */
function listenAt(path: string): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.once('listening', () => resolve(server));
    server.listen(path);
    // `listen` has bound the name when it returns: nobody could have been let in by another mode in between.
    try {
      if (server.listening) chmodSync(path, MODE);
    } catch {
      server.close();
      resolve(null);
    }
  });
}

/** Whether a socket lies there on which nobody listens. Anything else may be somebody's. */
async function isLeftOver(path: string): Promise<boolean> {
  const before = socketAt(path);
  if (before === null || (await answers(path)) !== 'ECONNREFUSED') return false;
  return socketAt(path) === before;
}

function socketAt(path: string): bigint | null {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stat?.isSocket() === true ? stat.ino : null;
}

/** `open`, or the code with which nobody answered. */
function answers(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve('open');
    });
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'unknown'));
  });
}

import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import { ConnectFault, type ConnectFaultCode, type ConnectTarget, openConnection } from './connection.ts';

/** Why there is no whole answer. `bytesWritten` of the fault, never its code, says whether anything left. */
export type TransportFaultCode =
  | ConnectFaultCode
  | 'RESET' // closed or broken before the whole answer was there
  | 'FIRST_BYTE_TIMEOUT'
  | 'TOTAL_TIMEOUT'
  | 'ANSWER_TOO_LARGE'
  | 'ABORTED'
  | 'BUSY' // every connection is in use
  | 'DISPOSED';

export class TransportFault extends Error {
  readonly code: TransportFaultCode;
  /** Bytes of this request that were handed to a connected socket. */
  readonly bytesWritten: number;
  constructor(code: TransportFaultCode, bytesWritten: number) {
    super(code);
    this.name = 'TransportFault';
    this.code = code;
    this.bytesWritten = bytesWritten;
  }
}

const HINTED_IDLE_MAX_MS = 60_000;

export interface TransportOptions {
  readonly target: ConnectTarget;
  /** From the moment a connection is there to the answer's headers. */
  readonly firstByteMs: number;
  /** From the call to the last byte of the answer, connecting included. */
  readonly totalMs: number;
  readonly maxAnswerBytes: number;
  /** Connections, and so calls, at the same time. */
  readonly connections: number;
  /** An idle connection is let go after this time, before the server's own idle limit cuts a request off. */
  readonly idleMs: number;
}

export interface TransportRequest {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly signal?: AbortSignal;
}

export interface TransportAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly bytesWritten: number;
}

/**
 * One connection at a time and one request at a time on it, so the bytes written for a request are a difference of two
 * readings of one counter, also on a kept connection and over a reconnect.
 */
class Lane {
  readonly client: Client;
  busy = false;
  #socket: Socket | null = null;
  #base = 0;
  #earlier = 0;

  constructor(origin: string, options: TransportOptions) {
    this.client = new Client(origin, {
      pipelining: 1,
      allowH2: false,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: options.idleMs,
      // A server that says how long it keeps a connection is believed, up to a minute.
      keepAliveMaxTimeout: Math.max(options.idleMs, HINTED_IDLE_MAX_MS),
      maxHeaderSize: 16_384,
      connect: (_where, callback) => {
        openConnection(options.target, (fault, socket) => {
          if (socket === null) return callback(fault ?? new ConnectFault('CONNECT_FAILED'), null);
          this.#earlier += this.#written();
          this.#socket = socket;
          this.#base = socket.bytesWritten;
          callback(null, socket);
        });
      },
    });
  }

  #written(): number {
    return this.#socket === null ? 0 : this.#socket.bytesWritten - this.#base;
  }

  startCounting(): void {
    this.#earlier = 0;
    if (this.#socket?.destroyed === true) this.#socket = null;
    if (this.#socket !== null) this.#base = this.#socket.bytesWritten;
  }

  counted(): number {
    return this.#earlier + this.#written();
  }
}

/** Collects one answer. undici may offer a request to a second connection after a failure; that is never allowed here. */
class Collector implements Dispatcher.DispatchHandler {
  readonly #max: number;
  readonly #onStart: () => void;
  readonly #onHeaders: () => void;
  readonly #settle: (fault: TransportFaultCode | null) => void;
  #controller: Dispatcher.DispatchController | null = null;
  #chunks: Buffer[] = [];
  #size = 0;
  status = 0;
  headers: IncomingHttpHeaders = {};

  constructor(
    max: number,
    events: {
      onStart: () => void;
      onHeaders: () => void;
      settle: (fault: TransportFaultCode | null) => void;
    },
  ) {
    this.#max = max;
    this.#onStart = events.onStart;
    this.#onHeaders = events.onHeaders;
    this.#settle = events.settle;
  }

  body(): Buffer {
    const [only] = this.#chunks;
    return this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks);
  }

  abort(): void {
    this.#controller?.abort(new Error('ABORTED'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#controller !== null) throw new Error('a request is never sent twice');
    this.#controller = controller;
    this.#onStart();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200) return; // 100 to 103 announce an answer, they are none
    this.status = status;
    this.headers = headers;
    this.#onHeaders();
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.#max) this.#settle('ANSWER_TOO_LARGE');
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#settle(null);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#settle(error instanceof ConnectFault ? error.code : 'RESET');
  }
}

/**
 * A small pool of kept-alive connections to one origin. It never retries, never follows a redirect, reads no proxy from
 * the environment and unpacks no content encoding.
 */
export class Transport {
  readonly #options: TransportOptions;
  readonly #origin: string;
  #lanes: Lane[] = [];
  #disposed = false;

  constructor(options: TransportOptions) {
    this.#options = options;
    const { secure, host, port } = options.target;
    this.#origin = `${secure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  /** One request, one answer. Rejects with TransportFault only. */
  async call(request: TransportRequest): Promise<TransportAnswer> {
    if (this.#disposed) throw new TransportFault('DISPOSED', 0);
    if (request.signal?.aborted === true) throw new TransportFault('ABORTED', 0);
    const lane = this.#freeLane();
    if (lane === null) throw new TransportFault('BUSY', 0);
    lane.busy = true;
    try {
      return await this.#exchange(lane, request);
    } finally {
      lane.busy = false;
    }
  }

  /** Ends every connection, also those in use. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    const lanes = this.#lanes;
    this.#lanes = [];
    await Promise.all(lanes.map((lane) => lane.client.destroy(new Error('DISPOSED'))));
  }

  /** A lane whose connection is most likely warm first: lanes are tried in the order in which they were made. */
  #freeLane(): Lane | null {
    const free = this.#lanes.find((lane) => !lane.busy);
    if (free !== undefined) return free;
    if (this.#lanes.length >= this.#options.connections) return null;
    const lane = new Lane(this.#origin, this.#options);
    this.#lanes.push(lane);
    return lane;
  }

  #replace(lane: Lane): void {
    this.#lanes = this.#lanes.filter((other) => other !== lane);
    lane.client.destroy(new Error('REPLACED')).catch(() => {});
  }

  #exchange(lane: Lane, request: TransportRequest): Promise<TransportAnswer> {
    const { firstByteMs, totalMs, maxAnswerBytes } = this.#options;
    return new Promise((resolve, reject) => {
      let settled = false;
      let firstByte: NodeJS.Timeout | undefined;
      const settle = (fault: TransportFaultCode | null): void => {
        if (settled) return;
        settled = true;
        clearTimeout(total);
        clearTimeout(firstByte);
        request.signal?.removeEventListener('abort', onAbort);
        const bytesWritten = lane.counted();
        if (fault === null) {
          const { status, headers } = collector;
          resolve({ status, headers, body: collector.body(), bytesWritten });
          return;
        }
        // What is still under way on this connection belongs to a call that is over: the connection goes with it.
        collector.abort();
        this.#replace(lane);
        reject(new TransportFault(this.#disposed && fault === 'RESET' ? 'DISPOSED' : fault, bytesWritten));
      };
      const onAbort = (): void => settle('ABORTED');
      const collector = new Collector(maxAnswerBytes, {
        onStart: () => {
          firstByte = setTimeout(() => settle('FIRST_BYTE_TIMEOUT'), firstByteMs);
        },
        onHeaders: () => clearTimeout(firstByte),
        settle,
      });
      const total = setTimeout(() => settle('TOTAL_TIMEOUT'), totalMs);
      request.signal?.addEventListener('abort', onAbort, { once: true });
      lane.startCounting();
      lane.client.dispatch(
        { path: request.path, method: 'POST', headers: request.headers, body: request.body },
        collector,
      );
    });
  }
}

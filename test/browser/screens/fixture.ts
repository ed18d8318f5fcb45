/**
 * A small server in the agent's place: the built pages under a strict content security policy, scripted snapshots over a
 * real event stream, and every call that the page makes kept for the test to look at.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { Snapshot } from '../../../src/station/snapshot.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
};
/** The agent's own policy, word for word. */
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const PING_MS = 500;

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** The page said that it reads again by itself. */
  readonly byItself: boolean;
}

/** What a route answers; null: it never answers (the socket stays open). */
export type Route = (call: Call) => { readonly status: number; readonly body: unknown } | null;

export class FixtureServer {
  readonly calls: Call[] = [];
  readonly routes = new Map<string, Route>();
  /** Streams other than the cashier's: what they say once a second, as `event: state`. */
  readonly states = new Map<string, unknown>();
  /** Pings stop while true: the agent is stuck. */
  silent = false;
  readonly #server: Server;
  readonly #streams = new Set<ServerResponse>();
  readonly #root: string;
  readonly #timer: ReturnType<typeof setInterval>;
  #snapshot: Snapshot;
  #restarts = 0;

  private constructor(root: string, snapshot: Snapshot) {
    this.#root = root;
    this.#snapshot = snapshot;
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch(() => response.destroy());
    });
    this.#timer = setInterval(() => this.#ping(), PING_MS);
  }

  static async start(root: string, snapshot: Snapshot): Promise<FixtureServer> {
    const fixture = new FixtureServer(root, snapshot);
    await new Promise<void>((resolve) => fixture.#server.listen(0, '127.0.0.1', resolve));
    return fixture;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  get streams(): number {
    return this.#streams.size;
  }

  /** Sends the next snapshot of the present run to every open page. */
  show(snapshot: Snapshot): Snapshot {
    this.#snapshot = this.#next(snapshot);
    for (const stream of this.#streams) this.#send(stream);
    return this.#snapshot;
  }

  /** The next snapshot, which no page gets: a lost event. */
  lose(snapshot: Snapshot): Snapshot {
    this.#snapshot = this.#next(snapshot);
    return this.#snapshot;
  }

  /**
   * Another run of the agent: the streams end, its numbers begin again. The run's name is made here, because one that was
   * there before would make the page ignore the snapshot as an old one.
   */
  restart(snapshot: Snapshot): Snapshot {
    this.#restarts += 1;
    this.#snapshot = { ...snapshot, run: `run-after-restart-${this.#restarts}`, sequence: 1 };
    this.drop();
    return this.#snapshot;
  }

  /** Ends the streams, as an agent that died would. */
  drop(): void {
    for (const stream of this.#streams) stream.destroy();
  }

  callsOf(name: string): readonly Call[] {
    return this.calls.filter((call) => call.path.endsWith(`/${name}`));
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.drop();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #next(snapshot: Snapshot): Snapshot {
    const { run, sequence } = this.#snapshot;
    return { ...snapshot, run, sequence: sequence + 1 };
  }

  #send(stream: ServerResponse): void {
    stream.write(
      `event: snapshot\nid: ${this.#snapshot.run}.${this.#snapshot.sequence}\ndata: ${JSON.stringify(this.#snapshot)}\n\n`,
    );
  }

  #ping(): void {
    if (this.silent) return;
    const { run, sequence } = this.#snapshot;
    for (const stream of this.#streams) {
      stream.write(`event: ping\ndata: ${JSON.stringify({ run, sequence, wallMs: Date.now() })}\n\n`);
    }
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    if (!url.pathname.startsWith('/api/')) return this.#file(url.pathname, response);
    if (this.states.has(url.pathname)) return this.#stateStream(url.pathname, response);
    if (url.pathname.endsWith('/events')) return this.#stream(response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const call: Call = {
      method: request.method ?? 'GET',
      path: url.pathname,
      byItself: request.headers['x-kona-till-refresh'] === '1',
      body: text === '' ? Object.fromEntries(url.searchParams) : JSON.parse(text),
    };
    this.calls.push(call);
    const answer = this.#answer(call);
    if (answer === null) return;
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  }

  #answer(call: Call): ReturnType<Route> {
    const route = this.routes.get(`${call.method} ${call.path}`);
    if (route !== undefined) return route(call);
    if (call.path === '/api/v1/stations') {
      return {
        status: 200,
        body: {
          terminalId: 'T0000001',
          run: this.#snapshot.run,
          version: '0',
          stations: [{ stationId: '1', hasPage: false }],
        },
      };
    }
    if (call.path.startsWith('/api/v1/stations/')) {
      return { status: 200, body: { done: true, refusal: null, snapshot: this.#snapshot } };
    }
    return { status: 404, body: { error: 'NOT_FOUND', text: call.path } };
  }

  #stream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
    if (!this.silent) this.#send(response);
  }

  #stateStream(path: string, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const say = (): void => {
      response.write(`event: state\ndata: ${JSON.stringify(this.states.get(path))}\n\n`);
    };
    if (!this.silent) say();
    const timer = setInterval(() => this.silent || say(), 2 * PING_MS);
    response.on('close', () => clearInterval(timer));
  }

  #file(path: string, response: ServerResponse): void {
    const file = join(this.#root, path === '/' ? 'cashier.html' : path);
    if (!file.startsWith(this.#root) || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'content-security-policy': CSP });
    response.end(readFileSync(file));
  }
}

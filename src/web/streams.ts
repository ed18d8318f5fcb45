/**
 * Server-sent events with bounds: so many streams, so many bytes waiting in each. A page that does not read is cut off and
 * comes back by itself; nothing is kept for it, because every event that matters is the whole present state.
 */
import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { Clock, Timer } from '../intent/clock.ts';

export interface StreamOptions {
  readonly clock: Clock;
  /** All streams together. */
  readonly max: number;
  /** How many of them are kept for cashier pages. */
  readonly kept: number;
  /** Bytes that may wait in one stream. */
  readonly waitingMax: number;
  readonly pingMs: number;
}

export interface Stream {
  /** Sends one event; `id` becomes the browser's Last-Event-ID. */
  send(event: string, data: unknown, id?: string): void;
  /** State events: while the page is slow only the newest waits. */
  sendLatest(event: string, data: () => unknown, id: () => string): void;
  /**
   * Events that must all arrive, in order: `next` gives the following few (an empty list: no more now) and is asked only
   * while the client keeps up, so nothing piles up for a slow one, and once a turn, so that nobody waits for one that
   * catches up. The answer asks again: call it when there is more.
   */
  follow(next: () => readonly StreamEvent[]): () => void;
  close(): void;
}

export interface StreamEvent {
  readonly event: string;
  readonly data: unknown;
  readonly id: string;
}

interface Open {
  readonly response: ServerResponse;
  readonly ping: (() => unknown) | null;
  readonly isCashier: boolean;
  latest: (() => string) | null;
  /** Asks for the next events of `follow`. */
  pull: (() => void) | null;
}

export class Streams {
  readonly #options: StreamOptions;
  readonly #open = new Set<Open>();
  #timer: Timer | null = null;

  constructor(options: StreamOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Turns a reply into a stream; null when there are too many. `closed` runs once, whoever ends it. */
  begin(
    reply: FastifyReply,
    ping: (() => unknown) | null,
    closed: () => void,
    isCashier = false,
  ): Stream | null {
    const { max, kept } = this.#options;
    const others = [...this.#open].filter((open) => !open.isCashier).length;
    if (this.#open.size >= max || (!isCashier && others >= max - kept)) return null;
    const response = reply.raw;
    const open: Open = { response, ping, isCashier, latest: null, pull: null };
    for (const [header, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) response.setHeader(header, value);
    }
    reply.hijack();
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    this.#open.add(open);
    let isClosed = false;
    const end = (): void => {
      if (isClosed) return;
      isClosed = true;
      this.#open.delete(open);
      if (this.#open.size === 0) this.#stopPings();
      closed();
    };
    response.on('close', end);
    response.on('error', end);
    response.on('drain', () => this.#drained(open));
    this.#startPings();
    return {
      send: (event, data, id) => this.#write(open, encode(event, data, id)),
      sendLatest: (event, data, id) => {
        const text = (): string => encode(event, data(), id());
        if (response.writableNeedDrain) open.latest = text;
        else this.#write(open, text());
      },
      follow: (next) => {
        const pull = this.#pulling(open, next);
        open.pull = pull;
        pull();
        return pull;
      },
      close: () => {
        response.end();
        end();
      },
    };
  }

  /** Ends all streams at once. */
  close(): void {
    for (const open of this.#open) open.response.destroy();
    this.#open.clear();
    this.#stopPings();
  }

  #write(open: Open, text: string): void {
    const { response } = open;
    if (response.destroyed || response.writableEnded) return;
    if (response.writableLength > this.#options.waitingMax) {
      response.destroy();
      return;
    }
    response.write(text);
  }

  #drained(open: Open): void {
    const text = open.latest;
    open.latest = null;
    if (text !== null) this.#write(open, text());
    open.pull?.();
  }

  #pulling(open: Open, next: () => readonly StreamEvent[]): () => void {
    const { response } = open;
    let isSoon = false;
    const pull = (): void => {
      if (isSoon || response.writableNeedDrain || response.destroyed || response.writableEnded) return;
      const events = next();
      if (events.length === 0) return;
      this.#write(open, events.map(({ event, data, id }) => encode(event, data, id)).join(''));
      isSoon = true;
      this.#options.clock.after(0, () => {
        isSoon = false;
        pull();
      });
    };
    return pull;
  }

  /** On whole multiples of the monotonic clock: regular work of the process shares its wake-ups. */
  #startPings(): void {
    const { clock, pingMs } = this.#options;
    this.#timer ??= clock.after(pingMs - (clock.now().monoMs % pingMs), () => {
      this.#timer = null;
      for (const open of this.#open) {
        this.#write(open, open.ping === null ? ': \n\n' : encode('ping', open.ping()));
      }
      if (this.#open.size > 0) this.#startPings();
    });
  }

  #stopPings(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }
}

function encode(event: string, data: unknown, id?: string): string {
  const line = id === undefined ? '' : `id: ${id}\n`;
  return `${line}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

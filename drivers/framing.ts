/**
 * Bytes of a line-like scanner to frames. Bounded: a frame longer than the limit is dropped and counted, everything up
 * to its end with it. A framer belongs to one connection; half a frame dies with it.
 * serialport's own line parser cuts the frames; it has no bound and delivers half a frame at its end: both are added here.
 */
import { ReadlineParser } from '@serialport/parser-readline';
import type { DriverClock, DropReason } from './scanner.ts';

/**
 * How a device ends a read. `auto`: CR, LF or both. `none`: nothing follows, silence ends the frame. `CR` takes a line
 * feed after it and `LF` a carriage return before it as part of the suffix: half of all devices send both.
 */
export const SUFFIXES = ['auto', 'CR', 'LF', 'CRLF', 'TAB', 'none'] as const;
export type Suffix = (typeof SUFFIXES)[number];

export const FRAME_BYTES_MAX = 256;
/** Silence that ends a frame without suffix: thirty characters' time at 9600 baud, longer than any USB hiccup seen. */
const IDLE_MS_DEFAULT = 100;
/** A frame that does not end within this is a piece of one: the rest was lost, it must not glue to the next scan. */
const PARTIAL_MS_DEFAULT = 1000;

export interface FramingOptions {
  /** Default `auto`. */
  readonly suffix?: Suffix;
  /** Characters that the device puts before each read; taken away when present. */
  readonly prefix?: string;
  /** Only for suffix `none`. */
  readonly idleMs?: number;
  /** For the other suffixes: an unfinished frame is dropped after this. */
  readonly partialMs?: number;
}

export interface FrameSink {
  frame(text: string): void;
  dropped(reason: DropReason): void;
  /** What was dropped as `CUT` because its end never came, while the connection goes on. */
  unended?(text: string): void;
}

export interface Framer {
  push(bytes: Uint8Array): void;
  /** The connection is gone: what is unfinished is dropped. Idempotent. */
  end(): void;
}

export function createFramer(options: FramingOptions, clock: DriverClock, sink: FrameSink): Framer {
  const prefix = options.prefix ?? '';
  const suffix = options.suffix ?? 'auto';
  return suffix === 'none'
    ? new SilenceFramer(options.idleMs ?? IDLE_MS_DEFAULT, prefix, clock, sink)
    : new LineFramer(suffix, options.partialMs ?? PARTIAL_MS_DEFAULT, prefix, clock, sink);
}

function bareText(bytes: Uint8Array, prefix: string): string {
  const text = decodeText(bytes);
  return prefix !== '' && text.startsWith(prefix) ? text.slice(prefix.length) : text;
}

function deliverFrame(bytes: Uint8Array, prefix: string, sink: FrameSink): void {
  const bare = bareText(bytes, prefix);
  if (bare === '') sink.dropped('EMPTY');
  else sink.frame(bare);
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 when it is, otherwise one character per byte: no byte is lost and nothing throws. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}

const DELIMITERS: Readonly<Record<Exclude<Suffix, 'none'>, string>> = {
  auto: '\r',
  CR: '\r',
  LF: '\n',
  CRLF: '\r\n',
  TAB: '\t',
};
const CR = 13;
const LF = 10;

class LineFramer implements Framer {
  readonly #suffix: Exclude<Suffix, 'none'>;
  readonly #partialMs: number;
  readonly #prefix: string;
  readonly #clock: DriverClock;
  readonly #sink: FrameSink;
  #parser: ReadlineParser;
  /** Inside a frame that was already dropped as too long: its end is awaited. */
  #skipping = false;
  #partial: { cancel(): void } | null = null;
  #ended = false;

  constructor(
    suffix: Exclude<Suffix, 'none'>,
    partialMs: number,
    prefix: string,
    clock: DriverClock,
    sink: FrameSink,
  ) {
    this.#suffix = suffix;
    this.#partialMs = partialMs;
    this.#prefix = prefix;
    this.#clock = clock;
    this.#sink = sink;
    this.#parser = this.#newParser();
  }

  push(bytes: Uint8Array): void {
    // Small pieces, so that the parser never holds more than the limit and one piece.
    for (let at = 0; at < bytes.length && !this.#ended; at += FRAME_BYTES_MAX) {
      this.#pushPiece(Buffer.from(bytes.subarray(at, at + FRAME_BYTES_MAX)));
    }
    this.#armPartial();
  }

  end(): void {
    if (this.#ended) return;
    if (this.#unfinished() && !this.#skipping) this.#sink.dropped('CUT');
    this.#ended = true;
    this.#partial?.cancel();
    this.#parser.destroy();
  }

  #newParser(): ReadlineParser {
    // Object mode on the readable side keeps one line per read, empty ones too.
    return new ReadlineParser({
      delimiter: DELIMITERS[this.#suffix],
      encoding: 'latin1',
      readableObjectMode: true,
    });
  }

  #pushPiece(piece: Buffer): void {
    if (this.#suffix === 'auto') {
      for (let i = 0; i < piece.length; i += 1) if (piece[i] === LF) piece[i] = CR;
    }
    this.#parser.write(piece);
    for (let line = this.#readLine(); line !== null && !this.#ended; line = this.#readLine())
      this.#take(line);
    if (!this.#ended && this.#parser.buffer.length > FRAME_BYTES_MAX) this.#dropTooLong();
  }

  #readLine(): Uint8Array | null {
    const line: unknown = this.#parser.read();
    if (line === null) return null;
    return typeof line === 'string' ? Buffer.from(line, 'latin1') : (line as Uint8Array);
  }

  #take(line: Uint8Array): void {
    if (this.#skipping) {
      this.#skipping = false;
      return;
    }
    if (line.length === 0 && this.#suffix === 'auto') return; // the other half of CRLF, or a doubled suffix
    const bare = this.#withoutOtherHalf(line);
    if (bare.length > FRAME_BYTES_MAX) this.#sink.dropped('TOO_LONG');
    else deliverFrame(bare, this.#prefix, this.#sink);
  }

  /** Is a piece of a frame waiting for its end? A lone line feed after `CR` is none. */
  #unfinished(): boolean {
    const { buffer } = this.#parser;
    return buffer.length > (this.#suffix === 'CR' && buffer[0] === LF ? 1 : 0);
  }

  #withoutOtherHalf(line: Uint8Array): Uint8Array {
    if (this.#suffix === 'CR' && line[0] === LF) return line.subarray(1);
    if (this.#suffix === 'LF' && line.at(-1) === CR) return line.subarray(0, -1);
    return line;
  }

  #dropTooLong(): void {
    if (!this.#skipping) this.#sink.dropped('TOO_LONG');
    this.#skipping = true;
    const last = this.#parser.buffer.subarray(-1);
    this.#parser.destroy();
    this.#parser = this.#newParser();
    // The first half of a CRLF whose second half is still on its way.
    if (this.#suffix === 'CRLF' && last[0] === CR) this.#parser.write(Buffer.from(last));
  }

  #armPartial(): void {
    this.#partial?.cancel();
    this.#partial = null;
    if (this.#ended) return;
    if (!this.#unfinished() && !this.#skipping) return;
    this.#partial = this.#clock.after(this.#partialMs, () => {
      this.#partial = null;
      const piece = this.#skipping ? null : bareText(this.#parser.buffer, this.#prefix);
      this.#skipping = false;
      this.#parser.destroy();
      this.#parser = this.#newParser();
      if (piece === null) return;
      this.#sink.dropped('CUT');
      this.#sink.unended?.(piece);
    });
  }
}

/** No suffix: silence ends a frame. */
class SilenceFramer implements Framer {
  readonly #idleMs: number;
  readonly #prefix: string;
  readonly #clock: DriverClock;
  readonly #sink: FrameSink;
  readonly #buffer = new Uint8Array(FRAME_BYTES_MAX);
  #length = 0;
  #tooLong = false;
  #silence: { cancel(): void } | null = null;
  #ended = false;

  constructor(idleMs: number, prefix: string, clock: DriverClock, sink: FrameSink) {
    this.#idleMs = idleMs;
    this.#prefix = prefix;
    this.#clock = clock;
    this.#sink = sink;
  }

  push(bytes: Uint8Array): void {
    if (this.#ended || bytes.length === 0) return;
    if (this.#length + bytes.length > FRAME_BYTES_MAX) {
      this.#tooLong = true;
    } else {
      this.#buffer.set(bytes, this.#length);
      this.#length += bytes.length;
    }
    this.#silence?.cancel();
    this.#silence = this.#clock.after(this.#idleMs, () => this.#finish());
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#silence?.cancel();
    if (this.#length > 0 || this.#tooLong) this.#sink.dropped(this.#tooLong ? 'TOO_LONG' : 'CUT');
    this.#buffer.fill(0);
  }

  #finish(): void {
    this.#silence = null;
    const bytes = this.#buffer.slice(0, this.#length);
    const tooLong = this.#tooLong;
    this.#buffer.fill(0);
    this.#length = 0;
    this.#tooLong = false;
    if (tooLong) this.#sink.dropped('TOO_LONG');
    else deliverFrame(bytes, this.#prefix, this.#sink);
  }
}

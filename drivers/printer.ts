/**
 * A receipt printer behind a device file or a TCP socket. Papers wait in a short queue and are written one after the other;
 * whoever prints never waits, and a printer that is absent, switched off or out of paper costs nothing but its papers.
 *
 * A paper of which nothing was written is tried again for a while. One that broke off in the middle is not: half a receipt
 * and a whole one would look like two. A person prints it again.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { connect } from 'node:net';
import type { DriverClock } from './scanner.ts';

export type PrinterTarget =
  /** A device such as `/dev/usb/lp0`; it must exist, nothing is created. */
  | { readonly kind: 'file'; readonly path: string }
  /** A printer in the network, usually on port 9100. */
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

export interface PrinterStatus {
  /** failed: the last try did not reach the printer, or broke off. */
  readonly state: 'ready' | 'printing' | 'failed' | 'closed';
  /** One sentence for a person; null unless failed. */
  readonly fault: string | null;
  readonly waiting: number;
  readonly printed: number;
  /** Papers given up: too many waited, too late, or broken off. */
  readonly lost: number;
}

export interface Printer {
  /** False when too many papers wait: this one is lost. Never throws, never blocks. */
  print(paper: Uint8Array): boolean;
  status(): PrinterStatus;
  /** Gives up what waits. Idempotent; resolves when nothing is open any more. */
  close(): Promise<void>;
}

const WAITING_MAX = 8;
const PAPER_BYTES_MAX = 65_536;
/** Longer than a printer takes for the longest paper; then it is off, jammed or out of paper. */
const WRITE_MS_MAX = 8_000;
const RETRY_MS = 3_000;
/** The customer has gone by then. */
const PAPER_LIFE_MS = 60_000;
/** A printer that did not close its side by then keeps it open. */
const LINGER_MS = 1_000;
/** A device that takes nothing just now is asked again this often. */
const BUSY_MS = 50;

/** What a write came to: how many bytes may have left, and the system's code when it failed. */
interface Written {
  readonly bytes: number;
  readonly code: string | null;
}

/** Opens nothing yet. `changed` is called when the printer begins to fail and when it prints again, never after `close`. */
export function openPrinter(
  target: PrinterTarget,
  clock: DriverClock,
  changed: (status: PrinterStatus) => void = () => undefined,
): Printer {
  return new QueuedPrinter(target, clock, changed);
}

class QueuedPrinter implements Printer {
  readonly #target: PrinterTarget;
  readonly #clock: DriverClock;
  readonly #changed: (status: PrinterStatus) => void;
  readonly #queue: { readonly paper: Uint8Array; readonly sinceMs: number }[] = [];
  readonly #abort = new AbortController();
  #running: Promise<void> | null = null;
  #wake: () => void = () => undefined;
  #fault: string | null = null;
  #printed = 0;
  #lost = 0;

  constructor(target: PrinterTarget, clock: DriverClock, changed: (status: PrinterStatus) => void) {
    this.#target = target;
    this.#clock = clock;
    this.#changed = changed;
  }

  print(paper: Uint8Array): boolean {
    const takes = !this.#abort.signal.aborted && this.#queue.length < WAITING_MAX;
    if (!takes || paper.length > PAPER_BYTES_MAX) {
      this.#lost += 1;
      return false;
    }
    this.#queue.push({ paper, sinceMs: this.#clock.monoMs() });
    this.#running ??= this.#run();
    return true;
  }

  status(): PrinterStatus {
    const busy = this.#running === null ? 'ready' : 'printing';
    const open = this.#fault === null ? busy : 'failed';
    return {
      state: this.#abort.signal.aborted ? 'closed' : open,
      fault: this.#fault,
      waiting: this.#queue.length,
      printed: this.#printed,
      lost: this.#lost,
    };
  }

  async close(): Promise<void> {
    this.#abort.abort();
    this.#lost += this.#queue.length;
    this.#queue.length = 0;
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      const written = await this.#write(next.paper);
      if (this.#abort.signal.aborted) break;
      const isOver = this.#judge(written, this.#clock.monoMs() - next.sinceMs);
      if (isOver) this.#queue.shift();
      else await this.#wait(RETRY_MS);
    }
    this.#running = null;
  }

  /** True when the paper is done with, printed or not. */
  #judge({ bytes, code }: Written, ageMs: number): boolean {
    if (code === null) {
      this.#printed += 1;
      this.#show(null);
      return true;
    }
    this.#show(sentence(this.#target, bytes, code));
    const isOver = bytes > 0 || ageMs + RETRY_MS > PAPER_LIFE_MS;
    if (isOver) this.#lost += 1;
    return isOver;
  }

  #show(fault: string | null): void {
    if (this.#fault === fault) return;
    this.#fault = fault;
    this.#changed(this.status());
  }

  async #write(paper: Uint8Array): Promise<Written> {
    const limit = new AbortController();
    const timer = this.#clock.after(WRITE_MS_MAX, () => limit.abort());
    const signal = AbortSignal.any([limit.signal, this.#abort.signal]);
    try {
      return this.#target.kind === 'file'
        ? await this.#writeFile(this.#target.path, paper, signal)
        : await writeSocket(this.#target, paper, signal, this.#clock);
    } finally {
      timer.cancel();
    }
  }

  /** Without blocking: a printer that is switched off takes nothing, and says so at once. */
  async #writeFile(path: string, paper: Uint8Array, signal: AbortSignal): Promise<Written> {
    let file: FileHandle | null = null;
    let bytes = 0;
    try {
      const { O_WRONLY, O_APPEND, O_NOCTTY, O_NONBLOCK } = constants;
      file = await open(path, O_WRONLY | O_APPEND | O_NOCTTY | O_NONBLOCK);
      while (bytes < paper.length) {
        const taken = await writeSome(file, paper.subarray(bytes));
        bytes += taken;
        if (bytes < paper.length && signal.aborted) return { bytes, code: 'ETIMEDOUT' };
        if (taken === 0) await this.#wait(BUSY_MS);
      }
      return { bytes, code: null };
    } catch (error) {
      return { bytes, code: codeOf(error) };
    } finally {
      await file?.close().catch(() => undefined);
    }
  }

  #wait(ms: number): Promise<void> {
    if (this.#abort.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#clock.after(ms, resolve);
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}

/** 0 while the device takes nothing. */
async function writeSome(file: FileHandle, bytes: Uint8Array): Promise<number> {
  try {
    return (await file.write(bytes)).bytesWritten;
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return 0;
    throw error;
  }
}

function writeSocket(
  { host, port }: Extract<PrinterTarget, { kind: 'tcp' }>,
  paper: Uint8Array,
  signal: AbortSignal,
  clock: DriverClock,
): Promise<Written> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    let lingering: { cancel(): void } | null = null;
    const over = (code: string | null): void => {
      lingering?.cancel();
      signal.removeEventListener('abort', late);
      resolve({ bytes: socket.bytesWritten, code });
      socket.destroy();
    };
    const late = (): void => over('ETIMEDOUT');
    signal.addEventListener('abort', late);
    if (signal.aborted) late();
    socket.on('error', (error) => over(codeOf(error)));
    // What the printer says (its status) is of no use here, but must be read for the connection to end.
    socket.resume();
    socket.once('connect', () => socket.end(paper));
    // Everything was handed over; some printers keep their side open for long.
    socket.once('finish', () => {
      lingering = clock.after(LINGER_MS, () => over(null));
    });
    socket.once('close', () => over(null));
  });
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : 'EIO';
}

function sentence(target: PrinterTarget, bytes: number, code: string): string {
  const name = target.kind === 'file' ? target.path : `${target.host}:${target.port}`;
  if (bytes > 0) return `the printer ${name} stopped in the middle of a paper (${code})`;
  const why: Readonly<Record<string, string>> = {
    ENOENT: 'is not plugged in',
    ENXIO: 'is not plugged in',
    ENODEV: 'is not plugged in',
    EACCES: 'may not be opened by this user',
    EBUSY: 'is used by another program',
    ECONNREFUSED: 'refuses the connection',
    ETIMEDOUT: 'does not answer',
    ENOTFOUND: 'is not known in the network',
  };
  return `the printer ${name} ${why[code] ?? 'cannot be reached'} (${code})`;
}

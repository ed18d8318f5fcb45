/**
 * A virtual serial port for POS programs that expect a scanner of their own: what is not ours is written there as a
 * device would send it. A POS program that has the port closed gets nothing later, as from a real scanner.
 *
 * The port is a pty made by socat: Node itself cannot make one. socat says when the POS program has opened it and ends
 * when that closes it; then the next one is made under the same name.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { DriverClock } from './scanner.ts';

export interface PosPortOptions {
  /** The name that the POS program opens, such as `/run/kona-till/pos-scanner`. */
  readonly path: string;
  /** What follows each read. Default CR. */
  readonly suffix?: string;
  /** Default `660`. */
  readonly mode?: string;
  /** The program that makes the port. Default `socat`. */
  readonly command?: string;
}

/** waiting: nobody has it open. unavailable: it cannot be made; tried again. */
export type PosPortState = 'waiting' | 'open' | 'unavailable' | 'closed';

export interface PosPort {
  state(): PosPortState;
  /** False when nobody reads: the text is gone. Line breaks inside are taken out, they would look like a second read. */
  send(text: string): boolean;
  sent(): number;
  dropped(): number;
  /** Readers that were sent away: they did not read, or there were too many. */
  cut(): number;
  /** Idempotent; resolves when the port is gone. */
  close(): Promise<void>;
}

type Child = ChildProcessByStdio<Writable, null, Readable>;

const REMAKE_MS = 200;
const REMAKE_FAILED_MS = 5000;
const CLOSE_MS_MAX = 1000;
/** A POS program that does not read is treated as closed: old reads must not reach a later sale. */
const UNREAD_BYTES_MAX = 2048;
const TEXT_LENGTH_MAX = 256;

/** Makes the port now and again for ever. `changed` is called with every new state, never after `close`. */
export function openPosPort(
  options: PosPortOptions,
  clock: DriverClock,
  changed: (state: PosPortState) => void = () => undefined,
): PosPort {
  return new SocatPort(options, clock, changed);
}

/** The text without line breaks, which would look like a second read; null when nothing is left, or too much. */
export function oneLine(text: string, lengthMax: number): string | null {
  const bare = text.replace(/[\r\n]/g, '');
  return bare === '' || bare.length > lengthMax ? null : bare;
}

class SocatPort implements PosPort {
  readonly #options: PosPortOptions;
  readonly #clock: DriverClock;
  readonly #changed: (state: PosPortState) => void;
  #state: PosPortState = 'waiting';
  #child: Child | null = null;
  #ended: Promise<void> = Promise.resolve();
  #timer: { cancel(): void } | null = null;
  #sent = 0;
  #dropped = 0;
  #cut = 0;

  constructor(options: PosPortOptions, clock: DriverClock, changed: (state: PosPortState) => void) {
    if (/[,:!\s]/.test(options.path))
      throw new RangeError('the path of a port has no commas, colons or blanks');
    this.#options = options;
    this.#clock = clock;
    this.#changed = changed;
    this.#make();
  }

  state(): PosPortState {
    return this.#state;
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
    const child = this.#child;
    const bare = oneLine(text, TEXT_LENGTH_MAX);
    if (child === null || this.#state !== 'open' || bare === null) {
      this.#dropped += 1;
      return false;
    }
    if (child.stdin.writableLength > UNREAD_BYTES_MAX) {
      this.#dropped += 1;
      this.#cut += 1;
      child.kill('SIGKILL'); // nobody reads: what waits there goes with it
      return false;
    }
    child.stdin.write(bare + (this.#options.suffix ?? '\r'));
    this.#sent += 1;
    return true;
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#state = 'closed';
    this.#child?.kill('SIGTERM'); // lets socat take its link away
    const limit = this.#clock.after(CLOSE_MS_MAX, () => this.#child?.kill('SIGKILL'));
    await this.#ended;
    limit.cancel();
  }

  #make(): void {
    this.#timer = null;
    const { command = 'socat', path, mode = '660' } = this.#options;
    const pty = `pty,raw,echo=0,link=${path},mode=${mode},wait-slave,pty-interval=0.1`;
    // Both ways, though what the POS program writes is thrown away: only by reading does socat see that it left.
    const child = spawn(command, ['-d', '-d', 'STDIO', pty], { stdio: ['pipe', 'ignore', 'pipe'] });
    this.#child = child;
    child.stdin.on('error', () => undefined); // `exit` follows and says enough
    child.stderr.setEncoding('utf8');
    let failed = true;
    child.stderr.on('data', (words: string) => {
      if (words.includes('PTY is')) {
        failed = false;
        this.#show('waiting');
      }
      if (words.includes('starting data transfer')) this.#show('open');
    });
    this.#ended = new Promise((resolve) => {
      const over = (): void => {
        resolve();
        this.#over(child, failed);
      };
      child.once('error', over);
      child.once('exit', over);
    });
  }

  #over(child: Child, failed: boolean): void {
    if (this.#child !== child || this.#state === 'closed') return;
    this.#child = null;
    this.#show(failed ? 'unavailable' : 'waiting');
    this.#timer = this.#clock.after(failed ? REMAKE_FAILED_MS : REMAKE_MS, () => this.#make());
  }

  #show(state: PosPortState): void {
    if (this.#state === 'closed' || this.#state === state) return;
    this.#state = state;
    this.#changed(state);
  }
}

/** The host's side of guest/scan-log.ts: everything that it printed, and waiting for what it will print. */
import type { ScannerConfig } from '../../../drivers/open.ts';
import type { ScannerStatistics } from '../../../drivers/scanner.ts';
import type { ProcessHoldings } from '../guest/holdings.ts';
import type { Machine } from './machine.ts';

export interface ScanEvent {
  readonly event: 'started' | 'frame' | 'status' | 'holdings' | 'closed';
  /** The guest's monotonic clock. */
  readonly monoMs: number;
  readonly pid?: number;
  readonly source?: string;
  readonly text?: string;
  readonly symbology?: string | null;
  readonly state?: string;
  readonly device?: string | null;
  readonly problem?: string | null;
}
export interface Holdings extends ProcessHoldings {
  readonly monoMs: number;
  readonly statistics: Readonly<Record<string, ScannerStatistics>>;
}

const WAIT_MS = 60_000;
/** What the program said outside of its protocol, shown when a wait fails. */
const SAID_MAX = 20;
let started = 0;

/** The installed agent's user, with the groups that the service file gives it. */
function asTill(command: string): readonly string[] {
  return ['/bin/busybox', 'su', '-s', '/bin/sh', 'kona-till', '-c', `exec ${command}`];
}

export class ScanLog {
  readonly #machine: Machine;
  readonly #name = `scan-log-${started++}`;
  readonly #stop: () => void;
  readonly #wakers = new Set<() => void>();
  readonly events: ScanEvent[] = [];
  readonly #said: string[] = [];

  private constructor(machine: Machine) {
    this.#machine = machine;
    this.#stop = machine.onLine((name, line) => {
      if (name === this.#name) this.#take(line);
    });
  }

  /** Starts it as the unprivileged user of the agent and waits until its scanners are being opened. */
  static async start(machine: Machine, scanners: readonly ScannerConfig[]): Promise<ScanLog> {
    const log = new ScanLog(machine);
    const argument = JSON.stringify(scanners);
    if (argument.includes("'")) throw new Error('no quotes in a configuration of a test');
    const command = `/bin/node --no-warnings /app/test/hardware/guest/scan-log.ts '${argument}'`;
    await machine.start(log.#name, asTill(command));
    await log.until('the start', (event) => event.event === 'started');
    return log;
  }

  /** The program ends by itself once its scanners are closed: a pending read would keep it for ever. */
  async #ended(): Promise<void> {
    const endMs = performance.now() + WAIT_MS;
    while (!this.#said.some((line) => line.startsWith('[exit'))) {
      if (performance.now() > endMs)
        throw new Error('the program did not end after its scanners were closed');
      await new Promise((next) => setTimeout(next, 20));
    }
  }

  #take(line: string): void {
    if (line.startsWith('{')) this.events.push(JSON.parse(line) as ScanEvent);
    else {
      this.#said.push(line);
      if (this.#said.length > SAID_MAX) this.#said.shift();
    }
    for (const wake of [...this.#wakers]) wake();
  }

  /** The first event from `from` on that fits; waits for it. Rejects with what was waited for. */
  async until(what: string, fits: (event: ScanEvent) => boolean, from = 0): Promise<ScanEvent> {
    let at = from;
    const look = (): ScanEvent | undefined => {
      for (; at < this.events.length; at += 1) {
        const event = this.events[at];
        if (event !== undefined && fits(event)) return event;
      }
      return undefined;
    };
    return await new Promise<ScanEvent>((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
      };
      const wake = (): void => {
        const found = look();
        if (found === undefined) return;
        end();
        resolve(found);
      };
      const timer = setTimeout(() => {
        end();
        const last = this.events.slice(-8).map((event) => JSON.stringify(event));
        reject(new Error(`waited in vain for ${what}; last:\n${[...last, ...this.#said].join('\n')}`));
      }, WAIT_MS);
      this.#wakers.add(wake);
      wake();
    });
  }

  /** Waits until a scanner is in a state; only events from `from` on count. */
  state(source: string, state: string, from = 0): Promise<ScanEvent> {
    return this.until(
      `${source} ${state}`,
      (event) => event.event === 'status' && event.source === source && event.state === state,
      from,
    );
  }

  frame(source: string, text: string, from = 0): Promise<ScanEvent> {
    return this.until(
      `the scan ${text} of ${source}`,
      (event) => event.event === 'frame' && event.source === source && event.text === text,
      from,
    );
  }

  /** Texts of all frames of a scanner from `from` on. */
  texts(source: string, from = 0): string[] {
    return this.events
      .slice(from)
      .flatMap((event) => (event.event === 'frame' && event.source === source ? [event.text ?? ''] : []));
  }

  async holdings(): Promise<Holdings> {
    const from = this.events.length;
    await this.#machine.kill(this.#name, 'SIGUSR2');
    const event = await this.until('the holdings', ({ event: kind }) => kind === 'holdings', from);
    return event as unknown as Holdings;
  }

  /** Closes the scanners and ends the program. */
  async close(): Promise<void> {
    const from = this.events.length;
    await this.#machine.kill(this.#name, 'SIGTERM');
    await this.until('the closing', ({ event }) => event === 'closed', from);
    await this.#ended();
    this.#stop();
  }
}

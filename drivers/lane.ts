/**
 * What all drivers share: open, deliver, notice the loss, open again, for ever. A driver only says how to open one
 * connection; every connection has its own framer or decoder, so nothing is carried over from one to the next.
 */
import type {
  DriverClock,
  DropReason,
  Problem,
  Scanner,
  ScannerListener,
  ScannerProblem,
  ScannerState,
  ScannerStatistics,
  ScannerStatus,
} from './scanner.ts';

/** Opening failed. The lane tries again; `problem` says what a person can do meanwhile. */
export class OpenFailure extends Error {
  override readonly name = 'OpenFailure';
  readonly problem: Problem;

  constructor(code: ScannerProblem, text: string, values: Readonly<Record<string, string>> = {}) {
    super(text);
    this.problem = { code, text, values };
  }
}

/** What an open connection reports. Calls after its end are ignored. */
export interface LinkEvents {
  frame(text: string, symbology?: string): void;
  dropped(reason: DropReason): void;
  /** See `ScannerListener`. */
  unended(text: string): void;
  /** The device is gone or broken. The lane closes the link and opens anew. */
  lost(problem: Problem | null): void;
  /** What is wrong with an open link has changed; null: nothing is. */
  problem(problem: Problem | null): void;
}

export interface Link {
  /** What a person calls it: device node or address. */
  readonly device: string;
  /** It works, but something is wrong that the installer must mend. */
  readonly problem?: Problem;
  /** Resolves when no handle is left. Called once. */
  close(): Promise<void>;
}

/** Opens one connection. Rejects with `OpenFailure`; must reject soon after `signal` is aborted. */
export type OpenLink = (events: LinkEvents, signal: AbortSignal) => Promise<Link>;

export interface LaneOptions {
  readonly name: string;
  readonly driver: string;
  readonly open: OpenLink;
  /** How long one opening may take; null: it may wait for ever, as for a caller. Default 10 s. */
  readonly openMsMax?: number | null;
}

const RETRY_MS_MIN = 100;
/** With a stat or a connect on top, a device that returns is open again within 2 s. */
const RETRY_MS_MAX = 1000;
/** After a plug the node is there before its permissions: not worth a word to anybody for so long. */
const PERMISSION_GRACE_MS = 1500;
/** A port that does not close (libuv's io_uring, a stuck driver) must not keep the next one from opening. */
const CLOSE_MS_MAX = 1000;
const OPEN_MS_MAX = 10_000;

/** Keeps one scanner open until `close`. The first attempt starts at once. */
export function openLane(options: LaneOptions, clock: DriverClock, listener: ScannerListener): Scanner {
  return new Lane(options, clock, listener);
}

class Lane implements Scanner {
  readonly name: string;
  readonly #options: LaneOptions;
  readonly #clock: DriverClock;
  readonly #listener: ScannerListener;
  readonly #dropped: Record<DropReason, number> = { TOO_LONG: 0, CUT: 0, EMPTY: 0, UNDECODABLE: 0 };
  #frames = 0;
  #connects = 0;
  #lastFrameMonoMs: number | null = null;
  #status: ScannerStatus;
  /** Grows with every attempt and every loss: events of an earlier connection find another number and are ignored. */
  #generation = 0;
  #retryMs = RETRY_MS_MIN;
  #deniedSinceMs: number | null = null;
  #timer: { cancel(): void } | null = null;
  #abort: AbortController | null = null;
  #busy: Promise<void> = Promise.resolve();
  #link: Link | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: LaneOptions, clock: DriverClock, listener: ScannerListener) {
    this.name = options.name;
    this.#options = options;
    this.#clock = clock;
    this.#listener = listener;
    this.#status = {
      name: options.name,
      driver: options.driver,
      state: 'connecting',
      sinceMonoMs: clock.monoMs(),
    };
    // The caller holds the scanner before it hears of it.
    this.#timer = clock.after(0, () => this.#startAttempt());
  }

  status(): ScannerStatus {
    return this.#status;
  }

  statistics(): ScannerStatistics {
    return {
      frames: this.#frames,
      dropped: { ...this.#dropped },
      connects: this.#connects,
      lastFrameMonoMs: this.#lastFrameMonoMs,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  async #shutDown(): Promise<void> {
    this.#generation += 1;
    this.#timer?.cancel();
    this.#abort?.abort();
    this.#status = { ...this.#status, state: 'closed', sinceMonoMs: this.#clock.monoMs() };
    await this.#atMost(this.#busy);
    const link = this.#link;
    this.#link = null;
    if (link !== null) await this.#closeLink(link);
  }

  #startAttempt(): void {
    this.#timer = null;
    if (this.#closing !== null) return;
    this.#generation += 1;
    this.#busy = this.#attempt(this.#generation);
  }

  async #attempt(generation: number): Promise<void> {
    const attempt = { abort: new AbortController(), abandoned: false };
    this.#abort = attempt.abort;
    const { openMsMax = OPEN_MS_MAX } = this.#options;
    const limit = openMsMax === null ? null : this.#clock.after(openMsMax, () => this.#abandon(attempt));
    let link: Link;
    try {
      link = await this.#options.open(this.#eventsOf(generation), attempt.abort.signal);
    } catch (error) {
      if (attempt.abandoned) return;
      if (generation === this.#generation) this.#failed(problemOf(error));
      else this.#retryLater(); // reported lost before it failed
      return;
    } finally {
      limit?.cancel();
    }
    if (attempt.abandoned || generation !== this.#generation) {
      // Too late, closed, or lost again, while it was being opened.
      await this.#closeLink(link);
      if (!attempt.abandoned) this.#retryLater();
      return;
    }
    this.#link = link;
    this.#connects += 1;
    this.#retryMs = RETRY_MS_MIN;
    this.#deniedSinceMs = null;
    this.#show('ready', link.problem ?? null, link.device);
  }

  /** An opening that hangs in the kernel is left alone; should it end after all, its link is closed. */
  #abandon(attempt: { readonly abort: AbortController; abandoned: boolean }): void {
    attempt.abandoned = true;
    attempt.abort.abort();
    if (this.#closing !== null) return;
    this.#generation += 1;
    const text = 'the device does not finish opening';
    this.#failed({ code: 'IO', text, values: { system: text } });
  }

  #eventsOf(generation: number): LinkEvents {
    const live = (): boolean => generation === this.#generation && this.#closing === null;
    return {
      frame: (text, symbology) => {
        if (live()) this.#deliver(text, symbology);
      },
      dropped: (reason) => {
        // A cut frame is counted also when the connection that cut it is already gone.
        if (this.#closing === null) this.#dropped[reason] += 1;
      },
      unended: (text) => {
        if (live()) this.#listener.unended?.({ source: this.name, text, monoMs: this.#clock.monoMs() });
      },
      lost: (problem) => {
        if (live()) this.#lost(problem);
      },
      problem: (problem) => {
        if (live() && this.#link !== null) this.#show('ready', problem, this.#link.device);
      },
    };
  }

  #deliver(text: string, symbology: string | undefined): void {
    const monoMs = this.#clock.monoMs();
    this.#frames += 1;
    this.#lastFrameMonoMs = monoMs;
    const base = { source: this.name, text, monoMs };
    this.#listener.frame(symbology === undefined ? base : { ...base, symbology });
  }

  #lost(problem: Problem | null): void {
    this.#generation += 1;
    const link = this.#link;
    this.#link = null;
    this.#retryMs = RETRY_MS_MIN;
    this.#show('unplugged', problem);
    // Without a link the attempt is still running: it sees the new generation and cleans up itself.
    if (link === null) return;
    this.#busy = this.#closeLink(link).then(() => this.#retryLater());
  }

  #failed(problem: Problem): void {
    const now = this.#clock.monoMs();
    if (problem.code === 'PERMISSION') {
      this.#deniedSinceMs ??= now;
      if (now - this.#deniedSinceMs >= PERMISSION_GRACE_MS) this.#show('fault', problem);
      else this.#retryMs = RETRY_MS_MIN;
    } else {
      this.#deniedSinceMs = null;
      this.#show(problem.code === 'NOT_FOUND' || problem.code === 'REFUSED' ? 'unplugged' : 'fault', problem);
    }
    this.#retryLater();
  }

  #retryLater(): void {
    if (this.#closing !== null || this.#timer !== null) return;
    this.#timer = this.#clock.after(this.#retryMs, () => this.#startAttempt());
    this.#retryMs = Math.min(RETRY_MS_MAX, Math.ceil(this.#retryMs * 1.6));
  }

  #show(state: ScannerState, problem: Problem | null, device?: string): void {
    const before = this.#status;
    if (before.state === state && before.problem?.code === problem?.code && state !== 'ready') return;
    this.#status = {
      name: this.name,
      driver: this.#options.driver,
      state,
      sinceMonoMs: before.state === state ? before.sinceMonoMs : this.#clock.monoMs(),
      ...(device === undefined ? {} : { device }),
      ...(problem === null ? {} : { problem }),
    };
    if (this.#closing === null) this.#listener.status(this.#status);
  }

  /** Never rejects. */
  #closeLink(link: Link): Promise<void> {
    return this.#atMost(link.close());
  }

  /** Waits for the end of something, but no longer than the bound; how it ended does not matter. */
  #atMost(work: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(CLOSE_MS_MAX, resolve);
      const done = (): void => {
        timer.cancel();
        resolve();
      };
      work.then(done, done);
    });
  }
}

/** What a system error means to a person. */
export function problemOf(error: unknown): Problem {
  if (error instanceof OpenFailure) return error.problem;
  const text = error instanceof Error ? error.message : String(error);
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'ENOENT' || code === 'ENXIO' || code === 'ENODEV' || /No such (file|device)/i.test(text)) {
    return { code: 'NOT_FOUND', text };
  }
  if (code === 'EACCES' || code === 'EPERM' || /permission denied|access denied/i.test(text)) {
    return { code: 'PERMISSION', text };
  }
  if (code === 'EBUSY' || /cannot lock port|resource busy|temporarily unavailable/i.test(text)) {
    return { code: 'BUSY', text };
  }
  return { code: 'IO', text, values: { system: text } };
}

/** The same as what a driver rejects with. */
export function failureOf(error: unknown): OpenFailure {
  const { code, text, values } = problemOf(error);
  return new OpenFailure(code, text, values);
}

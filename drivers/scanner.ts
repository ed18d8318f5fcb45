/**
 * The one interface behind which every scanner stands. A driver turns bytes into frames of text and knows nothing of
 * payments. It reconnects by itself for ever; nothing is carried over a reconnect; half a frame is never delivered.
 */

/** One complete read of a barcode. */
export interface Frame {
  /** Name of the scanner as the configuration gives it. */
  readonly source: string;
  /** The decoded text without the configured prefix and suffix. An AIM identifier, if sent in-band, is still in it. */
  readonly text: string;
  /** AIM identifier when the device reports it out of band, such as `]C0`. */
  readonly symbology?: string;
  /** Milliseconds of the monotonic clock at which the frame was complete. */
  readonly monoMs: number;
}

export type ScannerState = 'connecting' | 'ready' | 'unplugged' | 'fault' | 'closed';

/** What a person is told about one scanner. */
export interface ScannerStatus {
  readonly name: string;
  readonly driver: string;
  readonly state: ScannerState;
  readonly sinceMonoMs: number;
  readonly device?: string;
  readonly problem?: Problem;
}

export const SCANNER_PROBLEMS = [
  'NOT_FOUND',
  'AMBIGUOUS',
  'PERMISSION',
  'BUSY',
  'LIBRARY_MISSING',
  'WRONG_INTERFACE',
  'KEYSTROKES_LEAK',
  'REFUSED',
  'IO',
] as const;
export type ScannerProblem = (typeof SCANNER_PROBLEMS)[number];

/** What keeps a scanner from reading as it should. Pages say it by code and values, in the language of the reader. */
export interface Problem {
  readonly code: ScannerProblem;
  /** English, for the log and the command line. Never a scanned text. */
  readonly text: string;
  /**
   * What a sentence about this code names: `places` (AMBIGUOUS: port paths), `usb`, `is` and `wanted` (WRONG_INTERFACE: USB
   * id and drivers), `system` (IO: the system's own words).
   */
  readonly values?: Readonly<Record<string, string>>;
}

export interface ScannerStatistics {
  readonly frames: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
  readonly connects: number;
  readonly lastFrameMonoMs: number | null;
}

/** Why bytes never became a frame. */
export type DropReason = 'TOO_LONG' | 'CUT' | 'EMPTY' | 'UNDECODABLE';

export interface ScannerListener {
  frame(frame: Frame): void;
  /**
   * What came without its end, on a connection that goes on: a piece of a read, or a whole one of a scanner that does not
   * send the configured suffix. Counted as `CUT`; only to be explained to a person, never to be taken for a scan.
   */
  unended?(frame: Frame): void;
  status(status: ScannerStatus): void;
}

/** An open scanner. `close` is idempotent, resolves when no handle is left, and no listener is called afterwards. */
export interface Scanner {
  readonly name: string;
  status(): ScannerStatus;
  statistics(): ScannerStatistics;
  close(): Promise<void>;
}

/** Time for drivers: real or simulated. */
export interface DriverClock {
  monoMs(): number;
  after(ms: number, run: () => void): { cancel(): void };
}

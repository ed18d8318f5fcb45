import type {
  DriverClock,
  Frame,
  Scanner,
  ScannerListener,
  ScannerStatus,
} from '../../../drivers/scanner.ts';

export const realClock: DriverClock = {
  monoMs: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

/** A scanner with everything that it has said. */
export interface Listening {
  readonly scanner: Scanner;
  readonly frames: Frame[];
  readonly statuses: ScannerStatus[];
  texts(): string[];
  state(): string;
}

export function listening(open: (clock: DriverClock, listener: ScannerListener) => Scanner): Listening {
  const frames: Frame[] = [];
  const statuses: ScannerStatus[] = [];
  const scanner = open(realClock, {
    frame: (frame) => frames.push(frame),
    status: (status) => statuses.push(status),
  });
  return {
    scanner,
    frames,
    statuses,
    texts: () => frames.map(({ text }) => text),
    state: () => scanner.status().state,
  };
}

/**
 * A flight recorder for scans: the last frames as they came, masked before they are kept. What is kept can be shown,
 * exported and replayed; a card number or a token cannot be got back out of it.
 */
import type { Frame, ScannerListener, ScannerStatus } from './scanner.ts';

export interface RecordedFrame {
  readonly kind: 'frame';
  readonly source: string;
  readonly monoMs: number;
  readonly masked: string;
  /** Length of the frame before it was masked. */
  readonly length: number;
  readonly symbology?: string;
}

export interface RecordedStatus {
  readonly kind: 'status';
  readonly source: string;
  readonly monoMs: number;
  readonly state: ScannerStatus['state'];
  readonly problem?: string;
}

export type Recorded = RecordedFrame | RecordedStatus;

export interface Recorder {
  /** A listener that records and then passes on, the frame itself unmasked. */
  before(listener: ScannerListener): ScannerListener;
  /** Oldest first. */
  entries(): readonly Recorded[];
  /** How many were overwritten since the start. */
  lost(): number;
}

const ENTRIES_DEFAULT = 512;
const ENTRIES_MAX = 100_000;

/** `mask` must take away whatever may not be kept; it is called before anything is stored. */
export function createRecorder(
  mask: (raw: string) => string,
  entriesMax: number = ENTRIES_DEFAULT,
): Recorder {
  if (!Number.isInteger(entriesMax) || entriesMax < 1 || entriesMax > ENTRIES_MAX) {
    throw new RangeError(`a recorder keeps 1 to ${ENTRIES_MAX} entries`);
  }
  const ring: Recorded[] = [];
  let next = 0;
  let lost = 0;
  const keep = (entry: Recorded): void => {
    if (ring.length < entriesMax) {
      ring.push(entry);
      return;
    }
    ring[next] = entry;
    next = (next + 1) % entriesMax;
    lost += 1;
  };
  return {
    before: (listener) => ({
      frame: (frame) => {
        keep(recordOf(frame, mask));
        listener.frame(frame);
      },
      unended: (frame) => listener.unended?.(frame),
      status: (status) => {
        const { name, state, sinceMonoMs, problem } = status;
        const entry = { kind: 'status', source: name, monoMs: sinceMonoMs, state } as const;
        keep(problem === undefined ? entry : { ...entry, problem: problem.code });
        listener.status(status);
      },
    }),
    entries: () => [...ring.slice(next), ...ring.slice(0, next)],
    lost: () => lost,
  };
}

function recordOf({ source, monoMs, text, symbology }: Frame, mask: (raw: string) => string): RecordedFrame {
  const entry = { kind: 'frame', source, monoMs, masked: mask(text), length: text.length } as const;
  return symbology === undefined ? entry : { ...entry, symbology };
}

/**
 * Frames to run again, with the pauses between them: what was masked becomes zeros, so a recorded payment parses (as
 * nobody's card) and a damaged scan keeps its damage.
 */
export function replayOf(
  entries: readonly Recorded[],
): readonly { readonly afterMs: number; readonly frame: Frame }[] {
  const frames = entries.filter((entry) => entry.kind === 'frame');
  return frames.map((entry, at) => {
    const { source, monoMs, masked, symbology } = entry;
    const base = { source, monoMs, text: masked.replaceAll('*', '0') };
    return {
      afterMs: Math.max(0, monoMs - (frames[at - 1]?.monoMs ?? monoMs)),
      frame: symbology === undefined ? base : { ...base, symbology },
    };
  });
}

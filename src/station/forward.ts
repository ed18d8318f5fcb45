/** Scans that are not ours, for a POS program: the newest hundred with a number each, so that a client can catch up. */
import type { Clock } from '../intent/clock.ts';
import type { ScanFrame } from './station.ts';

const KEPT_MAX = 100;

export interface Forwarded {
  readonly number: number;
  readonly stationId: string;
  readonly scanner: string;
  readonly text: string;
  readonly symbology: string | null;
  readonly atMs: number;
}

export class Forwarder {
  readonly #clock: Clock;
  readonly #kept: Forwarded[] = [];
  readonly #listeners = new Set<(scan: Forwarded) => void>();
  #number = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  forward(stationId: string, frame: ScanFrame): void {
    this.#number += 1;
    const scan: Forwarded = {
      number: this.#number,
      stationId,
      scanner: frame.source,
      text: frame.text,
      symbology: frame.symbology ?? null,
      atMs: this.#clock.now().wallMs,
    };
    this.#kept.push(scan);
    if (this.#kept.length > KEPT_MAX) this.#kept.shift();
    for (const listener of this.#listeners) listener(scan);
  }

  /** Kept scans of a station after a number. */
  since(stationId: string, number: number): readonly Forwarded[] {
    return this.#kept.filter((scan) => scan.stationId === stationId && scan.number > number);
  }

  onScan(listener: (scan: Forwarded) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}

/** Scans that are not ours, to the virtual serial port of each station's POS program. */
import type { PosPort, PosPortState } from '../../drivers/pos-port.ts';
import { identifierOf, payloadOf } from '../barcode/parse.ts';
import type { Forwarded, Forwarder } from './forward.ts';

export interface PosFeedInfo {
  readonly stationId: string;
  /** The name that the POS program opens. */
  readonly path: string;
  readonly state: PosPortState;
  readonly sent: number;
  /** Scanned while the POS program did not have it open. */
  readonly dropped: number;
}

interface Entry {
  readonly stationId: string;
  readonly path: string;
  readonly identifier: boolean;
  readonly port: PosPort;
}

export class PosFeed {
  readonly #entries: Entry[] = [];
  readonly #stop: () => void;

  constructor(forwarder: Forwarder) {
    this.#stop = forwarder.onScan((scan) => {
      for (const { stationId, identifier, port } of this.#entries) {
        if (stationId === scan.stationId) port.send(textFor(scan, identifier));
      }
    });
  }

  /** `identifier`: whether the POS program expects an AIM identifier before each read. The port is closed by `close`. */
  add(entry: Entry): void {
    this.#entries.push(entry);
  }

  list(): readonly PosFeedInfo[] {
    return this.#entries.map(({ stationId, path, port }) => ({
      stationId,
      path,
      state: port.state(),
      sent: port.sent(),
      dropped: port.dropped(),
    }));
  }

  /** Resolves when no port is left. */
  async close(): Promise<void> {
    this.#stop();
    await Promise.all(this.#entries.map(({ port }) => port.close()));
  }
}

/** The till wants the identifier, most POS programs would take it for a part of the number. */
function textFor({ text, symbology }: Forwarded, identifier: boolean): string {
  const inBand = identifierOf(text);
  if (!identifier) return inBand === null ? text : payloadOf(text);
  return inBand === null && symbology !== null ? symbology + text : text;
}

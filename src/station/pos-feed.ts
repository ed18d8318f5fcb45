/** Scans that are not ours, to each station's POS program: over a virtual serial port, or a local socket. */
import type { PosPort, PosPortState } from '../../drivers/pos-port.ts';
import { identifierOf, payloadOf } from '../barcode/parse.ts';
import type { Forwarded, Forwarder } from './forward.ts';

export interface PosFeedInfo {
  readonly stationId: string;
  readonly kind: 'serial' | 'socket';
  /** The name that the POS program opens. */
  readonly path: string;
  readonly state: PosPortState;
  readonly sent: number;
  /** Scanned while the POS program did not have it open. */
  readonly dropped: number;
  /** POS programs that were sent away: they did not read, or there were too many. */
  readonly cut: number;
}

/** The bare text, the text behind its AIM identifier, or an object as the event stream gives it. */
export type PosForm = 'text' | 'identified' | 'json';

interface Entry {
  readonly stationId: string;
  readonly kind: 'serial' | 'socket';
  readonly path: string;
  /** What the POS program gets of a scan. */
  readonly form: PosForm;
  readonly port: PosPort;
}

export class PosFeed {
  readonly #entries: Entry[] = [];
  readonly #stop: () => void;

  constructor(forwarder: Forwarder) {
    this.#stop = forwarder.onScan((scan) => {
      for (const { stationId, form, port } of this.#entries) {
        if (stationId === scan.stationId) port.send(textFor(scan, form));
      }
    });
  }

  /** The port is closed by `close`. */
  add(entry: Entry): void {
    this.#entries.push(entry);
  }

  list(): readonly PosFeedInfo[] {
    return this.#entries.map(({ stationId, kind, path, port }) => ({
      stationId,
      kind,
      path,
      state: port.state(),
      sent: port.sent(),
      dropped: port.dropped(),
      cut: port.cut(),
    }));
  }

  /** Resolves when no port is left. */
  async close(): Promise<void> {
    this.#stop();
    await Promise.all(this.#entries.map(({ port }) => port.close()));
  }
}

/** The till wants the identifier, most POS programs would take it for a part of the number. */
function textFor({ number: _number, ...scan }: Forwarded, form: PosForm): string {
  if (form === 'json') return JSON.stringify(scan);
  const { text, symbology } = scan;
  const inBand = identifierOf(text);
  if (form === 'text') return inBand === null ? text : payloadOf(text);
  return inBand === null && symbology !== null ? symbology + text : text;
}

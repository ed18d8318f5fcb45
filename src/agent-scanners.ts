/** What the agent opens of the outside world for its stations: the scanners, and ports and sockets for POS programs. */
import { keepApart, openScanner, type ScannerConfig } from '../drivers/open.ts';
import { openPosPort, type PosPortOptions } from '../drivers/pos-port.ts';
import { openPosSocket, type PosSocketOptions } from '../drivers/pos-socket.ts';
import type { Recorder } from '../drivers/recorder.ts';
import type { DriverClock, Scanner } from '../drivers/scanner.ts';
import type { Clock } from './intent/clock.ts';
import type { Forwarder } from './station/forward.ts';
import { PosFeed, type PosForm } from './station/pos-feed.ts';
import type { ScannerBench } from './station/scanners.ts';
import type { Station } from './station/station.ts';

/** A scan station of the terminal, with what is plugged in for it. */
export interface AgentStation {
  readonly id: string;
  /** Names of its scanners; one that no station names belongs to the first. */
  readonly scanners: readonly string[];
  /** A virtual serial port for the POS program beside this station. `identifier`: it expects AIM identifiers. */
  readonly posPort?: (PosPortOptions & { readonly identifier?: boolean }) | null;
  /** A local socket for it. */
  readonly posSocket?: (PosSocketOptions & { readonly form: PosForm }) | null;
}

interface Lanes {
  readonly scanners: readonly ScannerConfig[];
  readonly stations: readonly AgentStation[];
  readonly clock: Clock;
}

function driverClockOf(clock: Clock): DriverClock {
  return { monoMs: () => clock.now().monoMs, after: (ms, run) => clock.after(ms, run) };
}

/** Opens every scanner for its station, the first one when no station names it; what it reads is recorded, masked. */
export function openScanners(
  { scanners, stations, clock }: Lanes,
  opened: ReadonlyMap<string, Station>,
  bench: ScannerBench,
  recorder: Recorder,
): Scanner[] {
  const [first] = stations;
  return keepApart(scanners).flatMap((config) => {
    const owner = stations.find((station) => station.scanners.includes(config.name)) ?? first;
    const station = owner === undefined ? undefined : opened.get(owner.id);
    if (station === undefined) return [];
    bench.add(config.name, config.driver, station);
    const listener = recorder.before({
      frame: (frame) => bench.frame(frame),
      unended: (frame) => bench.unended(frame),
      status: (status) => bench.status(status),
    });
    const scanner = openScanner(config, driverClockOf(clock), listener);
    bench.opened(config.name, scanner);
    return [scanner];
  });
}

/** A port or socket that cannot be made is tried again for ever and stops nothing else. */
export function openPosPorts(
  { stations, clock }: Pick<Lanes, 'stations' | 'clock'>,
  forwarder: Forwarder,
): PosFeed {
  const feed = new PosFeed(forwarder);
  for (const { id: stationId, posPort, posSocket } of stations) {
    if (posPort !== undefined && posPort !== null) {
      const { identifier = false, ...options } = posPort;
      const port = openPosPort(options, driverClockOf(clock));
      const form = identifier ? 'identified' : 'text';
      feed.add({ stationId, kind: 'serial', path: options.path, form, port });
    }
    if (posSocket !== undefined && posSocket !== null) {
      const { form, ...options } = posSocket;
      const port = openPosSocket(options, driverClockOf(clock));
      feed.add({ stationId, kind: 'socket', path: options.path, form, port });
    }
  }
  return feed;
}

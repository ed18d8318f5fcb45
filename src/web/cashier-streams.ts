/** The streams of a station: snapshots for its pages, and scans that are not ours for a POS program. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Forwarded } from '../station/forward.ts';
import type { Station } from '../station/station.ts';
import type { ForwardedScan, Ping } from './api/cashier.ts';
import { ApiFault } from './fault.ts';
import type { WebOptions } from './options.ts';
import type { Streams } from './streams.ts';

/** The whole present snapshot at once and after every change; also what a page gets that comes back. */
export function streamSnapshots(
  options: WebOptions,
  streams: Streams,
  station: Station,
  page: string,
  reply: FastifyReply,
): FastifyReply {
  const { clock, run } = options;
  if (!station.pages.opened(page, clock.now().monoMs)) throw tooMany();
  let stop = (): void => undefined;
  const ping = (): Ping => ({ run, sequence: station.sequence, wallMs: clock.now().wallMs });
  const closed = (): void => {
    station.pages.closed(page);
    stop();
  };
  const stream = streams.begin(reply, ping, closed, true);
  if (stream === null) {
    station.pages.closed(page);
    throw tooMany();
  }
  const id = (): string => `${run}.${station.sequence}`;
  stop = station.onSnapshot((driver) => {
    stream.sendLatest('snapshot', () => (station.pages.drives(page) ? driver : station.snapshot(page)), id);
  });
  stream.sendLatest('snapshot', () => station.snapshot(page), id);
  return reply;
}

/** Scans from now on, and those after Last-Event-ID that are still kept. */
export function streamScans(
  options: WebOptions,
  streams: Streams,
  station: Station,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { forwarder } = options;
  let stop = (): void => undefined;
  const stream = streams.begin(reply, null, () => stop());
  if (stream === null) throw tooMany();
  const send = ({ number, ...scan }: Forwarded): void => {
    stream.send('scan', scan satisfies ForwardedScan, `${options.run}.${number}`);
  };
  const [run, number] = String(request.headers['last-event-id'] ?? '').split('.');
  const after = run === options.run ? Number(number) : Number.NaN;
  if (Number.isInteger(after)) forwarder.since(station.stationId, after).forEach(send);
  stop = forwarder.onScan((scan) => {
    if (scan.stationId === station.stationId) send(scan);
  });
  return reply;
}

function tooMany(): ApiFault {
  return new ApiFault(429, 'TOO_MANY', 'too many open event streams');
}

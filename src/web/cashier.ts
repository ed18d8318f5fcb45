/** The cashier page's calls: one station each, its event stream, presses, PINs and papers. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { faceIntent } from '../station/faces.ts';
import type { Snapshot } from '../station/snapshot.ts';
import type { Station } from '../station/station.ts';
import type {
  FindAnswer,
  ForwardedScan,
  HeartbeatAnswer,
  Ping,
  ReceiptAnswer,
  StationsAnswer,
} from './api.ts';
import {
  cashierBody,
  findBody,
  optionalPageQuery,
  pageBody,
  pageQuery,
  pressBody,
  receiptBody,
  shownBody,
  stationPinBody,
} from './bodies.ts';
import { ApiFault } from './fault.ts';
import type { WebOptions } from './options.ts';
import { faceForRail, paper } from './papers.ts';
import { pinFault } from './pins.ts';
import { described } from './schema.ts';
import type { Streams } from './streams.ts';

const FOUND_MAX = 20;
const PREFIX = '/api/v1/stations';

type Params = { Params: { station: string } };

export function cashierRoutes(server: FastifyInstance, options: WebOptions, streams: Streams): void {
  const { clock, stations, managers } = options;
  const stationOf = (request: FastifyRequest): Station => {
    const { station: id } = request.params as { station: string };
    const station = stations.get(id);
    if (station === undefined) throw new ApiFault(404, 'NOT_FOUND', 'no such station');
    return station;
  };
  const post = <Body>(
    path: string,
    summary: string,
    schema: z.ZodType<Body>,
    run: (station: Station, body: Body) => unknown,
  ): void => {
    server.post<Params>(
      `${PREFIX}/:station/${path}`,
      described(summary, 'cashier', { body: schema }),
      (request) => run(stationOf(request), schema.parse(request.body)),
    );
  };

  server.get(
    PREFIX,
    described('The stations of this terminal', 'cashier'),
    (): StationsAnswer => ({
      terminalId: options.terminalId,
      run: options.run,
      version: options.version,
      stations: [...stations.values()].map((station) => ({
        stationId: station.stationId,
        hasPage: station.pages.isWatched(clock.now().monoMs),
      })),
    }),
  );
  server.get<Params>(
    `${PREFIX}/:station/snapshot`,
    described('The present snapshot', 'cashier', { query: optionalPageQuery }),
    (request): Snapshot => stationOf(request).snapshot(optionalPageQuery.parse(request.query).page ?? null),
  );
  server.get<Params>(
    `${PREFIX}/:station/events`,
    described('Snapshots as they change (text/event-stream)', 'cashier', { query: pageQuery }),
    (request, reply) => snapshots(stationOf(request), pageQuery.parse(request.query).page, reply),
  );
  server.get<Params>(
    `${PREFIX}/:station/scans`,
    described('Scans that are not ours, for a POS program (text/event-stream)', 'cashier'),
    (request, reply) => scans(stationOf(request), request, reply),
  );
  post('press', 'A key of the dock or the rail', pressBody, (station, body) => station.press(body));
  post('shown', 'The page showed this face', shownBody, (station, body) => station.shown(body));
  post('heartbeat', 'The page is awake', pageBody, (station, { page }): HeartbeatAnswer => {
    station.pages.seen(page, clock.now().monoMs);
    const { control, sequence } = station.snapshot(page);
    return { run: options.run, sequence, control };
  });
  post('take-over', 'Use the station on this page', pageBody, (station, { page }) => station.takeOver(page));
  post('lock', 'Lock the station', pageBody, (station, { page }) => station.lock(page));
  post('unlock', 'Unlock the station', stationPinBody, async (station, { page, pin }) => {
    const answer = await managers.checkAny(pin, station.stationId);
    if (!answer.ok) throw pinFault(answer, options);
    return station.unlock(page);
  });
  post('pin', "The manager's PIN on a face that asks for it", stationPinBody, async (station, body) => {
    const { pin, ...press } = body;
    const answer = await managers.checkAny(pin, station.stationId);
    if (!answer.ok) throw pinFault(answer, options);
    return station.pinAccepted(press, answer.name);
  });
  post('cashier', "The cashier's number", cashierBody, (station, { page, cashier }) =>
    station.setCashier(page, cashier),
  );
  post('find', 'Find a payment by reference, approval code or last four', findBody, (_station, { text }) =>
    find(text),
  );
  post('receipt', 'A receipt or slip as lines of text', receiptBody, (station, body): ReceiptAnswer => {
    const last = station.snapshot().rail.last?.sequenceId === body.sequenceId;
    return paper(options, body.sequenceId, { ...body, copy: !last });
  });

  function find(text: string): FindAnswer {
    const { intents } = options.ledger.list({ limit: FOUND_MAX, text: text.replace('-', '') });
    const status = options.worker.status();
    if (status.line.state !== 'down') {
      for (const { sequenceId, bytesMayHaveLeft } of intents.slice(0, 1)) {
        if (bytesMayHaveLeft) void options.worker.inquire(sequenceId).catch(() => undefined);
      }
    }
    return {
      items: intents.map((intent) => ({
        ...faceIntent(intent),
        face: faceForRail(options, intent),
        host: intent.host,
        cash: intent.cash,
        deferred: intent.deferred,
      })),
    };
  }

  function snapshots(station: Station, page: string, reply: FastifyReply): FastifyReply {
    const { monoMs } = clock.now();
    if (!station.pages.opened(page, monoMs)) throw tooMany();
    let stop = (): void => undefined;
    const ping = (): Ping => ({
      run: options.run,
      sequence: station.sequence,
      wallMs: clock.now().wallMs,
    });
    const stream = streams.begin(reply, ping, () => {
      station.pages.closed(page);
      stop();
      station.refresh();
    });
    if (stream === null) {
      station.pages.closed(page);
      throw tooMany();
    }
    const id = (): string => `${options.run}.${station.sequence}`;
    stop = station.onSnapshot((driver) => {
      stream.sendLatest('snapshot', () => (station.pages.drives(page) ? driver : station.snapshot(page)), id);
    });
    stream.sendLatest('snapshot', () => station.snapshot(page), id);
    return reply;
  }

  function scans(station: Station, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    let stop = (): void => undefined;
    const stream = streams.begin(reply, null, () => stop());
    if (stream === null) throw tooMany();
    const send = (scan: ForwardedScan & { readonly number: number }): void => {
      const { number, ...rest } = scan;
      stream.send('scan', rest, `${options.run}.${number}`);
    };
    const [run, number] = String(request.headers['last-event-id'] ?? '').split('.');
    const after = run === options.run ? Number(number) : Number.NaN;
    if (Number.isInteger(after)) options.forwarder.since(station.stationId, after).forEach(send);
    stop = options.forwarder.onScan((scan) => {
      if (scan.stationId === station.stationId) send(scan);
    });
    return reply;
  }
}

function tooMany(): ApiFault {
  return new ApiFault(429, 'TOO_MANY', 'too many open event streams');
}

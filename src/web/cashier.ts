/** The cashier page's calls: one station each, its event streams, presses, PINs and papers. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { occupiesStation } from '../intent/state.ts';
import { faceIntent } from '../station/faces.ts';
import { paperOf } from '../station/receipt.ts';
import type { Snapshot } from '../station/snapshot.ts';
import type { Station } from '../station/station.ts';
import type { CashierCalls, FindAnswer, HeartbeatAnswer, StationsAnswer } from './api/cashier.ts';
import {
  cashierBody,
  findBody,
  optionalPageQuery,
  pageBody,
  pageQuery,
  pressBody,
  printBody,
  receiptBody,
  shownBody,
  stationPinBody,
} from './bodies.ts';
import { streamScans, streamSnapshots } from './cashier-streams.ts';
import { ApiFault } from './fault.ts';
import type { WebOptions } from './options.ts';
import { faceForRail, paper } from './papers.ts';
import { pinFault } from './pins.ts';
import { described } from './schema.ts';
import type { Streams } from './streams.ts';
import { unreadPayment } from './unread.ts';

const FOUND_MAX = 20;
/** A person waits for it. */
const FIND_WAIT_MS = 4_000;
const PREFIX = '/api/v1/stations';

type Params = { Params: { station: string } };
type Path<Key> = Key extends `POST ${typeof PREFIX}/:station/${infer Name}` ? Name : never;
type StationPath = Path<keyof CashierCalls>;
type StationCall<Name extends StationPath> = CashierCalls[`POST ${typeof PREFIX}/:station/${Name}`];
type Post = <Name extends StationPath>(
  path: Name,
  summary: string,
  schema: z.ZodType<StationCall<Name>['body']>,
  run: (
    station: Station,
    body: StationCall<Name>['body'],
  ) => StationCall<Name>['answer'] | Promise<StationCall<Name>['answer']>,
) => void;

export function cashierRoutes(server: FastifyInstance, options: WebOptions, streams: Streams): void {
  readRoutes(server, options, streams);
  const post: Post = (path, summary, schema, run) => {
    const description = described(summary, 'cashier', { body: schema });
    server.post<Params>(`${PREFIX}/:station/${path}`, description, (request) =>
      run(stationOf(options, request), schema.parse(request.body)),
    );
  };
  pressRoutes(post, options);
  paperRoutes(post, options);
}

function stationOf(options: WebOptions, request: FastifyRequest): Station {
  const station = options.stations.get((request.params as { station: string }).station);
  if (station === undefined) throw new ApiFault(404, 'NOT_FOUND', 'no such station');
  return station;
}

function readRoutes(server: FastifyInstance, options: WebOptions, streams: Streams): void {
  const { clock, stations } = options;
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
    (request): Snapshot =>
      stationOf(options, request).snapshot(optionalPageQuery.parse(request.query).page ?? null),
  );
  server.get<Params>(
    `${PREFIX}/:station/events`,
    described('Snapshots as they change (text/event-stream)', 'cashier', { query: pageQuery }),
    (request, reply) =>
      streamSnapshots(
        options,
        streams,
        stationOf(options, request),
        pageQuery.parse(request.query).page,
        reply,
      ),
  );
  server.get<Params>(
    `${PREFIX}/:station/scans`,
    described('Scans that are not ours, for a POS program (text/event-stream)', 'cashier'),
    (request, reply) => streamScans(options, streams, stationOf(options, request), request, reply),
  );
}

function pressRoutes(post: Post, options: WebOptions): void {
  const { clock, managers } = options;
  const whose = async (pin: string, station: Station): Promise<string> => {
    const answer = await managers.checkAny(pin, station.stationId);
    if (!answer.ok) throw pinFault(answer, options);
    return answer.name;
  };
  post('press', 'A key of the dock or the rail', pressBody, (station, body) => station.press(body));
  post('shown', 'The page showed this face', shownBody, (station, body) => station.shown(body));
  post('heartbeat', 'The page is awake', pageBody, (station, { page }): HeartbeatAnswer => {
    station.pages.seen(page, clock.now().monoMs);
    const { control, sequence } = station.snapshot(page);
    return { run: options.run, sequence, control };
  });
  post('take-over', 'Use the station on this page', pageBody, (station, { page }) => station.takeOver(page));
  post('lock', 'Lock the station', pageBody, (station, { page }) => {
    if (managers.isEmpty()) throw new ApiFault(409, 'NOT_READY', 'no manager could unlock it');
    return station.lock(page);
  });
  post('unlock', 'Unlock the station', stationPinBody, async (station, { page, pin }) => {
    await whose(pin, station);
    return station.unlock(page);
  });
  post('pin', "The manager's PIN on a face that asks for it", stationPinBody, async (station, body) => {
    const { pin, ...seen } = body;
    return station.pinAccepted(seen, await whose(pin, station));
  });
  post('cashier', "The cashier's number", cashierBody, (station, { page, cashier }) =>
    station.setCashier(page, cashier),
  );
}

function paperRoutes(post: Post, options: WebOptions): void {
  post('find', 'Find by reference, approval code or last four', findBody, (station, { text }) => {
    refuseLocked(station);
    return find(options, text);
  });
  post('receipt', 'A receipt or slip as lines of text', receiptBody, (station, body) => {
    refuseLocked(station);
    const copy = isCopy(options, station, body);
    return paper(options, body.sequenceId, { ...body, copy });
  });
  post('print', 'A receipt or slip to the printer; again is a copy', printBody, (station, body) => {
    const printing = options.printing ?? null;
    if (printing === null) throw new ApiFault(404, 'NOT_FOUND', 'there is no printer');
    refuseLocked(station);
    if (!station.pages.drives(body.page)) throw new ApiFault(403, 'FORBIDDEN', 'this page does not drive it');
    const copy = isCopy(options, station, body);
    const queued = printing.print(body.sequenceId, { language: body.language, copy });
    return { queued, fault: printing.fault() };
  });
}

/** Payments are told of to nobody before a PIN ends the lock. Throws ApiFault. */
function refuseLocked(station: Station): void {
  if (station.snapshot().control !== 'locked') return;
  throw new ApiFault(403, 'REFUSED', 'the station is locked', { refusal: 'LOCKED' });
}

/**
 * Whether the paper is given again. A slip of a charge that is credited later is worth its money: it is given again only to
 * somebody who knows the card's last four (screens.md section 4). Throws ApiFault.
 */
function isCopy(
  { ledger }: WebOptions,
  station: Station,
  { sequenceId, last4 }: { readonly sequenceId: string; readonly last4?: string },
): boolean {
  if (station.snapshot().rail.last?.sequenceId === sequenceId) return false;
  const intent = ledger.get(sequenceId);
  if (intent !== null && paperOf(intent) === 'later' && intent.last4 !== last4) {
    throw new ApiFault(403, 'REFUSED', 'a slip is given again against the last four', { refusal: 'LAST4' });
  }
  return true;
}

/** What was found, newest first, after the issuer was asked about the newest one. */
async function find(options: WebOptions, text: string): Promise<FindAnswer> {
  const { ledger, worker, board } = options;
  const look = () => ledger.list({ limit: FOUND_MAX, text: text.replaceAll('-', ''), readableOnly: true });
  const [newest] = look().intents;
  let asked: FindAnswer['asked'] = 'not';
  if (newest?.bytesMayHaveLeft === true) {
    const answered = worker.status().line.state !== 'down' && (await isAnswered(options, newest.sequenceId));
    asked = answered ? 'answered' : 'noAnswer';
  }
  const { intents, unread = [] } = look();
  const items = intents.map((intent) => ({
    ...faceIntent(intent),
    face: faceForRail(options, intent),
    paper: paperOf(intent),
    open: board.get(intent.sequenceId) !== null && !occupiesStation(intent),
    host: intent.host,
    cash: intent.cash,
    deferred: intent.deferred,
  }));
  return { items, unread: unread.map((sequenceId) => unreadPayment(options, sequenceId)), asked };
}

/** Asks the issuer; a late or useless answer is none. */
async function isAnswered({ worker, clock }: WebOptions, sequenceId: string): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => clock.after(FIND_WAIT_MS, () => resolve(false)));
  const asked = worker.inquire(sequenceId).then(
    (result) => result !== null,
    () => false,
  );
  return Promise.race([asked, late]);
}

/** The agent's HTTP server: guards first, then the pages, their calls, event streams, health and metrics. */
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import files from '@fastify/static';
import swagger from '@fastify/swagger';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import { z } from 'zod';
import { LedgerFault } from '../ledger/fault.ts';
import { isLoopback } from '../ops/loopback.ts';
import type { ApiError } from './api/error.ts';
import { apiPage } from './api-page.ts';
import { cashierRoutes } from './cashier.ts';
import { cashierSecret } from './cashier-secret.ts';
import { changeRoutes } from './changes.ts';
import { controlRoutes } from './control.ts';
import { ApiFault } from './fault.ts';
import { guard, loopbackHosts } from './guards.ts';
import { managerRoutes } from './manager.ts';
import { CASHIER_SECRET_MIN, type WebOptions } from './options.ts';
import { scannerSheetRoute } from './scanner-sheet.ts';
import { described } from './schema.ts';
import { Streams } from './streams.ts';

/** The web cannot start as it is told to. */
export class WebFault extends Error {
  override readonly name = 'WebFault';
  readonly code: 'TLS_NEEDED' | 'SECRET_NEEDED' | 'PORT_TAKEN' | 'ADDRESS';

  constructor(code: WebFault['code'], text: string) {
    super(text);
    this.code = code;
  }
}

export interface WebServer {
  /** Such as `http://127.0.0.1:8610`. */
  readonly address: string;
  readonly port: number;
  /** Ends streams and connections; resolves when the port is free. */
  close(): Promise<void>;
}

const BODY_MAX = 16_384;
/** A start on a kiosk whose cores are busy: fastify gives up a plugin after ten seconds unless told otherwise. */
const PLUGIN_TIMEOUT_MS = 60_000;
const REQUEST_TIMEOUT_MS = 5_000;
/** Node looks for slow requests only so often; by itself every 30 s. */
const SLOW_CHECK_MS = 5_000;
const IDLE_TIMEOUT_MS = 30_000;
const CONNECTIONS_MAX = 128;
const STREAMS_MAX = 48;
/** Of these only cashier pages may have: a POS program that forgets its streams must not shut the cashier out. */
const STREAMS_KEPT = 24;
const STREAM_WAITING_MAX = 262_144;
const PING_MS = 1_000;
const RATE_PER_MINUTE = 1_200;

/** Starts to listen. Throws WebFault. */
export async function createWebServer(options: WebOptions): Promise<WebServer> {
  const isOpen = !isLoopback(options.host);
  if (isOpen && options.tls === null) {
    throw new WebFault('TLS_NEEDED', `listening on ${options.host} needs TLS`);
  }
  const secret = isOpen ? (options.cashierSecret ?? '') : null;
  if (secret !== null && secret.length < CASHIER_SECRET_MIN) {
    throw new WebFault(
      'SECRET_NEEDED',
      `listening on ${options.host} needs web.cashierSecretFile, ${CASHIER_SECRET_MIN} characters or more`,
    );
  }
  const hosts = new Set<string>();
  const server = build(options, hosts);
  const streams = new Streams({
    clock: options.clock,
    max: STREAMS_MAX,
    kept: STREAMS_KEPT,
    waitingMax: STREAM_WAITING_MAX,
    pingMs: PING_MS,
  });
  await plugins(server, options);
  if (secret !== null) cashierSecret(server, secret);
  cashierRoutes(server, options, streams);
  changeRoutes(server, options, streams);
  const { isManager, release } = managerRoutes(server, options, streams);
  controlRoutes(server, options);
  operations(server, options);
  scannerSheetRoute(server);
  await apiPage(server, isManager);
  await pages(server, options.pagesDirectory);
  const port = await listen(server, options);
  // "Every address" is no name: browsers reach this machine by it from foreign pages.
  const own = options.host === '0.0.0.0' || options.host === '::' ? [] : [hostName(options.host, port)];
  for (const name of [...loopbackHosts(port), ...options.allowedHosts, ...own]) {
    hosts.add(name.toLowerCase());
    if (!name.includes(':')) hosts.add(`${name.toLowerCase()}:${port}`);
  }
  const scheme = options.tls === null ? 'http' : 'https';
  return {
    address: `${scheme}://${hostName(options.host, port)}`,
    port,
    close: async () => {
      release();
      streams.close();
      server.server.closeAllConnections();
      await server.close();
    },
  };
}

function build(options: WebOptions, hosts: ReadonlySet<string>): FastifyInstance {
  const requestTimeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const connectionsCheckingInterval = Math.min(requestTimeoutMs, SLOW_CHECK_MS);
  const server = Fastify({
    logger: false,
    bodyLimit: BODY_MAX,
    pluginTimeout: PLUGIN_TIMEOUT_MS,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: IDLE_TIMEOUT_MS,
    keepAliveTimeout: IDLE_TIMEOUT_MS,
    routerOptions: { maxParamLength: 100 },
    forceCloseConnections: true,
    ...(options.tls === null
      ? { http: { connectionsCheckingInterval } }
      : { https: { ...options.tls, connectionsCheckingInterval } }),
  }) as unknown as FastifyInstance;
  server.server.maxConnections = CONNECTIONS_MAX;
  server.server.headersTimeout = requestTimeoutMs;
  // zod checks bodies inside the routes; the schemas given to fastify only describe them.
  server.setValidatorCompiler(() => () => true);
  server.removeContentTypeParser(['text/plain']);
  server.addHook('onRequest', async (request, reply) => {
    const refusal = guard(
      { method: request.method, path: request.url.split('?', 1)[0] ?? '/', headers: request.headers },
      { hosts, scheme: options.tls === null ? 'http' : 'https' },
    );
    if (refusal === null) return;
    reply.header('connection', 'close');
    throw new ApiFault(refusal.status, refusal.error, refusal.text);
  });
  server.setErrorHandler((error: FastifyError | ApiFault, _request, reply) => {
    if (error instanceof LedgerFault) options.onLedgerFault(error);
    return answerFault(error, reply);
  });
  server.setNotFoundHandler((_request, reply) =>
    reply.status(404).send({ error: 'NOT_FOUND', text: 'no such address' } satisfies ApiError),
  );
  return server;
}

/** Every failure becomes one small answer; texts of parsers may repeat what was sent, so they are never passed on. */
function answerFault(error: FastifyError | ApiFault | Error, reply: FastifyReply): FastifyReply {
  if (error instanceof ApiFault) return reply.status(error.status).send(error.body);
  if (error instanceof z.ZodError) {
    const places = error.issues.map(({ path }) => path.join('.')).join(', ');
    return reply
      .status(400)
      .send({ error: 'BAD_REQUEST', text: `does not fit: ${places}` } satisfies ApiError);
  }
  if (error instanceof LedgerFault) {
    return reply
      .status(503)
      .send({ error: 'LEDGER', text: `the ledger could not do it (${error.code})` } satisfies ApiError);
  }
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  const code = ({ 413: 'TOO_LARGE', 415: 'NOT_JSON', 429: 'TOO_MANY' } as const)[status as 413 | 415 | 429];
  if (code !== undefined)
    return reply.status(status).send({ error: code, text: 'refused' } satisfies ApiError);
  if (status >= 400 && status < 500) {
    return reply.status(400).send({ error: 'BAD_REQUEST', text: 'not understood' } satisfies ApiError);
  }
  return reply.status(500).send({ error: 'FAULT', text: 'the agent could not do it' } satisfies ApiError);
}

async function plugins(server: FastifyInstance, options: WebOptions): Promise<void> {
  await server.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    hsts: options.tls !== null,
    referrerPolicy: { policy: 'no-referrer' },
    frameguard: { action: 'deny' },
  });
  await server.register(rateLimit, {
    max: options.ratePerMinute ?? RATE_PER_MINUTE,
    timeWindow: 60_000,
    errorResponseBuilder: (_request, { ttl }) =>
      new ApiFault(429, 'TOO_MANY', 'too many requests', { leftMs: ttl }),
  });
  await server.register(cookie);
  await server.register(swagger, {
    openapi: {
      info: {
        title: 'kona-till',
        version: options.version,
        description:
          'Calls of the cashier and manager pages, for a POS program in their place. See docs/api.md.',
      },
    },
  });
  server.addHook('onSend', async (request, reply) => {
    if (request.routeOptions.url?.startsWith('/api/') !== false) reply.header('cache-control', 'no-store');
  });
}

function operations(server: FastifyInstance, options: WebOptions): void {
  server.get('/api/v1/openapi.json', described('This description', 'operations'), () => server.swagger());
  server.get(
    '/healthz',
    described('Health with reasons; 503 when something is wrong', 'operations'),
    (_request, reply) => {
      const health = options.health();
      return reply.status(health.ok ? 200 : 503).send(health);
    },
  );
  const { metrics } = options;
  if (metrics === null) return;
  server.get('/metrics', described('Counters for Prometheus', 'operations'), async (_request, reply) => {
    const { contentType, text } = await metrics();
    return reply.header('content-type', contentType).send(text);
  });
}

async function pages(server: FastifyInstance, directory: string | null): Promise<void> {
  if (directory === null || !existsSync(join(directory, 'cashier.html'))) return;
  await server.register(files, {
    root: directory,
    index: false,
    dotfiles: 'deny',
    setHeaders: (response, path) => {
      // Assets carry a digest in their names; the pages themselves are asked for anew.
      const isAsset = path.includes('/assets/');
      response.header('cache-control', isAsset ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  server.get('/', { schema: { hide: true } }, (_request, reply) => reply.sendFile('cashier.html'));
  server.get('/manager', { schema: { hide: true } }, (_request, reply) => reply.sendFile('manager.html'));
}

async function listen(server: FastifyInstance, options: WebOptions): Promise<number> {
  try {
    await server.listen({ host: options.host, port: options.port });
  } catch (error) {
    await server.close();
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE') throw new WebFault('PORT_TAKEN', `port ${options.port} is taken`);
    throw new WebFault('ADDRESS', `cannot listen on ${options.host}:${options.port} (${code ?? 'unknown'})`);
  }
  return (server.server.address() as AddressInfo).port;
}

function hostName(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

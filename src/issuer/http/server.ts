import { existsSync } from 'node:fs';
import fastifyStatic from '@fastify/static';
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { BASE_PATH, HEADER } from '../../konaplate/wire.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Service } from '../service.ts';
import { serveAdmin } from './admin-routes.ts';
import { responseOf } from './answer.ts';
import { CALLS } from './calls.ts';
import type { FaultPlan } from './faults.ts';
import { correlationOf } from './gate.ts';
import type { Gateway } from './gateway.ts';
import { openApi } from './openapi.ts';
import type { PhoneBook } from './phone-book.ts';
import { type OnHold, servePhone } from './phone-routes.ts';
import { deliver, serveCalls } from './serve.ts';

export interface ServerOptions {
  readonly gateway: Gateway;
  readonly service: Service;
  readonly faults: FaultPlan | null;
  /** Null: there is no admin interface. */
  readonly admin: { readonly merchantId: string; readonly restored: () => Promise<string> } | null;
  readonly phone: PhoneBook | null;
  readonly onHold: OnHold | null;
  readonly pagesDirectory: string | null;
  /** Pages and their calls answer only to loopback names, so that no foreign name can be pointed at them. */
  readonly loopbackOnly: boolean;
}

export interface RunningServer {
  /** Resolves with the address, rejects when the port is taken. */
  listen(host: string, port: number): Promise<string>;
  close(): Promise<void>;
}

/** A start beside heavy work: fastify gives up a plugin after ten seconds unless told otherwise. */
const PLUGIN_TIMEOUT_MS = 60_000;
const REQUEST_TIMEOUT_MS = 30_000;
const BYTES = 'application/octet-stream';
/** What browsers call their own page, and a person's address bar. */
const OWN_SITES: ReadonlySet<string> = new Set(['same-origin', 'none']);
const LOOPBACK_HOST = /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]{1,5})?$/i;

/** Routes and their guards; listens when asked. */
export async function buildServer(options: ServerOptions): Promise<RunningServer> {
  const closing = new AbortController();
  const app = fastify({
    pluginTimeout: PLUGIN_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    // An address that is none (`/%zz`): fastify's own answer would repeat it.
    frameworkErrors: (_error, _request, reply: FastifyReply) => {
      reply.code(400).send({ code: '006_009', response: responseOf('006_009', null) });
    },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  // Tokens are computed over the exact bytes, whatever type they are said to be, also when that is no type at all.
  app.addHook('onRequest', async ({ url, raw }) => {
    if (isCall(url) && raw.headers['content-type'] !== undefined) raw.headers['content-type'] = BYTES;
  });
  handleProblems(app, options.gateway);
  // Faults can be set through the phone page's panel as well: both are doors of the same interface.
  serveCalls(app, { gateway: options.gateway, faults: options.faults, closing: closing.signal });
  guardPages(app, options.loopbackOnly);
  await serveDescription(app);
  if (options.admin !== null && options.faults !== null) {
    serveAdmin(app, { ...options.admin, service: options.service, faults: options.faults });
  }
  if (options.phone !== null) {
    servePhone(app, {
      book: options.phone,
      faults: options.admin === null ? null : options.faults,
      onHold: options.onHold,
    });
    await servePages(app, options.pagesDirectory);
  }
  return {
    listen: (host, port) => app.listen({ host, port }),
    async close() {
      closing.abort();
      await app.close();
    },
  };
}

function isCall(url: string): boolean {
  return url.startsWith(`${BASE_PATH}/api/`);
}

/** Pages and their calls are for themselves and for local programs: what a browser says of a foreign page ends it. */
function guardPages(app: FastifyInstance, loopbackOnly: boolean): void {
  app.addHook('onRequest', async (request, reply) => {
    const { host = '', origin, 'sec-fetch-site': site = 'none' } = request.headers;
    if (isCall(request.url)) return;
    if (loopbackOnly && !LOOPBACK_HOST.test(host)) {
      await reply.code(421).send({ response: responseOf('006_009', 'Host') });
      return;
    }
    const from = origin?.replace(/^https?:\/\//, '') ?? host;
    const isForeign = from !== host || !OWN_SITES.has(String(site));
    if (!isForeign || isLink(request)) return;
    await reply.code(403).send({ response: responseOf('006_009', 'Origin') });
  });
}

/** A link from elsewhere to a page: it shows the page and tells the foreign one nothing. */
function isLink({ method, headers }: FastifyRequest): boolean {
  return (
    method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
  );
}

async function servePages(app: FastifyInstance, directory: string | null): Promise<void> {
  if (directory === null || !existsSync(directory)) return;
  await app.register(fastifyStatic, { root: directory, prefix: '/phone/', index: 'index.html' });
  app.get('/', (_request, reply) => reply.redirect('/phone/'));
}

/** `/openapi.json` and a page to read it at `/docs/`. */
async function serveDescription(app: FastifyInstance): Promise<void> {
  const document = openApi();
  await app.register(fastifySwagger, {
    mode: 'static',
    specification: {
      document: { openapi: '3.1.0', info: { title: '', version: '' }, paths: {}, ...document },
    },
  });
  await app.register(fastifySwaggerUi, {
    routePrefix: '/docs',
    uiConfig: { supportedSubmitMethods: [] },
    theme: {
      title: 'KONA PLATE issuer',
      // The bar offers to load descriptions from elsewhere.
      css: [{ filename: 'page.css', content: '.swagger-ui .topbar { display: none }' }],
    },
  });
  app.get('/openapi.json', (_request, reply) => reply.send(document));
}

/** Whatever fastify itself refuses gets the platform's envelope: 400, never 5xx, never a stack. */
function handleProblems(app: FastifyInstance, gateway: Gateway): void {
  const byPath = new Map(CALLS.map((call) => [BASE_PATH + call.path, call]));
  app.setErrorHandler(async (error, request, reply) => {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
    const call = byPath.get(request.routeOptions.url ?? '');
    const tooLarge = code === 'FST_ERR_CTP_BODY_TOO_LARGE';
    if (call !== undefined && tooLarge) {
      return deliver(reply, await gateway.handle({ call, headers: request.headers, body: null }));
    }
    const refusal = new Refusal(tooLarge ? '000_911' : '006_022');
    return reply.code(400).send({ code: refusal.code, response: responseOf(refusal.code, null) });
  });
  app.setNotFoundHandler(({ headers }, reply) => {
    const correlationId = correlationOf(headers);
    if (correlationId !== null) reply.header(HEADER.correlationId, correlationId);
    return reply.code(404).send({ code: '006_009', response: responseOf('006_009', null) });
  });
}

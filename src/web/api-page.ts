/** `/docs/api`: the description of the calls as a page to try them. Everything it loads comes from this agent. */
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiFault } from './fault.ts';

const API_PAGE = '/docs/api';
/** As for our own pages, but for the pictures inside the library's style sheet. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join(';');

/** Registers the page: for programs and people on this machine, from elsewhere for signed-in managers only. */
export async function apiPage(
  server: FastifyInstance,
  isManager: (request: FastifyRequest) => boolean,
): Promise<void> {
  await server.register(async (scope) => {
    scope.addHook('onRequest', async (request) => {
      if (isLocal(request.socket.remoteAddress) || isManager(request)) return;
      throw new ApiFault(401, 'SIGNED_OUT', 'sign in first');
    });
    await scope.register(swaggerUi, {
      routePrefix: API_PAGE,
      staticCSP: POLICY,
      theme: { title: 'kona-till' },
      uiConfig: {
        // Without the bar that would load descriptions from elsewhere.
        layout: 'BaseLayout',
        docExpansion: 'list',
        deepLinking: true,
        supportedSubmitMethods: ['get', 'post'],
      },
    });
  });
}

/** The other side of the connection is this machine. */
export function isLocal(address: string | undefined): boolean {
  return address === '::1' || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(address ?? '');
}

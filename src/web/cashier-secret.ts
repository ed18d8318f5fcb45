/**
 * Who may call the cashier's calls when the agent listens beyond this machine. A page there has no sign-in, and TLS says who
 * the till is, not who presses: without this anybody in the network could say "cash received". Whoever was given the
 * installer's link has the secret as a cookie; a POS program sends it as a bearer token.
 */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sameDigest } from './control.ts';
import { ApiFault } from './fault.ts';
import { described } from './schema.ts';

const CASHIER_COOKIE = 'kona-till-cashier';
const YEAR_S = 365 * 86_400;
const GUARDED = /^\/api\/v1\/(?:stations|payments)(?:\/|$)/;
const STRICT = { config: { rateLimit: { max: 30, timeWindow: 60_000 } } };

/** Guards every route of a station and of the changes of payments, and adds the link that lets a browser in. */
export function cashierSecret(server: FastifyInstance, secret: string): void {
  const pass = passOf(secret);
  // By the route that was found: one address has many spellings.
  server.addHook('onRequest', async (request) => {
    if (!GUARDED.test(request.routeOptions.url ?? '') || isLetIn(request, secret, pass)) return;
    throw new ApiFault(401, 'SIGNED_OUT', 'open the link of the installer first');
  });
  server.get(
    '/let-in',
    { ...described('Lets this browser use the cashier page, with ?secret=', 'cashier'), ...STRICT },
    (request, reply): FastifyReply => {
      const given = (request.query as { secret?: unknown }).secret;
      if (typeof given !== 'string' || !sameDigest(given, secret)) {
        throw new ApiFault(401, 'SIGNED_OUT', 'wrong secret');
      }
      const how = { httpOnly: true, secure: true, sameSite: 'strict', path: '/', maxAge: YEAR_S } as const;
      return reply
        .header('cache-control', 'no-store')
        .setCookie(CASHIER_COOKIE, pass, how)
        .redirect('/', 303);
    },
  );
}

/** What the browser keeps: not the secret itself. Another secret ends it. */
function passOf(secret: string): string {
  return createHash('sha256').update(`kona-till cashier page\n${secret}`).digest('hex');
}

function isLetIn(request: FastifyRequest, secret: string, pass: string): boolean {
  const cookie = request.cookies[CASHIER_COOKIE];
  if (cookie !== undefined && sameDigest(cookie, pass)) return true;
  const { authorization } = request.headers;
  return authorization !== undefined && sameDigest(authorization, `Bearer ${secret}`);
}

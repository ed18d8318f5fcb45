/** Signing in and out, and who may. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SessionAnswer } from './api/manager.ts';
import { addManagerBody, emptyBody, firstManagerBody, signInBody } from './bodies.ts';
import { ApiFault } from './fault.ts';
import { MANAGER_PREFIX, type ManagerRouter, SESSION_COOKIE } from './manager-router.ts';
import type { MakeAnswer } from './managers.ts';
import { pinFault } from './pins.ts';
import { described } from './schema.ts';

/** Far below the general limit: a sign-in costs 50 ms of one core. */
const STRICT = { config: { rateLimit: { max: 30, timeWindow: 60_000 } } };

export function sessionRoutes(router: ManagerRouter): void {
  const { server, options, sessions } = router;
  const { managers } = options;
  server.get(`${MANAGER_PREFIX}/session`, described('Who is signed in', 'manager'), (request) =>
    sessionAnswer(router, request),
  );
  server.post(
    `${MANAGER_PREFIX}/first`,
    {
      ...described("The first manager, with the installer's code", 'manager', { body: firstManagerBody }),
      ...STRICT,
    },
    async (request, reply) => {
      const { code, name, pin } = firstManagerBody.parse(request.body);
      const made = await managers.makeFirst(code, name, pin);
      if (!made.ok) throw makeFault(made);
      router.note('firstManager', made.name);
      return begin(router, reply, made.name);
    },
  );
  server.post(
    `${MANAGER_PREFIX}/sign-in`,
    { ...described('Sign in', 'manager', { body: signInBody }), ...STRICT },
    async (request, reply) => {
      const { name, pin } = signInBody.parse(request.body);
      const answer = await managers.check(name, pin);
      if (!answer.ok) throw pinFault(answer, options);
      return begin(router, reply, answer.name);
    },
  );
  server.post(
    `${MANAGER_PREFIX}/sign-out`,
    described('Sign out', 'manager', { body: emptyBody }),
    (request, reply): SessionAnswer => {
      const token = request.cookies[SESSION_COOKIE];
      const found = sessions.find(token, false);
      sessions.end(token);
      reply.clearCookie(SESSION_COOKIE, { path: '/' });
      if (found !== null) router.note('signedOut', found.name);
      return sessionAnswer(router, request);
    },
  );
  router.post('managers', 'One more manager', addManagerBody, async ({ body, manager }) => {
    await router.checkPin(manager, body.ownPin);
    const made = await managers.add(body.name, body.pin);
    if (!made.ok) throw makeFault(made);
    router.note('managerAdded', manager);
    return { done: true };
  });
}

function sessionAnswer({ sessions, options }: ManagerRouter, request: FastifyRequest): SessionAnswer {
  const found = sessions.find(request.cookies[SESSION_COOKIE], false);
  return {
    state: options.managers.isEmpty() ? 'first' : found === null ? 'signedOut' : 'signedIn',
    name: found?.name ?? null,
    idleLeftMs: found?.idleLeftMs ?? null,
    terminalId: options.terminalId,
    version: options.version,
  };
}

function begin(router: ManagerRouter, reply: FastifyReply, name: string): SessionAnswer {
  const { options, sessions } = router;
  const token = sessions.begin(name);
  reply.setCookie(SESSION_COOKIE, token, {
    httpOnly: true,
    sameSite: 'strict',
    path: '/',
    secure: options.tls !== null,
  });
  router.note('signedIn', name);
  return {
    state: 'signedIn',
    name,
    idleLeftMs: sessions.find(token, false)?.idleLeftMs ?? null,
    terminalId: options.terminalId,
    version: options.version,
  };
}

function makeFault({ error }: Extract<MakeAnswer, { ok: false }>): ApiFault {
  const status = { WRONG_CODE: 401, ALREADY_SET_UP: 409, WEAK_PIN: 400, LOCKED_OUT: 429, TOO_MANY: 429 }[
    error
  ];
  return new ApiFault(status, error, 'the manager was not made');
}

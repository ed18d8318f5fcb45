/** The manager pages' calls. Everything but the sign-in needs a session. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { dayRoutes } from './manager-day.ts';
import { eventRoutes } from './manager-events.ts';
import { paymentRoutes } from './manager-payments.ts';
import { ManagerRouter, SESSION_COOKIE } from './manager-router.ts';
import { sessionRoutes } from './manager-session.ts';
import { terminalRoutes } from './manager-terminal.ts';
import type { WebOptions } from './options.ts';
import type { Streams } from './streams.ts';
import { Today } from './today.ts';

export interface ManagerRoutes {
  /** Whether a signed-in manager asks; it is no sign of life of the person. */
  isManager(request: FastifyRequest): boolean;
  /** Lets go of what the calls listen to. */
  release(): void;
}

export function managerRoutes(server: FastifyInstance, options: WebOptions, streams: Streams): ManagerRoutes {
  const router = new ManagerRouter(server, options);
  const today = new Today(options);
  const stop = options.ledger.onCommit((committed) => today.update(committed));
  sessionRoutes(router);
  paymentRoutes(router);
  dayRoutes(router);
  terminalRoutes(router, today);
  const release = eventRoutes(router, streams);
  return {
    isManager: (request) => router.sessions.find(request.cookies[SESSION_COOKIE], false) !== null,
    release: () => {
      stop();
      release();
    },
  };
}

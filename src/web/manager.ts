/** The manager pages' calls. Everything but the sign-in needs a session. */
import type { FastifyInstance } from 'fastify';
import { eventRoutes } from './manager-events.ts';
import { paymentRoutes } from './manager-payments.ts';
import { ManagerRouter } from './manager-router.ts';
import { sessionRoutes } from './manager-session.ts';
import { terminalRoutes } from './manager-terminal.ts';
import type { WebOptions } from './options.ts';
import type { Streams } from './streams.ts';
import { Today } from './today.ts';

/** Registers the calls; the answer releases what they listen to. */
export function managerRoutes(server: FastifyInstance, options: WebOptions, streams: Streams): () => void {
  const router = new ManagerRouter(server, options);
  const today = new Today(options);
  const stop = options.ledger.onCommit((committed) => today.update(committed));
  sessionRoutes(router);
  paymentRoutes(router);
  terminalRoutes(router, today);
  const release = eventRoutes(router, streams);
  return () => {
    stop();
    release();
  };
}

/**
 * What happened to the payments, for a POS program: one event for every journal entry of a payment, in order, without
 * gaps. The cursor is the journal's index, so it outlives restarts of either side.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { LedgerFault } from '../ledger/fault.ts';
import type { JournalEntry } from '../ledger/types.ts';
import type { ChangesAnswer, PaymentChange, TimelineStep } from './api/payments.ts';
import { ApiFault } from './fault.ts';
import type { WebOptions } from './options.ts';
import { paymentRow, timeline } from './payments.ts';
import { described } from './schema.ts';
import type { Stream, StreamEvent, Streams } from './streams.ts';

const PREFIX = '/api/v1/payments';
const LIMIT_MAX = 200;
/** Few enough that the cashier's page never waits for a program that catches up. */
const BATCH = 20;

const cursor = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const changesQuery = z.strictObject({
  after: cursor,
  limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(LIMIT_MAX),
});
const eventsQuery = z.strictObject({ after: cursor.optional() });

export function changeRoutes(server: FastifyInstance, options: WebOptions, streams: Streams): void {
  server.get(
    `${PREFIX}/changes`,
    described('What happened to payments after a journal index', 'pos', { query: changesQuery }),
    (request): ChangesAnswer => {
      const { after, limit } = changesQuery.parse(request.query);
      const head = options.ledger.head().index;
      if (after > head) throw ahead(head);
      const changes = changesAfter(options, after, limit);
      // Entries of no payment behind the last one of a whole answer need not be asked for again.
      const next = changes.length < limit ? head : (changes.at(-1)?.index ?? after);
      return { changes, next };
    },
  );
  server.get(
    `${PREFIX}/events`,
    described('The same as they happen (text/event-stream)', 'pos', { query: eventsQuery }),
    (request, reply) => streamChanges(options, streams, request, reply),
  );
}

/** From `Last-Event-ID`, else from `after`, else from now on. */
function streamChanges(
  options: WebOptions,
  streams: Streams,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { ledger, clock } = options;
  const head = ledger.head().index;
  const last = cursor.safeParse(request.headers['last-event-id']);
  let after = last.success ? last.data : (eventsQuery.parse(request.query).after ?? head);
  if (after > head) throw ahead(head);
  let stop = (): void => undefined;
  const stream: Stream | null = streams.begin(reply, null, () => stop());
  if (stream === null) throw new ApiFault(429, 'TOO_MANY', 'too many open event streams');
  stream.send('cursor', { index: after }, String(after));
  const next = (): readonly StreamEvent[] => {
    const changes = changesAfter(options, after, BATCH);
    after = changes.at(-1)?.index ?? after;
    return changes.map((change) => ({ event: 'payment', data: change, id: String(change.index) }));
  };
  let more = (): void => undefined;
  // After the commit's own listeners: the cashier's face goes out first.
  let isSoon = false;
  stop = ledger.onCommit(() => {
    if (isSoon) return;
    isSoon = true;
    clock.after(0, () => {
      isSoon = false;
      more();
    });
  });
  more = stream.follow(() => {
    try {
      return next();
    } catch (error) {
      // The client comes back with its cursor and is told then; nothing may fail in the agent for it.
      if (!(error instanceof LedgerFault) && !(error instanceof ApiFault)) throw error;
      stream.close();
      return [];
    }
  });
  return reply;
}

/** Another ledger, or one restored from a backup: the client must look at the payments anew. */
function ahead(head: number): ApiFault {
  return new ApiFault(409, 'STALE', `the journal ends at ${head}`);
}

/** Throws LedgerFault, and ApiFault LEDGER for an entry that somebody changed by hand: only whoever reads it is told. */
function changesAfter(options: WebOptions, after: number, limit: number): readonly PaymentChange[] {
  return options.ledger.changes(after, limit).map((entry) => changeOf(options, entry));
}

function changeOf(options: WebOptions, entry: JournalEntry): PaymentChange {
  const intent = entry.sequenceId === null ? null : options.ledger.get(entry.sequenceId);
  const [step] = stepsOf(entry);
  if (intent === null || step === undefined) throw damaged(entry);
  const { index, atMs, by, who, event, code, host, cash } = step;
  return { index, atMs, by, who, event, code, host, cash, payment: paymentRow(options, intent) };
}

function stepsOf(entry: JournalEntry): readonly TimelineStep[] {
  try {
    return timeline([entry]);
  } catch (error) {
    if (error instanceof SyntaxError) throw damaged(entry);
    throw error;
  }
}

function damaged({ index }: JournalEntry): ApiFault {
  return new ApiFault(503, 'LEDGER', `entry ${index} of the journal is damaged`);
}

/** The manager pages' event stream: the terminal's state soon after every change, and scanner tests. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ManagerState } from './api/manager.ts';
import { ApiFault } from './fault.ts';
import { lineAnswer } from './line.ts';
import { type ManagerRouter, SESSION_COOKIE } from './manager-router.ts';
import type { WebOptions } from './options.ts';
import type { Streams } from './streams.ts';

const STATE_EVERY_MS = 2_000;
const STATE_SOON_MS = 500;

/** Registers the stream; the answer releases what it listens to. */
export function eventRoutes(router: ManagerRouter, streams: Streams): () => void {
  const { options, sessions } = router;
  let changes = 0;
  const count = (): void => {
    changes += 1;
  };
  const stops = [options.worker.onChange(count), options.scanners.onChange(count)];
  const events = (request: FastifyRequest, reply: FastifyReply): unknown => {
    const ends: (() => void)[] = [];
    const stream = streams.begin(reply, null, () => {
      for (const end of ends) end();
    });
    if (stream === null) throw new ApiFault(429, 'TOO_MANY', 'too many open event streams');
    const tell = (): void => {
      const isSignedIn = sessions.find(request.cookies[SESSION_COOKIE], false) !== null;
      if (isSignedIn) stream.send('state', stateOf(options, changes));
      else stream.close();
    };
    ends.push(
      follow(options, tell),
      options.scanners.onTest((report) => stream.send('scan', report)),
    );
    tell();
    return reply;
  };
  // The page opens it again by itself whenever it breaks.
  router.serve('events', 'State of the terminal as it changes (text/event-stream)', events, true);
  return () => {
    for (const stop of stops) stop();
  };
}

function stateOf(options: WebOptions, changes: number): ManagerState {
  const status = options.worker.status();
  return {
    run: options.run,
    asOfMs: options.clock.now().wallMs,
    terminalId: options.terminalId,
    businessDate: status.businessDate,
    journalIndex: options.ledger.head().index,
    changes,
    scans: options.scanners.scans(),
    cases: options.board.totals().cases.count,
    line: lineAnswer(status),
  };
}

/** Calls `tell` soon after every change, at most twice a second, and every two seconds anyway. */
function follow({ clock, ledger, worker, scanners }: WebOptions, tell: () => void): () => void {
  let isSoon = false;
  const beat = (): void => {
    isSoon = false;
    timer = clock.after(STATE_EVERY_MS, beat);
    tell();
  };
  let timer = clock.after(STATE_EVERY_MS, beat);
  const changed = (): void => {
    if (isSoon) return;
    isSoon = true;
    timer.cancel();
    timer = clock.after(STATE_SOON_MS, beat);
  };
  const ends = [ledger.onCommit(changed), worker.onChange(changed), scanners.onChange(changed)];
  return () => {
    timer.cancel();
    for (const end of ends) end();
  };
}

/** The manager pages' calls: sign-in, payments, cases, sync, scanners. Everything but the sign-in needs a session. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type {
  CasesAnswer,
  ManagerState,
  PaymentAnswer,
  PaymentsAnswer,
  SessionAnswer,
  VerifyAnswer,
} from './api.ts';
import {
  addManagerBody,
  cardSearchBody,
  claimBody,
  decideBody,
  emptyBody,
  firstManagerBody,
  managerReceiptBody,
  pauseBody,
  paymentsQuery,
  pinBody,
  signInBody,
  testBody,
} from './bodies.ts';
import { checkDecision, runDecision } from './decide.ts';
import { offeredDecisions } from './decisions.ts';
import { exportCsv } from './export.ts';
import { ApiFault } from './fault.ts';
import { scannersAnswer, settingsAnswer, syncAnswer } from './manager-views.ts';
import type { WebOptions } from './options.ts';
import { paper } from './papers.ts';
import { listQuery, paymentDetail, paymentRow, voidTerms } from './payments.ts';
import { pinFault } from './pins.ts';
import { described } from './schema.ts';
import { Sessions } from './sessions.ts';
import type { Streams } from './streams.ts';
import { Today } from './today.ts';

const PREFIX = '/api/v1/manager';
const COOKIE = 'kona_till_session';
const CASES_MAX = 500;
const STATE_EVERY_MS = 2_000;
const STATE_SOON_MS = 500;

type Run<Body> = (context: { body: Body; manager: string; request: FastifyRequest }) => unknown;

/** Registers the calls; the answer releases what they hold. */
export function managerRoutes(server: FastifyInstance, options: WebOptions, streams: Streams): () => void {
  const { clock, ledger, managers, worker, board } = options;
  const sessions = new Sessions(clock, options.random);
  const today = new Today(options);
  let changes = 0;
  const stops = [
    ledger.onCommit((committed) => today.update(committed)),
    worker.onChange(() => {
      changes += 1;
    }),
    options.scanners.onChange(() => {
      changes += 1;
    }),
  ];

  const managerOf = (request: FastifyRequest, touch = true): string => {
    const session = sessions.find(request.cookies[COOKIE], touch);
    if (session === null) throw new ApiFault(401, 'SIGNED_OUT', 'sign in first');
    return session.name;
  };
  const get = (
    path: string,
    summary: string,
    run: (request: FastifyRequest, reply: FastifyReply) => unknown,
  ): void => {
    server.get(`${PREFIX}/${path}`, described(summary, 'manager'), (request, reply) => {
      managerOf(request);
      return run(request, reply);
    });
  };
  const post = <Body>(path: string, summary: string, schema: z.ZodType<Body>, run: Run<Body>): void => {
    server.post(`${PREFIX}/${path}`, described(summary, 'manager', { body: schema }), (request) => {
      const manager = managerOf(request);
      return run({ body: schema.parse(request.body), manager, request });
    });
  };
  const checkPin = async (name: string, pin: string): Promise<void> => {
    const answer = await managers.check(name, pin);
    if (!answer.ok) throw pinFault(answer, options);
  };
  const idOf = (request: FastifyRequest): string => (request.params as { sequenceId: string }).sequenceId;
  const note = (kind: string, manager: string): void => {
    ledger.note(kind, {}, clock.now(), { role: 'manager', id: manager });
  };

  const session = (request: FastifyRequest): SessionAnswer => {
    const found = sessions.find(request.cookies[COOKIE], false);
    return {
      state: managers.isEmpty() ? 'first' : found === null ? 'signedOut' : 'signedIn',
      name: found?.name ?? null,
      idleLeftMs: found?.idleLeftMs ?? null,
      terminalId: options.terminalId,
      version: options.version,
    };
  };
  const begin = (reply: FastifyReply, name: string): SessionAnswer => {
    reply.setCookie(COOKIE, sessions.begin(name), {
      httpOnly: true,
      sameSite: 'strict',
      path: '/',
      secure: options.tls !== null,
    });
    note('signedIn', name);
    return {
      state: 'signedIn',
      name,
      idleLeftMs: 600_000,
      terminalId: options.terminalId,
      version: options.version,
    };
  };

  server.get(`${PREFIX}/session`, described('Who is signed in', 'manager'), session);
  const strict = { config: { rateLimit: { max: 30, timeWindow: 60_000 } } };
  server.post(
    `${PREFIX}/first`,
    {
      ...described("The first manager, with the installer's code", 'manager', { body: firstManagerBody }),
      ...strict,
    },
    async (request, reply) => {
      const { code, name, pin } = firstManagerBody.parse(request.body);
      const made = await managers.makeFirst(code, name, pin);
      if (!made.ok) throw makeFault(made.error);
      note('firstManager', made.name);
      return begin(reply, made.name);
    },
  );
  server.post(
    `${PREFIX}/sign-in`,
    { ...described('Sign in', 'manager', { body: signInBody }), ...strict },
    async (request, reply) => {
      const { name, pin } = signInBody.parse(request.body);
      const answer = await managers.check(name, pin);
      if (!answer.ok) throw pinFault(answer, options);
      return begin(reply, answer.name);
    },
  );
  server.post(
    `${PREFIX}/sign-out`,
    described('Sign out', 'manager', { body: emptyBody }),
    (request, reply): SessionAnswer => {
      const found = sessions.find(request.cookies[COOKIE], false);
      sessions.end(request.cookies[COOKIE]);
      reply.clearCookie(COOKIE, { path: '/' });
      if (found !== null) note('signedOut', found.name);
      return {
        ...session(request),
        state: managers.isEmpty() ? 'first' : 'signedOut',
        name: null,
        idleLeftMs: null,
      };
    },
  );
  post('managers', 'One more manager', addManagerBody, async ({ body, manager }) => {
    await checkPin(manager, body.ownPin);
    const made = await managers.add(body.name, body.pin);
    if (!made.ok) throw makeFault(made.error);
    note('managerAdded', manager);
    return { done: true };
  });

  get('today', 'The day at a glance', () => today.answer());
  get('payments', 'Payments, newest first', (request): PaymentsAnswer => {
    const page = ledger.list(listQuery(paymentsQuery.parse(request.query)));
    return {
      rows: page.intents.map((intent) => paymentRow(options, intent)),
      older: page.older,
      newer: page.newer,
    };
  });
  post(
    'payments/card',
    'Payments of a card number',
    cardSearchBody,
    async ({ body, manager }): Promise<PaymentsAnswer> => {
      await checkPin(manager, body.pin);
      note('cardSearched', manager);
      const page = ledger.list({ limit: 50, cardNumber: body.cardNumber });
      return {
        rows: page.intents.map((intent) => paymentRow(options, intent)),
        older: page.older,
        newer: page.newer,
      };
    },
  );
  get('payments/:sequenceId', 'One payment with its timeline', (request) =>
    paymentDetail(options, idOf(request)),
  );
  post(
    'payments/:sequenceId/inquire',
    'Ask the issuer again',
    emptyBody,
    async ({ request }): Promise<PaymentAnswer> => {
      const { canInquire } = paymentDetail(options, idOf(request));
      if (!canInquire)
        throw new ApiFault(409, 'REFUSED', 'nothing was sent yet', { refusal: 'NOT_IN_THIS_STATE' });
      await worker.inquire(idOf(request));
      return { payment: paymentDetail(options, idOf(request)) };
    },
  );
  post(
    'payments/:sequenceId/net-cancel',
    'Send the owed net cancel again',
    emptyBody,
    async ({ request }): Promise<PaymentAnswer> => {
      const { canNetCancelAgain } = paymentDetail(options, idOf(request));
      if (!canNetCancelAgain)
        throw new ApiFault(409, 'REFUSED', 'no net cancel is owed', { refusal: 'NOT_IN_THIS_STATE' });
      await worker.netCancelAgain(idOf(request));
      return { payment: paymentDetail(options, idOf(request)) };
    },
  );
  post(
    'payments/:sequenceId/decide',
    'Decide',
    decideBody,
    async ({ body, manager, request }): Promise<PaymentAnswer> => {
      if (checkDecision(options, idOf(request), body)) {
        if (body.pin === undefined) throw new ApiFault(403, 'PIN_NEEDED', 'this decision needs the PIN');
        await checkPin(manager, body.pin);
      }
      runDecision(options, idOf(request), body, manager);
      return { payment: paymentDetail(options, idOf(request)) };
    },
  );
  post(
    'payments/:sequenceId/receipt',
    'A paper again, marked as a copy',
    managerReceiptBody,
    ({ body, request }) => paper(options, idOf(request), { ...body, copy: true }),
  );
  get('cases', 'Open cases', (): CasesAnswer => {
    const owed = (intent: { cash: string; amount: number }): number =>
      intent.cash === 'return_due' || intent.cash === 'payout_due' ? intent.amount : 0;
    const cases = board.select((intent) => intent.cases.length > 0).slice(0, CASES_MAX);
    return {
      asOfMs: clock.now().wallMs,
      rows: [...cases]
        .sort((left, right) => owed(right) - owed(left) || left.scannedAtMs - right.scannedAtMs)
        .map((intent) => ({
          ...paymentRow(options, intent),
          decisions: offeredDecisions(intent, voidTerms(options), options.pinAbove),
        })),
    };
  });

  get('sync', 'What is owed to the issuer', () => syncAnswer(options));
  post('sync/now', 'Try everything at once', emptyBody, () => {
    worker.syncNow();
    return syncAnswer(options);
  });
  post('sync/pause', 'Stop approvals', pauseBody, async ({ body, manager }) => {
    await checkPin(manager, body.pin);
    worker.pause(body.reason, { role: 'manager', id: manager, reason: body.reason });
    return syncAnswer(options);
  });
  post('sync/resume', 'Go on', pinBody, async ({ body, manager }) => {
    await checkPin(manager, body.pin);
    worker.resume({ role: 'manager', id: manager });
    return syncAnswer(options);
  });
  post('sync/claim', 'Go on with this terminal: a new epoch', claimBody, async ({ body, manager }) => {
    await checkPin(manager, body.pin);
    if (!worker.status().recovering) {
      throw new ApiFault(409, 'REFUSED', 'this terminal is not recovering', { refusal: 'NOT_IN_THIS_STATE' });
    }
    ledger.note('epochClaimed', { reason: body.reason }, clock.now(), { role: 'manager', id: manager });
    if (!(await worker.claimEpoch(manager))) {
      throw new ApiFault(409, 'REFUSED', 'the issuer did not grant it', { refusal: 'NOT_GRANTED' });
    }
    return syncAnswer(options);
  });

  get('scanners', 'The scanners', () => scannersAnswer(options));
  post('scanners/:scanner/test', 'Test mode of a scanner', testBody, ({ body, request }) => {
    const { scanner } = request.params as { scanner: string };
    if (!options.scanners.setTest(scanner, body.on)) throw new ApiFault(404, 'NOT_FOUND', 'no such scanner');
    return scannersAnswer(options);
  });
  get('settings', 'The rules that apply', () => settingsAnswer(options));
  post('verify', 'Verify the ledger', emptyBody, (): VerifyAnswer => {
    const fromMs = clock.now().monoMs;
    const { head, ...report } = ledger.verify();
    return { ...report, index: head.index, head: head.hash, elapsedMs: clock.now().monoMs - fromMs };
  });
  get('export.csv', 'The payments of a filter as CSV', (request, reply) => {
    reply.header('content-type', 'text/csv; charset=utf-8');
    reply.header('content-disposition', 'attachment; filename="payments.csv"');
    return exportCsv(options, paymentsQuery.parse(request.query));
  });
  get('events', 'State of the terminal as it changes (text/event-stream)', (request, reply) => {
    let stop = (): void => undefined;
    const stream = streams.begin(reply, null, () => stop());
    if (stream === null) throw new ApiFault(429, 'TOO_MANY', 'too many open event streams');
    const isSignedIn = (): boolean => sessions.find(request.cookies[COOKIE], false) !== null;
    stop = follow(() => {
      if (isSignedIn()) stream.send('state', state());
      else stream.close();
    });
    stream.send('state', state());
    const stopTests = options.scanners.onTest((report) => stream.send('scan', report));
    const stopFollowing = stop;
    stop = () => {
      stopTests();
      stopFollowing();
    };
    return reply;
  });

  function state(): ManagerState {
    const { line, businessDate } = worker.status();
    return {
      run: options.run,
      asOfMs: clock.now().wallMs,
      terminalId: options.terminalId,
      businessDate,
      journalIndex: ledger.head().index,
      changes,
      cases: board.totals().cases.count,
      line: {
        state: line.state,
        sinceMs: line.sinceMs,
        nextTryMs: line.nextTryMs,
        reason: line.code ?? line.reason,
      },
    };
  }

  /** Calls `tell` soon after every change, at most twice a second, and every two seconds anyway. */
  function follow(tell: () => void): () => void {
    let timer = clock.after(STATE_EVERY_MS, beat);
    let soon = false;
    function beat(): void {
      soon = false;
      timer = clock.after(STATE_EVERY_MS, beat);
      tell();
    }
    const changed = (): void => {
      if (soon) return;
      soon = true;
      timer.cancel();
      timer = clock.after(STATE_SOON_MS, beat);
    };
    const ends = [ledger.onCommit(changed), worker.onChange(changed), options.scanners.onChange(changed)];
    return () => {
      timer.cancel();
      for (const end of ends) end();
    };
  }

  return () => {
    for (const stop of stops) stop();
  };
}

function makeFault(
  error: 'WRONG_CODE' | 'ALREADY_SET_UP' | 'WEAK_PIN' | 'LOCKED_OUT' | 'TOO_MANY',
): ApiFault {
  const status = { WRONG_CODE: 401, ALREADY_SET_UP: 409, WEAK_PIN: 400, LOCKED_OUT: 429, TOO_MANY: 429 }[
    error
  ];
  return new ApiFault(status, error, 'the manager was not made');
}

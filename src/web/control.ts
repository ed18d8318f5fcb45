/** Writing commands of the command line go through the agent that holds the ledger: a bearer token out of a 0600 file. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { isAbsolute } from 'node:path';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { dayQuery, listedId, lossAccount, reportQuery } from './bodies.ts';
import { answered, dayAnswer, faultAnswer } from './day-view.ts';
import { maskDigits } from './decide.ts';
import { ApiFault } from './fault.ts';
import { reportAnswer } from './manager-day.ts';
import { syncAnswer } from './manager-views.ts';
import type { WebOptions } from './options.ts';
import { described } from './schema.ts';

const PREFIX = '/api/v1/control';
const pauseBody = z.strictObject({ reason: z.string().trim().min(3).max(200) });
const emptyBody = z.strictObject({});
const dayBody = z.strictObject({ date: z.string().regex(/^\d{8}$/) });
const closeBody = dayBody.extend({ uncounted: z.string().trim().min(3).max(200).optional() });
const missingBody = dayBody.extend({
  sequenceId: listedId,
  loss: lossAccount,
  reason: z.string().trim().min(3).max(200),
});
const DAY_MS_MAX = 600_000;
const backupBody = z.strictObject({ file: z.string().min(1).max(1_000).refine(isAbsolute) });

/** Registers the calls; without a token there are none. */
export function controlRoutes(server: FastifyInstance, options: WebOptions): void {
  const { controlToken, worker, ledger, recorder } = options;
  if (controlToken === null) return;
  const check = (request: FastifyRequest): void => {
    const given = request.headers.authorization ?? '';
    if (!sameDigest(given, `Bearer ${controlToken}`)) throw new ApiFault(401, 'SIGNED_OUT', 'wrong token');
    // A browser never has this token, and is never let in with it.
    if (request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined) {
      throw new ApiFault(403, 'FORBIDDEN', 'not for pages');
    }
  };
  const post = <Body>(
    path: string,
    summary: string,
    schema: z.ZodType<Body>,
    run: (body: Body, request: FastifyRequest) => unknown,
  ): void => {
    server.post(`${PREFIX}/${path}`, described(summary, 'control', { body: schema }), (request) => {
      check(request);
      return run(schema.parse(request.body), request);
    });
  };
  const actor = { role: 'manager', id: 'command line' } as const;
  server.get(`${PREFIX}/sync`, described('State of the sync worker', 'control'), (request) => {
    check(request);
    return syncAnswer(options);
  });
  server.get(
    `${PREFIX}/scanners/recording`,
    described('The last scans and scanner states, masked, oldest first', 'control'),
    (request) => {
      check(request);
      const { monoMs, wallMs } = options.clock.now();
      return {
        run: options.run,
        asOf: { monoMs, wallMs },
        lost: recorder.lost(),
        entries: recorder.entries(),
      };
    },
  );
  post('sync/now', 'Try everything at once', emptyBody, () => {
    worker.syncNow();
    return syncAnswer(options);
  });
  post('sync/pause', 'Stop approvals', pauseBody, ({ reason }) => {
    worker.pause(reason, { ...actor, reason });
    return syncAnswer(options);
  });
  post('sync/resume', 'Go on', emptyBody, () => {
    worker.resume(actor);
    return syncAnswer(options);
  });
  server.get(`${PREFIX}/day`, described('A business day', 'control'), (request) => {
    check(request);
    return dayAnswer(options, dayQuery.parse(request.query).date);
  });
  server.get(`${PREFIX}/day/report`, described('The report of a day', 'control'), (request) => {
    check(request);
    const { date, at } = reportQuery.parse(request.query);
    const report = answered(() => options.settlement.report(date, at ?? null));
    return { ...reportAnswer(report), csv: report.csv };
  });
  post('day/reconcile', "Compare a day with the issuer's list", dayBody, async ({ date }, request) => {
    request.raw.socket.setTimeout(DAY_MS_MAX);
    await options.settlement.reconcile(date, actor).catch((fault: unknown) => {
      throw faultAnswer(fault);
    });
    return dayAnswer(options, date);
  });
  post('day/missing', 'Take over an item that is missing here', missingBody, (body) => {
    const { date, sequenceId, loss } = body;
    const by = { ...actor, reason: maskDigits(body.reason) };
    answered(() => options.settlement.bookMissing(date, sequenceId, loss, by));
    return dayAnswer(options, date);
  });
  post('day/close', 'Close a day', closeBody, async ({ date, uncounted }, request) => {
    request.raw.socket.setTimeout(DAY_MS_MAX);
    const why = uncounted === undefined ? null : maskDigits(uncounted);
    await answered(() => options.settlement.close(date, actor, why)).settled;
    return dayAnswer(options, date);
  });
  post('ledger/backup', 'Online copy of the ledger without the vault', backupBody, ({ file }) =>
    ledger.backup(file),
  );
}

export function sameDigest(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

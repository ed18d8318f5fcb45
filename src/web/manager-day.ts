/** The business day: count, comparison, close and report (screens 3.4). */
import type { FastifyRequest } from 'fastify';
import type { Actor } from '../intent/model.ts';
import type { CountInput } from '../settlement/count.ts';
import { versionOf } from '../settlement/day.ts';
import type { Report } from '../settlement/reporter.ts';
import type { DayReportAnswer } from './api/day.ts';
import {
  dayCloseBody,
  dayCountBody,
  dayDateBody,
  dayExplainBody,
  dayMissingBody,
  dayQuery,
  reportQuery,
} from './bodies.ts';
import { answered, dayAnswer, faultAnswer } from './day-view.ts';
import { checkNote, reasonOf } from './decide.ts';
import { ApiFault } from './fault.ts';
import type { ManagerRouter } from './manager-router.ts';
import type { WebOptions } from './options.ts';

/** A whole day may be read from the issuer and the whole ledger verified; the connection is silent meanwhile. */
const RECONCILE_MS_MAX = 600_000;

export function dayRoutes(router: ManagerRouter): void {
  const { options } = router;
  const { settlement } = options;
  const by = (manager: string, reason?: string): Actor => ({
    role: 'manager',
    id: manager,
    ...(reason === undefined ? {} : { reason }),
  });
  router.get('day', 'A business day', (request) => dayAnswer(options, dayQuery.parse(request.query).date));
  router.post('day/count', 'Record a count of the drawer', dayCountBody, ({ body, manager }) => {
    const { date, version, ...input } = body;
    mustBeNow(options, date, version);
    answered(() => settlement.count(date, input as CountInput, by(manager)));
    return dayAnswer(options, date);
  });
  router.post('day/explain', 'Why the count differs', dayExplainBody, async ({ body, manager }) => {
    checkNote(body);
    await router.checkPin(manager, body.pin);
    const reason = reasonOf(body);
    mustBeNow(options, body.date, body.version);
    answered(() => settlement.explain(body.date, body.reason, reason.note, by(manager, reason.text)));
    return dayAnswer(options, body.date);
  });
  router.post(
    'day/reconcile',
    "Compare with the issuer's list",
    dayDateBody,
    async ({ body, manager, request }) => {
      request.raw.socket.setTimeout(RECONCILE_MS_MAX);
      await settlement.reconcile(body.date, by(manager)).catch((fault: unknown) => {
        throw faultAnswer(fault);
      });
      return dayAnswer(options, body.date);
    },
  );
  router.post(
    'day/missing',
    'Take over an item that is missing here',
    dayMissingBody,
    async ({ body, manager }) => {
      checkNote(body);
      await router.checkPin(manager, body.pin);
      mustBeNow(options, body.date, body.version);
      const { date, sequenceId, loss } = body;
      answered(() => settlement.bookMissing(date, sequenceId, loss, by(manager, reasonOf(body).text)));
      return dayAnswer(options, date);
    },
  );
  router.post('day/close', 'Close the day', dayCloseBody, async ({ body, manager, request }) => {
    request.raw.socket.setTimeout(RECONCILE_MS_MAX);
    await router.checkPin(manager, body.pin);
    mustBeNow(options, body.date, body.version);
    await answered(() => settlement.close(body.date, by(manager))).settled;
    return dayAnswer(options, body.date);
  });
  reportRoutes(router);
}

/** Somebody else may have counted or closed it since the page was read. Throws ApiFault STALE. */
function mustBeNow({ settlement }: Pick<WebOptions, 'settlement'>, date: string, version?: number): void {
  if (version === undefined || version === versionOf(answered(() => settlement.day(date)))) return;
  throw new ApiFault(409, 'STALE', 'the day changed meanwhile');
}

function reportRoutes(router: ManagerRouter): void {
  const { options } = router;
  router.get('day/report', 'The report of a day', (request) => reportAnswer(reportOf(options, request)));
  router.serve('day/report.txt', 'The report of a day, 42 columns of text', (request, reply) => {
    const report = reportOf(options, request);
    reply.header('content-type', 'text/plain; charset=utf-8');
    reply.header('content-disposition', `attachment; filename="day-${report.date}.txt"`);
    return report.text;
  });
  router.serve('day/report.csv', 'The report of a day as CSV', (request, reply) => {
    const report = reportOf(options, request);
    reply.header('content-type', 'text/csv; charset=utf-8');
    reply.header('content-disposition', `attachment; filename="day-${report.date}.csv"`);
    return report.csv;
  });
}

function reportOf({ settlement }: Pick<WebOptions, 'settlement'>, request: FastifyRequest): Report {
  const { date, at } = reportQuery.parse(request.query);
  return answered(() => settlement.report(date, at ?? null));
}

export function reportAnswer({ date, at, text, sha256, differs }: Report): DayReportAnswer {
  return { date, at, lines: text.replace(/\n$/, '').split('\n'), sha256, differs };
}

/** Payments and cases: lists, one payment, decisions, papers, the export. */
import type { FastifyRequest } from 'fastify';
import type { Intent } from '../intent/model.ts';
import { isReturnDue } from '../intent/state.ts';
import type { ListPage } from '../ledger/types.ts';
import type { CasesAnswer, PaymentsAnswer } from './api/payments.ts';
import { cardSearchBody, decideBody, emptyBody, managerReceiptBody, paymentsQuery } from './bodies.ts';
import { checkDecision, runDecision } from './decide.ts';
import { offeredDecisions } from './decisions.ts';
import { EXCEL_MS_MAX, exportExcel } from './excel.ts';
import { exportCsv } from './export.ts';
import { ApiFault } from './fault.ts';
import { lookThrough } from './look-through.ts';
import type { ManagerRouter } from './manager-router.ts';
import type { WebOptions } from './options.ts';
import { paper } from './papers.ts';
import { decisionTerms, listQuery, paymentDetail, paymentRow } from './payments.ts';
import { unreadPayments } from './unread.ts';

const CASES_MAX = 500;
const CARD_ROWS = 50;

export function paymentRoutes(router: ManagerRouter): void {
  const { options } = router;
  const { ledger } = options;
  router.get('payments', 'Payments, newest first', async (request) => {
    // An export leaves out no row in silence; the page names those that it leaves out.
    const query = { ...listQuery(paymentsQuery.parse(request.query)), readableOnly: true };
    return pageAnswer(options, await lookThrough(ledger, query));
  });
  router.post('payments/card', 'Payments of a card number', cardSearchBody, async ({ body, manager }) => {
    await router.checkPin(manager, body.pin);
    router.note('cardSearched', manager);
    return pageAnswer(
      options,
      ledger.list({ limit: CARD_ROWS, cardNumber: body.cardNumber, readableOnly: true }),
    );
  });
  router.get('payments/:sequenceId', 'One payment with its timeline', (request) =>
    paymentDetail(options, idOf(request)),
  );
  router.get('cases', 'Open cases', () => casesAnswer(options));
  router.serve('export.csv', 'The payments of a filter as CSV', (request, reply) => {
    reply.header('content-type', 'text/csv; charset=utf-8');
    reply.header('content-disposition', 'attachment; filename="payments.csv"');
    return exportCsv(options, paymentsQuery.parse(request.query));
  });
  router.serve('export.xlsx', 'The payments of a filter as an Excel workbook', async (request, reply) => {
    request.raw.socket.setTimeout(EXCEL_MS_MAX);
    const file = await exportExcel(options, paymentsQuery.parse(request.query));
    reply.header('content-type', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet');
    reply.header('content-disposition', 'attachment; filename="payments.xlsx"');
    return reply.send(Buffer.from(file.buffer, file.byteOffset, file.byteLength));
  });
  router.post(
    'payments/:sequenceId/receipt',
    'A paper again, a copy',
    managerReceiptBody,
    ({ body, request }) => paper(options, idOf(request), { ...body, copy: true }),
  );
  actionRoutes(router);
}

function actionRoutes(router: ManagerRouter): void {
  const { options } = router;
  const { worker } = options;
  router.post('payments/:sequenceId/inquire', 'Ask the issuer again', emptyBody, async ({ request }) => {
    if (!paymentDetail(options, idOf(request)).canInquire) throw notNow('nothing was sent yet');
    await worker.inquire(idOf(request));
    return { payment: paymentDetail(options, idOf(request)) };
  });
  router.post(
    'payments/:sequenceId/net-cancel',
    'The owed net cancel again',
    emptyBody,
    async ({ request }) => {
      if (!paymentDetail(options, idOf(request)).canNetCancelAgain) throw notNow('no net cancel is owed');
      await worker.netCancelAgain(idOf(request));
      return { payment: paymentDetail(options, idOf(request)) };
    },
  );
  router.post('payments/:sequenceId/decide', 'Decide', decideBody, async ({ body, manager, request }) => {
    if (checkDecision(options, idOf(request), body)) {
      if (body.pin === undefined) throw new ApiFault(403, 'PIN_NEEDED', 'this decision needs the PIN');
      await router.checkPin(manager, body.pin);
    }
    runDecision(options, idOf(request), body, manager);
    return { payment: paymentDetail(options, idOf(request)) };
  });
}

function idOf(request: FastifyRequest): string {
  return (request.params as { sequenceId: string }).sequenceId;
}

function notNow(text: string): ApiFault {
  return new ApiFault(409, 'REFUSED', text, { refusal: 'NOT_IN_THIS_STATE' });
}

function pageAnswer(options: WebOptions, page: ListPage): PaymentsAnswer {
  return {
    rows: page.intents.map((intent) => paymentRow(options, intent)),
    older: page.older,
    newer: page.newer,
    unread: unreadPayments(options, page.unread),
  };
}

/** Money owed to customers first, then age. */
function casesAnswer(options: WebOptions): CasesAnswer {
  const owed = (intent: Intent): number =>
    isReturnDue(intent) || intent.cash === 'payout_due' ? intent.amount : 0;
  const cases = options.board.select((intent) => intent.cases.length > 0).slice(0, CASES_MAX);
  return {
    asOfMs: options.clock.now().wallMs,
    rows: [...cases]
      .sort((left, right) => owed(right) - owed(left) || left.scannedAtMs - right.scannedAtMs)
      .map((intent) => ({
        ...paymentRow(options, intent),
        decisions: options.board.isAside(intent.sequenceId)
          ? []
          : offeredDecisions(intent, decisionTerms(options), options.pinAbove),
      })),
  };
}

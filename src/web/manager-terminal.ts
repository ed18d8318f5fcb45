/** The day at a glance, the sync worker, scanners, settings, and the ledger's verification. */
import type { VerifyReport } from '../ledger/types.ts';
import type { VerifyAnswer } from './api/terminal.ts';
import { claimBody, emptyBody, pauseBody, pinBody, testBody } from './bodies.ts';
import { claimFault } from './claim.ts';
import { ApiFault } from './fault.ts';
import type { ManagerRouter } from './manager-router.ts';
import { settingsAnswer, syncAnswer } from './manager-views.ts';
import { lookNowAndThen, scannersAnswer } from './scanner-views.ts';
import type { Today } from './today.ts';

/** The connection is silent while the chain is read; it would be cut as idle. */
const VERIFY_MS_MAX = 600_000;
/** As it is while the issuer's lists of every unsealed day are read, page after page. */
const CLAIM_MS_MAX = 600_000;

export function terminalRoutes(router: ManagerRouter, today: Today): void {
  const { options } = router;
  let verifying: Promise<VerifyReport> | null = null;
  router.get('today', 'The day at a glance', () => today.answer());
  const { clock } = options;
  const bench = { ...options, plugged: lookNowAndThen(options.plugged, clock) };
  router.get('scanners', 'The scanners', () => scannersAnswer(bench));
  router.post('scanners/:scanner/test', 'Test mode of a scanner', testBody, ({ body, request }) => {
    const { scanner } = request.params as { scanner: string };
    if (!options.scanners.setTest(scanner, body.on)) throw new ApiFault(404, 'NOT_FOUND', 'no such scanner');
    return scannersAnswer(bench);
  });
  router.get('settings', 'The rules that apply', () => settingsAnswer(options));
  router.post('verify', 'Verify the ledger', emptyBody, async ({ request }): Promise<VerifyAnswer> => {
    request.raw.socket.setTimeout(VERIFY_MS_MAX);
    const fromMs = options.clock.now().monoMs;
    // Whoever asks meanwhile waits for the same report: one thread reads at a time.
    verifying ??= options.verifyLedger().finally(() => {
      verifying = null;
    });
    // Without the balances: whoever still has to count the drawer must not learn here what it should hold.
    const { head, balances: _balances, ...report } = await verifying;
    return { ...report, index: head.index, head: head.hash, elapsedMs: options.clock.now().monoMs - fromMs };
  });
  syncRoutes(router);
}

function syncRoutes(router: ManagerRouter): void {
  const { options } = router;
  const { worker } = options;
  router.get('sync', 'What is owed to the issuer', () => syncAnswer(options));
  router.post('sync/now', 'Try everything at once', emptyBody, () => {
    worker.syncNow();
    return syncAnswer(options);
  });
  router.post('sync/pause', 'Stop approvals', pauseBody, async ({ body, manager }) => {
    await router.checkPin(manager, body.pin);
    worker.pause(body.reason, { role: 'manager', id: manager, reason: body.reason });
    return syncAnswer(options);
  });
  router.post('sync/resume', 'Go on', pinBody, async ({ body, manager }) => {
    await router.checkPin(manager, body.pin);
    worker.resume({ role: 'manager', id: manager });
    return syncAnswer(options);
  });
  router.post('sync/claim', 'Go on with this terminal: a new epoch', claimBody, async (post) => {
    const { body, manager } = post;
    post.request.raw.socket.setTimeout(CLAIM_MS_MAX);
    await router.checkPin(manager, body.pin);
    const { recovering, counts } = worker.status();
    if (!recovering) {
      throw new ApiFault(409, 'REFUSED', 'this terminal is not recovering', { refusal: 'NOT_IN_THIS_STATE' });
    }
    router.note('epochClaimed', manager, { reason: body.reason });
    const isGranted = await worker.claimEpoch(manager);
    const after = worker.status();
    if (!isGranted && after.recovering) throw claimFault(counts, after);
    return syncAnswer(options);
  });
}

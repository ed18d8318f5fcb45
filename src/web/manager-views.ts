/** What the manager's pages show of worker, scanners and settings. */
import type { ScannersAnswer, SettingsAnswer, SyncAnswer } from './api.ts';
import type { WebOptions } from './options.ts';
import { paymentRow } from './payments.ts';

const DUE_MAX = 200;

export function syncAnswer(options: WebOptions): SyncAnswer {
  const { worker, ledger, board, clock } = options;
  const status = worker.status();
  const { reversing, deferred } = ledger.summary();
  const due = status.due.slice(0, DUE_MAX).flatMap((item) => {
    const intent = ledger.get(item.sequenceId);
    return intent === null ? [] : [paymentRow(options, intent)];
  });
  const hosts = ['unsent', 'sending', 'unknown', 'voiding'] as const;
  const byState = Object.fromEntries(
    hosts.map((host) => {
      const intents = board.select((intent) => intent.host === host);
      return [host, { count: intents.length, sum: intents.reduce((sum, { amount }) => sum + amount, 0) }];
    }),
  );
  return {
    asOfMs: clock.now().wallMs,
    line: {
      state: status.line.state,
      sinceMs: status.line.sinceMs,
      nextTryMs: status.line.nextTryMs,
      reason: status.line.code ?? status.line.reason,
    },
    paused: status.paused !== null,
    pauseReason: status.paused?.reason ?? null,
    recovering: status.recovering,
    epoch: status.epoch,
    issuerEpoch: status.issuerEpoch,
    clockOffsetMs: status.clockOffsetMs,
    clockConfirmed: status.clockConfirmed,
    lastAnsweredAtMs: status.lastAnsweredAtMs,
    businessDate: status.businessDate,
    byState: {
      ...byState,
      reversing: { count: reversing.count, sum: reversing.sum },
      deferred: { count: deferred.count, sum: deferred.sum },
    },
    oldestAtMs: status.counts.oldestAtMs,
    due,
  };
}

export function scannersAnswer({ scanners, posFeed, clock }: WebOptions): ScannersAnswer {
  return {
    asOfMs: clock.now().wallMs,
    scanners: scanners.list().map((info) => {
      const statistics = info.scanner?.statistics();
      return {
        name: info.status.name,
        stationId: info.stationId,
        driver: info.status.driver,
        state: info.status.state,
        sinceAtMs: info.sinceAtMs,
        device: info.status.device ?? null,
        problem: info.status.problem ?? null,
        frames: statistics?.frames ?? 0,
        refused: info.results.refused,
        unreadable: info.results.unreadable,
        notOurs: info.results.notOurs,
        connects: statistics?.connects ?? 0,
        dropped: statistics?.dropped ?? {},
        lastFrameAtMs: info.lastFrameAtMs,
        lastUnreadable: info.lastUnreadable,
        testUntilMs: info.testUntilMs,
      };
    }),
    posPorts: posFeed.list(),
  };
}

export function settingsAnswer({ version, policyHash, settings }: WebOptions): SettingsAnswer {
  return { version, policyHash, ...settings };
}

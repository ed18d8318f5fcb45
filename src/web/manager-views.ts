/** What the manager's pages show of worker and settings. */
import type { SettingsAnswer, SyncAnswer } from './api/terminal.ts';
import { lineAnswer } from './line.ts';
import type { WebOptions } from './options.ts';
import { paymentRow } from './payments.ts';
import { orWithoutRow, unreadPayments } from './unread.ts';

const DUE_MAX = 200;

export function syncAnswer(options: WebOptions): SyncAnswer {
  const { worker, ledger, board, clock } = options;
  const status = worker.status();
  const { reversing, deferred } = ledger.summary();
  const unread: string[] = [];
  const due = status.due.slice(0, DUE_MAX).flatMap(({ sequenceId }) => {
    const found = orWithoutRow(
      options,
      () => ledger.get(sequenceId),
      () => {
        unread.push(sequenceId);
        return null;
      },
    );
    return found === null ? [] : [paymentRow(options, found)];
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
    line: lineAnswer(status),
    paused: status.paused !== null,
    pausedBy: status.paused?.by ?? null,
    pauseReason: status.paused?.reason ?? null,
    pauseKept: status.pauseKept,
    recovering: status.recovering,
    breaker: status.breaker,
    drainPerMinute: status.drainPerMinute,
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
    unread: unreadPayments(options, unread),
  };
}

export function settingsAnswer({ version, policyHash, settings }: WebOptions): SettingsAnswer {
  return { version, policyHash, ...settings };
}

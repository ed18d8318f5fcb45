import type { SettlementIssuer } from './settlement/settlement.ts';
import type { SyncWorker } from './sync/worker.ts';

/** What the business day waits for, of all that the worker tells of the line. */
type Heard = Pick<SyncWorker, 'isReachable' | 'businessDate'>;
type Carrier = Heard & Pick<SyncWorker, 'transactions' | 'close' | 'cutOverHour' | 'onChange'>;

/**
 * The issuer through the worker, which knows line, epoch and journal head. The worker tells of each failure and of each next
 * try as well, and a close that nobody answers is such a failure: heard as a line that comes back it would be its own reason
 * to be sent again.
 */
export function issuerOf(worker: Carrier): SettlementIssuer {
  return {
    transactions: (request) => worker.transactions(request),
    close: (request) => worker.close(request),
    businessDate: () => worker.businessDate(),
    cutOverHour: () => worker.cutOverHour(),
    onChange: (listener) => worker.onChange(whereReachable(worker, listener)),
  };
}

/** Calls the listener when the issuer is to be had again, or its date is another. */
function whereReachable(worker: Heard, listener: () => void): () => void {
  let wasReachable = worker.isReachable();
  let lastDate = worker.businessDate();
  return () => {
    const isReachable = worker.isReachable();
    const date = worker.businessDate();
    const isNews = (isReachable && !wasReachable) || date !== lastDate;
    wasReachable = isReachable;
    lastDate = date;
    if (isNews) listener();
  };
}

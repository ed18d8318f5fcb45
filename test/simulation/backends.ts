/** Backends that do one thing otherwise, for planted bugs. */
import type { SettlementBackend } from '../../src/konaplate/settlement.ts';

export function over(backend: SettlementBackend, changes: Partial<SettlementBackend>): SettlementBackend {
  const same: SettlementBackend = {
    capabilities: backend.capabilities,
    hello: (request, context, signal) => backend.hello(request, context, signal),
    approve: (request, context, signal) => backend.approve(request, context, signal),
    inquiry: (request, context, signal) => backend.inquiry(request, context, signal),
    netCancel: (request, context, signal) => backend.netCancel(request, context, signal),
    cancel: (request, context, signal) => backend.cancel(request, context, signal),
    transactions: (request, context, signal) => backend.transactions(request, context, signal),
    close: (request, context, signal) => backend.close(request, context, signal),
    dispose: () => backend.dispose(),
  };
  return { ...same, ...changes };
}

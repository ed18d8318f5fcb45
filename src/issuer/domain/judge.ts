import type { IssuerLimits, IssuerPolicy } from '../options.ts';
import type { CardRow, Usage } from './cards.ts';
import type { TokenVerdict } from './tokens.ts';

/** Everything that decides whether a presented barcode is approved. */
export interface Presented {
  readonly type: 'CHARGE' | 'REFUND';
  readonly amount: number;
  readonly deferred: boolean;
  readonly scannedMs: number;
  readonly nowMs: number;
  readonly card: CardRow;
  readonly locked: boolean;
  readonly verdict: TokenVerdict;
  readonly usage: Usage;
  readonly typeEnabled: boolean;
}

/**
 * Pure: the code that declines, or null. An attended payment is judged by everything as it is now; an advice (deferred)
 * only by what settlement-contract rule 4 lists, because its cash was taken long ago.
 */
export function judgeApproval(presented: Presented, policy: IssuerPolicy): string | null {
  const token = judgeToken(presented);
  if (presented.deferred) {
    return advice(presented, policy) ?? token ?? amountAndCap(presented, policy.limits);
  }
  return (
    cardStatus(presented) ??
    token ??
    amountAndCap(presented, policy.limits) ??
    permitted(presented) ??
    limits(presented, policy.limits)
  );
}

function advice(presented: Presented, policy: IssuerPolicy): string | null {
  if (presented.card.status === 'terminated') return '003_022';
  if (presented.scannedMs > presented.nowMs + policy.scanSkewMs) return '006_012';
  if (presented.nowMs - presented.scannedMs > policy.deferredMaxAgeMs) return '006_901';
  return null;
}

function cardStatus({ card }: Presented): string | null {
  switch (card.status) {
    case 'active':
      return card.store_allowed ? null : '006_005';
    case 'notReady':
      return '003_012';
    case 'suspended':
      return '006_012';
    case 'terminated':
      return '003_022';
    case 'expired':
      return '006_011';
  }
}

function judgeToken({ locked, verdict }: Presented): string | null {
  // What was used is said even while locked: it cannot help to guess.
  if (verdict.kind === 'used') return '006_902';
  if (locked) return '006_904';
  if (verdict.kind === 'wrong') return '006_903';
  return verdict.kind === 'expired' ? '006_901' : null;
}

function amountAndCap(presented: Presented, limits: IssuerLimits): string | null {
  const { type, amount, card } = presented;
  if (amount === 0) return '006_007';
  if (type === 'CHARGE') return card.balance + amount > limits.balanceCap ? '007_901' : null;
  return card.balance < amount ? '006_007' : null;
}

function permitted({ type, card, typeEnabled }: Presented): string | null {
  if (!typeEnabled) return '006_012';
  return type === 'REFUND' && !card.refund_allowed ? '009_004' : null;
}

function limits(presented: Presented, limit: IssuerLimits): string | null {
  const { type, amount, usage } = presented;
  if (type === 'CHARGE') {
    if (amount > limit.perTransactionCharge) return '006_010';
    return usage.day + amount > limit.dailyCharge || usage.month + amount > limit.monthlyCharge
      ? '007_003'
      : null;
  }
  if (amount > limit.perTransactionRefund) return '006_010';
  if (usage.month + amount > limit.monthlyRefund) return '009_002';
  if (usage.monthCount + 1 > limit.monthlyRefundCount) return '009_003';
  return usage.day + amount > limit.dailyRefund ? '006_010' : null;
}

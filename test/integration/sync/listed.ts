/** Lists of an issuer of days that the till has lost. */
import type { Answered, SettlementItem, TransactionsAnswer } from '../../../src/konaplate/settlement.ts';
import { APPROVED, answered } from './counter.ts';

/** A whole, final list. */
export function listed(items: readonly SettlementItem[]): Answered<TransactionsAnswer> {
  return answered({ asOf: '20261122120000000', final: true, totals: [], items });
}

/** A charge of that day that was approved. */
export function listedCharge(sequenceId: string, businessDate: string): SettlementItem {
  const { nrNumber, approvalCode, approvedAt } = APPROVED;
  const numbers = { nrNumber, approvalCode, approvedAt };
  const what = { type: 'CHARGE', amount: 10_000, state: 'APPROVED', deferred: false } as const;
  const card = { bin: '949133', last4: '0009' };
  return { sequenceId, terminalId: 'T0000001', ...what, ...numbers, ...card, businessDate };
}

/** Which void the issuer does (settlement-contract, cancel): an independent reading, not the issuer's code. */
import type { CancelRequest } from '../../src/konaplate/settlement.ts';
import type { ModelItem } from './issuer-model.ts';

/** One barcode that was issued, as far as it can prove something. */
export interface ProofToken {
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  boundTo: string | null;
  replaced: boolean;
}

/** An approved attended charge of the day that is still open, as the request names it, whose money is still there. */
export function isVoidable(
  item: ModelItem,
  request: CancelRequest,
  openDate: string,
  balance: number,
): boolean {
  const { nrNumber, type, amount } = request;
  const isNamed = item.answer?.nrNumber === nrNumber && item.type === type && item.amount === amount;
  const isOpen = item.state === 'approved' && !item.sealed && item.businessDate === openDate;
  return isNamed && isOpen && type === 'CHARGE' && !item.deferred && balance >= amount;
}

/**
 * A manager's id is the store's own word; a card proves it with a fresh barcode, which is live, was presented for nothing
 * else, and is used up by it.
 */
export function isProven(
  item: ModelItem,
  { proof, cancelId }: CancelRequest,
  tokenOf: (barcode: string) => ProofToken | undefined,
  nowMs: number,
): boolean {
  if ('managerId' in proof) return proof.managerId !== '';
  const token = tokenOf(proof.barcodeSpec);
  if (token === undefined || proof.barcodeSpec.slice(6, 22) !== item.cardNumber) return false;
  const holder = `void:${cancelId}`;
  if (token.replaced || nowMs > token.expiresAtMs || (token.boundTo ?? holder) !== holder) return false;
  token.boundTo = holder;
  return true;
}

import { randomInt } from 'node:crypto';
import { formatBarcode } from '../../barcode/format.ts';
import { unknownCardCode } from './cards.ts';
import type { Domain } from './context.ts';
import { Refusal } from './refusal.ts';
import type { IssuedToken, TokenMint } from './tokens.ts';

export interface IssuedBarcode extends IssuedToken {
  /** The 31 characters. */
  readonly spec: string;
}

/**
 * A barcode for a payment in a store (konaplate-api 5). Whether the payment is possible is judged when it is presented:
 * the card's state, balance and limits may have changed by then.
 */
export async function issueBarcode(
  domain: Domain,
  mint: TokenMint,
  merchantId: string,
  request: { readonly cardNo: string; readonly type: 'CHARGE' | 'REFUND'; readonly amount: number },
): Promise<IssuedBarcode> {
  const { cardNo, type, amount } = request;
  const issued = await mint.issue({
    merchantId,
    cardId: domain.hashes.card(merchantId, cardNo),
    kind: 'BARCODE',
    type,
    amount,
    nowMs: domain.clock.nowMs(),
    lifeMs: domain.policy.tokenLifeMs,
  });
  if (issued === null) throw new Refusal(unknownCardCode(domain.policy, cardNo), 'cardNo');
  const spec = { type, cardNumber: cardNo, token: issued.token, amount };
  return { ...issued, spec: formatBarcode(spec, domain.policy.codeTable) };
}

export interface IssuedOneTimeToken {
  /** 16 digits that stand for the card. Never Luhn-check them. */
  readonly oneTimeToken: string;
  readonly dcvv: string;
  readonly expiryMs: number;
}

/**
 * A plain one-time token (konaplate-api 6). Nothing of the store's side takes it: it is for payments that this issuer does
 * not carry. It lives beside barcodes and replaces none of them.
 */
export async function issueOneTimeToken(
  domain: Domain,
  mint: TokenMint,
  merchantId: string,
  request: { readonly cardNo: string; readonly type?: 'ATM' | 'CREDIT' | undefined },
): Promise<IssuedOneTimeToken> {
  const { policy } = domain;
  const lifeMs = request.type === undefined ? policy.oneTimeLifeMs : policy.oneTimeLongLifeMs;
  const oneTimeToken = Array.from({ length: 16 }, () => String(randomInt(10))).join('');
  const issued = await mint.issue({
    merchantId,
    cardId: domain.hashes.card(merchantId, request.cardNo),
    kind: 'ONE_TIME',
    type: oneTimeToken,
    amount: 0,
    nowMs: domain.clock.nowMs(),
    lifeMs,
  });
  if (issued === null) throw new Refusal(unknownCardCode(policy, request.cardNo), 'cardNo');
  return { oneTimeToken, dcvv: issued.token, expiryMs: issued.expiresMs };
}

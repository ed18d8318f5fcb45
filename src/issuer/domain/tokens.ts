import { randomBytes, randomInt } from 'node:crypto';
import type { Sql } from '../storage/database.ts';
import type { Domain } from './context.ts';
import { sameHash } from './hashes.ts';

/** How many replaced tokens a presented one is looked for among; an older one counts as wrong. */
export const TOKENS_LOOKED_AT = 50;

export interface TokenRow {
  readonly token_ref: string;
  readonly token_hash: string;
  readonly issued_ms: number;
  readonly expires_ms: number;
  /** When newer ones took its place; null: not yet. */
  readonly replaced_ms: number | null;
  readonly sequence_id: string | null;
}

export interface IssuedToken {
  readonly tokenRef: string;
  /** Three digits. Shown once, kept only as a keyed hash. */
  readonly token: string;
  readonly issuedMs: number;
  readonly expiresMs: number;
}

/** Three digits without bias. */
function randomToken(): string {
  return String(randomInt(1000)).padStart(3, '0');
}

/**
 * A new token of a card, bound to type and amount; null when there is no such card. One statement and no lock: that the
 * older ones are replaced follows from their place in the order of issue (`tokensOf`).
 */
export async function issueToken(
  domain: Domain,
  sql: Sql,
  card: { readonly merchantId: string; readonly cardId: string },
  use: {
    readonly kind: 'BARCODE' | 'ONE_TIME';
    readonly type: string;
    readonly amount: number;
    readonly lifeMs: number;
  },
): Promise<IssuedToken | null> {
  const now = domain.clock.nowMs();
  const token = randomToken();
  const tokenRef = randomBytes(16).toString('hex');
  const made = await sql.query(
    `INSERT INTO tokens (merchant_id, card_id, token_ref, kind, token_hash, type, amount, issued_ms, expires_ms)
     SELECT merchant_id, card_id, $3, $4, $5, $6, $9::bigint, $7::bigint, $8::bigint FROM cards
      WHERE merchant_id = $1 AND card_id = $2
     RETURNING token_ref`,
    [
      card.merchantId,
      card.cardId,
      tokenRef,
      use.kind,
      domain.hashes.token(card.cardId, use.type, use.amount, token),
      use.kind === 'BARCODE' ? use.type : null,
      now,
      now + use.lifeMs,
      use.amount,
    ],
  );
  if (made.length === 0) return null;
  return { tokenRef, token, issuedMs: now, expiresMs: now + use.lifeMs };
}

/** What a presented token turns out to be at the moment it is judged for. */
export type TokenVerdict =
  | { readonly kind: 'live' | 'expired' | 'used'; readonly token: TokenRow }
  | { readonly kind: 'wrong' };

/**
 * Pure. `hash` is that of what was presented; `tokens` are the card's newest ones, newest first. Every one is compared,
 * in constant time. The best match counts: a live one before a used one before an expired one.
 */
export function judgeToken(
  hash: string,
  tokens: readonly TokenRow[],
  atMs: number,
  sequenceId: string,
  skewMs = 0,
): TokenVerdict {
  let used: TokenRow | null = null;
  let expired: TokenRow | null = null;
  let live: TokenRow | null = null;
  for (const token of tokens) {
    if (!sameHash(token.token_hash, hash)) continue;
    const end = Math.min(token.expires_ms, token.replaced_ms ?? Number.MAX_SAFE_INTEGER);
    if (token.sequence_id !== null && token.sequence_id !== sequenceId) used ??= token;
    else if (atMs + skewMs >= token.issued_ms && atMs < end) live ??= token;
    else expired ??= token;
  }
  if (live !== null) return { kind: 'live', token: live };
  if (used !== null) return { kind: 'used', token: used };
  return expired === null ? { kind: 'wrong' } : { kind: 'expired', token: expired };
}

import { randomBytes, randomInt } from 'node:crypto';
import type { Sql } from '../storage/database.ts';
import type { CardRow } from './cards.ts';
import type { Domain } from './context.ts';
import { sameHash } from './hashes.ts';

/** How many replaced tokens a presented one is looked for among; an older one counts as wrong. */
const TOKENS_LOOKED_AT = 50;

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

/**
 * The barcode tokens of a card that were issued before `beforeMs`, newest first. At most `liveTokensPerCard` live at a
 * time: a token is replaced at the moment when that many newer ones have been issued. The card's row must be held.
 */
export async function tokensOf(
  domain: Domain,
  sql: Sql,
  card: { readonly merchantId: string; readonly cardId: string },
  beforeMs: number,
): Promise<TokenRow[]> {
  const live = domain.policy.liveTokensPerCard;
  const rows = await sql.query<Omit<TokenRow, 'replaced_ms'>>(
    `SELECT token_ref, token_hash, issued_ms, expires_ms, sequence_id FROM tokens
      WHERE merchant_id = $1 AND card_id = $2 AND kind = 'BARCODE' AND issued_ms <= $3
      ORDER BY token_no DESC LIMIT $4`,
    [card.merchantId, card.cardId, beforeMs, TOKENS_LOOKED_AT + live],
  );
  return rows.map((row, at) => ({ ...row, replaced_ms: rows[at - live]?.issued_ms ?? null }));
}

/** Binds a token to the item that presents it first, for ever. */
export async function bindToken(
  sql: Sql,
  merchantId: string,
  tokenRef: string,
  sequenceId: string,
): Promise<void> {
  await sql.query(
    `UPDATE tokens SET sequence_id = $3 WHERE merchant_id = $1 AND token_ref = $2 AND sequence_id IS NULL`,
    [merchantId, tokenRef, sequenceId],
  );
}

/** Counts a wrong guess; the last one that is allowed locks the card's tokens. The card's row must be held. */
export async function countWrongGuess(
  domain: Domain,
  sql: Sql,
  merchantId: string,
  card: CardRow,
): Promise<void> {
  const now = domain.clock.nowMs();
  const guesses = card.wrong_guesses + 1;
  if (guesses < domain.policy.wrongGuessesMax) {
    await sql.query(`UPDATE cards SET wrong_guesses = $3 WHERE merchant_id = $1 AND card_id = $2`, [
      merchantId,
      card.card_id,
      guesses,
    ]);
    return;
  }
  const until = now + domain.policy.lockMs;
  await sql.query(
    `UPDATE cards SET wrong_guesses = 0, locked_until_ms = $3 WHERE merchant_id = $1 AND card_id = $2`,
    [merchantId, card.card_id, until],
  );
  await sql.query(
    `INSERT INTO card_locks (merchant_id, card_id, from_ms, until_ms) VALUES ($1, $2, $3, $4)
     ON CONFLICT (merchant_id, card_id, from_ms) DO UPDATE SET until_ms = EXCLUDED.until_ms`,
    [merchantId, card.card_id, now, until],
  );
}

/** Were the card's tokens locked at that moment? For an advice, which is judged at the time of its scan. */
export async function lockedAt(sql: Sql, merchantId: string, cardId: string, atMs: number): Promise<boolean> {
  const rows = await sql.query(
    `SELECT 1 FROM card_locks WHERE merchant_id = $1 AND card_id = $2 AND from_ms <= $3 AND until_ms > $3 LIMIT 1`,
    [merchantId, cardId, atMs],
  );
  return rows.length > 0;
}

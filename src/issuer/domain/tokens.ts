import { randomBytes, randomInt } from 'node:crypto';
import type { BarcodeSpec } from '../../barcode/parse.ts';
import type { Database } from '../storage/database.ts';
import { Gather, type Settled } from '../storage/gather.ts';
import type { Domain } from './context.ts';
import { type Hashes, sameHash } from './hashes.ts';

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

/** A token to be made. */
export interface TokenWish {
  readonly merchantId: string;
  readonly cardId: string;
  readonly kind: 'BARCODE' | 'ONE_TIME';
  readonly type: string;
  readonly amount: number;
  readonly nowMs: number;
  readonly lifeMs: number;
}

const TOGETHER_MAX = 128;
/**
 * Without a lock: that the older tokens of the card are replaced follows from their place in the order of issue. What is
 * for a card that is not there makes nothing.
 */
const ISSUE = `
INSERT INTO tokens (merchant_id, card_id, token_ref, kind, token_hash, type, amount, issued_ms, expires_ms)
SELECT $1, c.card_id, r.token_ref, r.kind, r.token_hash, r.type, r.amount, r.issued_ms, r.expires_ms
  FROM json_to_recordset($2::json) AS r (card_id text, token_ref text, kind text, token_hash text, type text,
                                         amount bigint, issued_ms bigint, expires_ms bigint)
 CROSS JOIN LATERAL (SELECT card_id FROM cards WHERE merchant_id = $1 AND cards.card_id = r.card_id LIMIT 1) AS c
RETURNING token_ref`;

/** Makes tokens; those that are wished for together go into one statement. */
export class TokenMint {
  readonly #db: Database;
  readonly #hashes: Hashes;
  readonly #lanes = new Map<string, Gather<TokenWish, IssuedToken | null>>();

  constructor(db: Database, hashes: Hashes) {
    this.#db = db;
    this.#hashes = hashes;
  }

  /** A new token of a card, bound to type and amount; null when there is no such card. */
  issue(wish: TokenWish): Promise<IssuedToken | null> {
    let lane = this.#lanes.get(wish.merchantId);
    if (lane === undefined) {
      lane = new Gather((wishes) => this.#together(wishes), TOGETHER_MAX);
      this.#lanes.set(wish.merchantId, lane);
    }
    return lane.add(wish);
  }

  async #together(wishes: readonly TokenWish[]): Promise<readonly Settled<IssuedToken | null>[]> {
    const tokens = wishes.map(({ nowMs, lifeMs }) => ({
      tokenRef: randomBytes(16).toString('hex'),
      token: randomToken(),
      issuedMs: nowMs,
      expiresMs: nowMs + lifeMs,
    }));
    const rows = wishes.map((wish, at) => ({
      card_id: wish.cardId,
      token_ref: tokens[at]?.tokenRef,
      kind: wish.kind,
      token_hash: this.#hashes.token(wish.cardId, wish.type, wish.amount, tokens[at]?.token ?? ''),
      type: wish.kind === 'BARCODE' ? wish.type : null,
      amount: wish.amount,
      issued_ms: tokens[at]?.issuedMs,
      expires_ms: tokens[at]?.expiresMs,
    }));
    const params = [wishes[0]?.merchantId ?? '', JSON.stringify(rows)];
    const made = new Set(
      (await this.#db.query<{ token_ref: string }>(ISSUE, params)).map((row) => row.token_ref),
    );
    return tokens.map((token) => ({ ok: true, value: made.has(token.tokenRef) ? token : null }));
  }
}

/** The card and the token of a barcode, in the names that the database knows. */
export function presentedBy(
  { hashes }: Domain,
  merchantId: string,
  spec: BarcodeSpec,
): { readonly cardId: string; readonly tokenHash: string } {
  const cardId = hashes.card(merchantId, spec.cardNumber);
  return { cardId, tokenHash: hashes.token(cardId, spec.type, spec.amount, spec.token) };
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

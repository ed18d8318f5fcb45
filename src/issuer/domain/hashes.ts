import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

/**
 * Keyed hashes of what must not be readable in the database: card numbers, one-time tokens, barcodes. Each kind has a
 * prefix of its own, so a hash of one kind never equals one of another.
 */
export class Hashes {
  readonly #key: KeyObject;

  constructor(hashKeyHex: string) {
    const bytes = Buffer.from(hashKeyHex, 'hex');
    if (bytes.length !== 32) throw new RangeError('the hash key has 32 bytes');
    this.#key = createSecretKey(bytes);
  }

  #of(...parts: readonly (string | number)[]): string {
    return createHmac('sha256', this.#key).update(parts.join('|')).digest('hex');
  }

  /** The name of a card in the database: 32 hex digits. */
  card(merchantId: string, cardNo: string): string {
    return this.#of('card', merchantId, cardNo).slice(0, 32);
  }

  /** A token together with everything it is bound to. */
  token(cardId: string, type: string, amount: number, token: string): string {
    return this.#of('token', cardId, type, amount, token);
  }

  barcode(merchantId: string, barcodeSpec: string): string {
    return this.#of('barcode', merchantId, barcodeSpec);
  }

  /** The platform's public number of a card's account, 27 characters. */
  par(merchantId: string, cardNo: string): string {
    return `K${this.#of('par', merchantId, cardNo).slice(0, 26).toUpperCase()}`;
  }

  user(merchantId: string, cardNo: string): string {
    return BigInt(`0x${this.#of('user', merchantId, cardNo).slice(0, 16)}`).toString();
  }

  content(...parts: readonly (string | number)[]): string {
    return this.#of('content', ...parts);
  }
}

/** Equality of two hashes in time that does not depend on where they differ. */
export function sameHash(one: string, other: string): boolean {
  const left = Buffer.from(one, 'utf8');
  const right = Buffer.from(other, 'utf8');
  return left.length === right.length && timingSafeEqual(left, right);
}

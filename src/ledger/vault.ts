import type { KeyObject } from 'node:crypto';
import type { Random } from '../intent/clock.ts';
import { Ciphers } from './ciphers.ts';
import type { Connection } from './connection.ts';
import { assertThat, LedgerFault } from './fault.ts';
import { createKeyedHash, type KeyedHash, type LedgerKeys, sealWith, signText, unseal } from './keys.ts';
import { preparePending } from './pending.ts';
import type { Signature } from './types.ts';

/** Sealed barcodes and keyed hashes. Without keys it can only erase: what must be read or written says KEY_MISSING. */
export interface Vault {
  /** Stores the sendable barcode of a new intent, bound to its sequence id, and its keyed hash. */
  put(number: number, sequenceId: string, barcodeSpec: string): void;
  /** Stores a barcode again whose hash never left. */
  putBack(number: number, sequenceId: string, barcodeSpec: string): void;
  /** The barcode, or KEY_MISSING when the key or the row is not there. */
  readBarcode(number: number, sequenceId: string): string;
  eraseBarcode(number: number): void;
  /** Sets the end of the hash's window (monotonic ms); null: open again, no end. */
  limitHash(number: number, untilMs: number | null): void;
  eraseHash(number: number): void;
  /** How much an intent is still asked for; at 0 its row goes with the last that is kept in it. */
  attend(number: number, attention: number): void;
  /** Erases hashes whose window is over; at most `limit`. */
  eraseOver(nowMs: number, limit: number): number;
  /** Idle work, so that the next scan has less of it. */
  makeReady(): void;
  /** A new run has a new monotonic clock: windows that were running start afresh. */
  restartWindows(untilMs: number): void;
  /** The newest intent with this barcode whose hash is kept: open, or inside its window at `nowMs`. */
  findBarcode(barcodeSpec: string, nowMs: number): number | null;
  /** The key was rotated: a card may stand under another hash than the present one. */
  readonly hasEarlierKeys: boolean;
  cardHash(cardNumber: string): Buffer;
  /** Hashes of a card under the present key and the earlier ones, newest first. */
  cardHashes(cardNumber: string): readonly Buffer[];
  /** HMAC of a report under a key of its own. */
  sign(text: string): Signature;
  /** Brings what is remembered back to what the disk says; after a rollback. */
  reload(): void;
}

export interface VaultKeys {
  readonly keys: LedgerKeys;
  /** Hash keys of earlier ledger keys, newest first. */
  readonly earlier: readonly KeyObject[];
}

interface HeldHash {
  readonly hash: string;
  untilMs: number | null;
}

/**
 * The hash rows once more in memory: a few open intents and those inside their window. An index on disk would cost every
 * commit a page; a scan would cost every scan a walk.
 */
class HashIndex {
  readonly #byNumber = new Map<number, HeldHash>();
  readonly #byHash = new Map<string, number[]>();

  clear(): void {
    this.#byNumber.clear();
    this.#byHash.clear();
  }

  add(number: number, hash: string, untilMs: number | null): void {
    this.#byNumber.set(number, { hash, untilMs });
    const numbers = this.#byHash.get(hash);
    if (numbers === undefined) this.#byHash.set(hash, [number]);
    else numbers.push(number);
  }

  remove(number: number): void {
    const held = this.#byNumber.get(number);
    if (held === undefined) return;
    this.#byNumber.delete(number);
    const rest = (this.#byHash.get(held.hash) ?? []).filter((other) => other !== number);
    if (rest.length === 0) this.#byHash.delete(held.hash);
    else this.#byHash.set(held.hash, rest);
  }

  limit(number: number, untilMs: number | null): void {
    const held = this.#byNumber.get(number);
    if (held !== undefined) held.untilMs = untilMs;
  }

  newest(hash: string, nowMs: number): number | null {
    const numbers = this.#byHash.get(hash) ?? [];
    return numbers.findLast((number) => (this.#byNumber.get(number)?.untilMs ?? Infinity) > nowMs) ?? null;
  }

  over(nowMs: number, limit: number): number[] {
    const over: number[] = [];
    for (const [number, { untilMs }] of this.#byNumber) {
      if (untilMs !== null && untilMs <= nowMs) over.push(number);
      if (over.length === limit) break;
    }
    return over;
  }
}

/** A keyed hash as the disk stores it and as memory finds it. */
interface Hashed {
  readonly bytes: Buffer;
  readonly text: string;
}
const NO_HASH: Hashed = { bytes: Buffer.alloc(0), text: '' };

/** Remembers one hash: facts and commit ask for the same barcode and card in turn. Forgets the text at each sweep. */
class Hasher {
  readonly #hash: KeyedHash;
  #lastText: string | null = null;
  #last = NO_HASH;

  constructor(hash: KeyedHash) {
    this.#hash = hash;
  }

  of(text: string): Hashed {
    if (text !== this.#lastText) {
      const bytes = this.#hash(text);
      this.#last = { bytes, text: bytes.toString('base64') };
      this.#lastText = text;
    }
    return this.#last;
  }

  forget(): void {
    this.#lastText = null;
  }
}

interface Hashers {
  readonly barcode: Hasher;
  readonly card: Hasher;
}

function createHashers(held: VaultKeys | null): readonly Hashers[] {
  if (held === null) return [];
  return [held.keys.hash, ...held.earlier].map((key) => ({
    barcode: new Hasher(createKeyedHash(key, 'barcode')),
    card: new Hasher(createKeyedHash(key, 'card')),
  }));
}

/** The vault of one connection. `held` null: the key is missing. */
export function createVault(database: Connection, held: VaultKeys | null, random: Random): Vault {
  const statements = preparePending(database);
  const index = new HashIndex();
  const hashers = createHashers(held);
  const ciphers = held === null ? null : new Ciphers(held.keys.vault, random);
  const present = (): { keys: LedgerKeys; ciphers: Ciphers; hash: Hashers } => {
    const [hash] = hashers;
    if (held === null || ciphers === null || hash === undefined) throw new LedgerFault('KEY_MISSING');
    return { keys: held.keys, ciphers, hash };
  };
  const reload = (): void => {
    index.clear();
    for (const { number, content, until_ms: untilMs } of statements.hashes.iterate()) {
      index.add(number, content.toString('base64'), untilMs);
    }
  };
  const eraseHash = (number: number): void => {
    statements.eraseHash.run(number);
    statements.drop.run(number);
    index.remove(number);
  };
  reload();
  return {
    put: (number, sequenceId, barcodeSpec) => {
      const held = present();
      const { bytes, text } = held.hash.barcode.of(barcodeSpec);
      statements.put.run(number, sealWith(held.ciphers.next(), barcodeSpec, sequenceId), bytes);
      index.add(number, text, null);
    },
    putBack: (number, sequenceId, barcodeSpec) => {
      const sealed = sealWith(present().ciphers.next(), barcodeSpec, sequenceId);
      assertThat(statements.setBarcode.run(sealed, number).changes === 1, 'a sendable intent is pending');
    },
    readBarcode: (number, sequenceId) => {
      const { keys } = present();
      const sealed = statements.barcode.get(number) ?? null;
      if (sealed === null) throw new LedgerFault('KEY_MISSING', 'its barcode is not in the vault');
      const plain = unseal(keys.vault, sealed, sequenceId);
      if (plain === null) throw new LedgerFault('KEY_MISSING', 'its vault row does not open');
      return plain.toString('utf8');
    },
    eraseBarcode: (number) => {
      statements.setBarcode.run(null, number);
    },
    limitHash: (number, untilMs) => {
      statements.limitHash.run(untilMs, number);
      index.limit(number, untilMs);
    },
    eraseHash,
    attend: (number, attention) => {
      statements.attend.run(number, attention);
      if (attention === 0) statements.drop.run(number);
    },
    eraseOver: (nowMs, limit) => {
      for (const { barcode, card } of hashers) {
        barcode.forget();
        card.forget();
      }
      const over = index.over(nowMs, limit);
      for (const number of over) eraseHash(number);
      return over.length;
    },
    makeReady: () => ciphers?.refill(),
    restartWindows: (untilMs) => {
      statements.restartWindows.run(untilMs);
      reload();
    },
    findBarcode: (barcodeSpec, nowMs) => {
      present();
      for (const hash of hashers) {
        const number = index.newest(hash.barcode.of(barcodeSpec).text, nowMs);
        if (number !== null) return number;
      }
      return null;
    },
    hasEarlierKeys: held !== null && held.earlier.length > 0,
    cardHash: (cardNumber) => present().hash.card.of(cardNumber).bytes,
    cardHashes: (cardNumber) => {
      present();
      return hashers.map((hash) => hash.card.of(cardNumber).bytes);
    },
    sign: (text) => {
      const { keys } = present();
      return { keyId: keys.id, mac: signText(keys.report, text) };
    },
    reload,
  };
}

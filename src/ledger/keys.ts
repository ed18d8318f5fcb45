import {
  type CipherGCM,
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { assertThat, guarded, LedgerFault } from './fault.ts';
import { makePrivate } from './owner.ts';

export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HASH_BYTES = 16;
const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
/** Room for a keyed text; longer ones are no barcode and no card. */
const TEXT_BYTES_MAX = 512;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;
const SALT = 'kona-till ledger';

/** The working keys of one ledger key; none of them can be turned back into it. */
export interface LedgerKeys {
  /** AES-256-GCM of the sendable barcodes. */
  readonly vault: KeyObject;
  /** HMAC of barcodes and card numbers. */
  readonly hash: KeyObject;
  /** AES-256-GCM of the hash keys of earlier ledger keys. */
  readonly wrap: KeyObject;
  /** HMAC of the day's reports. */
  readonly report: KeyObject;
  /** Names the key without telling anything of it: 32 hex digits, stored in the ledger. */
  readonly id: string;
}

function derive(key: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, SALT, purpose, KEY_BYTES));
}

/** Derives the working keys (HKDF-SHA-256, one purpose each). */
export function deriveKeys(key: Uint8Array): LedgerKeys {
  if (key.length !== KEY_BYTES) throw new LedgerFault('KEY_MISSING', `a key has ${KEY_BYTES} bytes`);
  return {
    vault: createSecretKey(derive(key, 'vault')),
    hash: createSecretKey(derive(key, 'hash')),
    wrap: createSecretKey(derive(key, 'wrap')),
    report: createSecretKey(derive(key, 'report')),
    id: derive(key, 'id').subarray(0, HASH_BYTES).toString('hex'),
  };
}

/** Reads a key file: 32 bytes, nothing else. */
export function readKeyFile(file: string): Uint8Array {
  if (!existsSync(file)) throw new LedgerFault('KEY_MISSING', 'no key file');
  return guarded(() => readFileSync(file));
}

/** Makes the directory entry of a new or renamed file durable. */
export function syncDirectory(directory: string): void {
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * Writes a key file, mode 0600, complete and synced or not there at all. Replaces what stands there. Written by root it
 * belongs to the owner of `other`, by default of its folder.
 */
export function writeKeyFile(file: string, key: Uint8Array, other: string = dirname(file)): void {
  guarded(() => {
    const partial = `${file}.new`;
    rmSync(partial, { force: true });
    makePrivate(partial, other, (handle) => {
      writeSync(handle, key);
      fsyncSync(handle);
    });
    renameSync(partial, file);
    syncDirectory(dirname(file));
  });
}

/** A new ledger key; always from the operating system, also under a simulator. */
export function newKey(): Uint8Array {
  return randomBytes(KEY_BYTES);
}

/** A cipher that has its key and its nonce and waits for its one message. */
export interface ReadyCipher {
  readonly nonce: Uint8Array;
  readonly cipher: CipherGCM;
}

export function readyCipher(key: KeyObject, nonce: Uint8Array): ReadyCipher {
  assertThat(nonce.length === NONCE_BYTES, 'a nonce has 12 bytes');
  return { nonce, cipher: createCipheriv('aes-256-gcm', key, nonce) };
}

/** AES-256-GCM: nonce, tag, ciphertext. `boundTo` is authenticated with it: the row opens only for that name. */
export function sealWith(
  { nonce, cipher }: ReadyCipher,
  plain: string | Uint8Array,
  boundTo: string,
): Buffer {
  cipher.setAAD(Buffer.from(boundTo));
  const ciphertext = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain);
  cipher.final();
  const sealed = Buffer.allocUnsafe(NONCE_BYTES + TAG_BYTES + ciphertext.length);
  sealed.set(nonce, 0);
  sealed.set(cipher.getAuthTag(), NONCE_BYTES);
  sealed.set(ciphertext, NONCE_BYTES + TAG_BYTES);
  return sealed;
}

/** `sealWith` a cipher made for this message. */
export function seal(key: KeyObject, plain: string | Uint8Array, boundTo: string, nonce: Uint8Array): Buffer {
  return sealWith(readyCipher(key, nonce), plain, boundTo);
}

/** Opens what `seal` made; null when the key or the name is another one or a byte was changed. */
export function unseal(key: KeyObject, sealed: Uint8Array, boundTo: string): Buffer | null {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(boundTo));
  decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    const plain = decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES));
    decipher.final();
    return plain;
  } catch {
    return null;
  }
}

/** Keyed hash of a barcode or a card number, 16 bytes; the purpose keeps the two apart. */
export type KeyedHash = (text: string) => Buffer;

/**
 * HMAC-SHA-256 (RFC 2104) of `purpose`, LF and text, written as its two digests: an `Hmac` object costs every scan twice
 * as much as they do.
 */
export function createKeyedHash(key: KeyObject, purpose: 'barcode' | 'card'): KeyedHash {
  const secret = key.export();
  assertThat(secret.length === KEY_BYTES, 'a hash key has 32 bytes');
  const inner = Buffer.alloc(BLOCK_BYTES + purpose.length + 1 + TEXT_BYTES_MAX);
  const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES);
  for (let at = 0; at < BLOCK_BYTES; at += 1) {
    inner[at] = (secret[at] ?? 0) ^ INNER_PAD;
    outer[at] = (secret[at] ?? 0) ^ OUTER_PAD;
  }
  const from = BLOCK_BYTES + inner.write(`${purpose}\n`, BLOCK_BYTES, 'latin1');
  return (text) => {
    assertThat(3 * text.length <= TEXT_BYTES_MAX, 'a keyed text is short');
    const end = from + inner.write(text, from, 'utf8');
    outer.write(hash('sha256', inner.subarray(0, end), 'binary'), BLOCK_BYTES, 'binary');
    inner.fill(0, from, end); // it may be a barcode
    return Buffer.from(hash('sha256', outer, 'binary'), 'binary').subarray(0, HASH_BYTES);
  };
}

/** HMAC-SHA-256 of a text, 64 hex digits. */
export function signText(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

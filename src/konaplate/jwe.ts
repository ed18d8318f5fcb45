import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  subtle,
} from 'node:crypto';
import { WireFault } from './fault.ts';
import { decodeUtf8, parseStrictJson } from './json.ts';

/**
 * Message encryption (konaplate-api 3): compact JWE, RSA-OAEP-256, A128GCM or A256GCM, in the envelope {"encData": "..."}.
 * One algorithm and two ciphers of node:crypto, put together as RFC 7516 says; the tests hold it against an independent
 * JOSE library. Such a library in this place costs more processor time than everything else of a call together.
 */
export type ContentEncryption = 'A128GCM' | 'A256GCM';
const ALGORITHM = 'RSA-OAEP-256';
const CIPHERS = {
  A128GCM: { name: 'aes-128-gcm', keyBytes: 16, header: headerOf('A128GCM') },
  A256GCM: { name: 'aes-256-gcm', keyBytes: 32, header: headerOf('A256GCM') },
} as const;

/** The protected header as the platform's clients send it. */
function headerOf(enc: ContentEncryption): string {
  return Buffer.from(JSON.stringify({ enc, alg: ALGORITHM })).toString('base64url');
}

const IV_BYTES = 12;
const TAG_BYTES = 16;
const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' } as const;
/** alg and enc decide; the others are names without effect. Everything else (zip, crit, jwk, ...) is refused. */
const HEADER_NAMES = new Set(['alg', 'enc', 'kid', 'typ', 'cty']);
const HEADER_MAX = 512;
const MODULUS_BITS_MIN = 2048;

/** Asking a key for its details costs as much as using it, so each key is asked once. */
const modulusBytes = new WeakMap<KeyObject, number>();
function modulusBytesOf(key: KeyObject): number {
  const known = modulusBytes.get(key);
  if (known !== undefined) return known;
  const bytes = Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
  modulusBytes.set(key, bytes);
  return bytes;
}

function rsa(key: KeyObject): KeyObject {
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== 'rsa' || bits < MODULUS_BITS_MIN) throw new WireFault('KEY_FORM');
  return key;
}

/** A public key out of a PEM: X.509 certificate, SPKI or PKCS#1. Throws WireFault KEY_FORM. Import once, not per call. */
export function importPublicKey(pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw new WireFault('KEY_FORM');
  }
  return rsa(key);
}

/** A private key out of a PEM: PKCS#8 or PKCS#1. Throws WireFault KEY_FORM. */
export function importPrivateKey(pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new WireFault('KEY_FORM');
  }
  return rsa(key);
}

/**
 * The key with the padding as members of its own: the runtime reads it from whatever it is handed, and takes a key object
 * for the key itself. Its manual shows `{ key, padding, oaepHash }` instead, but to find out that such a value is no key
 * object costs two exceptions, more than the encryption itself; so only key objects are handed over, here and below. A
 * runtime that looked elsewhere would pad with SHA-1, and the independent library of the tests would open nothing. A key
 * marked so serves encryption alone: a signature would take the same members for its own.
 */
function oaep(key: KeyObject): KeyObject {
  return 'oaepHash' in key ? key : Object.assign(key, OAEP);
}

/** The compact JWE of a text, with the protected header as the platform's clients send it. */
export async function encryptText(
  text: string,
  key: KeyObject,
  enc: ContentEncryption = 'A128GCM',
): Promise<string> {
  const { name, keyBytes, header } = CIPHERS[enc];
  const random = randomBytes(keyBytes + IV_BYTES);
  const contentKey = random.subarray(0, keyBytes);
  const iv = random.subarray(keyBytes);
  const cipher = createCipheriv(name, createSecretKey(contentKey), iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(header, 'ascii'));
  const content = cipher.update(text, 'utf8');
  cipher.final(); // of GCM it holds no bytes, it makes the tag
  const wrapped = publicEncrypt(oaep(key), contentKey);
  const parts = [wrapped, iv, content, cipher.getAuthTag()].map((part) => part.toString('base64url'));
  return [header, ...parts].join('.');
}

/** The wrapper around a JWE, in the exact bytes that are then signed. */
export function envelope(jwe: string): string {
  return `{"encData":"${jwe}"}`;
}

/** The JWE inside a wrapper, or null when the object is no wrapper (a plain error answer, say). */
export function encDataOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const names = Object.keys(value);
  if (names.length !== 1 || names[0] !== 'encData' || !('encData' in value)) return null;
  return typeof value.encData === 'string' ? value.encData : null;
}

interface Parts {
  readonly enc: ContentEncryption;
  readonly header: string;
  readonly wrapped: Buffer;
  readonly iv: Buffer;
  readonly content: Buffer;
  readonly tag: Buffer;
}

/** The bytes of one part; only its one canonical spelling is taken. */
function decoded(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.toString('base64url') !== part) throw new WireFault('JWE_FORM');
  return bytes;
}

/** Which cipher the protected header names. Throws JWE_FORM, JWE_ALGORITHM. */
function encryptionOf(header: string): ContentEncryption {
  let fields: unknown;
  try {
    fields = parseStrictJson(decodeUtf8(decoded(header))).value;
  } catch {
    throw new WireFault('JWE_FORM');
  }
  const entries = new Map(Object.entries(typeof fields === 'object' && fields !== null ? fields : {}));
  for (const [name, value] of entries) {
    if (!HEADER_NAMES.has(name) || typeof value !== 'string') throw new WireFault('JWE_FORM');
  }
  const enc = entries.get('enc');
  if (entries.get('alg') !== ALGORITHM) throw new WireFault('JWE_ALGORITHM');
  if (enc !== 'A128GCM' && enc !== 'A256GCM') throw new WireFault('JWE_ALGORITHM');
  return enc;
}

/** Form and algorithms are judged before any key is touched. */
function inspectJwe(jwe: string, key: KeyObject): Parts {
  const parts = jwe.split('.', 6);
  const [header = '', wrapped = '', iv = '', content = '', tag = ''] = parts;
  if (parts.length !== 5 || header.length > HEADER_MAX || content.length === 0)
    throw new WireFault('JWE_FORM');
  const enc = encryptionOf(header);
  const bytes = { iv: decoded(iv), content: decoded(content), tag: decoded(tag), wrapped: decoded(wrapped) };
  if (bytes.iv.length !== IV_BYTES || bytes.tag.length !== TAG_BYTES) throw new WireFault('JWE_FORM');
  if (bytes.wrapped.length !== modulusBytesOf(key)) throw new WireFault('JWE_KEY');
  return { enc, header, ...bytes };
}

/** Opens a wrapped content key with one private key; throws or rejects when it does not open. */
export type Unwrap = (wrapped: Buffer) => Uint8Array | Promise<Uint8Array>;

/**
 * Opens on a thread of its own: the private operation is three quarters of the work of reading a message, and a server
 * that reads many at once has its one thread free for everything else. Made once for each key.
 */
export function unwrapAside(key: KeyObject): Unwrap {
  const imported = key.toCryptoKey({ name: 'RSA-OAEP', hash: 'SHA-256' }, false, ['decrypt']);
  return async (wrapped) => new Uint8Array(await subtle.decrypt({ name: 'RSA-OAEP' }, imported, wrapped));
}

/** The content key, or a random one when it does not open: then the tag fails as for any other fault (RFC 7516 11.5). */
async function contentKeyOf(parts: Parts, unwrap: Unwrap): Promise<Uint8Array> {
  const { keyBytes } = CIPHERS[parts.enc];
  try {
    const opened = await unwrap(parts.wrapped);
    if (opened.length === keyBytes) return opened;
  } catch {
    // Falls through: a key that does not open and one of the wrong length are told apart by nobody.
  }
  return randomBytes(keyBytes);
}

/**
 * The text inside a compact JWE. Throws WireFault: TOO_LARGE, JWE_FORM, JWE_ALGORITHM, JWE_KEY, UTF8. `maxChars` bounds
 * the JWE, and with it the text. `unwrap` is `unwrapAside` of the same key where many are read at once.
 */
export async function decryptText(
  jwe: string,
  key: KeyObject,
  maxChars: number,
  unwrap: Unwrap = (wrapped) => privateDecrypt(oaep(key), wrapped),
): Promise<string> {
  if (jwe.length > maxChars) throw new WireFault('TOO_LARGE');
  const parts = inspectJwe(jwe, key);
  const contentKey = await contentKeyOf(parts, unwrap);
  const secret = createSecretKey(contentKey);
  const decipher = createDecipheriv(CIPHERS[parts.enc].name, secret, parts.iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(parts.header, 'ascii'));
  decipher.setAuthTag(parts.tag);
  const start = decipher.update(parts.content);
  try {
    decipher.final();
  } catch {
    throw new WireFault('JWE_KEY');
  }
  return decodeUtf8(start);
}

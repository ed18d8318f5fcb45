import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { CompactEncrypt, compactDecrypt } from 'jose';
import { WireFault } from './fault.ts';
import { decodeUtf8, parseStrictJson } from './json.ts';

/** Message encryption (konaplate-api 3): compact JWE, RSA-OAEP-256, A128GCM or A256GCM, in the envelope {"encData": "..."}. */
export type ContentEncryption = 'A128GCM' | 'A256GCM';
const ALGORITHM = 'RSA-OAEP-256';
const ENCRYPTIONS: readonly string[] = ['A128GCM', 'A256GCM'];
/** alg and enc decide; the others are names without effect. Everything else (zip, crit, jwk, ...) is refused. */
const HEADER_NAMES = new Set(['alg', 'enc', 'kid', 'typ', 'cty']);
const HEADER_MAX = 512;
const MODULUS_BITS_MIN = 2048;

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

/** The compact JWE of a text, with the protected header as the platform's clients send it. */
export async function encryptText(
  text: string,
  key: KeyObject,
  enc: ContentEncryption = 'A128GCM',
): Promise<string> {
  return new CompactEncrypt(Buffer.from(text, 'utf8'))
    .setProtectedHeader({ enc, alg: ALGORITHM })
    .encrypt(key);
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
  readonly enc: string;
}

/** Form and algorithms are judged before any key is touched. */
function inspectJwe(jwe: string, key: KeyObject): Parts {
  const parts = jwe.split('.', 6);
  const [header = '', wrapped = '', iv = '', content = '', tag = ''] = parts;
  if (parts.length !== 5 || !parts.every((part) => /^[0-9A-Za-z_-]+$/.test(part)))
    throw new WireFault('JWE_FORM');
  const keyChars = Math.ceil(((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8) * (4 / 3));
  if (header.length > HEADER_MAX || iv.length !== 16 || tag.length !== 22 || content.length === 0) {
    throw new WireFault('JWE_FORM');
  }
  let fields: unknown;
  try {
    fields = parseStrictJson(decodeUtf8(Buffer.from(header, 'base64url'))).value;
  } catch {
    throw new WireFault('JWE_FORM');
  }
  const entries = new Map(Object.entries(typeof fields === 'object' && fields !== null ? fields : {}));
  for (const [name, value] of entries) {
    if (!HEADER_NAMES.has(name) || typeof value !== 'string') throw new WireFault('JWE_FORM');
  }
  const enc = String(entries.get('enc'));
  if (entries.get('alg') !== ALGORITHM || !ENCRYPTIONS.includes(enc)) throw new WireFault('JWE_ALGORITHM');
  if (wrapped.length !== keyChars) throw new WireFault('JWE_KEY');
  return { enc };
}

/**
 * The text inside a compact JWE. Throws WireFault: TOO_LARGE, JWE_FORM, JWE_ALGORITHM, JWE_KEY, UTF8. `maxChars` bounds
 * the JWE, and with it the text.
 */
export async function decryptText(jwe: string, key: KeyObject, maxChars: number): Promise<string> {
  if (jwe.length > maxChars) throw new WireFault('TOO_LARGE');
  const { enc } = inspectJwe(jwe, key);
  let plaintext: Uint8Array;
  try {
    const opened = await compactDecrypt(jwe, key, {
      keyManagementAlgorithms: [ALGORITHM],
      contentEncryptionAlgorithms: [enc],
    });
    plaintext = opened.plaintext;
  } catch {
    throw new WireFault('JWE_KEY');
  }
  return decodeUtf8(plaintext);
}

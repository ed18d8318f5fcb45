import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { HEADER_FORM } from './headers.ts';
import { kstMillis, parseKst } from './kst.ts';

/** The secret key's text as a key: its UTF-8 bytes. Made once; a KeyObject is several times cheaper than a buffer. */
export function tranSecret(secretKey: string): KeyObject {
  if (secretKey.length === 0) throw new RangeError('the secret key is empty');
  return createSecretKey(Buffer.from(secretKey, 'utf8'));
}

/** HMAC-SHA256 over the exact body as it goes over the wire (for an encrypted call the `{"encData":...}` envelope). */
export function tranSignature(body: string | Uint8Array, secret: KeyObject): Buffer {
  return createHmac('sha256', secret).update(body).digest();
}

/** `KMV1:` + yyyyMMddHHmmssSSS + `:` + padded Base64: 67 characters. */
export function makeTranToken(body: string | Uint8Array, secret: KeyObject, wallMs: number): string {
  return `KMV1:${kstMillis(wallMs)}:${tranSignature(body, secret).toString('base64')}`;
}

export type TranTokenCheck =
  | {
      readonly ok: true;
      /** UTC ms that the token says; whether that is near enough is for the caller to judge. It is not signed. */
      readonly timeMs: number;
      /**
       * What a replay memory remembers: the signature alone. The time is not signed, so with another time in front it is
       * still the same token; and it is the same for the 66 and the 67 character form.
       */
      readonly identity: string;
    }
  | { readonly ok: false; readonly reason: 'FORM' | 'SIGNATURE' };

/** Checks form and signature of a token over exactly these bytes, in constant time. */
export function checkTranToken(token: string, body: string | Uint8Array, secret: KeyObject): TranTokenCheck {
  if (!HEADER_FORM.tranToken.test(token)) return { ok: false, reason: 'FORM' };
  const time = token.slice(5, 22);
  const timeMs = parseKst(time);
  const given = Buffer.from(token.slice(23), 'base64');
  // 43 Base64 characters hold two spare bits: only the one canonical spelling is taken, or a replay could be respelt.
  const canonical = given.toString('base64');
  if (timeMs === null || given.length !== 32 || canonical.slice(0, 43) !== token.slice(23, 66)) {
    return { ok: false, reason: 'FORM' };
  }
  if (!timingSafeEqual(given, tranSignature(body, secret))) return { ok: false, reason: 'SIGNATURE' };
  return { ok: true, timeMs, identity: canonical };
}

import type { KeyObject } from 'node:crypto';
import {
  type ContentEncryption,
  codeEntry,
  encryptText,
  envelope,
  HEADER,
  makeTranToken,
} from '../../konaplate/wire.ts';

/** An answer in the bytes that go out. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Recipient {
  readonly correlationId: string;
  /** Null: the request did not name a key that we know, so the answer is plain. */
  readonly encryption: {
    readonly cryptoKeyId: string;
    readonly key: KeyObject;
    readonly enc: ContentEncryption;
  } | null;
  /** Null: the answer is not signed (published calls, unknown callers). */
  readonly signature: { readonly secret: KeyObject; readonly wallMs: number } | null;
}

/** `response` of the envelope; a refused parameter is named after the platform's message, its value never. */
export function responseOf(code: string, field: string | null): { code: string; description: string } {
  const message = codeEntry(code)?.message ?? 'System Error.';
  return { code, description: field === null ? message : `${message} ${field}` };
}

/** Encrypts, then signs, as requests do. */
export async function wireAnswer(
  body: Readonly<Record<string, unknown>>,
  code: string,
  to: Recipient,
): Promise<WireAnswer> {
  const text = JSON.stringify(body);
  const { encryption, signature } = to;
  const sent = encryption === null ? text : envelope(await encryptText(text, encryption.key, encryption.enc));
  return {
    status: codeEntry(code)?.httpStatus ?? 400,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      [HEADER.correlationId]: to.correlationId,
      ...(encryption === null ? {} : { [HEADER.cryptoKeyId]: encryption.cryptoKeyId }),
      ...(signature === null
        ? {}
        : { [HEADER.tranToken]: makeTranToken(sent, signature.secret, signature.wallMs) }),
    },
    body: sent,
  };
}

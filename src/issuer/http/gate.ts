import type { IncomingHttpHeaders } from 'node:http';
import {
  checkTranToken,
  decodeUtf8,
  decryptText,
  encDataOf,
  HEADER,
  HEADER_FORM,
  parseKst,
  parseStrictJson,
  WireFault,
  type WireFaultCode,
} from '../../konaplate/wire.ts';
import { Refusal } from '../domain/refusal.ts';
import type { CryptoPair, KnownClient } from './directory.ts';

export interface HeaderValues {
  readonly aspId: string;
  readonly accessKey: string;
  readonly cryptoKeyId: string;
  readonly correlationId: string;
  readonly tranToken: string;
}

function one(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name.toLowerCase()];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The correlation id if it has its form: what goes back in the answer. */
export function correlationOf(headers: IncomingHttpHeaders): string | null {
  const value = one(headers, HEADER.correlationId);
  return value !== null && HEADER_FORM.correlationId.test(value) ? value : null;
}

/** Whoever the request says that it comes from; nothing is proved yet. */
export function claimedClient(
  headers: IncomingHttpHeaders,
  directory: ReadonlyMap<string, KnownClient>,
): KnownClient | null {
  const client = directory.get(one(headers, HEADER.accessKey) ?? '');
  return client !== undefined && client.aspId === one(headers, HEADER.aspId) ? client : null;
}

/** The crypto key id that the request names, if it is one of the client's that is in use. */
export function claimedPair(headers: IncomingHttpHeaders, client: KnownClient): CryptoPair | null {
  return client.pairs.get((one(headers, HEADER.cryptoKeyId) ?? '').toLowerCase()) ?? null;
}

/** Presence and form of every header (konaplate-api 1), in this order; refuses with the header's name. */
export function readHeaders(headers: IncomingHttpHeaders): HeaderValues {
  const need = (key: keyof typeof HEADER, code = '000_002'): string => {
    const value = one(headers, HEADER[key]);
    if (value === null || !HEADER_FORM[key].test(value)) throw new Refusal(code, HEADER[key]);
    return value;
  };
  const aspId = need('aspId');
  const correlationId = need('correlationId');
  const accessKey = need('accessKey');
  if (parseKst(need('tranTime')) === null) throw new Refusal('000_002', HEADER.tranTime);
  need('timeZone');
  if (one(headers, HEADER.tranToken) === null) throw new Refusal('000_002', HEADER.tranToken);
  const tranToken = need('tranToken', '000_901');
  const cryptoKeyId = need('cryptoKeyId', '000_905');
  return { aspId, accessKey, cryptoKeyId, correlationId, tranToken };
}

/** The token over exactly these bytes, and its time near enough. Returns what a replay memory remembers. */
export function checkToken(
  token: string,
  body: Uint8Array,
  client: KnownClient,
  now: { readonly nowMs: number; readonly toleranceMs: number },
): { readonly identity: string; readonly timeMs: number } {
  const checked = checkTranToken(token, body, client.secret);
  if (!checked.ok) throw new Refusal('000_901');
  if (Math.abs(now.nowMs - checked.timeMs) > now.toleranceMs) throw new Refusal('000_902');
  return checked;
}

export interface Opened {
  readonly value: Readonly<Record<string, unknown>>;
  readonly oddNumbers: readonly string[];
}

/** Opens the envelope. What is not encrypted, or not to this key, is 000_906; what is no JSON inside is 006_009. */
export async function openBody(body: Uint8Array, pair: CryptoPair, maxChars: number): Promise<Opened> {
  const jwe = insideOf(body);
  try {
    const text = await decryptText(jwe, pair.serverPrivate, maxChars, pair.unwrap);
    const { value, oddNumbers } = parseStrictJson(text);
    return { value: Object.fromEntries(Object.entries(value ?? {})), oddNumbers };
  } catch (error) {
    throw error instanceof WireFault ? new Refusal(OPENING[error.code] ?? '000_906') : error;
  }
}

/** What went wrong behind the envelope; everything that is not here is 000_906. */
const OPENING: Partial<Record<WireFaultCode, string>> = {
  TOO_LARGE: '000_911',
  UTF8: '006_009',
  JSON_FORM: '006_009',
};

/** The JWE in the envelope. */
function insideOf(body: Uint8Array): string {
  let jwe: string | null;
  try {
    jwe = encDataOf(parseStrictJson(decodeUtf8(body)).value);
  } catch (error) {
    throw error instanceof WireFault ? new Refusal('000_906') : error;
  }
  if (jwe === null) throw new Refusal('000_906');
  return jwe;
}

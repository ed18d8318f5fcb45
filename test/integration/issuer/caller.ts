import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import { type Agent, request as httpRequest } from 'node:http';
import type { Credentials } from '../../../src/issuer/keys.ts';
import {
  checkTranToken,
  correlationId,
  decryptText,
  encDataOf,
  encryptText,
  envelope,
  kstMillis,
  makeTranToken,
  requestHeaders,
  tranSecret,
} from '../../../src/konaplate/wire.ts';

/** What came back: over the wire, and opened. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly encrypted: boolean;
  /** The answer's token fits its bytes and the caller's secret. */
  readonly signed: boolean;
  readonly body: Readonly<Record<string, unknown>>;
  readonly code: string;
  readonly description: string;
}

/** Ways to bend a request before it goes out. */
export interface Bent {
  readonly headers?: (
    headers: Readonly<Record<string, string>>,
  ) => Readonly<Record<string, string | string[] | undefined>>;
  /** Instead of the envelope made from the body; it is signed as it is. */
  readonly wire?: (text: string) => string | Promise<string>;
  /** The plaintext to encrypt instead of JSON.stringify(body). */
  readonly text?: string;
  readonly secret?: string;
  readonly wallMs?: number;
  readonly contentType?: string;
}

export const HEAD = '0'.repeat(64);

/** A caller of the issuer made of the wire format and node:http alone, so nothing of the client hides a mistake. */
export class Caller {
  readonly credentials: Credentials;
  readonly #serverKey;
  readonly #clientKey;
  readonly #secret;
  readonly #now: () => number;
  readonly #agent: Agent | null;

  constructor(credentials: Credentials, now: () => number = Date.now, agent: Agent | null = null) {
    this.#agent = agent;
    this.credentials = credentials;
    this.#serverKey = createPublicKey(credentials.serverPublicKey);
    this.#clientKey = createPrivateKey(credentials.clientPrivateKey);
    this.#secret = tranSecret(credentials.secretKey);
    this.#now = now;
  }

  /** Members that every request of the store's side carries. */
  stamp(operation: string, over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    return {
      operation,
      requestedAt: kstMillis(this.#now()),
      merchantId: this.credentials.merchantId,
      terminalId: this.credentials.terminalId,
      epoch: 0,
      journalIndex: 0,
      journalHead: HEAD,
      ...over,
    };
  }

  async post(path: string, body: unknown, bent: Bent = {}): Promise<Reply> {
    const made = await this.prepare(path, body, bent);
    return this.read(await send(this.credentials.baseUrl + path, made.headers, made.sent, this.#agent));
  }

  /** A request ready to go out, once or more often. */
  async prepare(
    path: string,
    body: unknown,
    bent: Bent = {},
  ): Promise<{ path: string; headers: Headers; sent: string }> {
    const wallMs = bent.wallMs ?? this.#now();
    const text = bent.text ?? JSON.stringify(body);
    const sent =
      bent.wire === undefined ? envelope(await encryptText(text, this.#serverKey)) : await bent.wire(text);
    const secret = bent.secret === undefined ? this.#secret : tranSecret(bent.secret);
    const headers: Record<string, string> = requestHeaders({
      aspId: this.credentials.aspId,
      accessKey: this.credentials.accessKey,
      cryptoKeyId: this.credentials.cryptoKeyId,
      correlationId: correlationId(wallMs, randomBytes(4)),
      tranToken: makeTranToken(sent, secret, wallMs),
      wallMs,
    });
    if (bent.contentType !== undefined) headers['Content-Type'] = bent.contentType;
    return { path, headers: defined(bent.headers === undefined ? headers : bent.headers(headers)), sent };
  }

  /** Opens an answer as a client must. */
  async read(raw: Raw): Promise<Reply> {
    const token = raw.headers['x-km-tran-token'];
    const signed = typeof token === 'string' && checkTranToken(token, raw.text, this.#secret).ok;
    let value: unknown = {};
    try {
      value = JSON.parse(raw.text);
    } catch {
      value = {};
    }
    const jwe = encDataOf(value);
    if (jwe !== null) value = JSON.parse(await decryptText(jwe, this.#clientKey, 1_000_000));
    const body = typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
    const response: unknown = body.response;
    const { code, description } =
      typeof response === 'object' && response !== null && 'code' in response && 'description' in response
        ? response
        : { code: '', description: '' };
    return {
      ...raw,
      signed,
      encrypted: jwe !== null,
      body,
      code: String(code),
      description: String(description),
    };
  }
}

/** A list is a header that is sent several times. */
export type Headers = Readonly<Record<string, string | string[]>>;

function defined(headers: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const out: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) out[name] = value;
  return out;
}

export interface Raw {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** One POST, over a socket of its own unless there is an agent. Rejects when the socket breaks before the whole answer is there. */
export function send(url: string, headers: Headers, body: string, agent: Agent | null = null): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      url,
      { method: 'POST', headers: { ...headers }, agent: agent ?? false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('close', () => reject(new Error('cut off')));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(Buffer.from(body, 'utf8'));
  });
}

import { type KeyObject, randomBytes } from 'node:crypto';
import { TOKEN_TOLERANCE_MS } from './calls.ts';
import { isLoopbackAddress, type TlsOptions } from './connection.ts';
import { HEADER_FORM } from './headers.ts';
import { type ContentEncryption, importPrivateKey, importPublicKey } from './jwe.ts';
import { tranSecret } from './tran-token.ts';
import type { TransportOptions } from './transport.ts';

/** The clock as this room needs it; the rooms' common Clock fits. */
export interface KonaPlateClock {
  now(): { readonly wallMs: number; readonly monoMs: number };
}

export interface KonaPlateTimeouts {
  /** TCP and TLS handshake. Default 1500: "nothing left" should be known before the 2 s after which a payment counts as unanswered. */
  readonly connectMs?: number;
  /** From the connection to the answer's headers. Default 20000: late answers still count. */
  readonly firstByteMs?: number;
  /** The whole call. Default 30000. */
  readonly totalMs?: number;
  /** How long an unused connection is kept. Default 4000, below what servers keep. */
  readonly idleMs?: number;
}

export interface KonaPlateOptions {
  /** With or without `/open-api` at its end. https, or http to a loopback address only. */
  readonly baseUrl: string;
  readonly aspId: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly cryptoKeyId: string;
  /** PEM: X.509 certificate or plain public key. */
  readonly serverPublicKey: string;
  /** PEM, PKCS#8. */
  readonly clientPrivateKey: string;
  readonly merchantId: string;
  readonly terminalId: string;
  readonly clock: KonaPlateClock;
  readonly timeouts?: KonaPlateTimeouts;
  /** Default 524288. */
  readonly maxAnswerBytes?: number;
  /** Calls at the same time, each on a connection of its own; one more gives "nothing left". Default 96. */
  readonly connections?: number;
  /** How far the time of an answer's Tran-Token may be from our clock. Default 5 minutes. */
  readonly toleranceMs?: number;
  readonly contentEncryption?: ContentEncryption;
  readonly tls?: TlsOptions;
  /** For correlation ids. Default node:crypto. */
  readonly randomBytes?: (count: number) => Uint8Array;
}

/** A configured value cannot be used. `field` names it; the value itself is never repeated. */
export class KonaPlateOptionFault extends Error {
  readonly field: string;
  constructor(field: string, why: string) {
    super(`${field}: ${why}`);
    this.name = 'KonaPlateOptionFault';
    this.field = field;
  }
}

export interface Prepared {
  readonly basePath: string;
  readonly aspId: string;
  readonly accessKey: string;
  readonly cryptoKeyId: string;
  readonly merchantId: string;
  readonly terminalId: string;
  readonly secret: KeyObject;
  readonly serverKey: KeyObject;
  readonly clientKey: KeyObject;
  readonly clock: KonaPlateClock;
  readonly enc: ContentEncryption;
  readonly toleranceMs: number;
  readonly maxAnswerBytes: number;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly transport: TransportOptions;
}

function checked(field: string, value: string, form: RegExp): string {
  if (!form.test(value)) throw new KonaPlateOptionFault(field, 'has not the documented form');
  return value;
}

function key(field: string, read: () => KeyObject): KeyObject {
  try {
    return read();
  } catch {
    throw new KonaPlateOptionFault(field, 'is not a PEM of an RSA key of at least 2048 bits');
  }
}

function bounded(field: string, value: number | undefined, usual: number, from: number, to: number): number {
  const given = value ?? usual;
  if (!Number.isSafeInteger(given) || given < from || given > to) {
    throw new KonaPlateOptionFault(field, `must be a whole number from ${from} to ${to}`);
  }
  return given;
}

/** Host, port and path of the base address. Plain HTTP only to this machine: everything else could be read on the way. */
function address(baseUrl: string): { secure: boolean; host: string; port: number; basePath: string } {
  if (!URL.canParse(baseUrl)) throw new KonaPlateOptionFault('baseUrl', 'is no URL');
  const url = new URL(baseUrl);
  const secure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!secure && url.protocol !== 'http:') throw new KonaPlateOptionFault('baseUrl', 'must be https');
  if (!secure && host !== 'localhost' && !isLoopbackAddress(host)) {
    throw new KonaPlateOptionFault('baseUrl', 'plain http is allowed to a loopback address only');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new KonaPlateOptionFault('baseUrl', 'must have neither user, query nor fragment');
  }
  const path = url.pathname.replace(/\/+$/, '');
  return {
    secure,
    host,
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    basePath: path.endsWith('/open-api') ? path : `${path}/open-api`,
  };
}

/** More than the worker ever has under way: a customer's call must not find the last connection taken by a backlog. */
const CONNECTIONS = 96;

/** Checks every option once, imports the keys once. Throws KonaPlateOptionFault. */
export function prepare(options: KonaPlateOptions): Prepared {
  const { secure, host, port, basePath } = address(options.baseUrl);
  const times = options.timeouts ?? {};
  const totalMs = bounded('timeouts.totalMs', times.totalMs, 30_000, 10, 600_000);
  const maxAnswerBytes = bounded('maxAnswerBytes', options.maxAnswerBytes, 524_288, 1_024, 16_777_216);
  if (options.secretKey === '') throw new KonaPlateOptionFault('secretKey', 'is empty');
  return {
    basePath,
    aspId: checked('aspId', options.aspId, HEADER_FORM.aspId),
    accessKey: checked('accessKey', options.accessKey, HEADER_FORM.accessKey),
    cryptoKeyId: checked('cryptoKeyId', options.cryptoKeyId, HEADER_FORM.cryptoKeyId),
    merchantId: checked('merchantId', options.merchantId, /^[0-9A-Za-z]{15}$/),
    terminalId: checked('terminalId', options.terminalId, /^[0-9A-Za-z_-]{1,10}$/),
    secret: tranSecret(options.secretKey),
    serverKey: key('serverPublicKey', () => importPublicKey(options.serverPublicKey)),
    clientKey: key('clientPrivateKey', () => importPrivateKey(options.clientPrivateKey)),
    clock: options.clock,
    enc: options.contentEncryption ?? 'A128GCM',
    toleranceMs: bounded('toleranceMs', options.toleranceMs, TOKEN_TOLERANCE_MS, 1_000, 86_400_000),
    maxAnswerBytes,
    randomBytes: options.randomBytes ?? randomBytes,
    transport: {
      target: {
        secure,
        host,
        port,
        tls: options.tls ?? {},
        connectMs: bounded('timeouts.connectMs', times.connectMs, 1_500, 10, 600_000),
      },
      firstByteMs: bounded('timeouts.firstByteMs', times.firstByteMs, 20_000, 10, 600_000),
      totalMs,
      maxAnswerBytes,
      connections: bounded('connections', options.connections, CONNECTIONS, 1, 256),
      idleMs: bounded('timeouts.idleMs', times.idleMs, 4_000, 100, 600_000),
    },
  };
}

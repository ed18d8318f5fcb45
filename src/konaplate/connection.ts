import { createHash, type X509Certificate } from 'node:crypto';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';

/** How the server proves itself, and we to it. Everything is PEM text. */
export interface TlsOptions {
  /** Instead of the machine's authorities. */
  readonly ca?: string;
  /** SHA-256 of the server's public key (SPKI), Base64: one of them must be the leaf's. */
  readonly pins?: readonly string[];
  readonly cert?: string;
  readonly key?: string;
}

/** Why no connection came about; in every case nothing of any request has left. */
export type ConnectFaultCode =
  | 'CONNECT_FAILED'
  | 'CONNECT_TIMEOUT'
  | 'TLS_FAILED'
  | 'PIN_MISMATCH'
  | 'NOT_LOOPBACK';

export class ConnectFault extends Error {
  readonly code: ConnectFaultCode;
  constructor(code: ConnectFaultCode) {
    super(code);
    this.name = 'ConnectFault';
    this.code = code;
  }
}

export interface ConnectTarget {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  readonly tls: TlsOptions;
  readonly connectMs: number;
}

/** 127.0.0.0/8, ::1 and 127/8 in IPv6 clothes. */
export function isLoopbackAddress(address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address;
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

/** SHA-256 of a certificate's public key (SPKI), Base64: the form in which pins are written. */
export function pinOf(certificate: X509Certificate): string {
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('base64');
}

/** What a finished connection must still show before a request may use it. */
function objection(socket: Socket | TLSSocket, target: ConnectTarget): ConnectFaultCode | null {
  if (!target.secure) return isLoopbackAddress(socket.remoteAddress ?? '') ? null : 'NOT_LOOPBACK';
  const pins = target.tls.pins ?? [];
  if (pins.length === 0) return null;
  const leaf = 'getPeerX509Certificate' in socket ? socket.getPeerX509Certificate() : undefined;
  return leaf !== undefined && pins.includes(pinOf(leaf)) ? null : 'PIN_MISMATCH';
}

/** `connect` of node:net or node:tls with everything said, nothing left to defaults. */
function dial(target: ConnectTarget): Socket | TLSSocket {
  const where = { host: target.host, port: target.port, noDelay: true, keepAlive: true };
  if (!target.secure) return connectTcp(where);
  return connectTls({
    ...where,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
    ...(isIP(target.host) === 0 ? { servername: target.host } : {}),
    ...(target.tls.ca === undefined ? {} : { ca: target.tls.ca }),
    ...(target.tls.cert === undefined ? {} : { cert: target.tls.cert }),
    ...(target.tls.key === undefined ? {} : { key: target.tls.key }),
  });
}

/**
 * Opens one connection that may be trusted to carry a request: connected, TLS handshake done, authority and pin checked,
 * or plain on a loopback address. Calls back exactly once.
 */
export function openConnection(
  target: ConnectTarget,
  done: (fault: ConnectFault | null, socket: Socket | TLSSocket | null) => void,
): void {
  let settled = false;
  let connected = false;
  const socket = dial(target);
  const finish = (code: ConnectFaultCode | null): void => {
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    socket.off('error', onError);
    socket.off('close', onClose);
    socket.off('connect', onConnect);
    if (code === null) {
      done(null, socket);
      return;
    }
    // A late error of a socket that nobody uses must not end the process.
    socket.on('error', () => {});
    socket.destroy();
    done(new ConnectFault(code), null);
  };
  const failed = (): ConnectFaultCode => (connected ? 'TLS_FAILED' : 'CONNECT_FAILED');
  const onError = (): void => finish(failed());
  const onClose = (): void => finish(failed());
  const onConnect = (): void => {
    connected = true;
    if (!target.secure) finish(objection(socket, target));
  };
  const timer = setTimeout(() => finish('CONNECT_TIMEOUT'), target.connectMs);
  socket.on('error', onError);
  socket.on('close', onClose);
  socket.on('connect', onConnect);
  if (target.secure) socket.once('secureConnect', () => finish(objection(socket, target)));
}

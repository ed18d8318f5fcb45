/** Whether the platform can be reached: by the connection that the agent makes, with what it trusts and shows. */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, TLSSocket } from 'node:tls';
import { type ConnectFaultCode, openConnection, type TlsOptions } from '../konaplate/connection.ts';
import type { Config } from '../ops/config-schema.ts';
import { bad, type Finding, ok } from '../ops/doctor.ts';
import { bareHost } from '../ops/loopback.ts';
import { NOT_LOOKED_AT, SecretError } from '../ops/secrets.ts';
import { platformTls } from './platform.ts';

const NAME = 'platform';
const CONNECT_MS = 3_000;
/** A platform that says nothing for so long after the handshake has taken our certificate. */
const JUDGED_MS = 1_000;
const NETWORK = 'check the network, the firewall and platform.baseUrl';

interface Place {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
}

/** Opens a connection to the platform, and its TLS, and sends nothing. */
export async function checkPlatform(config: Config, env: NodeJS.ProcessEnv = process.env): Promise<Finding> {
  const place = placeOf(config);
  const where = `${place.host} port ${place.port}`;
  let tls: TlsOptions;
  try {
    tls = place.secure ? platformTls(config, env) : {};
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    if (error.code !== 'NO_CREDENTIALS') {
      return bad(NAME, `not tried: ${error.message}`, 'see docs/installer.md, "Configure"');
    }
    const reason = await failureOf({ ...place, secure: false }, {});
    if (reason !== null) return bad(NAME, `${where} cannot be reached (${reason})`, NETWORK);
    return ok(NAME, `${where} answers; its TLS was not tried: ${error.key} is ${NOT_LOOKED_AT}`);
  }
  const unusable = unusableOf(tls);
  if (unusable !== null) {
    const text = `not tried: our certificate and key cannot be used (${unusable})`;
    return bad(
      NAME,
      text,
      'check platform.tls.clientCertificateFile and clientKeyFile: they belong together',
    );
  }
  const fault = await faultOf(place, tls);
  if (fault === null) return ok(NAME, `${where} can be reached`);
  return findingOf(fault, where, await failureOf(place, tls));
}

function placeOf({ platform }: Config): Place {
  const url = new URL(platform.baseUrl);
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  return { secure, host: bareHost(url.hostname), port };
}

/** Why no TLS can be begun with our certificate and key, whatever the platform is; null: one can. */
function unusableOf({ ca, cert, key }: TlsOptions): string | null {
  try {
    createSecureContext({ ca, cert, key });
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown error';
  }
}

/** What keeps the agent's own connection from carrying a request; null: nothing. */
function faultOf(place: Place, tls: TlsOptions): Promise<ConnectFaultCode | null> {
  return new Promise((done) => {
    openConnection({ ...place, tls, connectMs: CONNECT_MS }, (fault, socket) => {
      if (socket === null) done(fault?.code ?? null);
      else void refusalOf(socket).then((reason) => done(reason === null ? null : 'TLS_FAILED'));
    });
  });
}

/**
 * Why the platform hangs up on a handshake that is done here; null: it does not. Under TLS 1.3 it is done before the
 * platform has judged our certificate, and a platform that takes it begins with a session or with data. Ends the connection.
 */
function refusalOf(socket: Socket): Promise<string | null> {
  return new Promise<string | null>((done) => {
    const finish = (reason: string | null): void => {
      clearTimeout(timer);
      socket.destroy();
      done(reason);
    };
    const timer = setTimeout(() => finish(null), JUDGED_MS);
    // A late error of a connection that has been judged is nobody's: only the first end counts.
    socket.on('error', (error: NodeJS.ErrnoException) => finish(error.code ?? 'unknown error'));
    if (!(socket instanceof TLSSocket) || socket.getProtocol() !== 'TLSv1.3') return finish(null);
    socket.once('close', () => finish('closed'));
    socket.once('session', () => finish(null));
    socket.once('data', () => finish(null));
  });
}

/** The system's code for what the agent only knows as "no connection" or "no TLS"; null: nothing failed. */
function failureOf({ secure, host, port }: Place, { ca, cert, key }: TlsOptions): Promise<string | null> {
  return new Promise<string | null>((done, fail) => {
    const server = { host, port, ...(isIP(host) === 0 ? { servername: host } : {}) };
    const socket = secure ? connectTls({ ...server, ca, cert, key }) : connect({ host, port });
    const finish = (reason: string | null): void => {
      socket.destroy();
      done(reason);
    };
    socket.setTimeout(CONNECT_MS, () => finish('no answer'));
    socket.on('error', fail);
    socket.once('close', () => finish('closed'));
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      void refusalOf(socket).then(finish);
    });
  }).catch((error: NodeJS.ErrnoException) => error.code ?? 'unknown error');
}

function findingOf(fault: ConnectFaultCode, where: string, reason: string | null): Finding {
  const why = reason === null ? '' : ` (${reason})`;
  switch (fault) {
    case 'CONNECT_FAILED':
      return bad(NAME, `${where} cannot be reached${why}`, NETWORK);
    case 'CONNECT_TIMEOUT':
      return bad(NAME, `${where} does not answer`, NETWORK);
    case 'TLS_FAILED':
      return bad(
        NAME,
        `${where} is there, but there is no TLS with it${why}`,
        "check platform.tls.caFile (null: the authorities of this system), our own certificate, and name and date of the platform's",
      );
    case 'PIN_MISMATCH':
      return bad(
        NAME,
        `${where} shows a certificate with another key than the pinned ones`,
        "ask the platform's operator for its key, then set platform.tls.pins",
      );
    case 'NOT_LOOPBACK':
      return bad(NAME, `${where} is not this machine, and speaks no TLS`, 'use https in platform.baseUrl');
  }
}

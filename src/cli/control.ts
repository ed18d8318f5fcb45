/** Speaks to the running agent on this machine, with the token that it left for its own user. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { Agent, buildConnector, fetch } from 'undici';
import { readConfig } from '../ops/config.ts';
import type { Config } from '../ops/config-schema.ts';
import { CommandError, type CommonOptions, type Io } from './io.ts';
import { configFile } from './places.ts';

const ANSWER_MS = 5_000;
/** However long an answer may take: who is there takes the connection at once. */
const CONNECT_MS = 10_000;
/** "Every address" is none that can be called. */
const EVERY = new Set(['0.0.0.0', '::', 'localhost']);

/** What the running agent left in its directory for whoever may read it. `missing`: said where it is not there. */
function leftBy(config: Config, name: string, missing: string): string {
  try {
    return readFileSync(join(config.ledger.directory, name), 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES')
      throw new CommandError('no right to speak to the agent: run it as root or as the user kona-till');
    throw new CommandError(missing);
  }
}

function ownCertificate(config: Config): Buffer {
  const missing = 'the agent that runs left no certificate: restart it';
  const left = leftBy(config, 'control-certificate', missing);
  try {
    return new X509Certificate(left).raw;
  } catch {
    throw new CommandError('what the agent left as its certificate cannot be read: restart it');
  }
}

/**
 * The token goes to who holds the key of the very certificate that the agent serves its pages with: who issued it, to
 * which name and until when says nothing here, where the address is this machine's own.
 */
function dispatcherOf(config: Config, answerMs: number): Agent {
  const times = { headersTimeout: answerMs, bodyTimeout: answerMs };
  if (config.web.tls === null) return new Agent(times);
  const own = ownCertificate(config);
  const connect = buildConnector({
    timeout: Math.min(answerMs, CONNECT_MS),
    rejectUnauthorized: false,
    maxCachedSessions: 0, // each connection shows its certificate
  });
  return new Agent({
    ...times,
    connect: (to, connected) =>
      connect(to, (...[error, socket]) => {
        if (error !== null) return connected(error, null);
        if (socket instanceof TLSSocket && socket.getPeerX509Certificate()?.raw.equals(own) === true) {
          return connected(null, socket);
        }
        socket.destroy();
        return connected(new Error('another certificate than the agent left'), null);
      }),
  });
}

function baseOf({ web }: Config): string {
  const host = EVERY.has(web.host) ? '127.0.0.1' : web.host;
  const shown = host.includes(':') ? `[${host}]` : host;
  return `${web.tls === null ? 'http' : 'https'}://${shown}:${web.port}/api/v1/control`;
}

/** One call; `body` makes it a POST. Throws CommandError when the agent does not run or refuses. */
export async function callAgent(
  io: Io,
  options: CommonOptions,
  path: string,
  body?: object,
  answerMs: number = ANSWER_MS,
): Promise<unknown> {
  const config = readConfig(configFile(io, options));
  const token = leftBy(config, 'control-token', 'the agent has not run yet with this configuration');
  const dispatcher = dispatcherOf(config, answerMs);
  try {
    const response = await fetch(`${baseOf(config)}/${path}`, {
      dispatcher,
      signal: AbortSignal.timeout(answerMs),
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    if (response.ok) return await response.json();
    const refusal = (await response.json().catch(() => ({}))) as { text?: string };
    throw new CommandError(`the agent refused: ${refusal.text ?? `HTTP ${response.status}`}`);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`the agent does not answer at ${baseOf(config)}; is it running?`);
  } finally {
    await dispatcher.close();
  }
}
